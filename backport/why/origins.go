package why

import (
	"context"
	"errors"

	"github.com/git-backport/git-backport/gitops"
)

// Origins tells from which commits the lines of files come, white space left aside. What it has read it
// keeps, so that one serves many questions.
type Origins struct {
	lineage *lineage
	known   func(gitops.ID) bool
}

// NewOrigins follows lines back to the commits that known reports: what is older is not told apart.
func NewOrigins(s *gitops.Session, known func(gitops.ID) bool) *Origins {
	l := newLineage(s)
	l.bare = true
	return &Origins{lineage: l, known: known}
}

// An Origin is a commit that some lines come from; a zero one stands for those that are older than what
// is followed.
type Origin struct {
	Commit gitops.ID
	Lines  int
}

// maxOriginWork bounds the work for the lines of one file.
const maxOriginWork = 4000

// Of returns the commits that lines of a file of a commit come from. Lines that the bound leaves are none's.
func (o *Origins) Of(ctx context.Context, commit gitops.ID, path string, lines []gitops.Lines) ([]Origin, error) {
	pieces := make([]piece, 0, len(lines))
	for _, l := range lines {
		pieces = append(pieces, piece{Lines: l})
	}
	var out []Origin
	at := map[gitops.ID]int{}
	add := func(id gitops.ID, pieces []piece) {
		for _, p := range pieces {
			i, ok := at[id]
			if !ok {
				i, at[id] = len(out), len(out)
				out = append(out, Origin{Commit: id})
			}
			out[i].Lines += p.Count
		}
	}
	b := budget{left: maxOriginWork}
	for todo := []lead{{fileAt{commit, path}, pieces}}; len(todo) > 0; {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if len(next.pieces) == 0 {
			continue
		}
		leads, rest, from, err := o.step(ctx, next, &b)
		if errors.Is(err, errWork) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		todo = append(todo, leads...)
		add(from, rest)
	}
	return out, nil
}

// step takes pieces to the commit that last changed their file: what it did not change goes on to its parents.
func (o *Origins) step(ctx context.Context, at lead, b *budget) (leads []lead, rest []piece, from gitops.ID, err error) {
	e, err := o.lineage.edition(ctx, at.at, o.known, b)
	if err != nil || e == nil {
		return nil, at.pieces, gitops.ID{}, err
	}
	rest = at.pieces
	for _, parent := range e.from {
		changes, err := o.lineage.before(parent, e, b)
		if err != nil {
			return nil, nil, from, err
		}
		kept, _, left := split(rest, changes)
		leads, rest = append(leads, lead{parent, kept}), left
	}
	return leads, rest, e.commit, nil
}
