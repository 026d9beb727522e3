package backport

import (
	"context"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/gitops"
)

// Messages are what the commits of one release branch say about where they came from.
type messages struct {
	picked  map[gitops.ID][]claim // full id named by a trailer → who names it
	claims  []claim               // all claims, with ids as written, for abbreviated ids
	undone  map[gitops.ID]bool    // commits taken back by a later commit that still stands
	numbers map[int]gitops.ID     // pull request numbers named by a subject or a trailer → the commit
}

// A claim is a commit of the branch that says it is a copy of another.
type claim struct {
	by   gitops.ID
	of   string // the id as written: full or abbreviated
	line string // the line that says so
}

// readLedger reads the messages of commits, youngest first. A revert takes back the older commits that
// it names, by their own ids or by the id they are a copy of; it counts only while no later commit
// reverts it in turn. A line "Fixes:" says what a change repairs, not where it is from.
func readLedger(ctx context.Context, s *gitops.Session, commits []gitops.ID) (*messages, error) {
	l := &messages{picked: map[gitops.ID][]claim{}, undone: map[gitops.ID]bool{}, numbers: map[int]gitops.ID{}}
	for _, id := range commits {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := s.Commit(id)
		if err != nil {
			return nil, err
		}
		refs := slices.DeleteFunc(gitops.PickedFrom(c.Message), func(ref gitops.Reference) bool { return ref.Repairs() })
		for _, ref := range refs {
			if full, err := s.Repo().Expand(ref.ID); err == nil && l.undone[full] {
				l.undone[id] = true
			}
		}
		if !l.undone[id] {
			for _, reverted := range gitops.Reverts(c.Message) {
				if full, err := s.Repo().Expand(reverted); err == nil {
					l.undone[full] = true
				}
			}
		}
		l.note(id, refs)
	}
	return l, nil
}

// note keeps what a commit says about where it is from.
func (l *messages) note(id gitops.ID, refs []gitops.Reference) {
	for _, ref := range refs {
		switch {
		case ref.ID != "":
			l.add(claim{by: id, of: ref.ID, line: ref.Line})
		case ref.PR > 0:
			if _, known := l.numbers[ref.PR]; !known {
				l.numbers[ref.PR] = id
			}
		}
	}
}

func (l *messages) add(c claim) {
	l.claims = append(l.claims, c)
	if id, err := gitops.ParseID(c.of); err == nil {
		l.picked[id] = append(l.picked[id], c)
	}
}

// copyOf returns a standing commit of the branch that says it was picked from source.
func (l *messages) copyOf(source gitops.ID) (claim, bool) {
	for _, c := range l.picked[source] {
		if !l.undone[c.by] {
			return c, true
		}
	}
	full := source.String()
	for _, c := range l.claims {
		if len(c.of) < len(full) && len(c.of) >= 7 && full[:len(c.of)] == c.of && !l.undone[c.by] {
			return c, true
		}
	}
	return claim{}, false
}

// evidence looks for proof that the branch has source: source is an ancestor of its tip, or a standing
// commit of the branch says it is a copy. Proof is void once a later commit takes it back.
func (r *runner) evidence(ctx context.Context, t Target, source gitops.ID) (*Evidence, error) {
	defer r.opts.stage("evidence", t.Name())()
	in, err := r.tipHas(ctx, t, source)
	if err != nil {
		return nil, err
	}
	if in {
		undone, err := r.undoneSince(ctx, t, source)
		if err != nil {
			return nil, err
		}
		if !undone {
			return &Evidence{Commit: source, How: "ancestor"}, nil
		}
	}
	l, err := r.evidenceLedger(ctx, t)
	if err != nil {
		return nil, err
	}
	if c, ok := l.copyOf(source); ok {
		return &Evidence{Commit: c.by, How: "trailer: " + c.line}, nil
	}
	return nil, nil
}

func (r *runner) tipHas(ctx context.Context, t Target, source gitops.ID) (bool, error) {
	if t.Tip == source {
		return true, nil
	}
	if r.exact {
		return r.session.Repo().IsAncestor(ctx, source, t.Tip)
	}
	return r.session.Repo().Contains(ctx, t.Tip, source)
}

// undoneSince reports whether a commit between source and the tip takes source back, and stands.
func (r *runner) undoneSince(ctx context.Context, t Target, source gitops.ID) (bool, error) {
	commits, err := r.session.Repo().Between(ctx, source, t.Tip)
	if err != nil {
		return false, err
	}
	l, err := readLedger(ctx, r.session, commits)
	if err != nil {
		return false, err
	}
	return l.undone[source], nil
}

// evidenceLedger returns the ledger of the commits that can speak of the fix.
func (r *runner) evidenceLedger(ctx context.Context, t Target) (*messages, error) {
	if r.exact {
		return r.ledgerOf(ctx, t)
	}
	return r.cachedLedger(ctx, t, r.recent, func() ([]gitops.ID, error) {
		return r.session.Repo().Recent(ctx, t.Tip, r.fix.Commits)
	})
}

// ledgerOf returns the ledger of what the target's branch has and main has not.
func (r *runner) ledgerOf(ctx context.Context, t Target) (*messages, error) {
	return r.cachedLedger(ctx, t, r.ledgers, func() ([]gitops.ID, error) {
		h, err := r.history(ctx, t)
		return h.Commits, err
	})
}

// cachedLedger reads the ledger of a target's tip, once.
func (r *runner) cachedLedger(ctx context.Context, t Target, cache map[gitops.ID]*messages, list func() ([]gitops.ID, error)) (*messages, error) {
	r.mu.Lock()
	l := cache[t.Tip]
	r.mu.Unlock()
	if l != nil {
		return l, nil
	}
	commits, err := list()
	if err != nil {
		return nil, err
	}
	if l, err = readLedger(ctx, r.session, commits); err != nil {
		return nil, err
	}
	r.mu.Lock()
	cache[t.Tip] = l
	r.mu.Unlock()
	return l, nil
}

// hearsay returns what hints that the branch has the fix without proving it: a commit with the same
// pull request number.
func (l *messages) hearsay(message []byte) string {
	for _, n := range gitops.PRNumbers(gitops.Subject(message)) {
		if by, ok := l.numbers[n]; ok && !l.undone[by] {
			return fmt.Sprintf("%s on the branch names #%d too", by.String()[:10], n)
		}
	}
	return ""
}
