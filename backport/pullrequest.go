package backport

import (
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
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

	Sources  []SourceNote
	Gate     *GateOutcome
	Bump     *release.Outcome
	Warnings []string
}

// A SourceNote is one source commit as a reviewer wants to see it.
type SourceNote struct {
	ID      gitops.ID
	Subject string
	Message []byte
	Status  PickStatus
	Via     string
	Facts   []string
	// Prerequisite is a commit that is no part of the fix.
	Prerequisite bool
	Differs      []gitops.PathDifference // from main's version, of one that was taken from another branch
}

// embargoTitle says where, and nothing else.
const embargoTitle = "Backport to {branch}"

// defaultTitle keeps the subject first, so that a conventional prefix stays one.
const defaultTitle = "{subject} (backport to {branch})"

// pullRequest gathers the facts of a target's pull request. Under embargo it tells nothing of the
// fix: no subject, no message, no number, nobody's name, and no template, which may ask for them.
func (r *runner) pullRequest(o Outcome) *PullRequest {
	if r.opts.Embargo {
		return &PullRequest{Base: o.Target.Branch, Head: o.Branch, Title: release.Fill(embargoTitle, map[string]string{"branch": o.Target.Branch}), Draft: true, Embargo: true}
	}
	title := r.opts.PR.Title
	if title == "" {
		title = defaultTitle
	}
	pr := &PullRequest{
		Base: o.Target.Branch, Head: o.Branch, Template: r.opts.PR.Body, Draft: r.opts.PR.Draft, Labels: r.opts.PR.Labels,
		Title: release.Fill(title, map[string]string{
			"subject": r.fix.Subject, "branch": o.Target.Branch, "line": o.Target.Decision.Name(), "kind": string(r.fix.Kind),
		}),
		Gate: o.Gate, Bump: o.Bump, Warnings: o.Target.Warnings,
	}
	for _, k := range o.Picks {
		c, err := r.session.Commit(k.Source)
		if err != nil {
			continue // it was read for the pick: it can be read
		}
		message := gitops.MessageText(c)
		pr.Sources = append(pr.Sources, SourceNote{
			ID: k.Source, Subject: gitops.Subject(message), Message: message, Status: k.Status, Via: k.Via, Facts: k.Facts(),
			Prerequisite: k.Prerequisite, Differs: k.Differs,
		})
	}
	return pr
}

// GateStops returns the findings that stop a target.
func (g *GateOutcome) GateStops() []msrv.Finding {
	var out []msrv.Finding
	for _, f := range g.Findings {
		if f.Level == msrv.LevelStop {
			out = append(out, f)
		}
	}
	return out
}
