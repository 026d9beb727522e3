package report

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// Measures of the picture, in pixels.
const (
	svgWidth  = 960
	svgLabel  = 150 // left of the time axis
	svgRight  = 24
	svgTop    = 64
	svgRow    = 24
	svgBar    = 16
	svgBottom = 40
	svgRoom   = 76 // what a date takes
)

// svgStyle carries both colour schemes, so that the file needs nothing from outside.
const svgStyle = `
:root { color-scheme: light dark; }
.bg { fill: #ffffff; } text { fill: #1f2328; font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
.title { font-size: 16px; font-weight: 600; } .dim { fill: #59636e; } .in { fill: #ffffff; font-size: 11px; }
.grid { stroke: #d1d9e0; } .year { stroke: #9aa4af; } .today { stroke: #cf222e; stroke-width: 1.5; } .todaytext { fill: #cf222e; }
.p0 { fill: #0969da; } .p1 { fill: #8250df; } .p2 { fill: #9a6700; } .p3 { fill: #57606a; }
.ended { opacity: .4; } .planned { fill-opacity: .18; stroke-width: 1; stroke-dasharray: 4 3; }
.planned.p0 { stroke: #0969da; } .planned.p1 { stroke: #8250df; } .planned.p2 { stroke: #9a6700; } .planned.p3 { stroke: #57606a; }
.up { fill: #1a7f37; } .planned.up { stroke: #1a7f37; } .out { fill: #1f2328; font-size: 11px; }
@media (prefers-color-scheme: dark) {
.bg { fill: #0d1117; } text { fill: #e6edf3; } .dim { fill: #9198a1; } .in { fill: #0d1117; } .out { fill: #e6edf3; }
.grid { stroke: #2a313c; } .year { stroke: #59636e; } .today { stroke: #ff7b72; } .todaytext { fill: #ff7b72; }
.p0 { fill: #58a6ff; } .p1 { fill: #bc8cff; } .p2 { fill: #d29922; } .p3 { fill: #9198a1; } .up { fill: #3fb950; }
.planned.p0 { stroke: #58a6ff; } .planned.p1 { stroke: #bc8cff; } .planned.p2 { stroke: #d29922; } .planned.p3 { stroke: #9198a1; } .planned.up { stroke: #3fb950; }
}
`

type svg struct {
	strings.Builder
	from, to policy.Date
	phases   []string // in the order of their colours
}

// calendarSVG writes a self-contained picture: one row for each line, oldest on top, one bar for each
// phase, the upgrade windows below, and the day it is for.
func calendarSVG(c policy.Calendar, title string) string {
	s := &svg{}
	s.span(c)
	rows := len(c.Lines) + len(c.Upgrades)
	height := svgTop + rows*svgRow + svgBottom
	if len(c.Upgrades) > 0 {
		height += svgRow
	}
	fmt.Fprintf(s, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="t d">`+"\n", svgWidth, height, svgWidth, height)
	fmt.Fprintf(s, "<title id=\"t\">%s</title>\n<desc id=\"d\">%s</desc>\n<style>%s</style>\n", escape(title), escape(describe(c)), svgStyle)
	fmt.Fprintf(s, `<rect class="bg" width="%d" height="%d"/><text class="title" x="16" y="26">%s</text>`+"\n", svgWidth, height, escape(title))
	s.legend(c)
	s.axis(height)
	y := svgTop
	for _, l := range slices.Backward(c.Lines) {
		s.line(l, y)
		y += svgRow
	}
	if len(c.Upgrades) > 0 {
		fmt.Fprintf(s, `<text class="dim" x="16" y="%d">upgrade windows</text>`+"\n", y+svgRow/2+4)
		y += svgRow
	}
	for _, u := range c.Upgrades {
		class := "up"
		if u.Planned {
			class = "planned up"
		}
		s.label(fmt.Sprintf("%s → %s", u.From, u.To), u.Class, y)
		s.bar(class, u.Start, u.End, y, u.End.String(), fmt.Sprintf("upgrade from %s to %s: %s to %s, %s", u.From, u.To, u.Start, u.End, lasting(u)))
		y += svgRow
	}
	s.today(c.AsOf, height)
	s.WriteString("</svg>\n")
	return s.String()
}

func describe(c policy.Calendar) string {
	var supported []string
	for _, l := range c.Lines {
		if l.State == policy.StateSupported {
			supported = append(supported, l.Name())
		}
	}
	return fmt.Sprintf("Support windows as of %s. Supported: %s.", c.AsOf, strings.Join(supported, ", "))
}

// span finds the days that the picture covers, and the phases.
func (s *svg) span(c policy.Calendar) {
	s.from, s.to = c.AsOf.AddMonths(-1), c.AsOf.AddMonths(6)
	for _, l := range slices.Backward(c.Lines) {
		for _, w := range l.Windows {
			if !w.Start.IsZero() && w.Start.Before(s.from) {
				s.from = w.Start
			}
			if w.End.After(s.to) {
				s.to = w.End
			}
			if !slices.Contains(s.phases, w.Phase) {
				s.phases = append(s.phases, w.Phase)
			}
		}
	}
	s.from.Day = 1
	s.to = s.to.AddDays(14)
}

func (s *svg) x(d policy.Date) float64 {
	all := max(1, s.to.DaysSince(s.from))
	return svgLabel + float64(svgWidth-svgLabel-svgRight)*float64(d.DaysSince(s.from))/float64(all)
}

func (s *svg) legend(c policy.Calendar) {
	x := svgLabel
	for i, p := range s.phases {
		fmt.Fprintf(s, `<rect class="p%d" x="%d" y="36" width="10" height="10" rx="2"/><text class="dim" x="%d" y="45">%s</text>`+"\n", i%4, x, x+15, escape(p))
		x += 15 + 8*len(p) + 16
	}
	if len(c.Lines) > 0 {
		fmt.Fprintf(s, `<text class="dim" x="%d" y="45">dashed: planned</text>`+"\n", x)
	}
}

// axis draws a line for each year, and for each quarter or month when there is room.
func (s *svg) axis(height int) {
	bottom := height - svgBottom + 8
	months := (s.to.Year-s.from.Year)*12 + int(s.to.Month) - int(s.from.Month) + 1
	step := 1
	for _, n := range []int{3, 12, 24, 60, 120} {
		if months/step > 30 {
			step = n
		}
	}
	d := s.from
	for (int(d.Month)-1+12*d.Year)%step != 0 {
		d = d.AddMonths(1)
	}
	label := -1000.0
	for ; !d.After(s.to); d = d.AddMonths(step) {
		class := "grid"
		if d.Month == 1 {
			class = "year"
		}
		x := s.x(d)
		fmt.Fprintf(s, `<line class="%s" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`+"\n", class, x, svgTop-6, x, bottom)
		if x-label >= 52 {
			text := fmt.Sprintf("%04d-%02d", d.Year, int(d.Month))
			fmt.Fprintf(s, `<text class="dim" x="%.1f" y="%d">%s</text>`+"\n", x+2, bottom+14, text)
			label = x
		}
	}
}

func (s *svg) label(name, class string, y int) {
	fmt.Fprintf(s, `<text x="16" y="%d">%s</text><text class="dim" x="76" y="%d">%s</text>`+"\n", y+svgRow/2+4, escape(clipRunes(name, 11)), y+svgRow/2+4, escape(clipRunes(class, 10)))
}

func (s *svg) line(l policy.Line, y int) {
	s.label(l.Name(), l.Class, y)
	for i, w := range l.Windows {
		if w.Start.IsZero() {
			continue
		}
		end := w.End
		open := end.IsZero()
		if open {
			end = s.to
		}
		class := fmt.Sprintf("p%d", slices.Index(s.phases, w.Phase)%4)
		switch {
		case l.Released.IsZero() || w.StartPlanned:
			class = "planned " + class
		case l.State == policy.StateEnded:
			class = "ended " + class
		}
		tip := fmt.Sprintf("%s %s: %s to %s", l.Name(), w.Phase, calendarDay(w.Start, w.StartPlanned), calendarDay(w.End, w.EndPlanned))
		if w.Why != "" {
			tip += " (" + w.Why + ")"
		}
		text := ""
		if !open && (i == len(l.Windows)-1 || s.x(end)-s.x(w.Start) > svgRoom) {
			text = end.String()
		}
		s.bar(class, w.Start, end, y, text, tip)
	}
}

// bar draws a window; its end is written into it where there is room, else after it.
func (s *svg) bar(class string, start, end policy.Date, y int, text, tip string) {
	x, width := s.x(start), max(2, s.x(end.AddDays(1))-s.x(start)-1)
	fmt.Fprintf(s, `<g><title>%s</title><rect class="%s" x="%.1f" y="%d" width="%.1f" height="%d" rx="3"/>`, escape(tip), class, x, y+(svgRow-svgBar)/2, width, svgBar)
	in := "in"
	if strings.HasPrefix(class, "planned") {
		in = "out"
	}
	switch {
	case text == "":
	case width <= svgRoom && x+width+svgRoom < svgWidth:
		fmt.Fprintf(s, `<text class="out" x="%.1f" y="%d">%s</text>`, x+width+5, y+svgRow/2+4, escape(text))
	case width > svgRoom:
		fmt.Fprintf(s, `<text class="%s" text-anchor="end" x="%.1f" y="%d">%s</text>`, in, x+width-5, y+svgRow/2+4, escape(text))
	}
	s.WriteString("</g>\n")
}

func (s *svg) today(d policy.Date, height int) {
	x := s.x(d)
	fmt.Fprintf(s, `<line class="today" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/><text class="todaytext" text-anchor="middle" x="%.1f" y="%d">%s</text>`+"\n", x, svgTop-8, x, height-svgBottom+8, x, height-4, d)
}

func clipRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(plain(s))); err != nil {
		return "" // a Builder does not fail
	}
	return b.String()
}
