package merge

import "bytes"

// A group is a run of changed lines [start,end) of a text, possibly empty, between two unchanged ones
// or the text's ends. The n-th group of one text stands at the same place as the n-th of the other.
type group struct{ start, end int }

// A side is one text of a diff: its lines and which of them are marked as changed.
type side struct {
	ids     []int32
	changed []byte
}

func (s *side) firstGroup() group {
	g := group{}
	g.end = s.endOfRun(0)
	return g
}

func (s *side) endOfRun(i int) int {
	for i < len(s.ids) && s.changed[i] != 0 {
		i++
	}
	return i
}

// next moves g to the group after the next unchanged line; false at the end of the text.
func (s *side) next(g *group) bool {
	if g.end == len(s.ids) {
		return false
	}
	g.start = g.end + 1
	g.end = s.endOfRun(g.start)
	return true
}

// previous moves g to the group before the preceding unchanged line.
func (s *side) previous(g *group) {
	g.end = g.start - 1
	for g.start = g.end; g.start > 0 && s.changed[g.start-1] != 0; {
		g.start--
	}
}

// slideUp moves g up by a line, taking in the group it then touches; false where it cannot move.
func (s *side) slideUp(g *group) bool {
	if g.start == 0 || s.ids[g.start-1] != s.ids[g.end-1] {
		return false
	}
	g.start--
	g.end--
	s.changed[g.start], s.changed[g.end] = 1, 0
	for g.start > 0 && s.changed[g.start-1] != 0 {
		g.start--
	}
	return true
}

// slideDown moves g down by a line, taking in the group it then touches; false where it cannot move.
func (s *side) slideDown(g *group) bool {
	if g.end == len(s.ids) || s.ids[g.start] != s.ids[g.end] {
		return false
	}
	s.changed[g.start], s.changed[g.end] = 0, 1
	g.start++
	g.end = s.endOfRun(g.end + 1)
	return true
}

// compact slides the groups of changed lines of s, of several equally good diffs choosing the one git
// chooses: a group is slid as far down as it goes, joining groups it touches, and then back up to the
// last place where the other text has changes too.
func (d *differ) compact(s, other side) {
	g, o := s.firstGroup(), other.firstGroup()
	for {
		if g.start == g.end {
			skipUnchanged(s, other, &g, &o)
		}
		if g.start != g.end {
			d.settle(s, other, &g, &o)
		}
		if !s.next(&g) {
			return
		}
		other.next(&o)
	}
}

// skipUnchanged moves g and o on over lines that are unchanged in both texts.
func skipUnchanged(s, other side, g, o *group) {
	n := bytes.IndexByte(s.changed[g.end:len(s.ids)], 1)
	if n < 0 {
		n = len(s.ids) - g.end
	}
	m := bytes.IndexByte(other.changed[o.end:len(other.ids)], 1)
	if m < 0 {
		m = len(other.ids) - o.end
	}
	if n = min(n, m); n < 2 {
		return
	}
	n-- // the groups after the last of these lines are found in the ordinary way
	*g = group{g.end + n, g.end + n}
	*o = group{o.end + n, o.end + n}
}

// settle slides the group g, o being the one at its place in the other text.
func (d *differ) settle(s, other side, g, o *group) {
	was := *g
	var top, matching int
	for {
		size := g.end - g.start
		matching = -1
		for s.slideUp(g) {
			other.previous(o)
		}
		top = g.end
		if o.end > o.start {
			matching = g.end
		}
		for s.slideDown(g) {
			other.next(o)
			if o.end > o.start {
				matching = g.end
			}
		}
		if size == g.end-g.start {
			break
		}
	}
	if g.end != top && matching >= 0 {
		for o.start == o.end {
			s.slideUp(g)
			other.previous(o)
		}
	}
	if d.rediff && o.start != o.end && *g != was {
		d.myers(s.ids[g.start:g.end], other.ids[o.start:o.end], s.changed[g.start:g.end], other.changed[o.start:o.end])
	}
}
