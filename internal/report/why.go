package report

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/internal/streams"
)

// A WhyV1 is why a pick conflicts, as far as a bounded search found it: cut when it met a bound.
type WhyV1 struct {
	Absent     []AbsenceV1   `json:"absent"`
	Candidates []CandidateV1 `json:"candidates"`
	CleanWith  []string      `json:"clean_with"`
	Cut        bool          `json:"cut"`
}

// An AbsenceV1 is a conflicted path that the branch has not.
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

func whyV1(w *backport.Why) *WhyV1 {
	if w == nil {
		return nil
	}
	out := &WhyV1{Absent: []AbsenceV1{}, Candidates: []CandidateV1{}, CleanWith: []string{}, Cut: w.Cut}
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

// shownCandidates is how many commits are named unasked where no set of them makes a pick clean.
const shownCandidates = 2

// why prints why a pick conflicts, and what would make it clean.
func (p *page) why(k backport.Pick, o backport.Outcome) {
	if k.Why == nil || p.o.Quiet {
		return
	}
	p.absent(k, o)
	w := k.Why
	switch {
	case len(w.CleanWith) > 0:
		p.printf("      %s if you also take %s\n", p.paint(green, "clean"), p.named(w.CleanWith, len(w.CleanWith), " and "))
	case len(w.Candidates) > 0:
		none := "none of them, alone or two together, makes the pick clean"
		if w.Cut {
			none = "a search that was cut short found none, alone or two together, that makes the pick clean"
		}
		p.printf("      main changed it in %s; %s\n", p.named(w.Candidates, shownCandidates, ", "), none)
	}
	if !p.o.Verbose {
		return
	}
	for _, c := range w.Candidates {
		text := fmt.Sprintf("main only: %s %s (%s)", p.o.Short(c.Commit), c.Subject, strings.Join(c.Paths, ", "))
		p.printf("        %s\n", p.paint(dim, streams.Clean(text)))
	}
}

// absent says which of the code that the fix changes the branch has not.
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
	if o.Target.Onto == "" {
		p.printf("      if the line is not affected: --skip %s --reason … leaves it out\n", streams.Clean(lineName(o)))
	}
}

// named names at most n commits with their subjects, and says how many more there are.
func (p *page) named(list []backport.Candidate, n int, sep string) string {
	var out []string
	for i, c := range list {
		if i == n {
			out = append(out, fmt.Sprintf("%d more", len(list)-i))
			break
		}
		out = append(out, fmt.Sprintf("%s (%s)", p.o.Short(c.Commit), streams.Clean(c.Subject)))
	}
	return strings.Join(out, sep)
}
