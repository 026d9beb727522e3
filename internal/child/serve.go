package child

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/git-backport/git-backport/internal/txfs"
)

// The bounds of a guard.
const (
	maxJob      = 16 << 20               // bytes of a job
	keptOutput  = 64 << 10               // bytes of what a job printed first, and last
	lookEach    = 250 * time.Millisecond // how often the processes of a job are counted
	settleAfter = 5 * time.Second        // how long output may come after all processes were ended
)

// ServeGuard is the work of a guard: it runs the jobs that it reads until there are no more, or whoever
// sends them is gone, and then calls tidy.
func ServeGuard(in io.Reader, out io.Writer, tidy func() error) error {
	s := &server{jobs: make(chan Job), gone: make(chan struct{}), out: out}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := adopt(); err != nil {
		return err
	}
	if err := s.answer(Ended{}); err != nil {
		return errors.Join(err, tidy())
	}
	go s.read(in)
	var err error
	for open := true; open && err == nil; {
		select {
		case <-signals:
			open = false
		case <-s.gone:
			open = false
		case job := <-s.jobs:
			err = s.answer(s.run(job, signals))
		}
	}
	endAll(nil, nil)
	return errors.Join(err, tidy())
}

// A server is a guard at work.
type server struct {
	jobs chan Job
	gone chan struct{} // closed when there are no more jobs
	out  io.Writer
}

func (s *server) read(in io.Reader) {
	defer close(s.gone)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxJob)
	for lines.Scan() {
		var job Job
		if json.Unmarshal(lines.Bytes(), &job) != nil {
			return
		}
		s.jobs <- job
	}
}

func (s *server) answer(e Ended) error {
	line, err := json.Marshal(e)
	if err == nil {
		_, err = s.out.Write(append(line, '\n'))
	}
	return err
}

// run runs one job to its end, and ends whatever it left.
func (s *server) run(job Job, signals <-chan os.Signal) Ended {
	runtime.LockOSThread() // the kernel ends the command when this thread ends
	defer runtime.UnlockOSThread()
	ended := Ended{Code: -1}
	rec := &recorder{max: job.MaxLog}
	if job.Log != "" {
		f, err := txfs.Real{}.Create(job.Log, 0o600)
		if err != nil {
			ended.Error = err.Error()
			return ended
		}
		rec.log = f
	}
	r, w, err := os.Pipe()
	if err != nil {
		ended.Error = err.Error()
		return ended
	}
	cmd := &exec.Cmd{Path: job.Argv[0], Args: job.Argv, Env: job.Env, Dir: job.Dir, Stdout: w, Stderr: w}
	guarded(cmd)
	err = cmd.Start()
	_ = w.Close() // the command has its own
	if err != nil {
		_ = r.Close() // nobody reads
		ended.Error = err.Error()
		return ended
	}
	copied, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(copied)
		rec.err = errors.Join(rec.err, rec.take(r))
	}()
	go func() {
		defer close(done)
		_ = cmd.Wait() // its state says how it ended
	}()
	ended.Stopped = s.watch(job, cmd, done, signals)
	ended.Left = endAll(cmd, nil)
	reap()
	select { // what still holds the pipe was ended
	case <-copied:
	case <-time.After(settleAfter):
	}
	_ = r.Close() // read to its end, or given up
	<-copied
	rec.close(&ended)
	if st := cmd.ProcessState; st != nil {
		ended.Code, ended.Signal = st.ExitCode(), signalOf(st)
	}
	return ended
}

// watch waits until a command has ended, and stops it where it has to be.
func (s *server) watch(job Job, cmd *exec.Cmd, done <-chan struct{}, signals <-chan os.Signal) Stop {
	var late <-chan time.Time
	if job.Timeout > 0 {
		t := time.NewTimer(job.Timeout)
		defer t.Stop()
		late = t.C
	}
	look := time.NewTicker(lookEach)
	defer look.Stop()
	var why Stop
	for why == "" {
		select {
		case <-done:
			return ""
		case <-late:
			why = StopTimeout
		case <-s.gone:
			why = StopAsked
		case <-signals:
			why = StopAsked
		case <-look.C:
			if job.Processes > 0 && countBelow() > job.Processes {
				endAll(cmd, nil) // politeness is for those who can be counted
				why = StopProcesses
			}
		}
	}
	endGently(cmd)
	select {
	case <-done:
	case <-time.After(job.Grace):
		endAll(cmd, nil)
		<-done
	}
	return why
}

// signalOf names the signal that ended a process; "" for none.
func signalOf(st *os.ProcessState) string {
	if ws, ok := st.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal().String()
	}
	return ""
}
