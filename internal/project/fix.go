package project

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

var (
	hashNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#([0-9]{1,9})$`) })
)

// Fix finds the commits that the arguments name, and the kind of the change; an empty kind is found in
// the commits' messages.
func (p *Project) Fix(ctx context.Context, args []string, kind policy.Kind) (backport.Fix, error) {
	var fix backport.Fix
	if len(args) == 0 {
		return fix, &InputError{Err: errors.New("no fix is named"), Cure: "name a commit, a range, or a pull request: plan 1a2b3c4, plan A..B, plan '#123'"}
	}
	seen := map[gitops.ID]bool{}
	for _, arg := range args {
		ids, err := p.commits(ctx, arg)
		if err != nil {
			return fix, err
		}
		for _, id := range ids {
			if seen[id] {
				return fix, &InputError{Err: fmt.Errorf("commit %s is named twice", p.Repo.Short(id))}
			}
			seen[id] = true
			fix.Commits = append(fix.Commits, id)
		}
	}
	var kinds []policy.Kind
	var from []backport.KindSource
	for i, id := range fix.Commits {
		c, err := p.Session.Commit(id)
		if err != nil {
			return fix, err
		}
		if i == 0 {
			fix.Subject = gitops.Subject(gitops.MessageText(c))
		}
		k, src := backport.KindOf(c.Message)
		kinds, from = append(kinds, k), append(from, src)
		on := false
		if !p.Main.Tip.IsZero() {
			if on, err = p.Repo.IsAncestor(ctx, id, p.Main.Tip); err != nil {
				return fix, err
			}
		}
		fix.OnMain = append(fix.OnMain, on)
	}
	if kind != "" {
		fix.Kind, fix.KindFrom = kind, backport.KindFromFlag
	} else {
		fix.Kind, fix.KindFrom = p.strongest(kinds, from)
	}
	return fix, p.CheckKind(fix.Kind)
}

// strongest is the kind of a change of several commits, and where it was found.
func (p *Project) strongest(kinds []policy.Kind, from []backport.KindSource) (policy.Kind, backport.KindSource) {
	kind := p.Config.Policy.Strongest(kinds)
	for i, k := range kinds {
		if k == kind {
			return kind, from[i]
		}
	}
	return kind, ""
}

// CheckKind refuses a kind of change that the policy does not know.
func (p *Project) CheckKind(kind policy.Kind) error {
	if p.Config.Policy.Known(kind) {
		return nil
	}
	known := make([]string, 0, 8)
	for _, k := range policy.Kinds() {
		known = append(known, string(k))
	}
	return &InputError{
		Err:  fmt.Errorf("kind %q is not known", kind),
		Cure: "known: " + strings.Join(known, ", ") + ", and those the policy adds with [kind.NAME]",
	}
}

// commits finds the commits that one argument names.
func (p *Project) commits(ctx context.Context, arg string) ([]gitops.ID, error) {
	number := ""
	switch { // most arguments are revisions, for which no pattern need be compiled
	case strings.HasPrefix(arg, "#"):
		if m := hashNumber().FindStringSubmatch(arg); m != nil {
			number = m[1]
		}
	case strings.HasPrefix(arg, "http"):
		a, ok := parseAddress(arg)
		if !ok {
			break
		}
		if err := p.checkAddress(arg, a); err != nil {
			return nil, err
		}
		if a.commit != "" {
			return p.commitAt(arg, a)
		}
		number = strconv.Itoa(a.number)
	}
	if number == "" {
		return p.Repo.ResolveSource(ctx, arg)
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, &InputError{Err: err}
	}
	if p.Main.Tip.IsZero() {
		return nil, &InputError{Err: fmt.Errorf("%s: there is no main branch to look for it on", arg), Cure: "name the commit"}
	}
	id, err := p.Repo.PullRequest(ctx, p.Main.Tip, n)
	return []gitops.ID{id}, err
}

// FullID is a revision that is the first digits of a commit's id with all its digits, so that no ref that
// is called like the digits takes its place later; any other revision stays as it is.
func (p *Project) FullID(ctx context.Context, rev string) string {
	if len(rev) < 4 || strings.Trim(strings.ToLower(rev), "0123456789abcdef") != "" {
		return rev
	}
	id, err := p.Repo.Resolve(ctx, rev)
	if err != nil || !strings.HasPrefix(id.String(), strings.ToLower(rev)) {
		return rev
	}
	return id.String()
}

// A Choice is which lines a person names, as typed.
type Choice struct {
	To, Also []string
	Skip     []string // LINE or LINE:REV
	Reason   string
}

// Selection makes sense of the lines that a person names.
func (p *Project) Selection(ctx context.Context, c Choice) (backport.Selection, error) {
	sel := backport.Selection{Reason: strings.TrimSpace(c.Reason)}
	var err error
	if sel.To, err = p.lineIDs(c.To); err != nil {
		return sel, err
	}
	if sel.Also, err = p.lineIDs(c.Also); err != nil {
		return sel, err
	}
	for _, text := range c.Skip {
		line, rev, hasRev := strings.Cut(text, ":")
		ids, err := p.lineIDs([]string{line})
		if err != nil {
			return sel, err
		}
		s := backport.Skip{Line: ids[0]}
		if hasRev {
			if s.Commit, err = p.Repo.Resolve(ctx, rev); err != nil {
				return sel, err
			}
		}
		sel.Skip = append(sel.Skip, s)
	}
	return sel, nil
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
