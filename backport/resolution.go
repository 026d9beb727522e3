package backport

import "github.com/git-backport/git-backport/gitops"

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
