package project

import (
	"context"
	"fmt"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

func (p *Project) findMain(ctx context.Context) error {
	var err error
	p.Main, err = p.Repo.Main(ctx, p.Remote, p.Config.Policy.Repo.Main, p.options.Base)
	if err != nil {
		return &NoMainError{Err: err}
	}
	if p.Main.Ahead() {
		p.warn(fmt.Sprintf("local branch %s differs from the one on %s, which counts (--base local takes the local one)", p.Main.Name, p.Remote))
	}
	return nil
}

// findBranches finds the release branches, and the lines they are by their names alone.
func (p *Project) findBranches() error {
	all, err := p.Repo.Branches(p.Remote, p.options.Base)
	if err != nil {
		return err
	}
	for _, b := range all {
		id, ok := p.Config.Policy.ReadBranch(b.Name)
		if !ok {
			continue
		}
		p.Branches = append(p.Branches, b)
		p.Lines = append(p.Lines, policy.Line{ID: id, Branch: b.Name})
		if b.Ahead() {
			p.warn(fmt.Sprintf("local branch %s differs from the one on %s, which counts", b.Name, p.Remote))
		}
	}
	return nil
}

// findLines shows the policy the branches and tags of the repository.
func (p *Project) findLines() error {
	facts := policy.Facts{AsOf: p.AsOf}
	for _, b := range p.Branches {
		facts.Branches = append(facts.Branches, policy.BranchFact{Name: b.Name, Tip: b.Tip.String()})
	}
	var err error
	if facts.Tags, err = p.tagFacts(); err != nil {
		return err
	}
	lines, problems := policy.Lines(p.Config.Policy, facts)
	p.Facts, p.Lines = facts, lines
	for _, pr := range problems {
		if pr.Fatal {
			return &ProblemError{Problem: pr, There: p.tagsThere(pr.Code)}
		}
		p.warn(pr.Message)
	}
	if len(p.Branches) == 0 && (len(p.Config.Policy.Repo.Branches) > 0 || p.Guessed()) {
		return &NoBranchesError{Remote: p.Remote, Source: p.Source, There: p.branchesThere()}
	}
	p.unusualDay()
	return nil
}

// findTagNames finds the tags of the lines by their names alone.
func (p *Project) findTagNames() error {
	names, err := p.Repo.TagNames()
	p.Tags = map[policy.LineID][]gitops.Tag{}
	for _, name := range names {
		if line, _, ok := p.Config.Policy.ReadTag(name); ok {
			p.Tags[line] = append(p.Tags[line], gitops.Tag{Name: name})
		}
	}
	return err
}

func (p *Project) tagFacts() ([]policy.TagFact, error) {
	p.Tags = map[policy.LineID][]gitops.Tag{}
	tags, err := p.Repo.Tags(func(name string) bool { _, _, ok := p.Config.Policy.ReadTag(name); return ok })
	if err != nil {
		return nil, err
	}
	out := make([]policy.TagFact, 0, len(tags))
	for _, t := range tags {
		seconds, err := p.Repo.TagDate(t)
		if err != nil {
			return nil, fmt.Errorf("date of tag %q: %w", t.Name, err)
		}
		out = append(out, policy.TagFact{Name: t.Name, Date: policy.DateOf(time.Unix(seconds, 0).UTC())})
		if line, _, ok := p.Config.Policy.ReadTag(t.Name); ok {
			p.Tags[line] = append(p.Tags[line], t)
		}
	}
	return out, nil
}

// Released reports whether a tag of the line holds the version.
func (p *Project) Released(id policy.LineID, version string) bool {
	for _, tag := range p.Tags[id] {
		if _, v, ok := p.Config.Policy.ReadTag(tag.Name); ok && v.String() == version {
			return true
		}
	}
	return false
}
