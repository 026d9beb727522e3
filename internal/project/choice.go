package project

import (
	"context"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/policy"
)

// A Choice is which lines a person names, as typed.
type Choice struct {
	To, Also []string // LINE or LINE:FIX
	Skip     []string // the same
	Reason   string
}

// Selection makes sense of the lines that a person names.
func (p *Project) Selection(ctx context.Context, c Choice) (backport.Selection, error) {
	sel := backport.Selection{Reason: strings.TrimSpace(c.Reason)}
	var err error
	if sel.To, err = p.named(ctx, c.To); err != nil {
		return sel, err
	}
	if sel.Also, err = p.named(ctx, c.Also); err != nil {
		return sel, err
	}
	skip, err := p.named(ctx, c.Skip)
	for _, n := range skip {
		sel.Skip = append(sel.Skip, backport.Skip(n))
	}
	return sel, err
}

// named makes sense of LINE and LINE:FIX.
func (p *Project) named(ctx context.Context, texts []string) ([]backport.Named, error) {
	var out []backport.Named
	for _, text := range texts {
		line, rev, hasRev := strings.Cut(text, ":")
		ids, err := p.lineIDs([]string{line})
		if err != nil {
			return nil, err
		}
		n := backport.Named{Line: ids[0]}
		if hasRev {
			if n.Commits, err = p.commits(ctx, rev, MergeUse{}, &backport.Fix{}); err != nil {
				return nil, err
			}
		}
		out = append(out, n)
	}
	return out, nil
}

func (p *Project) lineIDs(names []string) ([]policy.LineID, error) {
	var out []policy.LineID
	for _, name := range names {
		id, err := p.Config.Policy.ParseLine(name)
		if err != nil {
			return nil, &InputError{Err: err, Cure: "git backport branches lists the lines"}
		}
		out = append(out, id)
	}
	return out, nil
}
