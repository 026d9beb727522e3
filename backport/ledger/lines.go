package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/gitops/object"
)

const (
	leastLines = 3 // fewer lines that a fix alone adds say nothing
	wholeLines = 5 // with fewer, a whole patch that nothing else speaks for says nothing
	mostAdders = 3 // a line that more commits of main add at a path is nobody's own
)

// samePatch finds the fixes whose patch a commit's is equal to: only those that change the same paths
// are compared.
func (m *matching) samePatch(ctx context.Context, k *candidates) error {
	paths, err := m.ownPaths(ctx, k.of.ID)
	if err != nil || len(paths) == 0 {
		return err
	}
	try := slices.Clone(k.order)
	if m.touch != nil {
		try = append(try, m.touch[firstCounting(paths)]...)
	} else {
		try = append(try, m.Fixes...)
	}
	mine := ""
	for _, f := range try {
		if f.IsMerge() || f.ID == k.of.ID || k.not[f.ID] || f.Time > k.of.Time+youngerAtMost && k.copies[f.ID] == nil || k.copies[f.ID] != nil && k.copies[f.ID].Has(PatchID) {
			continue
		}
		if c, ok := m.scoped[f.ID]; ok && c.More {
			continue // the scope has all paths of the commit
		}
		theirs, err := m.paths(ctx, f.ID)
		if err != nil || !slices.Equal(paths, theirs) {
			if _, gone := missing(err); gone {
				continue
			}
			if err != nil {
				return err
			}
			continue
		}
		if mine == "" {
			if mine, err = m.source.PatchID(ctx, k.of.ID); err != nil {
				return err
			}
		}
		other, err := m.source.PatchID(ctx, f.ID)
		if _, gone := missing(err); gone {
			m.unknown[f.ID], _ = missing(err)
			continue
		}
		if err != nil {
			return err
		}
		if mine != "" && mine == other {
			k.add(f, Evidence{Kind: PatchID, Detail: "equal patches"})
		}
	}
	return nil
}

// firstCounting is the first path whose lines count, or the first.
func firstCounting(paths []string) string {
	for _, p := range paths {
		if counts(p) {
			return p
		}
	}
	return paths[0]
}

// sameLines counts the lines that a commit shares with the fixes that it may carry, and looks for others
// where lines are left that none of these adds.
func (m *matching) sameLines(ctx context.Context, k *candidates) error {
	mine, err := m.addedBy(ctx, k.of.ID)
	if err != nil {
		return err
	}
	left := mine.clone()
	for _, f := range k.order {
		shared, own, err := m.share(ctx, mine, f, false)
		if err != nil {
			if _, gone := missing(err); gone {
				continue
			}
			return err
		}
		c := k.copies[f.ID]
		c.Shared, c.Own = shared, own
		if own >= leastLines && shared >= leastLines && 5*shared >= 3*own {
			c.add(Evidence{Kind: Lines, Detail: fmt.Sprintf("%d of %d lines", shared, own)})
		}
		whole, err := m.wholePatch(ctx, k, f, own >= leastLines && shared == own)
		if err != nil {
			return err
		}
		if whole {
			c.add(Evidence{Kind: PatchID, Detail: "its whole patch is a part of it"})
		}
		if err := m.take(ctx, left, f); err != nil {
			return err
		}
	}
	if left.len() < leastLines {
		return nil
	}
	for _, f := range m.near(k, left) {
		if err := m.byLines(ctx, k, mine, left, f); err != nil {
			if _, gone := missing(err); gone {
				continue
			}
			return err
		}
	}
	return nil
}

// wholePatch reports whether a commit that adds all lines of a fix removes all that the fix removes as well.
func (m *matching) wholePatch(ctx context.Context, k *candidates, f *Commit, added bool) (bool, error) {
	if !added {
		return false, nil
	}
	paths, err := m.paths(ctx, f.ID)
	if err != nil {
		return false, err
	}
	for _, p := range paths {
		if !counts(p) {
			continue
		}
		fix, err := m.delta(ctx, f.ID, p)
		if err != nil {
			return false, err
		}
		if len(fix.Removed) == 0 {
			continue
		}
		if !m.changes(ctx, k.of.ID, p) {
			return false, nil
		}
		mine, err := m.delta(ctx, k.of.ID, p)
		if err != nil {
			return false, err
		}
		if common(fix.Removed, mine.Removed) < len(fix.Removed) {
			return false, nil
		}
	}
	return true, nil
}

// near returns the fixes that change a path at which lines are left, the oldest first.
func (m *matching) near(k *candidates, left addition) []*Commit {
	seen := map[object.ID]bool{}
	var out []*Commit
	for p := range left {
		list := m.touch[p]
		if m.touch == nil {
			list = m.Fixes
		}
		for _, f := range list {
			if seen[f.ID] || f.IsMerge() || f.ID == k.of.ID || k.not[f.ID] || k.copies[f.ID] != nil || f.Time > k.of.Time+youngerAtMost || m.skip != nil && m.skip(f.ID) {
				continue
			}
			seen[f.ID] = true
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b *Commit) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return out
}

// byLines adds a fix that nothing but its lines speaks for.
func (m *matching) byLines(ctx context.Context, k *candidates, mine, left addition, f *Commit) error {
	shared := 0
	for p, lines := range left {
		if !m.changes(ctx, f.ID, p) {
			continue
		}
		d, err := m.delta(ctx, f.ID, p)
		if err != nil {
			return err
		}
		for _, l := range d.Added {
			if lines[l] > 0 {
				shared++
			}
		}
	}
	if shared < leastLines {
		return nil
	}
	shared, own, err := m.share(ctx, mine, f, false)
	if err != nil || 2*shared < own {
		return err
	}
	whole, err := m.wholePatch(ctx, k, f, own >= wholeLines && shared == own)
	if err != nil {
		return err
	}
	shared, own, err = m.share(ctx, mine, f, true)
	if err != nil || shared < leastLines || 5*shared < 3*own {
		return err
	}
	k.add(f, Evidence{Kind: Lines, Detail: fmt.Sprintf("%d of %d lines", shared, own)})
	if whole {
		k.add(f, Evidence{Kind: PatchID, Detail: "its whole patch is a part of it"})
	}
	k.copies[f.ID].Shared, k.copies[f.ID].Own = shared, own
	return m.take(ctx, left, f)
}

// changes reports whether a commit changes a path.
func (x *Index) changes(ctx context.Context, id object.ID, path string) bool {
	if c, ok := x.scoped[id]; ok && x.scope.Has(path) {
		_, in := slices.BinarySearch(c.Paths, path)
		return in
	}
	list, err := x.paths(ctx, id)
	if err != nil {
		return false // what it changes is not known, and said where it matters
	}
	_, in := slices.BinarySearch(list, path)
	return in
}

// share counts the different lines that a fix adds, and those of them that mine has at the same path. Own
// leaves out the lines that many commits of main add there.
func (m *matching) share(ctx context.Context, mine addition, f *Commit, own bool) (shared, all int, err error) {
	paths, err := m.paths(ctx, f.ID)
	if err != nil {
		return 0, 0, err
	}
	for _, p := range paths {
		if !counts(p) {
			continue
		}
		d, err := m.delta(ctx, f.ID, p)
		if err != nil {
			return 0, 0, err
		}
		var by map[string]int
		if own {
			if by, err = m.addersOf(ctx, p); err != nil {
				return 0, 0, err
			}
		}
		for l := range lineSet(d.Added) {
			if own && by[l] > mostAdders {
				continue
			}
			if all++; mine[p][l] > 0 {
				shared++
			}
		}
	}
	return shared, all, nil
}

// addersOf counts, for each line at a path, the commits of main that add it; nil where nobody asks.
func (x *Index) addersOf(ctx context.Context, path string) (map[string]int, error) {
	all, err := x.all(ctx)
	if err != nil {
		return nil, err
	}
	if all.scope == nil {
		if err := all.narrowTo(ctx, x.Fixes); err != nil {
			return nil, err
		}
	}
	if by, ok := all.adders[path]; ok || !all.scope.Has(path) {
		return by, nil
	}
	by := map[string]int{}
	for _, f := range all.touch[path] {
		d, err := all.delta(ctx, f.ID, path)
		if _, gone := missing(err); gone {
			continue
		}
		if err != nil {
			return nil, err
		}
		for l := range lineSet(d.Added) {
			by[l]++
		}
	}
	all.adders[path] = by
	return by, nil
}

// narrowTo finds which commits change the paths that some fixes change.
func (x *Index) narrowTo(ctx context.Context, fixes []*Commit) error {
	var paths []string
	for _, f := range fixes {
		if f.IsMerge() {
			continue
		}
		list, err := x.paths(ctx, f.ID)
		if err != nil {
			return err
		}
		paths = append(paths, list...)
	}
	return x.narrow(ctx, NewScope(paths))
}

// nothingShared reports whether a commit adds no line that a fix adds at the same path, or removes none
// where the fix only removes, so that nothing but a date speaks for it.
func (m *matching) nothingShared(ctx context.Context, k *candidates, f *Commit) (bool, error) {
	paths, err := m.paths(ctx, k.of.ID)
	if err != nil {
		return true, err
	}
	theirs, err := m.paths(ctx, f.ID)
	if err != nil {
		return true, err
	}
	var adds, tells, added, told, removed int
	for _, p := range theirs {
		fix, err := m.everyLine(ctx, f.ID, p)
		if err != nil {
			return true, err
		}
		adds, tells = adds+len(fix.Added), tells+len(telling(fix.Added))
		if _, both := slices.BinarySearch(paths, p); !both {
			continue
		}
		mine, err := m.everyLine(ctx, k.of.ID, p)
		if err != nil {
			return true, err
		}
		added, told = added+common(fix.Added, mine.Added), told+common(telling(fix.Added), mine.Added)
		removed += common(fix.Removed, mine.Removed)
	}
	switch {
	case tells > 0:
		return told == 0, nil
	case adds > 0:
		return added == 0, nil
	}
	return removed == 0, nil
}
