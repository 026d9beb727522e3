package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/git-backport/git-backport/internal/ready"
	"github.com/git-backport/git-backport/internal/streams"
)

// A Doctor is a report of doctor, with how it is shown.
type Doctor struct {
	*ready.Report
	Strict   bool
	Warnings []string
	Say      func(f ready.Finding) string // the command that cures it; "" for none
}

// A DoctorV1 is the document of doctor.
type DoctorV1 struct {
	Schema   string         `json:"schema"`
	Version  string         `json:"version"`
	Error    *ErrorV1       `json:"error"`
	AsOf     string         `json:"as_of"`
	Known    string         `json:"known"` // the day of the table of images and actions
	Warnings []string       `json:"warnings"`
	Lines    []DoctorLineV1 `json:"lines"`
	Exit     int            `json:"exit"`
}

// A DoctorLineV1 is one supported line.
type DoctorLineV1 struct {
	Line     string      `json:"line"`
	Branch   string      `json:"branch"`
	Ready    bool        `json:"ready"`
	Findings []FindingV1 `json:"findings"`
}

// A FindingV1 is what a check has to say of a line.
type FindingV1 struct {
	Check   string  `json:"check"`
	Level   string  `json:"level"`
	Path    *Path   `json:"path"`
	Lineno  *int    `json:"lineno"`
	Message string  `json:"message"`
	Command *string `json:"command"`
}

// DoctorDocument makes the document of a report.
func DoctorDocument(version string, d Doctor, exit int) DoctorV1 {
	doc := DoctorV1{
		Schema: Schema("doctor"), Version: version, AsOf: d.AsOf.String(), Known: d.Known.String(), Warnings: validAll(d.Warnings), Lines: []DoctorLineV1{}, Exit: exit,
	}
	for _, l := range d.Lines {
		line := DoctorLineV1{Line: l.Target.Decision.Name(), Branch: valid(l.Target.Branch), Ready: l.Ready(d.Strict), Findings: []FindingV1{}}
		for _, f := range l.Findings {
			v := FindingV1{Check: string(f.Check), Level: string(f.Level), Message: valid(f.Message), Command: optional(d.Say(f))}
			if f.Path != "" {
				p := Path(f.Path)
				v.Path = &p
			}
			if f.Lineno > 0 {
				v.Lineno = &f.Lineno
			}
			line.Findings = append(line.Findings, v)
		}
		doc.Lines = append(doc.Lines, line)
	}
	return doc
}

// readyWord says whether a line could be released.
func readyWord(l ready.Line, strict bool) string {
	if l.Ready(strict) {
		return "ready"
	}
	return "NOT ready"
}

// stops reports whether a finding keeps a line from being ready.
func stops(f ready.Finding, strict bool) bool {
	return f.Level == ready.Fail || strict && f.Level == ready.Warn
}

// findingText is a finding with its place, for people.
func findingText(f ready.Finding) string {
	place := ""
	if f.Path != "" {
		place = f.Path
		if f.Lineno > 0 {
			place += fmt.Sprintf(":%d", f.Lineno)
		}
		place += ": "
	}
	return string(f.Check) + ": " + strings.TrimPrefix(place+f.Message, place+place)
}

// DoctorText writes a report for people.
func DoctorText(w io.Writer, d Doctor, o TextOptions) error {
	p := &page{w: w, o: o}
	p.printf("doctor on %s: %s\n", d.AsOf, count(len(d.Lines), "line"))
	var rows [][]string
	for _, l := range d.Lines {
		rows = append(rows, []string{streams.Clean(l.Target.Branch), readyWord(l, d.Strict)})
	}
	widths := columns(rows)
	for i, l := range d.Lines {
		color, first := green, summary(l, d)
		if !l.Ready(d.Strict) {
			color = red
		}
		if o.Quiet && l.Ready(d.Strict) {
			continue
		}
		p.row(rows[i], widths, color, first)
		for _, f := range l.Findings {
			if stops(f, d.Strict) || o.Verbose {
				p.printf("      %-5s %s\n", f.Level, streams.Line(findingText(f)))
				if cure := d.Say(f); cure != "" {
					p.printf("            %s\n", streams.Clean(cure))
				}
			}
		}
	}
	return p.err
}

// summary is what a line's own row says.
func summary(l ready.Line, d Doctor) string {
	var parts []string
	fails, warns := 0, 0
	for _, f := range l.Findings {
		switch {
		case stops(f, d.Strict):
			fails++
		case f.Level == ready.Warn:
			warns++
		case f.Check == ready.CheckDates:
			parts = append(parts, streams.Clean(f.Message))
		}
	}
	if fails > 0 {
		parts = append(parts, count(fails, "failure"))
	}
	if warns > 0 {
		parts = append(parts, count(warns, "warning")+" (-v)")
	}
	return strings.Join(parts, "; ")
}

// DoctorMarkdown writes a report for an issue.
func DoctorMarkdown(w io.Writer, d Doctor) error {
	var b strings.Builder
	open := 0
	for _, l := range d.Lines {
		if !l.Ready(d.Strict) {
			open++
		}
	}
	fmt.Fprintf(&b, "On %s %d of %d supported lines could be released. Images and actions are known as of %s.\n\n", d.AsOf, len(d.Lines)-open, len(d.Lines), d.Known)
	b.WriteString("| branch | | check | what | cure |\n|---|---|---|---|---|\n")
	for _, l := range d.Lines {
		wrote := false
		for _, f := range l.Findings {
			if f.Level == ready.Info {
				continue
			}
			cure := ""
			if say := d.Say(f); say != "" {
				cure = cell(say)
			}
			_, what, _ := strings.Cut(findingText(f), ": ")
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(l.Target.Branch), f.Level, f.Check, cell(what), cure)
			wrote = true
		}
		if !wrote {
			fmt.Fprintf(&b, "| %s | ready | | | |\n", cell(l.Target.Branch))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell is text as code in a cell of a table.
func cell(s string) string { return strings.ReplaceAll(code(s), "|", `\|`) }
