package backport

import (
	"context"
	"fmt"

	"github.com/git-backport/git-backport/gitops"
)

// A Resolution is what a person made of a pick that conflicts. It counts for the very same pick only:
// the same commit on the same tree of the same target.
type Resolution struct {
	Branch string    // of the target
	Source gitops.ID // the commit that is picked
	Ours   gitops.ID // the tree it is picked onto
	Tree   gitops.ID // the tree it leads to
}

// resolved settles a conflicted pick by the resolution that is there for it, if there is one.
func (r *runner) resolved(t Target, ours gitops.ID, k *Pick) {
	if len(k.Result.Conflicts) == 0 {
		return
	}
	for _, res := range r.opts.Resolved {
		if res.Branch == t.Branch && res.Source == k.Source && res.Ours == ours {
			k.Result.Tree, k.Result.Conflicts = res.Tree, nil
			k.Lines = append(k.Lines, "conflicts settled by hand")
		}
	}
}

// An Attempt is what a person finds who takes a conflicted pick into a work tree.
type Attempt struct {
	Parent  gitops.ID // what the pick is tried on: the tip, or the fix's earlier commits on top of it
	Message []byte    // of the commit that the pick would make
}

// Attempt makes, in memory and unsigned, the commits of a target's picks before the one that conflicts.
// The committer is "name <email> seconds zone".
func (rep *Report) Attempt(ctx context.Context, s *gitops.Session, o Outcome, committer string) (Attempt, error) {
	opts := rep.Options
	opts.Seal.Committer, opts.Seal.Sign = []byte(committer), nil
	r := newRunner(s, rep.Fix, opts)
	a := Attempt{Parent: o.Target.Tip}
	for i, k := range o.Picks {
		switch k.Status {
		case PickClean:
			c, err := r.pickedCommit(ctx, k, rep.Fix.OnMain[i], a.Parent)
			if err != nil {
				return a, err
			}
			if a.Parent, err = r.session.SignCommit(c, nil); err != nil {
				return a, err
			}
		case PickConflict:
			c, err := r.pickedCommit(ctx, k, rep.Fix.OnMain[i], a.Parent)
			if err != nil {
				return a, err
			}
			a.Message = c.Message
			return a, nil
		case PickPresent, PickEmpty, PickSkipped, PickError:
		}
	}
	return a, fmt.Errorf("%s has no pick that conflicts", o.Target.Branch)
}
