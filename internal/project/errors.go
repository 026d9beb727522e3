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
type ProblemError struct{ Problem policy.Problem }

func (e *ProblemError) Error() string { return e.Problem.Message }

// A NoBranchesError is a repository without a release branch.
type NoBranchesError struct{ Remote, Source string }

func (e *NoBranchesError) Error() string {
	where := "locally"
	if e.Remote != "" {
		where = "on " + e.Remote
	}
	return fmt.Sprintf("no release branch is here, %s, by the policy's templates (%s)", where, e.Source)
}
