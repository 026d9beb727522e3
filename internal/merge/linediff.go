package merge

import "bytes"

// A Change says that the lines Old of one text became the lines New of another; either may be none,
// and then Start is the line before which the others stand.
type Change struct{ Old, New Lines }

// Diff returns the changes that lead from one text to another, in order, as a merge sees them. Binary
// texts have one change, from all lines to all. The error is a *LimitError.
func Diff(old, now []byte) ([]Change, error) {
	for _, t := range [...][]byte{old, now} {
		if n := bytes.Count(t, []byte{'\n'}); n > MaxTextLines {
			return nil, &LimitError{What: "lines", Size: n, Most: MaxTextLines}
		}
	}
	d := newDiffer()
	defer d.release()
	d.load(old, now, nil)
	a, b := d.texts[0].ids, d.texts[1].ids
	if isBinary(old) || isBinary(now) {
		return []Change{{Old: Lines{1, len(a)}, New: Lines{1, len(b)}}}, nil
	}
	d.changes[0] = d.diff(a, b, d.changes[0])
	out := make([]Change, 0, len(d.changes[0]))
	for _, c := range d.changes[0] {
		out = append(out, Change{Old: Lines{c.a + 1, c.na}, New: Lines{c.b + 1, c.nb}})
	}
	return out, nil
}
