package main

import (
	"path/filepath"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
	"github.com/git-backport/git-backport/internal/merge"
)

func objectsOf(repo string) string { return filepath.Join(repo, "objects") }

// A store is the clone's objects with an overlay for what merges write.
type store struct{ *odb.Overlay }

func openStore(db *odb.DB) store { return store{odb.NewOverlay(db)} }

// treeOf returns the tree of a commit.
func (s store) treeOf(commit string) (merge.ID, error) {
	id, err := object.ParseID(commit)
	if err != nil {
		return merge.ID{}, err
	}
	c, err := s.Commit(id)
	if err != nil {
		return merge.ID{}, err
	}
	return merge.ID(c.Tree), nil
}

func (s store) Tree(id merge.ID) ([]merge.Entry, error) {
	entries, err := s.Overlay.Tree(object.ID(id))
	if err != nil {
		return nil, err
	}
	out := make([]merge.Entry, len(entries))
	for i, e := range entries {
		out[i] = merge.Entry{Name: e.Name, Mode: merge.Mode(e.Mode), ID: merge.ID(e.ID)}
	}
	return out, nil
}

func (s store) Blob(id merge.ID) ([]byte, error) { return s.Overlay.Blob(object.ID(id)) }

func (s store) BlobSize(id merge.ID) (int64, error) {
	_, size, err := s.Header(object.ID(id))
	return size, err
}

func (s store) WriteBlob(data []byte) (merge.ID, error) {
	id, err := s.Write(object.KindBlob, data)
	return merge.ID(id), err
}

func (s store) WriteTree(entries []merge.Entry) (merge.ID, error) {
	out := make([]object.TreeEntry, len(entries))
	for i, e := range entries {
		out[i] = object.TreeEntry{Name: e.Name, Mode: object.Mode(e.Mode), ID: object.ID(e.ID)}
	}
	id, err := s.Overlay.WriteTree(out)
	return merge.ID(id), err
}

// parseTree reads the id of a tree.
func parseTree(digits string) (merge.ID, error) {
	id, err := object.ParseID(digits)
	return merge.ID(id), err
}
