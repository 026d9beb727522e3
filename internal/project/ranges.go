package project

import (
	"context"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// AdvisoryRanges is what the ranges of an advisory are found from, with the lines' names.
type AdvisoryRanges struct {
	audit.RangeRequest
	Names, Firsts []string
}

// Ranges prepares the ranges of an advisory: all lines that are released and have a branch, newest first.
func (p *Project) Ranges(ctx context.Context, id string, fixes []gitops.ID) (AdvisoryRanges, *audit.Held, error) {
	out := AdvisoryRanges{RangeRequest: audit.RangeRequest{Fixes: fixes}}
	var tips []gitops.ID
	for _, l := range p.Lines {
		at := slices.IndexFunc(p.Branches, func(b gitops.Branch) bool { return b.Name == l.Branch })
		if at < 0 || l.State == policy.StateIgnored || l.State == policy.StateBeforeFrom {
			continue
		}
		releases := p.releases(l.ID)
		tips = append(tips, p.Branches[at].Tip)
		out.Names, out.Releases, out.Next = append(out.Names, l.Name()), append(out.Releases, releases), append(out.Next, l.NextText)
		out.Lives = append(out.Lives, l.State == policy.StateSupported)
		first := ""
		if len(releases) > 0 {
			first = releases[0].Version
		}
		out.Firsts = append(out.Firsts, first)
		out.Decided = append(out.Decided, p.notAffected(id, l.ID, fixes))
	}
	held, err := audit.Hold(ctx, p.Session, p.Main.Tip, tips)
	return out, held, err
}

// releases are the stable versions of a line, oldest first.
func (p *Project) releases(id policy.LineID) []audit.Release {
	var out []audit.Release
	tags := slices.Clone(p.Tags[id])
	slices.SortFunc(tags, func(a, b gitops.Tag) int {
		_, va, _ := p.Config.Policy.ReadTag(a.Name)
		_, vb, _ := p.Config.Policy.ReadTag(b.Name)
		return va.Compare(vb)
	})
	for _, tag := range tags {
		_, v, ok := p.Config.Policy.ReadTag(tag.Name)
		if !ok || !policy.IsStable(v) {
			continue
		}
		out = append(out, audit.Release{Version: v.String(), Tag: tag.Name, Commit: tag.Commit})
	}
	return out
}

// notAffected is why a decision calls a line not affected by an advisory or its fixes; "" where none does.
func (p *Project) notAffected(advisory string, line policy.LineID, fixes []gitops.ID) string {
	for _, d := range p.Config.Decisions {
		if d.Status != "not-affected" || !slices.Contains(d.Lines, line) || !d.Until.IsZero() && p.AsOf.After(d.Until) {
			continue
		}
		if strings.EqualFold(d.Fix, advisory) {
			return "not affected: " + d.Reason
		}
		for _, id := range fixes {
			c, err := p.Session.Commit(id)
			if err != nil {
				continue
			}
			read := ledger.NewCommit(id, c)
			if d.Means(&read) {
				return "not affected: " + d.Reason
			}
		}
	}
	return ""
}

// RevOrVersion is the commit that a revision or a released version names.
func (p *Project) RevOrVersion(ctx context.Context, text string) (gitops.ID, error) {
	for _, tags := range p.Tags {
		for _, tag := range tags {
			if _, v, ok := p.Config.Policy.ReadTag(tag.Name); ok && v.String() == text {
				return tag.Commit, nil
			}
		}
	}
	return p.Repo.Resolve(ctx, text)
}

// Address is where the project's repository is fetched from, without what is nobody's business; "" where
// it has no remote, or a local one.
func (p *Project) Address() string {
	v, ok := p.Repo.Config.Get("remote." + p.Remote + ".url")
	if !ok || p.Remote == "" {
		return ""
	}
	host, path := remoteOf(v.Value)
	if host == "" || path == "" {
		return ""
	}
	return "https://" + host + "/" + strings.TrimSuffix(path, ".git")
}
