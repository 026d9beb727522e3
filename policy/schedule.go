package policy

import "slices"

// A Calendar is the support calendar of a project, past and planned.
type Calendar struct {
	AsOf     Date
	Lines    []Line    // newest first: those that have windows, planned ones included
	Upgrades []Upgrade // oldest first
}

// An Upgrade is the time in which two consecutive lines of a class are both supported, so that
// their users can move from one to the other.
type Upgrade struct {
	Class      string
	From, To   LineID
	Start, End Date // both days included
	Planned    bool // one of the days depends on what has not happened yet
}

// Schedule returns the calendar, with as many lines to come as next says, where [dates] plan tells
// when they come; at most a hundred.
func Schedule(p *Policy, f Facts, next int) Calendar {
	b := newBuilder(p, f)
	b.next = min(max(next, 0), futureLines)
	c := Calendar{AsOf: f.AsOf}
	for _, l := range b.build(f) {
		announced := l.State == StatePlanned && l.override != nil // "4.0, to be announced"
		if len(l.Windows) > 0 || l.State == StatePending || announced {
			c.Lines = append(c.Lines, l)
		}
	}
	c.Upgrades = p.upgrades(c.Lines)
	return c
}

// upgrades pairs the lines of each class that is chosen by rule, or of the only class there is.
func (p *Policy) upgrades(lines []Line) []Upgrade {
	var out []Upgrade
	for _, c := range p.Classes {
		if len(c.Match) == 0 && len(p.Classes) > 1 {
			continue
		}
		var older *Line
		for i := len(lines) - 1; i >= 0; i-- {
			l := &lines[i]
			if l.Class != c.Name || len(l.Windows) == 0 {
				continue
			}
			if older != nil {
				u := Upgrade{Class: c.Name, From: older.ID, To: l.ID, Start: l.Windows[0].Start, End: older.Until, Planned: l.Released.IsZero()}
				if u.End.IsZero() {
					u.End, u.Planned = older.Planned, true
				}
				if !u.End.IsZero() && !u.Start.IsZero() && !u.End.Before(u.Start) {
					out = append(out, u)
				}
			}
			older = l
		}
	}
	slices.SortStableFunc(out, func(a, b Upgrade) int { return a.Start.Compare(b.Start) })
	return out
}

// addPlanned adds the lines to come. Without any line yet, the plan's own line is the first.
func (b *builder) addPlanned() {
	if b.next == 0 || b.p.Dates.Plan == nil {
		return
	}
	id := b.p.Dates.Plan.Line
	if len(b.drafts) > 0 {
		id = b.p.Dates.Plan.next(b.drafts[0].ID)
	}
	for range b.next {
		if b.p.Dates.planned(id).IsZero() {
			return
		}
		b.draft(id)
		id = b.p.Dates.Plan.next(id)
	}
	b.sort()
}

// expect gives each line that is not released its day, oldest first: what is overdue is expected
// tomorrow, and the lines after it no sooner than one turn later.
func (b *builder) expect() {
	var prev Date
	for _, d := range slices.Backward(b.drafts) {
		if d.State != StatePending && d.State != StatePlanned {
			continue
		}
		if d.override == nil || d.override.Released.IsZero() {
			d.Expected = Date{}
			if b.p.Dates.Plan != nil {
				d.Expected = b.upcoming(d.ID, prev)
			}
		}
		prev = later(prev, d.Expected)
	}
}
