package backport

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// Of two fixes, one of which lines must have, and one that is theirs for the asking.
func TestSelectParts(t *testing.T) {
	a, b := gitops.ID{1}, gitops.ID{2}
	fix := Fix{Commits: []gitops.ID{a, b}, Parts: []Part{{Commits: []gitops.ID{a}, Kind: policy.Security}, {Commits: []gitops.ID{b}, Kind: policy.Bugfix}}}
	decisions := [][]policy.Decision{
		{decided(3, policy.Required, policy.CauseRequired), decided(2, policy.Required, policy.CauseRequired), decided(1, policy.Refused, policy.CauseEnded)},
		{decided(3, policy.Required, policy.CauseRequired), decided(2, policy.Allowed, policy.CauseAllowed), decided(1, policy.Refused, policy.CauseEnded)},
	}
	only := func(n int, id gitops.ID) []Named { return []Named{{Line: lineID(n), Commits: []gitops.ID{id}}} }
	for _, c := range []struct {
		name string
		sel  Selection
		want string // by line: the parts that it gets
	}{
		{"by their verdicts", Selection{}, "3:ab 2:a"},
		{"the line is named", Selection{Also: []Named{{Line: lineID(2)}}}, "3:ab 2:ab"},
		{"one is named for it", Selection{Also: only(2, b)}, "3:ab 2:ab"},
		{"exactly one line", Selection{To: []Named{{Line: lineID(2)}}}, "2:ab"},
		{"exactly one fix on one line", Selection{To: only(2, b)}, "2:b"},
		{"one is skipped", Selection{Skip: []Skip{{Line: lineID(3), Commits: []gitops.ID{a}}}}, "3:b 2:a"},
		{"all of a line's are skipped one by one", Selection{Skip: []Skip{{Line: lineID(2), Commits: []gitops.ID{a}}}}, "3:ab"},
		{"an ended line, with a reason", Selection{Also: only(1, a), Reason: "a customer"}, "3:ab 2:a 1:a"},
	} {
		got, err := Select(fix, decisions, c.sel)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var out []string
		for _, target := range got.Targets {
			word := target.Decision.ID.String() + ":"
			for _, p := range fix.Taken(target) {
				word += map[gitops.ID]string{a: "a", b: "b"}[p.Commits[0]]
			}
			for _, l := range target.Left {
				if l.Why == "" || target.leaves(l.Commits[0]) == "" {
					t.Errorf("%s: nothing says why %s lacks a fix", c.name, word)
				}
			}
			out = append(out, word)
		}
		if diff := cmp.Diff(c.want, strings.Join(out, " ")); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	if _, err := Select(fix, decisions, Selection{Also: only(2, gitops.ID{9})}); err == nil {
		t.Error("a commit that is none of the fixes is named without an error")
	}
}
