package txfs

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
)

// An opKind is the kind of a recorded operation.
type opKind string

const (
	opCreate  opKind = "create"
	opWrite   opKind = "write"
	opSync    opKind = "fsync"
	opLink    opKind = "link"
	opRename  opKind = "rename"
	opUnlink  opKind = "unlink"
	opMkdir   opKind = "mkdir"
	opRmdir   opKind = "rmdir"
	opChmod   opKind = "chmod"
	opSyncDir opKind = "fsync of directory"
)

// An op is one operation that succeeded. Paths are relative to the root. Files are known by number,
// as names come and go.
type op struct {
	kind     opKind
	path, to string
	file     int
	off      int64
	data     []byte
	mode     fs.FileMode
}

func (o op) String() string { return fmt.Sprintf("%s %s %s", o.kind, o.path, o.to) }

// A Recorder passes operations on to Real and records those that succeed below its root.
type Recorder struct {
	real Real
	root string
	base *base

	mu    sync.Mutex
	ops   []op
	names map[string]int
	sizes map[int]int64
	last  int
}

var _ FS = (*Recorder)(nil)

// NewRecorder begins a record of what happens below root.
func NewRecorder(root string) (*Recorder, error) {
	b, err := scanBase(root)
	if err != nil {
		return nil, err
	}
	r := &Recorder{root: root, base: b, names: map[string]int{}, sizes: map[int]int64{}, last: len(b.files)}
	for i, f := range b.files {
		r.names[f.path] = i + 1
		r.sizes[i+1] = f.size
	}
	return r, nil
}

// Trace returns what was recorded so far.
func (r *Recorder) Trace() *Trace {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &Trace{base: r.base, ops: r.ops}
}

func (r *Recorder) rel(path string) string {
	rel, err := filepath.Rel(r.root, path)
	if err != nil {
		return path
	}
	return rel
}

func (r *Recorder) add(o op, err error, then func(o *op)) error {
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	o.path = r.rel(o.path)
	if o.to != "" {
		o.to = r.rel(o.to)
	}
	if o.file == 0 {
		o.file = r.names[o.path]
	}
	if then != nil {
		then(&o)
	}
	r.ops = append(r.ops, o)
	return nil
}

func (r *Recorder) created(o *op) {
	r.last++
	o.file = r.last
	r.names[o.path] = r.last
}

// Create is recorded.
func (r *Recorder) Create(path string, perm fs.FileMode) (File, error) {
	f, err := r.real.Create(path, perm)
	if err != nil {
		return nil, err
	}
	return r.opened(path, perm, f, true)
}

// Append is recorded as a creation where the file was missing.
func (r *Recorder) Append(path string, perm fs.FileMode, create bool) (File, error) {
	f, err := r.real.Append(path, perm, create)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	_, known := r.names[r.rel(path)]
	r.mu.Unlock()
	return r.opened(path, perm, f, !known)
}

func (r *Recorder) opened(path string, perm fs.FileMode, f File, fresh bool) (File, error) {
	if fresh {
		if err := r.add(op{kind: opCreate, path: path, mode: perm}, nil, r.created); err != nil {
			return nil, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return &recordedFile{r: r, path: path, file: r.names[r.rel(path)], under: f}, nil
}

// Link is recorded.
func (r *Recorder) Link(o, n string) error {
	return r.add(op{kind: opLink, path: o, to: n}, r.real.Link(o, n), func(o *op) { r.names[o.to] = o.file })
}

// Rename is recorded.
func (r *Recorder) Rename(o, n string) error {
	return r.add(op{kind: opRename, path: o, to: n}, r.real.Rename(o, n), func(o *op) {
		if r.names[o.to] != o.file { // two names of one file: rename does nothing
			r.names[o.to] = o.file
			delete(r.names, o.path)
		}
	})
}

// Unlink is recorded.
func (r *Recorder) Unlink(path string) error {
	return r.add(op{kind: opUnlink, path: path}, r.real.Unlink(path), func(o *op) { delete(r.names, o.path) })
}

// Mkdir is recorded.
func (r *Recorder) Mkdir(path string, perm fs.FileMode) error {
	return r.add(op{kind: opMkdir, path: path, mode: perm}, r.real.Mkdir(path, perm), nil)
}

// Rmdir is recorded.
func (r *Recorder) Rmdir(path string) error {
	return r.add(op{kind: opRmdir, path: path}, r.real.Rmdir(path), nil)
}

// Chmod is recorded.
func (r *Recorder) Chmod(path string, mode fs.FileMode) error {
	return r.add(op{kind: opChmod, path: path, mode: mode}, r.real.Chmod(path, mode), nil)
}

// SyncDir is recorded.
func (r *Recorder) SyncDir(path string) error {
	return r.add(op{kind: opSyncDir, path: path}, r.real.SyncDir(path), nil)
}

// Lock is recorded where it makes the file.
func (r *Recorder) Lock(path, holder string) (func() error, error) {
	release, err := r.real.Lock(path, holder)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	_, known := r.names[r.rel(path)]
	r.mu.Unlock()
	if known {
		return release, nil
	}
	return release, r.add(op{kind: opCreate, path: path, mode: 0o600}, nil, r.created)
}

type recordedFile struct {
	r     *Recorder
	path  string
	file  int
	under File
}

func (f *recordedFile) Write(p []byte) (int, error) {
	n, err := f.under.Write(p)
	data := append([]byte(nil), p[:n]...)
	_ = f.r.add(op{kind: opWrite, path: f.path, file: f.file, data: data}, nil, func(o *op) {
		o.off = f.r.sizes[f.file]
		f.r.sizes[f.file] += int64(n)
	})
	return n, err
}

func (f *recordedFile) Reserve(n int64) error { return f.under.Reserve(n) }

func (f *recordedFile) Sync() error {
	return f.r.add(op{kind: opSync, path: f.path, file: f.file}, f.under.Sync(), nil)
}

func (f *recordedFile) Close() error { return f.under.Close() }
