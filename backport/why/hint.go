package why

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/git-backport/git-backport/gitops"
)

// describe says of each path and hunk of the source's conflicts which commits of main they conflict with, and
// what the lines look like.
func (s *search) describe(ctx context.Context, f *failure) error {
	all := map[Hint]int{}
	places := 0
	for _, sp := range f.spots {
		hints, err := s.hints(ctx, sp)
		if err != nil {
			return err
		}
		var ids []gitops.ID
		for i := range max(1, len(sp.texts)) {
			places++
			var hint Hint
			if i < len(hints) {
				hint = hints[i]
			}
			all[hint]++
			here := lastTouched(f, sp.first+i)
			ids = append(ids, here...)
			if i < len(sp.texts) {
				if err := s.describeHunk(sp, sp.texts[i], here, hint); err != nil {
					return err
				}
			}
		}
		slices.SortFunc(ids, func(a, b gitops.ID) int { return bytes.Compare(a[:], b[:]) })
		commits, err := s.named(slices.Compact(ids))
		if err != nil {
			return err
		}
		s.why.Paths = append(s.why.Paths, PathCommits{Path: sp.conflict.Path, Commits: commits})
	}
	switch places {
	case all[HintNoCode]:
		s.why.Hint = HintNoCode
	case all[HintPresent]:
		same, err := s.nothingElse(ctx, f)
		if err != nil || !same {
			return err
		}
		s.why.Hint = HintPresent
	}
	return nil
}

// lastTouched are the commits that last touched what conflicts at a place, without those of which it is
// only known what they touched before.
func lastTouched(f *failure, place int) []gitops.ID {
	var out []gitops.ID
	for _, t := range f.touches {
		if t.place == place && t.depth == 0 && !slices.Contains(out, t.commit) {
			out = append(out, t.commit)
		}
	}
	return out
}

// describeHunk keeps with the hunk that shows a place what was found out about it. A hunk that shows several
// has their commits together, and a hint only where it holds for all of them.
func (s *search) describeHunk(sp spot, t gitops.TextConflict, ids []gitops.ID, hint Hint) error {
	for i := range s.Hunks {
		h := &s.Hunks[i]
		if h.Path != sp.conflict.Path || t.Merged.Start < h.Line || t.Merged.Start >= h.Line+len(h.Lines) {
			continue
		}
		known := make([]gitops.ID, 0, len(h.Commits)+len(ids))
		for _, c := range h.Commits {
			known = append(known, c.Commit)
		}
		for _, id := range ids {
			if !slices.Contains(known, id) {
				known = append(known, id)
			}
		}
		commits, err := s.named(known)
		if err != nil {
			return err
		}
		if h.known && h.Hint != hint {
			hint = ""
		}
		h.Commits, h.Hint, h.known = commits, hint, true
	}
	return nil
}

// hints judges the places of a spot.
func (s *search) hints(ctx context.Context, sp spot) ([]Hint, error) {
	out := make([]Hint, len(sp.texts))
	if len(sp.texts) == 0 {
		return nil, nil
	}
	base, ours, theirs := splitLines(sp.sides[0]), splitLines(sp.sides[1]), splitLines(sp.sides[2])
	changes, err := gitops.DiffLines(sp.sides[0], sp.sides[2])
	if err != nil {
		return nil, err
	}
	own, err := gitops.DiffLines(sp.sides[0], sp.sides[1])
	if err != nil {
		return nil, err
	}
	anywhere := map[string]bool{}
	for _, l := range ours {
		anywhere[l] = true
	}
	var doubtful []piece
	for i, t := range sp.texts {
		var removed, added []gitops.Lines
		for _, c := range changes {
			if touches(c.Old, t.Base) {
				removed, added = append(removed, c.Old), append(added, c.New)
			}
		}
		if hasRuns(window(ours, t, own), base, removed, theirs, added) {
			out[i] = HintPresent
			continue
		}
		if pieces, gone := goneLines(base, removed, anywhere); gone {
			for _, p := range pieces {
				doubtful = append(doubtful, piece{Lines: p, place: i})
			}
		}
	}
	return out, s.judgeGone(ctx, sp, doubtful, out)
}

// window returns the branch's lines of a place: those between the markers, and those on which both sides
// agree beside them.
func window(ours []string, t gitops.TextConflict, own []gitops.LineChange) []string {
	from, to := t.Ours.Start, t.Ours.Start+t.Ours.Count
	for _, c := range own {
		if touches(c.Old, t.Base) {
			from, to = min(from, c.New.Start), max(to, c.New.Start+c.New.Count)
		}
	}
	return ours[from-1 : to-1]
}

// judgeGone gives the hint that there is no code to fix where all lines that the fix changes, and all
// that they were made from, came to main after the branch was cut.
func (s *search) judgeGone(ctx context.Context, sp spot, pieces []piece, out []Hint) error {
	if len(pieces) == 0 || sp.at == (fileAt{}) {
		return nil
	}
	b, err := s.blame(ctx, sp.at, pieces)
	if err != nil {
		return err
	}
	for _, p := range pieces {
		if !b.rooted[p.place] {
			out[p.place] = HintNoCode
		}
	}
	return nil
}

// hasRuns reports whether the branch's lines of a place hold each run of lines that the fix adds there, and
// none that it removes. Lines that say nothing prove nothing.
func hasRuns(ours, base []string, removed []gitops.Lines, theirs []string, added []gitops.Lines) bool {
	spoken := false
	for _, r := range added {
		run := theirs[r.Start-1 : r.Start-1+r.Count]
		if !contains(ours, run) {
			return false
		}
		spoken = spoken || slices.ContainsFunc(run, speaks)
	}
	for _, r := range removed {
		for _, l := range base[r.Start-1 : r.Start-1+r.Count] {
			if speaks(l) && slices.Contains(ours, l) && !addedToo(l, theirs, added) {
				return false
			}
		}
	}
	return spoken
}

func addedToo(line string, theirs []string, added []gitops.Lines) bool {
	for _, r := range added {
		if slices.Contains(theirs[r.Start-1:r.Start-1+r.Count], line) {
			return true
		}
	}
	return false
}

// goneLines returns the lines that the fix removes, and whether none of those that say something is
// anywhere in the branch's file.
func goneLines(base []string, removed []gitops.Lines, anywhere map[string]bool) (pieces []gitops.Lines, gone bool) {
	for _, r := range removed {
		if r.Count == 0 {
			continue
		}
		pieces = append(pieces, r)
		for _, l := range base[r.Start-1 : r.Start-1+r.Count] {
			if speaks(l) {
				if anywhere[l] {
					return nil, false
				}
				gone = true
			}
		}
	}
	return pieces, gone
}

// contains reports whether a run of lines stands in others as it is.
func contains(lines, run []string) bool {
	for i := 0; i+len(run) <= len(lines); i++ {
		if slices.Equal(lines[i:i+len(run)], run) {
			return true
		}
	}
	return len(run) == 0
}

// speaks reports whether a line says something: a brace or a blank line does not.
func speaks(line string) bool {
	n := 0
	for _, r := range line {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n >= 4
}

// nothingElse reports whether the pick changes nothing but what conflicts.
func (s *search) nothingElse(ctx context.Context, f *failure) (bool, error) {
	changes, err := s.session.Changes(ctx, s.Ours, s.Result.Tree, nil)
	if err != nil {
		return false, err
	}
	for _, ch := range changes {
		if !slices.ContainsFunc(f.spots, func(sp spot) bool { return sp.conflict.Path == ch.Path }) {
			return false, nil
		}
	}
	for _, sp := range f.spots {
		merged, texts, err := gitops.MergeText(sp.sides[0], sp.sides[1], sp.sides[2])
		if err != nil {
			return false, err
		}
		lines, ours := splitLines(merged), splitLines(sp.sides[1])
		for _, t := range slices.Backward(texts) {
			lines = slices.Replace(lines, t.Merged.Start-1, t.Merged.Start-1+t.Merged.Count, ours[t.Ours.Start-1:t.Ours.Start-1+t.Ours.Count]...)
		}
		if !slices.Equal(lines, ours) {
			return false, nil
		}
	}
	return true, nil
}

// splitLines returns the lines of a text without their ends.
func splitLines(data []byte) []string {
	var out []string
	for line := range bytes.Lines(data) {
		out = append(out, strings.TrimRight(string(line), "\r\n"))
	}
	return out
}
