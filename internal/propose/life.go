package propose

import (
	"slices"

	"github.com/git-backport/git-backport/policy"
)

// A life is what the tags tell of a line.
type life struct {
	id       policy.LineID
	released policy.Date
	patches  []policy.Date // days of its stable tags after the first, sorted
	newer    int           // newer lines released until today
	outlived int           // newer lines released until its last patch
}

func (l life) last() policy.Date {
	if n := len(l.patches); n > 0 {
		return l.patches[n-1]
	}
	return l.released
}

// lives reads the lives of the lines, newest first. Tags after the policy's day are not there yet.
func lives(p *policy.Policy, f policy.Facts) []life {
	byID := map[policy.LineID]*life{}
	days := map[policy.LineID][]policy.Date{}
	for _, t := range f.Tags {
		id, v, ok := p.ReadTag(t.Name)
		if !ok || !policy.IsStable(v) || t.Date.IsZero() || t.Date.After(f.AsOf) {
			continue
		}
		if p.Repo.From != nil && id.Compare(*p.Repo.From) < 0 {
			continue
		}
		days[id] = append(days[id], t.Date)
	}
	var out []life
	for id, d := range days {
		slices.SortFunc(d, policy.Date.Compare)
		byID[id] = &life{id: id, released: d[0], patches: d[1:]}
		out = append(out, *byID[id])
	}
	slices.SortFunc(out, func(a, b life) int { return b.id.Compare(a.id) })
	for i := range out {
		for _, n := range out[:i] {
			out[i].newer++
			if !n.released.After(out[i].last()) {
				out[i].outlived++
			}
		}
	}
	return out
}

// rhythm is how many days may pass between two releases of a line that lives: most gaps between patches are
// shorter.
func rhythm(ls []life) int {
	var gaps []int
	for _, l := range ls[:min(len(ls), 20)] {
		prev := l.released
		for _, d := range l.patches {
			if n := d.DaysSince(prev); n > 0 {
				gaps = append(gaps, n)
			}
			prev = d
		}
	}
	if len(gaps) < 5 {
		return 180
	}
	slices.Sort(gaps)
	return min(max(gaps[len(gaps)*85/100], 60), 270)
}

// end is the last day on which a line was looked after; zero while it is.
func (l life) end(asOf policy.Date, gap int) policy.Date {
	if l.newer == 0 || asOf.DaysSince(l.last()) <= gap {
		return policy.Date{}
	}
	return l.last()
}
