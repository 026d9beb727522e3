package odb

import (
	"fmt"

	"github.com/git-backport/git-backport/gitops/object"
)

// List returns the new objects that heads reach through commits and trees, each once: a commit, its
// tree depth first in the tree's order, then its parents, head after head. What is not new is not
// looked into.
func (o *Overlay) List(heads ...object.ID) ([]object.ID, error) {
	l := &lister{overlay: o, seen: map[object.ID]bool{}}
	for _, id := range heads {
		l.todo = append(l.todo[:0], id)
		for len(l.todo) > 0 {
			next := l.todo[len(l.todo)-1]
			l.todo = l.todo[:len(l.todo)-1]
			if err := l.visit(next); err != nil {
				return nil, err
			}
		}
	}
	return l.ids, nil
}

type lister struct {
	overlay *Overlay
	seen    map[object.ID]bool
	ids     []object.ID
	todo    []object.ID // a stack
}

func (l *lister) visit(id object.ID) error {
	s, ok := l.overlay.get(id)
	if !ok || l.seen[id] {
		return nil
	}
	l.seen[id] = true
	l.ids = append(l.ids, id)
	switch s.kind {
	case object.KindCommit:
		h, err := object.ParseCommitHeader(s.data)
		if err != nil {
			return fmt.Errorf("commit %s: %w", id, err)
		}
		for i := len(h.Parents) - 1; i >= 0; i-- {
			l.todo = append(l.todo, h.Parents[i])
		}
		l.todo = append(l.todo, h.Tree)
	case object.KindTree:
		entries, err := l.overlay.Tree(id)
		if err != nil {
			return err
		}
		for i := len(entries) - 1; i >= 0; i-- {
			if entries[i].Mode != object.ModeGitlink {
				l.todo = append(l.todo, entries[i].ID)
			}
		}
	case object.KindTag:
		return fmt.Errorf("tag %s among the new objects: what it names cannot be listed", id)
	case object.KindBlob:
	}
	return nil
}
