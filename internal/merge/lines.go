package merge

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
)

// A lineText is one text as the line diff sees it: an id per line, the same id for the same bytes
// (the newline included), and where each line starts.
type lineText struct {
	data   []byte
	ids    []int32
	starts []int32 // len(ids)+1 offsets, the last being len(data)
}

// line returns the bytes of line i, with its newline where it has one.
func (t *lineText) line(i int) []byte { return t.data[t.starts[i]:t.starts[i+1]] }

// span returns the bytes of the lines from i up to, not including, j.
func (t *lineText) span(i, j int) []byte { return t.data[t.starts[i]:t.starts[j]] }

// A lineTable gives each distinct line of several texts a small number, counted from 0 in the order
// of first appearance. It is an open-addressing table whose keys stay in the texts.
type lineTable struct {
	seed  maphash.Seed
	slots []int32 // id+1, 0 where free
	lines []internedLine
}

// An internedLine is where a line was first seen.
type internedLine struct {
	hash       uint32
	text       int32
	start, end int32
}

// reset empties the table and makes room for about n distinct lines.
func (t *lineTable) reset(n int) {
	size := 64
	for size < n*2 && size < 1<<16 {
		size *= 2
	}
	if cap(t.slots) >= size {
		t.slots = t.slots[:size]
		clear(t.slots)
	} else {
		t.slots = make([]int32, size)
		clear(t.slots) // a page that is read before it is written costs two faults
	}
	t.lines = t.lines[:0]
}

// id returns the number of the line texts[text].data[start:end].
func (t *lineTable) id(texts *[3]lineText, text, start, end int32) int32 {
	line := texts[text].data[start:end]
	h := uint32(maphash.Bytes(t.seed, line))
	mask := uint32(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s == 0 {
			t.lines = append(t.lines, internedLine{hash: h, text: text, start: start, end: end})
			t.slots[i] = int32(len(t.lines))
			if len(t.lines)*2 > len(t.slots) {
				t.grow()
			}
			return int32(len(t.lines) - 1)
		}
		if l := &t.lines[s-1]; l.hash == h && bytes.Equal(texts[l.text].data[l.start:l.end], line) {
			return s - 1
		}
	}
}

func (t *lineTable) grow() {
	t.slots = make([]int32, len(t.slots)*2)
	mask := uint32(len(t.slots) - 1)
	for id := range t.lines {
		i := t.lines[id].hash & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = int32(id + 1)
	}
}

// intern splits texts[n] into numbered lines. The lines it shares with texts[0] at its beginning are
// copied from there, which saves hashing them.
func (t *lineTable) intern(texts *[3]lineText, n int32) {
	x := &texts[n]
	x.ids, x.starts = x.ids[:0], append(x.starts[:0], 0)
	at, tail := 0, len(x.data)
	var suffix int // lines of texts[0] that follow the last hashed byte
	if n > 0 {
		base := &texts[0]
		k, j := sharedEnds(base, x.data)
		x.ids = append(x.ids, base.ids[:k]...)
		x.starts = append(x.starts, base.starts[1:k+1]...)
		at, suffix = int(base.starts[k]), j
		tail -= len(base.data) - int(base.starts[j])
	}
	for at < tail {
		end := bytes.IndexByte(x.data[at:], '\n') + 1
		if end += at; end == at {
			end = len(x.data)
		}
		x.ids = append(x.ids, t.id(texts, n, int32(at), int32(end)))
		x.starts = append(x.starts, int32(end))
		at = end
	}
	if n > 0 {
		base := &texts[0]
		x.ids = append(x.ids, base.ids[suffix:]...)
		shift := int32(len(x.data) - len(base.data))
		for _, s := range base.starts[suffix+1:] {
			x.starts = append(x.starts, s+shift)
		}
	}
}

// sharedEnds returns the number of whole lines with which both base and data begin, and the line of
// base from which on both end alike, the two parts not overlapping in either.
func sharedEnds(base *lineText, data []byte) (prefix, suffix int) {
	limit := min(len(base.data), len(data))
	p := commonPrefix(base.data[:limit], data[:limit])
	lo, hi := 0, len(base.ids)
	for lo < hi { // the last line that ends, newline and all, within the first p bytes
		if m := (lo + hi + 1) / 2; int(base.starts[m]) <= p {
			lo = m
		} else {
			hi = m - 1
		}
	}
	if lo == len(base.ids) && lo > 0 && (len(base.data) != len(data) && base.data[len(base.data)-1] != '\n') {
		lo--
	}
	prefix = lo
	limit -= int(base.starts[prefix])
	s := commonSuffix(base.data[len(base.data)-limit:], data[len(data)-limit:])
	from := len(base.data) - s // the shared tail starts here: a line of both when a newline stands before
	lo, hi = prefix, len(base.ids)
	for lo < hi {
		if m := (lo + hi) / 2; int(base.starts[m]) > from {
			hi = m
		} else {
			lo = m + 1
		}
	}
	// base.starts[lo] > from, so the newline before line lo is within the shared tail.
	if lo > len(base.ids) {
		lo = len(base.ids)
	}
	return prefix, max(lo, prefix)
}

// commonPrefix returns the number of bytes with which a and b, of equal length, begin alike.
func commonPrefix(a, b []byte) int {
	n := 0
	for len(a)-n >= 4096 && bytes.Equal(a[n:n+4096], b[n:n+4096]) {
		n += 4096
	}
	for len(a)-n >= 8 && binary.LittleEndian.Uint64(a[n:]) == binary.LittleEndian.Uint64(b[n:]) {
		n += 8
	}
	for n < len(a) && a[n] == b[n] {
		n++
	}
	return n
}

// commonSuffix returns the number of bytes with which a and b, of equal length, end alike.
func commonSuffix(a, b []byte) int {
	n := len(a)
	for n >= 4096 && bytes.Equal(a[n-4096:n], b[n-4096:n]) {
		n -= 4096
	}
	for n >= 8 && binary.LittleEndian.Uint64(a[n-8:]) == binary.LittleEndian.Uint64(b[n-8:]) {
		n -= 8
	}
	for n > 0 && a[n-1] == b[n-1] {
		n--
	}
	return len(a) - n
}
