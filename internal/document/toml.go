package document

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"
)

// origin says what made a TOML table or array; the language's rules on who may add to it hang on that.
type origin int

const (
	implied     origin = iota // a header below it: [a.b] makes a
	byHeader                  // its own header
	byDottedKey               // a.b = 1 makes a
	byValue                   // { } or [ ]: closed
)

// BOM is the byte order mark.
const BOM = "\xef\xbb\xbf"

// TOML parses a TOML file. Errors are of type *FileError with a line and no path; they wrap ErrTooLarge,
// ErrTooDeep or ErrDuplicate where that is the cause. Integers, floats and dates are split off but
// not checked beyond what that takes.
func TOML(data []byte) (*Document, error) {
	if len(data) > MaxFile {
		return nil, At("", 0, "%w: %d bytes, at most %d are read", ErrTooLarge, len(data), MaxFile)
	}
	b := tomlBuilder{doc: newDocument(data)}
	body := data
	if bytes.HasPrefix(data, []byte(BOM)) {
		b.base, body = len(BOM), data[len(BOM):]
	}
	b.parser.Reset(body)
	b.table = b.doc.root
	for b.parser.NextExpression() {
		if err := b.expression(b.parser.Expression()); err != nil {
			return nil, err
		}
	}
	if err := b.parser.Error(); err != nil {
		return nil, b.syntax(err)
	}
	return b.doc, nil
}

// tomlBuilder turns the parser's expressions into the tree of a Document.
type tomlBuilder struct {
	doc    *Document
	parser unstable.Parser
	base   int   // where the parser's bytes start in the file: after the byte order mark
	table  *node // the table the last header opened
	depth  int   // how deep that is
}

func (b *tomlBuilder) syntax(err error) error {
	line := b.doc.LineAt(len(b.doc.data))
	if pe, ok := errors.AsType[*unstable.ParserError](err); ok && pe.Highlight != nil {
		line = b.doc.LineAt(b.base + int(b.parser.Range(pe.Highlight).Offset))
		err = errors.New(pe.Message)
	}
	return &FileError{Line: line, Err: err}
}

func (b *tomlBuilder) fail(s Span, cause error, what string) error {
	return At("", b.doc.LineAt(s.Start), "%w: %s", cause, what)
}

func (b *tomlBuilder) span(r unstable.Range) Span {
	start := b.base + int(r.Offset)
	return Span{start, start + int(r.Length)}
}

func (b *tomlBuilder) expression(e *unstable.Node) error {
	switch e.Kind {
	case unstable.KeyValue:
		return b.keyValue(b.table, e, b.depth)
	case unstable.Table, unstable.ArrayTable:
		return b.header(e)
	}
	return nil
}

// header opens the table of a [header] or [[header]].
func (b *tomlBuilder) header(e *unstable.Node) error {
	keys, err := b.keys(e.Key())
	if err != nil {
		return err
	}
	parent := b.doc.root
	for _, k := range keys[:len(keys)-1] {
		if parent, err = b.descend(parent, k, implied); err != nil {
			return err
		}
	}
	last := keys[len(keys)-1]
	b.depth = len(keys)
	if e.Kind == unstable.ArrayTable {
		return b.arrayElement(parent, last)
	}
	old := parent.child(last.key)
	switch {
	case old == nil:
		b.table = &node{kind: Table, key: last.key, span: last.span, how: byHeader}
		parent.add(b.table)
		return b.counted(last.span)
	case old.kind == Table && old.how == implied:
		old.how, old.span, b.table = byHeader, last.span, old
		return nil
	}
	return b.fail(last.span, ErrDuplicate, fmt.Sprintf("table %q is already there (line %d)", last.key, b.doc.LineAt(old.span.Start)))
}

// arrayElement opens a new element of the array of tables at key.
func (b *tomlBuilder) arrayElement(parent *node, key *node) error {
	list := parent.child(key.key)
	if list == nil {
		list = &node{kind: Array, key: key.key, span: key.span, how: byHeader}
		parent.add(list)
	}
	if list.kind != Array || list.how != byHeader {
		return b.fail(key.span, ErrDuplicate, fmt.Sprintf("%q is already there and no array of tables (line %d)", key.key, b.doc.LineAt(list.span.Start)))
	}
	b.table = &node{kind: Table, span: key.span, how: byHeader}
	list.add(b.table)
	b.depth++
	return b.counted(key.span)
}

// descend returns the table at a key that is not the last of its path, making it where it is missing.
func (b *tomlBuilder) descend(parent, key *node, how origin) (*node, error) {
	kid := parent.child(key.key)
	if kid == nil {
		kid = &node{kind: Table, key: key.key, span: key.span, how: how}
		parent.add(kid)
		return kid, b.counted(key.span)
	}
	if kid.kind == Array && kid.how == byHeader && how == implied {
		return kid.kids[len(kid.kids)-1], nil
	}
	open := kid.kind == Table && kid.how != byValue
	if how == byDottedKey {
		open = kid.kind == Table && kid.how == byDottedKey
	}
	if !open {
		return nil, b.fail(key.span, ErrDuplicate, fmt.Sprintf("%q is already there and cannot be added to (line %d)", key.key, b.doc.LineAt(kid.span.Start)))
	}
	return kid, nil
}

// keyValue adds key = value to a table.
func (b *tomlBuilder) keyValue(table *node, e *unstable.Node, depth int) error {
	keys, err := b.keys(e.Key())
	if err != nil {
		return err
	}
	for _, k := range keys[:len(keys)-1] {
		if table, err = b.descend(table, k, byDottedKey); err != nil {
			return err
		}
	}
	last := keys[len(keys)-1]
	if old := table.child(last.key); old != nil {
		return b.fail(last.span, ErrDuplicate, fmt.Sprintf("%q is already there (line %d)", last.key, b.doc.LineAt(old.span.Start)))
	}
	v, err := b.value(e.Value(), b.afterEquals(last.span.End), depth+len(keys))
	if err != nil {
		return err
	}
	v.key = last.key
	table.add(v)
	return nil
}

// value makes the node of a value that starts at the given offset.
func (b *tomlBuilder) value(e *unstable.Node, start, depth int) (*node, error) {
	if depth > MaxDepth {
		return nil, b.fail(Span{Start: start}, ErrTooDeep, "a value")
	}
	if err := b.counted(Span{Start: start}); err != nil {
		return nil, err
	}
	n := &node{how: byValue}
	switch e.Kind {
	case unstable.Array:
		n.kind = Array
		pos := start + 1
		for it := e.Children(); it.Next(); {
			kid, err := b.value(it.Node(), b.skipTrivia(pos, true), depth+1)
			if err != nil {
				return nil, err
			}
			n.add(kid)
			pos = kid.span.End
		}
		n.span = Span{start, b.skipTrivia(pos, true) + 1}
		return n, nil
	case unstable.InlineTable:
		n.kind = Table
		pos := start + 1
		for it := e.Children(); it.Next(); {
			if err := b.keyValue(n, it.Node(), depth+1); err != nil {
				return nil, err
			}
			pos = b.span(it.Node().Raw).End
		}
		closeTables(n)
		n.span = Span{start, b.skipTrivia(pos, true) + 1}
		return n, nil
	}
	n.kind, n.text, n.span = tomlKind(e.Kind), string(e.Data), b.span(e.Raw)
	return n, nil
}

// closeTables marks the tables that dotted keys made within an inline table as complete.
func closeTables(n *node) {
	for _, kid := range n.kids {
		if kid.kind == Table && kid.how != byValue {
			kid.how = byValue
			closeTables(kid)
		}
	}
}

// keys returns the parts of a dotted key, decoded, each with its span.
func (b *tomlBuilder) keys(it unstable.Iterator) ([]*node, error) {
	var keys []*node
	for it.Next() {
		keys = append(keys, &node{key: string(it.Node().Data), span: b.span(it.Node().Raw)})
		if len(keys) > MaxDepth {
			return nil, b.fail(keys[0].span, ErrTooDeep, "a dotted key")
		}
	}
	return keys, nil
}

// counted bounds the number of values, hence the memory a document takes.
func (b *tomlBuilder) counted(s Span) error {
	b.doc.count++
	if b.doc.count > MaxValues {
		return b.fail(s, ErrTooLarge, fmt.Sprintf("over %d values", MaxValues))
	}
	return nil
}

// afterEquals returns where the value starts whose key ends at pos.
func (b *tomlBuilder) afterEquals(pos int) int {
	return b.skipTrivia(b.skipTrivia(pos, false)+1, false)
}

// skipTrivia returns the offset of the first byte from pos on that is not white space nor, within an
// array or inline table, a comma, a newline or of a comment. The parser has accepted those bytes.
func (b *tomlBuilder) skipTrivia(pos int, nested bool) int {
	for data := b.doc.data; pos < len(data); pos++ {
		switch c := data[pos]; {
		case c == ' ' || c == '\t':
		case nested && (c == ',' || c == '\n' || c == '\r'):
		case nested && c == '#':
			if i := bytes.IndexByte(data[pos:], '\n'); i >= 0 {
				pos += i
			}
		default:
			return pos
		}
	}
	return pos
}

func tomlKind(k unstable.Kind) Kind {
	switch k {
	case unstable.String:
		return String
	case unstable.Integer:
		return Integer
	case unstable.Float:
		return Float
	case unstable.Bool:
		return Bool
	case unstable.LocalDate, unstable.LocalTime, unstable.LocalDateTime, unstable.DateTime:
		return DateTime
	}
	return Invalid
}
