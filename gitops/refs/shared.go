package refs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Shared says whom new files are open to beyond the umask: git's core.sharedRepository. The zero
// value is the umask alone.
type Shared struct {
	Bits  fs.FileMode // permission bits to add
	Exact bool        // Bits replace the permissions: an octal value was given
}

// ParseShared reads a value of core.sharedRepository; empty is the umask.
func ParseShared(value string) (Shared, error) {
	switch strings.ToLower(value) {
	case "", "umask", "false", "no", "off", "0":
		return Shared{}, nil
	case "group", "true", "yes", "on", "1":
		return Shared{Bits: 0o660}, nil
	case "all", "world", "everybody", "2":
		return Shared{Bits: 0o664}, nil
	}
	bits, err := strconv.ParseUint(value, 8, 32)
	if err != nil || bits&0o600 != 0o600 {
		return Shared{}, fmt.Errorf("core.sharedRepository %q: want group, all, umask or an octal mode that lets the owner read and write", value)
	}
	return Shared{Bits: fs.FileMode(bits) & 0o666, Exact: true}, nil
}

// mode returns the mode that a file or directory of the given mode gets.
func (s Shared) mode(now fs.FileMode) fs.FileMode {
	if s.Bits == 0 {
		return now
	}
	bits := s.Bits
	if now&0o200 == 0 {
		bits &^= 0o222
	}
	if now&0o100 != 0 {
		bits |= bits & 0o444 >> 2
	}
	perm := now.Perm() | bits
	if s.Exact {
		perm = bits
	}
	if !now.IsDir() {
		return perm
	}
	perm |= perm & 0o444 >> 2
	if perm&0o070 != 0 {
		perm |= fs.ModeSetgid
	}
	return perm
}

// adjust gives a new file or directory the mode that the repository's sharing asks for.
func (s *Store) adjust(path string, shared Shared) error {
	if shared.Bits == 0 {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return s.chmodFrom(path, info.Mode(), shared.mode(info.Mode()))
}

// Share gives a file or directory of ours, which may be another member's, the mode of the store's sharing.
func (s *Store) Share(path string) error {
	err := s.adjust(path, s.Shared)
	if errors.Is(err, fs.ErrPermission) {
		return nil // its owner's to change
	}
	return err
}

// chmod sets the permissions of a file where they differ.
func (s *Store) chmod(path string, want fs.FileMode) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return s.chmodFrom(path, info.Mode(), want)
}

func (s *Store) chmodFrom(path string, have, want fs.FileMode) error {
	if have&(fs.ModePerm|fs.ModeSetgid) == want {
		return nil
	}
	return s.fs.Chmod(path, want)
}

// writeFile makes a new file with content and flushes it.
func (s *Store) writeFile(path string, perm fs.FileMode, content []byte) error {
	f, err := s.fs.Create(path, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// unlink removes a file that may be gone already.
func (s *Store) unlink(path string) error {
	if _, err := os.Lstat(path); missing(err) {
		return nil
	}
	if err := s.fs.Unlink(path); err != nil && !missing(err) {
		return err
	}
	return nil
}

// syncDir flushes a directory that may be gone already.
func (s *Store) syncDir(path string) error {
	if err := s.fs.SyncDir(path); err != nil && !missing(err) {
		return err
	}
	return nil
}

// readOnly reports whether err says that nothing can be written here.
func readOnly(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission)
}
