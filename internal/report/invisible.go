package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/git-backport/git-backport/backport/why"
)

// invisible says in what the two sides of a place differ where a person cannot see it: line ends, white space,
// characters that do not show, the encoding. It is "" where the difference shows.
func invisible(h why.Hunk) string {
	var ours, theirs strings.Builder
	for _, l := range h.Lines {
		switch l.Side {
		case why.SideOurs:
			ours.WriteString(l.Text + "\n")
		case why.SideTheirs:
			theirs.WriteString(l.Text + "\n")
		case why.SideBase, why.SideMarker, why.SideContext:
		}
	}
	a, b := ours.String(), theirs.String()
	if a == "" || b == "" {
		return ""
	}
	for _, c := range []struct {
		what string
		fold func(string) string
	}{
		{"line ends", func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }},
		{"white space", func(s string) string { return strip(s, unicode.IsSpace) }},
		{"characters that do not show", func(s string) string { return strip(s, hidden) }},
		{"the encoding", utf8Of},
	} {
		if c.fold(a) == c.fold(b) {
			return "the two sides differ in " + c.what + " alone"
		}
	}
	return ""
}

func strip(s string, drop func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if drop(r) {
			return -1
		}
		return r
	}, s)
}

// hidden reports whether a character takes no place, or looks like a blank.
func hidden(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '\u3164' }

// utf8Of reads bytes that are not UTF-8 as Latin-1, as most such files are.
func utf8Of(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}
