package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/streams"
)

// fixes names the fixes that land together; first those whose kind is assumed.
func (p *page) fixes(fix backport.Fix) {
	for _, part := range fix.Parts {
		if part.KindFrom == backport.KindAssumed {
			id := p.o.Short(part.Commits[0])
			p.printf("kind: %s of %s (assumed; --kind %s=security for a security fix)\n", part.Kind, id, id)
		}
	}
	for _, part := range fix.Parts {
		more := ""
		if n := len(part.Commits); n > 1 {
			more = " (" + count(n, "commit") + ")"
		}
		p.printf("fix: %s%s %s: %s (%s)\n", p.o.Short(part.Commits[0]), more, streams.Line(part.Subject),
			streams.Clean(string(part.Kind)), kindSource(part.KindFrom))
	}
}

// partDetails says of several fixes how each fares on a target.
func (p *page) partDetails(rep *backport.Report, o backport.Outcome) {
	if !rep.Fix.Several() || p.o.Quiet {
		return
	}
	for _, part := range rep.Fix.Taken(o.Target) {
		p.printf("      %s %s\n", p.o.Short(part.Commits[0]), streams.Line(partFate(part, o, p.o)))
	}
	for _, left := range o.Target.Left {
		p.printf("      %s\n", p.paint(dim, p.o.Short(left.Commits[0])+" left out: "+streams.Clean(leftPartWhy(left, p.o.Short))))
	}
}

// leftPartWhy says why a line does not get a fix, and how it would.
func leftPartWhy(left backport.LeftPart, short func(gitops.ID) string) string {
	text := left.Why
	if left.Named() {
		text += "; --also " + left.Decision.Name() + ":" + short(left.Commits[0]) + " takes it"
	}
	return text
}

// partFate says what became of one fix on a target: of its first commit that is not just clean.
func partFate(part backport.Part, o backport.Outcome, t TextOptions) string {
	fate := "picks cleanly"
	for _, k := range o.Picks {
		if !slices.Contains(part.Commits, k.Source) {
			continue
		}
		switch k.Status {
		case backport.PickClean:
			continue
		case backport.PickPresent:
			fate = "is there already"
			if k.Result.Unchanged {
				fate += ", picking it changes nothing"
			}
		case backport.PickProbable:
			fate = "may be there already"
		case backport.PickEmpty:
			fate = "changes nothing"
		case backport.PickConflict:
			return "conflicts; " + skipFlags(part, o, t) + " leaves it out"
		case backport.PickSkipped:
			fate = strings.Join(k.Lines, "; ")
		case backport.PickError:
			return "cannot be picked"
		}
		if ev := k.Evidence; ev != nil {
			fate += " (" + ev.How + ")"
		}
	}
	return fate
}

// skipFlags are the flags that leave a fix out on a target, each commit of it.
func skipFlags(part backport.Part, o backport.Outcome, t TextOptions) string {
	flags := make([]string, len(part.Commits))
	for i, id := range part.Commits {
		flags[i] = "--skip " + argument(lineName(o)+":"+t.Short(id))
	}
	return strings.Join(flags, " ")
}

// A FixNote is one of several fixes as a reviewer wants to see it.
type FixNote struct {
	Subject    string
	Kind       string
	Advisories []string
	Commits    []gitops.ID
	Left       string // why the branch does not get it; "" when it does
}

// fixNotes are the fixes of a report as a target gets them; none where there is only one.
func fixNotes(rep *backport.Report, o backport.Outcome) []FixNote {
	if !rep.Fix.Several() {
		return nil
	}
	note := func(p backport.Part, left string) FixNote {
		return FixNote{Subject: p.Subject, Kind: string(p.Kind), Advisories: p.Advisories, Commits: p.Commits, Left: left}
	}
	var out []FixNote
	for _, part := range rep.Fix.Taken(o.Target) {
		out = append(out, note(part, ""))
	}
	for _, left := range o.Target.Left {
		out = append(out, note(left.Part, left.Why))
	}
	return out
}

// fixesText lists the fixes of a pull request with their commits, and then what is left out.
func fixesText(pr PullRequest) string {
	var taken, left strings.Builder
	n := 0
	for _, f := range pr.Fixes {
		about := f.Kind
		if len(f.Advisories) > 0 {
			about += ", " + strings.Join(f.Advisories, ", ")
		}
		if f.Left != "" {
			fmt.Fprintf(&left, "* %s (%s), commit %s: %s\n", code(f.Subject), code(about), f.Commits[0], code(f.Left))
			continue
		}
		n++
		fmt.Fprintf(&taken, "* %s (%s)\n", code(f.Subject), code(about))
		for _, s := range pr.Sources {
			if slices.Contains(f.Commits, s.ID) {
				fmt.Fprintf(&taken, "  * commit %s, %s\n", s.ID, sourceStatus(s))
			}
		}
	}
	for _, s := range pr.Sources {
		if s.Prerequisite {
			fmt.Fprintf(&taken, "* commit %s, %s, no part of the fixes: they conflict without it\n", s.ID, sourceStatus(s))
		}
	}
	text := fmt.Sprintf("Backport onto %s of %s:\n\n%s", code(pr.Base), fixCount(n), bullets(strings.SplitAfter(taken.String(), "\n")))
	if left.Len() > 0 {
		text += "\nNot on this branch:\n\n" + bullets(strings.SplitAfter(left.String(), "\n"))
	}
	return text + "\n"
}

func fixCount(n int) string {
	if n == 1 {
		return "1 fix"
	}
	return fmt.Sprintf("%d fixes", n)
}

// maxFixes bounds the subjects in the title of a pull request, in characters.
const maxFixes = 120

// fixesTitle is the field {fixes}: the subject of one fix, the subjects of several where they are short,
// else how many there are.
func fixesTitle(parts []backport.Part) string {
	var subjects []string
	for _, p := range parts {
		subjects = append(subjects, p.Subject)
	}
	text := strings.Join(subjects, "; ")
	if len(parts) > 1 && len([]rune(text)) > maxFixes {
		return fmt.Sprintf("%d fixes: %s and others", len(parts), parts[0].Subject)
	}
	return text
}

// PartV1 is one of several fixes.
type PartV1 struct {
	Commits    []string `json:"commits"`
	Kind       string   `json:"kind"`
	KindFrom   string   `json:"kind_from"`
	Subject    string   `json:"subject"`
	Advisories []string `json:"advisories"`
}

// LeftPartV1 is a fix that a target does not get.
type LeftPartV1 struct {
	Commits []string `json:"commits"`
	Kind    string   `json:"kind"`
	Verdict string   `json:"verdict"`
	Cause   string   `json:"cause"`
	Why     string   `json:"why"`
}

func partsV1(fix backport.Fix) []PartV1 {
	out := []PartV1{}
	for _, p := range fix.Parts {
		out = append(out, PartV1{oids(p.Commits), valid(string(p.Kind)), string(p.KindFrom), valid(p.Subject), validAll(p.Advisories)})
	}
	return out
}

func leftPartsV1(t backport.Target) []LeftPartV1 {
	out := []LeftPartV1{}
	for _, l := range t.Left {
		out = append(out, LeftPartV1{oids(l.Commits), valid(string(l.Kind)), string(l.Decision.Verdict), string(l.Decision.Cause), valid(l.Why)})
	}
	return out
}
