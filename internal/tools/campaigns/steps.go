//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// apply applies a fix, in one of the ways there are.
func (s *sequence) apply() error {
	args := []string{"apply", s.fix[s.rand.IntN(len(s.fix))], "--kind", "security", "--reason", "because", "-q"}
	flags := []string{"--name=n1", "--name=n2", "--name=n3", "", ""}
	args = append(args, flags[s.rand.IntN(len(flags))])
	for _, c := range []struct {
		flag string
		in   int
	}{{"--partial", 3}, {"--replace", 3}, {"--to=3,4", 4}, {"--to=1,2,3", 5}, {"--embargo", 9}, {"--no-cascade", 4}, {"--date=@1784990001 +0000", 3}, {"--no-bump", 4}} {
		if s.rand.IntN(c.in) == 0 {
			args = append(args, c.flag)
		}
	}
	args = slices.DeleteFunc(args, func(a string) bool { return a == "" })
	_, err := s.verb(args...)
	return err
}

// A target is one that waits for a person.
type target struct {
	op, line, branch, tip string
	source                string
	conflicts             []string
}

// status is what is read of the program's own document.
type status struct {
	Operations []struct {
		ID, State string
		Sources   []string
		Targets   []struct {
			Line                *string
			Branch, Status, Tip string
			Conflicts           []string
		}
	}
}

func (s *sequence) status() (status, error) {
	var doc status
	r := s.inside(s.repo, "status", "--all", "--json")
	var err error
	if r.code != 0 {
		err = fmt.Errorf("git-backport status: exit %d: %s", r.code, r.err)
	}
	if err == nil {
		err = json.Unmarshal([]byte(r.out), &doc)
	}
	return doc, err
}

// open lists the targets that wait for a person.
func (s *sequence) open() ([]target, error) {
	doc, err := s.status()
	var out []target
	for _, op := range doc.Operations {
		if op.State != "open" && op.State != "applied" {
			continue
		}
		for _, t := range op.Targets {
			if slices.Contains([]string{"ready", "present", "dropped"}, t.Status) {
				continue
			}
			out = append(out, target{op: op.ID, line: *t.Line, branch: t.Branch, tip: t.Tip, source: op.Sources[0], conflicts: t.Conflicts})
		}
	}
	return out, err
}

func (s *sequence) settle() error {
	open, err := s.open()
	if err != nil || len(open) == 0 {
		return err
	}
	return s.settleOne(open[s.rand.IntN(len(open))])
}

// settleOne settles a target in one of the ways there are, or drops it where that is all there is.
func (s *sequence) settleOne(t target) error {
	ways := []func(target) (string, error){s.byDirectory, s.byDirectory, s.byDirectory, s.byWorkTree, s.byCommit, s.byReuse}
	if len(t.conflicts) == 0 {
		return s.giveUp(t)
	}
	way, err := ways[s.rand.IntN(len(ways))](t)
	if err != nil {
		return err
	}
	open, err := s.open()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(open, func(o target) bool { return o.op == t.op && o.branch == t.branch }) {
		s.tell.Taken[way]++
		return nil
	}
	return s.giveUp(t) // its branch has moved, or nothing can be used again
}

func (s *sequence) giveUp(t target) error {
	_, err := s.verb("drop", t.line, t.op, "--reason=given up")
	return err
}

// text settles a file: both sides stay, and a line is added.
func text(data []byte) []byte {
	var out []string
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "<<<<<<<") && !strings.HasPrefix(line, "=======") && !strings.HasPrefix(line, ">>>>>>>") {
			out = append(out, line)
		}
	}
	return []byte(strings.Join(out, "") + "settled\n")
}

func (s *sequence) settleFiles(dir string, paths []string) error {
	for _, p := range paths {
		name := filepath.Join(dir, p)
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, text(data), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (s *sequence) newDir() string {
	s.dirs++
	return filepath.Join(s.dir, fmt.Sprintf("work%d", s.dirs))
}

func (s *sequence) byDirectory(t target) (string, error) {
	dir := s.newDir()
	r, err := s.verb("resolve", t.line, t.op, "--into", dir, "--no-reuse")
	if err != nil || r.code != 0 {
		return "", err
	}
	if err := s.settleFiles(dir, t.conflicts); err != nil {
		return "", err
	}
	_, err = s.verb("continue", t.line, t.op, "--from", dir)
	return "in a directory", err
}

func (s *sequence) byWorkTree(t target) (string, error) {
	dir := s.newDir()
	r, err := s.verb("resolve", t.line, t.op, "--worktree", "--into", dir, "--no-reuse")
	if err != nil || r.code != 0 {
		return "", err
	}
	if err := s.settleFiles(dir, t.conflicts); err != nil {
		return "", err
	}
	if _, err := s.runGit(dir, "add", "-A"); err != nil {
		return "", err
	}
	if s.rand.IntN(2) == 0 { // git takes away what it can before it is taken
		if err := s.collect(); err != nil {
			return "", err
		}
	}
	_, err = s.verb("continue", t.line, t.op)
	return "in a work tree", err
}

func (s *sequence) byCommit(t target) (string, error) {
	dir := s.newDir()
	if _, err := s.runGit(s.repo, "worktree", "add", "-q", "--detach", dir, t.tip); err != nil {
		return "", nil //nolint:nilerr // the tip is gone with its branch
	}
	if _, err := s.start(dir, s.git, "cherry-pick", t.source); err != nil {
		return "", err
	}
	if err := s.settleFiles(dir, t.conflicts); err != nil {
		return "", err
	}
	for _, args := range [][]string{{"add", "-A"}, {"commit", "-q", "-m", "settled"}} {
		if _, err := s.runGit(dir, args...); err != nil {
			return "", err
		}
	}
	id, err := s.runGit(dir, "rev-parse", "HEAD")
	if err != nil {
		return "", err
	}
	_, err = s.verb("continue", t.line, t.op, "--from", id)
	if err == nil {
		_, err = s.runGit(s.repo, "worktree", "remove", "--force", dir)
	}
	return "by a commit", err
}

func (s *sequence) byReuse(t target) (string, error) {
	_, err := s.verb("continue", t.line, t.op, "--reuse")
	return "used again", err
}

func (s *sequence) drop() error {
	open, err := s.open()
	if err != nil || len(open) == 0 {
		return err
	}
	return s.giveUp(open[s.rand.IntN(len(open))])
}

// undo takes back the last operation, or any.
func (s *sequence) undo() error {
	args := []string{"undo"}
	if doc, err := s.status(); err != nil {
		return err
	} else if n := len(doc.Operations); n > 0 && s.rand.IntN(2) == 0 {
		args = append(args, doc.Operations[s.rand.IntN(n)].ID)
	}
	_, err := s.verb(args...)
	return err
}

func (s *sequence) abort() error {
	_, err := s.verb("abort")
	return err
}

func (s *sequence) prune() error {
	args := []string{"prune"}
	if s.rand.IntN(3) > 0 {
		args = append(args, "--all")
	}
	_, err := s.verb(args...)
	return err
}

func (s *sequence) look() error {
	_, err := s.verb("plan", s.fix[s.rand.IntN(3)], "--kind", "security")
	return err
}

// deleteBranch deletes one of our branches.
func (s *sequence) deleteBranch() error {
	refs, err := s.branches()
	if err != nil || len(refs) == 0 {
		return err
	}
	return s.gitStep("git branch -D", s.repo, "branch", "-q", "-D", strings.TrimPrefix(refs[s.rand.IntN(len(refs))], "refs/heads/"))
}

func (s *sequence) expire() error {
	return s.gitStep("git reflog expire --expire=now --all", s.repo, "reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
}

func (s *sequence) collect() error {
	return s.gitStep("git gc --prune=now", s.repo, "gc", "-q", "--prune=now")
}

func (s *sequence) pruned() error {
	return s.gitStep("git prune --expire=now", s.repo, "prune", "--expire=now")
}

func (s *sequence) repack() error {
	return s.gitStep("git repack -ad", s.repo, "repack", "-q", "-a", "-d")
}

func (s *sequence) pack() error {
	return s.gitStep("git pack-refs --all", s.repo, "pack-refs", "--all", "--prune")
}

// forget deletes a topic branch, here and where objects are borrowed from, with all that it alone had. Before,
// git copies what refs reach: git gc leaves that to the store.
func (s *sequence) forget() error {
	if err := s.repack(); err != nil {
		return err
	}
	name := []string{"topic", "topic2"}[s.rand.IntN(2)]
	if _, err := s.start(s.repo, s.git, "branch", "-q", "-D", name); err != nil {
		return err
	}
	store := filepath.Join(s.dir, "store")
	if _, err := s.start(store, s.git, "branch", "-q", "-D", name); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(store, ".git", "logs")); err != nil {
		return err
	}
	if err := s.expire(); err != nil {
		return err
	}
	return s.gitStep("topic branch gone, alternate emptied of it", store, "prune", "--expire=now")
}

// leave has the repository borrow nothing any more.
func (s *sequence) leave() error {
	if s.left {
		return nil
	}
	s.left = true
	if err := s.gitStep("alternates left", s.repo, "repack", "-q", "-a", "-d"); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(s.dir, "store")); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "store"), 0o755); err != nil {
		return err
	}
	if _, err := s.runGit(filepath.Join(s.dir, "store"), "init", "-q"); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.repo, ".git", "objects", "info", "alternates"), nil, 0o644)
}

// move has a release branch go on.
func (s *sequence) move() error {
	branch := fmt.Sprintf("release-%d.0.0", 1+s.rand.IntN(4))
	tree, err := s.runGit(s.repo, "rev-parse", branch+"^{tree}")
	if err != nil {
		return err
	}
	id, err := s.runGit(s.repo, "commit-tree", tree, "-p", branch, "-m", "more")
	if err != nil {
		return err
	}
	return s.gitStep("release branch moved on", s.repo, "update-ref", "refs/heads/"+branch, id)
}
