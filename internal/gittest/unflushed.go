package gittest

import (
	"io/fs"

	"github.com/git-backport/git-backport/internal/txfs"
)

// An Unflushed disk does not wait for the platter: processes may die on it, and the power stays.
type Unflushed struct{ txfs.Real }

type unflushedFile struct{ txfs.File }

// SyncDir does nothing.
func (Unflushed) SyncDir(string) error { return nil }

// Create makes a file whose Sync does nothing.
func (u Unflushed) Create(path string, perm fs.FileMode) (txfs.File, error) {
	f, err := u.Real.Create(path, perm)
	return unflushedFile{f}, err
}

// Append opens a file whose Sync does nothing.
func (u Unflushed) Append(path string, perm fs.FileMode, create bool) (txfs.File, error) {
	f, err := u.Real.Append(path, perm, create)
	return unflushedFile{f}, err
}

func (unflushedFile) Sync() error { return nil }
