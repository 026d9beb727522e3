package policy

import "fmt"

// CheckAlone reports what is wrong with an end in itself: one that lies before the event it waits
// for can only be told from a plan.
func (e Expr) CheckAlone(hasPlan bool) error {
	if _, before := e.byEvent(); before && !hasPlan {
		return fmt.Errorf("%q lies before a release that has not happened: that needs [dates] plan", e.Text())
	}
	if e.op == opRelease && (e.add.Months < 0 || e.add.Days < 0) {
		return fmt.Errorf("%q ends the window before it starts", e.Text())
	}
	return nil
}

// CheckOrder reports a phase that can be seen to end before the one it follows.
func CheckOrder(first, then Phase) error {
	a, b := first.Until, then.Until
	overlap := false
	switch {
	case a.op == opRelease && b.op == opRelease:
		day := Date{2001, 1, 1}
		overlap = b.add.After(day).Before(a.add.After(day))
	case a.op == opDate && b.op == opDate:
		overlap = b.add.After(b.date).Before(a.add.After(a.date))
	case a.op == b.op && (a.op == opCount || a.op == opClass || a.op == opMinor || a.op == opMajor) && a.add == b.add:
		overlap = b.n < a.n
	}
	if !overlap {
		return nil
	}
	return fmt.Errorf("phases overlap: %q ends with %q, before %q does with %q", then.Name, b.Text(), first.Name, a.Text())
}
