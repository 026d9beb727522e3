package document

import (
	"bytes"
	"slices"
)

// Headers lists where the lines start that open a table of a TOML file.
func (d *Document) Headers() []int {
	var out []int
	var walk func(n *node)
	walk = func(n *node) {
		if n.kind == Table && n.how == byHeader && n != d.root {
			out = append(out, 1+bytes.LastIndexByte(d.data[:n.span.Start], '\n'))
		}
		for _, kid := range n.kids {
			walk(kid)
		}
	}
	walk(d.root)
	slices.Sort(out)
	return out
}

// Leaves lists the scalars of a document with their path, without the indices of arrays.
func (d *Document) Leaves() []string {
	var out []string
	var walk func(prefix string, n *node)
	walk = func(prefix string, n *node) {
		for _, kid := range n.kids {
			next := prefix
			if n.kind == Table {
				next += "/" + kid.key
			}
			walk(next, kid)
		}
		if n.kind != Table && n.kind != Array {
			out = append(out, prefix+"="+n.text)
		}
	}
	walk("", d.root)
	return out
}

// LineEnd returns the line ending of the first line: "\r\n" or "\n".
func LineEnd(data []byte) string {
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// LineOf returns the line, from 1, that holds the byte at an offset.
func LineOf(data []byte, offset int) int { return 1 + bytes.Count(data[:offset], []byte("\n")) }
