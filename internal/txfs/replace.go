package txfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace makes data the content of the file at path, wholly or not at all: it is written beside it,
// made durable, and moved over the name. A file that was there keeps its permission bits; perm is for
// a new one. What path names must not be a symbolic link: the link itself would be replaced.
func Replace(fsys FS, path string, data []byte, perm fs.FileMode) error {
	info, err := os.Lstat(path)
	kept := err == nil
	if kept {
		if !info.Mode().IsRegular() {
			return &fs.PathError{Op: "replace", Path: path, Err: errors.New("not a regular file")}
		}
		perm = info.Mode().Perm()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir, name := filepath.Split(path)
	temp := filepath.Join(dir, "."+name+".git-backport.tmp")
	f, err := fsys.Create(temp, perm)
	if err != nil {
		return err
	}
	err = writeAll(f, data)
	if err == nil && kept {
		err = fsys.Chmod(temp, perm)
	}
	if err == nil {
		err = fsys.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, fsys.Unlink(temp))
	}
	if dir == "" {
		dir = "."
	}
	return fsys.SyncDir(dir)
}

func writeAll(f File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
