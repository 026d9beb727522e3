package txfs

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

func unlink(path string) error { return os.Remove(path) }

func rmdir(path string) error { return os.Remove(path) }

// openDir returns nil: Windows flushes no directories.
func openDir(string) (*os.File, error) { return nil, nil }

func lockFile(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	// A byte far behind the note is locked, so that others can read who holds it.
	over := &windows.Overlapped{OffsetHigh: 1}
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, over)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION):
		return ErrHeld
	default:
		return fmt.Errorf("locking %q: %w", f.Name(), err)
	}
}

// unlockFile leaves it to the close, which unlocks.
func unlockFile(*os.File) error { return nil }
