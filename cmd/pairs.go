package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

// pairFlags are the flags of schedule that are about pairs of releases.
type pairFlags struct {
	pairs, path bool
	rules       []string
	report      string
}

// check refuses what does not go together.
func (f pairFlags) check(args []string, calendar scheduleFlags) error {
	switch {
	case !f.pairs && (f.path || len(f.rules) > 0 || f.report != ""):
		return usageError(errors.New("--path, --rule and --report are for --pairs"), "git backport schedule --pairs")
	case !f.pairs && len(args) > 0:
		return usageError(fmt.Errorf("schedule takes no argument, and got %q", args[0]), "--pairs takes a LINE or REV")
	case f.pairs && calendar.file() != "":
		return usageError(errors.New("--update and --check are about the calendar"), "--report writes nothing, and prints what belongs into a file")
	case f.path && len(args) != 2:
		return usageError(errors.New("--path needs two lines"), "git backport schedule --pairs --path FROM TO")
	case f.pairs && !f.path && len(args) > 1:
		return usageError(fmt.Errorf("--pairs takes one LINE or REV, and got %d", len(args)), "")
	}
	return nil
}

// pairs shows which releases must work together.
func (a *app) pairs(ctx context.Context, in *project.Project, f pairFlags, format string, args []string) error {
	if f.path {
		return a.upgradePath(in, args[0], args[1], format)
	}
	rules, err := f.chosen(in.Config.Policy)
	if err != nil {
		return err
	}
	subjects, err := a.pairSubjects(ctx, in, args)
	if err != nil {
		return err
	}
	branches := map[policy.LineID]string{}
	for _, l := range in.Lines {
		branches[l.ID] = l.Branch
	}
	doc := report.NewPairs(policy.Pairs(in.Config.Policy, in.Facts, subjects, rules), rules, in.AsOf, branches, in.Warnings)
	if f.report != "" {
		return a.pairReport(in, doc, f.report)
	}
	if a.json || format == "json" {
		return a.writeJSON(doc)
	}
	for _, text := range in.Warnings {
		a.warn(text)
	}
	switch format {
	case "", "table":
		return report.PairsTable(a.streams.Out, doc, report.TextOptions{Width: a.streams.Width, Color: a.streams.Color, Verbose: a.verbose, Quiet: a.quiet})
	case "matrix":
		return report.PairMatrix(a.streams.Out, doc)
	}
	return usageError(fmt.Errorf("--format %q: want table, matrix or json with --pairs", format), "")
}

// chosen are the rules of the command line, of the policy, or the usual ones.
func (f pairFlags) chosen(p *policy.Policy) ([]policy.PairRule, error) {
	var known []string
	for _, r := range policy.PairRules() {
		known = append(known, string(r))
	}
	var out []policy.PairRule
	for _, text := range f.rules {
		if !slices.Contains(known, text) {
			return nil, usageError(fmt.Errorf("--rule %q: there is no such rule", text), "rules: "+strings.Join(known, ", "))
		}
		out = append(out, policy.PairRule(text))
	}
	if len(out) == 0 {
		out = p.Pairs
	}
	if len(out) == 0 {
		out = []policy.PairRule{policy.PairSameLine, policy.PairPreviousLatest, policy.PairNextFirst}
	}
	return out, nil
}

// pairSubjects are the releases that are asked about: that of a tag, the next one of a line, or the next ones
// of all lines that are supported or pending.
func (a *app) pairSubjects(ctx context.Context, in *project.Project, args []string) ([]policy.Release, error) {
	if len(args) == 0 {
		var out []policy.Release
		for _, l := range in.Lines {
			if l.State == policy.StateSupported || l.State == policy.StatePending {
				out = append(out, nextRelease(in, l))
			}
		}
		return out, nil
	}
	if r, ok := taggedRelease(in, strings.TrimPrefix(args[0], "refs/tags/")); ok {
		return []policy.Release{r}, nil
	}
	if id, err := in.Config.Policy.ParseLine(args[0]); err == nil {
		for _, l := range in.Lines {
			if l.ID == id {
				return []policy.Release{nextRelease(in, l)}, nil
			}
		}
	}
	commit, err := in.Repo.Resolve(ctx, args[0])
	if err != nil {
		return nil, err
	}
	for _, tags := range in.Tags {
		for _, t := range tags {
			if r, ok := taggedRelease(in, t.Name); ok && t.Commit == commit {
				return []policy.Release{r}, nil
			}
		}
	}
	return nil, usageError(fmt.Errorf("%q is no line, and no release is tagged there", args[0]), "name a line, its branch, or a tag; 'git backport branches' lists the lines")
}

// nextRelease is the release that a line's branch makes: its next one, or the one that is tagged at its tip.
func nextRelease(in *project.Project, l policy.Line) policy.Release {
	for _, b := range in.Branches {
		for _, t := range in.Tags[l.ID] {
			if r, ok := taggedRelease(in, t.Name); ok && b.Name == l.Branch && t.Commit == b.Tip && policy.IsStable(r.Version) {
				return r
			}
		}
	}
	return policy.Release{Line: l.ID, Version: l.Next, Text: l.NextText}
}

// taggedRelease is the release of a tag that is there on the policy's day.
func taggedRelease(in *project.Project, name string) (policy.Release, bool) {
	for _, t := range in.Facts.Tags {
		if id, v, ok := in.Config.Policy.ReadTag(t.Name); ok && t.Name == name && !t.Date.After(in.AsOf) {
			return policy.Release{Line: id, Version: v, Text: in.Config.Policy.VersionText(t.Name, v), Tag: t.Name, Date: t.Date}, true
		}
	}
	return policy.Release{}, false
}

// pairReport prints what is known of each pair: the reports that belong beside the releases.
func (a *app) pairReport(in *project.Project, doc report.PairsV1, file string) error {
	if !filepath.IsAbs(file) {
		file = filepath.Join(in.Env.Dir, file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return usageError(fmt.Errorf("reading the results: %w", err), "lines of the form RELEASE WITH passed|failed|untested")
	}
	results, err := report.PairResults(data)
	if err != nil {
		return usageError(fmt.Errorf("%s: %w", file, err), "")
	}
	reports, unused := doc.Compatibility(results)
	slices.Sort(unused)
	for _, text := range unused {
		a.warn("the results name " + text + ", which is no pair by the rules")
	}
	if len(reports) == 1 {
		return a.writeJSON(reports[0])
	}
	return a.writeJSON(reports)
}

// upgradePath prints the steps from one line to another.
func (a *app) upgradePath(in *project.Project, from, to, format string) error {
	var ids [2]policy.LineID
	for i, text := range []string{from, to} {
		id, err := in.Config.Policy.ParseLine(text)
		if err != nil {
			return usageError(err, "git backport branches lists the lines")
		}
		ids[i] = id
	}
	steps := policy.Schedule(in.Config.Policy, in.Facts, 24).UpgradePath(ids[0], ids[1])
	if len(steps) == 0 {
		return usageError(fmt.Errorf("there is no way from line %s to line %s by lines that are supported beside each other", ids[0], ids[1]),
			"git backport schedule --ended -1 lists the upgrade windows")
	}
	if a.json || format == "json" {
		return a.writeJSON(report.NewUpgradePath(steps, in.AsOf))
	}
	return report.UpgradePathText(a.streams.Out, steps)
}
