package report

import (
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/why"
	"github.com/git-backport/git-backport/internal/streams"
)

const (
	glancePaths = 2  // conflicted paths of a report whose hunks are shown unasked
	glanceLines = 20 // lines of hunks shown unasked for one path
)

// A HunkV1 is a place of a conflicted file with markers: lineno is that of its first line there. Blame
// are the commits of main, absent from the branch, that last changed the lines that conflict.
type HunkV1 struct {
	Lineno int        `json:"lineno"`
	Lines  []string   `json:"lines"`
	Blame  []CommitV1 `json:"blame"`
	Hint   *string    `json:"hint"`
	Differ *string    `json:"differ"` // in what the two sides differ where it does not show; else null
}

func hunksV1(hunks []why.Hunk, path string) []HunkV1 {
	out := []HunkV1{}
	for _, h := range hunks {
		if h.Path != path {
			continue
		}
		v := HunkV1{Lineno: h.Line, Lines: []string{}, Blame: commitsV1(h.Commits), Hint: optional(string(h.Hint)), Differ: optional(invisible(h))}
		for _, l := range h.Lines {
			v.Lines = append(v.Lines, valid(l.Text))
		}
		out = append(out, v)
	}
	return out
}

// conflictedPaths counts the paths of a report that a person has to settle.
func conflictedPaths(rep *backport.Report) int {
	n := 0
	for _, o := range rep.Outcomes {
		for _, k := range o.Picks {
			if k.Status == backport.PickConflict {
				n += len(k.Result.Conflicts)
			}
		}
	}
	return n
}

// hunks prints the hunks of one conflicted path, below its line.
func (p *page) hunks(hunks []why.Hunk, path string) {
	if p.o.Quiet || !p.o.Verbose && p.conflicted > glancePaths {
		return
	}
	var lines []string
	own := 0
	for _, h := range hunks {
		if h.Path == path {
			own++
		}
	}
	for _, h := range hunks {
		if h.Path != path {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, p.paint(dim, "⋮"))
		}
		for _, text := range p.hunkWhy(h, own > 1) {
			lines = append(lines, p.paint(yellow, text))
		}
		if text := invisible(h); text != "" {
			lines = append(lines, p.paint(yellow, text))
		}
		for _, l := range h.Lines {
			lines = append(lines, p.paint(sideColor(l.Side), streams.Line(strings.ReplaceAll(l.Text, "\t", "    "))))
		}
	}
	more := len(lines) - glanceLines
	if p.o.Verbose || more <= 1 {
		more = 0
	}
	for _, l := range lines[:len(lines)-more] {
		p.printf("%s\n", strings.TrimRight("        "+l, " "))
	}
	if more > 0 {
		p.printf("        %s\n", p.paint(dim, "… "+count(more, "line")+" more (-v shows them)"))
	}
}

// hunksHint says that there are hunks which are not shown.
func (p *page) hunksHint(o backport.Outcome) {
	if p.o.Quiet || p.o.Verbose || p.conflicted <= glancePaths {
		return
	}
	for _, k := range o.Picks {
		if len(k.Hunks) > 0 {
			p.printf("      %s\n", p.paint(dim, "… (-v shows the lines)"))
			return
		}
	}
}

func sideColor(s why.Side) string {
	switch s {
	case why.SideMarker:
		return dim
	case why.SideOurs:
		return green
	case why.SideBase:
		return yellow
	case why.SideTheirs:
		return cyan
	case why.SideContext:
	}
	return ""
}
