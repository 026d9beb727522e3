package backport

import (
	"context"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/backport/why"
	"github.com/git-backport/git-backport/gitops"
)

// withPrerequisites takes conflicted targets again with the commits of main that were found to make
// their picks clean, each before the commit that needs it, on that target alone. A target that still
// conflicts stays as it was.
func (r *runner) withPrerequisites(ctx context.Context, targets []Target, outcomes []Outcome) error {
	if !r.opts.WithPrerequisites {
		return nil
	}
	for i := range outcomes {
		if outcomes[i].Status != StatusConflicted {
			continue
		}
		at := slices.IndexFunc(outcomes[i].Picks, func(k Pick) bool { return k.Status == PickConflict })
		if at < 0 || outcomes[i].Picks[at].Why == nil || len(outcomes[i].Picks[at].Why.CleanWith) == 0 {
			continue
		}
		set := outcomes[i].Picks[at].Why.CleanWith
		fix, err := r.extended(ctx, at, set)
		if err != nil {
			return err
		}
		r.opts.progress(DoingPrerequisites, targets[i].Name(), i, len(outcomes))
		more := newRunner(r.session, fix, r.opts)
		more.histories = r.histories
		o := more.target(ctx, targets[i], nil)
		if o.Status == StatusConflicted || o.Status == StatusFailed {
			outcomes[i].Target.Warnings = append(outcomes[i].Target.Warnings, fmt.Sprintf("with what makes %s clean the target is %s all the same: nothing is taken along",
				r.session.Repo().Short(outcomes[i].Picks[at].Source), o.Status))
			continue
		}
		for j := range set {
			o.Picks[at+j].Prerequisite = true
		}
		outcomes[i] = o
	}
	return nil
}

// extended is the fix with commits before its at-th.
func (r *runner) extended(ctx context.Context, at int, set []why.Candidate) (Fix, error) {
	fix := r.fix
	fix.Commits, fix.OnMain = slices.Clone(fix.Commits), slices.Clone(fix.OnMain)
	for j, c := range set {
		on := false
		if main := r.opts.Main.Tip; main != (gitops.ID{}) {
			var err error
			if on, err = r.session.Repo().IsAncestor(ctx, c.Commit, main); err != nil {
				return fix, err
			}
		}
		fix.Commits = slices.Insert(fix.Commits, at+j, c.Commit)
		fix.OnMain = slices.Insert(fix.OnMain, at+j, on)
	}
	return fix, nil
}
