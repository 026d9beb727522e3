//go:build linux

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A moment is a verb in a state of the world in which it has something to do.
type moment struct {
	name  string
	state string // "clean", "applied", "open", "settled"
	args  []string
	reads bool // the verb changes nothing
	after string
	takes time.Duration
}

func moments(fix []string) []moment {
	date := "--date=@1784990000 +0000"
	return []moment{
		{name: "apply", state: "clean", args: []string{"apply", fix[0], "--kind", "security", "--name", "n1", date}},
		{name: "apply, which records", state: "clean", args: []string{"apply", fix[1], "--kind", "security", "--name", "n2", date}},
		{name: "apply --replace", state: "applied", args: []string{"apply", fix[0], "--kind", "security", "--name", "n1", "--replace", "--date=@1784990009 +0000"}},
		{name: "undo", state: "applied", args: []string{"undo"}},
		{name: "prune", state: "applied", args: []string{"prune", "--all"}},
		{name: "drop", state: "open", args: []string{"drop", "1", "--reason", "why"}},
		{name: "continue --from", state: "open", args: []string{"continue", "1", "--from", "../settled"}},
		{name: "abort", state: "open", args: []string{"abort"}},
		{name: "resolve --into", state: "open", args: []string{"resolve", "1", "--into", "../again"}},
		{name: "resolve --worktree", state: "open", args: []string{"resolve", "1", "--worktree", "--into", "../tree"}},
		{name: "plan", state: "applied", args: []string{"plan", fix[1], "--kind", "security"}, reads: true},
		{name: "status", state: "open", args: []string{"status"}, reads: true},
		{name: "branches", state: "clean", args: []string{"branches"}, reads: true},
	}
}

// states makes the states of the world that moments begin with, beside the template.
func (b *bench) states(fix []string) error {
	date := "--date=@1784990000 +0000"
	for _, s := range []struct {
		name, from string
		do         [][]string
	}{
		{"clean", "template", nil},
		{"applied", "clean", [][]string{{"apply", fix[0], "--kind", "security", "--name", "n1", date}}},
		{"open", "clean", [][]string{
			{"apply", fix[1], "--kind", "security", "--name", "n2", "--no-cascade", date}, {"resolve", "1", "--into", "../settled"}, {"drop", "2", "--reason", "why"},
		}},
	} {
		to := filepath.Join(b.dir, s.name)
		if err := os.CopyFS(to, os.DirFS(filepath.Join(b.dir, s.from))); err != nil {
			return err
		}
		repo := filepath.Join(to, "r")
		for _, args := range s.do {
			if r, err := b.ours(repo, args...); err != nil || !expected(r.code) {
				return fmt.Errorf("%v: exit %d: %s (%w)", args, r.code, r.err, err)
			}
		}
		if s.name == "applied" { // loose, so that a change of them is one of many files
			if err := b.loosen(repo); err != nil {
				return err
			}
		}
		if s.name == "open" {
			return os.WriteFile(filepath.Join(to, "settled", "d", "app.txt"), []byte(strings.Replace(numbers, "five", "five, settled", 1)), 0o644)
		}
	}
	return nil
}

// loosen has each branch of ours in a file of its own.
func (b *bench) loosen(repo string) error {
	refs, err := b.refs(repo)
	if err != nil {
		return err
	}
	for line := range strings.Lines(refs) {
		id, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, err := b.runGit(repo, "update-ref", "-d", name); err != nil {
			return err
		}
		if _, err := b.runGit(repo, "update-ref", name, id); err != nil {
			return err
		}
	}
	return nil
}

// refs are the branches of ours with their values.
func (b *bench) refs(repo string) (string, error) {
	return b.runGit(repo, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/backport", "refs/heads/bump")
}

// A toll counts what became of the signals at one moment.
type toll struct {
	sent    int
	ended   map[int]int // by exit code; -1 is a death
	changed int         // the change was made
	bad     []string
}

// signals kills every verb at random moments, and looks at what is left.
func signals(b *bench, o options) (string, error) {
	if err := b.prepare(); err != nil {
		return "", err
	}
	out, err := b.runGit(filepath.Join(b.template, "r"), "rev-parse", "main~3", "main~2")
	if err != nil {
		return "", err
	}
	fix := strings.Fields(out)
	if err := b.states(fix); err != nil {
		return "", err
	}
	list := moments(fix)
	for i := range list {
		if err := b.undisturbed(&list[i]); err != nil {
			return "", err
		}
	}
	rnd, tolls := rand.New(rand.NewPCG(o.seed, 7)), make([]toll, len(list))
	for n := range o.signals {
		i := n % len(list)
		if err := b.strike(list[i], &tolls[i], rnd, n); err != nil {
			return "", err
		}
	}
	return tollTable(list, tolls)
}

// undisturbed runs a verb to its end: how long it takes, and what the branches are then.
func (b *bench) undisturbed(m *moment) error {
	b.template = filepath.Join(b.dir, m.state)
	dir, err := b.fresh()
	if err != nil {
		return err
	}
	start := time.Now()
	r, err := b.ours(filepath.Join(dir, "r"), m.args...)
	m.takes = time.Since(start)
	if err != nil || !expected(r.code) || r.code == 2 {
		return fmt.Errorf("%s: exit %d: %s (%w)", m.name, r.code, r.err, err)
	}
	if m.after, err = b.refs(filepath.Join(dir, "r")); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// strike sends one signal to one verb, and looks at what is left of it.
func (b *bench) strike(m moment, t *toll, rnd *rand.Rand, n int) error {
	b.template = filepath.Join(b.dir, m.state)
	dir, err := b.fresh()
	if err != nil {
		return err
	}
	repo := filepath.Join(dir, "r")
	before, err := b.refs(repo)
	if err != nil {
		return err
	}
	signal := []syscall.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGINT, syscall.SIGTERM}[rnd.IntN(4)]
	cmd, cancel := b.command(repo, b.bin, m.args...)
	defer cancel()
	if err := cmd.Start(); err != nil {
		return err
	}
	time.Sleep(time.Duration(rnd.Int64N(int64(m.takes) + 1)))
	if cmd.Process.Signal(signal) == nil {
		t.sent++
	}
	_ = cmd.Wait() // how it ended is in its state
	code := cmd.ProcessState.ExitCode()
	if t.ended == nil {
		t.ended = map[int]int{}
	}
	t.ended[code]++
	if err := b.survived(m, t, repo, before, code, n); err != nil {
		t.bad = append(t.bad, fmt.Sprintf("%s, %s, exit %d: %v", m.name, signal, code, err))
		fmt.Fprintln(os.Stderr, t.bad[len(t.bad)-1])
	}
	return os.RemoveAll(dir)
}

// survived looks at a repository in which a verb was struck: status settles what is left and shows one of two
// states, git finds all, no lock is left, and the verb, run again, ends as if nothing had been.
func (b *bench) survived(m moment, t *toll, repo, before string, code, n int) error {
	if r, err := b.ours(repo, "status"); err != nil || r.code != 0 {
		return fmt.Errorf("status: exit %d: %s (%w)", r.code, r.err, err)
	}
	now, err := b.refs(repo)
	if err != nil {
		return err
	}
	made := now == m.after && m.after != before
	switch {
	case now != before && now != m.after:
		return fmt.Errorf("a part of the branches: %q, between %q and %q", now, before, m.after)
	case (code == 130 || code == 143) && made:
		return errors.New("it ended as interrupted, and the branches are changed")
	case (code == 0 || code == 3 || code == 5) && now != m.after:
		return errors.New("it ended well, and the branches are not changed")
	}
	if made {
		t.changed++
	}
	s := &sequence{bench: b, dir: repo, repo: repo, tell: newTally()}
	if n%3 == 0 {
		err = s.check()
	} else {
		_, err = s.print()
	}
	if err != nil || n%4 != 0 || m.reads {
		return err
	}
	if r, err := b.ours(repo, m.args...); err != nil || !expected(r.code) {
		return fmt.Errorf("again: exit %d: %s (%w)", r.code, r.err, err)
	}
	if now, err = b.refs(repo); err == nil && now != m.after {
		err = fmt.Errorf("again: the branches are %q, not %q", now, m.after)
	}
	return err
}

func tollTable(list []moment, tolls []toll) (string, error) {
	var out strings.Builder
	out.WriteString("| verb | signals | died | 130, 143 | ended as always | branches changed | bad |\n|---|--:|--:|--:|--:|--:|--:|\n")
	var bad []error
	sent := 0
	for i, t := range tolls {
		rest := 0
		for code, n := range t.ended {
			if code != -1 && code != 130 && code != 143 {
				rest += n
			}
		}
		fmt.Fprintf(&out, "| %s | %d | %d | %d | %d | %d | %d |\n", list[i].name, t.sent, t.ended[-1], t.ended[130]+t.ended[143], rest, t.changed, len(t.bad))
		sent += t.sent
		for _, text := range t.bad {
			bad = append(bad, errors.New(text))
		}
	}
	fmt.Fprintf(&out, "\n%d signals reached a living process, %d bad.\n", sent, len(bad))
	return out.String(), errors.Join(bad[:min(len(bad), 10)]...)
}
