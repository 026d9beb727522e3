package backport

import (
	"context"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// doubtAncestor asks whether a commit that the branch contains is still in its files. A pick of it that is
// clean and changes something says no: then it is void where a merge dropped it, and else a doubt.
func (r *runner) doubtAncestor(ctx context.Context, t Target, source gitops.ID, res gitops.PickResult, f finding, so *Picked) (finding, error) {
	if f.evidence == nil || f.evidence.Kind != ledger.Ancestor || res.Unchanged || len(res.Conflicts) > 0 {
		return f, nil
	}
	since, err := r.session.Repo().Between(ctx, source, t.Tip)
	if err != nil {
		return f, err
	}
	merge, err := r.droppedBy(ctx, source, since)
	if err != nil {
		return f, err
	}
	if !merge.IsZero() {
		out, err := r.findCopy(ctx, t, source, finding{had: source, undone: merge})
		return out, err
	}
	still, err := r.stillChanges(ctx, res, so)
	if err != nil {
		return f, err
	}
	text := fmt.Sprintf("%s contains the fix, yet picking it would still change %s", t.Name(), strings.Join(still, ", "))
	if by, err := r.takenBackBy(ctx, source, since); err != nil {
		return f, err
	} else if by != nil {
		text += fmt.Sprintf(": %s takes lines of it back (%s)", r.session.Repo().Short(by.ID), by.Subject)
	}
	so.Warnings = append(so.Warnings, text)
	return f, nil
}

// takenBackBy returns the youngest commit that takes lines of source back, and does not say so; nil for none.
func (r *runner) takenBackBy(ctx context.Context, source gitops.ID, since []gitops.ID) (*ledger.Commit, error) {
	fix, err := r.reading.Read(source)
	if err != nil {
		return nil, err
	}
	own, err := r.reading.ReadAll(ctx, since)
	if err != nil {
		return nil, err
	}
	found, err := MatchFixes(ctx, r.reading, []*ledger.Commit{ledger.AsOne(fix)}, own, r.window)
	if err != nil || len(found.Against[source]) == 0 {
		return nil, err
	}
	return r.reading.Read(found.Against[source][0])
}

// maxDropTrials bounds how many merges are tried for whether they dropped a commit.
const maxDropTrials = 50

// droppedBy returns the youngest merge, among the commits since source, of which a parent had what source
// changes and whose own result does not have; zero when there is none.
func (r *runner) droppedBy(ctx context.Context, source gitops.ID, since []gitops.ID) (gitops.ID, error) {
	below, err := r.descendants(source, since)
	if err != nil {
		return gitops.ID{}, err
	}
	trials := 0
	for _, id := range since {
		c, err := r.session.Commit(id)
		if err != nil {
			return gitops.ID{}, err
		}
		if !below[id] || len(c.Parents) < 2 {
			continue
		}
		if trials++; trials > maxDropTrials {
			break
		}
		dropped, err := r.drops(ctx, source, c, below)
		if err != nil || dropped {
			return id, err
		}
	}
	return gitops.ID{}, nil
}

// descendants are source and those of some commits, youngest first, that stand on it.
func (r *runner) descendants(source gitops.ID, since []gitops.ID) (map[gitops.ID]bool, error) {
	below := map[gitops.ID]bool{source: true}
	for grown := true; grown; { // clocks may be wrong: parents may come after their children
		grown = false
		for i := len(since) - 1; i >= 0; i-- {
			if below[since[i]] {
				continue
			}
			c, err := r.session.Commit(since[i])
			if err != nil {
				return nil, err
			}
			for _, p := range c.Parents {
				if below[p] {
					below[since[i]], grown = true, true
				}
			}
		}
	}
	return below, nil
}

// drops reports whether a merge lacks what source changes, though a parent of it that stands on source has
// it: picking it would change the merge's tree and not the parent's.
func (r *runner) drops(ctx context.Context, source gitops.ID, merge *gitops.Commit, below map[gitops.ID]bool) (bool, error) {
	lacks := func(tree gitops.ID) (bool, error) {
		res, err := r.session.PickTreeOnto(ctx, tree, source, gitops.ID{}, r.opts.Mainline)
		return err == nil && !res.Unchanged && len(res.Conflicts) == 0, err
	}
	if gone, err := lacks(merge.Tree); err != nil || !gone {
		return false, err
	}
	for _, p := range merge.Parents {
		if !below[p] {
			continue
		}
		tree, err := r.session.TreeOf(p)
		if err != nil {
			return false, err
		}
		if gone, err := lacks(tree); err != nil || !gone {
			return !gone, err
		}
	}
	return false, nil
}
