package gitconfig

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Date is a moment and the zone it is told in.
type Date struct {
	Seconds int64 // since 1970, UTC
	Zone    int   // minutes east of UTC
}

// String returns the date as in a commit's header, "1700000000 +0100".
func (d Date) String() string {
	sign, zone := '+', d.Zone
	if zone < 0 {
		sign, zone = '-', -zone
	}
	return fmt.Sprintf("%d %c%02d%02d", d.Seconds, sign, zone/60, zone%60)
}

// DateOf returns t in its own zone.
func DateOf(t time.Time) Date {
	_, offset := t.Zone()
	return Date{Seconds: t.Unix(), Zone: offset / 60}
}

// A DateError is a date that cannot be read.
type DateError struct{ Text string }

func (e *DateError) Error() string {
	return fmt.Sprintf("invalid date format: %q: want \"@SECONDS +ZONE\", ISO 8601 or RFC 2822", e.Text)
}

const zonePattern = `(?: *([Zz]|UTC|GMT|[ECMP][SD]T|[+-]\d\d(?::?\d\d)?))?`
const timePattern = `(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?`

var (
	rawDate = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(@?)(\d{1,19})(?: ([+-]\d\d:?\d\d))?$`) })
	isoDate = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d{4})([-./])(\d\d?)([-./])(\d\d?)(?: +|T)` + timePattern + zonePattern + `$`)
	})
	basicDate = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)` + zonePattern + `$`)
	})
	slashDate = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d\d?)/(\d\d?)/(\d{4}) +` + timePattern + zonePattern + `$`)
	})
	dotDate = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d\d?)\.(\d\d?)\.(\d{4}) +` + timePattern + zonePattern + `$`)
	})
	mailDate = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), +)?(\d\d?) +([A-Z][a-z][a-z]) +(\d{4}) +` + timePattern + zonePattern + `$`)
	})
	gitDate = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) +([A-Z][a-z][a-z]) +(\d\d?) +` + timePattern + ` +(\d{4})` + zonePattern + `$`)
	})
)

// ParseDate reads the formats git documents for GIT_AUTHOR_DATE and GIT_COMMITTER_DATE, with the
// value git gives them: "@SECONDS ZONE", "SECONDS ZONE", ISO 8601 with "T" or a blank, RFC 2822, the
// dates YYYY.MM.DD, MM/DD/YYYY and DD.MM.YYYY with a time, and git's own "Thu Apr 7 22:13:13 2005
// +0200". A date without zone is in now's. Anything else is a *DateError, also where git would guess.
func ParseDate(s string, now time.Time) (Date, error) {
	if m := rawDate().FindStringSubmatch(s); m != nil {
		return rawOf(s, m, now.Location())
	}
	var year, month, day string
	var clock []string
	numeric := false // month and day could be taken for each other
	if m := isoDate().FindStringSubmatch(s); m != nil && m[2] == m[4] {
		year, month, day, clock = m[1], m[3], m[5], m[6:]
	} else if m := basicDate().FindStringSubmatch(s); m != nil {
		year, month, day, clock = m[1], m[2], m[3], m[4:]
	} else if m := slashDate().FindStringSubmatch(s); m != nil {
		year, month, day, clock, numeric = m[3], m[1], m[2], m[4:], true
	} else if m := dotDate().FindStringSubmatch(s); m != nil {
		year, month, day, clock, numeric = m[3], m[2], m[1], m[4:], true
	} else if m := mailDate().FindStringSubmatch(s); m != nil {
		year, month, day, clock = m[3], monthNumber(m[2]), m[1], m[4:]
	} else if m := gitDate().FindStringSubmatch(s); m != nil {
		year, month, day, clock = m[6], monthNumber(m[1]), m[2], []string{m[3], m[4], m[5], m[7]}
	} else {
		return Date{}, &DateError{s}
	}
	return civil(s, year, month, day, clock, now, numeric)
}

// rawOf reads seconds; without "@" small numbers are not seconds.
func rawOf(s string, m []string, local *time.Location) (Date, error) {
	seconds, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil || m[1] == "" && seconds < 100000000 {
		return Date{}, &DateError{s}
	}
	if m[3] == "" {
		return DateOf(time.Unix(seconds, 0).In(local)), nil
	}
	zone, ok := zoneMinutes(m[3])
	if !ok {
		return Date{}, &DateError{s}
	}
	return Date{Seconds: seconds, Zone: zone}, nil
}

// civil puts a date together; clock is hour, minute, second and zone, the last two perhaps "".
func civil(s, year, month, day string, clock []string, now time.Time, numeric bool) (Date, error) {
	n := make([]int, 6)
	for i, text := range []string{year, month, day, clock[0], clock[1], clock[2]} {
		n[i], _ = strconv.Atoi(text) // digits or ""
	}
	zone := now.Location()
	if clock[3] != "" {
		minutes, ok := zoneMinutes(clock[3])
		if !ok {
			return Date{}, &DateError{s}
		}
		zone = time.FixedZone("", minutes*60)
	}
	if n[0] < 1970 || n[0] > 2099 || n[3] > 23 || n[4] > 59 || n[5] > 60 {
		return Date{}, &DateError{s}
	}
	midnight := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)
	if midnight.Day() != n[2] || int(midnight.Month()) != n[1] {
		return Date{}, &DateError{s}
	}
	// git takes such a date more than ten days ahead for another one.
	if numeric && midnight.After(now.AddDate(0, 0, 9)) {
		return Date{}, &DateError{s}
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, zone)
	if t.Unix() < 0 {
		return Date{}, &DateError{s}
	}
	return DateOf(t), nil
}

func monthNumber(name string) string {
	at := strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", name)
	if at < 0 || at%3 != 0 {
		return "0"
	}
	return strconv.Itoa(at/3 + 1)
}

// zoneMinutes reads a numeric zone, or one of the names of RFC 2822.
func zoneMinutes(s string) (int, bool) {
	hours, named := map[string]int{"Z": 0, "z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}[s]
	if named {
		return hours * 60, true
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	h, _ := strconv.Atoi(digits[:2])
	m := 0
	if len(digits) > 2 {
		m, _ = strconv.Atoi(digits[2:])
	}
	if h > 23 || m > 59 {
		return 0, false
	}
	if s[0] == '-' {
		return -(h*60 + m), true
	}
	return h*60 + m, true
}
