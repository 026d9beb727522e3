package backport

import (
	"context"
	"sync"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// owns are what branches have and main does not have, each read when it is first asked for.
type owns struct {
	mu sync.Mutex
	by map[gitops.ID]*own
}

// An own is the commits that a branch has and main does not have, with what they say of each other.
type own struct {
	mu sync.Mutex
	*ledger.Branch
	copies map[gitops.ID]gitops.ID // by what is copied: the youngest commit that says so and stands
}

// ownOf reads what a target's branch has and main does not have.
func (r *runner) ownOf(ctx context.Context, t Target) (*own, error) {
	r.owns.mu.Lock()
	o := r.owns.by[t.Tip]
	if o == nil {
		o = &own{}
		r.owns.by[t.Tip] = o
	}
	r.owns.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.Branch != nil {
		return o, nil
	}
	h, err := r.history(ctx, t)
	if err != nil {
		return nil, err
	}
	commits, err := r.reading.ReadAll(ctx, h.Commits)
	if err != nil {
		return nil, err
	}
	b, err := ledger.ReadBranch(ctx, r.reading, commits)
	if err != nil {
		return nil, err
	}
	o.copies = map[gitops.ID]gitops.ID{}
	for _, c := range commits {
		if _, undone := b.UndoneBy(c.ID); undone {
			continue
		}
		origins, err := b.Origins(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, id := range origins {
			if _, known := o.copies[id]; !known {
				o.copies[id] = c.ID
			}
		}
	}
	o.Branch = b
	return o, nil
}

// has reports whether a branch has a commit, by ancestry or by a copy that names it, and nothing took it back.
func (r *runner) has(ctx context.Context, t Target, commit gitops.ID) (bool, error) {
	in, err := r.session.Repo().IsAncestor(ctx, commit, t.Tip)
	if err != nil {
		return false, err
	}
	if in {
		_, undone, err := r.undoneSince(ctx, t, commit)
		if err != nil || !undone {
			return err == nil, err
		}
	}
	o, err := r.ownOf(ctx, t)
	if err != nil {
		return false, err
	}
	_, there := o.copies[commit]
	return there, nil
}
