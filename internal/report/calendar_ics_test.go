package report_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

// readCalendar reads a calendar with a library of others.
func readCalendar(t *testing.T, text string) map[string]*ics.VEvent {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	c, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatalf("not a calendar: %v\n%s", err, text)
	}
	out := map[string]*ics.VEvent{}
	for _, e := range c.Events() {
		if out[e.Id()] != nil {
			t.Errorf("the identity %q stands twice", e.Id())
		}
		out[e.Id()] = e
	}
	return out
}

func TestCalendarICS(t *testing.T) {
	t.Parallel()
	o := report.CalendarOptions{Ended: -1, Project: "wasmtime", Title: "Wasmtime, releases; support"}
	events := readCalendar(t, write(t, wasmtime(t, "2026-09-10", 3), report.CalendarICS, o))
	for _, c := range []struct{ id, day, summary, status string }{
		{"release-36@wasmtime.git-backport.invalid", "2025-08-20", "36 released", "CONFIRMED"},
		{"end-36-lts@wasmtime.git-backport.invalid", "2027-08-20", "36: last supported day", "CONFIRMED"},
		{"release-49@wasmtime.git-backport.invalid", "2026-09-20", "49 expected", "TENTATIVE"},
	} {
		e := events[c.id]
		if e == nil {
			t.Errorf("no event %q", c.id)
			continue
		}
		start, err := e.GetAllDayStartAt()
		if err != nil || start.Format(time.DateOnly) != c.day {
			t.Errorf("%s: %v, %v, want %s", c.id, start, err, c.day)
		}
		end, err := e.GetAllDayEndAt()
		if err != nil || end.Sub(start) != 24*time.Hour {
			t.Errorf("%s ends %v, %v", c.id, end, err)
		}
		if got := e.GetProperty(ics.ComponentPropertySummary).Value; got != c.summary {
			t.Errorf("%s: %q, want %q", c.id, got, c.summary)
		}
		if got := e.GetProperty(ics.ComponentPropertyStatus).Value; got != c.status {
			t.Errorf("%s: %q, want %q", c.id, got, c.status)
		}
	}
}

// TestCalendarICSIdentitiesStay: a month later the same events have the same identities.
func TestCalendarICSIdentitiesStay(t *testing.T) {
	t.Parallel()
	o := report.CalendarOptions{Ended: -1, Project: "wasmtime"}
	before := readCalendar(t, write(t, wasmtime(t, "2026-08-25", 3), report.CalendarICS, o))
	after := readCalendar(t, write(t, wasmtime(t, "2026-09-19", 3), report.CalendarICS, o))
	for id := range before {
		if after[id] == nil {
			t.Errorf("%s is gone", id)
		}
	}
	if len(before) < 40 {
		t.Errorf("only %d events", len(before))
	}
}

func TestCalendarICSHostile(t *testing.T) {
	t.Parallel()
	evil := "x\r\nEND:VCALENDAR\r\nBEGIN:VEVENT;a,b\\n \U0001F600" + strings.Repeat("ü", 90)
	l := policy.Line{ID: policy.LineID{Major: 1}, Branch: evil, Class: evil, Note: evil, Released: policy.Date{Year: 2026, Month: 1, Day: 1}}
	l.Windows = []policy.Window{{Phase: evil, End: policy.Date{Year: 2026, Month: 2, Day: 1}, Why: evil}}
	events := readCalendar(t, write(t, policy.Calendar{AsOf: l.Released, Lines: []policy.Line{l}}, report.CalendarICS, report.CalendarOptions{Title: evil, Project: evil}))
	if len(events) != 2 {
		t.Errorf("%d events", len(events))
	}
	for _, e := range events {
		if got := e.GetProperty(ics.ComponentPropertyDescription).Value; !strings.Contains(got, "END:VCALENDAR") || !strings.Contains(got, strings.Repeat("ü", 90)) {
			t.Errorf("the text is not whole: %q", got)
		}
	}
}
