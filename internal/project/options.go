package project

import (
	"fmt"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/internal/notes"
	"github.com/git-backport/git-backport/internal/version"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// StageOptions turns the policy file into the options of the stages.
func (p *Project) StageOptions(o *backport.Options) error {
	c := p.Config
	o.PR = backport.PRTemplates{
		Title: c.PR.Title, Body: c.PR.Body, Draft: c.PR.Draft, Labels: c.PR.Labels,
		Reviewers: c.PR.Reviewers, Assignees: c.PR.Assignees, Milestone: c.PR.Milestone, Comment: c.PR.Comment, AutoMerge: c.PR.AutoMerge,
	}
	o.PR.KindLabels = map[policy.Kind][]string{}
	for _, k := range c.Kinds {
		o.PR.KindLabels[k.Name] = k.Labels
	}
	o.Decide = func(kind policy.Kind, line policy.LineID) policy.Decision {
		for _, d := range policy.Decide(c.Policy, p.Lines, policy.Change{Kind: kind}) {
			if d.ID == line {
				return d
			}
		}
		return policy.Decision{}
	}
	o.Bump = bumpRule(c.Bump)
	o.Bump.Project, o.Bump.Numbers = p.Name(), numbersOf(c.Policy.Repo.Tags)
	o.Notes = release.NotesRule{File: c.Notes.File, Style: notes.Style(c.Notes.Style), OnPick: c.Notes.OnPick, Date: c.Notes.Date}
	if o.Notes.Style == notes.StyleNone {
		o.Notes = release.NotesRule{} // they are a file like any other
	}
	for i, row := range c.Paths {
		if err := backport.CheckGlob(row.Match); err != nil {
			return &InputError{Err: fmt.Errorf("[[path]] %d: %w", i+1, err)}
		}
		o.Paths = append(o.Paths, backport.PathRule{Match: row.Match, OnConflict: backport.OnConflict(row.OnConflict), Note: row.Note})
	}
	var err error
	o.Gate, err = p.GateRule()
	return err
}

// numbersOf tells from the templates of the tags which numbers the versions of a project have.
func numbersOf(tags []policy.Template) version.Numbers {
	if len(tags) == 0 || tags[0].HasField("version") {
		return version.Three
	}
	minor, patch := tags[0].HasField("minor"), tags[0].HasField("patch")
	switch {
	case tags[0].HasField("major") && minor && !patch:
		return version.MajorMinor
	case tags[0].HasField("major") && patch && !minor:
		return version.MajorPatch
	}
	return version.Three
}

func bumpRule(b config.Bump) release.Rule {
	rule := release.Rule{When: release.When(b.When), Message: b.Commit}
	if rule.When == "" {
		rule.When = release.WhenPick
	}
	for _, f := range b.Files {
		rule.Files = append(rule.Files, manifest.Rule{
			Type: f.Type, Path: f.Path, Pattern: f.Pattern, Value: f.Value, Min: f.Min, Max: f.Max, Exactly: f.Count,
		})
	}
	switch {
	case len(b.Lockstep) == 1 && b.Lockstep[0] == "none":
		rule.Lockstep.None = true
	case len(b.Lockstep) == 1 && b.Lockstep[0] == "auto":
	default:
		rule.Lockstep.Only = b.Lockstep
	}
	return rule
}

// GateRule is how the policy has pins judged, the calendar that floors follow included.
func (p *Project) GateRule() (backport.GateRule, error) {
	rule, err := gateRule(p.Config)
	rule.Store = p.options.Store
	if err == nil {
		rule.Supported, err = p.supported()
	}
	return rule, err
}

func gateRule(c *config.Config) (backport.GateRule, error) {
	rule := backport.GateRule{Options: msrv.Options{Exclude: c.Pin.Exclude}, Baseline: c.Pin.Baseline, AllowUnread: c.Pin.Unread == "allow",
		ByClass: map[string]msrv.Rule{}}
	for name, text := range c.Pin.ByClass {
		parsed, err := msrv.ParseRule(text)
		if err != nil {
			return rule, fmt.Errorf("[class.%s]: pin: %w", name, err)
		}
		rule.ByClass[name] = parsed
	}
	for _, r := range []struct {
		text string
		to   *msrv.Rule
	}{{c.Pin.Rule, &rule.Rules.Floor}, {c.Pin.Selector, &rule.Rules.Selector}, {c.Pin.CI, &rule.Rules.CI}, {c.Pin.Image, &rule.Rules.Image}} {
		if r.text == "" {
			continue
		}
		parsed, err := msrv.ParseRule(r.text)
		if err != nil {
			return rule, fmt.Errorf("[pin]: %w", err)
		}
		*r.to = parsed
	}
	for i, p := range c.Pin.Custom {
		custom, err := msrv.NewCustom(fmt.Sprintf("custom-%d", i+1), p.File, p.Regex, p.Compare, p.Role)
		if err != nil {
			return rule, fmt.Errorf("[[pin.custom]] %d: %w", i+1, err)
		}
		rule.Options.Custom = append(rule.Options.Custom, custom)
	}
	rule.Promised = map[policy.LineID]map[msrv.Ecosystem]msrv.Version{}
	for _, row := range c.Policy.Branches {
		if len(row.Pin) == 0 {
			continue
		}
		promised, err := promisedFloors(row.Pin)
		if err != nil {
			return rule, fmt.Errorf("[[branch]] %s: pin: %w", row.Line, err)
		}
		rule.Promised[row.Line] = promised
	}
	return rule, nil
}

func promisedFloors(pins map[string]string) (map[msrv.Ecosystem]msrv.Version, error) {
	out := map[msrv.Ecosystem]msrv.Version{}
	for name, text := range pins {
		eco := msrv.Ecosystem(name)
		v, err := msrv.ParseVersion(msrv.FloorScheme(eco), text)
		if err != nil {
			return nil, err
		}
		out[eco] = v
	}
	return out, nil
}
