package odb

import (
	"errors"
	"runtime"
	"runtime/debug"

	"github.com/git-backport/git-backport/gitops/object"
)

const faultReason = "the file became shorter, or cannot be read, while it was in use"

// catchFaults makes an access to a page of a file that is gone a panic, in this goroutine. The
// function it returns goes back to how it was; it takes what recover returned (only the deferred
// function itself can call that), returns such a fault, nil when there was no panic, and lets every
// other panic go on.
func catchFaults() func(recovered any) error {
	old := debug.SetPanicOnFault(true)
	return func(recovered any) error {
		debug.SetPanicOnFault(old)
		if recovered == nil {
			return nil
		}
		if err, ok := recovered.(runtime.Error); ok {
			if _, ok := err.(interface{ Addr() uintptr }); ok {
				return err
			}
		}
		panic(recovered)
	}
}

// openHead opens a file and has its head read. A fault meanwhile is damage; after any error the file
// is closed.
func openHead(path string, mapped bool, read func(*region) error) (err error) {
	r, err := openRegion(path, mapped)
	if err != nil {
		return err
	}
	restore := catchFaults()
	defer func() {
		if fault := restore(recover()); fault != nil {
			err = damaged(-1, "%s", faultReason)
		}
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	return read(r)
}

// placed turns damage into a *CorruptError of the file at path, and leaves other errors.
func placed(err error, path string) error { return placedFor(err, path, object.ID{}) }

func placedFor(err error, path string, id object.ID) error {
	var d *damage
	if errors.As(err, &d) {
		return &CorruptError{Path: path, Offset: d.offset, ID: id, Reason: d.reason}
	}
	var large *TooLargeError
	if errors.As(err, &large) {
		return &TooLargeError{ID: id, Size: large.Size, Limit: large.Limit}
	}
	return err
}
