package msrv

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/git-backport/git-backport/internal/document"
)

// A Change is a file before and after a commit. nil is no such file.
type Change struct {
	Path          string
	Before, After []byte
}

// PinOnly reports whether a commit does nothing but change pins: every file it changes is a pin file, and
// without the values of their pins the files are the same before and after. A commit that changes no
// file is none.
func PinOnly(changes []Change, o Options) bool {
	if len(changes) == 0 {
		return false
	}
	for _, c := range changes {
		if !o.IsPinFile(c.Path) || !pinOnly(c, o) {
			return false
		}
	}
	return true
}

func pinOnly(c Change, o Options) bool {
	if c.Before == nil || c.After == nil {
		return onlyPins(c.Path)
	}
	if bytes.Equal(c.Before, c.After) { // its mode changed
		return false
	}
	before := ReadPins(overlay{nil, c.Path, c.Before}, []string{c.Path}, o)
	after := ReadPins(overlay{nil, c.Path, c.After}, []string{c.Path}, o)
	a, okA := maskPins(c.Path, c.Before, before, index(after))
	b, okB := maskPins(c.Path, c.After, after, index(before))
	return okA && okB && bytes.Equal(a, b)
}

// maskPins overwrites the values of the pins of a file, and takes out the lines of those that other lacks.
func maskPins(p string, data []byte, r Reading, other indexed) ([]byte, bool) {
	var edits []document.Edit
	for _, pin := range r.Pins {
		if pin.From != "" {
			continue
		}
		if _, ok := other.at[pin.id()]; !ok {
			gone, err := deletePin(p, data, pin)
			if err != nil {
				return nil, false
			}
			edits = append(edits, gone...)
			continue
		}
		for _, span := range append([]document.Span{pin.Span}, pin.More...) {
			edits = append(edits, document.Edit{Path: p, Start: span.Start, End: span.End, New: []byte{0}})
		}
	}
	out, err := document.Apply(data, edits)
	return out, err == nil
}

// An overlay is a tree in which one file has other bytes. Without a tree it is that file alone.
type overlay struct {
	tree fs.FS
	path string
	data []byte
}

// Open opens a file of the overlay.
func (o overlay) Open(name string) (fs.File, error) {
	if name == o.path {
		return &memFile{name: path.Base(name), size: len(o.data), Reader: bytes.NewReader(o.data)}, nil
	}
	if o.tree == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return o.tree.Open(name)
}

// memFile is a regular file in memory, and its own fs.FileInfo.
type memFile struct {
	name string
	size int
	io.Reader
}

func (f *memFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *memFile) Close() error               { return nil }
func (f *memFile) Name() string               { return f.name }
func (f *memFile) Size() int64                { return int64(f.size) }
func (f *memFile) Mode() fs.FileMode          { return 0o644 }
func (f *memFile) ModTime() time.Time         { return time.Time{} }
func (f *memFile) IsDir() bool                { return false }
func (f *memFile) Sys() any                   { return nil }
