package project

import (
	"slices"
	"strconv"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// decide takes the lines out for which persons decided, in the policy file, about each commit of a part of a fix.
func (p *Project) decide(fix backport.Fix, part backport.Part, decisions []policy.Decision) error {
	if len(p.Config.Decisions) == 0 {
		return nil
	}
	for i := range decisions {
		d := &decisions[i]
		if d.Verdict == policy.Refused {
			continue
		}
		var by *audit.Decision
		for _, id := range part.Commits {
			var err error
			if by, err = p.decisionOn(fix, id, d.ID); err != nil {
				return err
			}
			if by == nil {
				break
			}
		}
		if by != nil {
			d.Verdict, d.Cause, d.Detail = policy.Refused, policy.CauseDecided, by.Status
			if by.Reason != "" {
				d.Detail += ": " + by.Reason
			}
		}
	}
	return nil
}

// decisionOn is the decision about a commit of a fix on a line that holds on the policy's day; nil for none.
func (p *Project) decisionOn(fix backport.Fix, id gitops.ID, line policy.LineID) (*audit.Decision, error) {
	c, err := p.Session.Commit(id)
	if err != nil {
		return nil, err
	}
	message := gitops.MessageText(c)
	numbers := gitops.PRNumbers(gitops.Subject(message))
	for _, m := range fix.Requests {
		if m.Merge == id || slices.Contains(m.Commits, id) {
			numbers = append(numbers, m.Number)
		}
	}
	upper := strings.ToUpper(string(message))
	for i := range p.Config.Decisions {
		d := &p.Config.Decisions[i]
		if !slices.Contains(d.Lines, line) || !d.Until.IsZero() && p.AsOf.After(d.Until) {
			continue
		}
		means := d.Fix != "" && strings.HasPrefix(id.String(), strings.ToLower(d.Fix))
		switch {
		case strings.HasPrefix(d.Fix, "#"):
			n, err := strconv.Atoi(d.Fix[1:])
			means = err == nil && slices.Contains(numbers, n)
		case strings.Contains(d.Fix, "-"):
			means = strings.Contains(upper, strings.ToUpper(d.Fix))
		}
		if means {
			return d, nil
		}
	}
	return nil, nil //nolint:nilnil // nobody decided
}
