package cmd

import (
	"context"
	"fmt"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

// bumpTargets finds the lines that are named. A pending line without a branch lives on main.
func (a *app) bumpTargets(w *workspace, f *bumpFlags, args []string) ([]release.Line, error) {
	var out []release.Line
	for _, d := range policy.Decide(w.config.Policy, w.lines, policy.Change{Kind: policy.Security}) {
		if !contains(lineNames(w, args), d.ID.String()) {
			continue
		}
		t := backport.Target{Line: release.Line{Decision: d, Branch: d.Branch}}
		if d.Branch == "" {
			if !f.rc && f.version == "" {
				continue
			}
			t.Branch, t.Tip, t.Ref = w.main.Name, w.main.Tip, w.main.Ref
			w.versions(&t, d.Line)
		} else if err := w.locate(&t); err != nil {
			return nil, err
		}
		out = append(out, t.Line)
	}
	found := map[string]bool{}
	for _, t := range out {
		found[t.Decision.ID.String()] = true
	}
	for i, id := range lineNames(w, args) {
		if !found[id] {
			var known []string
			for _, line := range w.lines {
				if line.Branch != "" {
					known = append(known, line.Name())
				}
			}
			return nil, &backport.LineError{Line: args[i], Reason: "is not a release line with a branch here", Known: known}
		}
	}
	return out, nil
}

// lineNames turns arguments into lines; what is none stays as it is.
func lineNames(w *workspace, args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = arg
		if id, err := w.config.Policy.ParseLine(arg); err == nil {
			out[i] = id.String()
		}
	}
	return out
}

// equalLines are the lines that have to have a security fix before any is released with it.
func (a *app) equalLines(w *workspace, f *bumpFlags) ([]release.Line, error) {
	var out []release.Line
	skipped := lineNames(w, f.skip)
	for _, d := range policy.Decide(w.config.Policy, w.lines, policy.Change{Kind: policy.Security}) {
		if d.Verdict != policy.Required || d.Branch == "" || d.State == policy.StatePending || contains(skipped, d.ID.String()) {
			continue
		}
		t := backport.Target{Line: release.Line{Decision: d, Branch: d.Branch}}
		if err := w.locate(&t); err != nil {
			return nil, err
		}
		out = append(out, t.Line)
	}
	return out, nil
}

// cadence adds the lines that the policy's cadence does not let be released yet.
func (w *workspace) cadence(held map[policy.LineID]string, kind policy.Kind) map[policy.LineID]string {
	for _, l := range w.lines {
		if first := w.config.Policy.NextRelease(l, kind); first.After(w.asOf) && held[l.ID] == "" {
			held[l.ID] = fmt.Sprintf("the policy's cadence: %s was released on %s, the next release is not before %s", l.LatestTag, l.LatestDate, first)
		}
	}
	return held
}

// bumpCheck tells whether tree, tags and notes agree.
func (a *app) bumpCheck(ctx context.Context, f *bumpFlags, args []string) error {
	if err := f.checkArgs(args); err != nil {
		return err
	}
	w, err := a.open(ctx, needPolicy)
	if err != nil {
		return err
	}
	var targets []release.Line
	if len(args) == 0 {
		targets, err = a.equalLines(w, f)
	} else {
		targets, err = a.bumpTargets(w, f, args)
	}
	if err != nil {
		return err
	}
	opts := backport.Options{AsOf: w.asOf, Main: w.main}
	if err := w.adapt(&opts); err != nil {
		return err
	}
	var at gitops.ID
	if f.at != "" {
		if at, err = w.repo.Resolve(ctx, f.at); err != nil {
			return err
		}
	}
	maker := opts.Maker(w.session)
	lines := make([]report.CheckedLine, 0, len(targets))
	for _, t := range targets {
		c, err := maker.Check(t, at)
		if err != nil {
			return err
		}
		if c.Problem != nil {
			a.code = ExitRefused
		}
		lines = append(lines, report.CheckedLine{Branch: t.Branch, Tree: c.Tree, Last: c.Last, Next: c.Next, Problem: c.Problem})
	}
	if a.json {
		return a.writeJSON(report.BumpCheck(version(), lines, int(a.code)))
	}
	return report.BumpCheckText(a.streams.Out, lines)
}
