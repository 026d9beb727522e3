package cmd

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
)

// An ExitCode is how a process ends.
type ExitCode int

// The exit codes. Programs take a code they do not know as failure.
const (
	ExitOK          ExitCode = 0
	ExitFailure     ExitCode = 1
	ExitUsage       ExitCode = 2
	ExitPerson      ExitCode = 3
	ExitMoved       ExitCode = 4
	ExitRefused     ExitCode = 5
	ExitRepository  ExitCode = 6
	ExitBusy        ExitCode = 75
	ExitInterrupted ExitCode = 130
	ExitPipe        ExitCode = 141
	ExitTerminated  ExitCode = 143
)

// An exitRow is one line of the table that code, hints, help and docs are made from.
type exitRow struct {
	Code    ExitCode
	Name    string // error.code in JSON when nothing more special is known
	Meaning string
}

// exitTable is THE table. It is ordered by code.
func exitTable() []exitRow {
	return []exitRow{
		{ExitOK, "ok", "done, or nothing to do"},
		{ExitFailure, "failure", "something unforeseen went wrong"},
		{ExitUsage, "usage", "a flag, an argument, the policy file or the identity is wrong or missing; nothing was done"},
		{ExitPerson, "needs-person", "a conflict, or a pick that changes nothing, needs a person"},
		{ExitMoved, "moved", "something moved meanwhile; nothing was changed"},
		{ExitRefused, "refused", "a gate, a check or the policy refused"},
		{ExitRepository, "repository", "this repository cannot be worked on safely"},
		{ExitBusy, "busy", "another operation holds the lock"},
		{ExitInterrupted, "interrupted", "interrupted (SIGINT)"},
		{ExitPipe, "pipe", "the reader of the output went away; nothing is said"},
		{ExitTerminated, "terminated", "terminated (SIGTERM)"},
	}
}

// An Error is an error with what the user can do about it. It is made at the edge, from typed errors.
type Error struct {
	Exit ExitCode
	Code string // machine-readable, stable: "no-identity"
	Err  error
	Hint string // the cure: one or more lines; "" when there is none
	Run  string // a verb and its arguments, which the hint ends in; "" for none
}

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// usageError is an error of flags or arguments.
func usageError(err error, hint string) *Error {
	return &Error{Exit: ExitUsage, Code: "usage", Err: err, Hint: hint}
}

// explain gives every error its exit code, its machine-readable code and its hint.
func explain(err error) *Error {
	var done *Error
	if errors.As(err, &done) {
		return done
	}
	for _, rule := range explanations() {
		if e := rule(err); e != nil {
			if e.Err == nil {
				e.Err = err
			}
			return e
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{Exit: ExitInterrupted, Code: "interrupted", Err: errors.New("interrupted")}
	case errors.Is(err, syscall.EPIPE):
		return &Error{Exit: ExitPipe, Code: "pipe", Err: err}
	case errors.Is(err, fs.ErrPermission):
		return &Error{Exit: ExitFailure, Code: "permission", Err: err, Hint: "check who owns the file and its mode"}
	case errors.Is(err, syscall.ENOSPC):
		return &Error{Exit: ExitFailure, Code: "disk-full", Err: err, Hint: "nothing was changed; free some space and run the same command again"}
	case errors.Is(err, syscall.EROFS):
		return &Error{Exit: ExitFailure, Code: "read-only", Err: err, Hint: "the repository is on a read-only file system; plan works there, apply does not"}
	}
	return &Error{Exit: ExitFailure, Code: "failure", Err: err}
}
