package msrv

import (
	"errors"
	"slices"
)

// A span of versions: lo is in it, hi is not. Without top, hi is meaningless and there is no upper end.
type interval struct {
	lo, hi point
	top    bool
}

func (v interval) empty() bool { return v.top && v.lo.compare(v.hi) >= 0 }

// meet returns what is in both.
func (v interval) meet(w interval) interval {
	if w.lo.compare(v.lo) > 0 {
		v.lo = w.lo
	}
	if w.top && (!v.top || w.hi.compare(v.hi) < 0) {
		v.hi, v.top = w.hi, true
	}
	return v
}

// opened is an upper end as the release it stops at: between 19.0.0's pre-releases and 19.0.0 there is
// nothing that a range leaves out.
func (a point) opened() point {
	if a.rank == pre && len(a.ids) == 0 {
		a.rank = full
	}
	return a
}

var errEmptyRange = errors.New("no version satisfies it")

// union sorts intervals and joins those that touch. The result is the same for any way to write a set.
func union(all []interval) ([]interval, error) {
	all = slices.DeleteFunc(all, interval.empty)
	if len(all) == 0 {
		return nil, errEmptyRange
	}
	slices.SortFunc(all, func(a, b interval) int { return a.lo.compare(b.lo) })
	out := all[:1:1]
	for _, v := range all[1:] {
		last := &out[len(out)-1]
		switch {
		case last.top && v.lo.compare(last.hi.opened()) > 0:
			out = append(out, v)
		case last.top && (!v.top || v.hi.compare(last.hi) > 0):
			last.hi, last.top = v.hi, v.top
		}
	}
	return out, nil
}

// covers reports whether every version of inner is one of outer. Both are results of union.
func covers(outer, inner []interval) bool {
	for _, in := range inner {
		if !slices.ContainsFunc(outer, func(o interval) bool {
			return o.lo.compare(in.lo) <= 0 && (!o.top || in.top && in.hi.compare(o.hi) <= 0)
		}) {
			return false
		}
	}
	return true
}
