package main

import (
	"io/fs"
	"path"
)

// oneFile is a tree of a single file.
type oneFile struct {
	name string
	data []byte
}

func (f oneFile) info() gitFile {
	return gitFile{name: path.Base(f.name), mode: "100644", size: int64(len(f.data))}
}

func (f oneFile) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (f oneFile) ReadFile(name string) ([]byte, error) {
	if name != f.name {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return f.data, nil
}

func (f oneFile) ReadLink(name string) (string, error) {
	return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
}

func (f oneFile) Lstat(name string) (fs.FileInfo, error) {
	if name != f.name {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	}
	return f.info(), nil
}
