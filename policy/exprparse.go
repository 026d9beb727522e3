package policy

import (
	"fmt"
	"strings"
)

type exprParser struct{ rest, whole string }

func (p *exprParser) fail(format string, args ...any) error {
	return fmt.Errorf("%q: "+format, append([]any{clip(p.whole)}, args...)...)
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

func (p *exprParser) space() { p.rest = strings.TrimLeft(p.rest, " \t") }

func (p *exprParser) eat(token string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *exprParser) expr(depth int) (Expr, error) {
	if depth > maxDepth {
		return Expr{}, p.fail("nested too deeply")
	}
	var op exprOp
	switch {
	case p.eat("max("):
		op = opMax
	case p.eat("min("):
		op = opMin
	default:
		return p.term()
	}
	e := Expr{op: op}
	for {
		a, err := p.expr(depth + 1)
		if err != nil {
			return Expr{}, err
		}
		e.args = append(e.args, a)
		if p.eat(",") {
			continue
		}
		if p.eat(")") {
			return e, nil
		}
		return Expr{}, p.fail("want %q or %q in max(…) or min(…)", ",", ")")
	}
}

func (p *exprParser) term() (Expr, error) {
	e, err := p.base()
	if err != nil {
		return Expr{}, err
	}
	for {
		neg := false
		switch {
		case p.eat("+"):
		case p.eat("-"):
			neg = true
		default:
			return e, nil
		}
		p.space()
		d, err := p.duration()
		if err != nil {
			return Expr{}, err
		}
		if neg {
			d.Months, d.Days = -d.Months, -d.Days
		}
		e.add.Months += d.Months
		e.add.Days += d.Days
		if max(e.add.Months, -e.add.Months) > maxMonths || max(e.add.Days, -e.add.Days) > maxDays {
			return Expr{}, p.fail("longer than %d years", maxMonths/12)
		}
	}
}

const (
	maxMonths = 12 * 200
	maxDays   = 366 * 200
)

func (p *exprParser) base() (Expr, error) {
	p.space()
	if len(p.rest) >= 10 && p.rest[4] == '-' && p.rest[7] == '-' {
		d, err := ParseDate(p.rest[:10])
		if err != nil {
			return Expr{}, err
		}
		p.rest = p.rest[10:]
		return Expr{op: opDate, date: d}, nil
	}
	for _, word := range []struct {
		text string
		op   exprOp
	}{{"release(", opCount}, {"class(", opClass}, {"minor(", opMinor}, {"major(", opMajor}} {
		if !p.eat(word.text) {
			continue
		}
		p.eat("+")
		p.space()
		n, ok := p.int()
		if !ok || n < 1 || n > maxCount || !p.eat(")") {
			return Expr{}, p.fail("want %s+N) with N from 1 to %d", word.text, maxCount)
		}
		return Expr{op: word.op, n: n}, nil
	}
	if w := p.word(); w == "release" {
		p.rest = p.rest[len(w):]
		return Expr{op: opRelease}, nil
	}
	save := p.rest
	if n, ok := p.int(); ok {
		p.space()
		if w := p.word(); w == "release" || w == "releases" {
			if n < 1 || n > maxCount {
				return Expr{}, p.fail("want from 1 to %d releases", maxCount)
			}
			p.rest = p.rest[len(w):]
			return Expr{op: opCount, n: n}, nil
		}
	}
	p.rest = save
	d, err := p.duration()
	return Expr{op: opRelease, add: d}, err
}

// int reads up to nine digits; on none, or more, it reads nothing.
func (p *exprParser) int() (int, bool) {
	n, i := 0, 0
	for ; i < len(p.rest) && p.rest[i] >= '0' && p.rest[i] <= '9'; i++ {
		if i == 9 {
			return 0, false
		}
		n = n*10 + int(p.rest[i]-'0')
	}
	p.rest = p.rest[i:]
	return n, i > 0
}

func (p *exprParser) word() string {
	i := 0
	for i < len(p.rest) && p.rest[i] >= 'a' && p.rest[i] <= 'z' {
		i++
	}
	return p.rest[:i]
}

func (p *exprParser) duration() (Duration, error) {
	n, ok := p.int()
	if !ok {
		return Duration{}, p.fail("want a duration such as %q, a count such as %q, or a date", "24 months", "2 releases")
	}
	p.space()
	w := p.word()
	var d Duration
	switch strings.TrimSuffix(w, "s") {
	case "day":
		d.Days = n
	case "week":
		d.Days = 7 * n
	case "month":
		d.Months = n
	case "year":
		d.Months = 12 * n
	default:
		return Duration{}, p.fail("unknown unit %q: want days, weeks, months, years or releases", clip(w))
	}
	p.rest = p.rest[len(w):]
	if d.Months > maxMonths || d.Days > maxDays {
		return Duration{}, p.fail("longer than %d years", maxMonths/12)
	}
	return d, nil
}
