package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/streams"
)

// A DifferenceV1 is how the patch that was taken from another branch differs from main's in one path.
type DifferenceV1 struct {
	Path  Path          `json:"path"`
	Lines []PatchLineV1 `json:"lines"`
}

// A PatchLineV1 is a line that the patches add or remove, with + or - before it: in main's, in the one that
// is taken here, in both, or "skipped" for lines of both that are left out.
type PatchLineV1 struct {
	In   string `json:"in"`
	Text string `json:"text"`
}

func differsV1(list []gitops.PathDifference) []DifferenceV1 {
	out := []DifferenceV1{}
	for _, d := range list {
		v := DifferenceV1{Path: Path(d.Path), Lines: []PatchLineV1{}}
		for _, l := range d.Lines {
			in := map[gitops.PatchSide]string{gitops.InBoth: "both", gitops.InFirst: "main", gitops.InSecond: "here", gitops.LeftOut: "skipped"}[l.In]
			v.Lines = append(v.Lines, PatchLineV1{In: in, Text: valid(l.Text)})
		}
		out = append(out, v)
	}
	return out
}

// patchLine writes a line of the difference between main's patch and another: < before what only main's
// has, > before what only the other has.
func patchLine(l gitops.PatchLine) string {
	text := streams.Line(strings.ReplaceAll(l.Text, "\t", "    "))
	switch l.In {
	case gitops.InFirst:
		return "< " + text
	case gitops.InSecond:
		return "> " + text
	case gitops.LeftOut:
		return "⋮"
	case gitops.InBoth:
	}
	return "  " + text
}

func patchColor(in gitops.PatchSide) string {
	switch in {
	case gitops.InFirst:
		return yellow
	case gitops.InSecond:
		return cyan
	case gitops.InBoth, gitops.LeftOut:
	}
	return dim
}

// glanceDiffers is how many lines of the difference from main's version are shown unasked for one pick.
const glanceDiffers = 30

// differs prints how the version that was taken from another branch differs from main's: what a reviewer
// has to read.
func (p *page) differs(k backport.Pick) {
	if p.o.Quiet || k.Status != backport.PickClean || len(k.Differs) == 0 {
		return
	}
	var lines []string
	for _, d := range k.Differs {
		lines = append(lines, streams.Clean(d.Path)+":")
		for _, l := range d.Lines {
			lines = append(lines, "  "+p.paint(patchColor(l.In), patchLine(l)))
		}
	}
	more := len(lines) - glanceDiffers
	if p.o.Verbose || more <= 1 {
		more = 0
	}
	p.printf("      the patch on %s differs from main's (< only in main's, > only in that one):\n", streams.Clean(k.Via))
	for _, l := range lines[:len(lines)-more] {
		p.printf("        %s\n", strings.TrimRight(l, " "))
	}
	if more > 0 {
		p.printf("        %s\n", p.paint(dim, "… "+count(more, "line")+" more (-v shows them)"))
	}
}

// DiffersText prints how the version of a pick that was taken from another branch differs from main's;
// nothing where it does not.
func DiffersText(w io.Writer, k backport.Pick) error {
	p := &page{w: w}
	p.differs(k)
	return p.err
}

// differsText is the same for the text of a pull request.
func differsText(sources []SourceNote) string {
	var b strings.Builder
	for _, s := range sources {
		if len(s.Differs) > 0 {
			fmt.Fprintf(&b, "%s, as on %s:\n", s.ID, streams.Clean(s.Via))
		}
		for _, d := range s.Differs {
			b.WriteString(streams.Clean(d.Path) + ":\n")
			for _, l := range d.Lines {
				b.WriteString("  " + patchLine(l) + "\n")
			}
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\nWhat is taken from another branch differs from main's version (`<` only in main's, `>` only in that one):\n\n" + fence(b.String(), maxDiffers)
}
