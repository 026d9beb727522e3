package backport

import (
	"context"
	"fmt"

	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
)

// nobody stands for the committer while it is not known: what a commit says does not depend on it.
const nobody = "nobody <nobody> 0 +0000"

// pickedCommit is what the commit of a pick says: the source's author byte for byte, the user as
// committer, the message as git cherry-pick writes it. Signatures and other headers are not copied.
func (r *runner) pickedCommit(ctx context.Context, k Pick, onMain bool, parent gitops.ID) (*gitops.Commit, error) {
	source := k.Source
	src, err := r.squashed(ctx, source)
	if err != nil {
		return nil, err
	}
	how := gitops.PickHow{Trailers: r.opts.Seal.Trailers, SignOff: r.opts.Seal.SignOff}
	if r.opts.Seal.Origin == OriginYes || (r.opts.Seal.Origin == OriginAuto && onMain) {
		how.Origin = source
	}
	for _, note := range k.Notes {
		how.Notes = append(how.Notes, "Backport-Note: "+note)
	}
	committer := nobody
	if r.opts.Seal.Committer != nil {
		committer = string(r.opts.Seal.Committer)
	}
	c, err := gitops.PickedCommit(src, k.Result.Tree, parent, committer, how)
	if err != nil {
		return nil, fmt.Errorf("making the commit for %s: %w", source, err)
	}
	return c, nil
}

// whole demands that the repository has everything that the trees of a target's new commits refer to: git
// writes no other tree.
func (r *runner) whole(ctx context.Context, t Target, picks []Pick, b release.Bump) error {
	for _, k := range picks {
		if k.Status != PickClean {
			continue
		}
		if err := r.session.Whole(ctx, k.Result.Tree, t.Tip); err != nil {
			return err
		}
	}
	return r.session.Whole(ctx, b.Tree, t.Tip)
}

// seal makes the commits of a target: one for each clean pick, then the bump. Without an identity there
// are no commits, and the target is ready all the same.
func (r *runner) seal(ctx context.Context, t Target, b release.Bump, o *Outcome) error {
	unmade := r.opts.Seal.Committer == nil
	o.says.signed = unmade || r.opts.Seal.Sign != nil
	head := t.Tip
	for i := range o.Picks {
		k := &o.Picks[i]
		if k.Status != PickClean {
			continue
		}
		c, err := r.pickedCommit(ctx, *k, r.fix.OnMain[i], head)
		if err != nil {
			return err
		}
		o.says.commits = append(o.says.commits, content{c.Tree, c.Message})
		if unmade {
			continue
		}
		if k.Commit, err = r.session.SignCommit(c, r.opts.Seal.Sign); err != nil {
			return err
		}
		head = k.Commit
		o.Commits = append(o.Commits, head)
	}
	o.says.add(b)
	if unmade {
		return nil
	}
	var err error
	o.Head, err = r.sealBump(t, b, head, o)
	return err
}
