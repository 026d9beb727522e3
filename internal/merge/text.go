package merge

import (
	"bytes"
	"fmt"
)

// The limits of a text merge.
const (
	// MaxTextSize is the size in bytes above which a text is treated as binary, as git does.
	MaxTextSize = 1023 << 20
	// MaxTextLines is the number of lines above which a text is refused: the line diff needs some
	// forty bytes for each.
	MaxTextLines = 1 << 24
	// binaryWindow is how far a NUL is looked for.
	binaryWindow = 8000
	// defaultMarkerSize is the length of conflict markers.
	defaultMarkerSize = 7
)

// TextOptions steer Text. The zero value merges with markers of length 7 and without labels.
type TextOptions struct {
	Labels     Labels
	Style      Style
	MarkerSize int  // 0 means 7
	Union      bool // both sides of a conflict are kept, ours first, and nothing is left to settle
}

// A TextResult is a merged text. Merged holds the conflicts with their markers, or, where Binary is
// set, ours unchanged.
type TextResult struct {
	Merged    []byte
	Conflicts int    // 1 for a binary conflict
	Binary    bool   // one of the texts is binary or above MaxTextSize: nothing was merged
	Hunks     []Hunk // the conflicts, in order; none for a binary one
}

// A Hunk is one conflict of a text: what each side has there, and where its markers stand in Merged.
type Hunk struct {
	Base, Ours, Theirs Lines
	Merged             Lines // from the first marker to the last
}

// Lines are Count lines of a text, the first being line Start, counted from 1.
type Lines struct{ Start, Count int }

// A LimitError says that something is larger than this package handles.
type LimitError struct {
	What       string // "lines"
	Size, Most int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("a text has %d %s, more than the %d that can be merged", e.Size, e.What, e.Most)
}

// Text merges ours and theirs, which both come from base, as git's merge does: line by line, changes
// that touch being a conflict unless they are the same. The error is a *LimitError.
func Text(base, ours, theirs []byte, o TextOptions) (TextResult, error) {
	if isBinary(base) || isBinary(ours) || isBinary(theirs) {
		return TextResult{Merged: ours, Conflicts: 1, Binary: true}, nil
	}
	for _, t := range [...][]byte{base, ours, theirs} {
		if len(t) > MaxTextLines {
			if n := bytes.Count(t, []byte{'\n'}); n > MaxTextLines {
				return TextResult{}, &LimitError{What: "lines", Size: n, Most: MaxTextLines}
			}
		}
	}
	d := newDiffer()
	defer d.release()
	return d.merge(base, ours, theirs, o), nil
}

// isBinary reports whether git would not merge data as text.
func isBinary(data []byte) bool {
	return len(data) > MaxTextSize || bytes.IndexByte(data[:min(len(data), binaryWindow)], 0) >= 0
}

func (d *differ) merge(base, ours, theirs []byte, o TextOptions) TextResult {
	d.load(base, ours, theirs)
	d.changes[0] = d.diff(d.texts[0].ids, d.texts[1].ids, d.changes[0])
	if len(d.changes[0]) == 0 {
		return TextResult{Merged: theirs}
	}
	d.changes[1] = d.diff(d.texts[0].ids, d.texts[2].ids, d.changes[1])
	if len(d.changes[1]) == 0 {
		return TextResult{Merged: ours}
	}
	d.weaves = d.weave(d.weaves[:0])
	plain := d.join(d.refine(d.weaves, nil))
	w := weaver{d: d, o: o, out: make([]byte, 0, len(ours)+max(0, len(theirs)-len(base))+256)}
	if !o.Union && o.Style != StyleMerge && conflicts(plain) {
		if o.Style == StyleZdiff3 {
			d.trim(d.weaves)
		}
		plain = d.weaves
	}
	return w.write(plain)
}

// A take says what a part of the merged text is made of.
type take int

const (
	takeConflict take = iota
	takeOurs
	takeTheirs
	takeEqual // both sides arrived at the same lines
)

// A weave is a part of the merge where a side has changes: n0 lines of base from i0, and likewise of
// ours and theirs.
type weave struct {
	take                   take
	i0, n0, i1, n1, i2, n2 int
}

func conflicts(ws []weave) bool {
	for _, w := range ws {
		if w.take == takeConflict {
			return true
		}
	}
	return false
}

// weave lines the changes of both sides up by their place in the base. Changes that overlap or touch
// become one conflict; the same change on both sides is none.
func (d *differ) weave(out []weave) []weave {
	ours, theirs := d.changes[0], d.changes[1]
	var shift1, shift2 int // lines of ours, of theirs, minus lines of base, before the next change
	for len(ours) > 0 || len(theirs) > 0 {
		switch {
		case len(theirs) == 0 || len(ours) > 0 && ours[0].a+ours[0].na < theirs[0].a:
			c := ours[0]
			out = addWeave(out, weave{takeOurs, c.a, c.na, c.b, c.nb, c.a + shift2, c.na})
			ours, shift1 = ours[1:], c.b+c.nb-c.a-c.na
		case len(ours) == 0 || theirs[0].a+theirs[0].na < ours[0].a:
			c := theirs[0]
			out = addWeave(out, weave{takeTheirs, c.a, c.na, c.a + shift1, c.na, c.b, c.nb})
			theirs, shift2 = theirs[1:], c.b+c.nb-c.a-c.na
		default:
			x, y := ours[0], theirs[0]
			if !d.sameChange(x, y) {
				out = addWeave(out, overlap(x, y))
			}
			ex, ey := x.a+x.na, y.a+y.na
			if ex >= ey {
				theirs, shift2 = theirs[1:], y.b+y.nb-ey
			}
			if ey >= ex {
				ours, shift1 = ours[1:], x.b+x.nb-ex
			}
		}
	}
	return out
}

func (d *differ) sameChange(x, y change) bool {
	return x.a == y.a && x.na == y.na && x.nb == y.nb &&
		sameRun(d.texts[1].ids[x.b:x.b+x.nb], d.texts[2].ids[y.b:y.b+y.nb])
}

// overlap widens two changes that meet to the same lines of the base.
func overlap(x, y change) weave {
	from, to := min(x.a, y.a), max(x.a+x.na, y.a+y.na)
	w := weave{take: takeConflict, i0: from, n0: to - from}
	w.i1, w.n1 = widened(x, from, to)
	w.i2, w.n2 = widened(y, from, to)
	return w
}

// widened returns the lines of the second text that stand for lines [from,to) of the first, c being
// the one change among them.
func widened(c change, from, to int) (start, count int) {
	start = c.b - (c.a - from)
	return start, c.b + c.nb + (to - c.a - c.na) - start
}

// addWeave appends w, or joins it to the last one where they touch in either side's text.
func addWeave(ws []weave, w weave) []weave {
	if n := len(ws) - 1; n >= 0 && (w.i1 <= ws[n].i1+ws[n].n1 || w.i2 <= ws[n].i2+ws[n].n2) {
		l := &ws[n]
		if l.take != w.take {
			l.take = takeConflict
		}
		l.extend(w)
		return ws
	}
	return append(ws, w)
}

// extend makes w reach to the end of v.
func (w *weave) extend(v weave) {
	w.n0 = v.i0 + v.n0 - w.i0
	w.n1 = v.i1 + v.n1 - w.i1
	w.n2 = v.i2 + v.n2 - w.i2
}
