package backport

import (
	"context"
	"slices"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
)

// Drift lists the floors and selectors that a branch's tip has above what the branch promised: raised
// before, and by no change that is judged now. point is the branch point, zero where it is not known.
func Drift(ctx context.Context, s *gitops.Session, rule GateRule, t Target, point gitops.ID) ([]msrv.Finding, string, error) {
	p, err := promiseOf(s, rule, t, point)
	if err != nil {
		return nil, "", err
	}
	tip, err := s.TreeOf(t.Tip)
	if err != nil {
		return nil, "", err
	}
	findings, err := drift(ctx, s, rule, t, p, tip)
	return findings, p.name, err
}

func drift(ctx context.Context, s *gitops.Session, rule GateRule, t Target, p promise, tip gitops.ID) ([]msrv.Finding, error) {
	if p.tree.IsZero() || p.tree == tip {
		return nil, nil
	}
	paths, err := pinPaths(ctx, s, rule.Options, tip, p.tree)
	if err != nil || len(paths) == 0 {
		return nil, err
	}
	verdict := rule.judge(s, t, p, paths, tip, tip)
	return slices.DeleteFunc(verdict.At(msrv.LevelWarn), func(f msrv.Finding) bool {
		return f.Cause != msrv.CauseDrift || f.Problem != nil || f.Role != msrv.RoleFloor && f.Role != msrv.RoleSelector
	}), nil
}

// withDrift adds what the branch had raised before to the findings about a pick: each pin is said once.
func (r *runner) withDrift(ctx context.Context, t Target, p Picked, out *GateOutcome) error {
	promise, err := r.promise(ctx, t)
	if err != nil {
		return err
	}
	before, err := drift(ctx, r.session, r.opts.Gate, t, promise, p.TipTree)
	if err != nil {
		return err
	}
	for _, f := range before {
		if !slices.ContainsFunc(out.Findings, func(g msrv.Finding) bool { return g.Path == f.Path && g.Key == f.Key }) {
			out.Findings, out.Baseline = append(out.Findings, f), promise.name
		}
	}
	return nil
}
