package checkout

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ReadBelow reads a regular file below a directory, of at most so many bytes. No part of its path may be a
// symbolic link: whoever wrote the tree would choose what is read.
func ReadBelow(dir, name string, most int64) (data []byte, err error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name {
		return nil, &PathError{Path: name, Reason: "it leads outside"}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	parts := strings.Split(name, "/")
	for i := range parts {
		at := path.Join(parts[:i+1]...)
		info, err := root.Lstat(filepath.FromSlash(at))
		switch {
		case err != nil:
			return nil, err
		case info.Mode()&fs.ModeSymlink != 0:
			return nil, &PathError{Path: at, Reason: "it is a symbolic link, and those are not followed"}
		}
	}
	f, err := openRegular(func() (*os.File, error) { return root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|nonblock, 0) })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return readAll(f, name, most)
}

// ReadNamed reads a file that the user names, which may be a link, of at most so many bytes. What is not
// a regular file, as a pipe or a device, is refused.
func ReadNamed(name string, most int64) ([]byte, error) {
	f, err := openRegular(func() (*os.File, error) { return os.OpenFile(name, os.O_RDONLY|nonblock, 0) }) //nolint:forbidigo // for reading; os.Open would wait for a pipe
	if err != nil {
		return nil, err
	}
	return readAll(f, name, most)
}

// errNotRegular is a device, a pipe, a directory where a file should be.
var errNotRegular = errors.New("it is not a regular file")

// openRegular opens a file without waiting for the other end of a pipe.
func openRegular(open func() (*os.File, error)) (*os.File, error) {
	f, err := open()
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// readAll reads a file and closes it.
func readAll(f *os.File, name string, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, &PathError{Path: name, Reason: fmt.Sprintf("it has more than %d MiB", most>>20)}
	}
	return data, nil
}
