package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/policy"
)

// judge finds the signals of a row's cells and what follows from them.
func (a *auditing) judge(ctx context.Context, row *Row) error {
	if err := a.classify(ctx, row); err != nil {
		return err
	}
	a.hints(row)
	for i := range row.Cells {
		c := &row.Cells[i]
		verdicts := a.verdicts(row)
		c.Verdict = verdicts[i].Verdict
		if d := a.decided(row, i); d != nil && !c.State.Carried() && c.State != Reverted {
			c.State, c.Decision = Decided, d
			continue
		}
		if c.State != Open {
			continue
		}
		if by, ok := a.pending[row.Commit().ID][i]; ok {
			c.State, c.By = Pending, by
			continue
		}
		a.signal(row, i, verdicts[i])
		if c.Signal != "" && len(a.Only) > 0 && !slices.Contains(a.Only, c.Signal) {
			c.Signal, c.Why = "", ""
		}
		if h, ok := row.hinted(a.Lines[i].ID, false); ok && c.Signal == "" {
			c.State, c.Why = Candidate, h.Text
		}
		if c.Signal == "" && c.State != Candidate && len(a.Fixes) == 0 {
			continue
		}
		if err := a.stand(ctx, row, i); err != nil {
			return err
		}
		a.settle(row, i, verdicts[i])
	}
	return nil
}

// classify reads what a fix changes, where it matters.
func (a *auditing) classify(ctx context.Context, row *Row) error {
	if row.Fix == nil || !a.open(row) {
		return nil
	}
	if !a.copied(row) && len(a.Fixes) == 0 && row.KindFrom == backport.KindAssumed && len(a.repairs[row.Fix.ID]) == 0 && len(row.Advisories) == 0 {
		return nil // no signal but one of these can hold
	}
	paths, err := a.held.Index.Paths(ctx, row.Fix.ID)
	if err != nil {
		if id, gone := ledger.Missing(err); gone {
			for i := range row.Cells {
				if c := &row.Cells[i]; c.State == Open {
					c.State, c.Lacks = Unknown, id
				}
			}
			return nil
		}
		return err
	}
	row.paths = paths
	row.Source = slices.ContainsFunc(paths, func(p string) bool { return ledger.ClassOf(p) == ledger.ClassSource })
	if a.Policy.Base(row.Kind) != policy.Security && row.KindFrom == backport.KindAssumed {
		if ids := a.advisoriesOf(row); len(ids) > 0 {
			row.Kind, row.KindFrom, row.Advisories = policy.Security, backport.KindFromID, ids
		}
	}
	return nil
}

// open reports whether a line does not have what a row is about.
func (a *auditing) open(row *Row) bool {
	return slices.ContainsFunc(row.Cells, func(c Cell) bool { return c.State == Open })
}

// verdicts are what the policy makes of a row on each line. What a soak or a cadence holds back is told by
// NotBefore, and by the verdict that it holds back.
func (a *auditing) verdicts(row *Row) []policy.Decision {
	published := day(row.Commit().Time)
	key := decisionKey{row.Kind, published}
	if out, ok := a.decisions[key]; ok {
		return out
	}
	lines := make([]policy.Line, len(a.Lines))
	for i, l := range a.Lines {
		lines[i] = l.Line
	}
	out := policy.Decide(a.Policy, lines, policy.Change{Kind: row.Kind, Published: policy.Date{Year: 1970, Month: 1, Day: 1}})
	for i, held := range policy.Decide(a.Policy, lines, policy.Change{Kind: row.Kind, Published: published, Releasing: true}) {
		if held.Cause == policy.CauseSoak || held.Cause == policy.CauseCadence {
			out[i].NotBefore, out[i].Cause = held.NotBefore, held.Cause
		}
	}
	a.decisions[key] = out
	return out
}

// signal gives an open cell the first signal that holds.
func (a *auditing) signal(row *Row, i int, d policy.Decision) {
	c := &row.Cells[i]
	if d.Verdict == policy.Refused || row.Fix == nil || a.undone(row) {
		return
	}
	wanted := a.wanted(row)
	for _, try := range []func(*Row, int, policy.Decision, bool) (Signal, string){a.gap, a.required, a.followUp, a.uneven, a.named} {
		if c.Signal, c.Why = try(row, i, d, wanted); c.Signal != "" {
			return
		}
	}
}

// undone reports whether main took a fix back.
func (a *auditing) undone(row *Row) bool {
	_, undone := a.main.UndoneBy(row.Fix.ID)
	return undone
}

// wanted reports whether a fix is of a kind, and changes files, that people backport for their users' sake.
func (a *auditing) wanted(row *Row) bool {
	if slices.Contains(a.Kinds, row.Kind) || len(a.Fixes) > 0 {
		return true
	}
	switch a.Policy.Base(row.Kind) {
	case policy.CI, policy.Docs, policy.Dependency:
		return false
	}
	return row.Source
}

func (a *auditing) gap(row *Row, i int, _ policy.Decision, wanted bool) (Signal, string) {
	if !wanted {
		return "", ""
	}
	who := a.got(row, i+1, len(a.Lines))
	if len(who) == 0 {
		return "", ""
	}
	return Gap, "older, and got it: " + a.gotText(row, who)
}

func (a *auditing) required(row *Row, _ int, d policy.Decision, _ bool) (Signal, string) {
	if d.Verdict != policy.Required || row.KindFrom == backport.KindAssumed {
		return "", ""
	}
	why := fmt.Sprintf("%s is required", row.Kind)
	switch {
	case len(row.Advisories) > 0:
		why += ": " + strings.Join(row.Advisories, ", ")
	case row.KindFrom != "":
		why += " (kind by " + string(row.KindFrom) + ")"
	}
	return Required, why
}

func (a *auditing) uneven(row *Row, i int, d policy.Decision, wanted bool) (Signal, string) {
	if !wanted || d.Verdict != policy.Allowed && d.Verdict != policy.Ask && d.Verdict != policy.Required {
		return "", ""
	}
	who := a.got(row, 0, i)
	if len(who) == 0 {
		return "", ""
	}
	return Uneven, a.gotText(row, who)
}

// got lists the lines that got the fix as a copy after their first release, and keep it.
func (a *auditing) got(row *Row, from, to int) []int {
	var out []int
	for j := from; j < to; j++ {
		c := &row.Cells[j]
		if c.State != Backported || a.Lines[j].Released.IsZero() {
			continue
		}
		if !day(c.Landed).Before(a.Lines[j].Released) {
			out = append(out, j)
		}
	}
	return out
}

// gotText says which lines got a fix, and when: "41 and 40 got it 2026-01-14, 36 got it 2026-02-01".
func (a *auditing) gotText(row *Row, who []int) string {
	var parts []string
	for len(who) > 0 {
		when := day(row.Cells[who[0]].Landed)
		var same []string
		who = slices.DeleteFunc(slices.Clone(who), func(j int) bool {
			if day(row.Cells[j].Landed) != when {
				return false
			}
			same = append(same, a.Lines[j].Name())
			return true
		})
		parts = append(parts, fmt.Sprintf("%s got it %s", joined(same), when))
	}
	return strings.Join(parts, ", ")
}

// joined is a list in words.
func joined(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// settle gives a cell with a signal its state.
func (a *auditing) settle(row *Row, i int, d policy.Decision) {
	c := &row.Cells[i]
	if c.Signal == "" || c.State == Unknown {
		return
	}
	none := c.Standing != nil && c.Standing.None()
	candidate := func() {
		if c.State = Candidate; none {
			c.State = Unlikely
		}
	}
	switch c.Signal {
	case Gap, Forward:
		c.State = Missing
	case Required:
		if c.State = Missing; !a.firm(row) {
			candidate()
		}
	case FollowUp:
		if c.State = Missing; !a.repairsByID(row, i) {
			candidate()
		}
	case Uneven:
		candidate()
		if a.Strict && c.State == Candidate && c.Standing != nil && c.Standing.There() && c.Applies != nil && c.Applies.Clean {
			c.State = Missing
		}
	case Advisory:
		candidate()
	}
	if c.State == Missing || c.State == Candidate {
		a.grace(row, c, d)
	}
}

// firm reports whether the kind of a row is more than what a word in its message suggests: an advisory
// that is only mentioned, or for which no source is changed and which the subject does not name, is not.
func (a *auditing) firm(row *Row) bool {
	if row.KindFrom != backport.KindFromID {
		return true
	}
	if len(ledger.Advisories([]byte(row.Fix.Subject))) > 0 {
		return true
	}
	return row.Source && (Claims(row.Fix) || len(a.advisoriesOf(row)) > 0) && !a.told(row)
}

// told reports whether lines named all advisories of a row long before its fix was made: then it is another
// change that speaks of them.
func (a *auditing) told(row *Row) bool {
	for _, id := range row.Advisories {
		if first, known := a.first[id]; !known || first > row.Fix.Time-longBefore {
			return false
		}
	}
	return true
}

// longBefore is how long after a line's notes a fix of their advisory may still come, in seconds.
const longBefore = 30 * 24 * 3600

// grace makes a cell due while its time is not over.
func (a *auditing) grace(row *Row, c *Cell, d policy.Decision) {
	if d.NotBefore.After(a.AsOf) {
		c.State, c.Due = Due, d.NotBefore
		c.Why += fmt.Sprintf("; %s: not before %s", d.Cause, d.NotBefore)
		return
	}
	if a.Policy.Base(row.Kind) == policy.Security || a.Policy.Base(row.Kind) == policy.Critical {
		return
	}
	first := row.Commit().Time
	if who := a.got(row, 0, len(a.Lines)); len(who) > 0 {
		first = row.Cells[who[0]].Landed
		for _, j := range who {
			first = min(first, row.Cells[j].Landed)
		}
	}
	if due := day(first).AddDays(a.Grace); due.After(a.AsOf) {
		c.State, c.Due = Due, due
	}
}
