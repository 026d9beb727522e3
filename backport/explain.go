package backport

import (
	"context"

	"github.com/git-backport/git-backport/backport/why"
	"github.com/git-backport/git-backport/gitops"
)

// explain finds out why picks conflict. Nothing depends on it: what fails only leaves the report poorer.
func (r *runner) explain(ctx context.Context, outcomes []Outcome) {
	if r.opts.NoWhy {
		return
	}
	var open []*Pick
	var questions []why.Question
	for i := range outcomes {
		t := outcomes[i].Target
		for j := range outcomes[i].Picks {
			k := &outcomes[i].Picks[j]
			if k.Status != PickConflict || outcomes[i].Status != StatusConflicted {
				continue
			}
			open = append(open, k)
			questions = append(questions, why.Question{
				Branch: whyBranch{r, t}, Tip: t.Tip, Source: k.Source, Mainline: r.opts.Mainline,
				Fix: r.fix.Commits, Ours: k.Ours, Result: k.Result, Hunks: k.Hunks,
				Progress: func(done, of int) { r.opts.progress(DoingSearch, t.Name(), done, of) },
			})
		}
	}
	for i, answer := range why.Explain(ctx, r.session, questions) {
		open[i].Why = answer
	}
}

// A whyBranch is a target as the search for causes sees it.
type whyBranch struct {
	r *runner
	t Target
}

// Point returns the commit at which the target's branch left main.
func (b whyBranch) Point(ctx context.Context) (gitops.ID, error) {
	h, err := b.r.history(ctx, b.t)
	return h.Point, err
}

// HasCopy reports whether the target's branch has a copy of a commit.
func (b whyBranch) HasCopy(ctx context.Context, commit gitops.ID) (bool, error) {
	o, err := b.r.ownOf(ctx, b.t)
	if err != nil {
		return false, err
	}
	_, there := o.copies[commit]
	return there, nil
}

// Settle applies the policy's path rules to a trial.
func (b whyBranch) Settle(_ context.Context, ours, source gitops.ID, res gitops.PickResult) (gitops.PickResult, error) {
	tip, err := b.r.session.TreeOf(b.t.Tip)
	if err != nil {
		return res, err
	}
	k := Pick{Source: source, Ours: ours, Result: res}
	err = b.r.settle(b.t, tip, &k)
	return k.Result, err
}

// showConflicts reads, for the picks that conflict, the hunks with markers.
func (r *runner) showConflicts(o *Outcome) error {
	for i := range o.Picks {
		k := &o.Picks[i]
		if k.Status != PickConflict {
			continue
		}
		for _, c := range k.Result.Conflicts {
			hunks, err := why.Hunks(r.session, k.Result, c)
			if err != nil {
				return err
			}
			k.Hunks = append(k.Hunks, hunks...)
		}
	}
	return nil
}
