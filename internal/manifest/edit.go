package manifest

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

// An entry is one value of a file as a reading lists it: key says which one, span is where its text
// stands, without quotes.
type entry struct {
	key, text string
	span      Span
}

// A reading lists all values of a file that an edit of it might change, in the order of the file.
type reading func(data []byte) ([]entry, error)

// rewrite gives the values that start at the offsets in changes new texts, which need no quoting. The
// result is read again: it must list the same keys in the same order, with the new text for each
// changed value and the old one for all others; anything else is ErrEffect.
func rewrite(path string, data []byte, read reading, changes map[int]string) ([]byte, []Edit, error) {
	before, err := read(data)
	if err != nil {
		return nil, nil, InFile(path, err)
	}
	var edits []Edit
	want := slices.Clone(before)
	for i, e := range before {
		if text, ok := changes[e.span.Start]; ok && text != e.text {
			edits = append(edits, Edit{Path: path, Start: e.span.Start, End: e.span.End, New: []byte(text)})
			want[i].text = text
		}
	}
	out, err := Apply(data, edits)
	if err != nil {
		return nil, nil, InFile(path, err)
	}
	after, err := read(out)
	if err != nil {
		return nil, nil, at(path, 0, "%w: reading it again: %v", ErrEffect, err)
	}
	if len(after) != len(want) {
		return nil, nil, at(path, 0, "%w: %d values instead of %d", ErrEffect, len(after), len(want))
	}
	for i, e := range after {
		if e.key != want[i].key || e.text != want[i].text {
			return nil, nil, at(path, 0, "%w: %q = %q instead of %q = %q", ErrEffect, e.key, e.text, want[i].key, want[i].text)
		}
	}
	return out, edits, nil
}

// entries lists the scalars of a document, keyed by their path.
func (d *Document) entries() []entry {
	var out []entry
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
			out = append(out, entry{key: prefix + "/" + n.kind.String(), span: Span{-1, -1}})
		default:
			out = append(out, entry{key: prefix, text: n.text, span: d.value(n).Inner()})
		}
	}
	walk("", d.root)
	return out
}

// readTOML and readJSON are the readings of whole documents.
func readTOML(data []byte) ([]entry, error) { return readWith(TOML, data) }

func readJSON(data []byte) ([]entry, error) { return readWith(JSON, data) }

func readWith(parse func([]byte) (*Document, error), data []byte) ([]entry, error) {
	d, err := parse(data)
	if err != nil {
		return nil, err
	}
	return d.entries(), nil
}
