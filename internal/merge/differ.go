package merge

import (
	"bytes"
	"hash/maphash"
	"sync"
)

// A change replaces lines [a,a+na) of the first text by lines [b,b+nb) of the second.
type change struct{ a, na, b, nb int }

// A differ holds what line diffs need to work with, so that many of them allocate little.
type differ struct {
	table  lineTable
	texts  [3]lineText
	rediff bool // a slid group that meets changes of the other text is diffed anew, as git does since 2.54

	count, first, next []int32 // per id, per id, per line of the first text
	regions            []region
	kept               [2]keptLines
	frequency          []byte
	diagonals          []int32
	flagsA, flagsB     []byte
	changes            [2][]change
	weaves             []weave
}

var differs = sync.Pool{New: func() any { return &differ{table: lineTable{seed: maphash.MakeSeed()}, rediff: true} }}

// keepLines bounds the size of what goes back to the pool.
const keepLines = 1 << 18

func newDiffer() *differ { return differs.Get().(*differ) }

func (d *differ) release() {
	for i := range d.texts {
		d.texts[i].data = nil
		if cap(d.texts[i].ids) > keepLines {
			return
		}
	}
	if cap(d.diagonals) <= 4*keepLines {
		differs.Put(d)
	}
}

// load splits the three texts into lines.
func (d *differ) load(base, ours, theirs []byte) {
	d.texts[0].data, d.texts[1].data, d.texts[2].data = base, ours, theirs
	d.table.reset(len(base) / 32)
	for i := range d.texts {
		d.table.intern(&d.texts, int32(i))
	}
	d.count = resized(d.count, len(d.table.lines))
	clear(d.count)
	d.first = resized(d.first, len(d.table.lines))
}

func resized(s []int32, n int) []int32 {
	if cap(s) < n {
		return make([]int32, n)
	}
	return s[:n]
}

// diff returns the changes that lead from a to b, in order, using out's room.
func (d *differ) diff(a, b []int32, out []change) []change {
	d.next = resized(d.next, len(a))
	d.flagsA, d.flagsB = cleared(d.flagsA, len(a)), cleared(d.flagsB, len(b))
	d.histogram(a, b, d.flagsA, d.flagsB)
	sa, sb := side{a, d.flagsA}, side{b, d.flagsB}
	d.compact(sa, sb)
	d.compact(sb, sa)
	return changesOf(d.flagsA, d.flagsB, out[:0])
}

func cleared(s []byte, n int) []byte {
	if cap(s) < n {
		return make([]byte, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// changesOf reads the changes off the marks of the two texts.
func changesOf(fa, fb []byte, out []change) []change {
	a, b := 0, 0
	for {
		n := bytes.IndexByte(fa[a:], 1)
		if n < 0 {
			n = len(fa) - a
		}
		if m := bytes.IndexByte(fb[b:], 1); m >= 0 && m < n {
			n = m
		}
		a, b = a+n, b+n
		c := change{a: a, b: b}
		for a < len(fa) && fa[a] != 0 {
			a++
		}
		for b < len(fb) && fb[b] != 0 {
			b++
		}
		if c.na, c.nb = a-c.a, b-c.b; c.na == 0 && c.nb == 0 {
			return out
		}
		out = append(out, c)
	}
}
