package gitops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// Paths are the paths that a commit changes against its first parent.
type Paths struct {
	List  []string // in git's order of trees
	Blobs [][2]ID  // of the same paths: before and after; zero where there is none, or no file
	More  bool     // it changes others, below directories that were not entered
}

// A PathScope chooses what a walk of trees looks at. A nil function takes all.
type PathScope struct {
	Enter func(dir string) bool  // whether a directory is looked into
	Keep  func(path string) bool // whether a path is listed
}

// ChangedPaths lists what commits change against their first parents, without renames, in the order of
// the commits. Neighbours share most of their trees, which are read once.
func (s *Session) ChangedPaths(ctx context.Context, commits []ID, scope PathScope) ([]Paths, error) {
	out := make([]Paths, len(commits))
	for i, id := range commits {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := s.Commit(id)
		if err != nil {
			return nil, err
		}
		base, _, err := s.SourceBase(id, c, min(len(c.Parents), 1))
		if err != nil {
			return nil, err
		}
		w := pathWalk{session: s, scope: scope, out: &out[i]}
		if err := w.trees("", base, c.Tree, 0); err != nil {
			return nil, fmt.Errorf("what commit %s changes: %w", s.repo.Short(id), err)
		}
	}
	return out, nil
}

// A pathWalk compares two trees for the names of what differs.
type pathWalk struct {
	session *Session
	scope   PathScope
	out     *Paths
	dirs    int
}

func (w *pathWalk) trees(prefix string, before, after ID, depth int) error {
	if before == after {
		return nil
	}
	w.dirs++
	if depth > maxTreeDepth || w.dirs+len(w.out.List) > maxTreeChanges {
		return &LimitError{What: fmt.Sprintf("directory %.60q…: more than %d paths differ between two trees", prefix, maxTreeChanges)}
	}
	a, err := w.session.entries(before)
	if err != nil {
		return err
	}
	b, err := w.session.entries(after)
	if err != nil {
		return err
	}
	for len(a) > 0 || len(b) > 0 {
		var old, now object.TreeEntry
		switch order := compareEntries(a, b); {
		case order < 0:
			old, a = a[0], a[1:]
		case order > 0:
			now, b = b[0], b[1:]
		default:
			old, now, a, b = a[0], b[0], a[1:], b[1:]
			if old == now {
				continue
			}
		}
		if err := w.entry(prefix, old, now, depth); err != nil {
			return err
		}
	}
	return nil
}

// compareEntries compares the first entries of two trees in git's order; an empty list comes last.
func compareEntries(a, b []object.TreeEntry) int {
	switch {
	case len(b) == 0:
		return -1
	case len(a) == 0:
		return 1
	}
	return strings.Compare(treeName(a[0]), treeName(b[0]))
}

func treeName(e object.TreeEntry) string {
	if e.Mode == object.ModeTree {
		return e.Name + "/"
	}
	return e.Name
}

func (w *pathWalk) entry(prefix string, old, now object.TreeEntry, depth int) error {
	name := old.Name
	if old.Mode == 0 {
		name = now.Name
	}
	path := prefix + name
	if old.Mode != object.ModeTree && now.Mode != object.ModeTree {
		if w.scope.Keep == nil || w.scope.Keep(path) {
			w.out.List, w.out.Blobs = append(w.out.List, path), append(w.out.Blobs, [2]ID{fileID(old), fileID(now)})
		} else {
			w.out.More = true
		}
		return nil
	}
	if w.scope.Enter != nil && !w.scope.Enter(path) {
		w.out.More = true
		return nil
	}
	return w.trees(path+"/", old.ID, now.ID, depth+1)
}

// fileID is the id of a file's bytes; zero for what is none.
func fileID(e object.TreeEntry) ID {
	if e.Mode == 0 || e.Mode == object.ModeGitlink || e.Mode == object.ModeTree {
		return ID{}
	}
	return e.ID
}

// LineDelta returns the lines that a commit adds to a file and removes from it, against its first parent,
// as BlobDelta does.
func (s *Session) LineDelta(id ID, path string) (added, removed []string, err error) {
	c, err := s.Commit(id)
	if err != nil {
		return nil, nil, err
	}
	base, _, err := s.SourceBase(id, c, min(len(c.Parents), 1))
	if err != nil {
		return nil, nil, err
	}
	var ids [2]ID
	for i, tree := range []ID{base, c.Tree} {
		st, err := s.Entry(tree, path)
		if err != nil {
			return nil, nil, err
		}
		if st != nil && st.Mode != uint32(object.ModeGitlink) {
			ids[i] = st.ID
		}
	}
	return s.BlobDelta(ids[0], ids[1])
}

// BlobDelta returns the lines that one blob has more often than another, those of after first, with the
// white space around them taken off and without empty ones: what is moved is no difference. A zero id is
// an empty blob; one that is binary or large is a line, its id.
func (s *Session) BlobDelta(before, after ID) (added, removed []string, err error) {
	old, err := s.blobText(before)
	if err != nil {
		return nil, nil, err
	}
	now, err := s.blobText(after)
	if err != nil {
		return nil, nil, err
	}
	old, now = differing(old, now)
	count := map[string]int{}
	for line := range bytes.Lines(now) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			count[string(line)]++
		}
	}
	for line := range bytes.Lines(old) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if count[string(line)]--; count[string(line)] < 0 {
				removed = append(removed, string(line))
			}
		}
	}
	for line := range bytes.Lines(now) {
		if line = bytes.TrimSpace(line); len(line) > 0 && count[string(line)] > 0 {
			count[string(line)]--
			added = append(added, string(line))
		}
	}
	return added, removed, nil
}

// differing takes the lines off that two texts begin and end with alike.
func differing(a, b []byte) ([]byte, []byte) {
	same, start := min(len(a), len(b)), 0
	for start < same && a[start] == b[start] {
		start++
	}
	if start == len(a) && start == len(b) {
		return nil, nil
	}
	start = bytes.LastIndexByte(a[:start], '\n') + 1
	a, b = a[start:], b[start:]
	end := 0
	for end < min(len(a), len(b)) && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	cut := bytes.IndexByte(a[len(a)-end:], '\n') + 1
	if cut == 0 {
		return a, b
	}
	return a[:len(a)-end+cut], b[:len(b)-end+cut]
}

// blobText reads a blob; one that is no text, or a large one, stands for itself by its id.
func (s *Session) blobText(id ID) ([]byte, error) {
	if id.IsZero() {
		return nil, nil
	}
	_, data, err := s.mem.ReadLimited(id, maxAdditionBlob)
	var large *odb.TooLargeError
	if errors.As(err, &large) || err == nil && binary(data) {
		return []byte(id.String() + "\n"), nil
	}
	return data, err
}

func appendTrimmed(out, lines []string) []string {
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// HadFile reports whether the first parent of a commit has a file at a path.
func (s *Session) HadFile(id ID, path string) (bool, error) {
	c, err := s.Commit(id)
	if err != nil {
		return false, err
	}
	base, _, err := s.SourceBase(id, c, min(len(c.Parents), 1))
	if err != nil || base.IsZero() {
		return false, err
	}
	st, err := s.Entry(base, path)
	return st != nil, err
}

// TreeLines returns the lines of a file of a tree, as FileLines does.
func (s *Session) TreeLines(tree ID, path string) ([]string, error) {
	st, err := s.Entry(tree, path)
	if err != nil || st == nil {
		return nil, err
	}
	lines, err := s.sideLines(st)
	return appendTrimmed([]string{}, lines), err
}

// FileLines returns the lines of a file of a commit, with the white space around them taken off; nil
// where there is no such file.
func (s *Session) FileLines(id ID, path string) ([]string, error) {
	tree, err := s.TreeOf(id)
	if err != nil {
		return nil, err
	}
	return s.TreeLines(tree, path)
}

// PatchID returns a text that is the same for commits whose patches against their first parents are equal
// but for white space and the numbers of lines, as git patch-id --stable has it; "" for an empty patch.
func (s *Session) PatchID(ctx context.Context, id ID) (string, error) {
	c, err := s.Commit(id)
	if err != nil {
		return "", err
	}
	base, _, err := s.SourceBase(id, c, min(len(c.Parents), 1))
	if err != nil {
		return "", err
	}
	changes, err := s.Changes(ctx, base, c.Tree, nil)
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	for _, ch := range changes {
		fmt.Fprintf(&text, "%q %t %t\n", ch.Path, ch.Old == nil, ch.New == nil)
		old, now, err := s.bothTexts(ch)
		if err != nil {
			return "", err
		}
		for _, l := range HunkLines(old, now, 3) {
			if strings.HasPrefix(l, "@@") {
				l = "@"
			}
			text.WriteString(strings.Join(strings.Fields(l), ""))
			text.WriteByte('\n')
		}
	}
	if text.Len() == 0 {
		return "", nil
	}
	return object.Hash(object.KindBlob, text.Bytes()).String(), nil
}

// bothTexts reads both sides of a change; what is not text stands for itself by its id.
func (s *Session) bothTexts(ch Change) (old, now []byte, err error) {
	read := func(st *Stage) ([]byte, error) {
		if st == nil {
			return nil, nil
		}
		if st.Mode == uint32(object.ModeGitlink) {
			return []byte(st.ID.String() + "\n"), nil
		}
		_, data, err := s.mem.ReadLimited(st.ID, maxAdditionBlob)
		if err == nil && binary(data) {
			return []byte(st.ID.String() + "\n"), nil
		}
		return data, err
	}
	if old, err = read(ch.Old); err != nil {
		return nil, nil, err
	}
	now, err = read(ch.New)
	return old, now, err
}
