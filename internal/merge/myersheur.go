package merge

import "math"

// promisingForward looks, among the diagonals reached from the start, for the one that came furthest
// beyond what its cost warrants and ends in a long run of equal lines.
func (s *snakeSearch) promisingForward(x box, f frontier, cost int) (split, bool) {
	best, at := 0, split{exactA: true}
	for k := f.hi; k >= f.lo; k -= 2 {
		i := int(s.forward[s.zero+k])
		j := i - k
		gain := i - x.a0 + j - x.b0 - distance(k, x.a0-x.b0)
		if gain <= snakeFactor*cost || gain <= best || i < x.a0+snakeLength || i >= x.a1 || j < x.b0+snakeLength || j >= x.b1 {
			continue
		}
		if sameRun(s.a[i-snakeLength:i], s.b[j-snakeLength:j]) {
			best, at.a, at.b = gain, i, j
		}
	}
	return at, best > 0
}

// promisingBackward is promisingForward from the end.
func (s *snakeSearch) promisingBackward(x box, b frontier, cost int) (split, bool) {
	best, at := 0, split{exact: true}
	for k := b.hi; k >= b.lo; k -= 2 {
		i := int(s.backward[s.zero+k])
		j := i - k
		gain := x.a1 - i + x.b1 - j - distance(k, x.a1-x.b1)
		if gain <= snakeFactor*cost || gain <= best || i <= x.a0 || i > x.a1-snakeLength || j <= x.b0 || j > x.b1-snakeLength {
			continue
		}
		if sameRun(s.a[i:i+snakeLength], s.b[j:j+snakeLength]) {
			best, at.a, at.b = gain, i, j
		}
	}
	return at, best > 0
}

func sameRun(a, b []int32) bool {
	for i, id := range a {
		if id != b[i] {
			return false
		}
	}
	return true
}

func distance(a, b int) int {
	if a < b {
		return b - a
	}
	return a - b
}

// furthest divides x where the direction that came further stands, the shortest path given up.
func (s *snakeSearch) furthest(x box, f, b frontier) split {
	fbest, fa := -1, -1
	for k := f.hi; k >= f.lo; k -= 2 {
		i := min(int(s.forward[s.zero+k]), x.a1)
		j := i - k
		if j > x.b1 {
			i, j = x.b1+k, x.b1
		}
		if i+j > fbest {
			fbest, fa = i+j, i
		}
	}
	bbest, ba := math.MaxInt, math.MaxInt
	for k := b.hi; k >= b.lo; k -= 2 {
		i := max(int(s.backward[s.zero+k]), x.a0)
		j := i - k
		if j < x.b0 {
			i, j = x.b0+k, x.b0
		}
		if i+j < bbest {
			bbest, ba = i+j, i
		}
	}
	if x.a1+x.b1-bbest < fbest-x.a0-x.b0 {
		return split{a: fa, b: fbest - fa, exactA: true}
	}
	return split{a: ba, b: bbest - ba, exact: true}
}

// The limits of setting lines aside before the search.
const (
	maxFrequent     = 1024 // a line is frequent at this many counterparts, whatever the length of the text
	frequentWindow  = 100  // lines looked at before and after a frequent one
	frequentPortion = 4    // it is set aside when fewer than one in this many around it are frequent too
)

// How often a line occurs in the other text.
const (
	matchNone byte = iota
	matchSome
	matchOften
)

// A keptLines is what is left of a text once lines without a usable counterpart are set aside.
type keptLines struct {
	ids []int32
	at  []int32 // their positions
}

// collect keeps of lines [lo,hi) of ids those worth matching and marks the others in changed; others
// counts each id's occurrences in the other text.
func (k *keptLines) collect(ids []int32, lo, hi int, others []int32, changed []byte, buf *[]byte) {
	frequent := int32(min(roughRoot(len(ids)), maxFrequent))
	freq := (*buf)[:0]
	for _, id := range ids[lo:hi] {
		switch n := others[id]; {
		case n == 0:
			freq = append(freq, matchNone)
		case n >= frequent:
			freq = append(freq, matchOften)
		default:
			freq = append(freq, matchSome)
		}
	}
	*buf = freq
	k.ids, k.at = k.ids[:0], k.at[:0]
	for i, m := range freq {
		if m == matchNone || m == matchOften && setAside(freq, i) {
			changed[lo+i] = 1
			continue
		}
		k.ids, k.at = append(k.ids, ids[lo+i]), append(k.at, int32(lo+i))
	}
}

// setAside reports whether the frequent line i stands among lines without counterpart, on both sides.
func setAside(freq []byte, i int) bool {
	var none, often int
	for j := i - 1; j >= max(0, i-frequentWindow) && freq[j] != matchSome; j-- {
		if freq[j] == matchNone {
			none++
		} else {
			often++
		}
	}
	if none == 0 {
		return false
	}
	before := none
	for j := i + 1; j <= min(len(freq)-1, i+frequentWindow) && freq[j] != matchSome; j++ {
		if freq[j] == matchNone {
			none++
		} else {
			often++
		}
	}
	if none == before {
		return false
	}
	often += 2 // the line itself counts on each side
	return often*frequentPortion < often+none
}
