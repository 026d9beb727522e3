package why

import (
	"context"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/gitops"
)

// The bounds of the search for sets, for one pick. On Wasmtime no set was found after
// more than some ten trials.
const (
	maxSetSize  = 4  // commits
	maxSuspects = 8  // that are tried where a commit conflicts
	maxSets     = 60 // that are tried
	maxOpenSets = 16 // of one size, that larger ones are made from
)

// A trialSet is a set of commits of main that does not make the source clean, and what stops it.
type trialSet struct {
	commits  []gitops.ID // oldest first
	stop     *failure
	suspects []gitops.ID // nil until they are asked for
}

// sets looks for the smallest set of commits of main with which the source is clean. Each set is made
// from a smaller one by a commit that made what stops that one, the likeliest first; for the source
// itself others that changed the same files come after those.
func (s *search) sets(ctx context.Context, root *failure) error {
	first := &trialSet{stop: root, suspects: s.suspects(root)}
	for _, c := range s.why.Candidates {
		if !slices.Contains(first.suspects, c.Commit) {
			first.suspects = append(first.suspects, c.Commit)
		}
	}
	seen := map[string]bool{}
	for size, level := 1, []*trialSet{first}; size <= maxSetSize && len(level) > 0; size++ {
		var next []*trialSet
		for wave := range len(level) + maxSuspects {
			for i := max(0, wave-maxSuspects+1); i <= wave && i < len(level); i++ {
				larger, err := s.enlarge(ctx, level[i], wave-i, seen)
				if err != nil || s.why.CleanWith != nil {
					return err
				}
				if larger != nil {
					next = append(next, larger)
				}
				if len(seen) >= maxSets {
					s.why.Cut = true
					return nil
				}
			}
		}
		slices.SortStableFunc(next, func(a, b *trialSet) int { return len(a.stop.spots) - len(b.stop.spots) })
		level = next[:min(len(next), maxOpenSets)]
		s.why.Cut = s.why.Cut || len(level) < len(next) || size == maxSetSize && len(next) > 0
	}
	return nil
}

// enlarge tries a set with its nth suspect. It returns the new set where that got further than the old
// one, and keeps it in Why where it is clean.
func (s *search) enlarge(ctx context.Context, t *trialSet, n int, seen map[string]bool) (*trialSet, error) {
	if t.suspects == nil {
		if err := s.follow(ctx, t.stop); err != nil {
			return nil, err
		}
		t.suspects = append([]gitops.ID{}, s.suspects(t.stop)...)
	}
	s.why.Cut = s.why.Cut || len(t.suspects) > maxSuspects
	if n >= len(t.suspects) || slices.Contains(t.commits, t.suspects[n]) {
		return nil, nil //nolint:nilnil // nothing to try
	}
	set := append(slices.Clone(t.commits), t.suspects[n])
	slices.SortFunc(set, func(a, b gitops.ID) int { return s.absent[b] - s.absent[a] })
	key := fmt.Sprint(set)
	if seen[key] {
		return nil, nil //nolint:nilnil // tried before
	}
	seen[key] = true
	s.progress(len(seen))
	stop, err := s.try(ctx, set)
	if err != nil || stop == nil || stop.signature() == t.stop.signature() {
		return nil, err
	}
	return &trialSet{commits: set, stop: stop}, nil
}

// try picks a set and then the source. It returns what conflicts; nothing where all is clean, or where
// a commit of the set changes nothing, so that a smaller set does as much.
func (s *search) try(ctx context.Context, set []gitops.ID) (*failure, error) {
	tree := s.Ours
	for _, id := range append(slices.Clone(set), s.Source) {
		res, err := s.onto(ctx, tree, id)
		if err != nil {
			return nil, err
		}
		if len(res.Conflicts) > 0 {
			stop := &failure{commit: id, result: res}
			return stop, s.examine(ctx, stop)
		}
		if res.Tree == tree {
			return nil, nil //nolint:nilnil // no failure, and no success
		}
		tree = res.Tree
	}
	list, err := s.named(slices.Clone(set))
	slices.Reverse(list)
	s.why.CleanWith = list
	return nil, err
}

// A trial is a commit on a tree.
type trial struct{ tree, commit gitops.ID }

// onto picks a commit onto a tree, by the path rules too.
func (s *search) onto(ctx context.Context, tree, source gitops.ID) (gitops.PickResult, error) {
	key := trial{tree, source}
	if res, ok := s.trials[key]; ok {
		return res, nil
	}
	c, err := s.session.Commit(source)
	if err != nil {
		return gitops.PickResult{}, err
	}
	if err := s.budget.spend(trialWork); err != nil {
		return gitops.PickResult{}, err
	}
	res, err := s.session.PickOnto(ctx, tree, source, s.mainlineFor(source, len(c.Parents)))
	if err != nil {
		return res, fmt.Errorf("trying %s: %w", s.session.Repo().Short(source), err)
	}
	if len(res.Conflicts) > 0 {
		if res, err = s.Branch.Settle(ctx, tree, source, res); err != nil {
			return res, err
		}
	}
	s.trials[key] = res
	return res, nil
}

// mainlineFor is the parent that a commit is a change to: of the source the one that was asked for, of
// another merge the one it was made on.
func (s *search) mainlineFor(id gitops.ID, parents int) int {
	switch {
	case id == s.Source:
		return s.Mainline
	case parents > 1:
		return 1
	}
	return 0
}
