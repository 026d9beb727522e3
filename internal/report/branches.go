package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/policy"
)

// A BranchesHeader is what the document of branches says besides the lines.
type BranchesHeader struct {
	Version      string
	AsOf         policy.Date
	Kind         policy.Kind
	PolicySource string
	PolicyRev    gitops.ID
	Remote       string
	Warnings     []string
}

// A BranchesV1 is the document of branches.
type BranchesV1 struct {
	Schema   string     `json:"schema"`
	Version  string     `json:"version"`
	AsOf     string     `json:"as_of"`
	Kind     string     `json:"kind"`
	Error    *ErrorV1   `json:"error"`
	Warnings []string   `json:"warnings"`
	Policy   PolicyV1   `json:"policy"`
	Remote   *string    `json:"remote"`
	Branches []BranchV1 `json:"branches"`
}

// A BranchV1 is one release line.
type BranchV1 struct {
	Line     string     `json:"line"`
	Branch   *string    `json:"branch"`
	Class    *string    `json:"class"`
	Phase    *string    `json:"phase"`
	State    string     `json:"state"`
	Released *string    `json:"released"`
	Until    *string    `json:"until"`
	Planned  *string    `json:"planned_until"`
	Latest   *string    `json:"latest"`
	Next     *string    `json:"next"`
	Verdict  string     `json:"verdict"`
	Cause    string     `json:"cause"`
	Rule     string     `json:"rule"`
	Detail   *string    `json:"detail"`
	Note     *string    `json:"note"`
	Windows  []WindowV1 `json:"windows"`
}

// A WindowV1 is a phase of a line with its days, both included; null is open.
type WindowV1 struct {
	Phase string  `json:"phase"`
	Start *string `json:"start"`
	End   *string `json:"end"`
	Why   string  `json:"why"`
}

// NewBranches makes the document of lines and the decisions about them, which are in the same order.
func NewBranches(lines []policy.Line, decisions []policy.Decision, h BranchesHeader) BranchesV1 {
	doc := BranchesV1{
		Schema: Schema("branches"), Version: h.Version, AsOf: h.AsOf.String(), Kind: string(h.Kind),
		Warnings: validAll(h.Warnings), Policy: PolicyV1{Source: h.PolicySource, Rev: oid(h.PolicyRev)},
		Remote: optional(h.Remote), Branches: []BranchV1{},
	}
	for i, l := range lines {
		d := decisions[i]
		b := BranchV1{
			Line: l.Name(), Branch: optional(l.Branch), Class: optional(l.Class), Phase: optional(l.Phase), State: string(l.State),
			Released: day(l.Released), Until: day(l.Until), Planned: day(l.Planned),
			Verdict: string(d.Verdict), Cause: string(d.Cause), Rule: d.Rule, Detail: optional(d.Detail), Note: optional(l.Note),
			Windows: []WindowV1{},
		}
		b.Latest, b.Next = optional(l.LatestText), optional(l.NextText)
		for _, w := range l.Windows {
			b.Windows = append(b.Windows, WindowV1{Phase: w.Phase, Start: day(w.Start), End: day(w.End), Why: valid(w.Why)})
		}
		doc.Branches = append(doc.Branches, b)
	}
	return doc
}

func day(d policy.Date) *string {
	if d.IsZero() {
		return nil
	}
	return optional(d.String())
}

// BranchesTable prints the lines, newest first. Those that ended are counted, unless all is asked for.
func BranchesTable(w io.Writer, doc BranchesV1, o TextOptions) error {
	p := &page{w: w, o: o}
	rows := [][]string{{"branch", "class", "phase", "until", "latest", "next", "verdict"}}
	var why []string
	hidden := 0
	for _, b := range doc.Branches {
		if longGone(b) && !o.Verbose {
			hidden++
			continue
		}
		until := deref(b.Until)
		if until == "" && b.Planned != nil {
			until = "~" + *b.Planned
		}
		rows = append(rows, []string{
			dash(branchName(b)), dash(deref(b.Class)), dash(deref(b.Phase)), dash(until), dash(deref(b.Latest)), dash(deref(b.Next)), b.Verdict,
		})
		why = append(why, branchWhy(b))
	}
	widths := columns(rows)
	if !o.Quiet {
		p.printf("policy: %s, on %s, for a change of kind %s\n\n", streams.Clean(doc.Policy.Source), doc.AsOf, streams.Clean(doc.Kind))
		p.row(rows[0], widths, dim, "")
	}
	for i, r := range rows[1:] {
		p.row(r, widths, verdictColor(r[len(r)-1]), why[i])
	}
	if hidden > 0 && !o.Quiet {
		p.printf("  and %s that ended, are not cut yet, or that the policy leaves alone (-v lists them)\n", count(hidden, "line"))
	}
	return p.err
}

func longGone(b BranchV1) bool {
	switch policy.State(b.State) {
	case policy.StateEnded:
		return b.Verdict == string(policy.Refused)
	case policy.StateIgnored, policy.StateBeforeFrom, policy.StatePlanned:
		return true
	}
	return false
}

func branchName(b BranchV1) string {
	if b.Branch == nil {
		return "(" + b.Line + ")"
	}
	return *b.Branch
}

func branchWhy(b BranchV1) string {
	if b.Detail != nil {
		return streams.Clean(*b.Detail)
	}
	if b.Cause != b.Verdict {
		return b.Cause
	}
	return ""
}

func verdictColor(v string) string {
	switch policy.Verdict(v) {
	case policy.Required:
		return green
	case policy.Refused:
		return dim
	}
	return yellow
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// dash is a cell: text that cannot act on a terminal, "-" where there is none.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return streams.Clean(s)
}

// BranchNames prints the branches on which the change is required, one a line.
func BranchNames(w io.Writer, doc BranchesV1) error {
	for _, b := range doc.Branches {
		if b.Verdict == string(policy.Required) && b.Branch != nil {
			if _, err := fmt.Fprintln(w, streams.Clean(*b.Branch)); err != nil {
				return err
			}
		}
	}
	return nil
}

// A MatrixRow is one job of a GitHub Actions matrix.
type MatrixRow struct {
	Branch string `json:"branch"`
	Line   string `json:"line"`
	Class  string `json:"class"`
	Phase  string `json:"phase"`
	Until  string `json:"until"`
	Latest string `json:"latest"`
	Next   string `json:"next"`
}

// BranchMatrix prints the same branches as one line for a GitHub Actions strategy.matrix.
func BranchMatrix(w io.Writer, doc BranchesV1) error {
	rows := []MatrixRow{}
	for _, b := range doc.Branches {
		if b.Verdict == string(policy.Required) && b.Branch != nil {
			rows = append(rows, MatrixRow{
				Branch: *b.Branch, Line: b.Line, Class: deref(b.Class), Phase: deref(b.Phase),
				Until: deref(b.Until), Latest: deref(b.Latest), Next: deref(b.Next),
			})
		}
	}
	data, err := json.Marshal(struct {
		Include []MatrixRow `json:"include"`
	}{rows})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", streams.JSON(data))
	return err
}

// A ProblemsV1 is the document of a check.
type ProblemsV1 struct {
	Schema   string      `json:"schema"`
	Version  string      `json:"version"`
	Error    *ErrorV1    `json:"error"`
	Problems []ProblemV1 `json:"problems"`
}

// A ProblemV1 is something a check found.
type ProblemV1 struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Refs    []string `json:"refs"`
	Fatal   bool     `json:"fatal"`
}

// Problems makes the document of a check.
func Problems(verb, version string, list []policy.Problem) ProblemsV1 {
	doc := ProblemsV1{Schema: Schema(verb + "-check"), Version: version, Problems: []ProblemV1{}}
	for _, p := range list {
		doc.Problems = append(doc.Problems, ProblemV1{Code: string(p.Code), Message: valid(p.Message), Refs: validAll(p.Refs), Fatal: p.Fatal})
	}
	return doc
}
