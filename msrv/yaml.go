package msrv

import (
	"bytes"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/manifest"
)

// A yamlScalar is a scalar of a workflow file with the keys that lead to it.
type yamlScalar struct {
	path   []string // "jobs", "build", "steps", "with", "go-version": indices are left out
	text   string   // decoded, on one line
	span   manifest.Span
	quoted bool
	block  bool // a block scalar: text is all of it, as it is written
}

// yamlLevel is an open mapping key: the column its key stands at.
type yamlLevel struct {
	indent int
	key    string
}

// maxYAMLDepth bounds the keys that lead to a scalar.
const maxYAMLDepth = 64

// A yamlScan is the state of scanYAML between lines.
type yamlScan struct {
	out   []yamlScalar
	stack []yamlLevel
	block int // index in out of the block scalar that goes on, or -1
	below int // the column its lines are indented beyond
	want  func(key, text string) bool
	slab  []string
}

// scanYAML lists the scalars of a file in block style, and those of flow lists on one line, that want asks
// for by the last key that leads to them and the text after it, and of block scalars by their text. It
// reads the part of YAML that workflow files are written in, line by line: anchors, flow mappings and
// scalars over several lines are passed over.
func scanYAML(f file, want func(key, text string) bool) []yamlScalar {
	data, at := f.text()
	s := yamlScan{block: -1, want: want}
	s.lines(data, at)
	return s.scalars(f)
}

// scanBoth scans two versions of a file, and leaves out what is the same in both: the scalars of the lines
// with which both begin, and of those with which both end from where they mean the same.
func scanBoth(was, now file, want func(key, text string) bool) (a, b []yamlScalar) {
	left, at := was.text()
	right, atRight := now.text()
	begin := 0
	if at == atRight {
		begin = sameStart(left, right)
	}
	s := yamlScan{block: -1, want: want}
	s.lines(left[:begin], at)
	if s.block < 0 {
		s.out = nil
	} else {
		s.out, s.block = s.out[s.block:], 0
	}
	t := s
	t.out, t.stack, t.slab = slices.Clone(s.out), slices.Clone(s.stack), nil
	left, right, at, atRight = left[begin:], right[begin:], at+begin, atRight+begin
	end := sameEnd(left, right)
	s.lines(left[:len(left)-end], at)
	t.lines(right[:len(right)-end], atRight)
	for end > 0 && (s.block >= 0 || t.block >= 0 || !slices.Equal(s.stack, t.stack)) {
		rest := left[len(left)-end:]
		n := bytes.IndexByte(rest, '\n') + 1
		if n == 0 {
			n = end
		}
		s.lines(rest[:n], at+len(left)-end)
		t.lines(rest[:n], atRight+len(right)-end)
		end -= n
	}
	return s.scalars(was), t.scalars(now)
}

// sameStart returns how many bytes the lines take with which both texts begin.
func sameStart(a, b []byte) int {
	const step = 256
	n, end := 0, min(len(a), len(b))
	for n+step <= end && bytes.Equal(a[n:n+step], b[n:n+step]) {
		n += step
	}
	for n < end && a[n] == b[n] {
		n++
	}
	return bytes.LastIndexByte(a[:n], '\n') + 1
}

// sameEnd returns how many bytes the lines take with which both texts end.
func sameEnd(a, b []byte) int {
	const step = 256
	n, end := 0, min(len(a), len(b))
	for n+step <= end && bytes.Equal(a[len(a)-n-step:len(a)-n], b[len(b)-n-step:len(b)-n]) {
		n += step
	}
	for n < end && a[len(a)-n-1] == b[len(b)-n-1] {
		n++
	}
	if n == len(a) && n == len(b) {
		return n
	}
	first := bytes.IndexByte(a[len(a)-n:], '\n')
	if first < 0 {
		return 0
	}
	return n - first - 1
}

// lines reads lines that start at a byte of the file.
func (s *yamlScan) lines(data []byte, at int) {
	for line := range strings.Lines(string(data)) {
		s.line(strings.TrimRight(line, " \t\r\n"), at)
		at += len(line)
	}
}

// scalars returns what was found in a file.
func (s *yamlScan) scalars(f file) []yamlScalar {
	for i := range s.out {
		if v := &s.out[i]; v.block {
			v.text = string(f.data[v.span.Start:v.span.End])
		}
	}
	return slices.DeleteFunc(s.out, func(v yamlScalar) bool { return v.block && !s.want("", v.text) })
}

// line reads one line that starts at a byte of the file.
func (s *yamlScan) line(body string, start int) {
	rest := strings.TrimLeft(body, " ")
	indent := len(body) - len(rest)
	if s.block >= 0 {
		if rest == "" || indent > s.below {
			s.out[s.block].span.End = start + len(body)
			return
		}
		s.block = -1
	}
	if rest == "" || rest[0] == '#' {
		return
	}
	for strings.HasPrefix(rest, "- ") || rest == "-" { // an item: what follows is nested
		s.close(indent + 1)
		next := strings.TrimLeft(rest[1:], " ")
		indent += len(rest) - len(next)
		rest = next
	}
	key, value, isKey := yamlKey(rest)
	below := indent - 1
	if isKey {
		s.close(indent)
		if len(s.stack) >= maxYAMLDepth {
			return
		}
		s.stack = append(s.stack, yamlLevel{indent, key})
		below = indent
	}
	from := start + len(body) - len(value)
	last := ""
	if len(s.stack) > 0 {
		last = s.stack[len(s.stack)-1].key
	}
	isBlock := value != "" && (value[0] == '|' || value[0] == '>')
	if !isBlock && !s.want(last, value) {
		return
	}
	path := s.path()
	if isBlock {
		s.block, s.below = len(s.out), below
		s.out = append(s.out, yamlScalar{path: path, span: manifest.Span{Start: from, End: from}, block: true})
		return
	}
	s.values(path, value, from)
}

// path returns the keys that are open. They are cut from one long slice: a workflow has thousands of lines.
func (s *yamlScan) path() []string {
	if cap(s.slab)-len(s.slab) < len(s.stack) {
		s.slab = make([]string, 0, 1024)
	}
	from := len(s.slab)
	for _, level := range s.stack {
		s.slab = append(s.slab, level.key)
	}
	return s.slab[from:len(s.slab):len(s.slab)]
}

// close leaves the keys that stand at a column or beyond it.
func (s *yamlScan) close(indent int) {
	for len(s.stack) > 0 && s.stack[len(s.stack)-1].indent >= indent {
		s.stack = s.stack[:len(s.stack)-1]
	}
}

// yamlKey splits "key: value". Keys may be quoted.
func yamlKey(s string) (key, value string, ok bool) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		end := strings.IndexByte(s[1:], s[0])
		if end < 0 || !strings.HasPrefix(s[end+2:], ":") {
			return "", s, false
		}
		key, value = s[1:end+1], s[end+3:]
	} else {
		i := 0
		for {
			n := strings.IndexByte(s[i:], ':')
			if n < 0 {
				return "", s, false
			}
			if i += n + 1; i == len(s) || s[i] == ' ' {
				break
			}
		}
		key, value = strings.TrimSpace(s[:i-1]), s[i:]
		if strings.ContainsAny(key, "{[#&*") {
			return "", s, false
		}
	}
	if value != "" && value[0] != ' ' {
		return "", s, false
	}
	return key, strings.TrimLeft(value, " "), true
}

// values reads the scalar or the flow list that a line ends with.
func (s *yamlScan) values(path []string, text string, at int) {
	add := func(v yamlScalar, from int) {
		if v.text != "" || v.quoted {
			v.path = path
			v.span.Start += from
			v.span.End += from
			s.out = append(s.out, v)
		}
	}
	if strings.HasPrefix(text, "[") {
		for i := 1; i < len(text) && text[i-1] != ']'; {
			v, n := yamlScalarAt(text[i:], ",]")
			add(v, at+i)
			i += n + 1
		}
		return
	}
	if text == "" || strings.ContainsRune("{&*!]}#", rune(text[0])) {
		return
	}
	v, _ := yamlScalarAt(text, "")
	add(v, at)
}

// yamlScalarAt reads a scalar up to one of the bytes in stops, a comment, or the end, and returns how
// many bytes come before the stop.
func yamlScalarAt(s, stops string) (yamlScalar, int) {
	lead := len(s) - len(strings.TrimLeft(s, " "))
	body := s[lead:]
	if body != "" && (body[0] == '"' || body[0] == '\'') {
		if end := strings.IndexByte(body[1:], body[0]); end >= 0 {
			v := yamlScalar{text: body[1 : end+1], quoted: true, span: manifest.Span{Start: lead + 1, End: lead + end + 1}}
			n := lead + end + 2
			if i := strings.IndexAny(s[n:], stops); stops != "" && i >= 0 {
				return v, n + i
			}
			return v, len(s)
		}
	}
	n := len(s)
	if i := strings.IndexAny(s, stops); stops != "" && i >= 0 {
		n = i
	}
	if i := strings.Index(s[:n], " #"); i >= 0 && stops == "" {
		n = i
	}
	text := strings.TrimSpace(s[:n])
	return yamlScalar{text: text, span: manifest.Span{Start: min(lead, n), End: min(lead, n) + len(text)}}, n
}
