package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// calendarMermaid writes a Gantt chart: explicit end dates, never durations; an id of its own for
// each bar; a section for each class. Ends that nobody knows are comments.
func calendarMermaid(c policy.Calendar, title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "gantt\n    title %s\n    dateFormat YYYY-MM-DD\n    axisFormat %%Y-%%m\n    inclusiveEndDates\n", mermaidText(title))
	var classes []string
	for _, l := range slices.Backward(c.Lines) {
		if !slices.Contains(classes, l.Class) {
			classes = append(classes, l.Class)
		}
	}
	for _, class := range classes {
		name := mermaidText(class)
		if name == "" {
			name = "other"
		}
		fmt.Fprintf(&b, "    section %s\n", name)
		for _, l := range slices.Backward(c.Lines) {
			if l.Class == class {
				mermaidLine(&b, l)
			}
		}
	}
	for i, u := range c.Upgrades {
		if i == 0 {
			b.WriteString("    section upgrade\n")
		}
		fmt.Fprintf(&b, "    %s to %s :crit, u%d, %s, %s\n", u.From, u.To, i+1, u.Start, u.End)
	}
	return b.String()
}

func mermaidLine(b *strings.Builder, l policy.Line) {
	id := "l" + strings.ReplaceAll(l.ID.String(), ".", "_")
	for i, w := range l.Windows {
		label := l.Name()
		if len(l.Windows) > 1 {
			label += " " + mermaidText(w.Phase)
		}
		tag := ""
		switch {
		case l.State == policy.StateEnded, l.State == policy.StateSupported && w.Phase != l.Phase && w.End.Before(l.AsOf):
			tag = "done, "
		case l.State == policy.StateSupported && w.Phase == l.Phase:
			tag = "active, "
		case l.Released.IsZero():
			label += " (planned)"
		}
		if w.Start.IsZero() || w.End.IsZero() {
			fmt.Fprintf(b, "    %%%% %s: no end is known\n", label)
			continue
		}
		fmt.Fprintf(b, "    %s :%s%s_%d, %s, %s\n", label, tag, id, i+1, w.Start, w.End)
	}
}

// mermaidText keeps what cannot be taken for Mermaid's syntax.
func mermaidText(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if strings.ContainsRune(":;,#%<>{}[]()\"'`\\|&", r) {
			return ' '
		}
		return r
	}, plain(s)))
}
