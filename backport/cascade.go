package backport

import (
	"context"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/gitops"
)

// A version of a source commit is how another branch has it: the tree before it and the tree with it.
type version struct {
	before, after gitops.ID
	via           string    // the branch
	commit        gitops.ID // of the branch; zero when it was picked there a moment ago
	how           string    // by what the commit is recognised: "trailer", "subject"
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
		case k.Status == PickPresent && o.Present != nil && strings.HasPrefix(o.Present.How, "trailer: "):
			return r.landed(o.Present.Commit, o.Target.Branch)
		case k.Status == PickPresent || k.Status == PickConflict || k.Status == PickEmpty:
			return r.lookalike(ctx, o.Target, source)
		}
	}
	return nil
}

// landed is the version of a commit that says it is a copy.
func (r *runner) landed(commit gitops.ID, branch string) []version {
	c, err := r.session.Commit(commit)
	if err != nil || len(c.Parents) != 1 {
		return nil
	}
	named := map[string]bool{}
	for _, ref := range gitops.PickedFrom(c.Message) {
		if ref.ID != "" {
			named[ref.ID] = true
		}
	}
	before, err := r.session.TreeOf(c.Parents[0])
	if err != nil || len(named) != 1 {
		return nil
	}
	return []version{{before: before, after: c.Tree, via: branch, commit: commit, how: "trailer"}}
}

// lookalike is the version of the one commit of a branch that has the source's subject, pull request
// numbers aside, and at least half of the lines that it changes. Nothing else follows from the likeness.
func (r *runner) lookalike(ctx context.Context, t Target, source gitops.ID) []version {
	s, err := r.session.Commit(source)
	if err != nil {
		return nil
	}
	h, err := r.history(ctx, t)
	if err != nil {
		return nil
	}
	l, err := r.ledgerOf(ctx, t)
	if err != nil {
		return nil
	}
	want := bareSubject(s.Message)
	var found []version
	for _, id := range h.Commits {
		c, err := r.session.Commit(id)
		if err != nil || len(c.Parents) != 1 || l.undone[id] || bareSubject(c.Message) != want || want == "" {
			continue
		}
		before, err := r.session.TreeOf(c.Parents[0])
		if err != nil {
			return nil
		}
		found = append(found, version{before: before, after: c.Tree, via: t.Branch, commit: id, how: "subject"})
	}
	if len(found) != 1 || !r.alike(ctx, source, found[0]) {
		return nil
	}
	return found
}

// bareSubject is a subject without the pull request numbers at its end.
func bareSubject(message []byte) string {
	subject := gitops.Subject(message)
	for {
		at := strings.LastIndex(subject, " (#")
		if at < 0 || strings.TrimLeft(subject[at+3:], "0123456789") != ")" {
			return subject
		}
		subject = subject[:at]
	}
}

// alike reports whether a version has at least half of the lines that a source adds and removes.
func (r *runner) alike(ctx context.Context, source gitops.ID, v version) bool {
	base, theirs, err := r.session.TreeOfBase(source, r.opts.Mainline)
	if err != nil {
		return false
	}
	shared, all, err := r.session.SharedChanges(ctx, base, theirs, v.before, v.after)
	return err == nil && 2*shared >= all && shared > 0
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
	switch v.how {
	case "trailer":
		from += ", where " + r.session.Repo().Short(v.commit) + " is the fix"
	case "subject":
		from += ", where " + r.session.Repo().Short(v.commit) + " has the same subject and looks like the fix"
	}
	out.Taken = fmt.Sprintf("taken as on %s: main's version conflicts in %s", from, shorten(paths, 3))
	if len(out.Differs) == 0 {
		out.Lines = append(out.Lines, "it makes the same changes as main's version")
	}
	out.Lines = append(out.Lines, facts(res)...)
	return out, true, nil
}
