package propose

import (
	"cmp"
	"fmt"

	"github.com/git-backport/git-backport/policy"
)

// A split parts the lines in two classes; the zero split is one class.
type split struct {
	match string // of the first class, as it is written
	rule  policy.Match
}

// A rule is what was found of how long lines are supported.
type rule struct {
	split        split
	until, other string // of the class with the match, and of the default class
	cost         cost
}

// A cost says how wrong a rule is: about the last years, and, where these do not tell, about all of them.
type cost struct{ recent, ever int }

func (c cost) plus(o cost) cost { return cost{c.recent + o.recent, c.ever + o.ever} }

func (c cost) less(o cost) bool {
	return cmp.Or(cmp.Compare(c.recent, o.recent), cmp.Compare(c.ever, o.ever)) < 0
}

// months after which support ends are tried, and counts of releases.
func ends(scheme policy.Scheme) []string {
	var out []string
	for n := 1; n <= 8; n++ {
		out = append(out, releases(n))
	}
	for _, m := range []int{6, 9, 12, 13, 14, 15, 18, 21, 24, 27, 30, 36, 42, 48, 60} {
		out = append(out, fmt.Sprintf("%d months", m))
	}
	if scheme == policy.ByMinor {
		for n := 1; n <= 4; n++ {
			for _, m := range []int{6, 12, 18, 24, 36, 48} {
				out = append(out, fmt.Sprintf("max(%s, min(minor(+1), major(+1) + %d months))", releases(n), m))
			}
		}
	}
	return out
}

func releases(n int) string {
	if n == 1 {
		return "1 release"
	}
	return fmt.Sprintf("%d releases", n)
}

// splits are the ways in which projects choose their long-term lines.
func splits(scheme policy.Scheme, ls []life) []split {
	out := []split{{}}
	if scheme == policy.ByMajor {
		for _, n := range []uint32{2, 3, 4, 5, 6, 8, 10, 12} {
			for _, l := range ls {
				if l.id.Major%n == 0 && l.outlived >= 5 && l.id.Major > 0 {
					from := l.id
					out = append(out, split{fmt.Sprintf("{ divisible_by = %d, from = %q }", n, from), policy.Match{DivisibleBy: n, From: &from}})
				}
			}
			out = append(out, split{fmt.Sprintf("{ divisible_by = %d }", n), policy.Match{DivisibleBy: n}})
		}
		return out
	}
	for r := range uint32(2) {
		text := `{ component = "minor", divisible_by = 2 }`
		if r == 1 {
			text = `{ component = "minor", divisible_by = 2, remainder = 1 }`
		}
		out = append(out, split{text, policy.Match{Component: "minor", DivisibleBy: 2, Remainder: r}})
	}
	seen := map[uint32]int{}
	for _, l := range ls {
		seen[l.id.Minor]++
	}
	for minor := range uint32(10) {
		if seen[minor] >= 2 {
			n := minor
			out = append(out, split{fmt.Sprintf(`{ component = "minor", equals = %d }`, minor), policy.Match{Component: "minor", Equals: &n}})
		}
	}
	return out
}

const (
	sampleDays = 30
	sampleSpan = 36 // months that are looked back
	splitCost  = 16 // samples that a second class must save
	missedCost = 5  // a patch after the end weighs as much as five samples without one
	soonMonths = 6  // a line that is patched in its rhythm is expected to be patched once more in this time
)

// infer finds the rule that says best on which days each line was looked after.
func infer(p *policy.Policy, f policy.Facts, ls []life, gap int) rule {
	if len(ls) < 4 {
		return rule{other: releases(2)}
	}
	candidates := ends(p.Repo.Scheme)
	costs := make([]map[policy.LineID]cost, len(candidates))
	for i, until := range candidates {
		costs[i] = costOf(p, f, ls, gap, until)
	}
	best := rule{other: releases(2), cost: cost{recent: 1 << 30}}
	for _, s := range splits(p.Repo.Scheme, ls) {
		in := func(l life) bool { return s.match != "" && s.rule.Holds(l.id) }
		out := func(l life) bool { return !in(l) }
		r := rule{split: s}
		var inside, n int
		r.other, r.cost, n = cheapest(candidates, costs, ls, out)
		if s.match != "" {
			var more cost
			r.until, more, inside = cheapest(candidates, costs, ls, in)
			r.cost = r.cost.plus(more).plus(cost{splitCost, splitCost})
			if inside < 2 || n < 2 || r.until == r.other {
				continue
			}
		}
		if r.cost.less(best.cost) {
			best = r
		}
	}
	return best
}

// cheapest returns the end that costs least for some lines, its cost, and how many lines there are.
func cheapest(candidates []string, costs []map[policy.LineID]cost, ls []life, of func(life) bool) (until string, least cost, lines int) {
	least = cost{recent: 1 << 30}
	for i, text := range candidates {
		sum, n := cost{}, 0
		for _, l := range ls {
			if of(l) {
				sum = sum.plus(costs[i][l.id])
				n++
			}
		}
		if sum.less(least) {
			until, least = text, sum
		}
		lines = n
	}
	return until, least, lines
}

// costOf returns, for each line, how wrong an end is about it: a patch release after the end is evidence that
// the line was supported; months without one are weaker evidence that it was not. A line that is alive, and
// has ended, or would within months, by the days of the rule and not by another release, counts as one patch after the end: nothing was seen of
// its end yet, so that what fits no other line as well is too short.
func costOf(p *policy.Policy, f policy.Facts, ls []life, gap int, until string) map[policy.LineID]cost {
	q := *p
	e, err := policy.ParseExpr(until)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	q.Classes = []policy.Class{{Name: "r", Phases: []policy.Phase{{Name: "s", Until: e}}}}
	q.Dates.Plan = nil
	ends, soon, eve := map[policy.LineID]policy.Date{}, map[policy.LineID]bool{}, map[policy.Date]bool{}
	for _, l := range ls {
		eve[l.released.AddDays(-1)] = true
	}
	lines, _ := policy.Lines(&q, f)
	for _, l := range lines {
		switch {
		case l.State == policy.StateEnded:
			ends[l.ID], soon[l.ID] = l.Until, !eve[l.Until]
		case l.State == policy.StateSupported && !l.Until.IsZero():
			soon[l.ID] = l.Until.Before(f.AsOf.AddMonths(soonMonths))
		}
	}
	out := map[policy.LineID]cost{}
	for _, l := range ls {
		end, ended := ends[l.id]
		c := cost{l.wrong(end, ended, f.AsOf, gap, f.AsOf.AddMonths(-sampleSpan)), l.wrong(end, ended, f.AsOf, gap, policy.Date{})}
		if soon[l.id] && f.AsOf.DaysSince(l.last()) <= gap {
			c = c.plus(cost{missedCost, missedCost})
		}
		out[l.id] = c
	}
	return out
}

// wrong counts what speaks against an end of a line, from a day on.
func (l life) wrong(end policy.Date, ended bool, asOf policy.Date, gap int, start policy.Date) int {
	missed, n := 0, 0
	for _, day := range l.patches {
		if ended && day.After(end) && day.After(start) {
			missed++
		}
	}
	n = missedCost * min(missed, 4)
	if l.end(asOf, gap).IsZero() {
		return n
	}
	for day := l.last().AddDays(2 * sampleDays); !day.After(asOf) && (!ended || !day.After(end)); day = day.AddDays(sampleDays) {
		if day.After(start) {
			n++
		}
	}
	return n
}
