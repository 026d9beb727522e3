package project

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
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

// Fix finds the commits that the arguments name, in main's order, and the kind of each change. kinds is one
// kind for all, FIX=KIND for those that are named, or both; a kind that is not given is found in the
// commits' messages.
func (p *Project) Fix(ctx context.Context, args []string, kinds string) (backport.Fix, error) {
	var fix backport.Fix
	if len(args) == 0 {
		return fix, &InputError{Err: errors.New("no fix is named"), Cure: "name a commit, a range, or a pull request: plan 1a2b3c4, plan A..B, plan '#123'"}
	}
	onMain := map[gitops.ID]bool{}
	for _, arg := range args {
		ids, err := p.commits(ctx, arg)
		if err != nil {
			return fix, err
		}
		for _, id := range ids {
			if _, again := onMain[id]; again {
				return fix, &InputError{Err: fmt.Errorf("commit %s is named twice", p.Repo.Short(id))}
			}
			if onMain[id], err = p.onMain(ctx, id); err != nil {
				return fix, err
			}
		}
		part, err := p.part(ids)
		if err != nil {
			return fix, err
		}
		if len(ids) > 0 {
			fix.Parts = append(fix.Parts, part)
		}
	}
	if err := p.giveKinds(ctx, kinds, args, fix.Parts); err != nil {
		return fix, err
	}
	if err := p.inOrder(ctx, fix.Parts); err != nil {
		return fix, err
	}
	p.whole(&fix, onMain)
	return fix, nil
}

// whole fills in what is said of all parts together.
func (p *Project) whole(fix *backport.Fix, onMain map[gitops.ID]bool) {
	var kinds []policy.Kind
	var from []backport.KindSource
	for _, part := range fix.Parts {
		kinds, from = append(kinds, part.Kind), append(from, part.KindFrom)
		for _, id := range part.Commits {
			fix.Commits, fix.OnMain = append(fix.Commits, id), append(fix.OnMain, onMain[id])
		}
	}
	if len(fix.Parts) > 0 {
		fix.Subject = fix.Parts[0].Subject
	}
	fix.Kind, fix.KindFrom = p.strongest(kinds, from)
}

func (p *Project) onMain(ctx context.Context, id gitops.ID) (bool, error) {
	if p.Main.Tip.IsZero() {
		return false, nil
	}
	return p.Repo.IsAncestor(ctx, id, p.Main.Tip)
}

// part reads the commits of one fix.
func (p *Project) part(ids []gitops.ID) (backport.Part, error) {
	part := backport.Part{Commits: ids}
	var kinds []policy.Kind
	var from []backport.KindSource
	for i, id := range ids {
		c, err := p.Session.Commit(id)
		if err != nil {
			return part, err
		}
		if i == 0 {
			part.Subject = gitops.Subject(gitops.MessageText(c))
		}
		k, src := backport.KindOf(c.Message)
		kinds, from = append(kinds, k), append(from, src)
		for _, advisory := range backport.Advisories(c.Message) {
			if !slices.Contains(part.Advisories, advisory) {
				part.Advisories = append(part.Advisories, advisory)
			}
		}
	}
	part.Kind, part.KindFrom = p.strongest(kinds, from)
	return part, nil
}

// giveKinds gives parts the kinds that the user names: "security", "FIX=security", several by commas.
func (p *Project) giveKinds(ctx context.Context, text string, args []string, parts []backport.Part) error {
	for item := range strings.SplitSeq(text, ",") {
		i := strings.LastIndex(item, "=")
		kind := policy.Kind(strings.TrimSpace(item[i+1:]))
		if kind == "" && text == "" {
			continue
		}
		if err := p.CheckKind(kind); err != nil {
			return err
		}
		named := parts
		if i >= 0 {
			at, err := p.partNamed(ctx, item[:i], args, parts)
			if err != nil {
				return fmt.Errorf("--kind %s: %w", item, err)
			}
			named = parts[at : at+1]
		}
		for j := range named {
			if i >= 0 || named[j].KindFrom != backport.KindFromFlag {
				named[j].Kind, named[j].KindFrom = kind, backport.KindFromFlag
			}
		}
	}
	for _, part := range parts {
		if err := p.CheckKind(part.Kind); err != nil {
			return err
		}
	}
	return nil
}

// partNamed finds the fix that a name means: as it was typed, or by one of its commits.
func (p *Project) partNamed(ctx context.Context, name string, args []string, parts []backport.Part) (int, error) {
	if i := slices.Index(args, name); i >= 0 && len(args) == len(parts) {
		return i, nil
	}
	ids, err := p.commits(ctx, name)
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(parts, func(part backport.Part) bool { return len(ids) > 0 && slices.Contains(part.Commits, ids[0]) })
	if at < 0 {
		return 0, &InputError{Err: fmt.Errorf("%q is none of the fixes that are named", name)}
	}
	return at, nil
}

// inOrder brings fixes into the order in which main has them; one that main has not stays behind what it
// was named after.
func (p *Project) inOrder(ctx context.Context, parts []backport.Part) error {
	for i := range parts {
		for j := i; j > 0; j-- {
			later := parts[j-1].Commits[len(parts[j-1].Commits)-1]
			before, err := p.Repo.IsAncestor(ctx, parts[j].Commits[0], later)
			if err != nil {
				return err
			}
			if !before {
				break
			}
			parts[j-1], parts[j] = parts[j], parts[j-1]
		}
	}
	return nil
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

// commits finds the commits that one argument names. Full ids joined by commas are one fix: so plan names
// again what it has found.
func (p *Project) commits(ctx context.Context, arg string) ([]gitops.ID, error) {
	if list := strings.Split(arg, ","); len(list) > 1 && !slices.ContainsFunc(list, func(s string) bool { return len(s) != len(gitops.ID{}.String()) }) {
		var ids []gitops.ID
		for _, id := range list {
			one, err := p.Repo.ResolveSource(ctx, id)
			if err != nil {
				return nil, err
			}
			ids = append(ids, one...)
		}
		return ids, nil
	}
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
			if n.Commits, err = p.commits(ctx, rev); err != nil {
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
