package gitops

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"sort"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

func sortDirEntries(entries []fs.DirEntry) {
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
}

// A Change is a path that differs between two trees; nil where it is absent.
type Change struct {
	Path     string
	Old, New *Stage
}

// Changes returns the paths below which two trees differ, sorted, without renames. Only subtrees with
// different ids are read. A zero id is the empty tree. enter decides which directories are looked
// into, nil meaning all.
func (s *Session) Changes(ctx context.Context, before, after ID, enter func(dir string) bool) ([]Change, error) {
	d := treeDiff{ctx: ctx, session: s, enter: enter, most: maxTreeChanges}
	err := d.trees("", before, after, 0)
	sort.Slice(d.out, func(i, j int) bool { return d.out[i].Path < d.out[j].Path })
	return d.out, err
}

// The limits of a comparison of trees. A tree of a few objects can stand for any number of paths.
const (
	maxTreeDepth   = 1024
	maxTreeChanges = 1_000_000 // paths and directories that differ, as in a merge
)

// A treeDiff is one comparison of trees.
type treeDiff struct {
	ctx     context.Context
	session *Session
	enter   func(dir string) bool
	out     []Change
	dirs    int
	most    int // paths and directories that may differ
}

func (d *treeDiff) trees(prefix string, before, after ID, depth int) error {
	if before == after {
		return nil
	}
	if err := d.ctx.Err(); err != nil {
		return err
	}
	d.dirs++
	switch {
	case depth > maxTreeDepth:
		return &LimitError{What: fmt.Sprintf("directory %.60q…: directories nest deeper than %d", prefix, maxTreeDepth)}
	case d.dirs+len(d.out) > d.most:
		return &LimitError{What: fmt.Sprintf("directory %.60q…: more than %d paths differ between two trees", prefix, d.most)}
	}
	a, err := d.session.entries(before)
	if err != nil {
		return err
	}
	b, err := d.session.entries(after)
	if err != nil {
		return err
	}
	olds := make(map[string]object.TreeEntry, len(a))
	for _, e := range a {
		olds[e.Name] = e
	}
	for _, e := range b {
		old, had := olds[e.Name]
		delete(olds, e.Name)
		if had && old == e {
			continue
		}
		if err := d.entry(prefix+e.Name, old, e, depth); err != nil {
			return err
		}
	}
	for _, e := range a {
		if _, gone := olds[e.Name]; gone {
			if err := d.entry(prefix+e.Name, e, object.TreeEntry{}, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry compares what one name holds on both sides; a zero entry is an absent one.
func (d *treeDiff) entry(path string, old, now object.TreeEntry, depth int) error {
	var oldTree, newTree ID
	change := Change{Path: path}
	switch {
	case old.Mode == object.ModeTree:
		oldTree = old.ID
	case old.Mode != 0:
		change.Old = &Stage{Mode: uint32(old.Mode), ID: old.ID}
	}
	switch {
	case now.Mode == object.ModeTree:
		newTree = now.ID
	case now.Mode != 0:
		change.New = &Stage{Mode: uint32(now.Mode), ID: now.ID}
	}
	if change.Old != nil || change.New != nil {
		d.out = append(d.out, change)
	}
	if oldTree == newTree || (d.enter != nil && !d.enter(path)) {
		return nil
	}
	return d.trees(path+"/", oldTree, newTree, depth+1)
}

func (s *Session) entries(tree ID) ([]object.TreeEntry, error) {
	if tree.IsZero() {
		return nil, nil
	}
	return entriesOf(s.mem, tree)
}

// entriesOf reads a tree with the modes that git takes its entries for, whatever is written there.
func entriesOf(mem *odb.Overlay, tree ID) ([]object.TreeEntry, error) {
	entries, err := mem.Tree(tree)
	odd := func(e object.TreeEntry) bool { return e.Mode != e.Mode.Canonical() }
	if err != nil || !slices.ContainsFunc(entries, odd) {
		return entries, err
	}
	out := slices.Clone(entries)
	for i := range out {
		out[i].Mode = out[i].Mode.Canonical()
	}
	return out, nil
}

// Blob returns the bytes of a blob of the session, which must not be changed.
func (s *Session) Blob(id ID) ([]byte, error) { return mergeStore{s}.Blob(mergeID(id)) }

// ReplaceFiles returns the tree with the given files replaced or added, nil content deleting a file;
// modes stay as they are, and a new file is a regular one.
func (s *Session) ReplaceFiles(tree ID, files map[string][]byte) (ID, error) {
	root := &editDir{}
	for path, data := range files {
		root.put(path, fileEdit{data: data})
	}
	id, err := s.applyEdit(tree, root)
	if err == nil && id.IsZero() {
		return s.writeTree(nil)
	}
	return id, err
}
