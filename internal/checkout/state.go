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
	Staged    []string // that the index has otherwise than HEAD
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
	out, err := git(ctx, dir, nil, "status", "--porcelain=v2", "-z", "--branch", "--no-renames", "--untracked-files=normal",
		"--ignore-submodules=dirty") // git would run in a submodule, by its own configuration
	if err != nil {
		return State{}, err
	}
	var s State
	for _, entry := range paths(out) {
		if err := s.add(entry); err != nil {
			return State{}, fmt.Errorf("reading git status: %w", err)
		}
	}
	return s, nil
}

// ReadIndex reads in what the index of the work tree in dir differs from a tree; nil is a path that it has
// not. Nothing of it may be unmerged.
func ReadIndex(ctx context.Context, git Git, dir string, tree gitops.ID) (map[string]*gitops.Stage, error) {
	out, err := git(ctx, dir, nil, "diff-index", "--cached", "--raw", "--no-abbrev", "--no-renames", "-z", tree.String())
	if err != nil {
		return nil, err
	}
	fields, stages := paths(out), map[string]*gitops.Stage{}
	for ; len(fields) > 1; fields = fields[2:] { // ":100644 100755 ID ID M", then the path
		var was, now uint32
		var old, id, status string
		if _, err := fmt.Sscanf(fields[0], ":%o %o %s %s %s", &was, &now, &old, &id, &status); err != nil {
			return nil, fmt.Errorf("reading git diff-index: %w in %q", err, fields[0])
		}
		st := &gitops.Stage{Mode: now}
		if st.ID, err = gitops.ParseID(id); err != nil {
			return nil, err
		}
		if now == 0 {
			st = nil
		}
		stages[fields[1]] = st
	}
	return stages, nil
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
	default:
		if fields[1][0] != '.' {
			s.Staged = append(s.Staged, path)
		}
		if fields[1][1] != '.' {
			s.Unstaged = append(s.Unstaged, path)
		}
	}
	return nil
}

// Remove has git, which should run no filters, remove a work tree in which nothing would be lost: its files are as they were written, or
// as before the pick, or as one of the trees has them that were taken; there are no others; and HEAD is
// where it was or a commit of such a tree. Otherwise it stays, and kept says why.
func (w WorkTree) Remove(ctx context.Context, git Git, taken []gitops.ID) (kept string, err error) {
	if !w.Gone {
		if kept, err = w.own(ctx, git, taken); kept != "" || err != nil {
			return kept, err
		}
	}
	return "", w.Discard(ctx, git)
}

// own says what the work tree has that is nowhere else; "" when there is nothing.
func (w WorkTree) own(ctx context.Context, git Git, taken []gitops.ID) (string, error) {
	out, err := git(ctx, w.Dir, nil, "rev-parse", "HEAD", "HEAD^{tree}", "HEAD^@")
	if err != nil {
		return "", err
	}
	fields := strings.Fields(string(out))
	if len(fields) < 2 {
		return "", fmt.Errorf("reading git rev-parse: %q", out)
	}
	tree, err := gitops.ParseID(fields[1])
	if err != nil {
		return "", err
	}
	if fields[0] != w.Head.String() && (len(fields) != 3 || fields[2] != w.Head.String() || !slices.Contains(taken, tree)) {
		return "it has a commit that was not taken", nil
	}
	if list, _ := os.ReadDir(filepath.Join(w.GitDir, "modules")); len(list) > 0 { // not there: no submodule was ever checked out
		return "it has submodules checked out", nil
	}
	if out, err = git(ctx, w.Dir, nil, "ls-files", "-z", "--others", "--exclude-standard", "--directory", "--no-empty-directory"); err != nil {
		return "", err
	}
	files := slices.DeleteFunc(paths(out), func(p string) bool { return w.backup(ctx, git, p) })
	if len(files) > 0 {
		return "it has files that git does not track: " + Some(files), nil
	}
	var changed []string // against the nearest
	for _, tree := range append([]gitops.ID{w.Tree, w.Ours}, taken...) {
		out, err := git(ctx, w.Dir, nil, "diff", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=all", "--name-only", "-z", tree.String())
		if len(out) == 0 || err != nil {
			return "", err
		}
		if now := paths(out); changed == nil || len(now) < len(changed) {
			changed = now
		}
	}
	return "it has changes that were not taken: " + Some(changed), nil
}

// backup reports whether a file is a copy of a conflicted one as it was written, which git mergetool leaves.
func (w WorkTree) backup(ctx context.Context, git Git, p string) bool {
	of, ok := strings.CutSuffix(p, ".orig")
	if !ok {
		return false
	}
	was, err := git(ctx, w.Dir, nil, "cat-file", "blob", w.Tree.String()+":"+of)
	if err != nil {
		return false
	}
	now, err := readRegular(filepath.Join(w.Dir, filepath.FromSlash(p)), int64(len(was)))
	return err == nil && bytes.Equal(was, now)
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
