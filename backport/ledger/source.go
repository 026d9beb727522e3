package ledger

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/git-backport/git-backport/gitops/object"
)

// A Source reads what single commits are and change. What is not there is a *MissingError.
type Source interface {
	// Commit returns the commit that an id names, full or abbreviated; nil where none does, or several.
	Commit(ctx context.Context, id string) (*Commit, error)
	// Changed returns the paths that commits change against their first parents, in the order of ids.
	Changed(ctx context.Context, ids []object.ID, scope *Scope) ([]Changes, error)
	// Lines returns the lines that a commit adds and removes at a path.
	Lines(ctx context.Context, id object.ID, path string) (Delta, error)
	// PatchID returns the same text for commits whose patches are equal, white space and places left aside.
	PatchID(ctx context.Context, id object.ID) (string, error)
	// Brought returns what a merge brought to its first parent's history.
	Brought(ctx context.Context, merge object.ID) ([]object.ID, error)
	// File returns the lines of a file of a commit, trimmed; nil where it is absent.
	File(ctx context.Context, id object.ID, path string) ([]string, error)
}

// A MissingError is an object that is not there, so that something cannot be known.
type MissingError struct{ ID object.ID }

func (e *MissingError) Error() string { return fmt.Sprintf("object %s is missing", e.ID) }

// missing returns the object whose absence an error is about.
func missing(err error) (object.ID, bool) {
	var m *MissingError
	if errors.As(err, &m) {
		return m.ID, true
	}
	return object.ID{}, false
}

// Missing returns the object whose absence an error is about.
func Missing(err error) (object.ID, bool) { return missing(err) }

// Changes are the paths that a commit changes.
type Changes struct {
	Paths []string // sorted, and those in the scope alone
	More  bool     // it changes others
}

// A Scope is a set of paths, asked for all of them at once. A nil one has all paths.
type Scope struct {
	paths map[string]bool
	dirs  map[string]bool
}

// NewScope makes a scope of paths.
func NewScope(paths []string) *Scope {
	s := &Scope{paths: map[string]bool{}, dirs: map[string]bool{}}
	for _, p := range paths {
		s.paths[p] = true
		for at, c := range p {
			if c == '/' {
				s.dirs[p[:at]] = true
			}
		}
	}
	return s
}

// Has reports whether a path is in the scope.
func (s *Scope) Has(name string) bool { return s == nil || s.paths[name] }

// Enters reports whether a path of the scope lies below a directory.
func (s *Scope) Enters(dir string) bool { return s == nil || s.dirs[dir] }

// A Delta is what a commit adds to a file and removes from it, lines with the space around them taken off.
type Delta struct{ Added, Removed []string }

// Telling reports whether a line says something: it has four letters or digits.
func Telling(line string) bool {
	n := 0
	for _, c := range line {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 {
			if n++; n == 4 {
				return true
			}
		}
	}
	return false
}

// akin reports whether two commits have a path in common: the same, one of the same name, or one in the
// same directory.
func akin(a, b []string) bool {
	names := make(map[string]bool, 2*len(a))
	for _, p := range a {
		dir, name := path.Split(p)
		names[name] = true
		if dir != "" {
			names[dir] = true
		}
	}
	for _, p := range b {
		dir, name := path.Split(p)
		if names[name] || names[dir] {
			return true
		}
	}
	return false
}

// NewChanges returns the changes of a commit, its paths sorted.
func NewChanges(paths []string, more bool) Changes {
	slices.Sort(paths)
	return Changes{Paths: paths, More: more}
}
