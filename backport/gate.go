package backport

import (
	"context"
	"fmt"
	"sort"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
)

// Gated is the result of the gate stage: a pick that the gate has seen.
type Gated struct {
	Picked
	Outcome *GateOutcome
}

// gate asks whether the picked tree needs a newer toolchain than the branch promised when it was cut.
// Only pin files that differ between the result and the tip, or the branch point, are read.
func (r *runner) gate(ctx context.Context, t Target, p Picked) (Gated, error) {
	out := Gated{Picked: p, Outcome: &GateOutcome{OK: true}}
	if t.Onto != "" && t.Ref == "" {
		out.Outcome.Baseline = "none: not a release branch"
		return out, nil
	}
	base, baseline, err := r.baseline(t)
	if err != nil {
		return out, err
	}
	out.Outcome.Baseline = baseline
	paths, err := r.pinPaths(ctx, p.TipTree, base, p.Tree)
	if err != nil || len(paths) == 0 {
		return out, err
	}
	read := func(tree gitops.ID) msrv.Reading {
		return msrv.ReadPins(r.session.TreeFS(tree), paths, r.opts.Gate.Options)
	}
	in := msrv.GateInput{
		Tip: read(p.TipTree), Result: read(p.Tree), Rules: r.opts.Gate.Rules,
		Promised: r.opts.Gate.Promised[t.Decision.ID], Supported: r.opts.Gate.Supported, Reason: r.opts.Select.Reason,
	}
	if !base.IsZero() {
		reading := read(base)
		in.Baseline = &reading
	}
	verdict := msrv.Gate(in)
	out.Outcome.OK = verdict.OK
	out.Outcome.Findings = verdict.At(msrv.LevelNotice)
	return out, nil
}

// baseline returns the tree that fixed the branch's promise, and how it is called: the branch point,
// else the line's first release, else the tip alone.
func (r *runner) baseline(t Target) (tree gitops.ID, name string, err error) {
	repo := r.session.Repo()
	if point := r.history(t).Point; !point.IsZero() {
		tree, err := r.session.TreeOf(point)
		return tree, "branch point " + repo.Short(point), err
	}
	if tag := t.FirstTag; tag != "" {
		if id, err := repo.Ref("refs/tags/" + tag); err == nil {
			if commit, err := repo.Peel(id); err == nil {
				tree, err := r.session.TreeOf(commit)
				return tree, "first release " + tag, err
			}
		}
	}
	return gitops.ID{}, "tip " + repo.Short(t.Tip), nil
}

// pinPaths lists the pin files that differ between the result and the tip or the baseline.
func (r *runner) pinPaths(ctx context.Context, tip, base, result gitops.ID) ([]string, error) {
	seen := map[string]bool{}
	for _, before := range []gitops.ID{tip, base} {
		if before.IsZero() {
			continue
		}
		changes, err := r.session.Changes(ctx, before, result, nil)
		if err != nil {
			return nil, fmt.Errorf("comparing trees for the gate: %w", err)
		}
		for _, c := range changes {
			if r.opts.Gate.Options.IsPinFile(c.Path) {
				seen[c.Path] = true
			}
		}
	}
	paths := make([]string, 0, len(seen))
	for p := range seen {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	return paths, nil
}
