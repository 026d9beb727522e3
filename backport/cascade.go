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
	via           string // the branch
}

// cascade tries conflicted targets again, newest to oldest, with each source as the next newer target
// has it: picked there a moment ago, or on that branch already. A version is used only where it merges
// cleanly.
func (r *runner) cascade(ctx context.Context, targets []Target, outcomes []Outcome) {
	for i := 1; i < len(outcomes); i++ {
		if outcomes[i].Status != StatusConflicted || targets[i].Onto != "" {
			continue
		}
		versions := map[gitops.ID]version{}
		for _, source := range r.fix.Commits {
			for j := i - 1; j >= 0; j-- {
				v, ok := r.versionOn(outcomes[j], source)
				if ok {
					versions[source] = v
					break
				}
			}
		}
		if len(versions) == 0 {
			continue
		}
		r.opts.progress(DoingCascade, targets[i].Name(), i, len(outcomes))
		if o := r.target(ctx, targets[i], versions); o.Status != StatusConflicted {
			outcomes[i] = o
		}
	}
}

// versionOn returns how a target has a source: by its own clean pick, or by the one commit of its
// branch that says it is a copy of this source and of no other.
func (r *runner) versionOn(o Outcome, source gitops.ID) (version, bool) {
	if o.Target.Onto != "" || (o.Status != StatusReady && o.Status != StatusPresent) {
		return version{}, false
	}
	for _, k := range o.Picks {
		if k.Source != source {
			continue
		}
		if k.Status == PickClean {
			return version{before: k.Ours, after: k.Result.Tree, via: o.Target.Branch}, true
		}
		if k.Status == PickPresent && o.Present != nil && strings.HasPrefix(o.Present.How, "trailer: ") {
			return r.landed(o.Present.Commit, o.Target.Branch)
		}
	}
	return version{}, false
}

func (r *runner) landed(commit gitops.ID, branch string) (version, bool) {
	c, err := r.session.Commit(commit)
	if err != nil || len(c.Parents) != 1 {
		return version{}, false
	}
	named := map[string]bool{}
	for _, ref := range gitops.PickedFrom(c.Message) {
		if ref.ID != "" {
			named[ref.ID] = true
		}
	}
	before, err := r.session.TreeOf(c.Parents[0])
	if err != nil || len(named) != 1 {
		return version{}, false
	}
	return version{before: before, after: c.Tree, via: branch}, true
}

// fromVersion takes a source as a newer branch has it, in place of a pick k that conflicts. What a
// reviewer must read is how that version differs from main's.
func (r *runner) fromVersion(ctx context.Context, k Pick, v version, so *Picked) (Pick, bool, error) {
	label := r.session.Repo().Short(k.Source) + " (as on " + v.via + ")"
	res, err := r.session.Merge(ctx, v.before, so.Tree, v.after, gitops.Labels{Base: "parent of " + label, Ours: "HEAD", Theirs: label})
	if err != nil || len(res.Conflicts) > 0 || res.Unchanged {
		return k, false, err
	}
	base, theirs, err := r.session.TreeOfBase(k.Source, r.opts.Mainline)
	if err != nil {
		return k, false, err
	}
	differs, err := r.session.PatchDifference(ctx, base, theirs, v.before, v.after)
	if err != nil {
		return k, false, err
	}
	var paths []string
	for _, c := range k.Result.Conflicts {
		paths = append(paths, c.Path)
	}
	lines := []string{fmt.Sprintf("taken as on %s: main's version conflicts in %s", v.via, shorten(paths, 3))}
	out := Pick{Source: k.Source, Ours: k.Ours, Status: PickClean, Via: v.via, Result: res, Lines: append(lines, facts(res)...)}
	out.Lines = append(out.Lines, describe(differs)...)
	return out, true, nil
}

// maxDifference bounds how many lines of a difference between two versions of a patch are shown.
const maxDifference = 40

// describe writes the difference between main's version of a patch and another, one line each: "< "
// is what only main's has, "> " what only the other has.
func describe(differs []gitops.PathDifference) []string {
	if len(differs) == 0 {
		return []string{"it makes the same changes as main's version"}
	}
	var out []string
	for _, d := range differs {
		out = append(out, fmt.Sprintf("differs from main's version in %s:", d.Path))
		for _, l := range d.OnlyFirst {
			out = append(out, "< "+l)
		}
		for _, l := range d.OnlySecond {
			out = append(out, "> "+l)
		}
	}
	if len(out) > maxDifference {
		more := len(out) - maxDifference
		out = append(out[:maxDifference], fmt.Sprintf("and %d lines more of difference", more))
	}
	return out
}
