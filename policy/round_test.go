package policy_test

import (
	"testing"

	"github.com/git-backport/git-backport/policy"
)

func TestRounding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rounding, day, want string }{
		{"month-end", "2024-02-03", "2024-02-29"},
		{"day 28", "2026-06-13", "2026-06-28"},
		{"day 31", "2026-06-13", "2026-06-30"},
		{"2nd thursday", "2026-11-30", "2026-11-12"},
		{"last friday", "2026-10-01", "2026-10-30"},
		{"last sunday", "2026-05-01", "2026-05-31"},
		{"4th Monday", "2026-02-01", "2026-02-23"},
		{"2nd thursday of february, may, august, november", "2025-09-24", "2025-11-13"},
		{"2nd thursday of feb, may, aug, nov", "2025-11-13", "2025-11-13"},
		{"2nd thursday of feb,may,aug,nov", "2025-11-14", "2026-02-12"},
		{"month-end of april", "2028-04-06", "2028-04-30"},
		{"month-end of april", "2026-05-01", "2027-04-30"},
	} {
		r, err := policy.ParseRounding(c.rounding)
		if err != nil {
			t.Errorf("%s: %v", c.rounding, err)
			continue
		}
		if got := r.Of(civil(c.day)).String(); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.rounding, c.day, got, c.want)
		}
	}
	for _, bad := range []string{"", "end", "day 0", "day 32", "day x", "5th monday", "2nd mittwoch", "month-end of", "month-end of movember", "2nd thursday of may,"} {
		if _, err := policy.ParseRounding(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

func FuzzRounding(f *testing.F) {
	f.Add("2nd thursday of february, may", 2026, 5)
	f.Add("month-end", 1, 1)
	f.Fuzz(func(t *testing.T, text string, year, month int) {
		r, err := policy.ParseRounding(text)
		if err != nil || year < 1 || year > 9000 || month < 1 || month > 12 {
			return
		}
		d := policy.Date{Year: year, Month: 1, Day: 15}.AddMonths(month - 1)
		got := r.Of(d)
		if n := got.DaysSince(d); n < -31 || n > 366+31 {
			t.Errorf("%q moves %s to %s", text, d, got)
		}
	})
}

func civil(s string) policy.Date {
	d, err := policy.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}
