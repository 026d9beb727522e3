package backport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// A Part is one of several fixes that land together: what one argument named. Each has its own kind, so
// that lines may get some and not others.
type Part struct {
	Commits    []gitops.ID
	Subject    string // of the first commit
	Kind       policy.Kind
	KindFrom   KindSource
	Advisories []string // the ids that its messages name
}

// A LeftPart is a part that a line does not get, and why.
type LeftPart struct {
	Part
	Decision policy.Decision // about its kind on the line
	Why      string          // in words
}

// Named reports whether the line would get the part if it were named.
func (l LeftPart) Named() bool {
	return l.Decision.Verdict == policy.Allowed || l.Decision.Verdict == policy.Ask
}

// Each returns the fixes that land together; a fix that nobody divided is one.
func (f Fix) Each() []Part {
	if len(f.Parts) > 0 {
		return f.Parts
	}
	return []Part{{Commits: f.Commits, Subject: f.Subject, Kind: f.Kind, KindFrom: f.KindFrom}}
}

// Several reports whether more than one fix lands together.
func (f Fix) Several() bool { return len(f.Parts) > 1 }

// Assumed reports whether a kind is assumed.
func (f Fix) Assumed() bool {
	return slices.ContainsFunc(f.Each(), func(p Part) bool { return p.KindFrom == KindAssumed })
}

// Taken returns the parts of a fix that a target gets.
func (f Fix) Taken(t Target) []Part {
	return slices.DeleteFunc(slices.Clone(f.Each()), func(p Part) bool {
		return slices.ContainsFunc(t.Left, func(l LeftPart) bool { return l.Commits[0] == p.Commits[0] })
	})
}

// KindOn returns the kind of what a target gets.
func (f Fix) KindOn(t Target) policy.Kind {
	if t.Kind != "" {
		return t.Kind
	}
	return f.Kind
}

// partOf returns the part that a commit belongs to; -1 for a commit that was taken along.
func (f Fix) partOf(commit gitops.ID) int {
	return slices.IndexFunc(f.Each(), func(p Part) bool { return slices.Contains(p.Commits, commit) })
}

// OnMainAll reports whether main contains every commit of a part.
func (f Fix) OnMainAll(p Part) bool {
	for i, id := range f.Commits {
		if slices.Contains(p.Commits, id) && !f.OnMain[i] {
			return false
		}
	}
	return true
}

// leaves returns why a target does not get a commit; "" when it does.
func (t Target) leaves(commit gitops.ID) string {
	for _, l := range t.Left {
		if slices.Contains(l.Commits, commit) {
			return "left out: " + l.Why
		}
	}
	return ""
}

// Name is what a part is called on a command line: its commit, or its commits joined by commas.
func (p Part) Name() string {
	ids := make([]string, len(p.Commits))
	for i, id := range p.Commits {
		ids[i] = id.String()
	}
	return strings.Join(ids, ",")
}

// Advisories returns the ids of advisories that a message names, each once.
func Advisories(message []byte) []string {
	if !namesAdvisory(message) {
		return nil
	}
	var out []string
	for _, m := range advisory().FindAllString(string(message), -1) {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// covers reports whether some commits are named for a part: none stands for all.
func covers(commits []gitops.ID, p Part) bool {
	return len(commits) == 0 || slices.ContainsFunc(p.Commits, func(id gitops.ID) bool { return slices.Contains(commits, id) })
}

// of is the selection as it is for one part.
func (s Selection) of(p Part) Selection {
	keep := func(list []Named) []Named {
		var out []Named
		for _, n := range list {
			if covers(n.Commits, p) {
				out = append(out, n)
			}
		}
		return out
	}
	out := s
	out.To, out.Also = keep(s.To), keep(s.Also)
	return out
}

// skips reports whether the user takes every commit of a part out on a line.
func (s Selection) skips(line policy.LineID, p Part) bool {
	left := slices.Clone(p.Commits)
	for _, k := range s.Skip {
		if k.Line == line {
			left = slices.DeleteFunc(left, func(id gitops.ID) bool { return slices.Contains(k.Commits, id) })
		}
	}
	return len(left) == 0
}

// leftBecause says why a line does not get a part, and how it would.
func leftBecause(p Part, d policy.Decision, skipped bool) string {
	switch {
	case skipped && d.Detail != "":
		return "skipped by --skip, " + d.Detail
	case skipped:
		return "skipped by --skip"
	case d.Verdict == policy.Refused:
		return fmt.Sprintf("%s is refused here (%s)", p.Kind, causeDetail(d))
	}
	return fmt.Sprintf("%s is %s here, and not named", p.Kind, d.Verdict)
}
