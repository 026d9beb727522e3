// Package child runs other programs: the only place that does. A program is found once, by absolute
// path; arguments are a list and never a shell's; the environment is what is asked for and nothing
// else; a child that takes too long ends with all it started.
package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// maxOutput bounds what is kept of a child's output, in bytes.
const maxOutput = 64 << 20

// A Program is an executable that was found.
type Program struct{ path string }

// Find finds a program by name. One in the current directory is never taken.
func Find(name string) (Program, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return Program{}, fmt.Errorf("finding %s: %w", name, err)
	}
	return Program{path: path}, nil
}

// Path returns where the program is, absolute.
func (p Program) Path() string { return p.path }

// A Call is one run of a program.
type Call struct {
	Args    []string
	Env     []string // the whole environment, "KEY=value"
	Dir     string
	Stdin   []byte
	Timeout time.Duration // 0 is a minute
}

// A Result is what a child that ran to its end said.
type Result struct {
	Stdout, Stderr []byte
	Code           int
}

// ErrTimeout is a child that took too long.
var ErrTimeout = errors.New("it took too long")

// Run runs the program. An exit code is no error; not starting, a signal or the timeout are.
func (p Program) Run(ctx context.Context, c Call) (Result, error) {
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	limited, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, p.path, c.Args...) //nolint:gosec // found by Find; arguments are a list
	cmd.Env, cmd.Dir, cmd.Stdin = c.Env, c.Dir, bytes.NewReader(c.Stdin)
	cmd.WaitDelay = 5 * time.Second
	ownGroup(cmd)
	out, errOut := &bounded{}, &bounded{}
	cmd.Stdout, cmd.Stderr = out, errOut
	err := cmd.Run()
	res := Result{Stdout: out.b.Bytes(), Stderr: errOut.b.Bytes()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return res, fmt.Errorf("running %s: %w", p.path, ctx.Err())
	case limited.Err() != nil:
		return res, fmt.Errorf("running %s: %w (%s)", p.path, ErrTimeout, c.Timeout)
	case errors.As(err, &exit) && exit.Exited():
		res.Code = exit.ExitCode()
		return res, nil
	case err != nil:
		return res, fmt.Errorf("running %s: %w", p.path, err)
	}
	return res, nil
}

// bounded keeps the first bytes of what is written to it.
type bounded struct{ b bytes.Buffer }

func (w *bounded) Write(p []byte) (int, error) {
	if room := maxOutput - w.b.Len(); room > 0 {
		w.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
