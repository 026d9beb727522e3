package backport

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/object"
)

// A Saying is what the messages of a source commit say of the change. Of a merge it is what the commits say
// that it merges, and not that it is one.
type Saying struct {
	Title    string
	Messages [][]byte // from which the kind of the change is read
}

// Says reads what a source commit says. With squash the title of a merge is its first commit's.
func Says(ctx context.Context, s *gitops.Session, id gitops.ID, squash bool) (Saying, error) {
	c, err := s.Commit(id)
	if err != nil {
		return Saying{}, err
	}
	message := gitops.MessageText(c)
	out := Saying{Title: gitops.Subject(message), Messages: [][]byte{c.Message}}
	if len(c.Parents) < 2 {
		return out, nil
	}
	m, err := MergedBy(ctx, s, id)
	if err != nil || len(m.Commits) == 0 {
		return out, err
	}
	if _, from := KindOf(c.Message); from != KindFromTrailer && from != KindFromID {
		out.Messages = nil
	}
	for i, part := range m.Commits {
		p, err := s.Commit(part)
		if err != nil {
			return out, err
		}
		out.Messages = append(out.Messages, p.Message)
		if i > 0 {
			continue
		}
		if title := ledger.MergeTitle(message); title != "" && !squash {
			out.Title = title
		} else if ledger.IsMergeSubject(out.Title) || squash {
			out.Title = gitops.Subject(gitops.MessageText(p))
		}
	}
	return out, nil
}

// squashed is the commit that a squash of a merge would have made, on the merge's first parent: by the author
// of the first commit that it merges, with the message of that one; the other authors are named. Any other
// commit is returned as it is.
func (r *runner) squashed(ctx context.Context, id gitops.ID) (*gitops.Commit, error) {
	c, err := r.session.Commit(id)
	if err != nil || !r.opts.Squash || len(c.Parents) < 2 {
		return c, err
	}
	m, err := MergedBy(ctx, r.session, id)
	if err != nil {
		return nil, err
	}
	if len(m.Commits) == 0 {
		return nil, fmt.Errorf("merge %s merged no commit of its own: there is no message to take", id)
	}
	first, err := r.session.Commit(m.Commits[0])
	if err != nil {
		return nil, err
	}
	out := *first
	out.Tree, out.Parents = c.Tree, c.Parents[:1]
	known := [][]byte{person(first.Author)}
	for _, part := range m.Commits[1:] {
		p, err := r.session.Commit(part)
		if err != nil {
			return nil, err
		}
		who := person(p.Author)
		if slices.ContainsFunc(known, func(k []byte) bool { return sameAddress(k, who) }) {
			continue
		}
		known = append(known, who)
		out.Message = object.AddTrailer(out.Message, "Co-authored-by: "+string(who), r.opts.Seal.Trailers)
	}
	return &out, nil
}

// person is a line "name <address> date" without the date.
func person(line []byte) []byte {
	if at := bytes.LastIndexByte(line, '>'); at >= 0 {
		return line[:at+1]
	}
	return line
}

func sameAddress(a, b []byte) bool {
	address := func(p []byte) []byte { return bytes.ToLower(p[bytes.LastIndexByte(p, '<')+1:]) }
	return bytes.Equal(address(a), address(b))
}
