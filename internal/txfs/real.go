package txfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// ErrHeld is what Lock returns while another holds the lock.
var ErrHeld = errors.New("the lock is held by another process")

// Real is the disk. The zero value is ready to use.
type Real struct{}

var _ FS = Real{}

// A realFile is a file on the disk.
type realFile struct{ *os.File }

// Reserve sets room aside beyond the end of the file.
func (f realFile) Reserve(n int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := reserve(f.File, info.Size(), n); err != nil && !unsupported(err) {
		return &fs.PathError{Op: "reserve", Path: f.Name(), Err: err}
	}
	return nil
}

// Create makes a new file with O_EXCL.
func (Real) Create(path string, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, err
	}
	return realFile{f}, nil
}

// Append opens a file at its end.
func (Real) Append(path string, perm fs.FileMode, create bool) (File, error) {
	flags := os.O_WRONLY | os.O_APPEND
	if create {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(path, flags, perm)
	if err != nil {
		return nil, err
	}
	return realFile{f}, nil
}

// Link gives a file a second name.
func (Real) Link(oldPath, newPath string) error { return os.Link(oldPath, newPath) }

// Rename moves a name over another.
func (Real) Rename(oldPath, newPath string) error { return os.Rename(oldPath, newPath) }

// Unlink removes a file; a directory is refused.
func (Real) Unlink(path string) error {
	if err := unlink(path); err != nil {
		return &fs.PathError{Op: "unlink", Path: path, Err: err}
	}
	return nil
}

// Mkdir makes one directory.
func (Real) Mkdir(path string, perm fs.FileMode) error { return os.Mkdir(path, perm) }

// Rmdir removes an empty directory; a file is refused.
func (Real) Rmdir(path string) error {
	if err := rmdir(path); err != nil {
		return &fs.PathError{Op: "rmdir", Path: path, Err: err}
	}
	return nil
}

// Chmod sets permission bits.
func (Real) Chmod(path string, mode fs.FileMode) error { return os.Chmod(path, mode) }

// SyncDir flushes a directory. A file system that cannot flush directories is not an error: nothing
// more can be done there.
func (Real) SyncDir(path string) error {
	d, err := openDir(path)
	if err != nil || d == nil {
		return err
	}
	err = d.Sync()
	if unsupported(err) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

func unsupported(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, errors.ErrUnsupported)
}

// Lock takes the lock of the file at path.
func (Real) Lock(path, holder string) (func() error, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	// Who holds it is a hint for people; a full disk must not stop a recovery over it.
	if f.Truncate(0) == nil {
		_, _ = fmt.Fprintf(f, "%s\n", holder)
	}
	// Unlocked by name and not by closing alone: a child that was just started has a copy of the
	// descriptor for a moment.
	return func() error { return errors.Join(unlockFile(f), f.Close()) }, nil
}
