package child

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// A Job is a command that a guard runs.
type Job struct {
	Argv      []string      `json:"argv"` // the program by absolute path, or relative to Dir
	Env       []string      `json:"env"`
	Dir       string        `json:"dir"`
	Timeout   time.Duration `json:"timeout"`   // 0 for none
	Grace     time.Duration `json:"grace"`     // between SIGTERM and SIGKILL
	Log       string        `json:"log"`       // a new file for what it prints; "" for none
	MaxLog    int64         `json:"max_log"`   // bytes of it; what comes beyond is counted, not kept
	Processes int           `json:"processes"` // that it may have at a time; 0 for any number
}

// An Ended is how a job ended.
type Ended struct {
	Code    int    `json:"code"`    // its exit status; -1 when it has none
	Signal  string `json:"signal"`  // that ended it; "" for none
	Stopped Stop   `json:"stopped"` // why it was stopped; "" when it ended by itself
	Error   string `json:"error"`   // why it was not run
	Head    []byte `json:"head"`    // what it printed first
	Tail    []byte `json:"tail"`    // and last
	Bytes   int64  `json:"bytes"`   // how much it printed
	Left    int    `json:"left"`    // processes that it left behind, which were ended
}

// A Stop says why a job was stopped.
type Stop string

// The reasons for which a job is stopped.
const (
	StopTimeout   Stop = "timeout"
	StopProcesses Stop = "processes"
	StopAsked     Stop = "asked" // whoever started the guard wants so, or is dead
)

// OK reports whether a job ran and ended with status 0.
func (e Ended) OK() bool { return e.Code == 0 && e.Stopped == "" && e.Error == "" && e.Signal == "" }

// maxReply bounds a line of the guard's answers, in bytes.
const maxReply = 1 << 20

// A Guard is a process of this program between it and a command: all that the command starts, also what
// leaves its process group or its session, is the guard's to end. When this process dies, in whatever way,
// the guard ends the command and tidies up. Where the guard dies, the caller does.
type Guard struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	closed bool
	mu     sync.Mutex
}

// ErrGuard is a guard that ended before it answered.
var ErrGuard = errors.New("the process that guards the command has ended")

// StartGuard starts this program, self, as a guard: args make it call ServeGuard. It has answered when this
// returns, so that what is made from then on is tidied up.
func StartGuard(self string, args, env []string) (*Guard, error) {
	if err := adopt(); err != nil {
		return nil, fmt.Errorf("becoming the parent of what commands leave behind: %w", err)
	}
	cmd := &exec.Cmd{Path: self, Args: append([]string{"git-backport"}, args...), Env: env}
	separate(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the process that guards the command: %w", err)
	}
	g := &Guard{cmd: cmd, in: in, out: bufio.NewReaderSize(out, maxReply)}
	var hello Ended
	if err := g.read(&hello); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	guards.add(cmd.Process.Pid)
	return g, nil
}

// Run has the guard run a job. When the context ends, the job is stopped; the guard then takes no other.
func (g *Guard) Run(ctx context.Context, job Job) (Ended, error) {
	var ended Ended
	if err := ctx.Err(); err != nil {
		return ended, err
	}
	line, err := json.Marshal(job)
	if err != nil {
		return ended, fmt.Errorf("writing a job: %w", err)
	}
	if _, err := g.in.Write(append(line, '\n')); err != nil {
		return ended, fmt.Errorf("%w: %w", ErrGuard, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = g.hangUp() }) // all that is asked of a closed pipe is to be closed
	defer stop()
	err = g.read(&ended)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return ended, err
}

func (g *Guard) read(into *Ended) error {
	line, err := g.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	if err := json.Unmarshal(line, into); err != nil {
		return fmt.Errorf("reading what the guard says: %w", err)
	}
	return nil
}

// hangUp tells the guard that there is nothing more to do.
func (g *Guard) hangUp() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	g.closed = true
	return g.in.Close()
}

// Close has the guard tidy up, and waits for it. An error says that it did not.
func (g *Guard) Close() error {
	err := g.hangUp()
	_, copied := io.Copy(io.Discard, g.out)
	waited := g.cmd.Wait()
	guards.remove(g.cmd.Process.Pid)
	if waited != nil {
		sweepOrphans()
		return fmt.Errorf("%w: %w", ErrGuard, waited)
	}
	return errors.Join(err, copied)
}

// A pidSet is the guards that this process has started.
type pidSet struct {
	mu   sync.Mutex
	pids map[int]bool
}

func (s *pidSet) add(pid int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pids == nil {
		s.pids = map[int]bool{}
	}
	s.pids[pid] = true
}

func (s *pidSet) remove(pid int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pids, pid)
}

func (s *pidSet) has(pid int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pids[pid]
}

var guards pidSet // processes are the whole program's, and so is this

// sweepOrphans ends what a dead guard left to this process.
func sweepOrphans() { endAll(nil, guards.has) }
