package document

import (
	"bytes"
	"fmt"
	"strings"
)

// yamlLevel is an open collection: the column its keys or dashes stand at.
type yamlLevel struct {
	indent int
	key    string
	items  int // dashes seen at this level
}

// ReadYAML is the Reading of a YAML file in block style: the scalars of one line, plain or quoted, keyed by
// the keys and the indices that lead to them, as ReadTOML writes them. Flow collections, block scalars,
// anchors and scalars over several lines are passed over: they are never edited.
func ReadYAML(data []byte) ([]Entry, error) {
	if len(data) > MaxFile {
		return nil, At("", 0, "%w: %d bytes, at most %d are read", ErrTooLarge, len(data), MaxFile)
	}
	r := yamlReader{block: -1}
	for at := 0; at < len(data); {
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			end = len(data) - at
		}
		line := strings.TrimSuffix(string(data[at:at+end]), "\r")
		skip := 0
		if at == 0 {
			skip = len(line) - len(strings.TrimPrefix(line, BOM))
		}
		r.line(line[skip:], at+skip)
		if len(r.out) > MaxValues {
			return nil, At("", LineOf(data, at), "%w: over %d values", ErrTooLarge, MaxValues)
		}
		at += end + 1
	}
	return r.out, nil
}

type yamlReader struct {
	out   []Entry
	stack []yamlLevel
	block int // the indent that lines of a block scalar exceed, or -1
	docs  int
}

func (r *yamlReader) line(line string, at int) {
	body := strings.TrimLeft(line, " ")
	indent := len(line) - len(body)
	if body == "" || r.block >= 0 && indent > r.block {
		return
	}
	r.block = -1
	if body[0] == '#' || body[0] == '%' && indent == 0 {
		return
	}
	if indent == 0 && (body == "---" || strings.HasPrefix(body, "--- ") || body == "...") {
		r.stack = nil
		r.docs++
		return
	}
	for body == "-" || strings.HasPrefix(body, "- ") {
		r.item(indent)
		rest := strings.TrimLeft(body[1:], " ")
		indent += len(body) - len(rest)
		body = rest
	}
	key, rest, ok := cutKey(body)
	if !ok {
		r.value("", body, at+indent, indent)
		return
	}
	r.open(indent)
	r.stack = append(r.stack, yamlLevel{indent: indent, key: key})
	r.value(key, rest, at+indent+len(body)-len(rest), indent)
}

// open closes what is not above a key at this indent.
func (r *yamlReader) open(indent int) {
	for n := len(r.stack); n > 0 && r.stack[n-1].indent >= indent; n-- {
		r.stack = r.stack[:n-1]
	}
}

// item opens the next element of a list whose dashes stand at this indent. They may stand below the key.
func (r *yamlReader) item(indent int) {
	for n := len(r.stack); n > 0; n-- {
		top := &r.stack[n-1]
		if top.indent < indent || top.indent == indent && top.items == 0 && top.key != "" {
			break
		}
		if top.indent == indent && top.items > 0 {
			top.items++
			top.key = fmt.Sprint(top.items - 1)
			return
		}
		r.stack = r.stack[:n-1]
	}
	r.stack = append(r.stack, yamlLevel{indent: indent, key: "0", items: 1})
}

// value lists a scalar that is written on this line, or notes that a block scalar follows.
func (r *yamlReader) value(_, text string, at, indent int) {
	trimmed := strings.TrimLeft(text, " ")
	at += len(text) - len(trimmed)
	if trimmed == "" || strings.ContainsRune("#&*!{[?", rune(trimmed[0])) {
		return
	}
	if trimmed[0] == '|' || trimmed[0] == '>' {
		r.block = indent
		return
	}
	span := Span{at, at}
	switch q := trimmed[0]; q {
	case '"', '\'':
		end := strings.IndexByte(trimmed[1:], q)
		if end < 0 || strings.Contains(trimmed[1:1+end], `\`) || strings.HasPrefix(trimmed[2+end:], string(q)) {
			return
		}
		span = Span{at + 1, at + 1 + end}
		trimmed = trimmed[1 : 1+end]
	default:
		if i := strings.Index(trimmed, " #"); i >= 0 {
			trimmed = trimmed[:i]
		}
		trimmed = strings.TrimRight(trimmed, " \t")
		span.End = at + len(trimmed)
	}
	var key strings.Builder
	if r.docs > 1 {
		fmt.Fprintf(&key, "---%d", r.docs)
	}
	for _, l := range r.stack {
		fmt.Fprintf(&key, "/%q", l.key)
	}
	r.out = append(r.out, Entry{Key: key.String(), Text: trimmed, Span: span})
}

// cutKey splits "key: value"; rest keeps its spaces. Keys may be quoted.
func cutKey(s string) (key, rest string, ok bool) {
	if s == "" {
		return "", "", false
	}
	if s[0] == '"' || s[0] == '\'' {
		end := strings.IndexByte(s[1:], s[0])
		if end < 0 || !strings.HasPrefix(s[2+end:], ":") {
			return "", "", false
		}
		return s[1 : 1+end], s[3+end:], true
	}
	if strings.ContainsRune("{[&*!|>", rune(s[0])) {
		return "", "", false
	}
	for i := range len(s) {
		if s[i] == ':' && (i+1 == len(s) || s[i+1] == ' ') {
			return s[:i], s[i+1:], true
		}
		if s[i] == '#' && i > 0 && s[i-1] == ' ' {
			break
		}
	}
	return "", "", false
}
