package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/odb"
	"github.com/git-backport/git-backport/policy"
)

func TestExitOfReport(t *testing.T) {
	outcome := func(status backport.Status, err error) backport.Outcome {
		return backport.Outcome{Status: status, Err: err, Target: backport.Target{Line: release.Line{Decision: policy.Decision{Verdict: policy.Required}}}}
	}
	failed := func(err error) backport.Outcome { return outcome(backport.StatusFailed, err) }
	emptyNamed := outcome(backport.StatusEmpty, nil)
	emptyNamed.Target.Decision.Verdict = policy.Allowed
	ready, present := outcome(backport.StatusReady, nil), outcome(backport.StatusPresent, nil)
	empty, conflicted := outcome(backport.StatusEmpty, nil), outcome(backport.StatusConflicted, nil)
	gated, refused := outcome(backport.StatusGated, nil), outcome(backport.StatusRefused, nil)
	unforeseen := failed(errors.New("boom"))
	repository := failed(fmt.Errorf("picking: %w", &odb.MissingError{}))
	merge := failed(fmt.Errorf("picking: %w", &gitops.MergeCommitError{}))
	for _, c := range []struct {
		name     string
		outcomes []backport.Outcome
		want     ExitCode
	}{
		{"no targets", nil, ExitOK},
		{"ready", []backport.Outcome{ready}, ExitOK},
		{"present", []backport.Outcome{present, ready}, ExitOK},
		{"empty on a required line", []backport.Outcome{ready, empty}, ExitPerson},
		{"empty on a named line", []backport.Outcome{emptyNamed}, ExitOK},
		{"conflicted", []backport.Outcome{ready, conflicted}, ExitPerson},
		{"gated", []backport.Outcome{gated, ready}, ExitRefused},
		{"refused", []backport.Outcome{refused}, ExitRefused},
		{"gated and conflicted", []backport.Outcome{conflicted, gated}, ExitRefused},
		{"unforeseen", []backport.Outcome{ready, unforeseen}, ExitFailure},
		{"missing object", []backport.Outcome{repository}, ExitRepository},
		{"missing object and a gate", []backport.Outcome{gated, repository, conflicted}, ExitRepository},
		{"all", []backport.Outcome{ready, conflicted, gated, repository, unforeseen}, ExitFailure},
		{"wrong usage of one target is its failure", []backport.Outcome{merge}, ExitFailure},
		{"a target was cancelled", []backport.Outcome{failed(context.Canceled)}, ExitFailure},
		{"a broken pipe", []backport.Outcome{failed(syscall.EPIPE)}, ExitFailure},
		{"a lock is held", []backport.Outcome{failed(&Error{Exit: ExitBusy, Err: errors.New("busy")})}, ExitFailure},
	} {
		for range 2 { // the order of the targets changes nothing
			if got := exitOf(&backport.Report{Outcomes: c.outcomes}); got != c.want {
				t.Errorf("%s: exit %d, want %d", c.name, got, c.want)
			}
			slices.Reverse(c.outcomes)
		}
	}
}
