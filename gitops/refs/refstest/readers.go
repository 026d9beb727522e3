package refstest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/txfs"
)

func (w *World) noLocks(root string) error {
	return filepath.WalkDir(w.gitDir(root), func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".lock") && !strings.HasSuffix(path, "gc.pid.lock") {
			return fmt.Errorf("the lock %q is left", path)
		}
		return err
	})
}

// Readers lists and reads the branches of the scenario so many times while they are made and deleted
// without pause and git packs refs; a reader that sees a part of them is an error.
func (w *World) Readers(reads int) (commits int, err error) {
	root, err := w.fresh()
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(root) }()
	var done atomic.Bool
	said := make(chan error, 2)
	go func() { said <- w.churn(root, &commits, done.Load) }()
	go func() {
		for !done.Load() {
			if _, err := w.Git.Run(filepath.Join(root, "repo"), "pack-refs", "--all", "--prune"); err != nil && !strings.Contains(err.Error(), "Unable to create") {
				said <- err
				return
			}
		}
		said <- nil
	}()
	err = w.read(root, reads)
	done.Store(true)
	return commits, errors.Join(err, <-said, <-said)
}

// churn makes and deletes the branches until done.
func (w *World) churn(root string, commits *int, done func() bool) error {
	s := w.store(root, txfs.Real{})
	there := false
	for !done() {
		tx := w.Tx()
		if there {
			tx.Pack = nil
			for j := range tx.Updates {
				tx.Updates[j].Old, tx.Updates[j].New = tx.Updates[j].New, object.ID{}
			}
		}
		var locked *refs.LockedError
		err := s.Commit(context.Background(), tx)
		switch {
		case err == nil:
			there = !there
			*commits++
		case !errors.As(err, &locked):
			return err
		}
	}
	return nil
}

func (w *World) read(root string, reads int) error {
	s := w.store(root, txfs.Real{})
	tx := w.Tx()
	for i := 0; i < reads; i++ {
		if i%2 == 1 { // a single ref is whole or absent
			u := tx.Updates[i/2%len(tx.Updates)]
			ref, err := s.Read(u.Name)
			if err != nil && !errors.Is(err, refs.ErrNotFound) || err == nil && ref.ID != u.New {
				return fmt.Errorf("read %d: %q is %s, %w", i, u.Name, ref.ID, err)
			}
			continue
		}
		seen := 0
		for ref, err := range s.All("refs/heads/backport/") {
			if err != nil {
				return fmt.Errorf("read %d: %w", i, err)
			}
			for _, u := range tx.Updates {
				if ref.Name == u.Name && ref.ID == u.New {
					seen++
				}
			}
		}
		if seen != 0 && seen != len(tx.Updates) {
			return fmt.Errorf("read %d: %d of %d branches", i, seen, len(tx.Updates))
		}
	}
	return nil
}
