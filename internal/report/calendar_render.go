package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/git-backport/git-backport/policy"
)

// A CalendarFormat is a way to write a support calendar.
type CalendarFormat string

// The formats of a calendar.
const (
	CalendarTable    CalendarFormat = "table"
	CalendarMarkdown CalendarFormat = "markdown"
	CalendarMermaid  CalendarFormat = "mermaid"
	CalendarSVG      CalendarFormat = "svg"
	CalendarICS      CalendarFormat = "ics"
	CalendarJSON     CalendarFormat = "json"
)

// CalendarFormats returns all formats, the default first.
func CalendarFormats() []CalendarFormat {
	return []CalendarFormat{CalendarTable, CalendarMarkdown, CalendarMermaid, CalendarSVG, CalendarICS, CalendarJSON}
}

// CalendarOptions say what of a calendar is shown.
type CalendarOptions struct {
	Title   string // default "Support schedule"
	Project string // what the project is called, for the identities of events
	Ended   int    // how many lines that have ended are shown, newest first; negative: all. JSON shows all
}

// WriteCalendar writes a calendar. What it writes depends on the calendar alone: nothing but the day
// the calendar is for moves it.
func WriteCalendar(w io.Writer, c policy.Calendar, format CalendarFormat, o CalendarOptions) error {
	if o.Title == "" {
		o.Title = "Support schedule"
	}
	shown := c
	shown.Lines = visible(c.Lines, o.Ended)
	shown.Upgrades = upgradesOf(c.Upgrades, shown.Lines)
	var text string
	switch format {
	case CalendarTable:
		text = calendarTable(shown)
	case CalendarMarkdown:
		text = calendarMarkdown(shown)
	case CalendarMermaid:
		text = calendarMermaid(shown, o.Title)
	case CalendarSVG:
		text = calendarSVG(shown, o.Title)
	case CalendarICS:
		text = calendarICS(shown, o)
	case CalendarJSON:
		data, err := calendarJSON(c)
		if err != nil {
			return err
		}
		text = data
	default:
		return fmt.Errorf("unknown calendar format %q", format)
	}
	_, err := io.WriteString(w, text)
	return err
}

// visible leaves out ended lines but the newest few.
func visible(lines []policy.Line, ended int) []policy.Line {
	var out []policy.Line
	n := 0
	for _, l := range lines {
		if l.State == policy.StateEnded {
			if n++; ended >= 0 && n > ended {
				continue
			}
		}
		out = append(out, l)
	}
	return out
}

// upgradesOf keeps the upgrade windows between lines that are shown.
func upgradesOf(upgrades []policy.Upgrade, lines []policy.Line) []policy.Upgrade {
	shown := map[policy.LineID]bool{}
	for _, l := range lines {
		shown[l.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(upgrades), func(u policy.Upgrade) bool { return !shown[u.From] || !shown[u.To] })
}

// The markers between which a calendar is kept in a file.
const (
	CalendarBegin = "<!-- git-backport:begin schedule -->"
	CalendarEnd   = "<!-- git-backport:end schedule -->"
)

// ErrNoMarkers means that a file has no place for a calendar.
var ErrNoMarkers = errors.New("no markers " + CalendarBegin + " and " + CalendarEnd)

// ReplaceCalendar puts a calendar between the markers of a file. Mermaid comes in a code fence. The
// line ends of the file are kept. The error is ErrNoMarkers, or says that they stand wrongly.
func ReplaceCalendar(file, calendar []byte, format CalendarFormat) ([]byte, error) {
	text := string(file)
	begin, end := strings.Index(text, CalendarBegin), strings.Index(text, CalendarEnd)
	switch {
	case begin < 0 && end < 0:
		return nil, ErrNoMarkers
	case begin < 0 || end < begin:
		return nil, fmt.Errorf("marker %s without %s before it", CalendarEnd, CalendarBegin)
	case strings.Count(text, CalendarBegin) > 1 || strings.Count(text, CalendarEnd) > 1:
		return nil, errors.New("the markers of the schedule stand more than once")
	}
	body := strings.TrimRight(string(calendar), "\n")
	switch format {
	case CalendarMermaid:
		body = "```mermaid\n" + body + "\n```"
	case CalendarTable, CalendarJSON:
		body = "```\n" + body + "\n```"
	case CalendarMarkdown, CalendarSVG:
	}
	nl := "\n"
	if strings.Contains(text, "\r\n") {
		nl = "\r\n"
		body = strings.ReplaceAll(body, "\n", nl)
	}
	return []byte(text[:begin] + CalendarBegin + nl + nl + body + nl + nl + text[end:]), nil
}

// days writes a window's day, "~" before a planned one, "-" for none.
func calendarDay(d policy.Date, planned bool) string {
	switch {
	case d.IsZero():
		return "-"
	case planned:
		return "~" + d.String()
	}
	return d.String()
}

// released is the day a line was, or is to be, released.
func released(l policy.Line) (policy.Date, bool) {
	if l.Released.IsZero() {
		return l.Expected, true
	}
	return l.Released, false
}

// supportedUntil is a line's last day, and whether it is only planned.
func supportedUntil(l policy.Line) (policy.Date, bool) {
	if l.Until.IsZero() {
		return l.Planned, true
	}
	return l.Until, l.Released.IsZero()
}

// plain drops what could leave its place in a document: control and format characters.
func plain(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
