package ledger

import (
	"context"
	"fmt"

	"github.com/git-backport/git-backport/gitops/object"
)

// An addition is the lines that a commit adds, path by path, where lines count.
type addition map[string]map[string]int

func (m *matching) addedBy(ctx context.Context, id object.ID) (addition, error) {
	paths, err := m.ownPaths(ctx, id)
	if err != nil {
		return nil, err
	}
	out := addition{}
	for _, p := range paths {
		if !counts(p) {
			continue
		}
		d, err := m.delta(ctx, id, p)
		if err != nil {
			return nil, err
		}
		if len(d.Added) > 0 {
			out[p] = lineSet(d.Added)
		}
	}
	return out, nil
}

// take takes the lines that a fix adds out of an addition.
func (m *matching) take(ctx context.Context, left addition, f *Commit) error {
	for p, lines := range left {
		if !m.changes(ctx, f.ID, p) {
			continue
		}
		d, err := m.delta(ctx, f.ID, p)
		if _, gone := missing(err); gone {
			continue
		}
		if err != nil {
			return err
		}
		for _, l := range d.Added {
			delete(lines, l)
		}
		if len(lines) == 0 {
			delete(left, p)
		}
	}
	return nil
}

func (a addition) clone() addition {
	out := make(addition, len(a))
	for p, lines := range a {
		set := make(map[string]int, len(lines))
		for l := range lines {
			set[l] = 1
		}
		out[p] = set
	}
	return out
}

func (a addition) len() int {
	n := 0
	for _, lines := range a {
		n += len(lines)
	}
	return n
}

func lineSet(lines []string) map[string]int {
	out := make(map[string]int, len(lines))
	for _, l := range lines {
		out[l] = 1
	}
	return out
}

func numberText(n int) string { return fmt.Sprintf("#%d", n) }
