package backport

import (
	"context"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/backport/why"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
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
		kinds, refused, err := r.kindsOf(outcomes[i].Target, set)
		if err != nil {
			return err
		}
		if refused != "" {
			outcomes[i].Target.Warnings = append(outcomes[i].Target.Warnings, refused)
			continue
		}
		fix, err := r.extended(ctx, at, set)
		if err != nil {
			return err
		}
		r.opts.progress(DoingPrerequisites, targets[i].Name(), i, len(outcomes))
		more := newRunner(r.session, fix, r.opts)
		more.histories, more.reading, more.owns = r.histories, r.reading, r.owns
		o := more.target(ctx, targets[i], nil)
		if o.Status == StatusConflicted || o.Status == StatusFailed {
			outcomes[i].Target.Warnings = append(outcomes[i].Target.Warnings, fmt.Sprintf("with what makes %s clean the target is %s all the same: nothing is taken along",
				r.session.Repo().Short(outcomes[i].Picks[at].Source), o.Status))
			continue
		}
		for j := range set {
			o.Picks[at+j].Prerequisite, o.Picks[at+j].Kind = true, kinds[j]
		}
		outcomes[i] = o
	}
	return nil
}

// kindsOf returns the kinds of prerequisites, and why the policy does not let one be taken; "" when it does,
// or the user gives a reason.
func (r *runner) kindsOf(t Target, set []why.Candidate) (kinds []policy.Kind, refused string, err error) {
	for _, c := range set {
		commit, err := r.session.Commit(c.Commit)
		if err != nil {
			return nil, "", err
		}
		kind, _ := KindOf(commit.Message)
		kinds = append(kinds, kind)
		if t.Onto != "" || r.opts.Decide == nil || r.opts.Select.Reason != "" || refused != "" {
			continue
		}
		if d := r.opts.Decide(kind, t.Decision.ID); d.Verdict == policy.Refused {
			refused = fmt.Sprintf("%s would make it clean, and is of kind %s, which the policy refuses on line %s (%s): --reason TEXT takes it along",
				r.session.Repo().Short(c.Commit), kind, t.Decision.Name(), causeDetail(d))
		}
	}
	return kinds, refused, nil
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
