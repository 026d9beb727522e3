package document

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// Causes of a refused edit.
var (
	// ErrOverlap says that two edits touch the same bytes, or that one lies outside the file.
	ErrOverlap = errors.New("edits overlap or lie outside the file")
	// ErrEffect says that an edited file, read again, does not hold exactly the intended values.
	ErrEffect = errors.New("the edit would change more or less than intended")
)

// An Edit replaces the bytes Start to End (exclusive) of the file Path by New. Where Start equals End
// it inserts.
type Edit struct {
	Path       string
	Start, End int
	New        []byte
}

// Apply returns data with the edits made; data is not modified and the order of the edits does not
// matter. Edits that overlap or lie outside data are refused with ErrOverlap. Two insertions at the
// same place overlap: their order would be arbitrary.
func Apply(data []byte, edits []Edit) ([]byte, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return a.End - b.End
	})
	var out bytes.Buffer
	done, last := 0, -1
	for _, e := range sorted {
		if e.Start < done || e.End < e.Start || e.End > len(data) || e.Start == last {
			return nil, fmt.Errorf("%w: bytes %d to %d of %d", ErrOverlap, e.Start, e.End, len(data))
		}
		out.Write(data[done:e.Start])
		out.Write(e.New)
		done, last = e.End, e.Start
	}
	out.Write(data[done:])
	return out.Bytes(), nil
}

// An Entry is one value of a file as a Reading lists it: Key says which one, Span is where its text
// stands, without quotes.
type Entry struct {
	Key, Text string
	Span      Span
}

// A Reading lists all values of a file that an edit of it might change, in the order of the file.
type Reading func(data []byte) ([]Entry, error)

// Rewrite gives the values that start at the offsets in changes new texts, which need no quoting. The
// result is read again: it must list the same keys in the same order, with the new text for each
// changed value and the old one for all others; anything else is ErrEffect.
func Rewrite(path string, data []byte, read Reading, changes map[int]string) ([]byte, []Edit, error) {
	before, err := read(data)
	if err != nil {
		return nil, nil, InFile(path, err)
	}
	var edits []Edit
	want := slices.Clone(before)
	for i, e := range before {
		if text, ok := changes[e.Span.Start]; ok && text != e.Text {
			edits = append(edits, Edit{Path: path, Start: e.Span.Start, End: e.Span.End, New: []byte(text)})
			want[i].Text = text
		}
	}
	out, err := Apply(data, edits)
	if err != nil {
		return nil, nil, InFile(path, err)
	}
	after, err := read(out)
	if err != nil {
		return nil, nil, At(path, 0, "%w: reading it again: %v", ErrEffect, err)
	}
	if len(after) != len(want) {
		return nil, nil, At(path, 0, "%w: %d values instead of %d", ErrEffect, len(after), len(want))
	}
	for i, e := range after {
		if e.Key != want[i].Key || e.Text != want[i].Text {
			return nil, nil, At(path, 0, "%w: %q = %q instead of %q = %q", ErrEffect, e.Key, e.Text, want[i].Key, want[i].Text)
		}
	}
	return out, edits, nil
}

// Entries lists the scalars of a document, keyed by their path.
func (d *Document) Entries() []Entry {
	var out []Entry
	var walk func(prefix string, n *node)
	walk = func(prefix string, n *node) {
		for i, kid := range n.kids {
			key := kid.key
			if n.kind == Array {
				key = fmt.Sprint(i)
			}
			walk(fmt.Sprintf("%s/%q", prefix, key), kid)
		}
		switch n.kind {
		case Array, Table:
			out = append(out, Entry{Key: prefix + "/" + n.kind.String(), Span: Span{-1, -1}})
		default:
			out = append(out, Entry{Key: prefix, Text: n.text, Span: d.value(n).Inner()})
		}
	}
	walk("", d.root)
	return out
}

// ReadTOML and ReadJSON are the readings of whole documents.
// ReadTOML is the Reading of a whole TOML document: all its scalars, keyed by their path.
func ReadTOML(data []byte) ([]Entry, error) { return readWith(TOML, data) }

// ReadJSON is the Reading of a whole JSON document.
func ReadJSON(data []byte) ([]Entry, error) { return readWith(JSON, data) }

func readWith(parse func([]byte) (*Document, error), data []byte) ([]Entry, error) {
	d, err := parse(data)
	if err != nil {
		return nil, err
	}
	return d.Entries(), nil
}
