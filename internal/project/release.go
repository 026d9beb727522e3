package project

import (
	"slices"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/policy"
)

// ReleaseTargets finds the lines that are named, newest first, as targets of a release. A pending line
// without a branch lives on main, and counts where pending is set.
func (p *Project) ReleaseTargets(names []string, pending bool) ([]release.Line, error) {
	var out []release.Line
	ids := p.lineNames(names)
	found := map[string]bool{}
	for _, d := range policy.Decide(p.Config.Policy, p.Lines, policy.Change{Kind: policy.Security}) {
		if !slices.Contains(ids, d.ID.String()) || d.Branch == "" && !pending {
			continue
		}
		t := backport.Target{Line: release.Line{Decision: d, Branch: d.Branch}}
		if d.Branch == "" {
			t.Branch, t.Tip, t.Ref = p.Main.Name, p.Main.Tip, p.Main.Ref
			p.AddVersions(&t, d.Line)
		} else if err := p.Locate(&t); err != nil {
			return nil, err
		}
		found[d.ID.String()] = true
		out = append(out, t.Line)
	}
	for i, id := range ids {
		if !found[id] {
			return nil, &backport.LineError{Line: names[i], Reason: "is not a release line with a branch here", Known: p.known()}
		}
	}
	return out, nil
}

// known names the lines with a branch.
func (p *Project) known() []string {
	var out []string
	for _, line := range p.Lines {
		if line.Branch != "" {
			out = append(out, line.Name())
		}
	}
	return out
}

// lineNames turns what names lines into their ids; what names none stays as it is.
func (p *Project) lineNames(args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = arg
		if id, err := p.Config.Policy.ParseLine(arg); err == nil {
			out[i] = id.String()
		}
	}
	return out
}

// EqualPatchTargets are the lines that have to have a security fix before any is released with it, but
// those that are skipped.
func (p *Project) EqualPatchTargets(skip []string) ([]release.Line, error) {
	var out []release.Line
	skipped := p.lineNames(skip)
	for _, d := range policy.Decide(p.Config.Policy, p.Lines, policy.Change{Kind: policy.Security}) {
		if d.Verdict != policy.Required || d.Branch == "" || d.State == policy.StatePending || slices.Contains(skipped, d.ID.String()) {
			continue
		}
		t := backport.Target{Line: release.Line{Decision: d, Branch: d.Branch}}
		if err := p.Locate(&t); err != nil {
			return nil, err
		}
		out = append(out, t.Line)
	}
	return out, nil
}
