package backport

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
)

// Gated is the result of the gate stage: a pick that the gate has seen.
type Gated struct {
	Picked
	Outcome *GateOutcome
}

// status tells what a pick amounts to after the gate.
func (g Gated) status() Status {
	if g.Outcome != nil && !g.Outcome.OK {
		return StatusGated
	}
	return g.Picked.status()
}

// gateStage asks the gate about a pick that would change the branch. A commit that only raises pins is
// stopped here whatever it meets, a conflict too. With --strip-pin a fix that raises a pin, or conflicts,
// is picked once more without that part of it.
func (r *runner) gateStage(ctx context.Context, t Target, p Picked) (Gated, error) {
	out := Gated{Picked: p}
	if s := p.status(); (s != StatusReady && s != StatusConflicted) || (t.Onto != "" && t.Ref == "") {
		return out, nil
	}
	source, found, err := r.pinOnlyCommit(ctx, p)
	if err != nil {
		return out, err
	}
	if found != nil && slices.ContainsFunc(found.findings, func(f msrv.Finding) bool { return r.opts.Gate.Of(class(t)).Stops(f.Role) }) {
		out.Outcome = &GateOutcome{PinOnly: source, Findings: found.findings, Baseline: "its parent"}
		return out, nil
	}
	if p.status() == StatusReady {
		if out, err = r.gate(ctx, t, p); err != nil || out.Outcome.OK {
			return out, err
		}
	}
	if r.opts.StripPin {
		return r.gateStripped(ctx, t, out)
	}
	if p.status() == StatusConflicted {
		out.Outcome, err = r.gateConflict(ctx, t, p)
	}
	return out, err
}

// gateConflict asks the gate about a fix that conflicts: what its commits raise above the branch's tip and
// promise stops the target, whatever a person makes of the conflict. nil: they raise nothing.
func (r *runner) gateConflict(ctx context.Context, t Target, p Picked) (*GateOutcome, error) {
	raises := map[gitops.ID]*raise{}
	for _, source := range r.fix.Commits {
		found, err := r.raiseOf(ctx, source)
		if err != nil {
			return nil, err
		}
		if found != nil {
			raises[source] = found
		}
	}
	if len(raises) == 0 {
		return nil, nil //nolint:nilnil // nothing rises
	}
	promise, err := r.promise(ctx, t)
	if err != nil {
		return nil, err
	}
	out := &GateOutcome{Baseline: promise.name}
	for _, source := range r.fix.Commits {
		found := raises[source]
		if found == nil {
			continue
		}
		c, err := r.session.Commit(source)
		if err != nil {
			return nil, err
		}
		verdict := r.opts.Gate.judge(r.session, t, promise, found.paths(), p.TipTree, c.Tree)
		for _, f := range verdict.At(msrv.LevelStop) {
			if found.has(f) {
				out.Findings = append(out.Findings, f)
			}
		}
	}
	if len(out.Findings) == 0 {
		return nil, nil //nolint:nilnil // nothing rises
	}
	return out, nil
}

// gateStripped picks a fix without the pins that it raises, and asks the gate again.
func (r *runner) gateStripped(ctx context.Context, t Target, before Gated) (Gated, error) {
	p, dropped, left, err := r.stripped(ctx, t)
	if err != nil || len(dropped)+len(left) == 0 {
		return before, err
	}
	out := Gated{Picked: p, Outcome: &GateOutcome{OK: true, Baseline: "none: the pick is not clean"}}
	if p.status() == StatusReady {
		if out, err = r.gate(ctx, t, p); err != nil {
			return out, err
		}
	}
	out.Outcome.Dropped, out.Outcome.Left = dropped, left
	return out, nil
}

// gate asks whether the picked tree needs a newer toolchain than the branch promised when it was cut.
// A pick that leaves every pin as the tip has it raises none, whatever was promised.
func (r *runner) gate(ctx context.Context, t Target, p Picked) (Gated, error) {
	out := Gated{Picked: p}
	paths, err := pinPaths(ctx, r.session, r.opts.Gate.Options, p.Tree, p.TipTree)
	if err != nil {
		return out, err
	}
	promise := promise{name: "tip " + r.session.Repo().Short(t.Tip)}
	verdict := r.opts.Gate.judge(r.session, t, promise, paths, p.TipTree, p.Tree)
	if !verdict.Untouched() {
		if promise, err = r.promise(ctx, t); err != nil {
			return out, err
		}
		verdict = r.opts.Gate.judge(r.session, t, promise, paths, p.TipTree, p.Tree)
	}
	out.Outcome = &GateOutcome{Baseline: promise.name, OK: verdict.OK, Unread: verdict.Unread, Findings: verdict.At(msrv.LevelNotice)}
	if err := r.withDrift(ctx, t, p, out.Outcome); err != nil {
		return out, err
	}
	out.Outcome.Dependencies, out.Outcome.UnreadLocks, err = newDependencies(ctx, r.session, r.opts.Gate, p.TipTree, p.Tree)
	if err != nil {
		return out, err
	}
	out.Warnings = append(out.Warnings, aboveWarnings(out.Outcome.Dependencies, t.Name())...)
	return out, nil
}

// promise finds what a target's branch promised, and the reason for which a pin may rise.
func (r *runner) promise(ctx context.Context, t Target) (promise, error) {
	h, err := r.history(ctx, t)
	if err != nil {
		return promise{}, err
	}
	p, err := promiseOf(r.session, r.opts.Gate, t, h.Point)
	p.reason = r.opts.Select.Reason
	return p, err
}

// A promise is what a branch promised about its toolchains: the tree that says so, and what the policy
// states besides.
type promise struct {
	tree   gitops.ID // zero: the tip alone
	name   string    // how the tree is called: "branch point 1a2b3c4"
	floors map[msrv.Ecosystem]msrv.Version
	reason string // why a pin may rise, for the rule track
}

// The values of [pin] baseline.
const (
	BaselinePoint    = "branch-point"
	BaselineFirstTag = "first-tag"
	BaselineTip      = "tip"
)

// promiseOf finds the promise of a target's branch: its branch point, else its first release, else its
// tip alone, or whichever of these the policy asks for. Floors that the policy states for the line go
// over what the tree says.
func promiseOf(s *gitops.Session, rule GateRule, t Target, point gitops.ID) (promise, error) {
	repo := s.Repo()
	out := promise{name: "tip " + repo.Short(t.Tip), floors: rule.Promised[t.Decision.ID]}
	var commit gitops.ID
	if !point.IsZero() && (rule.Baseline == "" || rule.Baseline == BaselinePoint) {
		commit, out.name = point, "branch point "+repo.Short(point)
	}
	if commit.IsZero() && t.FirstTag != "" && rule.Baseline != BaselineTip {
		if id, err := repo.Ref("refs/tags/" + t.FirstTag); err == nil {
			if commit, err = repo.Peel(id); err != nil {
				return out, fmt.Errorf("tag %q: %w", t.FirstTag, err)
			}
			out.name = "first release " + t.FirstTag
		}
	}
	if len(out.floors) > 0 {
		out.name = "the policy's promise, else " + out.name
	}
	if commit.IsZero() {
		return out, nil
	}
	var err error
	out.tree, err = s.TreeOf(commit)
	return out, err
}

// checkPins compares the pins of a result with those of the tip and of the branch's promise.
func checkPins(ctx context.Context, s *gitops.Session, rule GateRule, t Target, p promise, tip, result gitops.ID) (*GateOutcome, error) {
	out := &GateOutcome{OK: true, Baseline: p.name}
	paths, err := pinPaths(ctx, s, rule.Options, result, tip, p.tree)
	if err != nil || len(paths) == 0 {
		return out, err
	}
	verdict := rule.judge(s, t, p, paths, tip, result)
	out.OK, out.Unread, out.Findings = verdict.OK, verdict.Unread, verdict.At(msrv.LevelNotice)
	return out, nil
}

// judge reads the pins of some files in three trees, and compares them.
func (rule GateRule) judge(s *gitops.Session, t Target, p promise, paths []string, tip, result gitops.ID) msrv.Verdict {
	trees := msrv.Trees{Tip: s.TreeFS(tip), Result: s.TreeFS(result)}
	if !p.tree.IsZero() {
		trees.Baseline = s.TreeFS(p.tree)
	}
	return msrv.Compare(trees, paths, rule.Options, msrv.GateInput{
		Rules: rule.Of(class(t)), Promised: p.floors, Supported: rule.Supported, Reason: p.reason, AllowUnread: rule.AllowUnread,
	})
}

// class returns the class of a target's line, "" for none.
func class(t Target) string { return t.Decision.Class }

// pinPaths lists the pin files that differ between the result and any of some trees.
func pinPaths(ctx context.Context, s *gitops.Session, o msrv.Options, result gitops.ID, others ...gitops.ID) ([]string, error) {
	seen := map[string]bool{}
	for _, before := range others {
		if before.IsZero() {
			continue
		}
		changes, err := s.Changes(ctx, before, result, nil)
		if err != nil {
			return nil, fmt.Errorf("comparing trees for the gate: %w", err)
		}
		for _, c := range changes {
			if o.IsPinFile(c.Path) {
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
