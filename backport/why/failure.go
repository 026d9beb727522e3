package why

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
)

// A failure is a commit that does not go onto a tree.
type failure struct {
	commit  gitops.ID
	result  gitops.PickResult // its conflicts are those that the path rules left
	spots   []spot
	touches []touch
}

// A spot is a conflicted file, with what is to be followed back in it: for each place where the sides
// do not merge, what main has there and the branch does not have.
type spot struct {
	conflict gitops.Conflict
	at       fileAt // the file as the commit found it; zero where it was not there
	sides    [3][]byte
	texts    []gitops.TextConflict // its places; none where the conflict is not about lines
	first    int                   // the number of the first of them among all of the failure's
	pieces   []piece
}

// examine fills in the spots of a failure.
func (s *search) examine(ctx context.Context, f *failure) error {
	c, err := s.session.Commit(f.commit)
	if err != nil {
		return err
	}
	before, parent, err := s.session.SourceBase(f.commit, c, s.mainlineFor(f.commit, len(c.Parents)))
	if err != nil {
		return err
	}
	places := 0
	for _, conflict := range f.result.Conflicts {
		if err := ctx.Err(); err != nil {
			return err
		}
		sp := spot{conflict: conflict, first: places}
		if err := s.fill(&sp); err != nil {
			return err
		}
		if err := s.locate(&sp, before, parent, baseName(conflict, f.result.Renames)); err != nil {
			return err
		}
		places += max(1, len(sp.texts))
		f.spots = append(f.spots, sp)
	}
	return nil
}

// locate finds the file that a spot is about in the commit before, by its name and its content.
func (s *search) locate(sp *spot, tree, parent gitops.ID, name string) error {
	base := sp.conflict.Base
	if base == nil || tree.IsZero() {
		return nil
	}
	at, err := s.session.Entry(tree, name)
	if err == nil && at != nil && at.ID == base.ID {
		sp.at = fileAt{commit: parent, path: name}
	}
	return err
}

// baseName is the name of a conflicted file before the commit and before what the branch did to it.
func baseName(c gitops.Conflict, renames []gitops.Rename) string {
	for _, rn := range renames {
		if rn.To == c.Path {
			return rn.From
		}
	}
	return c.Path
}

// fill finds the places of a spot and the pieces to follow. A file that is too large to be shown has none.
func (s *search) fill(sp *spot) error {
	c := sp.conflict
	for i, st := range []*gitops.Stage{c.Base, c.Ours, c.Theirs} {
		data, err := s.session.StageData(st)
		if err != nil {
			return nil //nolint:nilerr // a submodule, or too large: there is nothing to follow
		}
		sp.sides[i] = data
		if err := s.budget.spend(1 + bytes.Count(data, []byte("\n"))/lineWork); err != nil {
			return err
		}
	}
	switch {
	case c.Theirs == nil:
		return nil
	case c.Ours == nil:
		changes, err := gitops.DiffLines(sp.sides[0], sp.sides[2])
		for _, ch := range changes {
			sp.pieces = append(sp.pieces, piece{Lines: ch.Old, place: sp.first})
		}
		return err
	}
	_, texts, err := gitops.MergeText(sp.sides[0], sp.sides[1], sp.sides[2])
	if err != nil {
		return err
	}
	sp.texts = texts
	changes, err := gitops.DiffLines(sp.sides[0], sp.sides[1])
	for i, t := range texts {
		for _, ch := range changes {
			if touches(ch.Old, t.Base) {
				sp.pieces = append(sp.pieces, piece{Lines: ch.Old, place: sp.first + i})
			}
		}
	}
	return err
}

// touches reports whether two runs of lines share one, or meet.
func touches(a, b gitops.Lines) bool {
	return a.Start <= b.Start+b.Count && b.Start <= a.Start+a.Count
}

// signature is the same for two failures of one commit where the same places conflict.
func (f *failure) signature() string {
	var b strings.Builder
	b.WriteString(f.commit.String())
	for _, sp := range f.spots {
		fmt.Fprintf(&b, "\x00%s\x00%v", sp.conflict.Path, sp.conflict.Kinds)
		for _, t := range sp.texts {
			fmt.Fprintf(&b, " %d+%d", t.Base.Start, t.Base.Count)
		}
	}
	return b.String()
}

// follow finds the commits of main that touched what conflicts.
func (s *search) follow(ctx context.Context, f *failure) error {
	for _, sp := range f.spots {
		if len(sp.pieces) == 0 || sp.at == (fileAt{}) {
			continue
		}
		b, err := s.blame(ctx, sp.at, sp.pieces)
		if err != nil {
			return err
		}
		if sp.conflict.Ours == nil {
			if b.touches, err = s.birth(ctx, sp, b.touches); err != nil {
				return err
			}
		}
		for _, t := range b.touches {
			lacks, err := s.lacks(ctx, t.commit)
			if err != nil {
				return err
			}
			if lacks {
				f.touches = append(f.touches, t)
			}
		}
	}
	return nil
}

// birth adds the commit that added a file which the branch does not have.
func (s *search) birth(ctx context.Context, sp spot, touches []touch) ([]touch, error) {
	for at := sp.at; ; {
		e, err := s.lineage.edition(ctx, at, s.known, &s.budget)
		if err != nil || e == nil {
			return touches, err
		}
		if len(e.from) == 0 {
			return append(touches, touch{e.commit, sp.first, 0}), nil
		}
		at = e.from[0]
	}
}

// suspects are the commits that may be missing, the likeliest first: those that last touched the lines
// of the most places, then those that did before them.
func (s *search) suspects(f *failure) []gitops.ID {
	type suspect struct{ depth, places int }
	by := map[gitops.ID]suspect{}
	for _, t := range f.touches {
		x, met := by[t.commit]
		if !met || t.depth < x.depth {
			x.depth = t.depth
		}
		if t.depth == 0 {
			x.places++
		}
		by[t.commit] = x
	}
	out := make([]gitops.ID, 0, len(by))
	for id := range by {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b gitops.ID) int {
		return cmp.Or(by[a].depth-by[b].depth, by[b].places-by[a].places, s.absent[a]-s.absent[b])
	})
	return out
}
