package msrv

import (
	"bytes"
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

// scanYAML lists the scalars of a file in block style, and those of flow lists on one line. It reads the
// part of YAML that workflow files are written in, line by line: anchors, flow mappings and scalars over
// several lines are passed over.
func scanYAML(f file) []yamlScalar {
	data, at := f.text()
	var out []yamlScalar
	var stack []yamlLevel
	blockIndent, block := -1, -1 // the column a block scalar is nested below, and its index in out
	for line := range bytes.Lines(data) {
		start := at
		at += len(line)
		body := strings.TrimRight(string(line), " \t\r\n")
		trimmed := strings.TrimLeft(body, " ")
		indent := len(body) - len(trimmed)
		if block >= 0 {
			if trimmed == "" || indent > blockIndent {
				out[block].span.End = start + len(body)
				continue
			}
			block = -1
		}
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		for strings.HasPrefix(trimmed, "- ") || trimmed == "-" { // an item: what follows is nested
			for len(stack) > 0 && stack[len(stack)-1].indent > indent {
				stack = stack[:len(stack)-1]
			}
			rest := strings.TrimLeft(trimmed[1:], " ")
			indent += len(trimmed) - len(rest)
			trimmed = rest
		}
		key, value, isKey := yamlKey(trimmed)
		if isKey {
			for len(stack) > 0 && stack[len(stack)-1].indent >= indent {
				stack = stack[:len(stack)-1]
			}
			if len(stack) >= maxYAMLDepth {
				continue
			}
			stack = append(stack, yamlLevel{indent, key})
		} else {
			value = trimmed
		}
		from := start + len(body) - len(value)
		path := make([]string, 0, len(stack))
		for _, level := range stack {
			path = append(path, level.key)
		}
		if value != "" && (value[0] == '|' || value[0] == '>') {
			out = append(out, yamlScalar{path: path, span: manifest.Span{Start: from, End: from}, block: true})
			block, blockIndent = len(out)-1, indent
			if !isKey {
				blockIndent = indent - 1
			}
			continue
		}
		out = append(out, yamlValues(path, value, from)...)
	}
	for i := range out {
		if out[i].block {
			out[i].text = string(f.data[out[i].span.Start:out[i].span.End])
		}
	}
	return out
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

// yamlValues reads the scalar or the flow list that a line ends with.
func yamlValues(path []string, s string, at int) []yamlScalar {
	if strings.HasPrefix(s, "[") {
		var out []yamlScalar
		for i := 1; i < len(s) && s[i-1] != ']'; {
			v, n := yamlScalarAt(s[i:], ",]")
			if v.text != "" || v.quoted {
				v.path = path
				v.span.Start += at + i
				v.span.End += at + i
				out = append(out, v)
			}
			i += n + 1
		}
		return out
	}
	if s == "" || strings.ContainsRune("{&*!]}#", rune(s[0])) {
		return nil
	}
	v, _ := yamlScalarAt(s, "")
	if v.text == "" && !v.quoted {
		return nil
	}
	v.path = path
	v.span.Start += at
	v.span.End += at
	return []yamlScalar{v}
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
