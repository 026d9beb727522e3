package policy

import "fmt"

// Check looks at a policy beside the facts and returns what a maintainer should look at: count and
// date ends that have drifted apart, a table of dates that has no row for a line, classes that take
// no line, and every problem that Lines reports.
func Check(p *Policy, f Facts) []Problem {
	b := newBuilder(p, f)
	lines := b.build(f)
	out := b.problems
	used := map[string]bool{}
	for _, l := range lines {
		used[l.Class] = true
		if l.State == StateSupported || l.State == StatePending {
			out = append(out, b.stale(l)...)
		}
		if l.State == StateSupported {
			out = append(out, b.disagree(l)...)
		}
	}
	for _, c := range p.Classes {
		if !used[c.Name] && len(c.Match) > 0 {
			out = append(out, Problem{Code: UnusedClass, Message: fmt.Sprintf("class %q takes no line", c.Name)})
		}
	}
	return out
}

// stale reports a line that the table of dates does not know.
func (b *builder) stale(l Line) []Problem {
	imported := false
	for i := range b.p.Branches {
		imported = imported || b.p.Branches[i].Source != ""
	}
	known := l.override != nil && !l.override.Released.IsZero()
	if known || !imported && b.p.Dates.Source != FromTable || l.Branch == "" {
		return nil
	}
	return []Problem{{Code: StaleTable, Line: l.ID, Refs: []string{l.Branch},
		Message: fmt.Sprintf("branch %q has no row in the table of dates: the table is stale", l.Branch)}}
}

// disagree compares, for each phase that ends by a count or a duration, the two ways of saying it:
// "24 months" and "24 releases" are the same while the train runs on time.
func (b *builder) disagree(l Line) []Problem {
	class, _ := b.p.classOf(l.ID, l.override)
	plan := b.p.Dates.Plan
	if class == nil || plan == nil || plan.Every.Days != 0 || plan.Every.Months == 0 || l.override != nil && (l.override.Phases != nil || !l.override.End.IsZero()) {
		return nil
	}
	w := b.replay(l.ID)
	var out []Problem
	for _, ph := range class.Phases {
		other, ok := ph.Until.otherWay(plan.Every.Months)
		if !ok || !ph.Round.IsZero() {
			continue
		}
		d := b.byID[l.ID]
		one, two := w.eval(d, class.Name, l.Released, ph.Until), w.eval(d, class.Name, l.Released, other)
		x, y := last(one), last(two)
		if x.IsZero() || y.IsZero() {
			continue
		}
		if n := x.DaysSince(y); n > 1 || n < -1 {
			out = append(out, Problem{Code: EndsDisagree, Line: l.ID,
				Message: fmt.Sprintf("phase %q of line %s ends on %s by %q, on %s by %q", ph.Name, l.ID, x, ph.Until.Text(), y, other.Text())})
		}
	}
	return out
}

// otherWay turns a duration into the count of releases that the plan makes in it, and a count into
// the duration.
func (e Expr) otherWay(everyMonths int) (Expr, bool) {
	switch {
	case e.op == opRelease && e.add.Days == 0 && e.add.Months > 0 && e.add.Months%everyMonths == 0:
		return Expr{op: opCount, n: e.add.Months / everyMonths}, true
	case e.op == opCount && e.add.IsZero():
		return Expr{op: opRelease, add: Duration{Months: e.n * everyMonths}}, true
	}
	return Expr{}, false
}

// replay returns the windowing as it stands when the walk comes to a line.
func (b *builder) replay(id LineID) *windowing {
	w := &windowing{b: b, above: map[string]*events{}, ahead: map[string]*events{}}
	w.plan()
	for _, d := range b.drafts {
		if d.ID == id {
			break
		}
		if !d.Released.IsZero() && d.State != StateIgnored {
			w.of(w.above, "").add(event{d.ID, d.Released, d.First.String()})
		}
	}
	return w
}
