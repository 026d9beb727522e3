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

// The bounds of what is read back.
const (
	maxFile  = 128 << 20 // bytes of one file
	maxBytes = 512 << 20 // of all
	maxFiles = 10000     // directories included
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

// free demands that a directory is new or empty, and reports whether it is there.
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
	r := reader{root: root, dir: dir}
	err = r.read(".")
	sort.Slice(r.files, func(i, j int) bool { return r.files[i].Path < r.files[j].Path })
	return r.files, err
}

// A reader reads what is below a directory. Package fs would do, if names were UTF-8.
type reader struct {
	root    *os.Root
	dir     string
	entries int
	bytes   int64
	files   []File
}

func (r *reader) read(dir string) error {
	f, err := r.root.Open(filepath.FromSlash(dir))
	if err != nil {
		return err
	}
	list, err := f.ReadDir(maxFiles + 1)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if r.entries += len(list); r.entries > maxFiles {
		return &PathError{Path: r.dir, Reason: fmt.Sprintf("it holds more than %d files", maxFiles)}
	}
	for _, e := range list {
		p := path.Join(dir, e.Name())
		if err := check(p); err != nil {
			return err
		}
		if e.IsDir() {
			err = r.read(p)
		} else {
			err = r.readOne(p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) readOne(p string) error {
	name := filepath.FromSlash(p)
	info, err := r.root.Lstat(name) // before it is opened: opening a pipe waits for its other end
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &PathError{Path: p, Reason: "it is no regular file"}
	}
	if links(info) > 1 { // another name leads to the same file, wherever that is: as with a symbolic link, what is meant is not guessed
		return &PathError{Path: p, Reason: "it is a hard link: another name leads to the same file; write a copy in its place"}
	}
	if r.bytes += info.Size(); info.Size() > maxFile || r.bytes > maxBytes {
		return &PathError{Path: p, Reason: fmt.Sprintf("%d bytes are too many", info.Size())}
	}
	in, err := r.root.Open(name)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFile))
	r.files = append(r.files, File{Path: p, Exec: info.Mode()&0o100 != 0, Data: data})
	return errors.Join(err, in.Close())
}

// CheckPath refuses what git would not check out: paths outside, and .git in its disguises.
func CheckPath(p string) error { return check(p) }
