package backport

import (
	"context"

	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
)

// maker makes the bumps that go with picks.
func (r *runner) maker() release.Maker {
	return release.Maker{
		Session: r.session, Rule: r.opts.Bump, Notes: r.opts.Notes, History: branches{r},
		Committer: r.opts.Seal.Committer, Sign: r.opts.Seal.Sign,
	}
}

// Maker makes release commits by the options of a plan.
func (o Options) Maker(s *gitops.Session) release.Maker {
	return newRunner(s, Fix{}, o).maker()
}

// bump makes the patch bump of a target, where there is one to make. Why there is none is said.
func (r *runner) bump(ctx context.Context, t Target, p Picked) (release.Bump, error) {
	if why := r.neverBump(); why != "" {
		// No manifest is looked at: one that cannot be read is no matter of a pick that bumps nothing.
		out := release.Bump{Outcome: release.Outcome{Skipped: why, Waits: r.opts.Bump.HeldBack[t.Decision.ID]}}
		if t.Decision.Next != nil {
			out.Outcome.To = t.Decision.Next.String()
		}
		return out, nil
	}
	if t.Onto != "" && t.Decision.First == nil {
		return release.Bump{Outcome: release.Outcome{Skipped: "not a release branch"}}, nil
	}
	tree := p.Tree
	if r.opts.Bump.When == release.WhenSeparate {
		tree = p.TipTree
	}
	out, err := r.maker().Patch(ctx, t.Line, tree, r.fix.KindOn(t))
	if r.opts.Bump.When == release.WhenSeparate && !out.Tree.IsZero() {
		out.Outcome.Branch = r.bumpBranchFor(t)
	}
	return out, err
}

// neverBump says why no target's version is bumped; "" when some may be.
func (r *runner) neverBump() string {
	if r.opts.NoBump {
		return "--no-bump"
	}
	return r.opts.Bump.Never()
}

// sealBump makes the commit of a bump on a head, or on the tip where it has a branch of its own, and
// returns what the head is then.
func (r *runner) sealBump(t Target, b release.Bump, head gitops.ID, o *Outcome) (gitops.ID, error) {
	if b.Tree.IsZero() {
		return head, nil
	}
	if o.Bump.Branch != "" {
		var err error
		o.Bump.Commit, err = r.maker().Seal(b, t.Tip)
		return head, err
	}
	id, err := r.maker().Seal(b, head)
	if err != nil {
		return head, err
	}
	o.Bump.Commit = id
	o.Commits = append(o.Commits, id)
	return id, nil
}
