package report

import (
	"fmt"
	"io"

	"github.com/git-backport/git-backport/internal/ci"
	"github.com/git-backport/git-backport/internal/streams"
)

// The states of a workflow's file.
const (
	CIFileNew     = "new"     // it is not there
	CIFileChanged = "changed" // it would be written otherwise
	CIFileSame    = "same"
)

// A CIFile is a workflow's file.
type CIFile struct{ Path, State, Text string }

// A CIFinding is what a dispatched run would trip over on a branch.
type CIFinding struct {
	Branch string
	ci.Finding
}

// A CIInit is what ci init did.
type CIInit struct {
	Version, Forge string
	Written        bool
	Files          []CIFile
	Findings       []CIFinding
	Exit           int
}

// A WorkflowsV1 is the document of ci init without a workflow.
type WorkflowsV1 struct {
	Schema    string       `json:"schema"`
	Version   string       `json:"version"`
	Workflows []WorkflowV1 `json:"workflows"`
	Exit      int          `json:"exit"`
}

// A WorkflowV1 is a workflow that can be written.
type WorkflowV1 struct {
	Name   string   `json:"name"`
	Does   string   `json:"does"`
	Rights string   `json:"rights"`
	Forges []string `json:"forges"`
}

// NewWorkflows lists the workflows that can be written.
func NewWorkflows(version string) WorkflowsV1 {
	doc := WorkflowsV1{Schema: Schema("ci-init"), Version: version}
	for _, w := range ci.Workflows() {
		v := WorkflowV1{Name: w.Name, Does: w.Does, Rights: w.Rights}
		for _, f := range w.Forges {
			v.Forges = append(v.Forges, string(f))
		}
		doc.Workflows = append(doc.Workflows, v)
	}
	return doc
}

// WorkflowsText lists the workflows for people.
func WorkflowsText(w io.Writer) error {
	p := &page{w: w}
	for _, f := range ci.Workflows() {
		p.printf("%s\n    %s\n    rights: %s\n", f.Name, f.Does, f.Rights)
	}
	p.printf("next: git backport ci init gate release-lines\n")
	return p.err
}

// A CIInitV1 is the document of ci init.
type CIInitV1 struct {
	Schema   string        `json:"schema"`
	Version  string        `json:"version"`
	Forge    string        `json:"forge"`
	Written  bool          `json:"written"`
	Files    []CIFileV1    `json:"files"`
	Findings []CIFindingV1 `json:"findings"`
	Exit     int           `json:"exit"`
}

// A CIFileV1 is a workflow's file.
type CIFileV1 struct {
	Path  string `json:"path"`
	State string `json:"state"`
	Text  string `json:"text"`
}

// A CIFindingV1 is what a dispatched run would trip over.
type CIFindingV1 struct {
	Branch  string `json:"branch"`
	File    string `json:"file"`
	Lineno  int    `json:"lineno"`
	Job     string `json:"job"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// NewCIInit makes the document of ci init.
func NewCIInit(d CIInit) CIInitV1 {
	doc := CIInitV1{Schema: Schema("ci-init"), Version: d.Version, Forge: d.Forge, Written: d.Written, Files: []CIFileV1{}, Findings: []CIFindingV1{}, Exit: d.Exit}
	for _, f := range d.Files {
		doc.Files = append(doc.Files, CIFileV1(f))
	}
	for _, f := range d.Findings {
		doc.Findings = append(doc.Findings, CIFindingV1{valid(f.Branch), valid(f.File), f.Line, valid(f.Job), f.Code, valid(f.What)})
	}
	return doc
}

// CIFilesText prints the files.
func CIFilesText(w io.Writer, d CIInit) error {
	for _, f := range d.Files {
		if len(d.Files) > 1 {
			if _, err := fmt.Fprintf(w, "# %s\n", f.Path); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, f.Text); err != nil {
			return err
		}
	}
	return nil
}

// maxFindings bounds the findings that are shown of a branch.
const maxFindings = 20

// CIInitText says what was written, and what the project's CI lacks.
func CIInitText(w io.Writer, d CIInit) error {
	p := &page{w: w}
	for _, f := range d.Files {
		word := f.State
		if d.Written {
			word = map[string]string{CIFileNew: "wrote", CIFileChanged: "wrote", CIFileSame: "same"}[f.State]
		}
		p.printf("%s: %s\n", word, streams.Clean(f.Path))
	}
	shown := map[string]int{}
	lacks := false
	for _, f := range d.Findings {
		if shown[f.Branch]++; shown[f.Branch] > maxFindings {
			continue
		}
		lacks = lacks || f.Code == ci.NoDispatch
		where := fmt.Sprintf("%s:%s:%d", f.Branch, f.File, f.Line)
		if f.Job != "" {
			where += " job " + f.Job
		}
		p.printf("%s: %s: %s\n", f.Code, streams.Line(where), streams.Line(f.What))
	}
	for _, f := range d.Findings {
		if more := shown[f.Branch] - maxFindings; more > 0 {
			p.printf("and %d more on %s (--json lists them)\n", more, streams.Clean(f.Branch))
			shown[f.Branch] = 0
		}
	}
	if lacks {
		p.printf("cure: add these two lines to the workflow, on each branch named no-dispatch:\n  on:\n    workflow_dispatch:\n")
	}
	for _, f := range d.Findings {
		if f.Code == ci.MayPublish {
			p.printf("cure: a job named may-publish runs when the weekly job dispatches the workflow; give it the condition\n  if: github.event_name != 'workflow_dispatch'\n")
			break
		}
	}
	if d.Written {
		p.printf("next: read the files, commit them on the main branch\n  git add %s\n", filesOf(d.Files))
	}
	return p.err
}

func filesOf(files []CIFile) string {
	out := ""
	for i, f := range files {
		if i > 0 {
			out += " "
		}
		out += f.Path
	}
	return out
}

// A CIRun is a dispatched run, and the issue that was kept for it.
type CIRun struct {
	Version, Workflow, Branch string
	Run                       ci.Run
	Issue                     ci.Kept
	Exit                      int
}

// A CIRunV1 is the document of ci run.
type CIRunV1 struct {
	Schema     string     `json:"schema"`
	Version    string     `json:"version"`
	Workflow   string     `json:"workflow"`
	Branch     string     `json:"branch"`
	Run        int64      `json:"run"`
	URL        string     `json:"url"`
	Done       bool       `json:"done"`
	Green      bool       `json:"green"`
	Conclusion string     `json:"conclusion"`
	Issue      *CIIssueV1 `json:"issue"`
	Exit       int        `json:"exit"`
}

// A CIIssueV1 is an issue that was kept.
type CIIssueV1 struct {
	Schema  string `json:"schema,omitempty"`
	Version string `json:"version,omitempty"`
	Number  int    `json:"number"`
	URL     string `json:"url"`
	What    string `json:"what"`
	Exit    int    `json:"exit"`
}

// NewCIRun makes the document of ci run.
func NewCIRun(d CIRun) CIRunV1 {
	doc := CIRunV1{
		Schema: Schema("ci-run"), Version: d.Version, Workflow: valid(d.Workflow), Branch: valid(d.Branch), Run: d.Run.ID, URL: valid(d.Run.URL),
		Done: d.Run.Done(), Green: d.Run.Green(), Conclusion: valid(d.Run.Conclusion), Exit: d.Exit,
	}
	if d.Issue.What != "" {
		doc.Issue = &CIIssueV1{Number: d.Issue.Number, URL: valid(d.Issue.URL), What: d.Issue.What, Exit: d.Exit}
	}
	return doc
}

// NewCIIssue makes the document of ci issue.
func NewCIIssue(version string, k ci.Kept, exit int) CIIssueV1 {
	return CIIssueV1{Schema: Schema("ci-issue"), Version: version, Number: k.Number, URL: valid(k.URL), What: k.What, Exit: exit}
}

// CIRunText says how a run ended.
func CIRunText(w io.Writer, d CIRun) error {
	p := &page{w: w}
	word := "started"
	if d.Run.Done() {
		word = "red (" + d.Run.Conclusion + ")"
		if d.Run.Green() {
			word = "green"
		}
	}
	p.printf("%s on %s: %s %s\n", streams.Clean(d.Workflow), streams.Clean(d.Branch), streams.Line(word), streams.Line(d.Run.URL))
	if d.Issue.What != "" && p.err == nil {
		p.err = CIIssueText(w, d.Issue)
	}
	return p.err
}

// CIIssueText says what became of an issue.
func CIIssueText(w io.Writer, k ci.Kept) error {
	p := &page{w: w}
	if k.What == "none" {
		p.printf("issue: none is open, and none is needed\n")
	} else {
		p.printf("issue: %s #%d %s\n", k.What, k.Number, streams.Line(k.URL))
	}
	return p.err
}

// RunIssue is the issue of a branch whose CI is red.
func RunIssue(branch, workflow string, r ci.Run, label string) ci.Issue {
	text := fmt.Sprintf("The weekly run of `%s` on the release branch `%s` ended with **%s**: %s\n\n"+
		"This issue is closed when a later run is green.\n", workflow, branch, r.Conclusion, r.URL)
	if r.Green() {
		text = fmt.Sprintf("`%s` on the release branch `%s` is green again: %s\n", workflow, branch, r.URL)
	}
	return ci.Issue{Name: branch + " " + workflow, Title: "CI fails on " + branch, Text: text, Label: label}
}

// A CIEventV1 is the document of ci event.
type CIEventV1 struct {
	Schema  string   `json:"schema"`
	Version string   `json:"version"`
	Number  int      `json:"number"` // 0: nothing is asked for
	Kind    string   `json:"kind"`
	To      []string `json:"to"`
	Also    []string `json:"also"`
	Why     string   `json:"why"` // why nothing is asked for
	Exit    int      `json:"exit"`
}

// NewCIEvent makes the document of ci event.
func NewCIEvent(version string, o ci.Order) CIEventV1 {
	return CIEventV1{
		Schema: Schema("ci-event"), Version: version, Number: o.Number, Kind: o.Kind, To: append([]string{}, o.To...),
		Also: append([]string{}, o.Also...), Why: valid(o.Why),
	}
}

// CIEventText says what an event asks for.
func CIEventText(w io.Writer, o ci.Order) error {
	p := &page{w: w}
	if o.Number == 0 {
		p.printf("nothing to do: %s\n", streams.Line(o.Why))
	} else {
		p.printf("asked for: %s\n", o.Fix())
	}
	return p.err
}
