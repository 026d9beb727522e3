package merge

// maxBetween is the number of agreed lines between two conflicts up to which they are shown as one.
const maxBetween = 3

// refine narrows each conflict to the lines in which ours and theirs differ; it appends to out.
func (d *differ) refine(ws []weave, out []weave) []weave {
	var changes []change
	for _, w := range ws {
		if w.take != takeConflict || w.n1 == 0 || w.n2 == 0 {
			out = append(out, w)
			continue
		}
		changes = d.diff(d.texts[1].ids[w.i1:w.i1+w.n1], d.texts[2].ids[w.i2:w.i2+w.n2], changes)
		if len(changes) == 0 {
			w.take = takeEqual
			out = append(out, w)
		}
		for _, c := range changes {
			v := w
			v.i1, v.n1, v.i2, v.n2 = w.i1+c.a, c.na, w.i2+c.b, c.nb
			out = append(out, v)
		}
	}
	return out
}

// join makes one of conflicts that follow each other closely.
func (d *differ) join(ws []weave) []weave {
	out := ws[:0]
	for _, w := range ws {
		if n := len(out) - 1; n >= 0 && w.take == takeConflict && out[n].take == takeConflict &&
			w.i1-out[n].i1-out[n].n1 <= maxBetween {
			out[n].extend(w)
			continue
		}
		out = append(out, w)
	}
	return out
}

// trim takes the lines with which ours and theirs begin and end alike out of each conflict. As in git
// a conflict stays one when nothing but the lines of the base is left of it.
func (d *differ) trim(ws []weave) {
	ours, theirs := d.texts[1].ids, d.texts[2].ids
	for i := range ws {
		w := &ws[i]
		if w.take != takeConflict {
			continue
		}
		for w.n1 > 0 && w.n2 > 0 && ours[w.i1] == theirs[w.i2] {
			w.i1, w.n1, w.i2, w.n2 = w.i1+1, w.n1-1, w.i2+1, w.n2-1
		}
		for w.n1 > 0 && w.n2 > 0 && ours[w.i1+w.n1-1] == theirs[w.i2+w.n2-1] {
			w.n1, w.n2 = w.n1-1, w.n2-1
		}
	}
}
