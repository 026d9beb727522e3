package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/internal/streams"
)

// The measures of the picture, in pixels.
const (
	gridCell   = 18
	gridLabel  = 470 // for ids and subjects
	gridHead   = 64
	gridFoot   = 54
	gridColumn = 46
	gridTitle  = 62 // characters of a subject
)

// AuditSVG draws the ledger as a grid, a row a fix and a column a line. It needs nothing else, and is
// readable on light and on dark ground.
func AuditSVG(w io.Writer, rep *audit.Report, h AuditHeader) error {
	var b strings.Builder
	lines, rows := rep.Request.Lines, rep.Rows
	width := max(gridLabel+len(lines)*gridColumn+16, 900)
	height := gridHead + len(rows)*gridCell + gridFoot
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" font-family="system-ui, sans-serif" font-size="12">`+"\n", width, height, width, height)
	b.WriteString(gridStyle)
	fmt.Fprintf(&b, `<title>%s</title>`+"\n", gridText("Audit of "+count(len(lines), "line")+" on "+rep.Request.AsOf.String()))
	fmt.Fprintf(&b, `<rect class="ground" width="%d" height="%d"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<text class="head" x="8" y="22">%s</text>`+"\n", gridText(fmt.Sprintf("Audit on %s: %s since %s left %s, %s carried by a release line",
		rep.Request.AsOf, several(rep.Fixes, "fix"), rep.Oldest(), h.Main, grouped(rep.Carried))))
	for j, l := range lines {
		fmt.Fprintf(&b, `<text class="line" x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", gridLabel+j*gridColumn+gridColumn/2, gridHead-10, gridText(l.Name()))
	}
	for i := range rows {
		gridRow(&b, rep, &rows[i], gridHead+i*gridCell, h)
	}
	gridLegend(&b, height-gridFoot+14)
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

const gridStyle = `<style>
.ground { fill: #ffffff } text { fill: #1f2328 } .head { font-size: 14px; font-weight: 600 } .line { font-weight: 600 } .id { font-family: ui-monospace, monospace; font-size: 11px }
.in { fill: #b4dfc0 } .backported { fill: #2da44e } .pending { fill: #54aeff } .reverted { fill: #bf8700 } .decided { fill: #afb8c1 }
.MISSING { fill: #cf222e } .candidate { fill: #f0a04b } .unlikely { fill: #f6d9a8 } .due { fill: #d4b7f5 } .unknown { fill: #8250df } .open { fill: #eef1f4 }
.mark { fill: #ffffff; font-weight: 700; font-size: 11px } .dark { fill: #1f2328 }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 } text { fill: #e6edf3 } .in { fill: #1b4528 } .backported { fill: #3fb950 } .decided { fill: #57606a } .open { fill: #21262d } .unlikely { fill: #6b5320 }
.due { fill: #6e4fa3 } .MISSING { fill: #f85149 } .mark { fill: #ffffff } .candidate { fill: #9a5b13 } .pending { fill: #1f6feb } .dark { fill: #ffffff }
}
</style>
`

func gridRow(b *strings.Builder, rep *audit.Report, row *audit.Row, y int, h AuditHeader) {
	subject := []rune(streams.Clean(row.Commit().Subject))
	if len(subject) > gridTitle {
		subject = append(subject[:gridTitle-1], '…')
	}
	fmt.Fprintf(b, `<text class="id" x="8" y="%d">%s</text><text x="92" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs">%s</text>`+"\n",
		y+13, row.Commit().ID.String()[:10], y+13, min(gridLabel-104, len(subject)*6), gridText(string(subject)))
	for j := range row.Cells {
		gridOne(b, &row.Cells[j], gridLabel+j*gridColumn, y, rep.Request.Lines[j].Name())
	}
	if row.Main != nil {
		fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="8" height="%d"><title>%s: %s</title></rect>`+"\n", row.Main.State, gridLabel-12, y+1, gridCell-2, gridText(h.Main), row.Main.State)
	}
}

// gridOne draws a cell: its colour is its state, and so is the letter in it, for who does not tell colours.
func gridOne(b *strings.Builder, c *audit.Cell, x, y int, line string) {
	text := line + ": " + string(c.State)
	if c.Why != "" {
		text += ", " + string(c.Signal) + ": " + c.Why
	}
	fmt.Fprintf(b, `<g><title>%s</title><rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="2"/>`, gridText(text), c.State, x+1, y+1, gridColumn-2, gridCell-2)
	if mark := gridMark(c.State); mark != "" {
		fmt.Fprintf(b, `<text class="%s" x="%d" y="%d" text-anchor="middle">%s</text>`, gridInk(c.State), x+gridColumn/2, y+13, mark)
	}
	b.WriteString("</g>\n")
}

// gridMark is the letter of a state: none where there is nothing to see.
func gridMark(s audit.State) string {
	if s == audit.In || s == audit.Open {
		return ""
	}
	return markOf(s)
}

// gridInk is the colour of a letter that is readable on its state's.
func gridInk(s audit.State) string {
	switch s {
	case audit.Candidate, audit.Pending, audit.Unlikely, audit.Due, audit.Decided:
		return "mark dark"
	case audit.In, audit.Backported, audit.Reverted, audit.Missing, audit.Unknown, audit.Open:
	}
	return "mark"
}

func gridLegend(b *strings.Builder, y int) {
	x := 8
	for _, s := range audit.States() {
		fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="14" height="14" rx="2"/>`, s, x, y)
		if mark := gridMark(s); mark != "" {
			fmt.Fprintf(b, `<text class="%s" x="%d" y="%d" text-anchor="middle">%s</text>`, gridInk(s), x+7, y+11, mark)
		}
		fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`+"\n", x+18, y+12, s)
		x += 32 + 7*len(s)
	}
}

// gridText is text that stays text.
func gridText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(streams.Clean(s))) // a strings.Builder takes everything
	return b.String()
}
