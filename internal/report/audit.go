package report

import (
	"time"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// An AuditHeader is what the document of an audit says besides what was found.
type AuditHeader struct {
	Version      string
	PolicySource string
	PolicyRev    gitops.ID
	Main         string // the name of main's branch
	Warnings     []string
	Exit         int
	Whole        bool // every cell is listed, not those alone that say something
	// Command returns the command that lands what cells of a row lack, on these lines.
	Command func(row *audit.Row, lines []string) string
}

// An AuditV1 is the document of audit.
type AuditV1 struct {
	Schema     string            `json:"schema"`
	Version    string            `json:"version"`
	AsOf       string            `json:"as_of"`
	Policy     PolicyV1          `json:"policy"`
	Main       string            `json:"main"`
	Lines      []AuditLineV1     `json:"lines"`
	Looked     int               `json:"looked_at"`
	Carried    int               `json:"carried"`
	Fixes      []AuditFixV1      `json:"fixes"`
	Advisories []AuditAdvisoryV1 `json:"advisories"`
	Counts     map[string]int    `json:"counts"`
	Warnings   []string          `json:"warnings"`
	Error      *ErrorV1          `json:"error"`
	Exit       int               `json:"exit"`
}

// An AuditLineV1 is an audited line. Base is the commit of main that it left.
type AuditLineV1 struct {
	Line   string  `json:"line"`
	Branch string  `json:"branch"`
	Tip    string  `json:"tip"`
	Base   *string `json:"base"`
	Class  *string `json:"class"`
	Phase  *string `json:"phase"`
	Until  *string `json:"until"`
}

// An AuditFixV1 is a fix. Commit is null where main has none; Copy is then the oldest commit of a line.
type AuditFixV1 struct {
	Commit     *string       `json:"commit"`
	Copy       *string       `json:"copy"`
	Subject    string        `json:"subject"`
	Kind       string        `json:"kind"`
	KindFrom   string        `json:"kind_from"`
	Number     *int          `json:"number"`
	Advisories []string      `json:"advisories"`
	Cells      []AuditCellV1 `json:"cells"`
}

// An AuditCellV1 is what a line has of a fix. Line is main's branch for what main lacks.
type AuditCellV1 struct {
	Line     string           `json:"line"`
	State    string           `json:"state"`
	Signal   *string          `json:"signal"`
	Why      *string          `json:"why"`
	Verdict  *string          `json:"verdict"`
	Commit   *string          `json:"commit"`
	Evidence []EvidenceV1     `json:"evidence"`
	Landed   *string          `json:"landed"`
	Undone   *string          `json:"undone_by"`
	Pending  *string          `json:"pending"`
	Due      *string          `json:"due"`
	Lacks    *string          `json:"missing_object"`
	Applies  *AppliesV1       `json:"applies"`
	Standing *AuditStandingV1 `json:"standing"`
	Decision *AuditDecisionV1 `json:"decision"`
	Affected *AffectedV1      `json:"affected"`
	Hint     *string          `json:"hint"`
	Command  *string          `json:"command"`
}

// An EvidenceV1 is one reason to take a commit for a copy of a fix.
type EvidenceV1 struct {
	Kind   string `json:"kind"`
	Commit string `json:"commit"`
	Detail string `json:"detail"`
	Strong bool   `json:"strong"`
}

// An AppliesV1 says whether a fix can be picked onto a line: "clean", "settled" with conflicts that a
// rule settles or that are in tests, notes and lock files, else "conflict".
type AppliesV1 struct {
	Status string  `json:"status"`
	Paths  []Path  `json:"paths"`
	Via    *string `json:"via"`
}

// An AuditStandingV1 says how much of the code that a fix changes a line has.
type AuditStandingV1 struct {
	Files        int `json:"files"`
	Absent       int `json:"absent"`
	Removed      int `json:"removed"`
	RemovedThere int `json:"removed_there"`
}

// An AuditDecisionV1 is what a person said. By is "file", or "operation": on this machine alone.
type AuditDecisionV1 struct {
	Status string  `json:"status"`
	Reason string  `json:"reason"`
	By     string  `json:"by"`
	Until  *string `json:"until"`
}

// An AuditAdvisoryV1 is an advisory that lines name, and the lines that should and do not.
type AuditAdvisoryV1 struct {
	ID      string   `json:"id"`
	Lines   []string `json:"lines"`
	Missing []string `json:"missing"`
}

// Audit makes the document of an audit.
func Audit(rep *audit.Report, h AuditHeader) AuditV1 {
	doc := AuditV1{
		Schema: Schema("audit"), Version: h.Version, AsOf: rep.Request.AsOf.String(), Main: valid(h.Main),
		Policy: PolicyV1{Source: h.PolicySource, Rev: oid(h.PolicyRev)}, Lines: []AuditLineV1{}, Looked: rep.Fixes, Carried: rep.Carried,
		Fixes: []AuditFixV1{}, Advisories: []AuditAdvisoryV1{}, Counts: map[string]int{}, Warnings: validAll(h.Warnings), Exit: h.Exit,
	}
	for i, l := range rep.Request.Lines {
		line := AuditLineV1{
			Line: l.Name(), Branch: valid(l.Branch), Tip: l.Tip.String(), Class: optional(l.Class), Phase: optional(l.Phase), Until: day(l.Until),
		}
		if i < len(rep.Held.Lines) {
			line.Base = oid(rep.Held.Lines[i].Point)
		}
		doc.Lines = append(doc.Lines, line)
	}
	for i := range rep.Rows {
		doc.Fixes = append(doc.Fixes, auditFix(rep, &rep.Rows[i], h))
	}
	for _, a := range rep.Advisories {
		doc.Advisories = append(doc.Advisories, AuditAdvisoryV1{ID: a.ID, Lines: validAll(a.Lines), Missing: validAll(a.Missing)})
	}
	for _, s := range audit.States() {
		doc.Counts[string(s)] = rep.Counts[s]
	}
	return doc
}

func auditFix(rep *audit.Report, row *audit.Row, h AuditHeader) AuditFixV1 {
	out := AuditFixV1{
		Subject: valid(row.Commit().Subject), Kind: string(row.Kind), KindFrom: string(row.KindFrom), Advisories: validAll(row.Advisories), Cells: []AuditCellV1{},
	}
	if row.Fix != nil {
		out.Commit = oid(row.Fix.ID)
	} else {
		out.Copy = oid(row.Copy.ID)
	}
	if row.Number > 0 {
		out.Number = &row.Number
	}
	for i := range row.Cells {
		out.Cells = append(out.Cells, auditCell(row, &row.Cells[i], rep.Request.Lines[i].Line, h))
	}
	if row.Main != nil {
		out.Cells = append(out.Cells, auditCell(row, row.Main, policy.Line{}, h))
	}
	return out
}

func auditCell(row *audit.Row, c *audit.Cell, line policy.Line, h AuditHeader) AuditCellV1 {
	out := AuditCellV1{
		Line: valid(h.Main), State: string(c.State), Signal: optional(string(c.Signal)), Why: optional(c.Why), Verdict: optional(string(c.Verdict)),
		Evidence: []EvidenceV1{}, Undone: oid(c.Undone), Pending: optional(c.By), Due: day(c.Due), Lacks: oid(c.Lacks),
	}
	if line.Branch != "" {
		out.Line = line.Name()
		out.Hint = optional(row.NotAffected(line.ID))
		if c.State == audit.Missing || c.State == audit.Candidate {
			out.Command = optional(h.Command(row, []string{line.Name()}))
		}
	}
	if len(c.Copies) > 0 {
		out.Commit = oid(c.Copies[0].Commit)
		stamp := time.Unix(c.Landed, 0).UTC().Format(time.RFC3339)
		out.Landed = &stamp
	}
	for _, cp := range c.Copies {
		for _, e := range cp.Evidence {
			out.Evidence = append(out.Evidence, evidenceV1(cp, e))
		}
	}
	if a := c.Applies; a != nil {
		out.Applies = &AppliesV1{Status: "clean", Paths: append(paths(a.Hard), paths(a.Soft)...), Via: optional(a.Via)}
		switch {
		case len(a.Hard) > 0:
			out.Applies.Status = "conflict"
		case len(a.Soft) > 0:
			out.Applies.Status = "settled"
		}
	}
	if s := c.Standing; s != nil {
		out.Standing = &AuditStandingV1{Files: s.Files, Absent: s.Absent, Removed: s.Removed, RemovedThere: s.RemovedThere}
	}
	out.Affected = Affected(out.Line, c.Sight)
	if d := c.Decision; d != nil {
		out.Decision = &AuditDecisionV1{Status: d.Status, Reason: valid(d.Reason), By: d.By, Until: day(d.Until)}
	}
	return out
}

func evidenceV1(c ledger.Copy, e ledger.Evidence) EvidenceV1 {
	return EvidenceV1{Kind: string(e.Kind), Commit: c.Commit.String(), Detail: valid(e.Detail), Strong: e.Strong()}
}
