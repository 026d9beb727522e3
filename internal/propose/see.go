package propose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// See gathers what a proposal is made from: every branch and tag with its day, and the trees of the tips.
func See(ctx context.Context, s *gitops.Session, remote string, base gitops.Base, asOf policy.Date) (Seen, error) {
	repo := s.Repo()
	seen := Seen{Facts: policy.Facts{AsOf: asOf}}
	branches, err := repo.Branches(remote, base)
	if err != nil {
		return seen, err
	}
	tips := map[string]gitops.ID{}
	for _, b := range branches {
		seen.Facts.Branches = append(seen.Facts.Branches, policy.BranchFact{Name: b.Name, Tip: b.Tip.String()})
		tips[b.Tip.String()] = b.Tip
	}
	tags, err := repo.Tags(func(string) bool { return true })
	if err != nil {
		return seen, err
	}
	at := map[gitops.ID][]string{}
	for _, t := range tags { // those that name a commit
		seconds, err := repo.TagDate(t)
		if err != nil {
			return seen, fmt.Errorf("date of tag %q: %w", t.Name, err)
		}
		day := policy.DateOf(time.Unix(seconds, 0).UTC())
		seen.Facts.Tags = append(seen.Facts.Tags, policy.TagFact{Name: t.Name, Date: day})
		at[t.Commit] = append(at[t.Commit], t.Name)
	}
	seen.Tree = func(tip string) (fs.FS, error) {
		tree, err := s.TreeOf(tips[tip])
		if err != nil {
			return nil, err
		}
		return s.TreeFS(tree), nil
	}
	seen.Former = func(tag, version string, read func(fs.FS) string) (*Former, error) {
		return formerOf(ctx, s, tag, version, read)
	}
	main, err := repo.Main(ctx, remote, "", base)
	if errors.Is(err, gitops.ErrNoRef) {
		return seen, nil
	}
	if err != nil {
		return seen, err
	}
	seen.Main = main.Name
	seen.Owned = func(list []policy.BranchFact) (map[string][]string, error) {
		return owned(ctx, repo, main.Tip, list, tips, at)
	}
	seen.Work = func(list []policy.BranchFact, until policy.Date) (map[string][]policy.Date, error) {
		return work(ctx, repo, main.Tip, list, tips, until)
	}
	return seen, nil
}

// work finds the days of the commits on branches that main does not contain, in the year before a day.
func work(ctx context.Context, repo *gitops.Repo, main gitops.ID, list []policy.BranchFact, tips map[string]gitops.ID, until policy.Date) (map[string][]policy.Date, error) {
	var ids []gitops.ID
	for _, b := range list {
		ids = append(ids, tips[b.Tip])
	}
	histories, err := repo.Histories(ctx, main, ids)
	if err != nil {
		return nil, err
	}
	out := map[string][]policy.Date{}
	for i, b := range list {
		for _, c := range histories[i].Commits {
			seconds, err := repo.TagDate(gitops.Tag{ID: c, Commit: c})
			if err != nil {
				return nil, fmt.Errorf("date of commit %s: %w", c, err)
			}
			day := policy.DateOf(time.Unix(seconds, 0).UTC())
			if day.Before(until.AddMonths(-12)) {
				break
			}
			if !day.After(until) {
				out[b.Name] = append(out[b.Name], day)
			}
		}
	}
	return out, nil
}

// owned finds the tags on branches that main does not contain.
func owned(ctx context.Context, repo *gitops.Repo, main gitops.ID, list []policy.BranchFact, tips map[string]gitops.ID, at map[gitops.ID][]string) (map[string][]string, error) {
	var ids []gitops.ID
	for _, b := range list {
		ids = append(ids, tips[b.Tip])
	}
	histories, err := repo.Histories(ctx, main, ids)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for i, b := range list {
		for _, c := range histories[i].Commits {
			out[b.Name] = append(out[b.Name], at[c]...)
		}
		slices.Sort(out[b.Name])
	}
	return out, nil
}
