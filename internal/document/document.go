package document

import (
	"bytes"
	"iter"
	"slices"
	"sort"
	"strconv"
)

// A Kind is the kind of a Value.
type Kind int

// The kinds of values. Null is JSON's alone, DateTime (of all four sorts) TOML's.
const (
	Invalid Kind = iota
	String
	Integer
	Float
	Bool
	DateTime
	Null
	Array
	Table
)

// String returns the kind's name, "string".
func (k Kind) String() string {
	names := [...]string{"invalid", "string", "integer", "float", "boolean", "date", "null", "array", "table"}
	if k < 0 || int(k) >= len(names) {
		return "kind " + strconv.Itoa(int(k))
	}
	return names[k]
}

// A Span is a range of bytes of a file: Start is the first, End the one after the last.
type Span struct{ Start, End int }

// A Value is one value of a Document. The zero Value is no value: its Kind is Invalid.
type Value struct {
	Kind Kind
	// Text is a string decoded, and any other scalar as it is written; empty for arrays and tables.
	Text string
	// Raw is where the value stands, quotes and brackets included. For a TOML table or array of
	// tables made by headers or dotted keys, it is the key that first made it.
	Raw Span
	// Line is the line Raw starts on, from 1.
	Line int
	doc  *Document
	node *node
}

// A Document is a parsed TOML or JSON file. It keeps the bytes it was made from; they must not be
// modified while it is in use.
type Document struct {
	data  []byte
	root  *node
	count int
	lines []int // offsets at which lines 2, 3, … start
}

// node is a value of the tree a Document holds.
type node struct {
	kind  Kind
	text  string
	span  Span
	key   string // within a table
	how   origin // TOML: what made a table or array, hence who may add to it
	kids  []*node
	index map[string]*node // the kids of a table by key
}

func newDocument(data []byte) *Document {
	d := &Document{data: data, root: &node{kind: Table}}
	for off := 0; ; {
		i := bytes.IndexByte(data[off:], '\n')
		if i < 0 {
			return d
		}
		off += i + 1
		d.lines = append(d.lines, off)
	}
}

// Data returns the bytes the document was parsed from.
func (d *Document) Data() []byte { return d.data }

// Root returns the outermost value: for TOML always a table.
func (d *Document) Root() Value { return d.value(d.root) }

// Get returns the value at a path of keys from the root; an element of an array is named by its
// decimal index. Keys are exact: a dot in one is no separator, and "" is the empty key.
func (d *Document) Get(path ...string) (Value, bool) { return d.Root().Get(path...) }

// LineAt returns the line, from 1, that holds the byte at offset.
func (d *Document) LineAt(offset int) int {
	return 1 + sort.Search(len(d.lines), func(i int) bool { return d.lines[i] > offset })
}

func (d *Document) value(n *node) Value {
	return Value{Kind: n.kind, Text: n.text, Raw: n.span, Line: d.LineAt(n.span.Start), doc: d, node: n}
}

// Get returns the value at a path of keys and indices below v, as Document.Get does.
func (v Value) Get(path ...string) (Value, bool) {
	n := v.node
	for _, key := range path {
		if n = n.child(key); n == nil {
			return Value{}, false
		}
	}
	if n == nil {
		return Value{}, false
	}
	return v.doc.value(n), true
}

// Members ranges over the keys and values of a table in the order of the file. Any other value has
// none.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind != Table {
			return
		}
		for _, kid := range v.node.kids {
			if !yield(kid.key, v.doc.value(kid)) {
				return
			}
		}
	}
}

// Items ranges over the elements of an array. Any other value has none.
func (v Value) Items() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if v.Kind != Array {
			return
		}
		for i, kid := range v.node.kids {
			if !yield(i, v.doc.value(kid)) {
				return
			}
		}
	}
}

// Len returns the number of members or elements; 0 for a scalar.
func (v Value) Len() int {
	if v.node == nil {
		return 0
	}
	return len(v.node.kids)
}

// Inner returns the bytes of a string between its quotes, and Raw for any other value.
func (v Value) Inner() Span {
	if v.Kind != String {
		return v.Raw
	}
	raw := v.doc.data[v.Raw.Start:v.Raw.End]
	if len(raw) >= 6 && (bytes.HasPrefix(raw, []byte(`"""`)) || bytes.HasPrefix(raw, []byte(`'''`))) {
		in := Span{v.Raw.Start + 3, v.Raw.End - 3}
		switch rest := raw[3 : len(raw)-3]; { // the newline after the opening quotes is not of the value
		case bytes.HasPrefix(rest, []byte("\r\n")):
			in.Start += 2
		case bytes.HasPrefix(rest, []byte("\n")):
			in.Start++
		}
		return in
	}
	return Span{v.Raw.Start + 1, v.Raw.End - 1}
}

// Of reports whether v is a value of a document.
func (v Value) Of(d *Document) bool { return v.doc == d }

// child returns a member of a table or an element of an array, or nil.
func (n *node) child(key string) *node {
	if n == nil {
		return nil
	}
	if n.kind == Array {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(n.kids) || strconv.Itoa(i) != key {
			return nil
		}
		return n.kids[i]
	}
	if n.index != nil {
		return n.index[key]
	}
	if i := slices.IndexFunc(n.kids, func(k *node) bool { return k.key == key }); i >= 0 && n.kind == Table {
		return n.kids[i]
	}
	return nil
}

// add appends a kid. Large tables get an index.
func (n *node) add(kid *node) {
	n.kids = append(n.kids, kid)
	if n.kind != Table {
		return
	}
	if n.index == nil && len(n.kids) > 12 {
		n.index = make(map[string]*node, 2*len(n.kids))
		for _, k := range n.kids {
			n.index[k.key] = k
		}
	} else if n.index != nil {
		n.index[kid.key] = kid
	}
}
