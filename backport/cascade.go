package backport

import (
	"context"
	"fmt"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// A version of a source commit is how another branch has it: the tree before it and the tree with it.
type version struct {
	before, after gitops.ID
	via           string      // the branch
	commit        gitops.ID   // of the branch; zero when it was picked there a moment ago
	how           ledger.Kind // by what the commit is recognised
}

// cascade tries conflicted targets again, newest to oldest, with each source as newer targets have it, the
// next newer one first: picked there a moment ago, or on that branch already. A version is used only
// where it merges cleanly.
func (r *runner) cascade(ctx context.Context, targets []Target, outcomes []Outcome) {
	for i := 1; i < len(outcomes); i++ {
		if outcomes[i].Status != StatusConflicted || targets[i].Onto != "" {
			continue
		}
		versions, some := map[gitops.ID][]version{}, false
		for _, source := range r.fix.Commits {
			for j := i - 1; j >= 0; j-- {
				versions[source] = append(versions[source], r.versionsOn(ctx, outcomes[j], source)...)
			}
			some = some || len(versions[source]) > 0
		}
		if !some {
			continue
		}
		r.opts.progress(DoingCascade, targets[i].Name(), i, len(outcomes))
		if o := r.target(ctx, targets[i], versions); o.Status != StatusConflicted {
			outcomes[i] = o
		}
	}
}

// versionsOn returns how a target has a source: by its own clean pick, by the one commit of its branch
// that says it is a copy of this source and of no other, or by one that looks like it.
func (r *runner) versionsOn(ctx context.Context, o Outcome, source gitops.ID) []version {
	if o.Target.Onto != "" {
		return nil
	}
	for _, k := range o.Picks {
		switch {
		case k.Source != source:
			continue
		case k.Status == PickClean && o.Status == StatusReady:
			return []version{{before: k.Ours, after: k.Result.Tree, via: o.Target.Branch}}
		case (k.Status == PickPresent || k.Status == PickProbable) && k.Evidence != nil && !k.Evidence.Commit.IsZero():
			return r.carried(ctx, o.Target, source, k.Evidence)
		}
		return nil
	}
	return nil
}

// carried is the version of a commit that carries a source: of one that says it is a copy of this source and
// of no other, or of one that has at least half of the lines that the source changes, and is half made of them.
func (r *runner) carried(ctx context.Context, t Target, source gitops.ID, ev *Evidence) []version {
	c, err := r.session.Commit(ev.Commit)
	if err != nil || len(c.Parents) != 1 || ev.Kind == ledger.Ancestor {
		return nil
	}
	before, err := r.session.TreeOf(c.Parents[0])
	if err != nil {
		return nil
	}
	v := version{before: before, after: c.Tree, via: t.Branch, commit: ev.Commit, how: ev.Kind}
	if ev.Kind == ledger.Trailer && namesOne(c.Message) || r.alike(ctx, source, v) {
		return []version{v}
	}
	return nil
}

// namesOne reports whether a message names one commit as its origin, and no other.
func namesOne(message []byte) bool {
	named := map[string]bool{}
	for _, ref := range gitops.PickedFrom(message) {
		if ref.ID != "" && !ref.Repairs() {
			named[ref.ID] = true
		}
	}
	return len(named) == 1
}

// alike reports whether a version has at least half of the lines that a source adds and removes, and these
// are at least half of its own.
func (r *runner) alike(ctx context.Context, source gitops.ID, v version) bool {
	base, theirs, err := r.session.TreeOfBase(source, r.opts.Mainline)
	if err != nil {
		return false
	}
	shared, all, err := r.session.SharedChanges(ctx, base, theirs, v.before, v.after)
	if err != nil || 2*shared < all || shared == 0 {
		return false
	}
	back, own, err := r.session.SharedChanges(ctx, v.before, v.after, base, theirs)
	return err == nil && 2*back >= own
}

// fromVersion takes a source as a newer branch has it, in place of a pick k that conflicts, and by the path
// rules too. What a reviewer must read is how that version differs from main's.
func (r *runner) fromVersion(ctx context.Context, t Target, k Pick, v version, so *Picked) (Pick, bool, error) {
	label := r.session.Repo().Short(k.Source) + " (as on " + v.via + ")"
	res, err := r.session.Merge(ctx, v.before, so.Tree, v.after, gitops.Labels{Base: "parent of " + label, Ours: "HEAD", Theirs: label})
	if err != nil {
		return k, false, err
	}
	out := Pick{Source: k.Source, Ours: k.Ours, Status: PickClean, Via: v.via, ViaCommit: v.commit, Result: res}
	if len(res.Conflicts) > 0 {
		if err := r.settle(t, so.TipTree, &out); err != nil {
			return k, false, err
		}
	}
	if len(out.Result.Conflicts) > 0 || out.Result.Tree == so.Tree {
		return k, false, nil
	}
	base, theirs, err := r.session.TreeOfBase(k.Source, r.opts.Mainline)
	if err != nil {
		return k, false, err
	}
	if out.Differs, err = r.session.PatchDifference(ctx, base, theirs, v.before, v.after); err != nil {
		return k, false, err
	}
	var paths []string
	for _, c := range k.Result.Conflicts {
		paths = append(paths, c.Path)
	}
	from := v.via
	if !v.commit.IsZero() {
		from += ", where " + r.session.Repo().Short(v.commit) + " " + likeness(v.how)
	}
	out.Taken = fmt.Sprintf("taken as on %s: main's version conflicts in %s", from, shorten(paths, 3))
	if len(out.Differs) == 0 {
		out.Lines = append(out.Lines, "it makes the same changes as main's version")
	}
	out.Lines = append(out.Lines, facts(res)...)
	return out, true, nil
}

// likeness says why a commit is taken for the fix.
func likeness(k ledger.Kind) string {
	switch k {
	case ledger.Trailer:
		return "is the fix"
	case ledger.PatchID:
		return "has the same patch"
	case ledger.Author:
		return "has the same author and date and looks like the fix"
	case ledger.Number:
		return "names the same pull request and looks like the fix"
	case ledger.Subject:
		return "has the same subject and looks like the fix"
	case ledger.Quoted:
		return "quotes the fix's subject and looks like the fix"
	case ledger.Ancestor, ledger.Lines, ledger.Advisory:
	}
	return "looks like the fix"
}
