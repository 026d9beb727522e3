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

// A MergeUse says what becomes of the merge of a pull request that is named by its number or address. The
// zero value leaves it to the policy.
type MergeUse struct {
	Mainline int  // it is one change to this parent
	Squash   bool // it is one commit, as a squash would have made it
}

// Fix finds the commits that the arguments name, in main's order, and the kind of each change. kinds is one
// kind for all, FIX=KIND for those that are named, or both; a kind that is not given is found in the
// commits' messages.
func (p *Project) Fix(ctx context.Context, args []string, kinds string) (backport.Fix, error) {
	return p.FixAs(ctx, args, kinds, MergeUse{})
}

// FixAs is Fix, with a word on merges.
func (p *Project) FixAs(ctx context.Context, args []string, kinds string, use MergeUse) (backport.Fix, error) {
	fix := backport.Fix{Squash: use.Squash}
	if len(args) == 0 {
		return fix, &InputError{Err: errors.New("no fix is named"), Cure: "name a commit, a range, or a pull request: plan 1a2b3c4, plan A..B, plan '#123'"}
	}
	onMain := map[gitops.ID]bool{}
	for _, arg := range args {
		ids, err := p.commits(ctx, arg, use, &fix)
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
		part, err := p.part(ctx, ids, fix.Squash)
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

// part reads the commits of one fix. Of a merge it is what the commits say that it merges.
func (p *Project) part(ctx context.Context, ids []gitops.ID, squash bool) (backport.Part, error) {
	part := backport.Part{Commits: ids}
	var kinds []policy.Kind
	var from []backport.KindSource
	for i, id := range ids {
		says, err := backport.Says(ctx, p.Session, id, squash)
		if err != nil {
			return part, err
		}
		if i == 0 {
			part.Subject = says.Title
		}
		for _, message := range says.Messages {
			k, src := backport.KindOf(message)
			kinds, from = append(kinds, k), append(from, src)
			for _, advisory := range backport.Advisories(message) {
				if !slices.Contains(part.Advisories, advisory) {
					part.Advisories = append(part.Advisories, advisory)
				}
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
	ids, err := p.commits(ctx, name, MergeUse{}, &backport.Fix{})
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
// again what it has found. What has to be said of merges is noted in fix.
func (p *Project) commits(ctx context.Context, arg string, use MergeUse, fix *backport.Fix) ([]gitops.ID, error) {
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
		return p.revision(ctx, arg, use, fix)
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, &InputError{Err: err}
	}
	if p.Main.Tip.IsZero() {
		return nil, &InputError{Err: fmt.Errorf("%s: there is no main branch to look for it on", arg), Cure: "name the commit"}
	}
	m, err := backport.FindPullRequest(ctx, p.Session, p.Main, n)
	if err != nil {
		return nil, err
	}
	fix.Requests = append(fix.Requests, m)
	if !m.Merge.IsZero() && use.Mainline == 0 && p.Config.Policy.Repo.Merges == policy.MergesSquash {
		fix.Squash = true
	}
	switch {
	case !m.Merge.IsZero() && (use.Mainline > 0 || fix.Squash):
		return []gitops.ID{m.Merge}, nil
	case len(m.Commits) == 0:
		return nil, &InputError{
			Err:  fmt.Errorf("%s: %s merged no commit that %s had not by another way", arg, p.Repo.Short(m.Merge), p.Main.Name),
			Cure: fmt.Sprintf("the merge as one change: plan %s -m 1", m.Merge),
		}
	}
	return m.Commits, nil
}

// revision finds the commits that a revision or a range names. The merges in a range are left out, and what
// they brought of main to a branch beside it.
func (p *Project) revision(ctx context.Context, arg string, use MergeUse, fix *backport.Fix) ([]gitops.ID, error) {
	ids, err := p.Repo.ResolveSource(ctx, arg)
	if err != nil || !strings.Contains(arg, "..") || use.Mainline > 0 {
		return ids, err
	}
	var out, merges []gitops.ID
	for _, id := range ids {
		c, err := p.Session.Commit(id)
		if err != nil {
			return nil, err
		}
		if len(c.Parents) > 1 {
			merges = append(merges, id)
			continue
		}
		out = append(out, id)
	}
	if len(merges) == 0 {
		return ids, nil
	}
	fix.Left = append(fix.Left, merges...)
	if out, err = p.beside(ctx, ids[len(ids)-1], out, merges); err == nil && len(out) == 0 {
		err = &InputError{Err: fmt.Errorf("%s: there are nothing but merges in it", arg), Cure: "name a merge with -m 1, or the commits that it merges"}
	}
	return out, err
}

// HasMerge reports whether a commit of a fix is a merge.
func (p *Project) HasMerge(fix backport.Fix) bool {
	return slices.ContainsFunc(fix.Commits, func(id gitops.ID) bool {
		c, err := p.Session.Commit(id)
		return err == nil && len(c.Parents) > 1
	})
}

// beside leaves out of the commits of a range those that main has: of one that ends beside main all that main
// has, and else what merges of main's own line brought.
func (p *Project) beside(ctx context.Context, last gitops.ID, ids, merges []gitops.ID) ([]gitops.ID, error) {
	if p.Main.Tip.IsZero() {
		return ids, nil
	}
	on, err := p.Repo.IsAncestor(ctx, last, p.Main.Tip)
	if err != nil {
		return nil, err
	}
	without := []gitops.ID{p.Main.Tip}
	if on {
		if without, err = p.fromMain(ctx, merges); err != nil {
			return nil, err
		}
	}
	var out []gitops.ID
	for _, id := range ids {
		brought := false
		for _, tip := range without {
			if brought, err = p.Repo.IsAncestor(ctx, id, tip); err != nil {
				return nil, err
			}
			if brought {
				break
			}
		}
		if !brought {
			out = append(out, id)
		}
	}
	return out, nil
}

// fromMain are the commits of main's own line that merges beside that line merged.
func (p *Project) fromMain(ctx context.Context, merges []gitops.ID) ([]gitops.ID, error) {
	parents := map[gitops.ID]gitops.ID{} // → the merge
	for _, id := range merges {
		c, err := p.Session.Commit(id)
		if err != nil {
			return nil, err
		}
		for _, parent := range c.Parents[1:] {
			parents[parent] = id
		}
	}
	line := map[gitops.ID]bool{} // of these, those on main's line
	for id, steps := p.Main.Tip, 0; steps < maxMainLine; steps++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		_, asked := parents[id]
		line[id] = asked || slices.Contains(merges, id)
		c, err := p.Session.Commit(id)
		if err != nil || len(c.Parents) == 0 || p.Repo.IsShallowAt(id) {
			break
		}
		id = c.Parents[0]
	}
	var out []gitops.ID
	for parent, merge := range parents {
		if line[parent] && !line[merge] {
			out = append(out, parent)
		}
	}
	return out, nil
}

// maxMainLine bounds how far back main's own line is followed.
const maxMainLine = 50_000

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
