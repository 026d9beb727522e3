package project

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/policy"
)

// branchesThere says how the branches of the repository look where the policy's templates read none of them.
func (p *Project) branchesThere() string {
	facts, err := p.Names()
	if err != nil {
		return ""
	}
	n := config.BranchesLike(facts)
	if len(n.Branches) == 0 {
		return ""
	}
	text := fmt.Sprintf("branches here look like %q: branch = %s", n.Example, oneOrList(n.Branches))
	if n.Scheme != p.Config.Policy.Repo.Scheme {
		text += fmt.Sprintf(", line = %q", n.Scheme)
	}
	return text
}

// tagsThere says how the tags of the repository look where the policy's templates read none of them.
func (p *Project) tagsThere(code policy.ProblemCode) string {
	if code != policy.NoTags {
		return ""
	}
	facts, err := p.Names()
	if err != nil {
		return ""
	}
	n := config.FindNames(facts)
	if len(n.Tags) == 0 || n.TagExample == "" {
		return ""
	}
	return fmt.Sprintf("tags here look like %q: tag = %s", n.TagExample, oneOrList(n.Tags))
}

func oneOrList(items []string) string {
	if len(items) == 1 {
		return fmt.Sprintf("%q", items[0])
	}
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = fmt.Sprintf("%q", s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// farMonths is how far ahead the policy's day may lie without a word: nobody knows the tags of that day.
const farMonths = 12

// unusualDay warns about a day of the policy on which nothing was released yet, or that is far ahead.
func (p *Project) unusualDay() {
	var first policy.TagFact
	for _, t := range p.Facts.Tags {
		_, v, ok := p.Config.Policy.ReadTag(t.Name)
		if ok && policy.IsStable(v) && !t.Date.IsZero() && (first.Date.IsZero() || t.Date.Before(first.Date)) {
			first = t
		}
	}
	today := p.options.Today
	switch {
	case !first.Date.IsZero() && p.AsOf.Before(first.Date):
		p.warn(fmt.Sprintf("on %s nothing was released yet: the first release, %s, is of %s", p.AsOf, first.Name, first.Date))
	case !today.IsZero() && p.AsOf.After(today.AddMonths(farMonths)):
		p.warn(fmt.Sprintf("%s is more than a year ahead: what is released until then is not known, and lines end by their dates alone", p.AsOf))
	}
}
