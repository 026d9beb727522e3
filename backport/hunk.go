package backport

import (
	"bytes"
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

	told bool // Commits and Hint are known for a place of it
}

const (
	hunkContext  = 3    // lines shown before and after the markers
	maxHunkLines = 2000 // of one path; what is beyond is left out
	maxHunkText  = 1000 // bytes of one line
	maxSizes     = 8    // of markers in one file
)

// showConflicts reads, for the picks that conflict, the hunks with markers.
func (r *runner) showConflicts(o *Outcome) error {
	for i := range o.Picks {
		k := &o.Picks[i]
		if k.Status != PickConflict {
			continue
		}
		for _, c := range k.Result.Conflicts {
			hunks, err := r.hunksOf(k.Result.Tree, c)
			if err != nil {
				return err
			}
			k.Hunks = append(k.Hunks, hunks...)
		}
	}
	return nil
}

// hunksOf returns the hunks of one conflict; none where the kind is told in words, or nothing in the
// file shows it.
func (r *runner) hunksOf(tree gitops.ID, c gitops.Conflict) ([]Hunk, error) {
	if c.Ours == nil || c.Theirs == nil || slices.Contains(c.Kinds, "binary") {
		return nil, nil
	}
	at, err := r.session.Entry(tree, c.Path)
	if err != nil || at == nil || !at.Regular() {
		return nil, err
	}
	data, err := r.session.StageData(at)
	if err != nil {
		return nil, nil //nolint:nilerr // a file that is too large to be shown is told in words
	}
	return readHunks(c.Path, data), nil
}

// readHunks finds the marker blocks of a file. Blocks whose context touches are one hunk.
func readHunks(path string, data []byte) []Hunk {
	lines := strings.SplitAfter(string(data), "\n")
	if n := len(lines); lines[n-1] == "" {
		lines = lines[:n-1]
	}
	var out []Hunk
	shown, total := 0, 0       // lines before shown are in a hunk
	unclosed := map[int]bool{} // sizes of markers: where one block has no end, no later one has
	for i := 0; i < len(lines) && total < maxHunkLines; {
		size := openingMarker(lines[i])
		var sides []Side
		if size > 0 && !unclosed[size] && len(unclosed) < maxSizes {
			sides = markerBlock(lines[i:], size)
			unclosed[size] = sides == nil
		}
		if sides == nil {
			i++
			continue
		}
		from := max(i-hunkContext, shown)
		if len(out) == 0 || from > shown {
			out = append(out, Hunk{Path: path, Line: from + 1})
		}
		h := &out[len(out)-1]
		end := i + len(sides)
		for j := from; j < end && total < maxHunkLines; j++ {
			side := SideContext
			if j >= i {
				side = sides[j-i]
			}
			h.Lines = append(h.Lines, hunkLine(lines[j], side))
			total++
		}
		shown = end
		for shown < len(lines) && shown < end+hunkContext && total < maxHunkLines && !strings.HasPrefix(lines[shown], "<<<<<<<") {
			h.Lines = append(h.Lines, hunkLine(lines[shown], SideContext))
			shown, total = shown+1, total+1
		}
		i = end
	}
	for i := range out {
		out[i].trim()
	}
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

// openingMarker returns how long the marker is with which a line opens a block; 0 when it does not.
func openingMarker(line string) int {
	size := len(line) - len(strings.TrimLeft(line, "<"))
	if !strings.HasPrefix(line[size:], " HEAD") {
		return 0
	}
	return size
}

// markerBlock returns the sides of the lines of the block that the first of lines opens; nil when
// nothing closes it. Markers are as long as the attribute conflict-marker-size says, and all of one
// length.
func markerBlock(lines []string, size int) []Side {
	sides, side := []Side{SideMarker}, SideOurs
	for _, line := range lines[1:] {
		switch {
		case side == SideOurs && isMarker(line, '|', size):
			side = SideBase
			sides = append(sides, SideMarker)
		case side != SideTheirs && isMarker(line, '=', size):
			side = SideTheirs
			sides = append(sides, SideMarker)
		case side == SideTheirs && isMarker(line, '>', size):
			return append(sides, SideMarker)
		default:
			sides = append(sides, side)
		}
	}
	return nil
}

// isMarker tells whether a line starts with a marker of size times one letter.
func isMarker(line string, letter byte, size int) bool {
	if len(line) < size || len(bytes.Trim([]byte(line[:size]), string(letter))) > 0 {
		return false
	}
	rest := strings.TrimRight(line[size:], "\r\n")
	return rest == "" || rest[0] == ' '
}
