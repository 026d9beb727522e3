package backport

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// Evidence is why a target is taken to have a commit of the fix.
type Evidence struct {
	Commit gitops.ID // that carries it; zero where the result of the pick alone says so
	How    string    // "ancestor", "trailer: (cherry picked from commit …)", "no change"
	Kind   ledger.Kind
	Strong bool     // nothing else is needed to take it to be there
	Still  []string // the paths that picking it would still change
}

// A finding is what a branch's history says of a commit of the fix.
type finding struct {
	evidence *Evidence   // that stands; nil where there is none
	had      gitops.ID   // what carried it, or the commit itself, and was taken back
	undone   gitops.ID   // by this commit
	against  []gitops.ID // commits that take its lines back, and do not say so
}

// holds are what branches have of the fix, each found when it is first asked for.
type holds struct {
	mu sync.Mutex
	by map[gitops.ID]*hold
}

// A hold is what one branch has of the fix, among the commits that can be copies of it.
type hold struct {
	mu    sync.Mutex
	known bool
	ledger.Found
}

// find looks for evidence that the target's branch has a commit of the fix.
func (r *runner) find(ctx context.Context, t Target, source gitops.ID) (finding, error) {
	defer r.opts.stage("evidence", t.Name())()
	var out finding
	in, err := r.session.Repo().Contains(ctx, t.Tip, source)
	if err != nil {
		return out, err
	}
	if in {
		by, undone, err := r.undoneSince(ctx, t, source)
		if err != nil {
			return out, err
		}
		if !undone {
			out.evidence = &Evidence{Commit: source, How: string(ledger.Ancestor), Kind: ledger.Ancestor, Strong: true}
			return out, nil
		}
		out.had, out.undone = source, by
	}
	return r.findCopy(ctx, t, source, out)
}

// findCopy adds to a finding what copies of a commit the target's branch has.
func (r *runner) findCopy(ctx context.Context, t Target, source gitops.ID, out finding) (finding, error) {
	h, err := r.holdOf(ctx, t)
	if err != nil {
		return out, err
	}
	out.against = h.Against[source]
	if copies := telling(h.Copies[source]); len(copies) > 0 {
		if best := copies[0]; best.Stands() {
			out.evidence = evidenceOf(best)
		} else if out.undone.IsZero() {
			out.had, out.undone = best.Commit, best.Undone
		}
	}
	if out.evidence == nil || !out.evidence.Strong {
		parts, err := r.partsOf(ctx, h, source)
		if err != nil {
			return out, err
		}
		if parts != nil {
			out.evidence = parts
		}
	}
	return out, nil
}

// telling leaves out the commits for which nothing speaks but an author's date: tools make many commits of
// one second.
func telling(copies []ledger.Copy) []ledger.Copy {
	return slices.DeleteFunc(slices.Clone(copies), func(c ledger.Copy) bool {
		return !slices.ContainsFunc(c.Evidence, func(e ledger.Evidence) bool { return !e.Weak })
	})
}

// evidenceOf is the evidence that a copy is: its strongest kind, or all where none is strong.
func evidenceOf(c ledger.Copy) *Evidence {
	out := &Evidence{Commit: c.Commit, Kind: c.Evidence[0].Kind, Strong: c.Strong()}
	var how []string
	for _, e := range c.Evidence {
		if out.Strong && !e.Strong() || e.Weak {
			continue
		}
		how = append(how, string(e.Kind)+": "+e.Detail)
		if out.Strong {
			out.Kind = e.Kind
			break
		}
	}
	out.How = strings.Join(how, "; ")
	return out
}

// partsOf is the evidence that a merge is there since each commit that it brought is; nil where it is not.
func (r *runner) partsOf(ctx context.Context, h *hold, source gitops.ID) (*Evidence, error) {
	parts, err := r.brought(ctx, source)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	out := &Evidence{Strong: true}
	for _, id := range parts {
		copies := telling(h.Copies[id])
		if len(copies) == 0 || !copies[0].Stands() {
			return nil, nil //nolint:nilnil // not all of it is there
		}
		e := evidenceOf(copies[0])
		out.Commit, out.Kind, out.Strong = e.Commit, e.Kind, out.Strong && e.Strong
		out.How = e.How
	}
	out.How = fmt.Sprintf("each of the %d commits that it merges is there: the last by %s", len(parts), out.How)
	return out, nil
}

// brought lists the commits that a merge brought to its mainline, merges aside; nothing of any other commit.
func (r *runner) brought(ctx context.Context, source gitops.ID) ([]gitops.ID, error) {
	c, err := r.reading.Read(source)
	if err != nil || !c.IsMerge() || r.opts.Mainline > 1 {
		return nil, err
	}
	all, err := r.reading.Brought(ctx, source)
	if err != nil {
		return nil, err
	}
	var out []gitops.ID
	for _, id := range all {
		b, err := r.reading.Read(id)
		if err != nil {
			return nil, err
		}
		if !b.IsMerge() {
			out = append(out, id)
		}
	}
	return out, nil
}

// holdOf finds what a target's branch has of the fix.
func (r *runner) holdOf(ctx context.Context, t Target) (*hold, error) {
	r.holds.mu.Lock()
	h := r.holds.by[t.Tip]
	if h == nil {
		h = &hold{}
		r.holds.by[t.Tip] = h
	}
	r.holds.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known {
		return h, nil
	}
	ids, err := r.session.Repo().Recent(ctx, t.Tip, r.fix.Commits)
	if err != nil {
		return nil, err
	}
	own, err := r.reading.ReadAll(ctx, ids)
	if err != nil {
		return nil, err
	}
	fixes, err := r.fixes(ctx)
	if err != nil {
		return nil, err
	}
	h.Found, err = MatchFixes(ctx, r.reading, fixes, own, r.window)
	h.known = err == nil
	return h, err
}

// MatchFixes finds what of some fixes the commits of a branch carry, youngest first both.
func MatchFixes(ctx context.Context, src ledger.Source, fixes, own []*ledger.Commit, whole func(context.Context) (*ledger.Index, error)) (ledger.Found, error) {
	b, err := ledger.ReadBranch(ctx, src, own)
	if err != nil {
		return ledger.Found{}, err
	}
	return ledger.NewIndex(src, fixes, whole).Match(ctx, b, own, nil)
}

// fixes are the commits of the fix as the ledger looks for them, the last one first: a merge as one change,
// and by its commits.
func (r *runner) fixes(ctx context.Context) ([]*ledger.Commit, error) {
	var out []*ledger.Commit
	for _, id := range slices.Backward(r.fix.Commits) {
		c, err := r.reading.Read(id)
		if err != nil {
			return nil, err
		}
		parts, err := r.brought(ctx, id)
		if err != nil {
			return nil, err
		}
		more, err := r.reading.ReadAll(ctx, parts)
		if err != nil {
			return nil, err
		}
		out = append(append(out, ledger.AsOne(c)), more...)
	}
	return out, nil
}

// window is an index of all that main has around the fix, one for each who asks; none where there is no main.
func (r *runner) window(ctx context.Context) (*ledger.Index, error) {
	if r.opts.Main.Tip.IsZero() {
		fixes, err := r.fixes(ctx)
		return ledger.NewIndex(r.reading, fixes, nil), err
	}
	r.around.mu.Lock()
	defer r.around.mu.Unlock()
	if r.around.commits == nil {
		defer r.opts.stage("window", "")()
		ids, err := r.session.Repo().Window(ctx, r.opts.Main.Tip, r.fix.Commits)
		if err != nil {
			return nil, err
		}
		if r.around.commits, err = r.reading.ReadAll(ctx, ids); err != nil {
			return nil, err
		}
	}
	return ledger.NewIndex(r.reading, r.around.commits, nil), nil
}

// surroundings are main's commits around the fix.
type surroundings struct {
	mu      sync.Mutex
	commits []*ledger.Commit
}

// undoneSince returns the commit between source and the tip that takes source back, and stands.
func (r *runner) undoneSince(ctx context.Context, t Target, source gitops.ID) (by gitops.ID, undone bool, err error) {
	ids, err := r.session.Repo().Between(ctx, source, t.Tip)
	if err != nil {
		return by, false, err
	}
	b, err := r.revertsAmong(ctx, append(ids, source), source)
	if err != nil {
		return by, false, err
	}
	by, undone = b.UndoneBy(source)
	return by, undone, nil
}

// revertsAmong reads, of commits, youngest first, those that may take something back, the one that is named
// and those that name it.
func (r *runner) revertsAmong(ctx context.Context, ids []gitops.ID, of gitops.ID) (*ledger.Branch, error) {
	name := []byte(of.String()[:7])
	var list []*ledger.Commit
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		o, err := r.session.Commit(id)
		if err != nil {
			return nil, err
		}
		if id != of && !ledger.MayRevert(o.Message) && !bytes.Contains(o.Message, name) {
			continue
		}
		c, err := r.reading.Read(id)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return ledger.ReadBranch(ctx, r.reading, list)
}
