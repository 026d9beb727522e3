package main

import (
	"io/fs"
	"slices"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/internal/propose"
	"github.com/git-backport/git-backport/policy"
)

// formerReleases is how many patch releases of a line are made again.
const formerReleases = 3

// tryBumps makes the last real patch releases of each live line again, from the commit before each, and
// compares the files that the policy names.
func (j *judgement) tryBumps(cfg *config.Config, seen propose.Seen) error {
	if len(cfg.Bump.Files) == 0 {
		return nil
	}
	var rules []manifest.Rule
	for _, f := range cfg.Bump.Files {
		rules = append(rules, manifest.Rule{Type: f.Type, Path: f.Path, Pattern: f.Pattern, Value: f.Value, Min: f.Min, Max: f.Max, Exactly: f.Count})
	}
	lines, _ := policy.Lines(cfg.Policy, seen.Facts)
	for _, l := range lines {
		if l.State != policy.StateSupported || l.Branch == "" {
			continue
		}
		for _, tag := range newestPatches(cfg.Policy, seen.Facts, l.ID) {
			_, v, _ := cfg.Policy.ReadTag(tag)
			f, err := seen.Former(tag, cfg.Policy.VersionText(tag, v), func(tree fs.FS) string { return propose.Version(tree, rules) })
			if err != nil {
				return err
			}
			if f == nil {
				continue
			}
			j.bumps[1]++
			if f.Again(rules) == nil {
				j.bumps[0]++
			}
		}
	}
	return nil
}

// newestPatches are the tags of the newest patch releases of a line.
func newestPatches(p *policy.Policy, f policy.Facts, id policy.LineID) []string {
	var out []policy.TagFact
	for _, t := range f.Tags {
		if of, v, ok := p.ReadTag(t.Name); ok && of == id && policy.IsStable(v) && v.Patch() > 0 && !t.Date.After(f.AsOf) {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b policy.TagFact) int { return b.Date.Compare(a.Date) })
	var names []string
	for _, t := range out[:min(len(out), formerReleases)] {
		names = append(names, t.Name)
	}
	return names
}
