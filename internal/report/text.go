package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/policy"
)

// TextOptions say how text is laid out.
type TextOptions struct {
	Width   int // columns; 0 is a pipe: one row is one line, whatever its length
	Color   bool
	Verbose bool
	Quiet   bool
	Short   func(gitops.ID) string
	Explain func(error) ErrorV1
}

// A page is text being written; it keeps the first error.
type page struct {
	w   io.Writer
	o   TextOptions
	err error

	conflicted int // paths of the whole report that a person has to settle
}

func (p *page) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// The colours of the statuses: SGR codes.
const (
	green  = "32"
	yellow = "33"
	red    = "31"
	cyan   = "36"
	dim    = "2"
)

func (p *page) paint(code, s string) string {
	if !p.o.Color || s == "" || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func statusColor(s backport.Status) string {
	switch s {
	case backport.StatusReady:
		return green
	case backport.StatusPresent:
		return dim
	case backport.StatusProbable, backport.StatusEmpty, backport.StatusConflicted:
		return yellow
	case backport.StatusGated, backport.StatusRefused, backport.StatusFailed:
		return red
	}
	return red
}

// PlanText writes a report for people: one line per target, then what is left out and why.
func PlanText(w io.Writer, rep *backport.Report, h Header, o TextOptions) error {
	p := &page{w: w, o: o, conflicted: conflictedPaths(rep)}
	p.head(rep, h)
	p.targets(rep)
	if !o.Quiet && !p.embargo(rep) {
		p.left(rep.Selected.Left)
	}
	return p.err
}

// embargo reports whether no more is shown of a fix than what a person needs to go on: which branches are
// made, and what is open where. Who looks at the terminal, or at its log, learns neither what it is about nor
// what the policy makes of it.
func (p *page) embargo(rep *backport.Report) bool { return rep.Options.Embargo && !p.o.Verbose }

// openPaths are the paths of a target that wait for a person.
func (p *page) openPaths(o backport.Outcome) {
	for _, k := range o.Picks {
		for _, c := range k.Result.Conflicts {
			if k.Status == backport.PickConflict {
				p.printf("      %s: %s\n", streams.Clean(c.Path), Conflict(c.Kind, o.Target.Branch, c.Ours))
			}
		}
	}
}

func (p *page) head(rep *backport.Report, h Header) {
	if p.embargo(rep) {
		for _, id := range rep.Fix.Commits {
			p.printf("fix: %s (under embargo: -v shows what is known of it)\n", p.o.Short(id))
		}
		p.printf("\n")
		return
	}
	if p.o.Quiet && !rep.Fix.Assumed() {
		return
	}
	if rep.Fix.Several() {
		p.fixes(rep.Fix)
	} else if rep.Fix.KindFrom == backport.KindAssumed {
		p.printf("kind: %s (assumed; --kind security for a security fix)\n", rep.Fix.Kind)
	} else {
		p.printf("kind: %s (%s)\n", streams.Clean(string(rep.Fix.Kind)), kindSource(rep.Fix.KindFrom))
	}
	for i, id := range rep.Fix.Commits {
		subject := ""
		if rep.Fix.Several() {
			break
		}
		if i == 0 {
			subject = " " + streams.Line(rep.Fix.Subject)
		}
		p.printf("fix: %s%s\n", p.o.Short(id), subject)
	}
	if p.o.Quiet {
		return
	}
	p.merged(rep.Fix)
	source := streams.Clean(h.PolicySource)
	if len(rep.Options.Onto) > 0 {
		p.printf("onto: named commits; the policy is left aside\n\n")
		return
	}
	remote := "local branches"
	if rep.Options.Remote != "" {
		remote = branchesOf(rep)
	}
	p.printf("policy: %s, on %s, %s\n\n", source, rep.Options.AsOf, remote)
}

// branchesOf says whose branches the targets are.
func branchesOf(rep *backport.Report) string {
	of := "branches of " + streams.Clean(rep.Options.Remote)
	local := 0
	for _, o := range rep.Outcomes {
		if strings.HasPrefix(o.Target.Ref, "refs/heads/") {
			local++
		}
	}
	switch local {
	case 0:
		return of
	case len(rep.Outcomes):
		return "local branches, not those of " + streams.Clean(rep.Options.Remote)
	}
	return of + ", some of them local"
}

func kindSource(s backport.KindSource) string {
	switch s {
	case backport.KindFromFlag:
		return "from --kind"
	case backport.KindFromTrailer:
		return "from the commit's Backport-Kind"
	case backport.KindFromID:
		return "the message names an advisory"
	case backport.KindFromPrefix:
		return "from the subject's prefix"
	case backport.KindAssumed:
	}
	return "assumed"
}

func (p *page) targets(rep *backport.Report) {
	var rows [][]string
	for _, o := range rep.Outcomes {
		rows = append(rows, []string{streams.Clean(o.Target.Branch), nextVersion(o), string(o.Status)})
	}
	widths := columns(rows)
	for i, o := range rep.Outcomes {
		if p.o.Quiet && (o.Status == backport.StatusReady || o.Status == backport.StatusPresent) {
			continue
		}
		if p.embargo(rep) {
			p.row(rows[i], widths, statusColor(o.Status), outcomeWhy(o, p.o))
			p.openPaths(o)
			continue
		}
		p.row(rows[i], widths, statusColor(o.Status), Why(o, p.o))
		p.partDetails(rep, o)
		p.details(o)
	}
	if len(rows) == 0 {
		p.printf("no target: no line is required to get this fix\n")
	}
}

// nextVersion is what the target's line will be when the fix is released.
func nextVersion(o backport.Outcome) string {
	if o.Bump != nil && o.Bump.To != "" {
		return streams.Clean(o.Bump.To)
	}
	return "-"
}

// row prints cells, the last one in its colour, and the reason, below the cells where the terminal is
// too narrow for both.
func (p *page) row(cells []string, widths []int, color, why string) {
	var b strings.Builder
	n := 2
	b.WriteString("  ")
	for i, c := range cells {
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)+2)
		n += widths[i] + 2
		if i == len(cells)-1 {
			c = p.paint(color, c)
		}
		b.WriteString(c + pad)
	}
	if p.o.Width > 0 && n+utf8.RuneCountInString(why) > p.o.Width {
		p.printf("%s\n", strings.TrimRight(b.String(), " "))
		p.printf("      %s\n", why)
		return
	}
	p.printf("%s\n", strings.TrimRight(b.String()+why, " "))
}

func columns(rows [][]string) []int {
	var widths []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	return widths
}

// Standing says where a line stands: "lts until 2027-08-20".
func Standing(d policy.Decision) string {
	s := d.Class
	if d.Phase != "" && d.Phase != d.Class {
		s = strings.TrimSpace(s + " " + d.Phase)
	}
	if !d.Until.IsZero() && (d.State == policy.StateSupported || d.State == policy.StateEnded) {
		s += " until " + d.Until.String()
	}
	return streams.Clean(s)
}

func (p *page) left(left []policy.Decision) {
	var shown, ended []policy.Decision
	for _, d := range left {
		if old(d) && !p.o.Verbose {
			ended = append(ended, d)
			continue
		}
		shown = append(shown, d)
	}
	const recent = 2 // ended lines that are worth a line of their own
	for i := 0; i < len(ended) && len(shown) < recent; i++ {
		if ended[i].Cause == policy.CauseEnded {
			shown, ended = append(shown, ended[i]), append(ended[:i:i], ended[i+1:]...)
			i--
		}
	}
	if len(shown) == 0 && len(ended) == 0 {
		return
	}
	p.printf("\nleft out:\n")
	var rows [][]string
	for _, d := range shown {
		name := d.Branch
		if name == "" {
			name = "line " + d.Name()
		}
		rows = append(rows, []string{streams.Clean(name), string(d.Cause)})
	}
	widths := columns(rows)
	for i, d := range shown {
		p.row(rows[i], widths, dim, leftWhy(d))
	}
	if len(ended) > 0 {
		p.printf("  and %s that ended, are not cut yet, or that the policy leaves alone (-v lists them)\n", count(len(ended), "line"))
	}
}

// old reports whether a line is long past, or still to come: not worth a line of the report.
func old(d policy.Decision) bool {
	return d.Cause == policy.CauseEnded || d.Cause == policy.CauseBeforeFrom || d.Cause == policy.CauseIgnored || d.State == policy.StatePlanned
}

func leftWhy(d policy.Decision) string {
	detail := streams.Clean(d.Detail)
	if detail == "" {
		detail = Standing(d)
	}
	if d.Verdict == policy.Allowed || d.Verdict == policy.Ask {
		detail += "; --also " + argument(d.Name()) + " takes it"
	}
	return strings.TrimPrefix(detail, "; ")
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// argument is text from a repository as an argument of a command to paste.
func argument(s string) string { return streams.Quote(streams.Clean(s)) }
