package config

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// A source is a file being read.
type source struct {
	name string
	data []byte
}

// A span is a place in a source.
type span struct {
	src      *source
	off, len int
}

// An Error is one fault in a policy file, with its place.
type Error struct {
	File      string
	Line, Col int    // from 1; 0 when the fault has no place
	Message   string // "unknown key \"grase\""
	Hint      string // "did you mean \"grace\"?"; may be empty
	excerpt   string // the line and the caret under it
}

// Error writes file:line:column: message; hint, then the line with a caret.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Col)
	}
	b.WriteString(": " + e.Message)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	if e.excerpt != "" {
		b.WriteString("\n" + e.excerpt)
	}
	return b.String()
}

// Errors are all faults found in one reading, in the order of the file.
type Errors []*Error

// Error writes each fault on its own lines.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

const (
	maxErrors = 20  // further faults are most likely consequences
	maxQuoted = 120 // bytes of a line that an error shows
)

func (s span) error(hint, format string, args ...any) *Error {
	e := &Error{Message: fmt.Sprintf(format, args...), Hint: hint}
	if s.src == nil {
		return e
	}
	e.File = s.src.name
	if s.off < 0 || s.off > len(s.src.data) {
		return e
	}
	before := s.src.data[:s.off]
	start := strings.LastIndexByte(string(before), '\n') + 1
	line := string(s.src.data[start:])
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	e.Line = strings.Count(string(before), "\n") + 1
	lead := printable(string(before[start:]))
	e.Col = utf8.RuneCountInString(lead) + 1
	line = printable(strings.TrimSuffix(line, "\r"))
	if len(lead) > maxQuoted || !utf8.ValidString(line) {
		return e
	}
	width := 1
	if s.len > 1 && s.off+s.len <= len(s.src.data) {
		text := string(s.src.data[s.off : s.off+s.len])
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			text = text[:i]
		}
		width = max(1, utf8.RuneCountInString(text))
	}
	if len(line) > 2*maxQuoted {
		line = strings.ToValidUTF8(line[:2*maxQuoted], "") + "…"
		width = min(width, max(1, utf8.RuneCountInString(line)-e.Col+1))
	}
	e.excerpt = fmt.Sprintf("%5d | %s\n      | %s%s", e.Line, line, strings.Repeat(" ", e.Col-1), strings.Repeat("^", width))
	return e
}

// printable replaces control characters, so that an excerpt cannot move the cursor; one for one, so
// that the caret stays where it belongs.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '?'
		}
		return r
	}, s)
}

// faults collects errors.
type faults struct {
	list Errors
	more int // faults that were only counted
}

// maxPlaced bounds the faults whose place is looked up, which takes time that grows with the file.
const maxPlaced = 200

// full reports, and counts, a fault that nobody will see: its hint need not be looked for.
func (f *faults) full() bool {
	if len(f.list) < maxPlaced {
		return false
	}
	f.more++
	return true
}

func (f *faults) add(s span, hint, format string, args ...any) {
	if f.full() {
		return
	}
	f.list = append(f.list, s.error(hint, format, args...))
}

func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	sort.SliceStable(f.list, func(i, j int) bool {
		a, b := f.list[i], f.list[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
	if len(f.list) > maxErrors {
		more := len(f.list) - maxErrors + f.more
		f.list = append(f.list[:maxErrors:maxErrors], &Error{File: f.list[0].File, Message: fmt.Sprintf("and %d more", more)})
	}
	return f.list
}

// nearest returns the known word closest to the one written, if it is close enough to be meant.
func nearest(word string, known []string) string {
	best, dist := "", 3
	if len(word) <= 3 {
		dist = 2
	}
	if len(word) > 64 {
		return ""
	}
	for _, k := range known {
		if d := editDistance(word, k); d < dist {
			best, dist = k, d
		}
	}
	return best
}

func editDistance(a, b string) int {
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range len(a) {
		diag := prev[0]
		prev[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost = 1 + min(diag, prev[j], prev[j+1])
			}
			diag, prev[j+1] = prev[j+1], cost
		}
	}
	return prev[len(b)]
}
