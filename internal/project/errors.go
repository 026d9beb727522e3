package project

import (
	"fmt"

	"github.com/git-backport/git-backport/policy"
)

// An InputError is a policy, an argument or a value that is wrong.
type InputError struct {
	Err  error
	Cure string // what to do about it; "" where Err says it
}

func (e *InputError) Error() string { return e.Err.Error() }

func (e *InputError) Unwrap() error { return e.Err }

// A NoMainError is a repository without the main branch that the policy names, or without any.
type NoMainError struct{ Err error }

func (e *NoMainError) Error() string { return e.Err.Error() }

func (e *NoMainError) Unwrap() error { return e.Err }

// A ProblemError is something in the repository that the policy cannot make sense of.
type ProblemError struct {
	Problem policy.Problem
	There   string // what the repository has in place of what is missing; "" where that is not known
}

func (e *ProblemError) Error() string {
	if e.There != "" {
		return e.Problem.Message + "; " + e.There
	}
	return e.Problem.Message
}

// A NoBranchesError is a repository without a release branch by the policy's templates.
type NoBranchesError struct {
	Remote, Source string
	There          string // how the branches here look, and the template that reads them; "" where none is known
}

func (e *NoBranchesError) Error() string {
	where := "locally"
	if e.Remote != "" {
		where = "on " + e.Remote
	}
	text := fmt.Sprintf("no release branch is here, %s, by the policy's templates (%s)", where, e.Source)
	if e.There != "" {
		text += "; " + e.There
	}
	return text
}
