package resolve

import (
	"errors"
	"strings"

	"github.com/git-backport/git-backport/gitops/odb"
)

// A RefusedError is a resolution that is not taken. Nothing was changed.
type RefusedError struct {
	Reasons    []string
	Acceptable bool // it is taken where the user accepts it
	Missing    bool // nothing is there that could be taken
	Err        error
	Cure       string // what to do about Err
}

func (e *RefusedError) Error() string {
	switch {
	case e.Err != nil:
		return e.Err.Error()
	case e.Missing:
		return strings.Join(e.Reasons, "; ")
	}
	return "the resolution is not taken: " + strings.Join(e.Reasons, "; ")
}

func (e *RefusedError) Unwrap() error { return e.Err }

// An InputError is a directory, a commit or a program that does not do.
type InputError struct {
	Err  error
	Cure string // what to do about it
}

func (e *InputError) Error() string { return e.Err.Error() }

func (e *InputError) Unwrap() error { return e.Err }

func inputError(err error, cure string) *InputError { return &InputError{Err: err, Cure: cure} }

// tooLarge finds the file that is too large to be read.
func tooLarge(err error) (*odb.TooLargeError, bool) {
	var e *odb.TooLargeError
	ok := errors.As(err, &e)
	return e, ok
}
