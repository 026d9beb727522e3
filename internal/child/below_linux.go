package child

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// adopt makes this process the parent of what its children leave behind, also of what has left their
// process group and session.
func adopt() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// separate starts a guard in a group of its own: what a terminal sends goes to this process, which asks.
func separate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// guarded starts a command in a group of its own, and has the kernel end it when its guard dies.
func guarded(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// A process is what /proc says of one.
type process struct {
	parent int
	dead   bool // and not waited for
}

// processes reads all processes that can be seen.
func processes() map[int]process {
	names, err := readNames("/proc")
	if err != nil {
		return nil
	}
	out := make(map[int]process, len(names))
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		data, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := bytes.Cut(data[bytes.LastIndexByte(data, ')')+1:], []byte(" ")) // its name may hold anything
		fields := bytes.Fields(rest)
		if len(fields) < 2 {
			continue
		}
		parent, _ := strconv.Atoi(string(fields[1])) // digits, by the kernel
		out[pid] = process{parent: parent, dead: fields[0][0] == 'Z' || fields[0][0] == 'X'}
	}
	return out
}

func readNames(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// below lists the living processes below this one, but for those that but names and what is below them.
func below(but func(pid int) bool) []int {
	all := processes()
	self := os.Getpid()
	children := map[int][]int{}
	for pid, p := range all {
		children[p.parent] = append(children[p.parent], pid)
	}
	var out []int
	for queue := []int{self}; len(queue) > 0; queue = queue[1:] {
		for _, pid := range children[queue[0]] {
			if but != nil && but(pid) {
				continue
			}
			queue = append(queue, pid)
			if !all[pid].dead {
				out = append(out, pid)
			}
		}
	}
	return out
}

// endGently asks the group of a command to end.
func endGently(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) } // it may have ended

func countBelow() int { return len(below(nil)) }

// maxRounds bounds how often the processes are looked for that are to end.
const maxRounds = 2000

// endAll ends every process below this one, but for those that but names, and returns how many it found
// first. They are stopped before they are ended, so that none can start another one meanwhile.
func endAll(_ *exec.Cmd, but func(pid int) bool) int {
	first, calm := -1, 0
	stopped := map[int]bool{}
	for range maxRounds {
		list := below(but)
		if first < 0 {
			first = len(list)
		}
		if len(list) == 0 {
			if calm++; calm == 2 { // one may have been between two parents
				break
			}
			continue
		}
		calm = 0
		fresh := false
		for _, pid := range list {
			if !stopped[pid] {
				stopped[pid], fresh = true, true
				_ = syscall.Kill(pid, syscall.SIGSTOP) // it may have ended
			}
		}
		if fresh {
			continue
		}
		for _, pid := range list {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
		}
		time.Sleep(2 * time.Millisecond)
	}
	return first
}

// reap takes the status of what ended and was left to this process, which waits for nothing else by then.
func reap() {
	for range maxRounds {
		if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
			return
		}
	}
}
