package policy

import (
	"fmt"
	"slices"
)

// A Change is what Decide asks the policy about.
type Change struct {
	Kind      Kind
	NotOnMain bool // main does not have it
	Published Date // day it became public, for [soak]; zero: not known
	Releasing bool // a release is being made, so that [cadence] binds; a pick alone is not one
}

// A Decision says what becomes of one line, and why.
type Decision struct {
	Line
	Verdict   Verdict
	Cause     Cause
	Rule      string // key of the deciding rule: "phase.lts.security", "built-in.active.bugfix", "rules.grace"
	NotBefore Date   // first day on which soak or cadence would not refuse; zero: they do not
	Detail    string // "ended 2026-07-19 (2 releases: 47.0.0)"; empty when the cause says it all
	Absent    bool   // the line has a branch, by the policy, which is not here
}

// Decide returns exactly one decision for each line, in the order of the lines. It is a function of
// its arguments: same facts, same decisions.
func Decide(p *Policy, lines []Line, c Change) []Decision {
	out := make([]Decision, 0, len(lines))
	for _, l := range lines {
		out = append(out, p.decide(l, c))
	}
	return out
}

func (p *Policy) decide(l Line, c Change) Decision {
	d := p.byState(l, c.Kind)
	if d.Branch == "" && d.Verdict != Refused {
		switch {
		case len(p.Repo.Branches) == 0 && (l.override == nil || l.override.Name == ""):
			d.onMain("no branch of its own: the line is on main")
		case l.newest && (l.override == nil || l.override.Name == ""):
			d.onMain("no branch of its own: the line is on main, or its branch is not fetched")
		default:
			d.Absent, d.Detail = true, "supported, and its branch is not here: is it fetched?"
		}
	}
	if d.Verdict != Refused {
		p.hold(&d, c)
	}
	return d
}

// onMain leaves a line out that has no branch of its own.
func (d *Decision) onMain(why string) {
	d.Verdict, d.Cause, d.Rule, d.Detail = Refused, CauseIgnored, "repo.branch", why
}

// byState decides by what the line is; only a line that lives asks the matrix.
func (p *Policy) byState(l Line, k Kind) Decision {
	refuse := func(c Cause, rule, format string, args ...any) Decision {
		return Decision{Line: l, Verdict: Refused, Cause: c, Rule: rule, Detail: fmt.Sprintf(format, args...)}
	}
	row := "branch." + l.Name()
	switch l.State {
	case StateIgnored:
		if len(l.rivals) > 1 {
			return refuse(CauseIgnored, "repo.branch", "branches %q and %q both claim line %s", l.rivals[0], l.rivals[1], l.Name())
		}
		return refuse(CauseIgnored, "repo.ignore", "branch %q is left alone", l.Branch)
	case StateBeforeFrom:
		return refuse(CauseBeforeFrom, "repo.from", "older than line %s", p.Repo.From)
	case StateUndated:
		return refuse(CauseUndated, "dates.source", "no stable release of line %s is known, and newer lines are released", l.Name())
	case StatePlanned:
		if l.Branch != "" {
			return refuse(CausePending, "dates", "not cut yet on %s", l.AsOf)
		}
		return refuse(CauseUndated, "dates.source", "no branch and no release yet")
	case StatePending, StateSupported, StateEnded:
	}
	if l.override != nil && l.override.Frozen {
		return refuse(CauseFrozen, row+".frozen", "%s", l.override.Note)
	}
	if l.Class == "" && (l.State == StateEnded || l.override == nil || l.override.Phases == nil) {
		return refuse(CauseRefusedByClass, "class", "no class takes line %s", l.Name())
	}
	if l.State == StateEnded {
		return p.ended(l, k)
	}
	if l.override != nil && p.anyOf(l.override.Skip, k) {
		return refuse(CauseSkippedByPolicy, row+".skip", "%s", l.override.Note)
	}
	if l.State == StatePending && !p.Rules.Pending {
		return refuse(CausePending, "rules.pending", "not released yet")
	}
	return p.byMatrix(l, l.Phase, k)
}

func (p *Policy) byMatrix(l Line, phase string, k Kind) Decision {
	v, rule, anyPhase := p.matrix(phase, k)
	d := Decision{Line: l, Verdict: v, Cause: Cause(v), Rule: rule}
	switch {
	case v == Refused && !anyPhase:
		d.Cause = CauseRefusedByClass
		d.Detail = fmt.Sprintf("%s is refused in phase %q", k, phase)
	case v == Refused:
		d.Detail = fmt.Sprintf("%s is refused", k)
	case phase == PhasePending:
		d.Cause = CausePending
		d.Detail = fmt.Sprintf("%s is not released yet", l.First)
	}
	return d
}

// ended decides for a line after its last day: within the grace, what its last phase would have
// taken becomes `ask`.
func (p *Policy) ended(l Line, k Kind) Decision {
	d := Decision{Line: l, Verdict: Refused, Cause: CauseEnded, Rule: l.ClassRule}
	why := ""
	if l.EndWhy != "" {
		why = " (" + l.EndWhy + ")"
	}
	d.Detail = "ended " + l.Until.String() + why
	if l.override != nil && p.anyOf(l.override.Skip, k) {
		return d
	}
	if p.Rules.Grace.IsZero() || l.Until.IsZero() || len(l.Windows) == 0 {
		return d
	}
	until := p.Rules.Grace.After(l.Until)
	v, _, _ := p.matrix(l.Windows[len(l.Windows)-1].Phase, k)
	if l.AsOf.After(until) || v == Refused {
		return d
	}
	d.Verdict, d.Cause, d.Rule = Ask, CauseEndedToday, "rules.grace"
	if until != l.Until.AddDays(1) {
		d.Detail += ", in grace until " + until.String()
	}
	return d
}

// anyOf reports whether k, or what it is like, is among the kinds.
func (p *Policy) anyOf(kinds []Kind, k Kind) bool {
	if len(kinds) == 0 {
		return false
	}
	for _, c := range p.kindChain(k) {
		if slices.Contains(kinds, c) {
			return true
		}
	}
	return slices.Contains(kinds, "*")
}

// hold refuses what a rule about the change, and not about the line, holds back.
func (p *Policy) hold(d *Decision, c Change) {
	refuse := func(cause Cause, rule, format string, args ...any) {
		d.Verdict, d.Cause, d.Rule, d.Detail = Refused, cause, rule, fmt.Sprintf(format, args...)
	}
	if c.NotOnMain && p.Rules.MainFirst == MainRequired && p.Base(c.Kind) != Security {
		refuse(CauseNotOnMain, "rules.main_first", "a %s has to land on main first", c.Kind)
		return
	}
	if p.Soak.From.holds(d.Line) && p.soaks(d, c) {
		return
	}
	if first := p.NextRelease(d.Line, c.Kind); c.Releasing && d.AsOf.Before(first) {
		d.NotBefore = first
		refuse(CauseCadence, "cadence.min_interval", "%s was released on %s: not before %s", d.Latest, d.LatestDate, first)
	}
}

// soaks holds back what has not been out for long enough, and reports whether it does. Where the time is
// measured at the release, a pick is only told the day.
func (p *Policy) soaks(d *Decision, c Change) bool {
	rule, key, ok := p.soak(c.Kind)
	if !ok {
		return false
	}
	if c.Published.IsZero() {
		if p.Soak.AtRelease && !c.Releasing {
			d.Detail = fmt.Sprintf("a release waits until it has been %s for %s", sinceWord(rule), rule.Min)
			return false
		}
		d.Verdict, d.Cause, d.Rule = Ask, CauseSoak, key
		d.Detail = fmt.Sprintf("the day it was %s is not known; it has to be out for %s", sinceWord(rule), rule.Min)
		return true
	}
	first := rule.Min.After(c.Published)
	if rule.Strict {
		first = first.AddDays(1)
	}
	if !d.AsOf.Before(first) {
		return false
	}
	d.NotBefore = first
	if p.Soak.AtRelease && !c.Releasing {
		d.Detail = fmt.Sprintf("%s on %s: no release before %s", sinceWord(rule), c.Published, first)
		return false
	}
	d.Verdict, d.Cause, d.Rule = Refused, CauseSoak, key
	d.Detail = fmt.Sprintf("%s on %s: not before %s", sinceWord(rule), c.Published, first)
	return true
}

func sinceWord(r SoakRule) string {
	if r.Since == "" {
		return "published"
	}
	return r.Since
}

// soak returns the soak rule that binds a kind, and its key.
func (p *Policy) soak(k Kind) (SoakRule, string, bool) {
	if p.anyOf(p.Soak.Exempt, k) {
		return SoakRule{}, "", false
	}
	for _, c := range append(p.kindChain(k), "*") {
		if r, ok := p.Soak.By[c]; ok {
			return r, "soak." + string(c), !r.Min.IsZero()
		}
	}
	return SoakRule{}, "", false
}

// NextRelease returns the first day on which the cadence lets a line be released for a change of a
// kind; zero when nothing holds it back.
func (p *Policy) NextRelease(l Line, k Kind) Date {
	if p.Cadence.MinInterval.IsZero() || l.LatestDate.IsZero() || !p.Cadence.From.holds(l) || p.anyOf(p.Cadence.Exempt, k) {
		return Date{}
	}
	return p.Cadence.MinInterval.After(l.LatestDate)
}
