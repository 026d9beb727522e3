package checkout

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
)

// A State is what a person has made of a work tree so far.
type State struct {
	Head      gitops.ID
	Tree      gitops.ID // of the index; zero while something is unmerged
	Unmerged  []string
	Unstaged  []string // changed, and not as the index has them
	Untracked []string // of no interest to git so far; a directory ends in a slash
}

// CommonDir returns the directory that the work tree in dir shares with all of its repository.
func CommonDir(ctx context.Context, git Git, dir string) (string, error) {
	out, err := git(ctx, dir, nil, "rev-parse", "--git-common-dir")
	return below(dir, strings.TrimSuffix(string(out), "\n")), err
}

// ReadState reads what the work tree in dir holds.
func ReadState(ctx context.Context, git Git, dir string) (State, error) {
	out, err := git(ctx, dir, nil, "status", "--porcelain=v2", "-z", "--branch", "--no-renames", "--untracked-files=normal")
	if err != nil {
		return State{}, err
	}
	var s State
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if err := s.add(entry); err != nil {
			return State{}, fmt.Errorf("reading git status: %w", err)
		}
	}
	if len(s.Unmerged) > 0 {
		return s, nil
	}
	out, err = git(ctx, dir, nil, "write-tree")
	if err != nil {
		return s, err
	}
	s.Tree, err = gitops.ParseID(strings.TrimSpace(string(out)))
	return s, err
}

// add reads one line of git status in its second format.
func (s *State) add(entry string) error {
	kind, rest, _ := strings.Cut(entry, " ")
	switch kind {
	case "#":
		if id, ok := strings.CutPrefix(rest, "branch.oid "); ok {
			var err error
			s.Head, err = gitops.ParseID(id)
			return err
		}
		return nil
	case "?":
		s.Untracked = append(s.Untracked, rest)
		return nil
	case "!", "":
		return nil
	}
	before := map[string]int{"1": 8, "u": 10}[kind] // fields, the path being the last
	fields := strings.SplitN(entry, " ", before+1)
	if before == 0 || len(fields) != before+1 || len(fields[1]) != 2 {
		return fmt.Errorf("a line %q", entry)
	}
	switch path := fields[before]; {
	case kind == "u":
		s.Unmerged = append(s.Unmerged, path)
	case fields[1][1] != '.':
		s.Unstaged = append(s.Unstaged, path)
	}
	return nil
}

// Remove has git remove a work tree in which nothing would be lost: its files are as they were written, or
// as one of the trees has them that were taken, there are no others, and HEAD is where it was or a commit
// of such a tree. Otherwise it stays, and kept says why.
func (w WorkTree) Remove(ctx context.Context, git Git, taken []gitops.ID) (kept string, err error) {
	if !w.Gone {
		if kept, err = w.own(ctx, git, taken); kept != "" || err != nil {
			return kept, err
		}
	}
	_, err = git(ctx, "", nil, "worktree", "remove", "--force", w.Dir)
	return "", err
}

// own says what the work tree has that is nowhere else; "" when there is nothing.
func (w WorkTree) own(ctx context.Context, git Git, taken []gitops.ID) (string, error) {
	out, err := git(ctx, w.Dir, nil, "log", "-1", "--format=%H %P %T")
	if err != nil {
		return "", err
	}
	fields := strings.Fields(string(out))
	tree, err := gitops.ParseID(fields[len(fields)-1])
	if err != nil {
		return "", err
	}
	if fields[0] != w.Head.String() && (len(fields) != 3 || fields[1] != w.Head.String() || !slices.Contains(taken, tree)) {
		return "it has a commit that was not taken", nil
	}
	if list, _ := os.ReadDir(filepath.Join(w.GitDir, "modules")); len(list) > 0 { // not there: no submodule was ever checked out
		return "it has submodules checked out", nil
	}
	if out, err = git(ctx, w.Dir, nil, "ls-files", "-z", "--others", "--exclude-standard", "--directory", "--no-empty-directory"); err != nil {
		return "", err
	}
	if files := paths(out); len(files) > 0 {
		return "it has files that git does not track: " + Some(files), nil
	}
	var changed []string // against the nearest
	for _, tree := range append([]gitops.ID{w.Tree}, taken...) {
		out, err := git(ctx, w.Dir, nil, "diff", "--no-ext-diff", "--no-renames", "--ignore-submodules=all", "--name-only", "-z", tree.String())
		if len(out) == 0 || err != nil {
			return "", err
		}
		if now := paths(out); changed == nil || len(now) < len(changed) {
			changed = now
		}
	}
	return "it has changes that were not taken: " + Some(changed), nil
}

// paths are the paths that git prints with NUL behind each.
func paths(out []byte) []string {
	if len(out) == 0 {
		return nil
	}
	return strings.Split(string(bytes.TrimSuffix(out, []byte{0})), "\x00")
}

// Some names the first of several paths, for a message.
func Some(paths []string) string {
	const most = 3
	var b strings.Builder
	for i, p := range paths {
		if i == most {
			return fmt.Sprintf("%s and %d more", b.String(), len(paths)-most)
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", p)
	}
	return b.String()
}
