// Package checkout brings what conflicts to a person, and back what the person made of it: as files in a
// directory, or as a linked work tree that the user's git makes, with a conflicted index.
//
// Files of a directory are reached through os.Root: no path of a tree, and no link in the directory,
// leads outside. In a work tree git itself does all the work; its runs come in as a function.
package checkout

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"syscall"

	"github.com/git-backport/git-backport/internal/txfs"
)

// A File is a regular file.
type File struct {
	Path string // slash-separated, relative
	Exec bool
	Data []byte
}

// A PathError is a path that cannot be a file in the directory.
type PathError struct{ Path, Reason string }

func (e *PathError) Error() string { return fmt.Sprintf("%q: %s", e.Path, e.Reason) }

// maxFile and maxFiles bound what is read back: 128 MiB, and 10,000 files.
const (
	maxFile  = 128 << 20
	maxFiles = 10000
)

// Write puts files into a directory, which must be new or empty; its parent must exist.
func Write(fsys txfs.FS, dir string, files []File) (err error) {
	there, err := free(dir)
	if err == nil && !there {
		err = fsys.Mkdir(dir, 0o777)
	}
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for _, f := range files {
		if err := check(f.Path); err != nil {
			return err
		}
		if err := writeOne(root, f); err != nil {
			return fmt.Errorf("writing %q: %w", f.Path, err)
		}
	}
	return nil
}

// free demands that a directory is new or empty, and tells whether it is there.
func free(dir string) (there bool, err error) {
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.Is(err, syscall.ENOTDIR):
		return false, &PathError{Path: dir, Reason: "it is no directory"}
	case err != nil:
		return false, err
	case len(list) > 0:
		return true, &PathError{Path: dir, Reason: "the directory is not empty, and nothing in it is touched"}
	}
	return true, nil
}

func writeOne(root *os.Root, f File) error {
	name := filepath.FromSlash(f.Path)
	if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	mode := fs.FileMode(0o666)
	if f.Exec {
		mode = 0o777
	}
	out, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = out.Write(f.Data)
	return errors.Join(err, out.Close())
}

// check refuses what git would not check out: paths outside, and .git in its disguises.
func check(p string) error {
	if !filepath.IsLocal(filepath.FromSlash(p)) || path.Clean(p) != p || p == "." {
		return &PathError{Path: p, Reason: "it leads outside"}
	}
	for _, part := range strings.Split(strings.ToLower(p), "/") {
		if strings.HasPrefix(strings.TrimRight(part, " ."), ".git") && strings.TrimRight(part, " .") == ".git" || strings.HasPrefix(part, "git~") {
			return &PathError{Path: p, Reason: "it has a part that git takes for its own directory"}
		}
	}
	return nil
}

// Read returns all files below a directory, sorted by path. A link, a device or the like is a
// *PathError: what it would mean in a tree is not guessed.
func Read(dir string) (files []File, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	err = fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if err := check(p); err != nil {
			return err
		}
		f, err := readOne(root, p)
		if err != nil {
			return err
		}
		if files = append(files, f); len(files) > maxFiles {
			return &PathError{Path: dir, Reason: fmt.Sprintf("it holds more than %d files", maxFiles)}
		}
		return nil
	})
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	return files, err
}

func readOne(root *os.Root, p string) (File, error) {
	name := filepath.FromSlash(p)
	info, err := root.Lstat(name)
	if err != nil {
		return File{}, err
	}
	if !info.Mode().IsRegular() {
		return File{}, &PathError{Path: p, Reason: "it is no regular file"}
	}
	if info.Size() > maxFile {
		return File{}, &PathError{Path: p, Reason: fmt.Sprintf("%d bytes are too many", info.Size())}
	}
	in, err := root.Open(name)
	if err != nil {
		return File{}, err
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFile))
	return File{Path: p, Exec: info.Mode()&0o100 != 0, Data: data}, errors.Join(err, in.Close())
}
