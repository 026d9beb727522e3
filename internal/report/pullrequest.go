package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
)

// A PullRequest is what a pull request for one target will say, as facts. The text is made where it is
// shown or published.
type PullRequest struct {
	Base, Head string // branches: the release branch, and the new one
	Title      string
	Template   string // of the body; "" is the default
	Draft      bool
	Labels     []string
	Embargo    bool // the text says nothing of the fix

	Reviewers, Assignees []string
	Milestone            string
	AutoMerge            bool
	Comment              int // the fix's own pull request, to be told of this one; 0 for none

	Fixes    []FixNote // where several land together
	Sources  []SourceNote
	Gate     *backport.GateOutcome
	Bump     *release.Outcome
	Warnings []string
}

// A SourceNote is one source commit as a reviewer wants to see it.
type SourceNote struct {
	ID      gitops.ID
	Subject string
	Message []byte
	Status  backport.PickStatus
	Via     string
	Facts   []string
	// Prerequisite is a commit that is no part of the fix.
	Prerequisite bool
	Differs      []gitops.PathDifference // from main's version, of one that was taken from another branch
}

// embargoTitle says where, and nothing else.
const embargoTitle = "Backport to {branch}"

// defaultTitle keeps the subject first, so that a conventional prefix stays one.
const (
	defaultTitle = "{subject} (backport to {branch})"
	severalTitle = "{fixes} (backport to {branch})"
)

// PullRequestOf gathers the facts of a target's pull request; nil where a stage before the bump stopped the
// target. Under embargo it tells nothing of the fix: no subject, no message, no number, nobody's name, and
// no template, which may ask for them.
func PullRequestOf(rep *backport.Report, o backport.Outcome) *PullRequest {
	if o.Bump == nil || o.Err != nil {
		return nil
	}
	branch := o.Target.Branch
	if rep.Options.Embargo {
		title := release.Fill(embargoTitle, map[string]string{"branch": branch})
		return &PullRequest{Base: branch, Head: o.Branch, Title: title, Draft: true, Embargo: true}
	}
	texts := rep.Options.PR
	title := texts.Title
	taken := rep.Fix.Taken(o.Target)
	switch {
	case title == "" && rep.Fix.Several():
		title = severalTitle
	case title == "":
		title = defaultTitle
	}
	kind, subject := rep.Fix.KindOn(o.Target), rep.Fix.Subject
	if len(taken) > 0 {
		subject = taken[0].Subject
	}
	pr := &PullRequest{
		Base: branch, Head: o.Branch, Template: texts.Body, Draft: texts.Draft, Labels: texts.LabelsOf(kind),
		Title: release.Fill(title, map[string]string{
			"subject": subject, "fixes": fixesTitle(taken), "branch": branch, "line": o.Target.Decision.Name(), "kind": string(kind), "version": o.Bump.To,
		}),
		Fixes: fixNotes(rep, o), Gate: o.Gate, Bump: o.Bump, Warnings: o.Target.Warnings,
		Reviewers: texts.Reviewers, Assignees: texts.Assignees, AutoMerge: texts.AutoMerge,
		Milestone: release.Fill(texts.Milestone, map[string]string{"line": o.Target.Decision.Name(), "branch": branch}),
	}
	if texts.Comment {
		if pr.Comment = numberOf(subject); len(rep.Fix.Requests) == 1 && len(rep.Fix.Parts) < 2 {
			pr.Comment = rep.Fix.Requests[0].Number
		}
	}
	for _, k := range o.Picks {
		if slices.ContainsFunc(o.Target.Left, func(l backport.LeftPart) bool { return slices.Contains(l.Commits, k.Source) }) {
			continue
		}
		pr.Sources = append(pr.Sources, SourceNote{
			ID: k.Source, Subject: gitops.Subject(k.Message), Message: k.Message, Status: k.Status, Via: k.Via, Facts: k.Facts(),
			Prerequisite: k.Prerequisite, Differs: k.Differs,
		})
	}
	return pr
}

// numberOf returns the number of the pull request that a squash's subject ends in, (#12); 0 without one.
func numberOf(subject string) int {
	rest, ok := strings.CutSuffix(strings.TrimSpace(subject), ")")
	i := strings.LastIndex(rest, "(#")
	if !ok || i < 0 {
		return 0
	}
	n, err := strconv.Atoi(rest[i+2:])
	if err != nil || n < 1 || len(rest)-i > 12 {
		return 0
	}
	return n
}
