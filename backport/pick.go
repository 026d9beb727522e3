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
	Again    bool // what changes nothing is taken to be there
	Picks    []Pick
	Warnings []string
	TipTree  gitops.ID
	Tree     gitops.ID               // after the last pick that is clean
	Versions map[gitops.ID][]version // how newer branches have the sources; for the cascade
}

// status returns the status of a target with these picks. On a line that must have the fix, a commit that
// the branch seems to have, or that changes nothing without evidence, blocks the target like a conflict.
func (p Picked) status() Status {
	var clean, conflict, empty, there, probable bool
	for _, k := range p.Picks {
		switch k.Status {
		case PickConflict:
			conflict = true
		case PickClean:
			clean = true
		case PickEmpty:
			empty = empty || !p.Again
			there = there || p.Again
		case PickPresent:
			there = true
		case PickProbable:
			probable = true
		case PickSkipped, PickError:
		}
	}
	switch {
	case probable:
		return StatusProbable
	case conflict:
		return StatusConflicted
	case empty && p.Required:
		return StatusEmpty
	case clean:
		return StatusReady
	case there && !empty:
		return StatusPresent
	}
	return StatusEmpty
}

// present is the evidence to show: the weakest, since the target's status rests on it.
func (p Picked) present() *Evidence {
	var out *Evidence
	for _, k := range p.Picks {
		if (k.Status == PickPresent || k.Status == PickProbable) && (out == nil || out.Strong) {
			out = k.Evidence
		}
	}
	return out
}

// required reports whether a target must have the fix.
func (t Target) required() bool { return t.Onto == "" && t.Decision.Verdict == policy.Required }

// pick takes each source commit in turn onto the target. It stops at the first conflict, because what
// comes after would stand on a tree with markers.
// trees holds, for sources that are not taken as they are, the tree that is taken in place of theirs;
// versions how newer branches have them, for those that conflict.
func (r *runner) pick(ctx context.Context, t Target, trees map[gitops.ID]gitops.ID, versions map[gitops.ID][]version) (Picked, error) {
	out := Picked{Versions: versions, Required: t.required(), Again: r.opts.Again}
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
			rest, err := r.afterConflict(ctx, t, i, out)
			if err != nil {
				return out, err
			}
			out.Picks = append(out.Picks, rest...)
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

// afterConflict is what becomes of the commits behind the at-th, which conflicts: none is taken, and of those
// that belong to another fix it is said how they fare without it.
func (r *runner) afterConflict(ctx context.Context, t Target, at int, so Picked) ([]Pick, error) {
	var out []Pick
	tree := so.Tree
	stuck := map[int]bool{r.fix.partOf(r.fix.Commits[at]): true}
	for _, source := range r.fix.Commits[at+1:] {
		k := Pick{Source: source, Status: PickSkipped, Lines: []string{"not tried: an earlier commit conflicts"}}
		part := r.fix.partOf(source)
		switch why := t.leaves(source); {
		case why != "":
			k.Lines = []string{why}
		case part >= 0 && !stuck[part]:
			trial := Pick{Source: source}
			var err error
			if trial.Result, err = r.session.PickTreeOnto(ctx, tree, source, gitops.ID{}, r.opts.Mainline); err == nil {
				err = r.settle(t, so.TipTree, &trial)
			}
			if err != nil {
				return nil, fmt.Errorf("picking %s onto %s: %w", r.session.Repo().Short(source), t.Name(), err)
			}
			how := fares(trial.Result)
			if len(trial.Result.Conflicts) > 0 {
				stuck[part] = true
			} else {
				tree = trial.Result.Tree
			}
			k.Lines = []string{fmt.Sprintf("waits for %s; without that %s", r.session.Repo().Short(r.fix.Commits[at]), how)}
		}
		out = append(out, k)
	}
	return out, nil
}

// fares says how a fix does by itself.
func fares(res gitops.PickResult) string {
	var absent []string
	for _, c := range res.Conflicts {
		if c.Ours == nil {
			absent = append(absent, c.Path)
		}
	}
	switch {
	case len(res.Conflicts) == 0:
		return "it picks cleanly"
	case len(absent) == len(res.Conflicts):
		return "it conflicts too: the branch has no " + shorten(absent, 2)
	}
	return "it conflicts too"
}

func (r *runner) pickOne(ctx context.Context, t Target, source, tree gitops.ID, so *Picked) (Pick, error) {
	k := Pick{Source: source, Via: "main", Ours: so.Tree}
	for _, s := range r.opts.Select.Skip {
		if t.Onto == "" && s.Line == t.Decision.ID && slices.Contains(s.Commits, source) {
			k.Status, k.Lines = PickSkipped, []string{"skipped by --skip"}
			return k, nil
		}
	}
	if why := t.leaves(source); why != "" {
		k.Status, k.Lines = PickSkipped, []string{why}
		return k, nil
	}
	f, err := r.find(ctx, t, source)
	if err != nil {
		return k, err
	}
	k.Result, err = r.session.PickTreeOnto(ctx, so.Tree, source, tree, r.opts.Mainline)
	if err != nil {
		return k, fmt.Errorf("picking %s onto %s: %w", r.session.Repo().Short(source), t.Name(), err)
	}
	k.Lines = facts(k.Result)
	if err := r.warnOfPick(t, k, so); err != nil {
		return k, err
	}
	if f, err = r.doubtAncestor(ctx, t, source, k.Result, f, so); err != nil {
		return k, err
	}
	if ev := f.evidence; ev != nil {
		if ev.Still, err = r.stillChanges(ctx, k.Result, so); err != nil {
			return k, err
		}
		if there := r.there(t, &k, ev, so); there {
			return k, nil
		}
	}
	if err := r.verify(ctx, so.Tree, source); err != nil {
		return k, err
	}
	if k, err = r.judge(ctx, t, k, so); err != nil {
		return k, err
	}
	if err := r.warnOfNothingToRepair(ctx, t, k, so); err != nil {
		return k, err
	}
	return k, r.warnOfUndoing(t, k, f, so)
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
	if there {
		k.Status = PickPresent
		k.Evidence = &Evidence{How: "no change: the pick changes nothing, and lines that the fix adds are there", Strong: true}
		return k, nil
	}
	k.Status = PickEmpty
	switch {
	case so.Again:
		k.Evidence = &Evidence{How: "no change: the pick changes nothing, and --again takes that for granted"}
		k.Status = PickPresent
	case len(r.fix.Commits) > 1:
		text := fmt.Sprintf("commit %s changes nothing on %s, and nothing shows that the branch has it: look whether it does",
			r.session.Repo().Short(k.Source), t.Name())
		if t.Onto == "" {
			text += fmt.Sprintf("; --skip %s:%s leaves it out", t.Decision.Name(), k.Source)
		}
		so.Warnings = append(so.Warnings, text)
	}
	return k, nil
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
	return lines
}

// warnOfPick says what may make a pick another than a person expects, before anything else is said of it:
// a search for renames that was cut short, and an author that git copies though its own checks refuse it.
func (r *runner) warnOfPick(t Target, k Pick, so *Picked) error {
	var out []string
	if limit := k.Result.RenameLimit; limit > 0 {
		out = append(out, fmt.Sprintf("rename detection was cut short on %s, as git's is: it would have needed a limit of %d files, so files that were moved may be taken for deleted and new ones", t.Name(), limit))
	}
	c, err := r.session.Commit(k.Source)
	if err != nil {
		return err
	}
	if problem := gitops.AuthorProblem(c); problem != "" {
		out = append(out, fmt.Sprintf("the author line of %s is odd (%s); it is copied as it is, as git does", r.session.Repo().Short(k.Source), problem))
	}
	for _, text := range out {
		if !slices.Contains(so.Warnings, text) {
			so.Warnings = append(so.Warnings, text)
		}
	}
	return nil
}

func shorten(paths []string, n int) string {
	if len(paths) <= n {
		return strings.Join(paths, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(paths[:n], ", "), len(paths)-n)
}
