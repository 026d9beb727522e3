package backport

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// Picked is the result of the pick stage: the picks of one target, and the tree they lead to.
type Picked struct {
	Required bool // the target must have the fix
	Picks    []Pick
	Present  *Evidence
	Warnings []string
	TipTree  gitops.ID
	Tree     gitops.ID               // after the last pick that is clean
	Versions map[gitops.ID][]version // how newer branches have the sources; for the cascade
}

// status says what the picks amount to. A commit that changes nothing, though nothing shows that the branch
// has it, needs a person where the line must have the fix, alone or among others.
func (p Picked) status() Status {
	var clean, empty, there bool
	for _, k := range p.Picks {
		switch k.Status {
		case PickConflict:
			return StatusConflicted
		case PickClean:
			clean = true
		case PickEmpty:
			empty = true
		case PickPresent:
			there = true
		case PickSkipped, PickError:
		}
	}
	switch {
	case empty && p.Required:
		return StatusEmpty
	case clean:
		return StatusReady
	case there && !empty:
		return StatusPresent
	}
	return StatusEmpty
}

// required reports whether a target must have the fix.
func (t Target) required() bool { return t.Onto == "" && t.Decision.Verdict == policy.Required }

// pick takes each source commit in turn onto the target. It stops at the first conflict, because what
// comes after would stand on a tree with markers.
// trees holds, for sources that are not taken as they are, the tree that is taken in place of theirs;
// versions how newer branches have them, for those that conflict.
func (r *runner) pick(ctx context.Context, t Target, trees map[gitops.ID]gitops.ID, versions map[gitops.ID][]version) (Picked, error) {
	out := Picked{Versions: versions, Required: t.required()}
	tree, err := r.session.TreeOf(t.Tip)
	if err != nil {
		return out, fmt.Errorf("reading the tip of %s: %w", t.Name(), err)
	}
	out.TipTree, out.Tree = tree, tree
	for i, source := range r.fix.Commits {
		k, err := r.pickOne(ctx, t, source, trees[source], &out)
		if err != nil {
			k = Pick{Source: source, Status: PickError}
		}
		out.Picks = append(out.Picks, k)
		if err != nil {
			return out, err
		}
		if k.Status == PickConflict {
			for _, rest := range r.fix.Commits[i+1:] {
				out.Picks = append(out.Picks, Pick{Source: rest, Status: PickSkipped, Lines: []string{"not tried: an earlier commit conflicts"}})
			}
			break
		}
	}
	for i, k := range out.Picks {
		c, err := r.session.Commit(k.Source)
		if err != nil {
			return out, err
		}
		out.Picks[i].Message = gitops.MessageText(c)
	}
	return out, nil
}

func (r *runner) pickOne(ctx context.Context, t Target, source, tree gitops.ID, so *Picked) (Pick, error) {
	k := Pick{Source: source, Via: "main", Ours: so.Tree}
	for _, s := range r.opts.Select.Skip {
		if t.Onto == "" && s.Line == t.Decision.ID && s.Commit == source {
			k.Status, k.Lines = PickSkipped, []string{"skipped by --skip"}
			return k, nil
		}
	}
	ev, err := r.evidence(ctx, t, source)
	if err != nil {
		return k, err
	}
	if ev != nil && ev.How == "ancestor" {
		k.Status, so.Present = PickPresent, ev
		return k, nil
	}
	k.Result, err = r.session.PickTreeOnto(ctx, so.Tree, source, tree, r.opts.Mainline)
	if err != nil {
		return k, fmt.Errorf("picking %s onto %s: %w", r.session.Repo().Short(source), t.Name(), err)
	}
	if err := r.verify(ctx, so.Tree, source); err != nil {
		return k, err
	}
	k.Lines = facts(k.Result)
	switch {
	case ev != nil:
		k.Status, so.Present = PickPresent, ev
		r.warnOfChange(ctx, t, k.Result, so)
	default:
		if k, err = r.judge(ctx, t, k, so); err != nil {
			return k, err
		}
	}
	return k, r.hearsayWarning(ctx, t, source, k, so)
}

// judge says what the result of a pick amounts to, after the policy's path rules had their say about
// what conflicts.
func (r *runner) judge(ctx context.Context, t Target, k Pick, so *Picked) (Pick, error) {
	if len(k.Result.Conflicts) > 0 {
		if err := r.settle(t, so.TipTree, &k); err != nil {
			return k, err
		}
		r.resolved(t, so.Tree, &k)
		k.Result.Unchanged = len(k.Result.Conflicts) == 0 && k.Result.Tree == so.Tree
	}
	if err := r.notesOnPick(t, so, &k); err != nil {
		return k, err
	}
	switch {
	case len(k.Result.Conflicts) > 0:
		k.Status = PickConflict
		for _, v := range so.Versions[k.Source] {
			better, clean, err := r.fromVersion(ctx, t, k, v, so)
			if err != nil {
				return k, err
			}
			if clean {
				so.Tree = better.Result.Tree
				return better, nil
			}
		}
	case k.Result.Unchanged:
		return r.unchanged(ctx, t, k, so)
	default:
		k.Status, so.Tree = PickClean, k.Result.Tree
	}
	return k, nil
}

// verify lets another program repeat a pick, where that is asked for.
func (r *runner) verify(ctx context.Context, ours, source gitops.ID) error {
	if r.opts.Verify == nil {
		return nil
	}
	base, theirs, err := r.session.TreeOfBase(source, r.opts.Mainline)
	if err != nil {
		return err
	}
	return r.opts.Verify(ctx, base, ours, theirs)
}

// unchanged tells a fix that is there from one that has nothing to fix.
func (r *runner) unchanged(ctx context.Context, t Target, k Pick, so *Picked) (Pick, error) {
	there, err := r.session.SomeAdditionIn(ctx, k.Source, so.Tree, r.opts.Mainline)
	if err != nil {
		return k, err
	}
	k.Status = PickEmpty
	if len(r.fix.Commits) > 1 && !there {
		text := fmt.Sprintf("commit %s changes nothing on %s, and nothing shows that the branch has it: look whether it does",
			r.session.Repo().Short(k.Source), t.Name())
		if t.Onto == "" {
			text += fmt.Sprintf("; --skip %s:%s leaves it out", t.Decision.Name(), k.Source)
		}
		so.Warnings = append(so.Warnings, text)
	}
	if there {
		k.Status = PickPresent
		so.Present = &Evidence{Commit: gitops.ID{}, How: "no change: the pick changes nothing, and lines that the fix adds are there"}
	}
	return k, nil
}

// warnOfChange names what a pick would still change on a branch that says it has the fix: the paths that
// conflict and those that change cleanly.
func (r *runner) warnOfChange(ctx context.Context, t Target, res gitops.PickResult, so *Picked) {
	if res.Unchanged {
		return
	}
	var paths []string
	for _, c := range res.Conflicts {
		paths = append(paths, c.Path)
	}
	changes, err := r.session.Changes(ctx, so.Tree, res.Tree, nil)
	if err != nil {
		return // the pick stands; only its description is poorer
	}
	for _, c := range changes {
		paths = append(paths, c.Path)
	}
	slices.Sort(paths)
	if paths = slices.Compact(paths); len(paths) > 0 {
		so.Warnings = append(so.Warnings, fmt.Sprintf("%s says it has the fix (%s), yet picking it would still change %s",
			t.Name(), so.Present.How, strings.Join(paths, ", ")))
	}
}

// hearsayWarning says when a commit of the branch carries the same pull request number without proving
// that it is the fix.
func (r *runner) hearsayWarning(ctx context.Context, t Target, source gitops.ID, k Pick, so *Picked) error {
	if k.Status != PickClean && k.Status != PickConflict {
		return nil
	}
	c, err := r.session.Commit(source)
	if err != nil {
		return err
	}
	l, err := r.evidenceLedger(ctx, t)
	if err != nil {
		return err
	}
	if said := l.hearsay(c.Message); said != "" {
		so.Warnings = append(so.Warnings, said+": look whether the fix is there already")
	}
	return nil
}

// facts are the lines about a pick that a reviewer wants to see.
func facts(res gitops.PickResult) []string {
	var lines []string
	for _, rn := range res.Renames {
		if rn.Ours {
			lines = append(lines, fmt.Sprintf("followed a rename on the branch: %s → %s (%d%%)", rn.From, rn.To, rn.Score))
		}
	}
	lines = append(lines, res.Attributes...)
	if res.RenameLimit > 0 {
		lines = append(lines, fmt.Sprintf("rename detection was cut short: it would have needed a limit of %d", res.RenameLimit))
	}
	return lines
}

func shorten(paths []string, n int) string {
	if len(paths) <= n {
		return strings.Join(paths, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(paths[:n], ", "), len(paths)-n)
}
