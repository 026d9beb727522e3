package merge

import "math"

// The limits of the search for a middle snake.
const (
	snakeLength  = 20  // matching lines in a row that make a diagonal promising
	snakeFactor  = 4   // how far, in units of the cost, a promising diagonal must have come
	snakeMinCost = 256 // promising diagonals are not looked for below this cost
	minCostLimit = 256 // the search is never cut below this cost
)

// myers marks the lines that differ by the linear-space variant of E. W. Myers, "An O(ND) Difference
// Algorithm and its Variations", with git's short cuts: equal ends are taken off, lines without a
// counterpart are set aside before the search, and a search that grows too dear is cut short.
func (d *differ) myers(a, b []int32, ca, cb []byte) {
	clear(ca)
	clear(cb)
	lo, na, nb := 0, len(a), len(b)
	for lo < na && lo < nb && a[lo] == b[lo] {
		lo++
	}
	for na > lo && nb > lo && a[na-1] == b[nb-1] {
		na, nb = na-1, nb-1
	}
	for _, id := range a {
		d.count[id]++
	}
	for _, id := range b {
		d.first[id] = 0
	}
	for _, id := range a {
		d.first[id] = 0
	}
	for _, id := range b {
		d.first[id]++
	}
	d.kept[0].collect(a, lo, na, d.first, ca, &d.frequency)
	d.kept[1].collect(b, lo, nb, d.count, cb, &d.frequency)
	for _, id := range a {
		d.count[id] = 0
	}
	s := snakeSearch{a: d.kept[0].ids, b: d.kept[1].ids, ia: d.kept[0].at, ib: d.kept[1].at, ca: ca, cb: cb}
	diagonals := len(s.a) + len(s.b) + 3
	s.limit = max(roughRoot(diagonals), minCostLimit)
	if cap(d.diagonals) < 2*diagonals+2 {
		d.diagonals = make([]int32, 2*diagonals+2)
	}
	v := d.diagonals[:2*diagonals+2]
	s.forward, s.backward, s.zero = v[:diagonals+1], v[diagonals+1:], len(s.b)+1
	s.run(box{0, len(s.a), 0, len(s.b)}, false)
}

// roughRoot is a power of two near the square root of n, rounded up as git rounds it.
func roughRoot(n int) int {
	r := 1
	for ; n > 0; n >>= 2 {
		r <<= 1
	}
	return r
}

// A snakeSearch diffs two sequences of line ids; ia and ib say which line each stands for.
type snakeSearch struct {
	a, b              []int32
	ia, ib            []int32
	ca, cb            []byte
	forward, backward []int32 // furthest position in a per diagonal, diagonal 0 being at zero
	zero              int
	limit             int // cost at which a search is cut
}

// A box is a part of the two sequences: [a0,a1) and [b0,b1).
type box struct{ a0, a1, b0, b1 int }

// A split is where a box is divided, and which parts must be searched without short cuts.
type split struct {
	a, b          int
	exactA, exact bool // of the part before, of the part after
}

// run marks what differs within x. exact forbids the short cuts but the cost limit's.
func (s *snakeSearch) run(x box, exact bool) {
	for {
		for x.a0 < x.a1 && x.b0 < x.b1 && s.a[x.a0] == s.b[x.b0] {
			x.a0, x.b0 = x.a0+1, x.b0+1
		}
		for x.a0 < x.a1 && x.b0 < x.b1 && s.a[x.a1-1] == s.b[x.b1-1] {
			x.a1, x.b1 = x.a1-1, x.b1-1
		}
		if x.a0 == x.a1 || x.b0 == x.b1 {
			for _, i := range s.ia[x.a0:x.a1] {
				s.ca[i] = 1
			}
			for _, i := range s.ib[x.b0:x.b1] {
				s.cb[i] = 1
			}
			return
		}
		at := s.split(x, exact)
		s.run(box{x.a0, at.a, x.b0, at.b}, at.exactA)
		x.a0, x.b0, exact = at.a, at.b, at.exact
	}
}

// A frontier is how far one direction has come: on the diagonals lo to hi of those that cross the box.
type frontier struct{ lo, hi int }

// widen extends f by a diagonal at each end, or takes one off at the box's border, and sets the
// diagonal beyond each new end to none.
func (f *frontier) widen(v []int32, zero, first, last int, none int32) {
	if f.lo > first {
		f.lo--
		v[zero+f.lo-1] = none
	} else {
		f.lo++
	}
	if f.hi < last {
		f.hi++
		v[zero+f.hi+1] = none
	} else {
		f.hi--
	}
}

// split finds where a shortest edit path of x crosses its middle, or gives up on the shortest.
func (s *snakeSearch) split(x box, exact bool) split {
	first, last := x.a0-x.b1, x.a1-x.b0
	fmid, bmid := x.a0-x.b0, x.a1-x.b1
	odd := (fmid-bmid)&1 != 0
	f, b := frontier{fmid, fmid}, frontier{bmid, bmid}
	s.forward[s.zero+fmid], s.backward[s.zero+bmid] = int32(x.a0), int32(x.a1)
	for cost := 1; ; cost++ {
		f.widen(s.forward, s.zero, first, last, -1)
		promising, meet, met := s.stepForward(x, f, b, odd)
		if met {
			return meet
		}
		b.widen(s.backward, s.zero, first, last, math.MaxInt32)
		more, meet, met := s.stepBackward(x, f, b, !odd)
		if met {
			return meet
		}
		if exact {
			continue
		}
		if (promising || more) && cost > snakeMinCost {
			if at, ok := s.promisingForward(x, f, cost); ok {
				return at
			}
			if at, ok := s.promisingBackward(x, b, cost); ok {
				return at
			}
		}
		if cost >= s.limit {
			return s.furthest(x, f, b)
		}
	}
}

func (s *snakeSearch) stepForward(x box, f, b frontier, check bool) (promising bool, meet split, met bool) {
	v, other := s.forward, s.backward
	for k := f.hi; k >= f.lo; k -= 2 {
		i := int(v[s.zero+k+1])
		if below := int(v[s.zero+k-1]); below >= i {
			i = below + 1
		}
		from, j := i, i-k
		for i < x.a1 && j < x.b1 && s.a[i] == s.b[j] {
			i, j = i+1, j+1
		}
		promising = promising || i-from > snakeLength
		v[s.zero+k] = int32(i)
		if check && b.lo <= k && k <= b.hi && int(other[s.zero+k]) <= i {
			return promising, split{i, j, true, true}, true
		}
	}
	return promising, split{}, false
}

func (s *snakeSearch) stepBackward(x box, f, b frontier, check bool) (promising bool, meet split, met bool) {
	v, other := s.backward, s.forward
	for k := b.hi; k >= b.lo; k -= 2 {
		i := int(v[s.zero+k-1])
		if above := int(v[s.zero+k+1]); i >= above {
			i = above - 1
		}
		from, j := i, i-k
		for i > x.a0 && j > x.b0 && s.a[i-1] == s.b[j-1] {
			i, j = i-1, j-1
		}
		promising = promising || from-i > snakeLength
		v[s.zero+k] = int32(i)
		if check && f.lo <= k && k <= f.hi && i <= int(other[s.zero+k]) {
			return promising, split{i, j, true, true}, true
		}
	}
	return promising, split{}, false
}
