//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/git-backport/git-backport/cmd"
)

// A bench is what campaigns are run on: a program, the git that judges, a directory, a template.
type bench struct {
	dir, git, bin string
	seed          uint64
	template      string // of worlds
	worlds        int
}

// env is the environment of every process: nothing of the user's.
func (b *bench) env() []string {
	return []string{
		"PATH=" + filepath.Dir(b.git) + ":" + os.Getenv("PATH"), "HOME=" + b.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "TZ=UTC", "LC_ALL=C",
		"GIT_AUTHOR_NAME=A U Thor", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=C O Mitter", "GIT_COMMITTER_EMAIL=c@example.com",
		"GIT_AUTHOR_DATE=1784900000 +0000", "GIT_COMMITTER_DATE=1784900000 +0000", "GIT_TERMINAL_PROMPT=0", "GIT_EDITOR=true",
	}
}

// A ran is how a process ended.
type ran struct {
	code     int
	out, err string
}

func (b *bench) command(dir, name string, args ...string) (*exec.Cmd, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = dir, b.env()
	return c, cancel
}

// start runs a process to its end.
func (b *bench) start(dir, name string, args ...string) (ran, error) {
	c, cancel := b.command(dir, name, args...)
	defer cancel()
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	r := ran{out: out.String(), err: errs.String()}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		r.code, err = exit.ExitCode(), nil
	}
	return r, err
}

// runGit runs git, which has to end well.
func (b *bench) runGit(dir string, args ...string) (string, error) {
	r, err := b.start(dir, b.git, args...)
	if err == nil && r.code != 0 {
		err = fmt.Errorf("git %s: exit %d: %s", strings.Join(args, " "), r.code, strings.TrimSpace(r.err))
	}
	return strings.TrimSpace(r.out), err
}

// ours runs the program in a repository, as a process.
func (b *bench) ours(dir string, args ...string) (ran, error) { return b.start(dir, b.bin, args...) }

// inside runs the program in a repository, within this process: a start costs more than all the rest.
func (b *bench) inside(dir string, args ...string) ran {
	env := map[string]string{}
	for _, e := range b.env() {
		key, value, _ := strings.Cut(e, "=")
		env[key] = value
	}
	var out, errs bytes.Buffer
	code := cmd.Main(args, cmd.Host{
		In: strings.NewReader(""), Out: &out, Err: &errs, Now: time.Now,
		Lookup: func(key string) (string, bool) { v, ok := env[key]; return v, ok },
		Getwd:  func() (string, error) { return dir, nil },
	})
	return ran{code: int(code), out: out.String(), err: errs.String()}
}

// fresh is a copy of the template.
func (b *bench) fresh() (string, error) {
	b.worlds++
	to := filepath.Join(b.dir, fmt.Sprintf("w%d", b.worlds))
	return to, os.CopyFS(to, os.DirFS(b.template))
}
