package merge

// maxOccurrences is how often a line may occur in the first text of a region to serve as an anchor of
// the histogram diff. Where only more frequent lines are common, the region is left to Myers.
const maxOccurrences = 64

// A region is a part of two texts still to be diffed: lines [a0,a1) of the first, [b0,b1) of the second.
type region struct{ a0, a1, b0, b1 int }

// histogram marks the lines that differ as git's histogram diff does: the longest run of lines common
// to both texts whose rarest line is rarest in the first is kept, and what lies before and after it is
// treated likewise. Borrowed idea: JGit's HistogramDiff.
func (d *differ) histogram(a, b []int32, ca, cb []byte) {
	stack := append(d.regions[:0], region{0, len(a), 0, len(b)})
	for len(stack) > 0 {
		r := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch {
		case r.a0 == r.a1:
			mark(cb[r.b0:r.b1])
			continue
		case r.b0 == r.b1:
			mark(ca[r.a0:r.a1])
			continue
		}
		anchor, found := d.anchor(a, b, r)
		switch {
		case !found:
			d.myers(a[r.a0:r.a1], b[r.b0:r.b1], ca[r.a0:r.a1], cb[r.b0:r.b1])
		case anchor.a0 == anchor.a1:
			mark(ca[r.a0:r.a1])
			mark(cb[r.b0:r.b1])
		default:
			stack = append(stack, region{r.a0, anchor.a0, r.b0, anchor.b0}, region{anchor.a1, r.a1, anchor.b1, r.b1})
		}
	}
	d.regions = stack
}

func mark(flags []byte) {
	for i := range flags {
		flags[i] = 1
	}
}

// anchor finds the common run a region is split at. It is empty where the texts have no line in
// common; found is false where they have, but none that is rare enough.
func (d *differ) anchor(a, b []int32, r region) (best region, found bool) {
	for p := r.a1 - 1; p >= r.a0; p-- { // backwards, so that each chain begins with the first occurrence
		id := a[p]
		if d.count[id]++; d.count[id] == 1 {
			d.next[p] = -1
		} else {
			d.next[p] = d.first[id]
		}
		d.first[id] = int32(p)
	}
	s := anchorSearch{d: d, a: a, b: b, r: r, rarity: maxOccurrences + 1}
	for p := r.b0; p < r.b1; {
		p = s.try(p)
	}
	for _, id := range a[r.a0:r.a1] {
		d.count[id] = 0
	}
	return s.best, !s.common || s.rarity <= maxOccurrences
}

// An anchorSearch is the state of the search for the best common run of a region.
type anchorSearch struct {
	d      *differ
	a, b   []int32
	r      region
	best   region
	rarity int32 // occurrences of the rarest line of best
	common bool  // some line of the second text occurs in the first
}

// try considers the runs through line p of the second text and returns the next line to consider.
func (s *anchorSearch) try(p int) int {
	d, a, b := s.d, s.a, s.b
	id, after := b[p], p+1
	n := d.count[id]
	if n == 0 {
		return after
	}
	s.common = true
	if n > s.rarity {
		return after
	}
	for at := int(d.first[id]); at >= 0; {
		next := d.next[at]
		a0, b0, a1, b1, rarity := at, p, at+1, p+1, n
		for a0 > s.r.a0 && b0 > s.r.b0 && a[a0-1] == b[b0-1] {
			a0, b0 = a0-1, b0-1
			rarity = min(rarity, d.count[a[a0]])
		}
		for a1 < s.r.a1 && b1 < s.r.b1 && a[a1] == b[b1] {
			rarity = min(rarity, d.count[a[a1]])
			a1, b1 = a1+1, b1+1
		}
		after = max(after, b1)
		if s.best.a1-s.best.a0 < a1-a0 || rarity < s.rarity {
			s.best, s.rarity = region{a0, a1, b0, b1}, rarity
		}
		for next >= 0 && int(next) < a1 { // an occurrence within the run leads to no other run
			next = d.next[next]
		}
		at = int(next)
	}
	return after
}
