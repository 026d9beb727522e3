package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/why"
	"github.com/git-backport/git-backport/internal/streams"
)

// A WhyV1 is why a pick conflicts, as far as a bounded search found it: cut when it met a bound. Hint is
// "present" or "no-code" where that holds for all that conflicts.
type WhyV1 struct {
	Absent     []AbsenceV1   `json:"absent"`
	Candidates []CandidateV1 `json:"candidates"`
	CleanWith  []string      `json:"clean_with"`
	Hint       *string       `json:"hint"`
	Cut        bool          `json:"cut"`
}

// A CommitV1 is a commit with its subject.
type CommitV1 struct {
	Commit  string `json:"commit"`
	Subject string `json:"subject"`
}

func blameV1(w *why.Explanation, path string) []CommitV1 {
	if w == nil {
		return []CommitV1{}
	}
	for _, pw := range w.Paths {
		if pw.Path == path {
			return commitsV1(pw.Commits)
		}
	}
	return []CommitV1{}
}

func commitsV1(list []why.Candidate) []CommitV1 {
	out := []CommitV1{}
	for _, c := range list {
		out = append(out, CommitV1{Commit: c.Commit.String(), Subject: valid(c.Subject)})
	}
	return out
}

// An AbsenceV1 is a conflicted path that the branch does not have.
type AbsenceV1 struct {
	Path    Path `json:"path"`
	Deleted bool `json:"deleted"`
}

// A CandidateV1 is a commit of main, absent from the branch, that changed a conflicted file.
type CandidateV1 struct {
	Commit  string `json:"commit"`
	Subject string `json:"subject"`
	Paths   []Path `json:"paths"`
}

func whyV1(w *why.Explanation) *WhyV1 {
	if w == nil {
		return nil
	}
	out := &WhyV1{Absent: []AbsenceV1{}, Candidates: []CandidateV1{}, CleanWith: []string{}, Hint: optional(string(w.Hint)), Cut: w.Cut}
	for _, a := range w.Absent {
		out.Absent = append(out.Absent, AbsenceV1{Path: Path(a.Path), Deleted: a.Deleted})
	}
	for _, c := range w.Candidates {
		out.Candidates = append(out.Candidates, CandidateV1{Commit: c.Commit.String(), Subject: valid(c.Subject), Paths: paths(c.Paths)})
	}
	for _, c := range w.CleanWith {
		out.CleanWith = append(out.CleanWith, c.Commit.String())
	}
	return out
}

// shownCommits is how many commits are named unasked.
const shownCommits = 2

// why prints what the pick as a whole lacks, and what would make it clean.
func (p *page) why(k backport.Pick, o backport.Outcome) {
	if k.Why == nil || p.o.Quiet {
		return
	}
	p.absent(k, o)
	w := k.Why
	branch := streams.Clean(o.Target.Branch)
	switch w.Hint {
	case why.HintPresent:
		p.printf("      %s has the lines of the fix in all these places, and nothing else to take from it: it may have the fix already\n", branch)
		p.skipHint("if it has", o)
	case why.HintNoCode:
		p.printf("      the code this fixes came to main after %s was cut, by the history of its lines\n", branch)
		p.skipHint("if the line is not affected", o)
	}
	switch {
	case len(w.CleanWith) > 0:
		p.printf("      %s if you also take %s\n", p.paint(green, "clean"), p.named(w.CleanWith, len(w.CleanWith), " and "))
	case len(w.Candidates) > 0:
		p.printf("      no set of up to four commits of main was found that makes it clean\n")
	case w.Cut && len(w.Absent) < len(k.Result.Conflicts):
		p.printf("      what it lacks was not found within the bounds of the search\n")
	}
	if !p.o.Verbose {
		return
	}
	for _, c := range w.Candidates {
		text := fmt.Sprintf("main only: %s %s (%s)", p.o.Short(c.Commit), c.Subject, strings.Join(c.Paths, ", "))
		p.printf("        %s\n", p.paint(dim, streams.Line(text)))
	}
}

// origins says below a conflicted path which commits of main, absent from the branch, the fix stands on
// there. Those that are proposed are named there, and here on demand.
func (p *page) origins(k backport.Pick, path string) {
	if k.Why == nil || p.o.Quiet {
		return
	}
	taken := func(c why.Candidate) bool {
		return slices.ContainsFunc(k.Why.CleanWith, func(d why.Candidate) bool { return d.Commit == c.Commit })
	}
	for _, w := range k.Why.Paths {
		n := len(w.Commits)
		if !p.o.Verbose {
			w.Commits = slices.DeleteFunc(slices.Clone(w.Commits), taken)
			n = shownCommits
		}
		if w.Path == path && len(w.Commits) > 0 {
			p.printf("        %s\n", p.paint(dim, "main's lines there are from "+p.named(w.Commits, n, ", ")))
		}
	}
}

// hunkWhy says below a hunk what is known of it alone.
func (p *page) hunkWhy(h why.Hunk, many bool) []string {
	var out []string
	switch h.Hint {
	case why.HintPresent:
		out = append(out, "the branch has the fix's lines there already")
	case why.HintNoCode:
		out = append(out, "the code this fixes is not in the branch: it came to main later")
	}
	if p.o.Verbose && many && len(h.Commits) > 0 {
		out = append(out, "from "+p.named(h.Commits, len(h.Commits), ", "))
	}
	return out
}

// skipHint says how a line is left out.
func (p *page) skipHint(when string, o backport.Outcome) {
	if o.Target.Onto == "" {
		p.printf("      %s: --skip %s --reason … leaves it out\n", when, argument(lineName(o)))
	}
}

// absent says which of the code that the fix changes the branch does not have.
func (p *page) absent(k backport.Pick, o backport.Outcome) {
	var what []string
	for i, a := range k.Why.Absent {
		if i == 3 && len(k.Why.Absent) > 4 && !p.o.Verbose {
			what = append(what, fmt.Sprintf("and %d more", len(k.Why.Absent)-i))
			break
		}
		if a.Deleted {
			what = append(what, a.Path+" was deleted there")
			continue
		}
		what = append(what, "it has no "+a.Path)
	}
	if len(what) == 0 {
		return
	}
	branch := streams.Clean(o.Target.Branch)
	if len(k.Why.Absent) < len(k.Result.Conflicts) {
		p.printf("      some of the code this fixes is not in %s: %s\n", branch, streams.Clean(strings.Join(what, ", ")))
		return
	}
	p.printf("      the code this fixes is not in %s: %s\n", branch, streams.Clean(strings.Join(what, ", ")))
	p.skipHint("if the line is not affected", o)
}

// named names at most n commits with their subjects, and says how many more there are.
func (p *page) named(list []why.Candidate, n int, sep string) string {
	var out []string
	for i, c := range list {
		if i == n {
			out = append(out, fmt.Sprintf("%d more", len(list)-i))
			break
		}
		out = append(out, fmt.Sprintf("%s (%s)", p.o.Short(c.Commit), streams.Line(c.Subject)))
	}
	return strings.Join(out, sep)
}
