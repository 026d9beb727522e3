package report

import (
	"testing"

	"github.com/git-backport/git-backport/backport/why"
)

func TestInvisible(t *testing.T) {
	for _, c := range []struct{ ours, theirs, want string }{
		{"a b", "a  b", "the two sides differ in white space alone"},
		{"\ta", "    a", "the two sides differ in white space alone"},
		{"a", "a ", "the two sides differ in white space alone"},
		{"a", "a", "the two sides differ in line ends alone"}, // which lines of hunks do not have
		{"a\r", "a", "the two sides differ in line ends alone"},
		{"a\u200bb", "ab", "the two sides differ in characters that do not show alone"},
		{"caf\xe9", "café", "the two sides differ in the encoding alone"},
		{"a", "b", ""},
		{"a", "", ""},
		{"caf\xe9", "cafe", ""},
	} {
		h := why.Hunk{Lines: []why.HunkLine{{Side: why.SideMarker, Text: "<<<<<<< HEAD"}, {Side: why.SideOurs, Text: c.ours}, {Side: why.SideTheirs, Text: c.theirs}}}
		if c.theirs == "" {
			h.Lines = h.Lines[:2]
		}
		if got := invisible(h); got != c.want {
			t.Errorf("%q and %q: %q, want %q", c.ours, c.theirs, got, c.want)
		}
	}
}
