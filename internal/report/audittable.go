package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/internal/streams"
)

// AuditCommands writes, for each fix with MISSING cells, the command that lands them all.
func AuditCommands(w io.Writer, rep *audit.Report, h AuditHeader) error {
	for i := range rep.Rows {
		row := &rep.Rows[i]
		var lines []string
		for j := range row.Cells {
			if row.Cells[j].State == audit.Missing {
				lines = append(lines, rep.Request.Lines[j].Name())
			}
		}
		if len(lines) == 0 {
			continue
		}
		if _, err := fmt.Fprintln(w, h.Command(row, lines)); err != nil {
			return err
		}
	}
	return nil
}

// AuditCSV writes a row a cell: those that say something, or with the whole ledger all.
func AuditCSV(w io.Writer, rep *audit.Report, h AuditHeader) error {
	out := csv.NewWriter(w)
	row := func(fields ...string) { _ = out.Write(fields) } // the error is kept until Flush
	row("line", "commit", "subject", "kind", "state", "signal", "why", "copy", "evidence", "landed", "due", "command")
	for i := range rep.Rows {
		r := &rep.Rows[i]
		for j := range r.Cells {
			c := &r.Cells[j]
			if !h.Whole && len(rep.Request.Fixes) == 0 && (c.State.Carried() || c.State == audit.Open) {
				continue
			}
			line := rep.Request.Lines[j].Name()
			command := ""
			if c.State == audit.Missing || c.State == audit.Candidate {
				command = h.Command(r, []string{line})
			}
			row(csvFields(r, c, line, command)...)
		}
		if r.Main != nil {
			row(csvFields(r, r.Main, h.Main, "")...)
		}
	}
	out.Flush()
	return out.Error()
}

func csvFields(r *audit.Row, c *audit.Cell, line, command string) []string {
	cp, evidence, landed, due := "", "", "", ""
	if len(c.Copies) > 0 {
		cp, landed = c.Copies[0].Commit.String(), time.Unix(c.Landed, 0).UTC().Format(time.DateOnly)
		var kinds []string
		for _, e := range c.Copies[0].Evidence {
			kinds = append(kinds, string(e.Kind))
		}
		evidence = strings.Join(kinds, " ")
	}
	if !c.Due.IsZero() {
		due = c.Due.String()
	}
	fields := []string{line, r.Commit().ID.String(), r.Commit().Subject, string(r.Kind), string(c.State), string(c.Signal), c.Why, cp, evidence, landed, due, command}
	for i := range fields {
		fields[i] = csvText(fields[i])
	}
	return fields
}

// csvText is text that no spreadsheet takes for a formula.
func csvText(s string) string {
	s = streams.Clean(s)
	if s != "" && strings.ContainsRune("=+-@\t", rune(s[0])) {
		return "'" + s
	}
	return s
}

// AuditMatrix writes the whole ledger: a row a fix, a column a line.
func AuditMatrix(w io.Writer, rep *audit.Report, h AuditHeader, o TextOptions) error {
	p := &page{w: w, o: o}
	p.auditHead(rep, h)
	rows := [][]string{{"fix"}}
	for _, l := range rep.Request.Lines {
		rows[0] = append(rows[0], l.Name())
	}
	for i := range rep.Rows {
		row := &rep.Rows[i]
		cells := []string{o.Short(row.Commit().ID)}
		for j := range row.Cells {
			cells = append(cells, markOf(row.Cells[j].State))
		}
		rows = append(rows, cells)
	}
	widths := columns(rows)
	p.printf("\n")
	p.row(rows[0], widths, dim, "")
	for i := range rep.Rows {
		p.row(rows[i+1], widths, "", streams.Clean(rep.Rows[i].Commit().Subject))
	}
	var legend []string
	for _, s := range audit.States() {
		legend = append(legend, markOf(s)+" "+string(s))
	}
	p.printf("\n%s\n", strings.Join(legend, ", "))
	p.auditCounts(rep)
	return p.err
}

// markOf is a state in one character.
func markOf(s audit.State) string {
	return map[audit.State]string{
		audit.In: "i", audit.Backported: "b", audit.Pending: "p", audit.Reverted: "r", audit.Decided: "d", audit.Missing: "M",
		audit.Candidate: "c", audit.Unlikely: "u", audit.Due: "t", audit.Unknown: "?", audit.Open: ".",
	}[s]
}

// AuditMarkdown writes the body of an issue.
func AuditMarkdown(w io.Writer, rep *audit.Report, h AuditHeader, o TextOptions) error {
	p := &page{w: w, o: o}
	if len(rep.Request.Fixes) == 0 && len(rep.Request.Lines) > 0 {
		p.printf("Audit of %s on %s: %s since `%s` left `%s`, %s carried by a release line.\n", count(len(rep.Request.Lines), "line"), rep.Request.AsOf,
			several(rep.Fixes, "fix"), codeText(rep.Oldest()), codeText(h.Main), grouped(rep.Carried))
	}
	states := []audit.State{audit.Missing, audit.Candidate, audit.Due}
	if o.Verbose || len(rep.Request.Fixes) > 0 {
		states = audit.States()
	}
	for _, s := range states {
		p.markdownState(rep, h, s)
	}
	if rep.Counts[audit.Missing] == 0 {
		p.printf("\nNothing is MISSING.\n")
	}
	return p.err
}

func (p *page) markdownState(rep *audit.Report, h AuditHeader, s audit.State) {
	some := false
	for i := range rep.Rows {
		row := &rep.Rows[i]
		for j := -1; j < len(row.Cells); j++ {
			c, line := row.Main, h.Main
			if j >= 0 {
				c, line = &row.Cells[j], rep.Request.Lines[j].Name()
			}
			if c == nil || c.State != s {
				continue
			}
			if !some {
				p.printf("\n### %s\n\n| line | fix | why | next |\n|---|---|---|---|\n", s)
				some = true
			}
			command := ""
			if j >= 0 && (s == audit.Missing || s == audit.Candidate) {
				command = "`" + codeText(h.Command(row, []string{line})) + "`"
			}
			p.printf("| %s | %s %s | %s | %s |\n", markdownCell(line), row.Commit().ID, markdownCell(Title(row.Commit().Subject)), markdownCell(p.auditWhy(c)), command)
		}
	}
}

// codeText is text between back quotes, in a table too.
func codeText(s string) string {
	return strings.NewReplacer("`", "'", "|", `\|`).Replace(streams.Clean(s))
}
