package report

import (
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// CalendarSchema names the JSON document of a calendar.
const CalendarSchema = "git-backport/schedule/v1"

// A CalendarDocument is the JSON form of a calendar; v1 only grows.
type CalendarDocument struct {
	Schema   string            `json:"schema"`
	AsOf     policy.Date       `json:"as_of"`
	Lines    []CalendarLine    `json:"lines"`
	Upgrades []CalendarUpgrade `json:"upgrades"`
}

// A CalendarLine is one line of a CalendarDocument.
type CalendarLine struct {
	Line     string           `json:"line"`
	Branch   string           `json:"branch"`
	Class    string           `json:"class"`
	State    string           `json:"state"`
	Phase    string           `json:"phase"`
	Released *policy.Date     `json:"released"` // null: not yet
	Expected *policy.Date     `json:"expected"` // when it is to be released
	DatedBy  string           `json:"dated_by"`
	Latest   *string          `json:"latest"`
	Next     string           `json:"next"`
	Until    *policy.Date     `json:"until"`         // last supported day; null: open
	Planned  *policy.Date     `json:"until_planned"` // while until is null
	Why      string           `json:"why"`
	Note     string           `json:"note"`
	Windows  []CalendarWindow `json:"phases"`
}

// A CalendarWindow is a phase of a line.
type CalendarWindow struct {
	Name         string       `json:"name"`
	Start        *policy.Date `json:"start"`
	End          *policy.Date `json:"end"`
	StartPlanned bool         `json:"start_planned"`
	EndPlanned   bool         `json:"end_planned"`
	Why          string       `json:"why"`
}

// A CalendarUpgrade is a time in which two lines of a class are both supported.
type CalendarUpgrade struct {
	Class   string      `json:"class"`
	From    string      `json:"from"`
	To      string      `json:"to"`
	Start   policy.Date `json:"start"`
	End     policy.Date `json:"end"`
	Planned bool        `json:"planned"`
}

// NewCalendarDocument returns the JSON form of a calendar.
func NewCalendarDocument(c policy.Calendar) CalendarDocument {
	doc := CalendarDocument{Schema: CalendarSchema, AsOf: c.AsOf, Lines: []CalendarLine{}, Upgrades: []CalendarUpgrade{}}
	for _, l := range c.Lines {
		out := CalendarLine{Line: l.Name(), Branch: l.Branch, Class: l.Class, State: string(l.State), Phase: l.Phase, Released: dayOrNull(l.Released),
			Expected: dayOrNull(l.Expected), DatedBy: l.DatedBy, Next: l.Next.String(), Until: dayOrNull(l.Until), Planned: dayOrNull(l.Planned),
			Why: l.EndWhy, Note: l.Note, Windows: []CalendarWindow{}}
		if l.Latest != nil {
			latest := l.Latest.String()
			out.Latest = &latest
		}
		for _, w := range l.Windows {
			out.Windows = append(out.Windows, CalendarWindow{w.Phase, dayOrNull(w.Start), dayOrNull(w.End), w.StartPlanned, w.EndPlanned, w.Why})
		}
		doc.Lines = append(doc.Lines, out)
	}
	for _, u := range c.Upgrades {
		doc.Upgrades = append(doc.Upgrades, CalendarUpgrade{u.Class, u.From.String(), u.To.String(), u.Start, u.End, u.Planned})
	}
	return doc
}

func dayOrNull(d policy.Date) *policy.Date {
	if d.IsZero() {
		return nil
	}
	return &d
}

func calendarJSON(c policy.Calendar) (string, error) {
	var b strings.Builder
	err := WriteJSON(&b, NewCalendarDocument(c))
	return b.String(), err
}
