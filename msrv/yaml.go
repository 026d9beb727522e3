package msrv

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/git-backport/git-backport/internal/document"
)

// A yamlScalar is a scalar of a YAML file with the keys that lead to it.
type yamlScalar struct {
	path   []string // "jobs", "build", "steps", "with", "go-version": indices are left out
	text   string   // decoded
	span   document.Span
	quoted bool
	block  bool // a block scalar, of several lines
	list   bool // an item of a list
}

// What a YAML file may have at most.
const (
	maxYAML        = 1 << 20 // bytes
	maxYAMLDepth   = 64      // keys and lists within each other
	maxYAMLScalars = 50_000  // what aliases repeat included
)

var (
	errYAMLDeep = fmt.Errorf("more than %d levels", maxYAMLDepth)
	errYAMLMany = fmt.Errorf("more than %d values", maxYAMLScalars)
)

// scanYAML lists the scalars of a YAML file, in any style: what an alias repeats is there once more.
func scanYAML(f file) (out []yamlScalar, err error) {
	data, skipped := f.text()
	if len(data) > maxYAML {
		return nil, fmt.Errorf("more than %d bytes", maxYAML)
	}
	if err := yamlNesting(data); err != nil {
		return nil, err
	}
	defer func() { // the parser has no answer to some texts that are not YAML
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("is not YAML: %v", r)
		}
	}()
	doc, err := parser.ParseBytes(bytes.ReplaceAll(data, []byte("\r\n"), []byte(" \n")), 0)
	if err != nil {
		return nil, yamlError(err)
	}
	s := &yamlScan{file: f, skipped: skipped, anchors: map[string]ast.Node{}}
	for _, d := range doc.Docs {
		s.node(d.Body, nil, 0, false)
	}
	return s.out, s.err
}

// yamlError takes the place and the sentence out of an error of the parser.
func yamlError(err error) error {
	if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil {
		return &document.FileError{Line: e.GetToken().Position.Line, Err: errors.New(e.GetMessage())}
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(text)
}

// yamlNesting refuses what would take the parser deeper than any file should go.
func yamlNesting(data []byte) error {
	depth := 0
	for line := range bytes.Lines(data) {
		text := bytes.TrimLeft(line, " ")
		items := 0
		for bytes.HasPrefix(text, []byte("- ")) || bytes.HasPrefix(text, []byte("? ")) {
			text = bytes.TrimLeft(text[2:], " ")
			items++
		}
		if items > maxYAMLDepth {
			return errYAMLDeep
		}
		for _, b := range line {
			switch b {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
			if depth > 100*maxYAMLDepth {
				return errYAMLDeep
			}
		}
	}
	return nil
}

// A yamlScan is the state of scanYAML.
type yamlScan struct {
	file
	skipped int
	out     []yamlScalar
	anchors map[string]ast.Node
	err     error
}

// node visits a node that path leads to.
func (s *yamlScan) node(n ast.Node, path []string, depth int, list bool) {
	if n == nil || s.err != nil {
		return
	}
	if depth > maxYAMLDepth {
		s.err = errYAMLDeep
		return
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			s.entry(v, path, depth)
		}
	case *ast.MappingValueNode:
		s.entry(n, path, depth)
	case *ast.SequenceNode:
		for _, v := range n.Values {
			s.node(v, path, depth+1, true)
		}
	case *ast.AnchorNode:
		s.anchors[n.Name.String()] = n.Value
		s.node(n.Value, path, depth+1, list)
	case *ast.AliasNode:
		target, ok := s.anchors[n.Value.String()]
		if !ok {
			s.err = fmt.Errorf("the alias %q is of no anchor", clip(n.Value.String()))
			return
		}
		s.node(target, path, depth+1, list)
	case *ast.TagNode:
		s.node(n.Value, path, depth+1, list)
	case *ast.LiteralNode:
		s.scalar(n.Start, n.Value.Value, path, list, true)
	case *ast.StringNode:
		s.scalar(n.GetToken(), n.Value, path, list, false)
	case *ast.NullNode, *ast.CommentNode, *ast.CommentGroupNode, *ast.DirectiveNode:
	default:
		s.scalar(n.GetToken(), n.GetToken().Value, path, list, false)
	}
}

// entry visits the value of a key. "<<" adds what it names to the mapping that it is in.
func (s *yamlScan) entry(v *ast.MappingValueNode, path []string, depth int) {
	if v.Key.Type() == ast.MergeKeyType {
		s.node(v.Value, path, depth+1, false)
		return
	}
	key := v.Key.String()
	if t := v.Key.GetToken(); t != nil {
		key = t.Value
		if k, ok := v.Key.(*ast.MappingKeyNode); ok && k.Value != nil && k.Value.GetToken() != nil {
			key = k.Value.GetToken().Value
		}
	}
	s.node(v.Value, append(path[:len(path):len(path)], key), depth+1, false)
}

// scalar records a value, and where it stands.
func (s *yamlScan) scalar(t *token.Token, value string, path []string, list, block bool) {
	if len(s.out) >= maxYAMLScalars {
		s.err = errYAMLMany
		return
	}
	v := yamlScalar{path: path, text: strings.TrimSpace(value), block: block && strings.Contains(strings.TrimSpace(value), "\n"), list: list,
		quoted: t != nil && (t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType)}
	v.span = s.place(t, v.text)
	s.out = append(s.out, v)
}

// place finds a value in the file, at its token or, of a block scalar, soon after it. A value that is not
// there as it is read has a span without bytes.
func (s *yamlScan) place(t *token.Token, text string) document.Span {
	if t == nil || t.Position == nil {
		return document.Span{}
	}
	start := 0
	if n := t.Position.Line - 2; n >= 0 && n < len(s.ends) {
		start = s.ends[n] + 1
	}
	end := len(s.data)
	if n := t.Position.Line - 1; n < len(s.ends) {
		end = s.ends[n]
	}
	line := s.data[start:end]
	from := 0
	for i := 1; i < t.Position.Column && from < len(line); i++ { // columns count characters
		from++
		for from < len(line) && line[from]&0xC0 == 0x80 {
			from++
		}
	}
	for _, rest := range []int{from, 0} {
		if rest <= len(line) && text != "" {
			if i := bytes.Index(line[rest:], []byte(text)); i >= 0 {
				return document.Span{Start: start + rest + i, End: start + rest + i + len(text)}
			}
		}
	}
	first, _, _ := strings.Cut(text, "\n")
	if i := bytes.Index(s.data[start:], []byte(first)); i >= 0 && first != "" && i < 4096 {
		return document.Span{Start: start + i, End: start + i + len(first)}
	}
	return document.Span{Start: start, End: start}
}
