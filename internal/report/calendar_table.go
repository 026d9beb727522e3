package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/git-backport/git-backport/policy"
)

// calendarTable writes the calendar for a terminal: one row for each phase of a line.
func calendarTable(c policy.Calendar) string {
	rows := [][]string{{"LINE", "BRANCH", "CLASS", "PHASE", "FROM", "UNTIL", "STATE", "NOTE"}}
	for _, l := range c.Lines {
		rows = append(rows, lineRows(l)...)
	}
	var b strings.Builder
	calendarColumns(&b, rows)
	for i, u := range c.Upgrades {
		if i == 0 {
			b.WriteString("\nUpgrade windows\n")
		}
		fmt.Fprintf(&b, "%s: %s -> %s from %s to %s (%s)\n", plain(u.Class), u.From, u.To, calendarDay(u.Start, u.Planned && u.Start.After(c.AsOf)),
			calendarDay(u.End, u.Planned), lasting(u))
	}
	fmt.Fprintf(&b, "\nas of %s; ~ planned, both days of a window included\n", c.AsOf)
	return b.String()
}

func lineRows(l policy.Line) [][]string {
	var rows [][]string
	head := []string{l.Name(), l.Branch, l.Class}
	if len(l.Windows) == 0 {
		return [][]string{append(head, l.Phase, "-", "-", string(l.State), l.Note)}
	}
	for i, w := range l.Windows {
		state := string(l.State)
		if l.State == policy.StateSupported {
			state = ""
			if w.Phase == l.Phase {
				state = "supported"
			}
		}
		note := w.Why
		if i == len(l.Windows)-1 && l.Note != "" && l.Note != w.Why {
			note = strings.TrimPrefix(note+"; "+l.Note, "; ")
		}
		rows = append(rows, append(head, w.Phase, calendarDay(w.Start, w.StartPlanned), calendarDay(w.End, w.EndPlanned), state, note))
		head = []string{"", "", ""}
	}
	return rows
}

// lasting writes how long an upgrade window is.
func lasting(u policy.Upgrade) string {
	n := u.End.DaysSince(u.Start) + 1
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// calendarColumns writes rows in columns, each cell as plain text.
func calendarColumns(b *strings.Builder, rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			r[i] = plain(cell)
			cell = r[i]
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		line := ""
		for i, cell := range r {
			line += cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// calendarMarkdown writes a table whose supported lines are bold and whose planned ones are italic.
func calendarMarkdown(c policy.Calendar) string {
	var b strings.Builder
	b.WriteString("| Line | Class | Released | Phases | Supported until | Note |\n|---|---|---|---|---|---|\n")
	for _, l := range c.Lines {
		name := markdownCell(l.Name())
		switch l.State {
		case policy.StateSupported:
			name = "**" + name + "**"
		case policy.StatePlanned, policy.StatePending:
			name = "*" + name + "*"
		case policy.StateEnded, policy.StateUndated, policy.StateIgnored, policy.StateBeforeFrom:
		}
		start, planned := released(l)
		end, endPlanned := supportedUntil(l)
		var phases []string
		for _, w := range l.Windows {
			phases = append(phases, markdownCell(w.Phase)+" until "+markdownDay(w.End, w.EndPlanned))
		}
		note := l.Note
		if l.State == policy.StatePending && note == "" {
			note = "not released yet"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", name, markdownCell(l.Class), markdownDay(start, planned), strings.Join(phases, ", "), markdownDay(end, endPlanned), markdownCell(note))
	}
	for i, u := range c.Upgrades {
		if i == 0 {
			b.WriteString("\n| Upgrade | From | To | Time |\n|---|---|---|---|\n")
		}
		fmt.Fprintf(&b, "| %s → %s | %s | %s | %s |\n", u.From, u.To, markdownDay(u.Start, u.Planned && u.Start.After(c.AsOf)), markdownDay(u.End, u.Planned), lasting(u))
	}
	b.WriteString("\nThe last day of a window is included; planned days are in italics.\n")
	return b.String()
}

func markdownDay(d policy.Date, planned bool) string {
	switch {
	case d.IsZero():
		return "open"
	case planned:
		return "*" + d.String() + "*"
	}
	return d.String()
}

// markdownCell writes text that stays within its cell and means nothing to Markdown or HTML.
func markdownCell(s string) string {
	var b strings.Builder
	for _, r := range plain(s) {
		switch r {
		case '\\', '`', '*', '_', '[', ']', '|', '!', '~', '#':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '@':
			b.WriteString("&#64;") // mentions nobody
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
