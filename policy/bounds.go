package policy

func (w *windowing) lastDay(d Date) Date {
	if w.b.p.Dates.EndIs == FirstUnsupported && !d.IsZero() {
		return d.AddDays(-1)
	}
	return d
}

// eval computes when a phase of a line released on start ends.
func (w *windowing) eval(d *draft, class string, start Date, e Expr) bound {
	switch e.op {
	case opNever:
		return bound{open: true}
	case opRelease:
		return bound{end: w.lastDay(e.add.After(start)), why: e.Text()}
	case opDate:
		return bound{end: w.lastDay(e.add.After(e.date)), why: e.Text()}
	case opCount, opMinor, opMajor:
		return w.nth(d, w.of(w.above, "").counted(d.ID, e.op), w.of(w.ahead, "").counted(d.ID, e.op), e)
	case opClass:
		return w.nth(d, *w.of(w.above, class), *w.of(w.ahead, class), e)
	case opMax, opMin:
	}
	var args []bound
	for _, a := range e.args {
		args = append(args, w.eval(d, class, start, a))
	}
	if e.op == opMax {
		return maxBound(args)
	}
	return minBound(args)
}

// nth is the end set by the n-th newer release: the day before it, the offset added first.
func (w *windowing) nth(d *draft, above, ahead events, e Expr) bound {
	if len(above) >= e.n {
		ev := above[e.n-1]
		return bound{end: e.add.After(ev.date).AddDays(-1), why: e.Text() + ": " + ev.label}
	}
	out := bound{open: true, why: e.Text()}
	for i, left := 0, e.n-len(above); i < len(ahead); i++ {
		if !aboveLine(ahead[i], d) {
			continue
		}
		if left--; left == 0 {
			out.est = e.add.After(ahead[i].date).AddDays(-1)
			out.why += ": " + ahead[i].label
			break
		}
	}
	if _, before := e.byEvent(); before && !out.est.IsZero() {
		return bound{end: out.est, why: out.why} // it ends before the event: only the plan can tell
	}
	return out
}

// aboveLine reports whether a planned release is of a newer line than d.
func aboveLine(e event, d *draft) bool {
	return d.Expected.IsZero() || e.date.After(d.Expected)
}

// maxBound is the latest of the ends: open while one of them is.
func maxBound(args []bound) bound {
	var out bound
	known := true
	for i, a := range args {
		known = known && !last(a).IsZero()
		if i == 0 || a.open && !out.open || a.open == out.open && last(a).After(last(out)) {
			out = a
		}
	}
	if !out.open {
		return out
	}
	for _, a := range args {
		out.est = later(out.est, last(a))
	}
	if !known {
		out.est = Date{}
	}
	return out
}

// minBound is the earliest of the ends: settled as soon as one of them is.
func minBound(args []bound) bound {
	out := args[0]
	for _, a := range args[1:] {
		switch {
		case !a.open && !out.open:
			if a.end.Before(out.end) {
				out = a
			}
		case !a.open:
			out = a
		case out.open && !a.est.IsZero() && (out.est.IsZero() || a.est.Before(out.est)):
			out = a
		}
	}
	return out
}

func last(b bound) Date {
	if b.open {
		return b.est
	}
	return b.end
}
