package ledger

import (
	"context"
	"slices"

	"github.com/git-backport/git-backport/gitops/object"
)

// approach finds what of the fixes' paths the commits of a branch change. A fix of which that is not
// known is unknown.
func (m *matching) approach(ctx context.Context, own []*Commit) error {
	var paths []string
	for _, f := range m.Fixes {
		if f.IsMerge() {
			continue
		}
		list, err := m.paths(ctx, f.ID)
		if id, gone := missing(err); gone {
			m.unknown[f.ID] = id
			continue
		}
		if err != nil {
			return err
		}
		paths = append(paths, list...)
	}
	var ids []object.ID
	for _, c := range own {
		if !c.IsMerge() {
			ids = append(ids, c.ID)
		}
	}
	m.beside = make(map[object.ID]Changes, len(ids))
	list, err := m.source.Changed(ctx, ids, NewScope(paths))
	if id, gone := missing(err); gone { // one by one: what can be read is looked at
		return m.approachEach(ctx, ids, NewScope(paths), id)
	}
	if err != nil {
		return err
	}
	for i, id := range ids {
		if len(list[i].Paths) > 0 {
			m.beside[id] = list[i]
		}
	}
	return nil
}

// approachEach is approach where objects are missing.
func (m *matching) approachEach(ctx context.Context, ids []object.ID, scope *Scope, gone object.ID) error {
	for _, f := range m.Fixes {
		m.unknown[f.ID] = gone
	}
	for _, id := range ids {
		list, err := m.source.Changed(ctx, []object.ID{id}, scope)
		if _, gone := missing(err); gone {
			continue
		}
		if err != nil {
			return err
		}
		if len(list[0].Paths) > 0 {
			m.beside[id] = list[0]
		}
	}
	return nil
}

// steps are the ways in which a commit that is no merge is compared with the fixes.
func (m *matching) steps(k *candidates) []func(context.Context, *candidates) error {
	steps := []func(context.Context, *candidates) error{m.said}
	c, near := m.beside[k.of.ID]
	if m.beside == nil || near && !c.More {
		steps = append(steps, m.samePatch)
	}
	if m.beside == nil || near {
		steps = append(steps, m.sameLines)
	}
	return steps
}

// ownPaths are the paths of a branch's commit at which it may share lines with a fix.
func (m *matching) ownPaths(ctx context.Context, id object.ID) ([]string, error) {
	if c, near := m.beside[id]; near {
		return c.Paths, nil
	}
	return m.paths(ctx, id)
}

// takesBack reports whether a commit removes at least half of the lines that a fix adds, and adds at least half
// of those that it removes. Of a fix that only removes lines it is one that is younger.
func (m *matching) takesBack(ctx context.Context, later, fix *Commit) (bool, error) {
	paths, err := m.paths(ctx, fix.ID)
	if err != nil {
		return false, err
	}
	var added, removed, gone, again int
	for _, p := range paths {
		f, err := m.everyLine(ctx, fix.ID, p)
		if err != nil {
			return false, err
		}
		added, removed = added+len(f.Added), removed+len(f.Removed)
		if _, both := slices.BinarySearch(m.beside[later.ID].Paths, p); !both {
			continue
		}
		l, err := m.everyLine(ctx, later.ID, p)
		if err != nil {
			return false, err
		}
		gone, again = gone+common(f.Added, l.Removed), again+common(f.Removed, l.Added)
	}
	return gone+again > 0 && 2*gone >= added && 2*again >= removed && (added > 0 || later.Time > fix.Time), nil
}

// against finds the commits, younger than a fix, that take back what it changes.
func (m *matching) against(ctx context.Context, own []*Commit) (map[object.ID][]object.ID, error) {
	var out map[object.ID][]object.ID
	for _, c := range own {
		if _, near := m.beside[c.ID]; !near {
			continue
		}
		if _, undone := m.branch.UndoneBy(c.ID); undone {
			continue
		}
		for _, f := range m.Fixes {
			if f.IsMerge() || f.ID == c.ID || c.Time < f.Time {
				continue
			}
			back, err := m.takesBack(ctx, c, f)
			if _, gone := missing(err); gone {
				continue
			}
			if err != nil {
				return nil, err
			}
			if back {
				if out == nil {
					out = map[object.ID][]object.ID{}
				}
				out[f.ID] = append(out[f.ID], c.ID)
			}
		}
	}
	return out, nil
}
