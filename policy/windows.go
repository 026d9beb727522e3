package policy

import (
	"fmt"
	"slices"
)

// An event is the first release of a line.
type event struct {
	id    LineID
	date  Date
	label string // "47.0.0"
}

// events are sorted by date.
type events []event

func (e *events) add(v event) {
	i, _ := slices.BinarySearchFunc(*e, v, func(a, b event) int { return a.date.Compare(b.date) })
	for i < len(*e) && (*e)[i].date == v.date {
		i++
	}
	*e = slices.Insert(*e, i, v)
}

// counted returns the events that an end of a line counts: all of them, those of the line's own major
// number, or the first of each later major number.
func (e *events) counted(id LineID, op exprOp) events {
	var out events
	seen := map[uint32]bool{id.Major: true}
	for _, v := range *e {
		switch {
		case op == opMinor && v.id.Major != id.Major, op == opMajor && (seen[v.id.Major] || v.id.Major < id.Major):
			continue
		}
		seen[v.id.Major] = true
		out = append(out, v)
	}
	return out
}

// A bound is the end of a phase: a last day that is settled, or one that waits for a release.
type bound struct {
	end  Date // zero while open
	open bool
	est  Date // while open: the last day if the plan holds; zero: no plan
	why  string
}

// windows computes the windows of every line. It walks from the newest line to the oldest, so that
// the releases above a line are known when its turn comes.
func (b *builder) windows() {
	w := windowing{b: b, above: map[string]*events{"": {}}, ahead: map[string]*events{"": {}}}
	w.plan()
	for _, d := range b.drafts {
		class, rule := b.p.classOf(d.ID, d.override)
		name := ""
		if class != nil {
			name = class.Name
			d.Class, d.ClassRule = class.Name, rule
		}
		if d.State != StateIgnored && d.State != StateBeforeFrom {
			w.line(d, class)
		}
		if !d.Released.IsZero() && d.State != StateIgnored {
			e := event{d.ID, d.Released, d.First.String()}
			w.of(w.above, "").add(e)
			if name != "" {
				w.of(w.above, name).add(e)
			}
		}
	}
}

type windowing struct {
	b     *builder
	above map[string]*events // released lines above the current one; "" for all classes
	ahead map[string]*events // planned releases
}

func (w *windowing) of(m map[string]*events, class string) *events {
	if m[class] == nil {
		m[class] = &events{}
	}
	return m[class]
}

// plan collects the releases that are expected, of lines that are there and of those that will be.
func (w *windowing) plan() {
	b := w.b
	var newest LineID
	add := func(id LineID, when Date, o *Override) {
		if !when.After(b.asOf) {
			when = b.asOf.AddDays(1)
		}
		e := event{id, when, id.String()}
		w.of(w.ahead, "").add(e)
		if class, _ := b.p.classOf(id, o); class != nil {
			w.of(w.ahead, class.Name).add(e)
		}
	}
	for i, d := range b.drafts {
		if d.State == StateIgnored {
			continue
		}
		if newest == (LineID{}) {
			newest = d.ID
		}
		pending := d.State == StatePending || d.State == StatePlanned
		if pending && !d.Expected.IsZero() && !newerReleased(b.drafts[:i]) {
			add(d.ID, d.Expected, d.override)
		}
	}
	if newest == (LineID{}) || b.p.Dates.Plan == nil {
		return
	}
	id, prev := newest, Date{}
	if ahead := *w.of(w.ahead, ""); len(ahead) > 0 {
		prev = ahead[len(ahead)-1].date
	}
	for range futureLines {
		id = b.p.Dates.Plan.next(id)
		if prev = b.upcoming(id, prev); prev.IsZero() {
			return
		}
		add(id, prev, nil)
	}
}

// upcoming is the day on which the plan lets a line be released, given that the one before it is
// released on prev. What is overdue is expected tomorrow, and the next one a full turn later.
func (b *builder) upcoming(id LineID, prev Date) Date {
	when := b.p.Dates.planned(id)
	if when.IsZero() {
		return when
	}
	when = later(when, b.asOf.AddDays(1))
	if !when.After(prev) {
		when = b.p.Dates.Plan.Every.After(prev)
	}
	return when
}

const futureLines = 100 // how far the plan is looked into

func newerReleased(newer []*draft) bool {
	for _, d := range newer {
		if !d.Released.IsZero() && d.State != StateIgnored {
			return true
		}
	}
	return false
}

// line computes the windows of one line, and its phase and end.
func (w *windowing) line(d *draft, class *Class) {
	start, planned := d.Released, false
	if start.IsZero() {
		start, planned = d.Expected, true
	}
	if start.IsZero() || class == nil && (d.override == nil || d.override.Phases == nil) {
		if d.State == StateSupported {
			d.State = StateEnded
			d.EndWhy = "no class takes the line"
		}
		return
	}
	bounds, names := w.bounds(d, class, start)
	at := start
	for i, bd := range bounds {
		win := Window{Phase: names[i], Start: at, StartPlanned: planned, Why: bd.why}
		win.End, win.EndPlanned = bd.end, planned
		if bd.open {
			win.End, win.EndPlanned = bd.est, true
		}
		if !win.End.IsZero() && win.End.Before(at) {
			if !d.dated() {
				w.empty(d, win)
			}
			continue
		}
		d.Windows = append(d.Windows, win)
		at, planned = Date{}, true
		if !win.End.IsZero() {
			at, planned = win.End.AddDays(1), win.EndPlanned
		}
	}
	w.cutOff(d, start)
	w.settle(d, start)
}

// empty reports a phase that ends before it starts, unless nothing of it matters any more.
func (w *windowing) empty(d *draft, win Window) {
	if d.Released.IsZero() || win.StartPlanned {
		return
	}
	w.b.problems = append(w.b.problems, Problem{Code: BadWindow, Line: d.ID,
		Message: fmt.Sprintf("phase %q of line %s would end on %s, before it starts on %s", win.Phase, d.ID, win.End, win.Start)})
}

func (w *windowing) bounds(d *draft, class *Class, start Date) (bounds []bound, names []string) {
	if d.override != nil && d.override.Phases != nil {
		for _, ph := range d.override.Phases {
			bd := bound{end: ph.End, why: rowName(d.override)}
			if end, ok := d.override.Until[ph.Name]; ok {
				bd.end = w.lastDay(end)
			}
			bd.open = bd.end.IsZero()
			bounds, names = append(bounds, bd), append(names, ph.Name)
		}
		return bounds, names
	}
	for _, ph := range class.Phases {
		bd := w.eval(d, class.Name, start, ph.Until)
		bd.end, bd.est = ph.Round.Of(bd.end), ph.Round.Of(bd.est)
		if d.override != nil {
			if end, ok := d.override.Until[ph.Name]; ok {
				bd = bound{end: w.lastDay(end), why: rowName(d.override)}
			}
		}
		bounds, names = append(bounds, bd), append(names, ph.Name)
	}
	w.stretch(d, bounds, names)
	return bounds, names
}

// stretch gives the last phase the line's explicit end, where the phase has no explicit end of its own:
// what follows a phase that was prolonged by hand is not lost to the rule's own days.
func (w *windowing) stretch(d *draft, bounds []bound, names []string) {
	o, last := d.override, len(bounds)-1
	if o == nil || o.End.IsZero() || last < 0 {
		return
	}
	if _, own := o.Until[names[last]]; own {
		return
	}
	why := rowName(o)
	if o.Note != "" {
		why = o.Note
	}
	bounds[last] = bound{end: w.lastDay(o.End), why: why}
}

// dated reports whether days of the line's phases are explicit. They may leave nothing of a phase that
// ends by a rule: that is what was written, and no fault.
func (d *draft) dated() bool {
	return d.override != nil && (len(d.override.Until) > 0 || !d.override.End.IsZero())
}

// cutOff applies an explicit end: later phases go, the last one is stretched or shortened.
func (w *windowing) cutOff(d *draft, start Date) {
	if d.override == nil || d.override.End.IsZero() {
		return
	}
	end := w.lastDay(d.override.End)
	why := rowName(d.override)
	if d.override.Note != "" {
		why = d.override.Note
	}
	if end.Before(start) {
		w.empty(d, Window{Phase: "end", Start: start, End: end})
		d.Windows = nil
		return
	}
	for i := range d.Windows {
		win := &d.Windows[i]
		if i == len(d.Windows)-1 || win.End.IsZero() || !win.End.Before(end) {
			win.End, win.EndPlanned, win.Why = end, false, why
			d.Windows = d.Windows[:i+1]
			return
		}
	}
}

// settle derives phase, state and end on the policy's day from the windows.
func (w *windowing) settle(d *draft, start Date) {
	if len(d.Windows) == 0 {
		if d.State == StateSupported {
			d.State, d.Until = StateEnded, start.AddDays(-1)
			d.EndWhy = "released " + d.First.String()
		}
		return
	}
	last := d.Windows[len(d.Windows)-1]
	d.EndWhy = last.Why
	if last.EndPlanned {
		d.Planned = last.End
	} else {
		d.Until = last.End
	}
	if d.State != StateSupported {
		return
	}
	d.Phase = phaseOn(d.Windows, d.AsOf)
	if o := d.override; o != nil && !o.End.IsZero() && w.lastDay(o.End).Before(d.AsOf) {
		d.Phase = ""
	}
	if d.Phase == "" {
		d.State = StateEnded
	} else if d.Until.Before(d.AsOf) {
		d.Until = Date{} // a phase that waits for a release has outlived the dates after it
	}
}

// phaseOn returns the phase of a released line on a day, empty after the last one. A phase that waits
// for a release lasts until that release, whatever the plan said.
func phaseOn(windows []Window, day Date) string {
	for _, win := range windows {
		if !win.StartPlanned && !win.Start.After(day) && (win.EndPlanned || !win.End.Before(day)) {
			return win.Phase
		}
	}
	return ""
}
