package backport

import (
	"context"
	"strings"

	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// branches are release branches as making releases asks about them.
type branches struct{ r *runner }

// Point returns the commit at which a line's branch left main.
func (b branches) Point(ctx context.Context, line release.Line) (gitops.ID, error) {
	h, err := b.r.history(ctx, Target{Line: line})
	return h.Point, err
}

// Kind returns the kind of a change by its message.
func (b branches) Kind(message []byte) policy.Kind {
	kind, _ := KindOf(message)
	return kind
}

// Undone reports whether a later commit of a line's branch takes a commit back.
func (b branches) Undone(ctx context.Context, line release.Line, commit gitops.ID) bool {
	o, err := b.r.ownOf(ctx, Target{Line: line})
	if err != nil {
		return false
	}
	_, undone := o.UndoneBy(commit)
	return undone
}

// Has looks for a fix on a line's branch: one of its sources, a copy of one, or a commit that names its
// advisory, standing.
func (b branches) Has(ctx context.Context, line release.Line, commit gitops.ID) (has, traced bool, err error) {
	c, err := b.r.session.Commit(commit)
	if err != nil {
		return false, true, err
	}
	fix := traceOf(b.r.session.Repo(), commit, c.Message)
	if len(fix.sources)+len(fix.advisories) == 0 {
		return false, false, nil
	}
	t := Target{Line: line}
	for _, source := range fix.sources {
		has, err := b.r.has(ctx, t, source)
		if err != nil || has {
			return has, true, err
		}
	}
	if len(fix.advisories) > 0 {
		has, err = b.names(ctx, t, fix.advisories)
	}
	return has, true, err
}

// names reports whether a standing commit of a branch names one of some advisories.
func (b branches) names(ctx context.Context, t Target, advisories []string) (bool, error) {
	o, err := b.r.ownOf(ctx, t)
	if err != nil {
		return false, err
	}
	for _, c := range o.Commits {
		if _, undone := o.UndoneBy(c.ID); undone {
			continue
		}
		for _, name := range advisories {
			if strings.Contains(string(c.Message), name) {
				return true, nil
			}
		}
	}
	return false, nil
}

// A trace is what a fix can be known by on another branch.
type trace struct {
	sources    []gitops.ID
	advisories []string
}

func traceOf(repo *gitops.Repo, id gitops.ID, message []byte) trace {
	var out trace
	for _, ref := range gitops.PickedFrom(message) {
		if ref.ID == "" {
			continue
		}
		if full, err := repo.Expand(ref.ID); err == nil {
			out.sources = append(out.sources, full)
		}
	}
	for _, m := range advisory().FindAll(message, -1) {
		out.advisories = append(out.advisories, string(m))
	}
	if len(out.sources) > 0 {
		out.sources = append(out.sources, id)
	}
	return out
}
