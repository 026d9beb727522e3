package release

import (
	"context"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// commits are what a line has got since its last tag.
type commits struct {
	tagged  bool
	ids     []gitops.ID // youngest first
	kinds   map[gitops.ID]policy.Kind
	message map[gitops.ID][]byte
}

// sinceRelease lists what a line has got since its last release.
func (m Maker) sinceRelease(ctx context.Context, line Line) (commits, error) {
	out := commits{kinds: map[gitops.ID]policy.Kind{}, message: map[gitops.ID][]byte{}}
	repo := m.Session.Repo()
	if line.Decision.LatestTag == "" {
		return out, nil
	}
	id, err := repo.Ref("refs/tags/" + line.Decision.LatestTag)
	if err != nil {
		return out, err
	}
	if id, err = repo.Peel(id); err != nil {
		return out, err
	}
	out.tagged = true
	if out.ids, err = repo.Between(ctx, id, line.Tip); err != nil {
		return out, err
	}
	for _, id := range out.ids {
		c, err := m.Session.Commit(id)
		if err != nil {
			return out, err
		}
		out.kinds[id] = m.History.Kind(c.Message)
		out.message[id] = c.Message
	}
	return out, nil
}

// kind is the strongest kind of the commits.
func (c commits) kind(p *policy.Policy) policy.Kind {
	kinds := []policy.Kind{}
	for _, id := range c.ids {
		kinds = append(kinds, c.kinds[id])
	}
	if len(kinds) == 0 || p == nil {
		return policy.Bugfix
	}
	return p.Strongest(kinds)
}

// equal reports whether a release of this kind needs the other lines to be patched too.
func (ask Ask) equal(kind policy.Kind) bool {
	return len(ask.Others) > 0 && !ask.RC && ask.Policy != nil && ask.Policy.Base(kind) == policy.Security
}

// lacks are required lines without a fix that another line is about to be released with.
type lacks struct {
	lines    []string // "release-24.0.0 lacks 1a2b3c4 Fix it"
	untraced []string // fixes that name no origin, so that other branches cannot be asked
}

func (l lacks) String() string {
	return "the policy wants required lines patched equally: " + strings.Join(l.lines, "; ") +
		"; --skip LINE --reason TEXT for one that is not affected, --reason TEXT for all"
}

// lacking finds the required lines that lack a security fix of a release.
func (m Maker) lacking(ctx context.Context, line Line, since commits, ask Ask) (lacks, error) {
	var out lacks
	for _, id := range since.ids {
		if ask.Policy.Base(since.kinds[id]) != policy.Security || m.History.Undone(ctx, line, id) {
			continue
		}
		name := m.Session.Repo().Short(id) + " " + gitops.OneLine(gitops.Subject(since.message[id]))
		for _, other := range ask.Others {
			if other.Decision.ID == line.Decision.ID {
				continue
			}
			has, traced, err := m.History.Has(ctx, other, id)
			if err != nil {
				return out, err
			}
			if !traced {
				out.untraced = append(out.untraced,
					name+" names neither its origin nor an advisory: look yourself whether the other lines have it")
				break
			}
			if !has {
				out.lines = append(out.lines, other.Branch+" lacks "+name)
			}
		}
	}
	return out, nil
}
