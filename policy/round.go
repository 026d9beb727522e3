package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Rounding moves a computed end to the day on which a project really ends: the last day of the month,
// the 28th, the second Thursday of the next February, May, August or November. The zero Rounding leaves
// a day where it is.
//
//	rounding = day [ "of" month { "," month } ]
//	day      = "month-end" | "day" N | ("1st" | "2nd" | "3rd" | "4th" | "last") weekday
//
// Without months the day is that of the end's own month; with them it is the first such day that does not
// lie before the end.
type Rounding struct {
	kind    roundKind
	n       int // day of the month, or which weekday; 5 is the last one
	weekday time.Weekday
	months  uint16 // bit of each month; 0: the end's own
	text    string
}

type roundKind int

const (
	roundNot roundKind = iota
	roundMonthEnd
	roundDay
	roundWeekday
)

// ParseRounding reads a rounding.
func ParseRounding(s string) (Rounding, error) {
	fail := func(why string) error {
		return fmt.Errorf("%q is not a day to round to: %s; want %q, %q, %q, or one of them with %q",
			clip(s), why, "month-end", "day 28", "2nd thursday", "of april, october")
	}
	r := Rounding{text: strings.Join(strings.Fields(s), " ")}
	day, months, some := strings.Cut(strings.ToLower(r.text), " of ")
	words := strings.Fields(day)
	switch {
	case len(words) == 1 && words[0] == "month-end":
		r.kind = roundMonthEnd
	case len(words) == 2 && words[0] == "day":
		n, err := strconv.Atoi(words[1])
		if err != nil || n < 1 || n > 31 {
			return Rounding{}, fail("a month has days 1 to 31")
		}
		r.kind, r.n = roundDay, n
	case len(words) == 2:
		r.kind = roundWeekday
		if r.n = ordinal(words[0]); r.n == 0 {
			return Rounding{}, fail(fmt.Sprintf("%q is not one of 1st, 2nd, 3rd, 4th, last", words[0]))
		}
		wd, ok := weekday(words[1])
		if !ok {
			return Rounding{}, fail(fmt.Sprintf("%q is not a weekday", words[1]))
		}
		r.weekday = wd
	default:
		return Rounding{}, fail("the day is not understood")
	}
	if !some {
		return r, nil
	}
	for name := range strings.SplitSeq(months, ",") {
		m, ok := monthNamed(strings.TrimSpace(name))
		if !ok {
			return Rounding{}, fail(fmt.Sprintf("%q is not a month", strings.TrimSpace(name)))
		}
		r.months |= 1 << m
	}
	return r, nil
}

func ordinal(word string) int {
	for i, w := range []string{"1st", "2nd", "3rd", "4th", "last"} {
		if w == word {
			return i + 1
		}
	}
	return 0
}

func weekday(word string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(d.String(), word) {
			return d, true
		}
	}
	return 0, false
}

func monthNamed(word string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(m.String(), word) || len(word) == 3 && strings.EqualFold(m.String()[:3], word) {
			return m, true
		}
	}
	return 0, false
}

// IsZero reports whether r leaves every day where it is.
func (r Rounding) IsZero() bool { return r.kind == roundNot }

// String returns r as it was written.
func (r Rounding) String() string { return r.text }

// Of returns the day that d is rounded to, and the zero Date for the zero Date.
func (r Rounding) Of(d Date) Date {
	if d.IsZero() || r.kind == roundNot {
		return d
	}
	if r.months == 0 {
		return r.in(d)
	}
	month := Date{d.Year, d.Month, 1}
	for range 13 {
		if r.months&(1<<month.Month) != 0 {
			if day := r.in(month); !day.Before(d) {
				return day
			}
		}
		month = month.AddMonths(1)
	}
	return d
}

// in returns the day in the month of d.
func (r Rounding) in(d Date) Date {
	end := d.MonthEnd()
	switch r.kind {
	case roundMonthEnd:
		return end
	case roundDay:
		return Date{d.Year, d.Month, min(r.n, end.Day)}
	case roundWeekday:
		first := Date{d.Year, d.Month, 1}
		ahead := (int(r.weekday) - int(first.time().Weekday()) + 7) % 7
		day := first.AddDays(ahead + 7*(r.n-1))
		if day.Month != d.Month { // a fifth one that the month does not have
			day = day.AddDays(-7)
		}
		return day
	case roundNot:
	}
	return d
}
