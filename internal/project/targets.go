package project

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/policy"
)

// Locate finds what a target is picked onto, and what its tags say.
func (p *Project) Locate(t *backport.Target) error {
	for _, b := range p.Branches {
		if b.Name == t.Branch {
			t.Tip, t.Ref = b.Tip, b.Ref
		}
	}
	if t.Tip.IsZero() {
		return fmt.Errorf("branch %q: %w", t.Branch, gitops.ErrNoRef)
	}
	p.AddVersions(t, t.Decision.Line)
	return nil
}

// AddVersions gives a line the versions that its line's tags hold.
func (p *Project) AddVersions(t *backport.Target, line policy.Line) {
	for _, tag := range p.Tags[line.ID] {
		_, v, ok := p.Config.Policy.ReadTag(tag.Name)
		if !ok {
			continue
		}
		t.Versions = append(t.Versions, v.String())
		if policy.IsStable(v) && v.Patch() == 0 {
			t.FirstTag = tag.Name
		}
	}
	for _, row := range p.Config.Policy.Branches {
		if row.Line == line.ID {
			for _, v := range row.Burned {
				t.Burned = append(t.Burned, v.String())
			}
		}
	}
}

// BranchTarget makes a target of a branch. One of a release line keeps its line, for gate and bump.
func (p *Project) BranchTarget(b gitops.Branch) backport.Target {
	t := backport.Target{Line: release.Line{Branch: b.Name, Tip: b.Tip, Ref: b.Ref}}
	for _, line := range p.Lines {
		if line.Branch == b.Name {
			t.Decision = policy.Decision{Line: line}
			p.AddVersions(&t, line)
		}
	}
	return t
}

// Targets decides by the policy, and the lines that are named, where a fix goes.
func (p *Project) Targets(ctx context.Context, fix backport.Fix, sel backport.Selection, published policy.Date) (backport.Selected, error) {
	var decisions [][]policy.Decision
	var held []map[policy.LineID]policy.Decision // by part: the lines that want it on main first
	for _, part := range fix.Each() {
		change := policy.Change{Kind: part.Kind, Published: published}
		made := policy.Decide(p.Config.Policy, p.Lines, change)
		if err := p.decide(fix, part, made); err != nil {
			return backport.Selected{}, err
		}
		decisions = append(decisions, made)
		change.NotOnMain = !fix.OnMainAll(part)
		held = append(held, map[policy.LineID]policy.Decision{})
		for _, d := range policy.Decide(p.Config.Policy, p.Lines, change) {
			if d.Cause == policy.CauseNotOnMain {
				held[len(held)-1][d.ID] = d
			}
		}
	}
	selected, err := backport.Select(fix, decisions, sel)
	if err != nil {
		return selected, err
	}
	for i := range selected.Targets {
		t := &selected.Targets[i]
		var kinds []policy.Kind
		for _, part := range fix.Taken(*t) {
			kinds = append(kinds, part.Kind)
		}
		t.Kind = p.Config.Policy.Strongest(kinds)
		if d, ok := heldBack(fix, *t, held); ok && !t.Forced {
			t.Decision.Verdict, t.Decision.Cause, t.Decision.Rule = d.Verdict, d.Cause, d.Rule
			text := "the fix is not on " + p.Main.Name + ", and the policy wants it there first" + p.sameOnMain(ctx, fix)
			if sel.Reason == "" {
				t.Refused = text
			} else {
				t.Forced = true
				t.Warnings = append(t.Warnings, text)
			}
		}
		if t.Decision.Absent {
			if err := p.missing(t); err != nil {
				return selected, err
			}
			continue
		}
		if err := p.Locate(t); err != nil {
			return selected, err
		}
	}
	return selected, nil
}

// heldBack returns the decision about a part that a target gets and that main should have first.
func heldBack(fix backport.Fix, t backport.Target, held []map[policy.LineID]policy.Decision) (policy.Decision, bool) {
	for _, part := range fix.Taken(t) {
		at := slices.IndexFunc(fix.Each(), func(p backport.Part) bool { return p.Commits[0] == part.Commits[0] })
		if d, ok := held[at][t.Decision.ID]; ok {
			return d, true
		}
	}
	return policy.Decision{}, false
}

// missing says of a target that its branch is not here. A line that has none by the policy is an error.
func (p *Project) missing(t *backport.Target) error {
	e := &backport.BranchMissingError{Line: t.Decision.Name(), Branch: p.Config.Policy.BranchName(t.Decision.ID), Remote: p.Remote}
	t.Branch, t.Missing, t.Refused = cmp.Or(e.Branch, "line "+e.Line), e, ""
	if e.Branch == "" && len(p.Config.Policy.Repo.Branches) == 0 {
		return &backport.LineError{Line: e.Line, Reason: "has no branch: by the policy it is on main"}
	}
	return nil
}

// sameOnMain names the commits of main that are the same change as commits of a fix that are not there.
func (p *Project) sameOnMain(ctx context.Context, fix backport.Fix) string {
	var names []string
	for i, id := range fix.Commits {
		if fix.OnMain[i] {
			continue
		}
		if same, err := backport.SameChange(ctx, p.Session, p.Main.Tip, id); err == nil && !same.IsZero() {
			names = append(names, p.Repo.Short(same))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; " + strings.Join(names, ", ") + " there is the same change: name that"
}

// OntoTargets makes a target of each revision. A release branch's tip keeps its line, for gate and bump.
func (p *Project) OntoTargets(ctx context.Context, onto []string) (backport.Selected, error) {
	var out backport.Selected
	for _, rev := range onto {
		t := backport.Target{Line: release.Line{Branch: rev}, Onto: rev}
		if b, err := p.Repo.Branch(p.Remote, rev, p.options.Base); err == nil {
			t.Tip, t.Ref = b.Tip, b.Ref
		} else if t.Tip, err = p.Repo.Resolve(ctx, rev); err != nil {
			return out, err
		}
		for _, b := range p.Branches {
			if b.Tip == t.Tip && (b.Name == rev || t.Ref == "") {
				onto := t.Onto
				t = p.BranchTarget(b)
				t.Onto = onto
			}
		}
		out.Targets = append(out.Targets, t)
	}
	return out, nil
}

// HeldBack finds the lines that an operation of the given name does not bump, because one on record bumps
// them already, on a branch that is there, and says which. Two branches with the same bump would only get
// into each other's way. An empty name stands for a bump.
func (p *Project) HeldBack(log *operation.Log, name string) map[policy.LineID]string {
	out := map[policy.LineID]string{}
	for _, op := range log.All() {
		if op.Name == name || (name == "" && op.Verb == "bump") || op.Kind != operation.KindApply || log.State(op) != operation.StateApplied {
			continue
		}
		for _, t := range op.Targets {
			if id, ref := p.bumped(t); ref != "" {
				out[id] = "an earlier operation bumps it to " + t.BumpTo + " already, on " + strings.TrimPrefix(ref, "refs/heads/")
			}
		}
	}
	return out
}

// bumped returns the line that a target of an operation bumps to a version that is not released yet, and
// the branch that holds the bump; "" when there is none.
func (p *Project) bumped(t operation.Target) (policy.LineID, string) {
	if t.BumpTo == "" || t.Line == "" {
		return policy.LineID{}, ""
	}
	id, err := p.Config.Policy.ParseLine(t.Line)
	if err != nil || p.Released(id, t.BumpTo) {
		return id, ""
	}
	ref := t.Ref
	if t.BumpRef != "" {
		ref = t.BumpRef
	}
	if _, err := p.Repo.Ref(ref); err != nil {
		return id, ""
	}
	return id, ref
}

// AddCadence adds the lines that the policy's cadence does not let be released yet.
func (p *Project) AddCadence(held map[policy.LineID]string, kind policy.Kind) {
	for _, l := range p.Lines {
		if first := p.Config.Policy.NextRelease(l, kind); first.After(p.AsOf) && held[l.ID] == "" {
			held[l.ID] = fmt.Sprintf("the policy's cadence: %s was released on %s, the next release is not before %s", l.LatestTag, l.LatestDate, first)
		}
	}
}
