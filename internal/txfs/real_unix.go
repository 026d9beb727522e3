//go:build unix

package txfs

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

func unlink(path string) error { return unix.Unlink(path) }

func rmdir(path string) error { return unix.Rmdir(path) }

func openDir(path string) (*os.File, error) { return os.Open(path) }

func lockFile(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrHeld
		default:
			return fmt.Errorf("locking %q: %w", f.Name(), err)
		}
	}
}

func unlockFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_UN) }
