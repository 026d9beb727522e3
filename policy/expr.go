package policy

import (
	"fmt"
	"strconv"
	"strings"
)

// A Duration is a number of calendar months and days. Months are counted from the anchor and
// clamped to the end of a shorter month; days are added afterwards.
type Duration struct{ Months, Days int }

// ParseDuration reads "24 months", "1 year", "14 days", "2 weeks".
func ParseDuration(s string) (Duration, error) {
	p := exprParser{rest: s, whole: s}
	p.space()
	d, err := p.duration()
	if err != nil {
		return Duration{}, err
	}
	if p.space(); p.rest != "" {
		return Duration{}, p.fail("what follows the duration is not understood: %q", p.rest)
	}
	return d, nil
}

// IsZero reports whether d is no time at all.
func (d Duration) IsZero() bool { return d == Duration{} }

// After returns the day that lies d after the anchor.
func (d Duration) After(anchor Date) Date { return anchor.AddMonths(d.Months).AddDays(d.Days) }

// String writes d in the largest units: "2 years", "14 months", "1 month + 3 days", "0 days".
func (d Duration) String() string {
	var parts []string
	if d.Months != 0 {
		if d.Months%12 == 0 {
			parts = append(parts, plural(d.Months/12, "year"))
		} else {
			parts = append(parts, plural(d.Months, "month"))
		}
	}
	if d.Days != 0 || d.Months == 0 {
		parts = append(parts, plural(d.Days, "day"))
	}
	return strings.Join(parts, " + ")
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// An Expr says when a phase ends. Its grammar:
//
//	expr     = term | "max(" expr {"," expr} ")" | "min(" expr {"," expr} ")"
//	term     = base { ("+" | "-") duration }
//	base     = "release" | "release(+N)" | N "releases" | "class(+N)" | "minor(+N)" | "major(+N)" | YYYY-MM-DD | duration
//	duration = N ("day" | "week" | "month" | "year")["s"]
//
// "2 releases" is release(+2): the second newer line's first stable release. class(+1) is the next
// line of the same class, minor(+1) the next line of the same major number, major(+1) the first line of
// the next major number. A duration alone counts from the line's own release. The zero Expr never ends.
type Expr struct {
	op   exprOp
	args []Expr
	n    int  // release(+n), class(+n)
	date Date // opDate
	add  Duration
	text string // as written, at the top only
}

type exprOp int

const (
	opNever   exprOp = iota
	opRelease        // the line's own release, plus add
	opCount          // the n-th newer release, plus add
	opClass          // the n-th newer release of the same class, plus add
	opMinor          // the n-th newer release of the same major number, plus add
	opMajor          // the first release of the n-th newer major number, plus add
	opDate           // a fixed day, plus add
	opMax
	opMin
)

const (
	maxExpr  = 500
	maxCount = 1000
	maxDepth = 8
)

// ParseExpr reads an `until` expression.
func ParseExpr(s string) (Expr, error) {
	if len(s) > maxExpr {
		return Expr{}, fmt.Errorf("an end of %d bytes: at most %d", len(s), maxExpr)
	}
	p := exprParser{rest: s, whole: s}
	e, err := p.expr(0)
	if err != nil {
		return Expr{}, err
	}
	if p.space(); p.rest != "" {
		return Expr{}, p.fail("what follows is not understood: %q", p.rest)
	}
	e.text = strings.TrimSpace(s)
	return e, nil
}

// Text returns e as it was written, else its canonical form.
func (e Expr) Text() string {
	if e.text != "" {
		return e.text
	}
	return e.String()
}

// IsZero reports whether e never ends.
func (e Expr) IsZero() bool { return e.op == opNever }

// String writes e in its canonical form, which ParseExpr reads back to the same Expr.
func (e Expr) String() string {
	var base string
	switch e.op {
	case opNever:
		return ""
	case opMax, opMin:
		args := make([]string, len(e.args))
		for i, a := range e.args {
			args[i] = a.String()
		}
		if e.op == opMax {
			return "max(" + strings.Join(args, ", ") + ")"
		}
		return "min(" + strings.Join(args, ", ") + ")"
	case opRelease:
		if e.add.Months >= 0 && e.add.Days >= 0 && !e.add.IsZero() {
			return e.add.String()
		}
		base = "release"
	case opCount:
		base = plural(e.n, "release")
	case opClass:
		base = fmt.Sprintf("class(+%d)", e.n)
	case opMinor:
		base = fmt.Sprintf("minor(+%d)", e.n)
	case opMajor:
		base = fmt.Sprintf("major(+%d)", e.n)
	case opDate:
		base = e.date.String()
	}
	return base + signed(e.add.Months, "month") + signed(e.add.Days, "day")
}

func signed(n int, unit string) string {
	switch {
	case n > 0:
		return " + " + plural(n, unit)
	case n < 0:
		return " - " + plural(-n, unit)
	}
	return ""
}

// byEvent reports whether e waits for another release, and whether it does so with a negative
// offset, so that its end lies before the event it depends on.
func (e Expr) byEvent() (event, before bool) {
	switch e.op {
	case opCount, opClass, opMinor, opMajor:
		return true, e.add.Months < 0 || e.add.Days < 0
	case opMax, opMin:
		for _, a := range e.args {
			ev, b := a.byEvent()
			event, before = event || ev, before || b
		}
	case opNever, opRelease, opDate:
	}
	return event, before
}
