package refs

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops/object"
)

// ErrNotFound is what Read returns for a ref that does not exist.
var ErrNotFound = errors.New("no such ref")

// A BrokenError is a ref whose stored value cannot be read as one, or a malformed packed-refs file.
type BrokenError struct {
	Name   string // empty when it is the packed-refs file
	Path   string
	Reason string
}

func (e *BrokenError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("%q is damaged: %s", e.Path, e.Reason)
	}
	return fmt.Sprintf("ref %q is broken (%q): %s", e.Name, e.Path, e.Reason)
}

// A Moved is a ref that does not hold what was expected of it.
type Moved struct {
	Name      string
	Want, Got object.ID // Got is zero when the ref is gone
}

// A MovedError lists the refs that moved since they were read. Nothing was changed.
type MovedError struct{ Refs []Moved }

func (e *MovedError) Error() string {
	parts := make([]string, len(e.Refs))
	for i, m := range e.Refs {
		got := m.Got.String()
		if m.Got.IsZero() {
			got = "nothing"
		}
		parts[i] = fmt.Sprintf("%q holds %s, not %s", m.Name, got, m.Want)
	}
	return "moved meanwhile: " + strings.Join(parts, "; ")
}

// An ExistsError lists the refs that were to be created and are there. Nothing was changed.
type ExistsError struct{ Refs []Moved }

func (e *ExistsError) Error() string {
	parts := make([]string, len(e.Refs))
	for i, m := range e.Refs {
		parts[i] = fmt.Sprintf("%q (%s)", m.Name, m.Got)
	}
	return "already there: " + strings.Join(parts, ", ")
}

// A ConflictError is a name that cannot stand beside another: one is a directory of the other, or
// they differ in case alone. Nothing was changed.
type ConflictError struct{ Name, With, Reason string }

func (e *ConflictError) Error() string {
	return fmt.Sprintf("ref %q conflicts with %q: %s", e.Name, e.With, e.Reason)
}

// A LockedError is a lock held by another process for longer than git would wait. Locks of others
// are never removed. Nothing was changed.
type LockedError struct {
	Path  string
	Since time.Time // the lock file's modification time, zero when it cannot be read
	Owner string    // what the lock file says of its owner; git's say nothing
}

func (e *LockedError) Error() string {
	msg := fmt.Sprintf("%q is held by another process", e.Path)
	if e.Owner != "" {
		msg += " (" + e.Owner + ")"
	}
	if !e.Since.IsZero() {
		msg += " since " + e.Since.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return msg + "; if no git process is running, remove the file"
}

// A BusyError says that another git-backport holds the operation lock of this repository.
type BusyError struct {
	Path   string
	Holder string // what the holder noted, "pid 42"; empty when unknown
}

func (e *BusyError) Error() string {
	if e.Holder == "" {
		return fmt.Sprintf("another git-backport is working on this repository (%q)", e.Path)
	}
	return fmt.Sprintf("another git-backport is working on this repository (%s, %q)", e.Holder, e.Path)
}

// A CheckedOutState says how a work tree holds a branch.
type CheckedOutState string

// The ways a work tree holds a branch.
const (
	CheckedOut CheckedOutState = "checked out"
	Rebasing   CheckedOutState = "being rebased"
	Bisecting  CheckedOutState = "being bisected"
)

// A CheckedOutError is a branch that a work tree holds: it is not moved under its user.
type CheckedOutError struct {
	Ref      string
	Worktree string // the git directory of the work tree
	State    CheckedOutState
}

func (e *CheckedOutError) Error() string {
	return fmt.Sprintf("ref %q is %s (%q)", e.Ref, e.State, e.Worktree)
}

// A HookError is a reference-transaction hook that would have to be asked, with no way given to.
type HookError struct {
	Path   string // of the hook, or the place in the configuration that names it
	Config bool   // the configuration names it
}

func (e *HookError) Error() string {
	if e.Config {
		return fmt.Sprintf("a reference-transaction hook of the configuration (%s) guards ref changes, and git is needed to run it", e.Path)
	}
	return fmt.Sprintf("the hook %q guards ref changes, and git is needed to run it", e.Path)
}

// A ReadOnlyError is a repository that cannot be written to. Nothing was changed.
type ReadOnlyError struct {
	Path string
	Err  error
}

func (e *ReadOnlyError) Error() string {
	return fmt.Sprintf("%q cannot be written to: %v", e.Path, e.Err)
}

// Unwrap returns what the system said.
func (e *ReadOnlyError) Unwrap() error { return e.Err }

// A JournalError is a journal that is damaged or written by a newer version. It is left alone, and
// nothing is written to the repository while it is there.
type JournalError struct{ Path, Reason string }

func (e *JournalError) Error() string {
	return fmt.Sprintf("the journal %q cannot be used: %s; nothing was changed", e.Path, e.Reason)
}

// An UnfinishedError is a transaction that met an error too late to take it back or to finish it.
// The next Recover does; until then its locks stay.
type UnfinishedError struct {
	Committed bool // the refs are changed, or will be by Recover; false: Recover decides
	Err       error
}

func (e *UnfinishedError) Error() string {
	if e.Committed {
		return fmt.Sprintf("the refs are changed, but the last steps failed and are left to the next run: %v", e.Err)
	}
	return fmt.Sprintf("the change was interrupted and is left to the next run to settle: %v", e.Err)
}

// Unwrap returns the error that stopped the transaction.
func (e *UnfinishedError) Unwrap() error { return e.Err }
