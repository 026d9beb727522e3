// Package cmd is the command tree: the only place for flags, the environment, the clock and exit codes.
// Each verb has a file of its own that turns flags into options, calls the packages below, and shows
// what they return. Nothing here decides anything about a fix.
package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/git-backport/git-backport/internal/streams"
)

// A Host is everything the program takes from outside, so that a test can be the outside.
type Host struct {
	In       io.Reader
	Out, Err io.Writer
	Lookup   func(key string) (string, bool) // the environment
	Getwd    func() (string, error)
	Now      func() time.Time
	Environ  func() []string        // the environment of the user's own commands
	Self     func() (string, error) // the path of this program
}

// System is the real outside.
func System() Host {
	return Host{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Lookup: os.LookupEnv, Getwd: os.Getwd, Now: time.Now, Environ: os.Environ, Self: os.Executable}
}

func (h Host) getenv(key string) string {
	v, _ := h.Lookup(key)
	return v
}

// Main runs the program with arguments (without the program's name) and returns how it ends.
func Main(args []string, host Host) ExitCode {
	spareCollections()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ended := make(chan os.Signal, 1)
	go func() {
		select {
		case s := <-signals:
			ended <- s
			cancel()
		case <-ctx.Done():
		}
	}()
	app := &app{host: host, started: host.Now(), streams: streams.New(host.In, host.Out, host.Err, host.getenv)}
	code := app.run(ctx, args)
	select {
	case s := <-ended:
		return app.interrupted(s, code)
	default:
	}
	return code
}

// interrupted is how a run ends that was given a signal. One that had done its work by then says so, and
// ends as it would have: who takes it for undone might do it again, or take it back.
func (a *app) interrupted(s os.Signal, code ExitCode) ExitCode {
	if a.done {
		fmt.Fprintln(a.streams.Err, "git-backport: warning: the interrupt came when all was done")
		return code
	}
	if s == syscall.SIGTERM {
		return ExitTerminated
	}
	return ExitInterrupted
}
