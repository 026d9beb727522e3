package ci

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A node is a value of a workflow: a scalar has text, a list items, a mapping entries.
type node struct {
	line    int
	text    string
	items   []*node
	entries []entry
}

type entry struct {
	key   string
	line  int
	value *node
}

// What a workflow may have at most.
const (
	maxBytes = 1 << 20
	maxDepth = 40
	maxNodes = 50_000
)

var errTooMuch = fmt.Errorf("more than %d bytes, %d levels or %d values", maxBytes, maxDepth, maxNodes)

// parse reads a workflow.
func parse(data []byte) (root *node, err error) {
	if len(data) > maxBytes {
		return nil, errTooMuch
	}
	defer func() { // the parser has no answer to some texts that are not YAML
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("is not YAML: %v", r)
		}
	}()
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, errors.New("is not YAML: " + first)
	}
	if len(file.Docs) != 1 {
		return nil, errors.New("is not one YAML document")
	}
	b := builder{anchors: map[string]ast.Node{}}
	root = b.node(file.Docs[0].Body, 0)
	return root, b.err
}

type builder struct {
	anchors map[string]ast.Node
	count   int
	err     error
}

func (b *builder) node(n ast.Node, depth int) *node {
	if b.count++; depth > maxDepth || b.count > maxNodes {
		b.err = errTooMuch
	}
	if n == nil || b.err != nil {
		return &node{}
	}
	out := &node{}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.line = t.Position.Line
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			out.entries = append(out.entries, b.entry(v, depth))
		}
	case *ast.MappingValueNode:
		out.entries = append(out.entries, b.entry(n, depth))
	case *ast.SequenceNode:
		for _, v := range n.Values {
			out.items = append(out.items, b.node(v, depth+1))
		}
	case *ast.AnchorNode:
		b.anchors[n.Name.String()] = n.Value
		return b.node(n.Value, depth+1)
	case *ast.AliasNode:
		if target, ok := b.anchors[n.Value.String()]; ok {
			return b.node(target, depth+1)
		}
		b.err = fmt.Errorf("line %d: the alias %q is of no anchor", out.line, n.Value.String())
	case *ast.TagNode:
		return b.node(n.Value, depth+1)
	case *ast.LiteralNode:
		out.text = n.Value.Value
	case *ast.StringNode:
		out.text = n.Value
	default:
		out.text = n.String()
	}
	return out
}

func (b *builder) entry(v *ast.MappingValueNode, depth int) entry {
	e := entry{value: b.node(v.Value, depth+1)}
	if t := v.Key.GetToken(); t != nil {
		e.key = t.Value
		if t.Position != nil {
			e.line = t.Position.Line
		}
	}
	return e
}

// at returns the value of a key, and nil where there is none.
func (n *node) at(keys ...string) *node {
	for _, key := range keys {
		if n == nil {
			return nil
		}
		var next *node
		for _, e := range n.entries {
			if e.key == key {
				next = e.value
			}
		}
		n = next
	}
	return n
}

// has reports whether a list holds a text, a mapping a key, or a scalar is the text.
func (n *node) has(text string) bool {
	if n == nil {
		return false
	}
	for _, i := range n.items {
		if i.text == text {
			return true
		}
	}
	for _, e := range n.entries {
		if e.key == text {
			return true
		}
	}
	return n.text == text
}

// texts visits each scalar below a node, with its line.
func (n *node) texts(visit func(line int, text string)) {
	if n == nil {
		return
	}
	if n.text != "" {
		visit(n.line, n.text)
	}
	for _, i := range n.items {
		i.texts(visit)
	}
	for _, e := range n.entries {
		e.value.texts(visit)
	}
}
