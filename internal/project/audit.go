package project

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// Audit is what an audit by the project's policy looks at: the lines that are supported or pending, and
// those that are named.
func (p *Project) Audit(ctx context.Context, named []string) (audit.Request, error) {
	q := audit.Request{Main: p.Main.Tip, Known: p.Lines, Policy: p.Config.Policy, AsOf: p.AsOf, Grace: audit.Grace}
	if p.Config.Audit.Grace != nil {
		q.Grace = *p.Config.Audit.Grace
	}
	q.Strict = p.Config.Audit.Uneven == "missing"
	var o backport.Options
	if err := p.StageOptions(&o); err != nil {
		return q, err
	}
	q.Paths = o.Paths
	also, err := p.lineIDs(named)
	if err != nil {
		return q, err
	}
	for _, id := range also {
		if !slices.ContainsFunc(p.Lines, func(l policy.Line) bool { return l.ID == id && l.Branch != "" }) {
			return q, &backport.LineError{Line: id.String(), Reason: "there is no branch of it here", Known: p.known()}
		}
	}
	for _, l := range p.Lines {
		lives := l.State == policy.StateSupported || l.State == policy.StatePending
		if !lives && !slices.Contains(also, l.ID) {
			continue
		}
		at := slices.IndexFunc(p.Branches, func(b gitops.Branch) bool { return b.Name == l.Branch })
		if at < 0 {
			if l.State == policy.StateSupported && len(p.Config.Policy.Repo.Branches) > 0 && l.Branch == "" {
				p.warn(fmt.Sprintf("line %s is supported, and its branch is not here: it is not audited", l.Name()))
			}
			continue
		}
		q.Lines = append(q.Lines, audit.Line{Line: l, Tip: p.Branches[at].Tip})
	}
	if q.Decisions, err = p.decisions(); err != nil {
		return q, err
	}
	q.Drafts, err = p.drafts(q.Lines)
	return q, err
}

// decisions are those of the policy, and the lines that recorded operations left out with a reason.
func (p *Project) decisions() ([]audit.Decision, error) {
	out := slices.Clone(p.Config.Decisions)
	log, err := p.Operations()
	if err != nil {
		return out, err
	}
	for _, op := range log.All() {
		if op.Request == nil || op.Request.Reason == "" {
			continue
		}
		var lines []policy.LineID
		for _, text := range op.Request.Skip {
			if strings.Contains(text, ":") {
				continue // one commit on a line
			}
			if id, err := p.Config.Policy.ParseLine(text); err == nil {
				lines = append(lines, id)
			}
		}
		for _, id := range op.Sources {
			if len(lines) > 0 {
				out = append(out, audit.Decision{Fix: id.String(), Lines: lines, Status: "wont-fix", Reason: op.Request.Reason, By: "operation"})
			}
		}
	}
	return out, nil
}

// drafts are the branches "backport/NAME/BRANCH", here or on the remote, for some lines.
func (p *Project) drafts(lines []audit.Line) ([]audit.Draft, error) {
	all, err := p.Repo.Branches(p.Remote, p.options.Base)
	if err != nil {
		return nil, err
	}
	var out []audit.Draft
	for _, b := range all {
		rest, ok := strings.CutPrefix(b.Name, "backport/")
		if !ok {
			continue
		}
		_, branch, ok := strings.Cut(rest, "/")
		at := slices.IndexFunc(lines, func(l audit.Line) bool { return l.Branch == branch })
		if ok && at >= 0 {
			out = append(out, audit.Draft{Line: lines[at].ID, Name: b.Name, Tip: b.Tip})
		}
	}
	return out, nil
}

// Since is the time of a day, or of a commit of main, in seconds since 1970.
func (p *Project) Since(ctx context.Context, text string) (int64, error) {
	if d, err := policy.ParseDate(text); err == nil {
		return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix(), nil
	}
	id, err := p.Repo.Resolve(ctx, text)
	if err != nil {
		return 0, err
	}
	on, err := p.Repo.IsAncestor(ctx, id, p.Main.Tip)
	if err != nil {
		return 0, err
	}
	if !on {
		return 0, &InputError{Err: errors.New("--since " + text + ": " + p.Main.Name + " does not contain it"), Cure: "name a commit of " + p.Main.Name + ", or a day as 2026-01-31"}
	}
	return p.Repo.CommitTime(id)
}
