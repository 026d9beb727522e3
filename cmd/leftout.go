package cmd

import (
	"cmp"
	"context"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/policy"
)

// leftOut are, for the record, the lines that the user left out though the policy requires them. Under
// embargo the record does not say what the policy requires.
func (p *plannedFix) leftOut(embargo bool) []operation.Target {
	var out []operation.Target
	for _, d := range p.report.Selected.Left {
		if embargo || d.Verdict != policy.Required || d.Cause != policy.CauseSkippedByUser {
			continue
		}
		t := operation.Target{Line: d.Name(), Branch: cmp.Or(d.Branch, "line "+d.Name()), Status: operation.TargetDropped, Required: true, Reason: d.Detail, Commits: []gitops.ID{}}
		for _, b := range p.project.Branches {
			if b.Name == d.Branch {
				t.BaseRef, t.Base = b.Ref, b.Tip
			}
		}
		out = append(out, t)
	}
	return out
}

// withhold takes out of a request, for the record of an operation under embargo, what tells of the fix: its
// kind, and with it what the policy said. The lines stand in it by name, so that it asks for the same.
func withhold(r *operation.Request, rep *backport.Report) {
	r.Kind, r.Published, r.Reason = "", "", "withheld"
	if len(r.Onto) > 0 {
		return
	}
	skip := r.Skip
	r.To, r.Also, r.Skip = nil, nil, nil
	for i, s := range rep.Options.Select.Skip {
		if len(s.Commits) > 0 && i < len(skip) {
			r.Skip = append(r.Skip, skip[i])
		}
	}
	for _, o := range rep.Outcomes {
		if !o.Target.Trial {
			r.To = append(r.To, o.Target.Decision.Name())
		}
	}
}

// holdBack adds the lines that the policy's cadence does not let be released yet: for the kind of the fix,
// or as on record where the kind is not.
func (f *planRun) holdBack(in *project.Project, held map[policy.LineID]string, kind policy.Kind) {
	before := len(held)
	switch {
	case f.replayed == nil || !f.replayed.Embargo:
		in.AddCadence(held, kind)
	default:
		for _, name := range f.replayed.Held {
			if id, err := in.Config.Policy.ParseLine(name); err == nil && held[id] == "" {
				held[id] = "it was not to be bumped when the fix was applied"
			}
		}
	}
	if len(held) == before {
		return
	}
	for _, l := range in.Lines {
		if held[l.ID] != "" {
			f.held = append(f.held, l.Name())
		}
	}
}

// overtaken warns of lines that go without the fix while older ones get it.
func (a *app) overtaken(ctx context.Context, in *project.Project, fix backport.Fix, rep *backport.Report) []string {
	var out []string
	for _, d := range rep.Selected.Left {
		chosen := d.Verdict != policy.Refused || d.Cause == policy.CauseSkippedByUser
		if d.State != policy.StateSupported || !chosen || a.carries(ctx, in, fix, d) {
			continue
		}
		for _, o := range rep.Outcomes {
			older := o.Target.Onto == "" && o.Target.Decision.ID.Compare(d.ID) < 0
			gets := o.Status == backport.StatusReady || o.Status == backport.StatusConflicted
			if older && gets && !o.Target.Trial {
				out = append(out, overtakenText(cmp.Or(d.Branch, "line "+d.Name()), o.Target.Branch))
				break
			}
		}
	}
	return out
}

// carries reports whether a line's branch has the fix already, as an ancestor or as the same change.
func (a *app) carries(ctx context.Context, in *project.Project, fix backport.Fix, d policy.Decision) bool {
	for _, b := range in.Branches {
		if b.Name != d.Branch {
			continue
		}
		for _, id := range fix.Commits {
			if on, err := in.Repo.IsAncestor(ctx, id, b.Tip); err == nil && on {
				continue
			}
			if same, err := backport.SameChange(ctx, in.Session, b.Tip, id); err != nil || same.IsZero() {
				return false
			}
		}
		return true
	}
	return false
}
