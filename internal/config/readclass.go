package config

import (
	"sort"
	"strings"

	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// classes reads [class.NAME]. Without any, the two newest lines are supported.
func (r *reader) classes(v *value) {
	if v == nil || len(v.keys) == 0 {
		until, err := policy.ParseExpr("2 releases")
		if err != nil {
			panic("BUG: " + err.Error())
		}
		r.pol.Classes = []policy.Class{{Name: "release", Phases: []policy.Phase{{Name: "current", Until: until}}}}
		return
	}
	var fallback *entry
	for _, e := range v.keys {
		c := policy.Class{Name: e.name}
		if !isName(e.name) {
			r.add(e.at, "", "%q is not a name: letters, digits, - and _", e.name)
		}
		for _, m := range e.val.each("match") {
			c.Match = append(c.Match, r.match(m, e.name))
		}
		if e.val.sub("match") != nil && len(c.Match) == 0 {
			r.add(e.at, "leave match out for the class of all other lines", "class %q matches nothing: its match is empty", e.name)
		}
		if len(c.Match) == 0 {
			if fallback != nil {
				r.add(e.at, "", "classes %q and %q are both without match: nothing would ever be %q", fallback.name, e.name, e.name)
			}
			fallback = e
		}
		r.contradictions(c, e)
		if e.val.sub("phases") == nil {
			r.add(e.at, "phases = [] means: supported until the first stable release only", "class %q needs phases", e.name)
		}
		c.Phases = r.phaseList(e)
		if rule := e.val.text("pin"); rule != "" {
			if r.cfg.Pin.ByClass == nil {
				r.cfg.Pin.ByClass = map[string]string{}
			}
			r.cfg.Pin.ByClass[c.Name] = rule
		}
		r.pol.Classes = append(r.pol.Classes, c)
	}
}

func (r *reader) match(v *value, class string) policy.Match {
	m := policy.Match{Component: v.text("component"), DivisibleBy: uint32(v.int("divisible_by")), Remainder: uint32(v.int("remainder")),
		From: r.line(v, "from"), To: r.line(v, "to")}
	if e := v.sub("equals"); e != nil {
		n := uint32(e.num)
		m.Equals = &n
	}
	for _, s := range v.each("lines") {
		if id, err := r.scheme.ParseLine(s.str); err == nil {
			m.Lines = append(m.Lines, id)
		}
	}
	nobody := func(at *value, why string) {
		r.add(at.at, "", "class %q matches no line: %s", class, why)
	}
	switch {
	case len(v.keys) == 0:
		r.add(v.at, "leave match out for the class of all other lines", "class %q has an empty rule", class)
	case v.sub("lines") != nil && len(m.Lines) == 0:
		nobody(v.sub("lines"), "lines is empty")
	case v.sub("divisible_by") != nil && m.DivisibleBy == 0:
		nobody(v.sub("divisible_by"), "no number is divisible by 0")
	case m.Remainder != 0 && m.Remainder >= m.DivisibleBy:
		nobody(v.sub("remainder"), "the remainder is not less than divisible_by")
	case m.From != nil && m.To != nil && m.From.Compare(*m.To) > 0:
		nobody(v.sub("to"), "to is before from")
	case m.Equals != nil && m.DivisibleBy != 0 && *m.Equals%m.DivisibleBy != m.Remainder:
		nobody(v.sub("equals"), "equals and divisible_by exclude each other")
	}
	return m
}

// contradictions finds rules of one class that cannot hold together.
func (r *reader) contradictions(c policy.Class, e *entry) {
	for _, a := range c.Match {
		for _, b := range c.Match {
			if a.Component == b.Component && a.Equals != nil && b.Equals != nil && *a.Equals != *b.Equals ||
				a.From != nil && b.To != nil && a.From.Compare(*b.To) > 0 {
				r.add(e.at, "all rules of a match must hold", "class %q matches no line: its rules exclude each other", c.Name)
				return
			}
		}
	}
}

func (r *reader) phaseList(class *entry) []policy.Phase {
	var out []policy.Phase
	seen := map[string]bool{}
	items := class.val.each("phases")
	for i, v := range items {
		name := v.sub("name")
		if name == nil {
			r.add(v.at, "", "a phase of class %q needs name", class.name)
			continue
		}
		if seen[name.str] {
			r.add(name.at, "", "phase %q stands twice in class %q", name.str, class.name)
		}
		seen[name.str] = true
		if name.str == policy.PhasePending {
			r.add(name.at, "", "%q is the phase before the first release: it has no end to write", name.str)
		}
		ph := policy.Phase{Name: name.str}
		if round := v.sub("round"); round != nil {
			ph.Round, _ = policy.ParseRounding(round.str) // the check has parsed it
		}
		until := v.sub("until")
		if until == nil && i < len(items)-1 {
			r.add(v.at, "", "phase %q needs until: another one follows", ph.Name)
		}
		if until != nil {
			ph.Until, _ = policy.ParseExpr(until.str)
			if err := ph.Until.CheckAlone(r.pol.Dates.Plan != nil); err != nil {
				r.add(until.at, "", "%s", err)
			}
			if n := len(out); n > 0 {
				if err := policy.CheckOrder(out[n-1], ph); err != nil {
					r.add(until.at, "", "%s", err)
				}
			}
		}
		out = append(out, ph)
	}
	return out
}

// branches reads [[branch]] and puts its rows over the imported ones.
func (r *reader) branches(v *value, imported []policy.Override) {
	byLine := map[policy.LineID]int{}
	for _, o := range imported {
		byLine[o.Line] = len(r.pol.Branches)
		r.pol.Branches = append(r.pol.Branches, o)
	}
	if v == nil {
		return
	}
	seen, names := map[policy.LineID]span{}, map[string]policy.LineID{}
	for _, row := range v.items {
		o, ok := r.override(row)
		if !ok {
			continue
		}
		at := row.sub("line").at
		if first, dup := seen[o.Line]; dup {
			r.add(at, "put all of it in one row", "line %q has two [[branch]] rows, the first on line %d", o.Line, first.error("", "").Line)
			continue
		}
		seen[o.Line] = at
		if other, dup := names[o.Name]; dup && o.Name != "" {
			r.add(row.sub("name").at, "", "branch %q is given to lines %s and %s", o.Name, other, o.Line)
		}
		names[o.Name] = o.Line
		if i, ok := byLine[o.Line]; ok {
			r.pol.Branches[i] = mergeRow(r.pol.Branches[i], o)
			continue
		}
		r.pol.Branches = append(r.pol.Branches, o)
	}
}

func (r *reader) override(row *value) (policy.Override, bool) {
	id := r.line(row, "line")
	if id == nil {
		r.add(row.at, "", "a [[branch]] row needs line")
		return policy.Override{}, false
	}
	o := policy.Override{Line: *id, Name: row.text("name"), Class: row.text("class"), Released: row.date("released"), End: row.date("end"),
		Note: row.text("note"), Frozen: row.flag("frozen", false), Skip: r.kindList(row, "skip"), Burned: r.versions(row, "burned")}
	if row.sub("name") != nil && o.Name == "" {
		r.add(row.sub("name").at, "", "a branch needs a name")
	}
	if !o.End.IsZero() && o.Note == "" {
		r.add(row.sub("end").at, "add note = \"…\"", "an explicit end needs a note: who decided it, or why")
	}
	if !o.End.IsZero() && o.End.Before(o.Released) {
		r.add(row.sub("end").at, "", "the window of line %s ends on %s, before it starts on %s", o.Line, o.End, o.Released)
	}
	if pin := row.sub("pin"); pin != nil {
		o.Pin = map[string]string{}
		for _, e := range pin.keys {
			o.Pin[e.name] = e.val.str
			if _, err := msrv.ParseVersion(msrv.FloorScheme(msrv.Ecosystem(e.name)), e.val.str); err != nil {
				r.add(e.val.at, "", "the floor of %s: %v", e.name, err)
			}
		}
	}
	if o.Class != "" && !r.hasClass(o.Class) {
		r.unknownClass(row.sub("class"))
	}
	for _, b := range o.Burned {
		if r.scheme.ID(uint32(b.Major()), uint32(b.Minor())) != o.Line {
			r.add(row.sub("burned").at, "", "version %s does not belong to line %s", b, o.Line)
		}
	}
	r.untils(row, &o)
	return o, true
}

// untils reads the keys PHASE_until, and checks that they come in the order of the phases.
func (r *reader) untils(row *value, o *policy.Override) {
	for _, e := range row.keys {
		phase, ok := strings.CutSuffix(e.name, "_until")
		if !ok {
			continue
		}
		known := r.phaseNames(o.Class)
		rank := indexOf(known, phase)
		if rank < 0 {
			r.add(e.at, "phases: "+strings.Join(known, ", "), "no phase is called %q", phase)
			continue
		}
		if o.Until == nil {
			o.Until = map[string]policy.Date{}
		}
		if e.val.day.Before(o.Released) {
			r.add(e.val.at, "", "phase %q of line %s ends on %s, before the line starts on %s", phase, o.Line, e.val.day, o.Released)
		}
		others := make([]string, 0, len(o.Until))
		for name := range o.Until {
			others = append(others, name)
		}
		sort.Strings(others)
		for _, name := range others {
			d := o.Until[name]
			if i := indexOf(known, name); i < rank && e.val.day.Before(d) || i > rank && d.Before(e.val.day) {
				r.add(e.val.at, "", "phases %q and %q of line %s overlap: they end on %s and %s", phase, name, o.Line, e.val.day, d)
			}
		}
		o.Until[phase] = e.val.day
		if !o.End.IsZero() && e.val.day.After(o.End) {
			r.add(e.val.at, "", "phase %q of line %s ends on %s, after the line does on %s", phase, o.Line, e.val.day, o.End)
		}
	}
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

// phaseNames are the phases of a class, or of all classes in their order.
func (r *reader) phaseNames(class string) []string {
	var out []string
	for _, c := range r.pol.Classes {
		for _, ph := range c.Phases {
			if (class == "" || c.Name == class) && indexOf(out, ph.Name) < 0 {
				out = append(out, ph.Name)
			}
		}
	}
	return out
}

func (r *reader) hasClass(name string) bool {
	for _, c := range r.pol.Classes {
		if c.Name == name {
			return true
		}
	}
	return false
}

func (r *reader) unknownClass(v *value) {
	var known []string
	for _, c := range r.pol.Classes {
		known = append(known, c.Name)
	}
	hint := "classes: " + strings.Join(known, ", ")
	if n := nearest(v.str, known); n != "" {
		hint = "did you mean \"" + n + "\"?"
	}
	r.add(v.at, hint, "unknown class %q", v.str)
}

// mergeRow puts what an explicit row says over an imported one.
func mergeRow(base, o policy.Override) policy.Override {
	if o.Name == "" {
		o.Name = base.Name
	}
	if o.Class == "" {
		o.Class = base.Class
	}
	if o.Released.IsZero() {
		o.Released = base.Released
	}
	if o.End.IsZero() {
		o.End = base.End
	}
	if o.Note == "" {
		o.Note = base.Note
	}
	o.Phases, o.Source = base.Phases, base.Source
	return o
}
