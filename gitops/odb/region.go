package odb

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
)

// A region is a whole file to read from: mapped where that works, else read piece by piece.
type region struct {
	path string
	size int64
	data []byte   // all of it, where it is mapped or was read; else nil
	file *os.File // only without a mapping
	heap bool     // data is memory of ours, and no mapping
}

// openRegion opens a file. An empty one is a region of size 0.
func openRegion(path string, mapped bool) (*region, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r := &region{path: path, size: info.Size()}
	if mapped && r.size > 0 && r.size == int64(int(r.size)) {
		if data, err := mapFile(f, int(r.size)); err == nil {
			r.data = data
			return r, f.Close()
		}
	}
	r.file = f
	return r, nil
}

// load reads a small file into memory.
func (r *region) load() error {
	data, err := r.at(0, int(r.size))
	if err == nil {
		r.data, r.heap = data, true
	}
	return err
}

// at returns n bytes at off, or an error when the file does not reach so far.
func (r *region) at(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > r.size-int64(n) {
		return nil, damaged(off, "file of %d bytes ends before it should", r.size)
	}
	if r.data != nil {
		return r.data[off : off+int64(n) : off+int64(n)], nil
	}
	b := make([]byte, n)
	if _, err := r.file.ReadAt(b, off); err != nil {
		return nil, readFailure(off, err)
	}
	return b, nil
}

// upTo returns the bytes at off, n of them or what is left.
func (r *region) upTo(off int64, n int) ([]byte, error) {
	return r.at(off, int(min(int64(n), max(0, r.size-off))))
}

func readFailure(off int64, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damaged(off, "file ends before it should")
	}
	return err
}

// A source is where an inflater reads from; it is kept between uses.
type source struct {
	bytes bytes.Reader
	buf   *bufio.Reader
}

// from sets s to read r from off to end.
func (s *source) from(r *region, off, end int64) io.Reader {
	if r.data != nil {
		s.bytes.Reset(r.data[off:end])
		return &s.bytes
	}
	section := io.NewSectionReader(r.file, off, end-off)
	if s.buf == nil {
		s.buf = bufio.NewReaderSize(section, 8<<10)
	}
	s.buf.Reset(section)
	return s.buf
}

func (r *region) close() error {
	var err error
	if r.data != nil && !r.heap {
		err = unmapFile(r.data)
	}
	r.data = nil
	if r.file != nil {
		err = errors.Join(err, r.file.Close())
		r.file = nil
	}
	return err
}
