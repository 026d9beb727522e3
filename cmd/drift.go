package cmd

import (
	"context"
	"fmt"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// drifted lists the floors that the tips of supported lines have above what their branches promised.
func drifted(ctx context.Context, in *project.Project) ([]policy.Problem, error) {
	rule, err := in.GateRule()
	if err != nil {
		return nil, err
	}
	var out []policy.Problem
	for _, line := range in.Lines {
		for _, b := range in.Branches {
			if line.State != policy.StateSupported || b.Name != line.Branch || !held(rule.Of(line.Class).Of(msrv.RoleFloor)) {
				continue
			}
			found, err := driftOf(ctx, in, rule, b)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	return out, nil
}

// held reports whether floors stay where they are by a rule: where they may rise, one that has risen is no drift.
func held(rule msrv.Rule) bool { return rule == msrv.RuleFixed || rule == msrv.RulePatch }

// driftOf lists the floors that one branch has above what it promised.
func driftOf(ctx context.Context, in *project.Project, rule backport.GateRule, b gitops.Branch) ([]policy.Problem, error) {
	var point gitops.ID
	if !in.Main.Tip.IsZero() {
		h, err := in.Repo.Histories(ctx, in.Main.Tip, []gitops.ID{b.Tip})
		if err != nil {
			return nil, err
		}
		point = h[0].Point
	}
	findings, baseline, err := backport.Drift(ctx, in.Session, rule, in.BranchTarget(b), point)
	var out []policy.Problem
	for _, f := range findings {
		if f.Role == msrv.RoleFloor {
			out = append(out, policy.Problem{Code: "pin-drift", Message: fmt.Sprintf("%s: %s", b.Name, report.Finding(f, baseline))})
		}
	}
	return out, err
}
