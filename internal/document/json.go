package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// JSON parses a JSON file of one value. Errors are of type *FileError with a line and no path; they
// wrap ErrTooLarge, ErrTooDeep or ErrDuplicate where that is the cause.
func JSON(data []byte) (*Document, error) {
	if len(data) > MaxFile {
		return nil, At("", 0, "%w: %d bytes, at most %d are read", ErrTooLarge, len(data), MaxFile)
	}
	b := jsonBuilder{doc: newDocument(data)}
	body := data
	if bytes.HasPrefix(data, []byte(BOM)) {
		b.base, body = len(BOM), data[len(BOM):]
	}
	b.dec = json.NewDecoder(bytes.NewReader(body))
	b.dec.UseNumber()
	tok, span, err := b.next()
	if err != nil {
		return nil, err
	}
	if b.doc.root, err = b.value(tok, span, 1); err != nil {
		return nil, err
	}
	if _, span, err := b.token(); err == nil || !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, err
		}
		return nil, b.fail(span, errors.New("text after the end of the value"), "one JSON value is read")
	}
	return b.doc, nil
}

// jsonBuilder turns the decoder's tokens into the tree of a Document.
type jsonBuilder struct {
	doc  *Document
	dec  *json.Decoder
	base int // where the decoder's bytes start in the file: after the byte order mark
}

func (b *jsonBuilder) fail(s Span, cause error, what string) error {
	return At("", b.doc.LineAt(s.Start), "%w: %s", cause, what)
}

// token returns the next token and where it stands.
func (b *jsonBuilder) token() (json.Token, Span, error) {
	pos := b.base + int(b.dec.InputOffset())
	tok, err := b.dec.Token()
	for pos < len(b.doc.data) && bytes.IndexByte([]byte(" \t\r\n,:"), b.doc.data[pos]) >= 0 {
		pos++
	}
	span := Span{pos, b.base + int(b.dec.InputOffset())}
	if err == nil {
		return tok, span, nil
	}
	if se, ok := errors.AsType[*json.SyntaxError](err); ok && se.Offset > 0 {
		pos = min(max(pos, b.base+int(se.Offset)-1), len(b.doc.data))
	}
	return nil, span, &FileError{Line: b.doc.LineAt(pos), Err: err}
}

// next is token where the file may not end.
func (b *jsonBuilder) next() (json.Token, Span, error) {
	tok, span, err := b.token()
	if errors.Is(err, io.EOF) {
		err = &FileError{Line: b.doc.LineAt(len(b.doc.data)), Err: io.ErrUnexpectedEOF}
	}
	return tok, span, err
}

func (b *jsonBuilder) value(tok json.Token, span Span, depth int) (*node, error) {
	if depth > MaxDepth {
		return nil, b.fail(span, ErrTooDeep, "a value")
	}
	if b.doc.count++; b.doc.count > MaxValues {
		return nil, b.fail(span, ErrTooLarge, fmt.Sprintf("over %d values", MaxValues))
	}
	n := &node{span: span}
	switch t := tok.(type) {
	case json.Delim:
		if t == '{' {
			return n, b.object(n, depth)
		}
		return n, b.array(n, depth)
	case string:
		n.kind, n.text = String, t
	case json.Number:
		n.kind, n.text = Integer, t.String()
		if bytes.ContainsAny([]byte(n.text), ".eE") {
			n.kind = Float
		}
	case bool:
		n.kind, n.text = Bool, string(b.doc.data[span.Start:span.End])
	default:
		n.kind, n.text = Null, "null"
	}
	return n, nil
}

func (b *jsonBuilder) object(n *node, depth int) error {
	n.kind = Table
	for {
		tok, span, err := b.next()
		if err != nil {
			return err
		}
		if tok == json.Delim('}') {
			n.span.End = span.End
			return nil
		}
		key, ok := tok.(string)
		if !ok {
			return b.fail(span, errors.New("invalid object"), "a key must be a string")
		}
		if old := n.child(key); old != nil {
			return b.fail(span, ErrDuplicate, fmt.Sprintf("%q is already there (line %d)", key, b.doc.LineAt(old.span.Start)))
		}
		if tok, span, err = b.next(); err != nil {
			return err
		}
		kid, err := b.value(tok, span, depth+1)
		if err != nil {
			return err
		}
		kid.key = key
		n.add(kid)
	}
}

func (b *jsonBuilder) array(n *node, depth int) error {
	n.kind = Array
	for {
		tok, span, err := b.next()
		if err != nil {
			return err
		}
		if tok == json.Delim(']') {
			n.span.End = span.End
			return nil
		}
		kid, err := b.value(tok, span, depth+1)
		if err != nil {
			return err
		}
		n.add(kid)
	}
}
