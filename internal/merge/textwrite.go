package merge

import "bytes"

// A weaver writes the merged text.
type weaver struct {
	d     *differ
	o     TextOptions
	out   []byte
	lines int // written so far
	hunks []Hunk
}

func (w *weaver) write(ws []weave) TextResult {
	ours, theirs := &w.d.texts[1], &w.d.texts[2]
	at := 0 // the next line of ours
	for _, v := range ws {
		if v.take == takeEqual {
			continue
		}
		w.copy(ours, at, v.i1)
		at = v.i1 + v.n1
		switch {
		case v.take == takeOurs:
			w.copy(ours, v.i1, at)
		case v.take == takeTheirs:
			w.copy(theirs, v.i2, v.i2+v.n2)
		case w.o.Union:
			w.copyWhole(ours, v.i1, at, w.newline(v))
			w.copy(theirs, v.i2, v.i2+v.n2)
		default:
			w.conflict(v)
		}
	}
	w.copy(ours, at, len(ours.ids))
	return TextResult{Merged: w.out, Conflicts: len(w.hunks), Hunks: w.hunks}
}

func (w *weaver) copy(t *lineText, from, to int) {
	w.out = append(w.out, t.span(from, to)...)
	w.lines += to - from
}

// copyWhole is copy that ends the last line where its newline is missing.
func (w *weaver) copyWhole(t *lineText, from, to int, newline string) {
	w.copy(t, from, to)
	if from < to && !bytes.HasSuffix(w.out, []byte{'\n'}) {
		w.out = append(w.out, newline...)
	}
}

func (w *weaver) conflict(v weave) {
	newline := w.newline(v)
	h := Hunk{Base: Lines{v.i0 + 1, v.n0}, Ours: Lines{v.i1 + 1, v.n1}, Theirs: Lines{v.i2 + 1, v.n2}}
	h.Merged.Start = w.lines + 1
	w.marker('<', w.o.Labels.Ours, newline)
	w.copyWhole(&w.d.texts[1], v.i1, v.i1+v.n1, newline)
	if w.o.Style != StyleMerge {
		w.marker('|', w.o.Labels.Base, newline)
		w.copyWhole(&w.d.texts[0], v.i0, v.i0+v.n0, newline)
	}
	w.marker('=', "", newline)
	w.copyWhole(&w.d.texts[2], v.i2, v.i2+v.n2, newline)
	w.marker('>', w.o.Labels.Theirs, newline)
	h.Merged.Count = w.lines + 1 - h.Merged.Start
	w.hunks = append(w.hunks, h)
}

func (w *weaver) marker(c byte, label, newline string) {
	size := w.o.MarkerSize
	if size <= 0 {
		size = defaultMarkerSize
	}
	for range size {
		w.out = append(w.out, c)
	}
	if label != "" {
		w.out = append(append(w.out, ' '), label...)
	}
	w.out = append(w.out, newline...)
	w.lines++
}

// newline returns the line end of the markers around v: CRLF where the lines before it, or the first
// lines, of all texts that show one end so.
func (w *weaver) newline(v weave) string {
	t := &w.d.texts
	eol := eolAt(&t[1], max(v.i1-1, 0))
	if eol != eolLF {
		eol = eolAt(&t[2], max(v.i2-1, 0))
	}
	if eol != eolLF {
		eol = eolAt(&t[0], 0)
	}
	if eol == eolCRLF {
		return "\r\n"
	}
	return "\n"
}

type lineEnd int

const (
	eolUnknown lineEnd = iota
	eolLF
	eolCRLF
)

// eolAt returns how line i ends; a last line without newline is judged by the one before it.
func eolAt(t *lineText, i int) lineEnd {
	if i >= len(t.ids) {
		return eolUnknown
	}
	line := t.line(i)
	if line[len(line)-1] != '\n' {
		if i == 0 {
			return eolUnknown
		}
		line = t.line(i - 1)
	}
	if bytes.HasSuffix(line, []byte("\r\n")) {
		return eolCRLF
	}
	return eolLF
}
