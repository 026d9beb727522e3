package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/git-backport/git-backport/internal/publish"
	"github.com/git-backport/git-backport/internal/streams"
)

// A PublishV1 is the document of publish.
type PublishV1 struct {
	Schema    string        `json:"schema"`
	Version   string        `json:"version"`
	Error     *ErrorV1      `json:"error"`
	Operation string        `json:"operation"`
	Remote    string        `json:"remote"`
	URL       string        `json:"url"`
	Forge     string        `json:"forge"`
	DryRun    bool          `json:"dry_run"`
	Targets   []PublishedV1 `json:"targets"`
	Commands  []string      `json:"commands"`
	Warnings  []string      `json:"warnings"`
	Exit      int           `json:"exit"`
}

// A PublishedV1 is what became of one branch.
type PublishedV1 struct {
	Line     string         `json:"line"`
	Branch   string         `json:"branch"`
	Head     string         `json:"head"`
	ID       string         `json:"id"`
	Remote   string         `json:"remote"`
	Bump     bool           `json:"bump"`
	State    string         `json:"published"`
	Push     PushV1         `json:"push"`
	PR       *PublishedPRV1 `json:"pr"`
	Compare  *string        `json:"compare"` // the page to open it by hand
	Warnings []string       `json:"warnings"`
	Error    *ErrorV1       `json:"error"`
}

// A PushV1 is what became of a branch at the remote.
type PushV1 struct {
	State  string   `json:"state"`
	Reason string   `json:"reason"`
	Said   []string `json:"said"` // by the server
}

// A PublishedPRV1 is the pull request of a branch.
type PublishedPRV1 struct {
	Number  int    `json:"number"`
	URL     string `json:"url"`
	State   string `json:"state"`
	Draft   bool   `json:"draft"`
	Created bool   `json:"created"`
}

// A Publication is what a run of publish did, or with DryRun would do.
type Publication struct {
	Operation string
	Plan      publish.Plan
	Summary   publish.Summary
	DryRun    bool
	Commands  []string
	Compare   map[string]string // by ref
	Warnings  []string
}

// Publish makes the document of publish.
func Publish(version string, p Publication, exit int) PublishV1 {
	doc := PublishV1{
		Schema: Schema("publish"), Version: version, Operation: p.Operation, Remote: valid(p.Plan.Remote), URL: valid(p.Plan.URL),
		Forge: string(p.Plan.Forge), DryRun: p.DryRun, Targets: []PublishedV1{}, Commands: validAll(p.Commands),
		Warnings: validAll(append(append([]string{}, p.Warnings...), p.Summary.Warnings...)), Exit: exit,
	}
	for _, r := range p.Summary.Results {
		h := r.Head
		t := PublishedV1{
			Line: valid(h.Line), Branch: valid(h.Base), Head: valid(h.Branch()), ID: h.ID, Remote: doc.Remote, Bump: h.Bump, State: string(r.State),
			Push: PushV1{State: string(r.Push), Reason: valid(r.Reason), Said: validAll(r.Said)}, Warnings: validAll(r.Warnings),
		}
		if q := r.Request; q != nil {
			t.PR = &PublishedPRV1{Number: q.Number, URL: valid(q.URL), State: q.State, Draft: q.Draft, Created: r.New}
		}
		if u := p.Compare[h.Ref]; u != "" {
			t.Compare = &u
		}
		if r.Err != nil {
			t.Error = &ErrorV1{Code: string(r.State), Message: valid(r.Err.Error())}
		}
		doc.Targets = append(doc.Targets, t)
	}
	return doc
}

// PublishText shows what became of each branch, and its pull request.
func PublishText(w io.Writer, p Publication) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", streams.Clean(p.Plan.Remote), streams.Clean(p.Plan.URL))
	for _, r := range p.Summary.Results {
		name := r.Head.Base
		if r.Head.Bump {
			name += " (bump)"
		}
		fmt.Fprintf(&b, "  %s  %s\n", streams.Clean(name), streams.Clean(publishedWord(r)))
		for _, line := range publishedLines(r, p.Compare[r.Head.Ref]) {
			fmt.Fprintf(&b, "      %s\n", streams.Clean(line))
		}
	}
	for _, warning := range append(append([]string{}, p.Warnings...), p.Summary.Warnings...) {
		fmt.Fprintf(&b, "warning: %s\n", streams.Clean(warning))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// publishedWord says in a few words what became of a branch.
func publishedWord(r publish.Result) string {
	number := ""
	if r.Request != nil {
		number = fmt.Sprintf(" #%d", r.Request.Number)
		if r.Request.Draft {
			number += " (draft)"
		}
	}
	switch r.State {
	case publish.StatePushed:
		return "pushed"
	case publish.StateUpToDate:
		return "pushed before, unchanged"
	case publish.StateRejected:
		return "rejected by the server"
	case publish.StateOpen:
		if r.New {
			return "pull request" + number + " opened"
		}
		return "pull request" + number + " is open, unchanged"
	case publish.StateUpdated:
		return "pull request" + number + " updated"
	case publish.StateClosed:
		return "pull request" + number + " is closed"
	case publish.StateMerged:
		return "pull request" + number + " is merged"
	case publish.StateFailed:
		return "failed"
	case publish.StateSkipped:
		return "skipped: " + r.Reason
	}
	return "not pushed"
}

func publishedLines(r publish.Result, compare string) []string {
	var out []string
	if r.Request != nil {
		out = append(out, r.Request.URL)
	} else if compare != "" && (r.State == publish.StatePushed || r.State == publish.StateUpToDate) {
		out = append(out, "open it: "+compare)
	}
	if r.Err != nil {
		out = append(out, r.Err.Error())
	} else if r.Reason != "" && r.State != publish.StateSkipped {
		out = append(out, r.Reason)
	}
	if r.State == publish.StateRejected {
		for _, line := range r.Said {
			out = append(out, "server: "+line)
		}
	}
	for _, warning := range r.Warnings {
		out = append(out, "warning: "+warning)
	}
	return out
}

// RequestBody is a pull request's text with its siblings, and for a bump what it is merged after.
func RequestBody(h *publish.Head, siblings []publish.Sibling) string {
	var b strings.Builder
	b.WriteString(strings.TrimRight(h.Text.Body, "\n") + "\n")
	var list strings.Builder
	for _, s := range siblings {
		mark := " "
		if s.Merged {
			mark = "x"
		}
		what := code(s.Head.Base)
		if s.Head.Bump {
			what += ", the version"
		}
		if h.Bump && !s.Head.Bump && s.Head.Base == h.Base {
			fmt.Fprintf(&b, "\nMerge this after #%d.\n", s.Number)
		}
		fmt.Fprintf(&list, "- [%s] #%d %s\n", mark, s.Number, what)
	}
	if list.Len() > 0 {
		b.WriteString("\nThe other branches:\n\n" + list.String())
	}
	return b.String()
}

// RequestComment is the comment on the fix's own pull request.
func RequestComment(results []publish.Result) string {
	var b strings.Builder
	b.WriteString("| branch | backport |\n|---|---|\n")
	for _, r := range results {
		what := publishedWord(r)
		if r.Request != nil {
			what = fmt.Sprintf("#%d", r.Request.Number)
		}
		name := r.Head.Base
		if r.Head.Bump {
			name += " version"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", code(strings.ReplaceAll(name, "|", "\\|")), what)
	}
	return b.String()
}
