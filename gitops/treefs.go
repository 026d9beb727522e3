package gitops

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// A TreeFS reads a tree as an fs.FS, so that manifests and pins are read from a branch as from a
// directory. Symlinks are not followed: opening one is an error. Submodules are not there.
type TreeFS struct {
	mem  *odb.Overlay
	root ID
	kept *kept
}

// TreeFS returns the file system of a tree of the session.
func (s *Session) TreeFS(tree ID) *TreeFS { return &TreeFS{mem: s.mem, root: tree, kept: &s.kept} }

// ErrSymlink is what opening a symlink in a tree gives.
var ErrSymlink = errors.New("is a symbolic link, which is not followed")

func (t *TreeFS) lookup(op, name string) (object.TreeEntry, error) {
	if !fs.ValidPath(name) {
		return object.TreeEntry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	e, err := t.find(op, name)
	if err == nil && e.Mode == object.ModeGitlink { // not a part of this tree
		return object.TreeEntry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return e, err
}

// find is lookup for any name that git allows, not UTF-8 alone as package fs wants it, and for submodules.
func (t *TreeFS) find(op, name string) (object.TreeEntry, error) {
	entry := object.TreeEntry{Name: ".", Mode: object.ModeTree, ID: t.root}
	for rest := name; rest != "." && rest != ""; {
		first := rest
		if i := indexSlash(rest); i >= 0 {
			first, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		if entry.Mode != object.ModeTree {
			return object.TreeEntry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		entries, err := entriesOf(t.mem, entry.ID)
		if err != nil {
			return object.TreeEntry{}, &fs.PathError{Op: op, Path: name, Err: err}
		}
		found := false
		for _, e := range entries {
			if e.Name == first {
				entry, found = e, true
				break
			}
		}
		if !found {
			return object.TreeEntry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
	}
	return entry, nil
}

func indexSlash(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '/' {
			return i
		}
	}
	return -1
}

// Open opens a file or a directory.
func (t *TreeFS) Open(name string) (fs.File, error) {
	e, err := t.lookup("open", name)
	if err != nil {
		return nil, err
	}
	if e.Mode == object.ModeTree {
		entries, err := t.ReadDir(name)
		return &openDir{info: fileInfo{entry: e, name: path.Base(name)}, entries: entries}, err
	}
	data, err := t.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &openFile{info: fileInfo{entry: e, name: path.Base(name), size: int64(len(data))}, Reader: bytes.NewReader(data)}, nil
}

// ReadFile returns the bytes of a file.
func (t *TreeFS) ReadFile(name string) ([]byte, error) {
	data, err := t.Shared(name)
	return bytes.Clone(data), err
}

// file is lookup for a regular file.
func (t *TreeFS) file(name string) (object.TreeEntry, error) {
	e, err := t.lookup("read", name)
	switch {
	case err != nil:
	case e.Mode == object.ModeTree:
		err = &fs.PathError{Op: "read", Path: name, Err: errors.New("is a directory")}
	case e.Mode == object.ModeSymlink:
		err = &fs.PathError{Op: "read", Path: name, Err: ErrSymlink}
	}
	return e, err
}

// Sum returns the id of a file's blob.
func (t *TreeFS) Sum(name string) (any, error) {
	e, err := t.file(name)
	return e.ID, err
}

// Shared returns the bytes of a file as the session keeps them, which are not to be changed.
func (t *TreeFS) Shared(name string) ([]byte, error) {
	e, err := t.file(name)
	if err != nil {
		return nil, err
	}
	data, err := t.kept.blob(t.mem, e.ID)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return data, nil
}

// Stat describes a file, a directory or a symlink.
func (t *TreeFS) Stat(name string) (fs.FileInfo, error) {
	e, err := t.lookup("stat", name)
	if err != nil {
		return nil, err
	}
	info := fileInfo{entry: e, name: path.Base(name)}
	if e.Mode != object.ModeTree {
		if _, info.size, err = t.mem.Header(e.ID); err != nil {
			return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
		}
	}
	return info, nil
}

// ReadDir lists a directory by name; submodules are left out.
func (t *TreeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	e, err := t.lookup("readdir", name)
	if err != nil {
		return nil, err
	}
	if e.Mode != object.ModeTree {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("is not a directory")}
	}
	entries, err := entriesOf(t.mem, e.ID)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	out := make([]fs.DirEntry, 0, len(entries))
	for _, c := range entries {
		if c.Mode != object.ModeGitlink {
			out = append(out, dirEntry{fileInfo{entry: c, name: c.Name}, t.mem})
		}
	}
	sortDirEntries(out)
	return out, nil
}

type fileInfo struct {
	entry object.TreeEntry
	name  string
	size  int64
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return i.entry.Mode == object.ModeTree }
func (i fileInfo) Sys() any           { return i.entry.ID }
func (i fileInfo) Mode() fs.FileMode {
	switch i.entry.Mode {
	case object.ModeTree:
		return fs.ModeDir | 0o755
	case object.ModeSymlink:
		return fs.ModeSymlink | 0o777
	case object.ModeExec:
		return 0o755
	}
	return 0o644
}

// A dirEntry is a name of a directory; how large the file is is looked up when it is asked for.
type dirEntry struct {
	fileInfo
	mem *odb.Overlay
}

func (d dirEntry) Type() fs.FileMode { return d.Mode().Type() }

func (d dirEntry) Info() (fs.FileInfo, error) {
	info := d.fileInfo
	if info.IsDir() {
		return info, nil
	}
	_, size, err := d.mem.Header(info.entry.ID)
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: info.name, Err: err}
	}
	info.size = size
	return info, nil
}

func (d dirEntry) String() string { return fs.FormatDirEntry(d) }

type openFile struct {
	info fileInfo
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

type openDir struct {
	info    fileInfo
	entries []fs.DirEntry
	next    int
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: errors.New("is a directory")}
}

// ReadDir returns the next n entries, all that are left when n is not positive.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	rest := d.entries[d.next:]
	if n > 0 && len(rest) == 0 {
		return nil, io.EOF
	}
	if n > 0 && n < len(rest) {
		rest = rest[:n]
	}
	d.next += len(rest)
	return rest, nil
}
