package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/git-backport/git-backport/policy"
)

// calendarICS writes the calendar for calendar programs (RFC 5545): a day-long event for each release, past or
// expected, and for the last day of each phase. Identities depend on the project, the line and the phase alone,
// so that a program that subscribes moves events and makes none twice.
func calendarICS(c policy.Calendar, o CalendarOptions) string {
	b := &icsWriter{stamp: icsDay(c.AsOf) + "T000000Z", project: icsName(o.Project)}
	b.line("BEGIN", "VCALENDAR")
	b.line("VERSION", "2.0")
	b.line("PRODID", "-//git-backport//schedule//EN")
	b.line("CALSCALE", "GREGORIAN")
	b.line("NAME", icsText(o.Title))
	b.line("X-WR-CALNAME", icsText(o.Title))
	b.line("REFRESH-INTERVAL;VALUE=DURATION", "P1D")
	for _, l := range c.Lines {
		b.events(l)
	}
	b.line("END", "VCALENDAR")
	return b.String()
}

// An icsWriter writes the lines of a calendar, folded.
type icsWriter struct {
	strings.Builder
	stamp   string
	project string
}

func (b *icsWriter) events(l policy.Line) {
	var parts []string
	for _, part := range []struct{ word, text string }{{"branch ", l.Branch}, {"class ", l.Class}, {"", l.Note}} {
		if part.text != "" {
			parts = append(parts, part.word+part.text)
		}
	}
	about := strings.Join(parts, "; ")
	switch {
	case !l.Released.IsZero():
		b.event("release-"+l.Name(), l.Released, l.Name()+" released", about, false)
	case !l.Expected.IsZero():
		b.event("release-"+l.Name(), l.Expected, l.Name()+" expected", about, true)
	}
	for i, w := range l.Windows {
		if w.End.IsZero() {
			continue
		}
		what := "last day of phase " + w.Phase
		if i == len(l.Windows)-1 {
			what = "last supported day"
		}
		text := about
		if w.Why != "" {
			text += "; " + w.Why
		}
		b.event("end-"+l.Name()+"-"+w.Phase, w.End, l.Name()+": "+what, text, w.EndPlanned)
	}
}

// event writes an event of one day.
func (b *icsWriter) event(id string, day policy.Date, summary, about string, planned bool) {
	b.line("BEGIN", "VEVENT")
	b.line("UID", icsName(id)+"@"+b.project+".git-backport.invalid")
	b.line("DTSTAMP", b.stamp)
	b.line("DTSTART;VALUE=DATE", icsDay(day))
	b.line("DTEND;VALUE=DATE", icsDay(day.AddDays(1)))
	b.line("SUMMARY", icsText(summary))
	b.line("DESCRIPTION", icsText(about))
	if planned {
		b.line("STATUS", "TENTATIVE")
	} else {
		b.line("STATUS", "CONFIRMED")
	}
	b.line("TRANSP", "TRANSPARENT")
	b.line("END", "VEVENT")
}

// maxICSLine is the longest line of a calendar, in bytes.
const maxICSLine = 75

// line writes a property; what is longer than a line may be goes on in the next one, behind a blank.
func (b *icsWriter) line(name, value string) {
	rest := name + ":" + value
	for most := maxICSLine; len(rest) > most; most = maxICSLine - 1 {
		cut := most
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		b.WriteString(rest[:cut] + "\r\n ")
		rest = rest[cut:]
	}
	b.WriteString(rest + "\r\n")
}

func icsDay(d policy.Date) string { return fmt.Sprintf("%04d%02d%02d", d.Year, d.Month, d.Day) }

// icsText escapes a text.
func icsText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`).Replace(plain(s))
}

// icsName makes a part of an identity.
func icsName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, s)
}
