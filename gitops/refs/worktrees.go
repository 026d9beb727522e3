package refs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// CheckHeld returns a *CheckedOutError for the first of the names that a work tree of the repository
// has checked out, rebases or bisects, nil when there is none.
func (s *Store) CheckHeld(names ...string) error {
	held, err := s.heldBranches(false)
	if err != nil {
		return err
	}
	for _, n := range names {
		if h, ok := held[n]; ok {
			return h
		}
	}
	return nil
}

// heldBranches lists the branches that a work tree holds, also one that has not been born. The HEAD of
// a bare repository holds none: no work tree is at it.
func (s *Store) heldBranches(bare bool) (map[string]*CheckedOutError, error) {
	held := map[string]*CheckedOutError{}
	dirs := []string{s.commonDir}
	list, err := os.ReadDir(filepath.Join(s.commonDir, "worktrees"))
	if err != nil && !missing(err) {
		return nil, fmt.Errorf("listing work trees: %w", err)
	}
	for _, e := range list {
		dirs = append(dirs, filepath.Join(s.commonDir, "worktrees", e.Name()))
	}
	for i, dir := range dirs {
		if bare && i == 0 {
			continue
		}
		if err := holdsOf(dir, held); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// maxState bounds what is read of a work tree's state files, in bytes.
const maxState = 1 << 20

// holdsOf adds the branches that the work tree of one git directory holds.
func holdsOf(dir string, held map[string]*CheckedOutError) error {
	add := func(name string, state CheckedOutState) {
		if name != "" && held[name] == nil {
			held[name] = &CheckedOutError{Ref: name, Worktree: dir, State: state}
		}
	}
	ref, err := Open(dir, dir).readLoose("HEAD")
	var broken *BrokenError
	if err != nil && !errors.Is(err, ErrNotFound) && !errors.As(err, &broken) {
		return err
	}
	add(ref.Symbolic, CheckedOut)
	read := func(parts ...string) (string, error) {
		data, err := readBounded(filepath.Join(append([]string{dir}, parts...)...), maxState)
		if err != nil && !missing(err) {
			return "", fmt.Errorf("reading the state of a work tree: %w", err)
		}
		return string(data), nil
	}
	for _, f := range [][]string{{"rebase-merge", "head-name"}, {"rebase-apply", "head-name"}} {
		text, err := read(f...)
		if err != nil {
			return err
		}
		add(strings.TrimSpace(text), Rebasing)
	}
	// Triples of lines: the ref, its value before and after.
	text, err := read("rebase-merge", "update-refs")
	if err != nil {
		return err
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "refs/") {
			add(strings.TrimSpace(line), Rebasing)
		}
	}
	if text, err = read("BISECT_START"); err != nil {
		return err
	}
	if name := strings.TrimSpace(text); name != "" {
		add("refs/heads/"+strings.TrimPrefix(name, "refs/heads/"), Bisecting)
	}
	return nil
}
