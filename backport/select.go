package backport

import (
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/policy"
)

// A Selected is what becomes of the lines before anything is picked.
type Selected struct {
	Targets []Target          // newest line first
	Left    []policy.Decision // lines that are not picked onto, with causes
}

// Select takes the required lines, and the allowed and ask lines that the user named. A refused line is
// taken only with a reason; without one it becomes a target that is refused, so that the report says
// so. When nothing is required and nothing named, the allowed lines are taken on trial: picked to be
// shown, never landed. Of several fixes each line gets those that it is taken for by itself; decisions
// holds the same lines for each part of the fix.
func Select(fix Fix, decisions [][]policy.Decision, sel Selection) (Selected, error) {
	parts := fix.Each()
	if err := checkNamed(fix, decisions[0], sel); err != nil {
		return Selected{}, err
	}
	if err := checkReason(parts, decisions, sel); err != nil {
		return Selected{}, err
	}
	var out Selected
	trial := len(sel.To) == 0 && len(sel.Also) == 0
	for i := range decisions[0] {
		t, left, ok := selectLine(parts, column(decisions, i), sel, false)
		if !ok {
			out.Left = append(out.Left, left)
			continue
		}
		out.Targets, trial = append(out.Targets, t), false
	}
	if !trial {
		return out, nil
	}
	out = Selected{}
	for i := range decisions[0] {
		if t, left, ok := selectLine(parts, column(decisions, i), sel, true); ok {
			out.Targets = append(out.Targets, t)
		} else {
			out.Left = append(out.Left, left)
		}
	}
	return out, nil
}

// column returns the decisions about one line, part by part.
func column(decisions [][]policy.Decision, line int) []policy.Decision {
	out := make([]policy.Decision, len(decisions))
	for i := range decisions {
		out[i] = decisions[i][line]
	}
	return out
}

// selectLine decides which parts a line gets. Where it gets none, the decision about the part that comes
// nearest is returned.
func selectLine(parts []Part, decisions []policy.Decision, sel Selection, trial bool) (t Target, left policy.Decision, ok bool) {
	var leftParts []LeftPart
	best, nearest := -1, 0
	targets := make([]Target, len(parts))
	for i, p := range parts {
		d := decisions[i]
		skip := skipped(sel, d.ID) || len(parts) > 1 && sel.skips(d.ID, p)
		taken := false
		switch {
		case skip:
			d = leave(d, sel.Reason)
			decisions[i] = d
		case trial:
			targets[i] = Target{Line: release.Line{Decision: d, Branch: d.Branch}, Trial: true}
			taken = d.Verdict == policy.Allowed && d.Branch != ""
		default:
			targets[i], taken = selectOne(d, sel.of(p), len(sel.To) > 0)
		}
		if !taken {
			leftParts = append(leftParts, LeftPart{Part: p, Decision: d, Why: leftBecause(p, d, skip)})
			if verdictRank(d.Verdict) > verdictRank(decisions[nearest].Verdict) {
				nearest = i
			}
			continue
		}
		if best < 0 || goesBefore(targets[i], targets[best]) {
			best = i
		}
	}
	if best < 0 {
		return Target{}, decisions[nearest], false
	}
	t = targets[best]
	if t.Refused == "" {
		for i, other := range targets {
			if other.Refused != "" {
				leftParts = append(leftParts, LeftPart{Part: parts[i], Decision: decisions[i], Why: leftBecause(parts[i], decisions[i], false) + "; --reason takes it"})
			}
		}
	}
	t.Left = leftParts
	return t, policy.Decision{}, true
}

// leave leaves a line out that the user skips. One that the policy requires stays required.
func leave(d policy.Decision, reason string) policy.Decision {
	if d.Verdict != policy.Required {
		d.Verdict = policy.Refused
	}
	d.Cause = policy.CauseSkippedByUser
	if reason != "" {
		d.Detail = reason
	}
	return d
}

// checkReason wants a reason where a line is skipped that the policy requires.
func checkReason(parts []Part, decisions [][]policy.Decision, sel Selection) error {
	for i := range parts {
		for _, d := range decisions[i] {
			if skipped(sel, d.ID) && d.Verdict == policy.Required && sel.Reason == "" {
				return &ReasonError{Branch: branchOf(d), What: "--skip " + d.Name()}
			}
		}
	}
	return nil
}

// Withheld reports whether the user left out a line that the policy requires.
func (s Selected) Withheld() bool { return slices.ContainsFunc(s.Left, withheld) }

func withheld(d policy.Decision) bool {
	return d.Verdict == policy.Required && d.Cause == policy.CauseSkippedByUser
}

// branchOf is what a line is called: its branch, or its number where it has none.
func branchOf(d policy.Decision) string {
	if d.Branch == "" {
		return "line " + d.Name()
	}
	return d.Branch
}

// goesBefore reports whether a part's target speaks for the line rather than another's: what is required,
// and what is not refused.
func goesBefore(a, b Target) bool {
	if (a.Refused == "") != (b.Refused == "") {
		return a.Refused == ""
	}
	return verdictRank(a.Decision.Verdict) > verdictRank(b.Decision.Verdict)
}

func verdictRank(v policy.Verdict) int {
	return slices.Index([]policy.Verdict{policy.Refused, policy.Ask, policy.Allowed, policy.Required}, v)
}

// selectOne decides about one part; only says that lines are named by --to.
func selectOne(d policy.Decision, sel Selection, only bool) (Target, bool) {
	named := sel.Names(d.ID)
	if only && !named {
		return Target{}, false
	}
	t := targetOf(d)
	t.Decision.Absent = d.Branch == ""
	switch {
	case d.Verdict == policy.Required && !named:
	case !named:
		return Target{}, false
	case d.Branch == "", d.Verdict == policy.Required:
	case d.Verdict == policy.Refused && sel.Reason == "":
		t.Refused = fmt.Sprintf("the policy refuses line %s (%s)", d.Name(), causeDetail(d))
	case d.Verdict == policy.Refused:
		t.Forced = true
		t.Decision.Cause = policy.CauseNamedByUser
	default:
		t.Decision.Cause = policy.CauseNamedByUser
	}
	return t, true
}

func targetOf(d policy.Decision) Target {
	return Target{Line: release.Line{Decision: d, Branch: d.Branch}}
}

func causeDetail(d policy.Decision) string {
	if d.Detail != "" {
		return d.Detail
	}
	return string(d.Cause)
}

func skipped(sel Selection, line policy.LineID) bool {
	for _, s := range sel.Skip {
		if s.Line == line && len(s.Commits) == 0 {
			return true
		}
	}
	return false
}

// checkNamed refuses lines that are named and are none, or have no date, and lines that are named both to be
// taken and to be left.
func checkNamed(fix Fix, decisions []policy.Decision, sel Selection) error {
	known := map[policy.LineID]policy.Decision{}
	var names []string
	for _, d := range decisions {
		known[d.ID] = d
		if d.Branch != "" {
			names = append(names, d.Name())
		}
	}
	for _, n := range slices.Concat(sel.To, sel.Also) {
		line := n.Line
		d, ok := known[line]
		switch {
		case !ok:
			return &LineError{Line: line.String(), Reason: "is not a release line here", Known: names}
		case d.Cause == policy.CauseUndated && d.Branch != "":
			return &LineError{Line: line.String(), Reason: "has no release and no date, so it is never a target: give [[branch]] released in the policy, or --onto", Known: names}
		case skipped(sel, line):
			return &LineError{Line: line.String(), Reason: "is named to be taken and to be skipped"}
		}
	}
	for _, n := range slices.Concat(sel.To, sel.Also) {
		if len(n.Commits) > 0 && !slices.ContainsFunc(fix.Each(), func(p Part) bool { return covers(n.Commits, p) }) {
			return &LineError{Line: n.Line.String(), Reason: "is named for a commit that is none of the fixes", Known: names}
		}
	}
	for _, s := range sel.Skip {
		if _, ok := known[s.Line]; !ok {
			return &LineError{Line: s.Line.String(), Reason: "is not a release line here", Known: names}
		}
	}
	return nil
}
