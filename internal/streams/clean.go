package streams

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns s as one line that cannot act on a terminal: control characters, bidirectional
// controls, zero-width characters and bytes that are not UTF-8 become visible escapes.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case !shown(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// CleanText is Clean for text of several lines: newlines and tabs stay.
func CleanText(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		cells := strings.Split(line, "\t")
		for j := range cells {
			cells[j] = Clean(cells[j])
		}
		lines[i] = strings.Join(cells, "\t")
	}
	return strings.Join(lines, "\n")
}

func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// shown reports whether a rune is printed as itself: graphic, and without an effect on its neighbours.
func shown(r rune) bool {
	switch {
	case r == ' ':
		return true
	case r >= 0xe0000 && r <= 0xe0fff, r >= 0xfe00 && r <= 0xfe0f: // tags, variation selectors
		return false
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zs, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return false
	case r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0: // blank Hangul fillers
		return false
	}
	return unicode.IsGraphic(r)
}

// maxMessage is how many characters of one line of an error or a warning are printed.
const maxMessage = 2000

// Message is CleanText for an error or a warning, which may quote a file: its lines are bounded.
func Message(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if len(line) > maxMessage {
			lines[i] = cut(line, maxMessage)
		}
	}
	return CleanText(strings.Join(lines, "\n"))
}

// MaxLine is how many characters of one line of a file, or of a commit's message, are printed.
const MaxLine = 400

// Line is Clean for a line of a file: of a long one the beginning, and how much is left out.
func Line(s string) string { return Clean(cut(s, MaxLine)) }

// cut returns the first characters of a long line, and says how many are left out.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + fmt.Sprintf("… (%d more characters)", utf8.RuneCountInString(s[i:]))
		}
		n++
	}
	return s
}
