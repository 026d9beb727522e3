package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/internal/streams"
)

// AuditText writes an audit for people: what needs a decision, and how much does not.
func AuditText(w io.Writer, rep *audit.Report, h AuditHeader, o TextOptions) error {
	p := &page{w: w, o: o}
	p.auditHead(rep, h)
	shown := []audit.State{audit.Missing}
	if o.Verbose {
		shown = append(shown, audit.Candidate, audit.Due, audit.Unlikely, audit.Pending, audit.Reverted, audit.Decided, audit.Unknown)
	}
	if rep.Counts[audit.Unknown] > 0 && !o.Verbose {
		shown = append(shown, audit.Unknown)
	}
	for _, s := range shown {
		p.auditState(rep, h, s)
	}
	if o.Verbose {
		p.auditAdvisories(rep)
	}
	p.auditCounts(rep)
	return p.err
}

// AuditRows writes the rows of fixes that somebody asked about: every line, and all that is known of it.
func AuditRows(w io.Writer, rep *audit.Report, h AuditHeader, o TextOptions) error {
	p := &page{w: w, o: o}
	p.auditHead(rep, h)
	for i := range rep.Rows {
		row := &rep.Rows[i]
		p.printf("\n%s  %s\n", o.Short(row.Commit().ID), streams.Clean(row.Commit().Subject))
		p.printf("  kind: %s%s\n", row.Kind, kindSource(row.KindFrom))
		rows := make([][]string, 0, len(row.Cells))
		for j := range row.Cells {
			rows = append(rows, []string{rep.Request.Lines[j].Name(), string(row.Cells[j].State)})
		}
		widths := columns(rows)
		for j := range row.Cells {
			c := &row.Cells[j]
			p.row(rows[j], widths, auditColor(c.State), p.auditWhy(c))
			p.auditEvidence(c)
			if text := row.NotAffected(rep.Request.Lines[j].ID); text != "" {
				p.printf("      the fix says: %s\n", streams.Clean(text))
			}
			if c.State == audit.Missing || c.State == audit.Candidate {
				p.printf("      %s\n", h.Command(row, []string{rep.Request.Lines[j].Name()}))
			}
		}
		p.auditAffected(rep, row)
	}
	return p.err
}

func (p *page) auditHead(rep *audit.Report, h AuditHeader) {
	if p.o.Quiet {
		return
	}
	p.printf("audit of %s on %s", count(len(rep.Request.Lines), "line"), rep.Request.AsOf)
	if len(rep.Request.Fixes) == 0 && len(rep.Request.Lines) > 0 {
		p.printf(": %s since %s left %s, %s carried by a release line", several(rep.Fixes, "fix"), streams.Clean(rep.Oldest()), streams.Clean(h.Main), grouped(rep.Carried))
	}
	p.printf("\npolicy: %s\n", streams.Clean(h.PolicySource))
}

// auditState lists the cells in one state.
func (p *page) auditState(rep *audit.Report, h AuditHeader, s audit.State) {
	some := false
	for i := range rep.Rows {
		row := &rep.Rows[i]
		for j := range row.Cells {
			c := &row.Cells[j]
			if c.State != s {
				continue
			}
			if !some {
				p.printf("\n%s\n", p.paint(auditColor(s), string(s)))
				some = true
			}
			line := rep.Request.Lines[j].Name()
			p.auditCell(row, c, line)
			if s == audit.Missing || s == audit.Candidate {
				p.printf("      %s\n", h.Command(row, []string{line}))
			}
		}
		if row.Main != nil && row.Main.State == s {
			if !some {
				p.printf("\n%s\n", p.paint(auditColor(s), string(s)))
				some = true
			}
			p.auditCell(row, row.Main, streams.Clean(h.Main))
		}
	}
}

func (p *page) auditCell(row *audit.Row, c *audit.Cell, line string) {
	p.printf("  %s  %s  %s\n", line, p.o.Short(row.Commit().ID), streams.Clean(row.Commit().Subject))
	if why := p.auditWhy(c); why != "" {
		p.printf("      %s\n", why)
	}
}

// auditWhy says why a cell is where it is.
func (p *page) auditWhy(c *audit.Cell) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch c.State {
	case audit.Pending:
		add("on %s", streams.Clean(c.By))
	case audit.Reverted:
		add("taken back by %s", p.o.Short(c.Undone))
	case audit.Unknown:
		add("object %s is missing", c.Lacks)
	case audit.Decided:
		by := ""
		if c.Decision.By != "file" {
			by = " (on this machine)"
		}
		add("%s%s: %s", c.Decision.Status, by, streams.Clean(c.Decision.Reason))
	case audit.Backported:
		best := c.Copies[0]
		add("%s", p.o.Short(best.Commit))
		if !best.Strong() {
			add("by %s", best.Evidence[0].Kind)
		}
	case audit.In, audit.Missing, audit.Candidate, audit.Unlikely, audit.Due, audit.Open:
	}
	if c.Signal != "" {
		add("%s: %s", c.Signal, streams.Clean(c.Why))
	} else if c.Why != "" {
		add("%s", streams.Clean(c.Why))
	}
	if !c.Due.IsZero() {
		add("missing from %s on", c.Due)
	}
	if a := c.Applies; a != nil {
		add("%s", appliesText(a))
	}
	if s := c.Standing; s != nil {
		add("%s", standingText(s))
	}
	return strings.Join(parts, "; ")
}

func appliesText(a *audit.Applies) string {
	switch {
	case len(a.Hard) > 0 && a.Via != "":
		return fmt.Sprintf("conflicts in %s, and applies as on %s", several(len(a.Hard), "path"), a.Via)
	case len(a.Hard) > 0:
		return "conflicts in " + several(len(a.Hard), "path")
	case len(a.Soft) > 0:
		return fmt.Sprintf("applies but for %s that anybody settles", several(len(a.Soft), "path"))
	}
	return "applies"
}

func standingText(s *audit.Standing) string {
	switch {
	case s.None():
		return "none of its files is there"
	case s.Absent > 0:
		return fmt.Sprintf("%d of %s absent, %d of %s it removes there", s.Absent, several(s.Files, "file"), s.RemovedThere, several(s.Removed, "line"))
	case s.Removed == 0:
		return "it removes nothing"
	}
	return fmt.Sprintf("%d of %s it removes there", s.RemovedThere, several(s.Removed, "line"))
}

// auditEvidence lists all evidence of a cell's copies.
func (p *page) auditEvidence(c *audit.Cell) {
	for _, cp := range c.Copies {
		for _, e := range cp.Evidence {
			p.printf("      %s  %s: %s\n", p.o.Short(cp.Commit), e.Kind, streams.Clean(e.Detail))
		}
		if !cp.Stands() && c.State != audit.Reverted {
			p.printf("      %s  was taken back by %s\n", p.o.Short(cp.Commit), p.o.Short(cp.Undone))
		}
	}
}

// auditAdvisories lists the advisories that some lines name and others do not.
func (p *page) auditAdvisories(rep *audit.Report) {
	some := false
	for _, a := range rep.Advisories {
		if len(a.Missing) == 0 {
			continue
		}
		if !some {
			p.printf("\nadvisories that not all lines name\n")
			some = true
		}
		p.printf("  %s  on %s, not on %s\n", a.ID, strings.Join(a.Lines, ", "), strings.Join(a.Missing, ", "))
	}
}

// auditCounts says how much else there is.
func (p *page) auditCounts(rep *audit.Report) {
	if p.o.Quiet {
		return
	}
	var parts []string
	for _, s := range []audit.State{audit.Candidate, audit.Unlikely, audit.Due, audit.Pending, audit.Reverted, audit.Decided, audit.Unknown} {
		if n := rep.Counts[s]; n > 0 {
			name := string(s)
			if s == audit.Candidate {
				name = "candidates"
			}
			parts = append(parts, fmt.Sprintf("%s: %d", name, n))
		}
	}
	if rep.Counts[audit.Missing] == 0 {
		parts = append([]string{"nothing is MISSING"}, parts...)
	}
	p.printf("\n%s", strings.Join(parts, "   "))
	if !p.o.Verbose && len(parts) > 1-min(1, rep.Counts[audit.Missing]) {
		p.printf(" (-v lists them)")
	}
	p.printf("\n")
	if n := rep.Counts[audit.Missing]; n > 0 {
		verb := "are"
		if n == 1 {
			verb = "is"
		}
		p.printf("exit 5: %s %s MISSING\n", count(n, "cell"), verb)
	}
}

func auditColor(s audit.State) string {
	switch s {
	case audit.In, audit.Backported:
		return green
	case audit.Missing:
		return red
	case audit.Candidate, audit.Due, audit.Unknown, audit.Reverted:
		return yellow
	case audit.Pending:
		return cyan
	case audit.Decided, audit.Unlikely, audit.Open:
	}
	return dim
}

// several counts things, with commas between thousands.
func several(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case strings.HasSuffix(thing, "x"):
		return grouped(n) + " " + thing + "es"
	}
	return grouped(n) + " " + thing + "s"
}

// grouped writes a number with commas between thousands.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
