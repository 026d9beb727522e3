package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A bench holds what all measurements share.
type bench struct {
	ctx        context.Context
	git        string
	runs       int
	work       string // a directory for everything that is written
	ours, none string // the program, and an empty one
	linked     string // a program of the same packages that does nothing
	page       *bytes.Buffer
	history    []change // of the repository being measured
}

// A command is a process to measure.
type command struct {
	name   string
	args   []string
	env    []string
	stdin  string
	before func() error // runs before each, untimed
}

// A sample is one process.
type sample struct {
	wall, cpu time.Duration
	rss       int64 // KiB
	exit      int
}

// A result is what the samples of a command come to.
type result struct {
	median, low, high time.Duration // of wall time: the median and the quartiles
	cpu               time.Duration // the median of user and system time
	rss               int64         // KiB, the largest
	exit              int
}

// inTurn runs the commands one after the other, as often as wanted, and once before that to warm the
// page cache.
func (b *bench) inTurn(commands ...command) ([]result, error) {
	samples := make([][]sample, len(commands))
	for round := range b.runs + 1 {
		for i, c := range commands {
			s, err := b.once(c)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if round > 0 {
				samples[i] = append(samples[i], s)
			}
		}
	}
	out := make([]result, len(commands))
	for i := range commands {
		out[i] = summary(samples[i])
	}
	return out, nil
}

func (b *bench) once(c command) (sample, error) {
	if c.before != nil {
		if err := c.before(); err != nil {
			return sample{}, err
		}
	}
	cmd := exec.CommandContext(b.ctx, c.args[0], c.args[1:]...)
	cmd.Env = append(environment(b.work), c.env...)
	cmd.Stdout = io.Discard
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if c.stdin != "" {
		f, err := os.Open(c.stdin)
		if err != nil {
			return sample{}, err
		}
		defer f.Close()
		cmd.Stdin = f
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return sample{}, err
	}
	defer null.Close()
	cmd.Stdout = null
	start := time.Now()
	err = cmd.Run()
	s := sample{wall: time.Since(start)}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return s, err
	}
	s.exit = cmd.ProcessState.ExitCode()
	if s.exit < 0 || s.exit > 6 || s.exit == 1 && c.args[0] == b.ours || s.exit == 2 {
		again := exec.CommandContext(b.ctx, c.args[0], c.args[1:]...)
		again.Env = cmd.Env
		text, _ := again.Output() // what it says, for the error
		return s, fmt.Errorf("%v: exit code %d: %s%s", c.args, s.exit, stderr.Bytes(), text)
	}
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.rss = peak(cmd.ProcessState)
	return s, nil
}

func summary(samples []sample) result {
	wall := make([]time.Duration, 0, len(samples))
	cpu := make([]time.Duration, 0, len(samples))
	var r result
	for _, s := range samples {
		wall, cpu = append(wall, s.wall), append(cpu, s.cpu)
		r.rss, r.exit = max(r.rss, s.rss), s.exit
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	n := len(wall)
	r.median, r.low, r.high, r.cpu = wall[n/2], wall[n/4], wall[min(n-1, 3*n/4)], cpu[n/2]
	return r
}

// environment is a hermetic one: no configuration but the repository's, fixed identity and date.
func environment(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "LC_ALL=C", "TZ=UTC",
		"GIT_AUTHOR_NAME=A U Thor", "GIT_AUTHOR_EMAIL=author@example.com", "GIT_COMMITTER_NAME=C O Mitter",
		"GIT_COMMITTER_EMAIL=committer@example.com", "GIT_COMMITTER_DATE=1790000000 +0000", "GIT_AUTHOR_DATE=1790000000 +0000",
	}
}

// The programs that say what a start costs: one that is empty, and one that links what the program links.
const (
	emptyMain  = "package main\n\nfunc main() {}\n"
	linkedMain = `package main

import (
	"os"

	"github.com/git-backport/git-backport/cmd"
)

func main() {
	if len(os.Args) > 1 {
		os.Exit(int(cmd.Main(os.Args[1:], cmd.System())))
	}
}
`
	mainPackage = "github.com/git-backport/git-backport/cmd/git-backport"
)

// build builds the program and those that it is compared with.
func (b *bench) build() error {
	b.ours, b.none, b.linked = filepath.Join(b.work, "git-backport"), filepath.Join(b.work, "empty"), filepath.Join(b.work, "linked")
	list := exec.CommandContext(b.ctx, "go", "list", "-f", "{{.Dir}}", mainPackage)
	dir, err := list.Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{
		"Replace": {filepath.Join(strings.TrimSpace(string(dir)), "main.go"): b.linked + ".go"},
	})
	if err != nil {
		return err
	}
	for name, text := range map[string]string{b.none + ".go": emptyMain, b.linked + ".go": linkedMain, b.linked + ".json": string(overlay)} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, args := range [][]string{
		{"build", "-o", b.ours, mainPackage},
		{"build", "-o", b.linked, "-overlay", b.linked + ".json", mainPackage},
		{"build", "-o", b.none, b.none + ".go"},
	} {
		cmd := exec.CommandContext(b.ctx, "go", args...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go %v: %w\n%s", args, err, out)
		}
	}
	return nil
}

// run returns what a git command prints.
func (b *bench) run(dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(b.ctx, b.git, append([]string{"-C", dir}, args...)...)
	cmd.Env = environment(b.work)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %v: %w: %s", args, err, stderr.Bytes())
	}
	return string(bytes.TrimRight(out, "\n")), nil
}
