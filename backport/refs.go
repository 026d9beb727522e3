package backport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
)

const ownLetters = "abcdefghijklmnopqrstuvwxyz0123456789"

// isOwnName reports whether text may be the middle part of a new branch's name.
func isOwnName(text string) bool {
	return 0 < len(text) && len(text) <= 63 && strings.Trim(text[:1], ownLetters) == "" && strings.Trim(text, ownLetters+"._-") == ""
}

// A NameError is a --name that cannot be part of a branch's name.
type NameError struct{ Name string }

func (e *NameError) Error() string {
	return fmt.Sprintf("name %q: want lower-case letters, digits, '.', '_' and '-', beginning with a letter or digit, 63 at most", e.Name)
}

// CheckName reports whether name can be the <name> of backport/<name>/<branch>.
func CheckName(name string) error {
	if !isOwnName(name) || strings.Contains(name, "..") || strings.HasSuffix(name, ".") || strings.HasSuffix(name, ".lock") {
		return &NameError{Name: name}
	}
	return nil
}

// DefaultName is the <name> when the user gives none: 12 digits of the first source commit.
func DefaultName(first gitops.ID) string { return first.String()[:12] }

// branchFor returns the name of the new branch for a target.
func (r *runner) branchFor(t Target) string {
	return "backport/" + r.opts.Name + "/" + t.part
}

// bumpBranchFor returns the name of the new branch that carries a target's bump alone.
func (r *runner) bumpBranchFor(t Target) string {
	return "backport/" + r.opts.Name + "/bump/" + t.part
}

// maxPart bounds a component of the names of our branches, in bytes.
const maxPart = 63

// branchPart is a target's part of the names of its new branches: the release branch in the letters
// those names allow. Of --onto it is what was given, or the commit's first digits.
func branchPart(t Target) string {
	if t.Branch == t.Tip.String() {
		return t.Branch[:12]
	}
	s := strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, strings.ToLower(t.Branch))
	for strings.Contains(s, "..") {
		s = strings.ReplaceAll(s, "..", ".")
	}
	s = strings.Trim(s, "-._")
	s = strings.TrimRight(s[:min(len(s), maxPart)], "-._")
	if s == "" || s == "bump" || strings.HasSuffix(s, ".lock") { // "bump" is where the bumps are
		return t.Tip.String()[:12]
	}
	return s
}

// named returns targets with the part of the names of their branches that is their own. Branches that
// differ only in letters which our names do not tell apart are numbered.
func named(targets []Target) []Target {
	out := slices.Clone(targets)
	taken := map[string]bool{}
	for i, t := range targets {
		base := branchPart(t)
		part := base
		for n := 2; taken[part]; n++ {
			suffix := fmt.Sprintf("-%d", n)
			part = base[:min(len(base), maxPart-len(suffix))] + suffix
		}
		taken[part], out[i].part = true, part
	}
	return out
}

// refUpdates returns the refs that landing a report creates, in the order of its targets, and the refs
// it was computed from, which must not have moved.
func refUpdates(outcomes []Outcome) (updates []gitops.RefUpdate, verify []gitops.RefVerify) {
	seen := map[string]bool{}
	for _, o := range outcomes {
		if o.Status != StatusReady || o.Target.Trial {
			continue
		}
		if o.Target.Ref != "" && !seen[o.Target.Ref] {
			seen[o.Target.Ref] = true
			verify = append(verify, gitops.RefVerify{Name: o.Target.Ref, Old: o.Target.Tip})
		}
		if !o.Head.IsZero() && len(o.Commits) > 0 {
			updates = append(updates, gitops.RefUpdate{Name: "refs/heads/" + o.Branch, New: o.Head})
		}
		if o.Bump != nil && o.Bump.Branch != "" && !o.Bump.Commit.IsZero() {
			updates = append(updates, gitops.RefUpdate{Name: "refs/heads/" + o.Bump.Branch, New: o.Bump.Commit})
		}
	}
	return updates, verify
}
