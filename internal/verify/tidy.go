package verify

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/internal/child"
	"github.com/git-backport/git-backport/internal/txfs"
)

// prefix begins the names of the directories that are made here; lockName is the file in each that says so.
const (
	prefix   = "git-backport-verify-"
	lockName = "lock"
)

// Serve is the work of a guard of a unit: it runs what it is told to, and then removes root, which is a
// directory that a plan made, and the work tree of it that entries lists. With keep both stay.
func Serve(in io.Reader, out io.Writer, root, entries string, keep bool) error {
	if !filepath.IsAbs(root) || !strings.HasPrefix(filepath.Base(root), prefix) {
		return fmt.Errorf("%q: not a directory of verify", root)
	}
	return child.ServeGuard(in, out, func() error {
		if keep {
			return nil
		}
		return tidy(root, entries)
	})
}

// tidy removes the directory of a unit, and what the repository notes of its work tree.
func tidy(root, entries string) error {
	err := Remove(root)
	if entries != "" {
		err = errors.Join(err, removeEntry(entries, root))
	}
	return err
}

// removeEntry removes the entry of a work tree in a directory of ours. One that git had no time to write
// is known by its name, which no other work tree has.
func removeEntry(entries, root string) error {
	list, err := os.ReadDir(entries)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range list {
		dir := filepath.Join(entries, e.Name())
		data, readErr := os.ReadFile(filepath.Join(dir, "gitdir"))
		ours := strings.HasPrefix(string(data), root+string(filepath.Separator))
		if ours || readErr != nil && strings.Contains(e.Name(), strings.TrimPrefix(filepath.Base(root), prefix)) {
			err = errors.Join(err, Remove(dir))
		}
	}
	if err == nil {
		_ = txfs.Real{}.Rmdir(entries) // git removes it with the last entry; where it is not empty it stays
	}
	return err
}

// Remove removes a directory with all that is in it, whatever its modes are. Links are not followed. One
// that is not there is removed.
func Remove(dir string) error {
	parent, err := os.OpenRoot(filepath.Dir(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	name := filepath.Base(dir)
	err = parent.RemoveAll(name)
	if err != nil {
		open(parent, name)
		err = parent.RemoveAll(name)
	}
	return errors.Join(err, parent.Close())
}

// open makes a directory and those below it writable, as far as that is allowed: what stays closed is said
// by who removes it.
func open(parent *os.Root, name string) {
	info, err := parent.Lstat(name)
	if err != nil || !info.IsDir() {
		return
	}
	_ = parent.Chmod(name, 0o700) // it is said by who removes it
	root, err := parent.OpenRoot(name)
	if err != nil {
		return
	}
	defer func() { _ = root.Close() }() // it was only read
	d, err := root.Open(".")
	if err != nil {
		return
	}
	list, _ := d.ReadDir(-1) // what cannot be listed cannot be removed, which is said
	_ = d.Close()
	for _, e := range list {
		if e.IsDir() {
			open(root, e.Name())
		}
	}
}

// Sweep removes the directories of units whose process and guard are both dead, and says how many it
// removed. What it cannot remove it leaves.
func Sweep(temp, entries string) (removed int) {
	list, _ := os.ReadDir(temp) // what cannot be listed is not ours
	for _, e := range list {
		root := filepath.Join(temp, e.Name())
		lock := filepath.Join(root, lockName)
		if dir, err := os.Lstat(root); !strings.HasPrefix(e.Name(), prefix) || err != nil || !mine(dir) {
			continue
		}
		if info, err := os.Lstat(lock); err != nil || !info.Mode().IsRegular() {
			continue
		}
		release, err := txfs.Real{}.Lock(lock, "swept")
		if err != nil {
			continue // its process lives, or it is another user's
		}
		if tidy(root, entries) == nil {
			removed++
		}
		_ = release() // the file is gone
	}
	return removed
}
