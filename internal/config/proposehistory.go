package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// lived is what the tags tell of a line's life.
type lived struct {
	id       policy.LineID
	released policy.Date
	patched  policy.Date // last stable tag
	outlived int         // newer lines released before that
	newer    int         // newer lines released until today
}

// An ltsRule is a class of lines that are patched much longer than the others.
type ltsRule struct{ match, until, why string }

// history reads the lives of the lines from the tags, by the templates that were found.
func (d *detection) history() {
	var templates []policy.Template
	for _, text := range d.tags {
		if t, err := policy.ParseTemplate(text); err == nil {
			templates = append(templates, t)
		}
	}
	p := policy.Policy{Repo: policy.Repo{Tags: templates, Scheme: d.scheme}}
	byID := map[policy.LineID]*lived{}
	for _, t := range d.seen.Facts.Tags {
		id, v, ok := p.ReadTag(t.Name)
		if !ok || !policy.IsStable(v) || t.Date.IsZero() || t.Date.After(d.seen.Facts.AsOf) {
			continue
		}
		l := byID[id]
		if l == nil {
			l = &lived{id: id, released: t.Date, patched: t.Date}
			byID[id] = l
		}
		if t.Date.Before(l.released) {
			l.released = t.Date
		}
		if t.Date.After(l.patched) {
			l.patched = t.Date
		}
	}
	for _, l := range byID {
		d.lines = append(d.lines, *l)
	}
	slices.SortFunc(d.lines, func(a, b lived) int { return b.id.Compare(a.id) })
	for i := range d.lines {
		l := &d.lines[i]
		for _, n := range d.lines[:i] {
			l.newer++
			if !n.released.After(l.patched) {
				l.outlived++
			}
		}
	}
}

// cadence finds how often lines are released, from the last dozen.
func (d *detection) cadence() {
	var gaps []int
	recent := d.lines[:min(len(d.lines), 13)]
	for i := 0; i+1 < len(recent); i++ {
		if n := recent[i].released.DaysSince(recent[i+1].released); n > 0 && (!recent[i].id.HasMinor || recent[i].id.Major == recent[i+1].id.Major) {
			gaps = append(gaps, n)
		}
	}
	if len(gaps) < 4 {
		d.why = "too few releases to tell how often a line comes; plan = { line, date, every } says it"
		return
	}
	sorted := slices.Sorted(slices.Values(gaps))
	median := sorted[len(sorted)/2]
	near := 0
	for _, g := range gaps {
		if 4*g >= 3*median && 4*g <= 5*median {
			near++
		}
	}
	for _, c := range []struct {
		days  int
		every string
	}{{7, "1 week"}, {14, "2 weeks"}, {28, "4 weeks"}, {30, "1 month"}, {42, "6 weeks"}, {61, "2 months"}, {91, "3 months"}, {122, "4 months"}, {183, "6 months"}, {365, "1 year"}} {
		if near*3 >= len(gaps)*2 && max(median-c.days, c.days-median)*14 <= c.days {
			d.every = c.every
		}
	}
	if d.every == "" {
		d.why = fmt.Sprintf("no regular rhythm: the last %d lines came %d to %d days apart", len(gaps)+1, sorted[0], sorted[len(sorted)-1])
		return
	}
	d.why = fmt.Sprintf("%d of the last %d lines came about %s after the one before", near, len(gaps), d.every)
	d.anchor = d.onUsualDay(recent)
}

// onUsualDay returns the newest line released on the day of the month that is most common.
func (d *detection) onUsualDay(recent []lived) lived {
	var count [32]int
	for _, l := range recent {
		count[l.released.Day]++
	}
	usual := 0
	for day, n := range count {
		if n > count[usual] {
			usual = day
		}
	}
	for _, l := range recent {
		if l.released.Day == usual && strings.HasSuffix(d.every, "month") {
			return l
		}
	}
	return recent[0]
}

// support finds how long lines are patched: how many newer lines they see, and which see many more.
func (d *detection) support() {
	var spans []int
	for _, l := range d.lines {
		if l.newer >= 3 && len(spans) < 12 {
			spans = append(spans, l.outlived)
		}
	}
	slices.Sort(spans)
	d.normal = 2
	if len(spans) >= 3 {
		d.normal = min(max(spans[len(spans)/2]+1, 1), 6)
	}
	var long []lived
	for _, l := range d.lines[:min(len(d.lines), 30)] {
		if l.outlived >= 3*d.normal && l.outlived >= 5 {
			long = append(long, l)
		}
	}
	if len(long) == 0 {
		return
	}
	d.ltsByDivision(long)
	if d.lts.match == "" && len(long) <= 4 {
		d.ltsByList(long)
	}
}

// ltsByDivision finds "every N-th": long-lived lines that are the multiples of one number.
func (d *detection) ltsByDivision(long []lived) {
	if d.scheme != policy.ByMajor || len(long) < 2 {
		return
	}
	n := 0
	oldest := long[len(long)-1]
	for _, l := range long {
		n = gcd(n, int(l.id.Major))
	}
	if n < 2 {
		return
	}
	for _, l := range d.lines { // a multiple that had time to show itself and did not
		if l.id.Compare(oldest.id) > 0 && int(l.id.Major)%n == 0 && l.newer > 2*d.normal+4 && l.outlived <= d.normal {
			return
		}
	}
	d.lts.match = fmt.Sprintf("{ divisible_by = %d, from = %q }", n, oldest.id)
	d.ltsLength(long)
}

func (d *detection) ltsByList(long []lived) {
	var ids []string
	for _, l := range slices.Backward(long) {
		ids = append(ids, fmt.Sprintf("%q", l.id))
	}
	d.lts.match = "{ lines = [" + strings.Join(ids, ", ") + "] }"
	d.ltsLength(long)
}

// ltsLength proposes the shortest whole number of years that covers what was patched.
func (d *detection) ltsLength(long []lived) {
	years := 1
	var said []string
	for _, l := range long {
		for years < 20 && l.patched.After(l.released.AddMonths(12*years)) {
			years++
		}
		said = append(said, fmt.Sprintf("%s patched until %s, %d releases later", l.id, l.patched, l.outlived))
	}
	d.lts.until = fmt.Sprintf("%d months", 12*years)
	d.lts.why = "likely long-term lines: " + strings.Join(said, "; ")
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// normalWhy says where the number of releases comes from.
func (d *detection) normalWhy() string {
	if len(d.lines) < 6 {
		return "too few lines to tell how long they are supported: the two newest"
	}
	why := fmt.Sprintf("most recent lines were last patched while %d newer were out", d.normal-1)
	var alive []string
	for _, l := range d.lines {
		if l.newer > 0 && l.patched.After(l.released) && d.seen.Facts.AsOf.DaysSince(l.patched) <= 183 && len(alive) < 12 {
			alive = append(alive, l.id.String())
		}
	}
	if len(alive) > 0 {
		why += "; older ones patched in the last half year: " + strings.Join(alive, ", ")
	}
	return why
}
