package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sort"
	"sync"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/checkout"
)

// An entry is a file, a link or a submodule of a tree.
type entry struct {
	name  string // in its directory
	stage gitops.Stage
}

// Export writes a tree into a new directory: its bytes as they are in the repository, without filters and
// without .git. Its parent must exist. Submodules are empty directories, and are counted.
func Export(ctx context.Context, s *gitops.Session, tree gitops.ID, dir string) (submodules int, err error) {
	changes, err := s.Changes(ctx, gitops.ID{}, tree, nil)
	if err != nil {
		return 0, err
	}
	root, err := newRoot(dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	dirs := map[string][]entry{}
	for _, c := range changes {
		if err := checkout.CheckPath(c.Path); err != nil {
			return 0, err
		}
		parent := path.Dir(c.Path)
		if c.New.Mode == uint32(object.ModeGitlink) {
			submodules++
			dirs[c.Path] = nil
		}
		dirs[parent] = append(dirs[parent], entry{path.Base(c.Path), *c.New})
	}
	names := make([]string, 0, len(dirs))
	for d := range dirs {
		names = append(names, d)
	}
	sort.Strings(names)
	for _, d := range names {
		if err := root.MkdirAll(filepath.FromSlash(d), 0o777); err != nil {
			return 0, err
		}
	}
	return submodules, fill(ctx, s, root, names, dirs)
}

func newRoot(dir string) (*os.Root, error) {
	parent, err := os.OpenRoot(filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	err = parent.Mkdir(filepath.Base(dir), 0o700)
	root, openErr := parent.OpenRoot(filepath.Base(dir))
	return root, errors.Join(err, openErr, parent.Close())
}

// fill writes the files of all directories, several directories at a time, and the links last: none of
// what is written goes through one.
func fill(ctx context.Context, s *gitops.Session, root *os.Root, names []string, dirs map[string][]entry) error {
	work, fails := make(chan string), make(chan error)
	workers := min(runtime.GOMAXPROCS(0), 8)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var once sync.Once
	for range workers {
		go func() {
			var err error
			for d := range work {
				if err == nil {
					err = fillOne(ctx, s, root, d, dirs[d])
				}
				if err != nil {
					once.Do(cancel)
				}
			}
			fails <- err
		}()
	}
	for _, d := range names {
		work <- d
	}
	close(work)
	var err error
	for range workers {
		if e := <-fails; e != nil && (err == nil || errors.Is(err, context.Canceled)) {
			err = e
		}
	}
	if err != nil {
		return err
	}
	for _, d := range names {
		for _, e := range dirs[d] {
			if e.stage.Mode == uint32(object.ModeSymlink) {
				if err := link(s, root, path.Join(d, e.name), e.stage.ID); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func link(s *gitops.Session, root *os.Root, name string, id gitops.ID) error {
	to, err := s.Blob(id)
	if err != nil {
		return err
	}
	if err := root.Symlink(string(to), filepath.FromSlash(name)); err != nil {
		return fmt.Errorf("writing the link %q: %w", name, err)
	}
	return nil
}

func fillOne(ctx context.Context, s *gitops.Session, root *os.Root, dir string, entries []entry) (err error) {
	if len(entries) == 0 {
		return nil
	}
	at, err := root.OpenRoot(filepath.FromSlash(dir))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.Close()) }()
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		perm := fs.FileMode(0o666)
		switch object.Mode(e.stage.Mode) {
		case object.ModeSymlink, object.ModeGitlink:
			continue
		case object.ModeExec:
			perm = 0o777
		default:
		}
		data, err := s.Blob(e.stage.ID)
		if err != nil {
			return err
		}
		f, err := at.OpenFile(e.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		if err != nil {
			return fmt.Errorf("writing %q: %w", path.Join(dir, e.name), err)
		}
		_, err = f.Write(data)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("writing %q: %w", path.Join(dir, e.name), err)
		}
	}
	return nil
}
