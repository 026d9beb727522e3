package backport

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// maxAftermath bounds how many commits of main are asked what they did to the fix.
const maxAftermath = 20000

// An aftermath is what main did to the fix since.
type aftermath struct {
	warnings []string
	err      error
	done     chan struct{}
}

// lookAhead looks beside the targets for what main did to the fix since.
func (r *runner) lookAhead(ctx context.Context) *aftermath {
	out := &aftermath{done: make(chan struct{})}
	go func() {
		defer close(out.done)
		if out.warnings, out.err = r.since(ctx); out.err != nil && ctx.Err() == nil {
			out.warnings, out.err = []string{fmt.Sprintf("what %s did to the fix since cannot be read: %v", r.opts.Main.Name, out.err)}, nil
		}
	}()
	return out
}

// since says which later commits of main take a commit of the fix back, or say that they repair it.
func (r *runner) since(ctx context.Context) ([]string, error) {
	main := r.opts.Main.Tip
	if main.IsZero() || !slices.Contains(r.fix.OnMain, true) {
		return nil, nil
	}
	defer r.opts.stage("aftermath", "")()
	var out []string
	for i, source := range r.fix.Commits {
		if !r.fix.OnMain[i] {
			continue
		}
		later, err := r.session.Repo().Since(ctx, source, main, maxAftermath)
		if err != nil {
			return nil, err
		}
		said, err := r.aftermathOf(ctx, source, later)
		if err != nil {
			return nil, err
		}
		out = append(out, said...)
	}
	return out, nil
}

// aftermathOf says which of some later commits, youngest first, take a commit back or repair it.
func (r *runner) aftermathOf(ctx context.Context, source gitops.ID, later []gitops.ID) ([]string, error) {
	short := r.session.Repo().Short
	b, err := r.revertsAmong(ctx, append(slices.Clone(later), source), source)
	if err != nil {
		return nil, err
	}
	var out []string
	if by, undone := b.UndoneBy(source); undone && !slices.Contains(r.fix.Commits, by) {
		c, err := r.reading.Read(by)
		if err != nil {
			return nil, err
		}
		out = append(out, fmt.Sprintf("%s took %s back since, in %s (%s): look whether the fix is still wanted", r.opts.Main.Name, short(source), short(by), c.Subject))
	}
	for _, c := range slices.Backward(b.Commits) {
		if slices.Contains(r.fix.Commits, c.ID) {
			continue
		}
		if _, undone := b.UndoneBy(c.ID); undone || !repairs(c, source) {
			continue
		}
		out = append(out, fmt.Sprintf("%s repairs the fix on %s since (%s): name it beside the fix to take it too", short(c.ID), r.opts.Main.Name, c.Subject))
	}
	return out, nil
}

// repairs reports whether a commit says that it repairs another.
func repairs(c *ledger.Commit, source gitops.ID) bool {
	return slices.ContainsFunc(c.From, func(ref gitops.Reference) bool {
		return ref.Repairs() && ref.ID != "" && bytes.HasPrefix([]byte(source.String()), []byte(ref.ID))
	})
}

// warnOfNothingToRepair says which commits the fix says that it repairs and the target's branch never had.
func (r *runner) warnOfNothingToRepair(ctx context.Context, t Target, k Pick, so *Picked) error {
	if k.Status == PickPresent || k.Status == PickProbable {
		return nil
	}
	c, err := r.reading.Read(k.Source)
	if err != nil {
		return err
	}
	for _, ref := range c.From {
		if !ref.Repairs() || ref.ID == "" {
			continue
		}
		broken, err := r.reading.Commit(ctx, ref.ID)
		if err != nil || broken == nil || slices.Contains(r.fix.Commits, broken.ID) {
			continue
		}
		there, err := r.everHad(ctx, t, broken)
		if err != nil {
			return err
		}
		if !there {
			so.Warnings = append(so.Warnings, fmt.Sprintf("the fix says that it repairs %s (%s), and %s never had that: look whether the line is affected",
				r.session.Repo().Short(broken.ID), broken.Subject, t.Name()))
		}
	}
	return nil
}

// everHad reports whether a branch has, or had, a commit or a copy of it.
func (r *runner) everHad(ctx context.Context, t Target, c *ledger.Commit) (bool, error) {
	in, err := r.session.Repo().Contains(ctx, t.Tip, c.ID)
	if err != nil || in {
		return in, err
	}
	ids, err := r.session.Repo().Recent(ctx, t.Tip, []gitops.ID{c.ID})
	if err != nil {
		return false, err
	}
	own, err := r.reading.ReadAll(ctx, ids)
	if err != nil {
		return false, err
	}
	found, err := MatchFixes(ctx, r.reading, []*ledger.Commit{ledger.AsOne(c)}, own, r.window)
	return len(telling(found.Copies[c.ID])) > 0, err
}
