package odb

import (
	"fmt"

	"github.com/git-backport/git-backport/gitops/object"
)

// A MissingError says that an object is in no pack, loose directory or alternate. That is damage, or
// a partial clone; it never means that a path is absent.
type MissingError struct{ ID object.ID }

// Error names the object.
func (e *MissingError) Error() string { return fmt.Sprintf("object %s is missing", e.ID) }

// A CorruptError says that a file of the object database cannot be trusted.
type CorruptError struct {
	Path   string    // of the pack, idx or loose object
	Offset int64     // in that file; -1 when the whole of it is meant
	ID     object.ID // of the object asked for; zero when none was
	Reason string
}

// Error says what was read, where, and what is wrong.
func (e *CorruptError) Error() string {
	s := fmt.Sprintf("corrupt object database: %q", e.Path)
	if e.Offset >= 0 {
		s += fmt.Sprintf(" at byte %d", e.Offset)
	}
	if !e.ID.IsZero() {
		s += fmt.Sprintf(", object %s", e.ID)
	}
	return s + ": " + e.Reason
}

// A TooLargeError says that an object was not read because of its size.
type TooLargeError struct {
	ID    object.ID
	Size  int64 // in bytes, as declared
	Limit int64
}

// Error says the sizes.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("object %s has %d bytes, more than the limit of %d", e.ID, e.Size, e.Limit)
}

// A KindError says that an object is not of the kind that was asked for.
type KindError struct {
	ID        object.ID
	Want, Got object.Kind
}

// Error says both kinds.
func (e *KindError) Error() string {
	return fmt.Sprintf("object %s is a %s, not a %s", e.ID, e.Got, e.Want)
}

// damage is a fault found deep below; the path and the id are added where they are known.
type damage struct {
	offset int64
	reason string
}

func (d *damage) Error() string { return d.reason }

func damaged(offset int64, format string, args ...any) error {
	return &damage{offset, fmt.Sprintf(format, args...)}
}
