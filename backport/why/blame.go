package why

import (
	"context"
	"slices"

	"github.com/git-backport/git-backport/gitops"
)

// A piece is a run of lines of a file that is followed back, or with a count of zero the gap before a
// line. Its depth counts how often it was changed on the way, and place says what it is followed for.
type piece struct {
	gitops.Lines
	place, depth int
}

// A touch is a commit of main that changed lines of a place: those that are there now at depth 0, what
// they were made from at greater depths.
type touch struct {
	commit       gitops.ID
	place, depth int
}

// A blame is what the history of main says of pieces.
type blame struct {
	touches []touch
	// rooted are the places some of whose lines, or what they were made from, the branch has, or may have.
	rooted map[int]bool
}

// maxBlameDepth bounds how often a line is followed through its changes.
const maxBlameDepth = 6

// A lead is pieces of a file in a commit, still to be followed.
type lead struct {
	at     fileAt
	pieces []piece
}

// blame follows pieces of a file back to what the branch has of main's history.
func (s *search) blame(ctx context.Context, at fileAt, pieces []piece) (blame, error) {
	out := blame{rooted: map[int]bool{}}
	seen := map[touch]bool{}
	for todo := []lead{{at, pieces}}; len(todo) > 0; {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		next.pieces = slices.DeleteFunc(next.pieces, func(p piece) bool {
			deep := p.depth > maxBlameDepth
			out.rooted[p.place] = out.rooted[p.place] || deep
			return deep
		})
		if len(next.pieces) == 0 {
			continue
		}
		e, err := s.lineage.edition(ctx, next.at, s.known, &s.budget)
		if err != nil {
			return out, err
		}
		if e == nil {
			for _, p := range next.pieces {
				out.rooted[p.place] = out.rooted[p.place] || p.Count > 0
			}
			continue
		}
		leads, touched, err := s.pass(e, next.pieces)
		if err != nil {
			return out, err
		}
		todo = append(todo, leads...)
		for _, p := range touched {
			if t := (touch{e.commit, p.place, p.depth}); !seen[t] {
				seen[t] = true
				out.touches = append(out.touches, t)
			}
		}
	}
	return out, nil
}

// pass hands pieces of an edition on to those it was made from, and returns the ones that its commit
// touched. A merge touches nothing: what none of its sides has is followed along the first.
func (s *search) pass(e *edition, pieces []piece) (leads []lead, rest []piece, err error) {
	rest = pieces
	merge := len(e.from) > 1
	var first []gitops.LineChange
	for i, from := range e.from {
		changes, err := s.lineage.before(from, e, &s.budget)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			first = changes
		}
		kept, older, left := split(rest, changes)
		if !merge {
			kept = append(kept, older...)
		}
		leads, rest = append(leads, lead{from, kept}), left
	}
	if merge {
		_, older, _ := split(rest, first)
		return append(leads, lead{e.from[0], older}), nil, nil
	}
	return leads, rest, nil
}

// split takes pieces of a new text back to the old one. kept are the parts that did not change, and
// touched what the others were made from, both as lines of the old text; rest are those others as lines
// of the new one. A part that is new altogether is made from nothing.
func split(pieces []piece, changes []gitops.LineChange) (kept, touched, rest []piece) {
	for _, p := range pieces {
		pos, end, shift := p.Start, p.Start+p.Count, 0
		hit := false
		for _, c := range changes {
			from, to := c.New.Start, c.New.Start+c.New.Count
			if from > end {
				break
			}
			if !meets(p, from, to) {
				if to <= p.Start {
					shift = c.Old.Start + c.Old.Count - to
				}
				continue
			}
			hit = true
			if pos < from {
				kept = append(kept, p.lines(pos+shift, from-pos))
			}
			rest = append(rest, p.lines(max(from, p.Start), max(0, min(to, end)-max(from, p.Start))))
			if c.Old.Count > 0 || p.Count == 0 {
				older := p.lines(c.Old.Start, c.Old.Count)
				older.depth++
				touched = append(touched, older)
			}
			pos = max(pos, to)
			shift = c.Old.Start + c.Old.Count - to
		}
		if pos < end || !hit {
			kept = append(kept, p.lines(pos+shift, end-pos))
		}
	}
	return kept, touched, rest
}

// lines is the piece with other lines.
func (p piece) lines(start, count int) piece {
	p.Lines = gitops.Lines{Start: start, Count: count}
	return p
}

// meets reports whether a change to the lines from, up to and not including to, is one to the piece. What
// stands at its ends is none, but for a gap, which has nothing else.
func meets(p piece, from, to int) bool {
	end := p.Start + p.Count
	switch {
	case p.Count == 0:
		return from <= p.Start && p.Start <= to
	case from == to:
		return p.Start < from && from < end
	}
	return from < end && to > p.Start
}
