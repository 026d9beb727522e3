package msrv

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// A dialect is what has to be known of a language to tell code from comments and strings.
type dialect struct {
	line   []string  // what begins a comment up to the end of the line
	block  [2]string // what begins and ends a comment over lines
	triple bool      // strings in three quotes go over lines
	interp string    // what in a double-quoted string begins an expression
	quotes string    // the bytes that strings are put in
}

var (
	pythonCode = dialect{line: []string{"#"}, triple: true, quotes: `"'`}
	rubyCode   = dialect{line: []string{"#"}, block: [2]string{"\n=begin", "\n=end"}, interp: "#{", quotes: `"'`}
	gradleCode = dialect{line: []string{"//"}, block: [2]string{"/*", "*/"}, triple: true, interp: "$", quotes: `"'`}
	elixirCode = dialect{line: []string{"#"}, triple: true, interp: "#{", quotes: `"`}
	bazelCode  = dialect{line: []string{"#"}, triple: true, quotes: `"'`}
	mesonCode  = dialect{line: []string{"#"}, triple: true, quotes: `'`}
)

// A text is a string literal: where it stands with its quotes and without, and whether it is computed.
type text struct {
	outer, inner document.Span
	computed     bool
}

// A source is a file of code: mask is its bytes with comments blanked and what is in strings overwritten.
type source struct {
	file
	mask  []byte
	texts []text
}

// scan tells code from comments and strings. A string that does not end on its line is no string.
func scan(f file, d dialect) *source {
	s := &source{file: f, mask: bytes.Clone(f.data)}
	for i := 0; i < len(f.data); {
		rest := f.data[i:]
		switch {
		case d.block[0] != "" && bytes.HasPrefix(rest, []byte(d.block[0])):
			i = s.blank(i, d.block[0], d.block[1])
		case slices.ContainsFunc(d.line, func(c string) bool { return bytes.HasPrefix(rest, []byte(c)) }):
			i = s.blank(i, "", "\n")
		case strings.IndexByte(d.quotes, rest[0]) >= 0:
			i = s.quoted(i, d)
		default:
			i++
		}
	}
	return s
}

// blank overwrites a comment with blanks, and returns where it ends.
func (s *source) blank(start int, opening, closing string) int {
	end := len(s.data)
	if n := bytes.Index(s.data[start+len(opening):], []byte(closing)); n >= 0 {
		end = start + len(opening) + n
		if closing != "\n" {
			end += len(closing)
		}
	}
	for i := start; i < end; i++ {
		if s.mask[i] != '\n' {
			s.mask[i] = ' '
		}
	}
	return end
}

// quoted takes the string that starts at a quote, and returns where it ends.
func (s *source) quoted(start int, d dialect) int {
	quote := s.data[start : start+1]
	if long := bytes.Repeat(quote, 3); d.triple && bytes.HasPrefix(s.data[start:], long) {
		quote = long
	}
	in := start + len(quote)
	for i := in; i < len(s.data); i++ {
		switch {
		case s.data[i] == '\\':
			i++
		case s.data[i] == '\n' && len(quote) == 1:
			return start + 1
		case bytes.HasPrefix(s.data[i:], quote):
			t := text{outer: document.Span{Start: start, End: i + len(quote)}, inner: document.Span{Start: in, End: i}}
			body := s.data[in:i]
			t.computed = bytes.IndexByte(body, '\\') >= 0 || start > 0 && (s.data[start-1]|0x20 == 'f') ||
				d.interp != "" && quote[0] == '"' && bytes.Contains(body, []byte(d.interp))
			s.texts = append(s.texts, t)
			for j := in; j < i; j++ {
				if s.mask[j] != '\n' {
					s.mask[j] = '_'
				}
			}
			return t.outer.End
		}
	}
	return start + 1
}

// find returns the places of a pattern in the code. Where it has a group, the place is the group's.
func (s *source) find(re *regexp.Regexp) [][]int {
	return re.FindAllSubmatchIndex(s.mask, maxMatches)
}

// expression returns where the expression that starts at a byte ends: at a comma, a closing bracket or, when
// lines end statements, at the end of the line, outside of brackets.
func (s *source) expression(start int, lines bool) document.Span {
	depth, i := 0, start
	for ; i < len(s.mask); i++ {
		switch s.mask[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				return s.trim(start, i)
			}
		case ',', ';':
			if depth == 0 {
				return s.trim(start, i)
			}
		case '\n':
			if depth == 0 && lines && len(bytes.TrimSpace(s.mask[start:i])) > 0 {
				return s.trim(start, i)
			}
		}
	}
	return s.trim(start, i)
}

// trim leaves the blanks at both ends out of a span.
func (s *source) trim(start, end int) document.Span {
	for start < end && strings.IndexByte(" \t\r\n", s.mask[start]) >= 0 {
		start++
	}
	for start < end && strings.IndexByte(" \t\r\n", s.mask[end-1]) >= 0 {
		end--
	}
	return document.Span{Start: start, End: end}
}

// textAt returns the string literal that is exactly at a span.
func (s *source) textAt(span document.Span) (text, bool) {
	i, ok := slices.BinarySearchFunc(s.texts, span.Start, func(t text, at int) int { return t.outer.Start - at })
	if !ok || s.texts[i].outer != span {
		return text{}, false
	}
	return s.texts[i], true
}

// code returns the bytes of a span.
func (s *source) code(span document.Span) string { return string(s.data[span.Start:span.End]) }
