package backport

import (
	"fmt"

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
// shown, never landed.
func Select(decisions []policy.Decision, sel Selection) (Selected, error) {
	if err := checkNamed(decisions, sel); err != nil {
		return Selected{}, err
	}
	var out Selected
	for _, d := range decisions {
		if skipped(sel, d.ID) {
			d.Verdict, d.Cause = policy.Refused, policy.CauseSkippedByUser
			if sel.Reason != "" {
				d.Detail = sel.Reason
			}
			out.Left = append(out.Left, d)
			continue
		}
		t, ok := selectOne(d, sel)
		if !ok {
			out.Left = append(out.Left, d)
			continue
		}
		out.Targets = append(out.Targets, t)
	}
	if len(out.Targets) == 0 && len(sel.To) == 0 && len(sel.Also) == 0 {
		out = onTrial(out)
	}
	return out, nil
}

func selectOne(d policy.Decision, sel Selection) (Target, bool) {
	named := sel.Names(d.ID)
	if len(sel.To) > 0 && !named {
		return Target{}, false
	}
	t := targetOf(d)
	switch {
	case d.Verdict == policy.Required:
	case !named:
		return Target{}, false
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

// onTrial turns the allowed lines that were left into trial targets.
func onTrial(s Selected) Selected {
	var out Selected
	for _, d := range s.Left {
		if d.Verdict == policy.Allowed && d.Branch != "" {
			out.Targets = append(out.Targets, Target{Line: release.Line{Decision: d, Branch: d.Branch}, Trial: true})
			continue
		}
		out.Left = append(out.Left, d)
	}
	return out
}

func skipped(sel Selection, line policy.LineID) bool {
	for _, s := range sel.Skip {
		if s.Line == line && s.Commit.IsZero() {
			return true
		}
	}
	return false
}

// checkNamed refuses lines that are named and have no branch to pick onto, and lines that are named
// both to be taken and to be left.
func checkNamed(decisions []policy.Decision, sel Selection) error {
	known := map[policy.LineID]policy.Decision{}
	var names []string
	for _, d := range decisions {
		known[d.ID] = d
		if d.Branch != "" {
			names = append(names, d.Name())
		}
	}
	for _, line := range append(append([]policy.LineID(nil), sel.To...), sel.Also...) {
		d, ok := known[line]
		switch {
		case !ok:
			return &LineError{Line: line.String(), Reason: "is not a release line here", Known: names}
		case d.Branch == "":
			return &LineError{Line: line.String(), Reason: "has no branch here", Known: names}
		case d.Cause == policy.CauseUndated:
			return &LineError{Line: line.String(), Reason: "has no release and no date, so it is never a target: give [[branch]] released in the policy, or --onto", Known: names}
		case skipped(sel, line):
			return &LineError{Line: line.String(), Reason: "is named to be taken and to be skipped"}
		}
	}
	for _, s := range sel.Skip {
		if _, ok := known[s.Line]; !ok {
			return &LineError{Line: s.Line.String(), Reason: "is not a release line here", Known: names}
		}
	}
	return nil
}
