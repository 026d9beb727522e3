package backport

import (
	"context"
	"slices"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
)

// A GateRequest asks the toolchain gate about commits that somebody else made for a release branch.
type GateRequest struct {
	Target Target    // the release branch; its Tip is the branch's tip
	Main   gitops.ID // main's tip; zero when it is not here
	From   gitops.ID // where the change begins; zero: where Commit left the branch
	Commit gitops.ID // the change's last commit
	Rule   GateRule
	Reason string
}

// A GateAnswer is what the gate says, and what it was asked about.
type GateAnswer struct {
	Outcome *GateOutcome
	From    gitops.ID // the commit of the branch that the change stands on
	Point   gitops.ID // the branch point; zero when it is not known
	Notes   []string  // what could not be found out, and what was done instead
}

// CheckGate reports whether a change for a release branch raises a toolchain pin above what the branch
// promised. In a shallow clone whatever is missing is replaced by the branch's tip, and said.
func CheckGate(ctx context.Context, s *gitops.Session, q GateRequest) (GateAnswer, error) {
	out := GateAnswer{From: q.From}
	repo := s.Repo()
	if out.From.IsZero() {
		h, err := repo.Histories(ctx, q.Target.Tip, []gitops.ID{q.Commit})
		if err != nil {
			return out, err
		}
		if out.From = h[0].Point; out.From.IsZero() {
			out.From = q.Target.Tip
			out.Notes = append(out.Notes, "where the change left "+q.Target.Name()+" is not here: compared with its tip")
		}
	}
	if !q.Main.IsZero() {
		h, err := repo.Histories(ctx, q.Main, []gitops.ID{q.Target.Tip})
		if err != nil {
			return out, err
		}
		out.Point = h[0].Point
	}
	if out.Point.IsZero() && (q.Rule.Baseline == "" || q.Rule.Baseline == BaselinePoint) {
		note := "the branch point of " + q.Target.Name() + " is not here"
		if repo.IsShallow() {
			note += " (a shallow clone: git fetch --unshallow, and fetch main, to have it)"
		}
		out.Notes = append(out.Notes, note)
	}
	from, err := s.TreeOf(out.From)
	if err != nil {
		return out, err
	}
	tree, err := s.TreeOf(q.Commit)
	if err != nil {
		return out, err
	}
	promise, err := promiseOf(s, q.Rule, q.Target, out.Point)
	if err != nil {
		return out, err
	}
	promise.reason = q.Reason
	if out.Outcome, err = checkPins(ctx, s, q.Rule, q.Target, promise, from, tree); err != nil {
		return out, err
	}
	if out.Outcome.Census, err = census(ctx, s, q.Rule, from, tree); err != nil {
		return out, err
	}
	if out.Outcome.Dependencies, out.Outcome.UnreadLocks, err = newDependencies(ctx, s, q.Rule, from, tree); err != nil {
		return out, err
	}
	out.Notes = append(out.Notes, aboveWarnings(out.Outcome.Dependencies, q.Target.Name())...)
	out.Notes = append(out.Notes, unknownWarnings(out.Outcome)...)
	return out, nil
}

// census reads what a result as a whole declares, and which pin files of a change are left out.
func census(ctx context.Context, s *gitops.Session, rule GateRule, from, tree gitops.ID) (*PinCensus, error) {
	reading := msrv.Census(s.TreeFS(tree), rule.Options)
	out := &PinCensus{Pins: len(reading.Pins), NotRead: reading.Problems}
	files := map[string]bool{}
	for _, p := range reading.Pins {
		files[p.Path] = true
	}
	out.Files = len(files)
	changes, err := s.Changes(ctx, from, tree, nil)
	if err != nil {
		return nil, err
	}
	code := map[msrv.Ecosystem]int{}
	for _, c := range changes {
		if rule.Options.Excluded(c.Path) {
			out.Excluded = append(out.Excluded, c.Path)
		}
		if eco := msrv.EcosystemOf(c.Path); eco != "" && c.New != nil && !rule.Options.Excludes(c.Path) {
			code[eco]++
		}
	}
	shipped := slices.DeleteFunc(reading.Pins, func(p msrv.Pin) bool { return msrv.PartOf(p.Path) != msrv.PartShipped || p.Implied })
	for _, eco := range msrv.Ecosystems() {
		if floor, ok := msrv.EffectiveFloor(shipped, eco); ok && code[eco] > 0 {
			out.Code = append(out.Code, CodeChange{code[eco], floor})
		}
	}
	return out, nil
}

// Nearest returns the index of the branch that a commit was most likely made for: the one whose tip
// lacks the fewest of its ancestors, the first of several. The index is -1 without tips.
func Nearest(ctx context.Context, s *gitops.Session, commit gitops.ID, tips []gitops.ID) (index, distance int, err error) {
	index = -1
	for i, tip := range tips {
		missing, err := s.Repo().Between(ctx, tip, commit)
		if err != nil {
			return -1, 0, err
		}
		if index < 0 || len(missing) < distance {
			index, distance = i, len(missing)
		}
	}
	return index, distance, nil
}
