package why

import (
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
)

// A Side says whose a line of a conflict's hunk is.
type Side byte

// The sides of a hunk's lines.
const (
	SideContext Side = iota
	SideMarker       // the lines with <<<<<<<, |||||||, ======= and >>>>>>>
	SideOurs         // the branch's
	SideBase         // what both sides started from; only where markers show it
	SideTheirs       // the fix's
)

// A HunkLine is a line of a hunk without its line end, as it is in the file: not fit for a terminal.
type HunkLine struct {
	Text string
	Side Side
}

// A Hunk is a place of a conflicted file, as a pick leaves it: markers, with lines around them.
type Hunk struct {
	Path  string
	Line  int // of its first line in the file with markers, from 1
	Lines []HunkLine
	// Commits are those of main, absent from the branch, that last changed the lines that conflict, newest
	// first.
	Commits []Candidate
	Hint    Hint

	known bool // Commits and Hint are known for a place of it
}

const (
	hunkContext  = 3    // lines shown before and after the markers
	maxHunkLines = 2000 // of one path; what is beyond is left out
	maxHunkText  = 1000 // bytes of one line
)

// Hunks returns the places of one conflict of a pick; none where the conflict is not about lines, or
// the file is too large to be shown.
func Hunks(s *gitops.Session, res gitops.PickResult, c gitops.Conflict) ([]Hunk, error) {
	if c.Ours == nil || c.Theirs == nil || slices.Contains(c.Kinds, "binary") {
		return nil, nil
	}
	at, err := s.Entry(res.Tree, c.Path)
	if err != nil || at == nil || !at.Regular() || len(res.Markers[at.ID]) == 0 {
		return nil, err
	}
	data, err := s.StageData(at)
	if err != nil {
		return nil, nil //nolint:nilerr // a file that is too large to be shown is told in words
	}
	return hunksOf(c.Path, data, res.Markers[at.ID]), nil
}

// hunksOf shows the places of a file with markers. Those whose context touches are one hunk.
func hunksOf(path string, data []byte, places []gitops.TextConflict) []Hunk {
	lines := strings.SplitAfter(string(data), "\n")
	if n := len(lines); lines[n-1] == "" {
		lines = lines[:n-1]
	}
	var out []Hunk
	shown, total := 0, 0 // lines before shown are in a hunk
	for i, place := range places {
		if total >= maxHunkLines {
			break
		}
		start := place.Merged.Start - 1
		end := start + place.Merged.Count
		from, to := max(start-hunkContext, shown), min(end+hunkContext, len(lines))
		if i+1 < len(places) {
			to = min(to, places[i+1].Merged.Start-1)
		}
		if len(out) == 0 || from > shown {
			out = append(out, Hunk{Path: path, Line: from + 1})
		}
		h := &out[len(out)-1]
		sides := sidesOf(place)
		for j := from; j < to && total < maxHunkLines; j++ {
			side := SideContext
			if start <= j && j < end {
				side = sides[j-start]
			}
			h.Lines = append(h.Lines, hunkLine(lines[j], side))
			total++
		}
		shown = to
	}
	for i := range out {
		out[i].trim()
	}
	return out
}

// sidesOf returns the sides of the lines of a place, the first marker's to the last's. The base is
// among them where the style of the markers shows it.
func sidesOf(place gitops.TextConflict) []Side {
	var out []Side
	add := func(side Side, n int) { out = append(out, slices.Repeat([]Side{side}, n)...) }
	add(SideMarker, 1)
	add(SideOurs, place.Ours.Count)
	if place.Merged.Count > 3+place.Ours.Count+place.Theirs.Count {
		add(SideMarker, 1)
		add(SideBase, place.Base.Count)
	}
	add(SideMarker, 1)
	add(SideTheirs, place.Theirs.Count)
	add(SideMarker, 1)
	return out
}

// trim takes blank lines off the ends of a hunk.
func (h *Hunk) trim() {
	blank := func(l HunkLine) bool { return l.Side == SideContext && strings.TrimSpace(l.Text) == "" }
	for len(h.Lines) > 0 && blank(h.Lines[0]) {
		h.Lines, h.Line = h.Lines[1:], h.Line+1
	}
	for n := len(h.Lines); n > 0 && blank(h.Lines[n-1]); n-- {
		h.Lines = h.Lines[:n-1]
	}
}

func hunkLine(s string, side Side) HunkLine {
	s = strings.TrimRight(s, "\r\n")
	if len(s) > maxHunkText {
		s = strings.ToValidUTF8(s[:maxHunkText], "") + "…"
	}
	return HunkLine{Text: s, Side: side}
}
