package report

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
)

// A PullRequestRefV1 is a pull request that the fix was named by.
type PullRequestRefV1 struct {
	Number  int      `json:"number"`
	Merge   *string  `json:"merge"`   // null where no merge brought it
	Commits []string `json:"commits"` // without merges
	Left    []string `json:"left"`    // merges among what the merge brought
}

func requestsV1(list []backport.Merged) []PullRequestRefV1 {
	out := []PullRequestRefV1{}
	for _, m := range list {
		out = append(out, PullRequestRefV1{Number: m.Number, Merge: oid(m.Merge), Commits: oids(m.Commits), Left: oids(m.Left)})
	}
	return out
}

// merged prints how pull requests, and ranges with merges, became the commits of the fix.
func (p *page) merged(fix backport.Fix) {
	for _, m := range fix.Requests {
		switch {
		case m.Merge.IsZero() && len(m.Commits) < 2:
		case m.Merge.IsZero():
			p.printf("#%d: %s that name it\n", m.Number, count(len(m.Commits), "commit"))
		default:
			how := count(len(m.Commits), "commit") + " that " + p.o.Short(m.Merge) + " merged"
			if len(fix.Commits) == 1 && fix.Commits[0] == m.Merge {
				how = "the merge " + p.o.Short(m.Merge) + " as one change"
				if fix.Squash {
					how += ", by the author of the first commit that it merges"
				}
			}
			p.printf("#%d: %s%s\n", m.Number, how, p.leftMerges(m.Left))
		}
	}
	if len(fix.Left) > 0 {
		p.printf("range: %s left out, %s\n", count(len(fix.Left), "merge"), strings.Join(p.shorts(fix.Left), ", "))
	}
}

// leftMerges says which merges among what a merge brought are no part of it.
func (p *page) leftMerges(list []gitops.ID) string {
	if len(list) == 0 {
		return ""
	}
	return fmt.Sprintf("; %s left out: %s", count(len(list), "merge"), strings.Join(p.shorts(list), ", "))
}

func (p *page) shorts(list []gitops.ID) []string {
	out := make([]string, 0, len(list))
	for _, id := range list {
		out = append(out, p.o.Short(id))
	}
	return out
}
