package report

import (
	"fmt"
	"io"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/internal/streams"
)

// A BumpHeader is what the report of the verb bump says besides the lines.
type BumpHeader struct {
	Version      string
	AsOf         string
	PolicySource string
	Warnings     []string
	Applied      bool
	Operation    string
	Exit         int
	Explain      func(error) ErrorV1
}

// A BumpsV1 is the document of the verb bump.
type BumpsV1 struct {
	Schema    string       `json:"schema"`
	Version   string       `json:"version"`
	AsOf      string       `json:"as_of"`
	Error     *ErrorV1     `json:"error"`
	Warnings  []string     `json:"warnings"`
	Policy    PolicyV1     `json:"policy"`
	Lines     []BumpLineV1 `json:"lines"`
	Applied   bool         `json:"applied"`
	Operation *string      `json:"operation"`
	Exit      int          `json:"exit"`
}

// A BumpLineV1 is what became of one line.
type BumpLineV1 struct {
	Line     string   `json:"line"`
	Branch   string   `json:"branch"`
	Tip      string   `json:"tip"`
	Status   string   `json:"status"`
	Why      *string  `json:"why"`
	Kind     string   `json:"kind"`
	Bump     *BumpV1  `json:"bump"`
	Warnings []string `json:"warnings"`
	Error    *ErrorV1 `json:"error"`
}

// Bumps makes the document of the verb bump.
func Bumps(plan *release.Plan, h BumpHeader) BumpsV1 {
	doc := BumpsV1{
		Schema: Schema("bump"), Version: h.Version, AsOf: h.AsOf, Warnings: validAll(append(append([]string{}, h.Warnings...), plan.Warnings...)),
		Policy: PolicyV1{Source: h.PolicySource}, Lines: []BumpLineV1{}, Applied: h.Applied, Operation: optional(h.Operation), Exit: h.Exit,
	}
	for _, l := range plan.Lines {
		v := BumpLineV1{
			Line: l.Line.Decision.Name(), Branch: valid(l.Line.Branch), Tip: l.Line.Tip.String(), Status: string(l.Status),
			Why: optional(valid(l.Why)), Kind: string(l.Kind), Bump: bump(&l.Outcome), Warnings: validAll(l.Warnings),
		}
		if l.Status != release.Ready {
			v.Bump.Ref = nil
		}
		if l.Err != nil {
			e := h.Explain(l.Err)
			v.Error = &e
		}
		doc.Lines = append(doc.Lines, v)
	}
	return doc
}

// BumpsText writes what became of the lines for people.
func BumpsText(w io.Writer, plan *release.Plan, h BumpHeader, o TextOptions) error {
	p := &page{w: w, o: o}
	var rows [][]string
	for _, l := range plan.Lines {
		move := "-"
		if l.Outcome.To != "" {
			move = fmt.Sprintf("%s -> %s", orNone(l.Outcome.From), l.Outcome.To)
		}
		rows = append(rows, []string{streams.Clean(l.Line.Branch), streams.Clean(move), string(l.Status)})
	}
	widths := columns(rows)
	for i, l := range plan.Lines {
		why := streams.Clean(l.Why)
		switch {
		case l.Err != nil:
			why = streams.Clean(h.Explain(l.Err).Message)
		case l.Status == release.Ready:
			why = fmt.Sprintf("%s in %s (%s)", streams.Clean(l.Outcome.Branch), count(len(l.Outcome.Files), "file"), streams.Clean(string(l.Kind)))
		}
		p.row(rows[i], widths, statusColor(backport.Status(l.Status)), why)
		if l.Err != nil {
			if hint := h.Explain(l.Err).Hint; hint != nil {
				p.printf("      hint: %s\n", streams.Clean(*hint))
			}
		}
		p.bumpDetails(l.Outcome)
		if o.Verbose {
			for _, path := range l.Outcome.Files {
				p.printf("      %s\n", p.paint(dim, streams.Clean(path)))
			}
		}
		for _, text := range l.Warnings {
			p.printf("      %s %s\n", p.paint(yellow, "warning:"), streams.Clean(text))
		}
	}
	return p.err
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// A CheckedLine is what bump --check found of one line.
type CheckedLine struct {
	Branch, Tree, Last, Next string
	Problem                  error
}

// A BumpCheckV1 is the document of bump --check.
type BumpCheckV1 struct {
	Schema  string          `json:"schema"`
	Version string          `json:"version"`
	Error   *ErrorV1        `json:"error"`
	Lines   []CheckedLineV1 `json:"lines"`
	Exit    int             `json:"exit"`
}

// A CheckedLineV1 is one line of it.
type CheckedLineV1 struct {
	Branch  string  `json:"branch"`
	Tree    string  `json:"tree"`
	Last    *string `json:"last"`
	Next    *string `json:"next"`
	OK      bool    `json:"ok"`
	Problem *string `json:"problem"`
}

// BumpCheck makes the document of bump --check.
func BumpCheck(version string, lines []CheckedLine, exit int) BumpCheckV1 {
	doc := BumpCheckV1{Schema: Schema("bump-check"), Version: version, Lines: []CheckedLineV1{}, Exit: exit}
	for _, l := range lines {
		v := CheckedLineV1{Branch: valid(l.Branch), Tree: valid(l.Tree), Last: optional(l.Last), Next: optional(l.Next), OK: l.Problem == nil}
		if l.Problem != nil {
			v.Problem = optional(valid(l.Problem.Error()))
		}
		doc.Lines = append(doc.Lines, v)
	}
	return doc
}

// BumpCheckText writes what bump --check found for people.
func BumpCheckText(w io.Writer, lines []CheckedLine) error {
	p := &page{w: w}
	for _, l := range lines {
		if l.Problem != nil {
			p.printf("problem: %s: %s\n", streams.Clean(l.Branch), streams.Clean(l.Problem.Error()))
			continue
		}
		p.printf("ok: %s: the tree says %s, the last release is %s, the next one %s\n", streams.Clean(l.Branch), streams.Clean(orNone(l.Tree)), orNone(l.Last), streams.Clean(l.Next))
	}
	return p.err
}
