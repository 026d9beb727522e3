package gitops

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// A place is the trees that stand where another one does, in commits that last or are listed.
type place struct {
	edge []ID // in commits that refs are known to hold whole, as far as git looks
	lent []ID // in others
}

// one lists a commit and its tree. What is in its parents' trees is listed with them, or lasts.
func (w *reach) one(id ID, parents []ID) error {
	if w.seen[id] {
		return nil
	}
	w.seen[id] = true
	if err := w.list(id); err != nil {
		return err
	}
	c, err := w.objects.Commit(id)
	if err != nil {
		return w.incomplete("", id, err)
	}
	at := place{lent: w.lent}
	for _, p := range parents {
		pc, err := w.objects.Commit(p)
		if err != nil {
			return w.incomplete("", p, err)
		}
		at.edge = append(at.edge, pc.Tree)
	}
	if slices.Contains(at.edge, c.Tree) {
		return w.there("", c.Tree)
	}
	return w.tree("", c.Tree, at, !slices.Contains(at.lent, c.Tree))
}

func (w *reach) list(id ID) error {
	if w.packed != nil && !w.packed[id] {
		return fmt.Errorf("%w: %s", errUnkept, id)
	}
	w.ids = append(w.ids, id)
	return nil
}

// tree looks at a tree, and lists it where that is wanted. What is at the same place in another tree is not
// listed: it only has to be in the repository. Of a tree at the edge no more is looked at, as git does when
// it writes trees and when it asks what is reached; of a lent one everything is.
func (w *reach) tree(path string, id ID, at place, list bool) error {
	if w.met(id, list) {
		return nil
	}
	entries, err := w.objects.Tree(id)
	if err != nil {
		return w.incomplete(path, id, err)
	}
	if list {
		if err := w.list(id); err != nil {
			return err
		}
	}
	edge, lent := w.named(at.edge), w.named(at.lent)
	for _, e := range entries {
		name := strings.TrimPrefix(path+"/"+e.Name, "/")
		below := place{edge: edge[e.Name], lent: lent[e.Name]}
		wanted := list && !slices.Contains(below.lent, e.ID)
		switch {
		case e.Mode == object.ModeGitlink:
			continue
		case slices.Contains(below.edge, e.ID):
			err = w.there(name, e.ID)
		case e.Mode.IsTree():
			err = w.tree(name, e.ID, below, wanted)
		case wanted:
			err = w.blob(name, e.ID)
		default:
			err = w.there(name, e.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// met reports whether a tree was looked at before, and listed if it is to be.
func (w *reach) met(id ID, list bool) bool {
	listed, seen := w.seen[id]
	w.seen[id] = listed || list
	return seen && (listed || !list)
}

// named are the ids of the entries of trees by their names.
func (w *reach) named(trees []ID) map[string][]ID {
	out := map[string][]ID{}
	for _, id := range trees {
		entries, err := w.objects.Tree(id)
		if err != nil {
			continue // a file, or nothing to compare with
		}
		for _, e := range entries {
			if !slices.Contains(out[e.Name], e.ID) {
				out[e.Name] = append(out[e.Name], e.ID)
			}
		}
	}
	return out
}

// blob lists a file, unless it is larger than what is read, or lacking by design.
func (w *reach) blob(path string, id ID) error {
	if w.seen[id] {
		return nil
	}
	w.seen[id] = true
	_, size, err := w.objects.Header(id)
	if err != nil {
		return w.incomplete(path, id, err)
	}
	if size > maxBlob {
		return nil
	}
	return w.list(id)
}

// there demands that something is in the repository.
func (w *reach) there(path string, id ID) error {
	has, err := w.objects.Has(id)
	if err == nil && !has {
		err = &odb.MissingError{ID: id}
	}
	return w.incomplete(path, id, err)
}
