package msrv

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

var (
	nameExpr   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][\w.]*$`) })
	numberExpr = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d+(?:\.\d+)*$`) })
	wordExpr   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z_]\w*`) })
	errForm    = errors.New("the value is computed: it cannot be read here")
)

// maxNames bounds the names that lead from one to the next.
const maxNames = 8

// literal returns the value of an expression that is a string, a number, a name for one of these, or a
// list; the values of a list are joined by commas. Names are looked up in the file.
func (s *source) literal(span document.Span, names int) (value string, at document.Span, ok bool) {
	if t, is := s.textAt(span); is {
		return s.code(t.inner), t.inner, !t.computed
	}
	code := string(s.mask[span.Start:span.End])
	switch {
	case numberExpr().MatchString(code):
		return code, span, true
	case nameExpr().MatchString(code):
		return s.named(code, names)
	case len(code) >= 2 && (code[0] == '[' && code[len(code)-1] == ']' || code[0] == '(' && code[len(code)-1] == ')'):
		return s.list(document.Span{Start: span.Start + 1, End: span.End - 1}, names)
	}
	return "", span, false
}

// list returns the values of a list, joined.
func (s *source) list(span document.Span, names int) (value string, at document.Span, ok bool) {
	var values []string
	for i := span.Start; i < span.End && len(values) < maxTerms; {
		item := s.expression(i, false)
		if item.Start >= item.End {
			break
		}
		one, _, ok := s.literal(item, names)
		if !ok {
			return "", span, false
		}
		values = append(values, one)
		i = item.End
		for i < span.End && s.mask[i] != ',' {
			i++
		}
		i++
	}
	return strings.Join(values, ", "), s.trim(span.Start, span.End), len(values) > 0
}

// named returns what a name stands for: of a file that assigns it once.
func (s *source) named(name string, names int) (value string, at document.Span, ok bool) {
	if names >= maxNames {
		return "", at, false
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	re, err := regexp.Compile(`(?m)(?:^|[^\w.]|ext\.|extra\.|this\.)` + regexp.QuoteMeta(last) + `(?:\s*:\s*\w+)?\s*=[^=~>]`)
	if err != nil {
		return "", at, false
	}
	found := s.find(re)
	if len(found) != 1 {
		return "", at, false
	}
	return s.literal(s.expression(found[0][1]-1, true), names+1)
}

// declared records the pin whose value is an expression, or that it cannot be worked out.
func (r *reader) declared(s *source, p spec, span document.Span) {
	value, at, ok := s.literal(span, 0)
	if !ok {
		r.form(s, p, span)
		return
	}
	r.value(s.file, p, value, at)
}

// form records a value that cannot be worked out. It is the same in two trees where the expression is, and
// every line that gives one of its names a value.
func (r *reader) form(s *source, p spec, span document.Span) {
	r.problemOf(s.file, []byte(s.depends(span)), s.lineAt(span.Start), p, TroubleForm, errForm)
}

// depends returns an expression with the statements that give a value to what it names, without blanks.
func (s *source) depends(span document.Span) string {
	out := []string{compact(s.code(span))}
	known := map[string]bool{}
	todo := wordExpr().FindAllString(string(s.mask[span.Start:span.End]), maxTerms)
	for len(todo) > 0 && len(known) < maxTerms {
		name := todo[0]
		todo = todo[1:]
		if known[name] {
			continue
		}
		known[name] = true
		re, err := regexp.Compile(`(?m)\b` + name + `\b(?:\s*:\s*\w+)?\s*(?:[-+|]?=[^=~>]|<<|\.(?:append|add|extend|set)\b)|\b(?:def|import|for|val|var|let)\s[^\n]*\b` + name + `\b`)
		if err != nil {
			continue
		}
		for _, m := range s.find(re) {
			line := s.statement(m[0])
			out = append(out, compact(s.code(line)))
			todo = append(todo, wordExpr().FindAllString(string(s.mask[line.Start:line.End]), maxTerms)...)
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "\n")
}

// statement returns the lines of the statement that a byte is in.
func (s *source) statement(at int) document.Span {
	start := at
	for start > 0 && s.mask[start-1] != '\n' {
		start--
	}
	end := s.expression(at, true).End
	for end < len(s.mask) && s.mask[end] != '\n' {
		end++
	}
	return s.trim(start, end)
}

// compact leaves out blanks.
func compact(s string) string { return strings.Join(strings.Fields(s), "") }
