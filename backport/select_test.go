package backport

import (
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

func lineID(n int) policy.LineID { return policy.LineID{Major: uint32(n)} }

func decided(n int, v policy.Verdict, c policy.Cause) policy.Decision {
	return policy.Decision{Line: policy.Line{ID: lineID(n), Branch: fmt.Sprintf("release-%d.0.0", n)}, Verdict: v, Cause: c}
}

// lines of every verdict, newest first; 40 has no branch, 39 no date.
func everyVerdict() []policy.Decision {
	noBranch := decided(40, policy.Allowed, policy.CauseAllowed)
	noBranch.Branch = ""
	return []policy.Decision{
		decided(48, policy.Required, policy.CauseRequired), decided(47, policy.Allowed, policy.CauseAllowed), decided(46, policy.Ask, policy.CauseAsk),
		decided(45, policy.Refused, policy.CauseEnded), noBranch, decided(39, policy.Refused, policy.CauseUndated),
	}
}

// shown writes a selection as one line: targets, then what is left.
func shown(s Selected) string {
	var out []string
	for _, t := range s.Targets {
		word := t.Decision.ID.String() + ":" + string(t.Decision.Cause)
		for name, on := range map[string]bool{"forced": t.Forced, "trial": t.Trial, "refused": t.Refused != "", "absent": t.Decision.Absent} {
			if on {
				word += "/" + name
			}
		}
		out = append(out, word)
	}
	out = append(out, "|")
	for _, d := range s.Left {
		out = append(out, d.ID.String()+":"+string(d.Cause))
	}
	return strings.Join(out, " ")
}

func TestSelect(t *testing.T) {
	ids := func(list ...int) (out []Named) {
		for _, n := range list {
			out = append(out, Named{Line: lineID(n)})
		}
		return out
	}
	all := everyVerdict()
	for _, c := range []struct {
		name      string
		decisions []policy.Decision
		sel       Selection
		want      string // or the error's words after "error: "
	}{
		{"required alone", all, Selection{}, "48:required | 47:allowed 46:ask 45:ended 40:allowed 39:undated"},
		{"also", all, Selection{Also: ids(47, 46)}, "48:required 47:named-by-user 46:named-by-user | 45:ended 40:allowed 39:undated"},
		{"to", all, Selection{To: ids(46)}, "46:named-by-user | 48:required 47:allowed 45:ended 40:allowed 39:undated"},
		{"to a required one", all, Selection{To: ids(48)}, "48:required | 47:allowed 46:ask 45:ended 40:allowed 39:undated"},
		{"to and also", all, Selection{To: ids(46), Also: ids(47)}, "47:named-by-user 46:named-by-user | 48:required 45:ended 40:allowed 39:undated"},
		{"refused", all, Selection{Also: ids(45)}, "48:required 45:ended/refused | 47:allowed 46:ask 40:allowed 39:undated"},
		{"refused with a reason", all, Selection{Also: ids(45), Reason: "a customer"}, "48:required 45:named-by-user/forced | 47:allowed 46:ask 40:allowed 39:undated"},
		{"skip", all, Selection{Skip: []Skip{{Line: lineID(48)}}, Reason: "not affected"}, "47:allowed/trial | 48:skipped-by-user 46:ask 45:ended 40:allowed 39:undated"},
		{"skip of a commit leaves the line", all, Selection{Skip: []Skip{{Line: lineID(48), Commits: []gitops.ID{{1}}}}}, "48:required | 47:allowed 46:ask 45:ended 40:allowed 39:undated"},
		{"nothing required", all[1:], Selection{}, "47:allowed/trial | 46:ask 45:ended 40:allowed 39:undated"},
		{"nothing required, one named", all[1:], Selection{Also: ids(46)}, "46:named-by-user | 47:allowed 45:ended 40:allowed 39:undated"},
		{"named twice", all, Selection{Also: ids(47, 47), To: ids(47)}, "47:named-by-user | 48:required 46:ask 45:ended 40:allowed 39:undated"},
		{"nothing at all", nil, Selection{}, "|"},
		{"unknown line", all, Selection{To: ids(12)}, "error: is not a release line here"},
		{"unknown skip", all, Selection{Skip: []Skip{{Line: lineID(12)}}}, "error: is not a release line here"},
		{"no branch, named", all, Selection{Also: ids(40)}, "48:required 40:allowed/absent | 47:allowed 46:ask 45:ended 39:undated"},
		{"no branch, required", absent(all), Selection{}, "48:required/absent | 47:allowed 46:ask 45:ended 40:allowed 39:undated"},
		{"undated", all, Selection{Also: ids(39), Reason: "x"}, "error: never a target"},
		{"taken and skipped", all, Selection{To: ids(48), Skip: []Skip{{Line: lineID(48)}}}, "error: to be taken and to be skipped"},
	} {
		got, err := Select(Fix{Commits: []gitops.ID{{9}}}, [][]policy.Decision{c.decisions}, c.sel)
		if words, isError := strings.CutPrefix(c.want, "error: "); isError {
			var le *LineError
			if !errors.As(err, &le) || !strings.Contains(err.Error(), words) {
				t.Errorf("%s: %v, want %q", c.name, err, words)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(c.want, shown(got)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// A required line is skipped for a reason alone, which is kept, and the selection says so.
func TestSkippedForAReason(t *testing.T) {
	all := [][]policy.Decision{everyVerdict()}
	skip := Selection{Skip: []Skip{{Line: lineID(48)}}}
	var re *ReasonError
	if _, err := Select(Fix{}, all, skip); !errors.As(err, &re) || re.Branch != "release-48.0.0" {
		t.Errorf("a required line was skipped without a reason: %v", err)
	}
	skip.Reason = "not affected"
	got, err := Select(Fix{}, all, skip)
	if err != nil || got.Left[0].Detail != "not affected" || got.Left[0].Verdict != policy.Required || !got.Withheld() {
		t.Errorf("the reason of a skip is lost: %v, %v", got.Left, err)
	}
	got, err = Select(Fix{}, all, Selection{Skip: []Skip{{Line: lineID(47)}}})
	if err != nil || got.Withheld() {
		t.Errorf("no line that is required was left out: %v, %v", got.Left, err)
	}
}

// absent is decisions of which the first has no branch here.
func absent(all []policy.Decision) []policy.Decision {
	out := slices.Clone(all)
	out[0].Branch, out[0].Absent = "", true
	return out
}

// Every line is either a target or left, once, in the order of the decisions; and nothing that the
// policy refuses is taken without being named with a reason.
func TestSelectTakesOrLeavesEachLine(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	verdicts := []policy.Verdict{policy.Required, policy.Allowed, policy.Ask, policy.Refused}
	for range 5000 {
		var decisions []policy.Decision
		for n := 60; n > 60-rnd.Intn(9); n-- {
			d := decided(n, verdicts[rnd.Intn(4)], policy.CauseAsk)
			if rnd.Intn(8) == 0 {
				d.Branch = ""
			}
			decisions = append(decisions, d)
		}
		var sel Selection
		pick := func() Named { return Named{Line: lineID(60 - rnd.Intn(9))} }
		for range rnd.Intn(3) {
			sel.Also = append(sel.Also, pick())
		}
		for range rnd.Intn(2) {
			sel.To = append(sel.To, pick())
		}
		for range rnd.Intn(2) {
			sel.Skip = append(sel.Skip, Skip(pick()))
		}
		if rnd.Intn(2) == 0 {
			sel.Reason = "because"
		}
		got, err := Select(Fix{}, [][]policy.Decision{decisions}, sel)
		if err != nil {
			continue
		}
		at := map[policy.LineID]int{}
		for i, d := range decisions {
			at[d.ID] = i
		}
		seen := map[policy.LineID]bool{}
		check := func(id policy.LineID, last *int) {
			if seen[id] || at[id] <= *last {
				t.Fatalf("%v of %v: %s twice or out of order", sel, decisions, id)
			}
			seen[id], *last = true, at[id]
		}
		last := -1
		for _, target := range got.Targets {
			check(target.Decision.ID, &last)
			v := decisions[at[target.Decision.ID]].Verdict
			named := sel.Names(target.Decision.ID)
			switch {
			case target.Trial && (v != policy.Allowed || target.Branch == ""),
				target.Decision.Branch == "" && !target.Decision.Absent,
				v == policy.Refused && target.Decision.Branch != "" && target.Refused == "" && (!named || sel.Reason == "" || !target.Forced),
				v != policy.Required && !named && !target.Trial,
				len(sel.To) > 0 && !named:
				t.Fatalf("%+v of %v: took %+v", sel, decisions, target)
			}
		}
		last = -1
		for _, d := range got.Left {
			check(d.ID, &last)
		}
		if len(seen) != len(decisions) {
			t.Fatalf("%v of %v: %s", sel, decisions, shown(got))
		}
	}
}
