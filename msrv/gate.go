package msrv

import (
	"cmp"
	"slices"
	"strings"
)

// A GateInput is what Gate judges: readings of the same paths in three trees, and the rules.
type GateInput struct {
	// Baseline is the tree that fixed the branch's promise, its branch point; nil leaves the tip and
	// Promised as the only measures.
	Baseline *Reading
	Tip      Reading // the branch before the change
	Result   Reading // and after it
	// Promised are floors that the policy states for the branch; they take the baseline's place for the
	// floors of their ecosystem.
	Promised map[Ecosystem]Version
	Rules    Rules
	// Supported is, for RuleFollow, the oldest release a calendar supports on the day.
	Supported map[Ecosystem]Version
	// Reason is, for RuleTrack, why a pin may rise; empty is no reason.
	Reason string
	// Around are pins of the tip's other files: a new file is measured by those of the directories above
	// it, else by the highest of what is shipped.
	Around []Pin
	// AllowUnread takes what no reader can read for fine.
	AllowUnread bool
}

// A Finding is what became of one pin, and what follows from it.
type Finding struct {
	Path      string
	Line      int // from 1, in the result; in the tip or the baseline where the result has no such pin; 0 is the whole file
	Key       string
	Ecosystem Ecosystem
	Role      Role
	Baseline  string // as written in the baseline, or promised by the policy; empty where there is none
	Was       string // as written at the tip
	Now       string // as written in the result
	Outcome   Outcome
	Level     Level
	Cause     Cause
	// Limit is what the pin may rise to, where a rule has such a limit.
	Limit string
	// Problem is set for what could not be read.
	Problem *Problem
	// Part is which part of the project the file belongs to.
	Part Part
}

// A Verdict is what Gate says: a finding for every pin of the files read, by path, line and key.
type Verdict struct {
	OK       bool // no finding stops the branch
	Unread   bool // something that declares a toolchain changed, and there is no reader for it
	Findings []Finding
}

// Untouched reports whether every pin could be read and is as it was at the tip.
func (v Verdict) Untouched() bool {
	return !slices.ContainsFunc(v.Findings, func(f Finding) bool {
		return (f.Problem != nil || f.Outcome != Unchanged) && (f.Outcome != Unread || f.Cause != CauseDrift)
	})
}

// At returns the findings of at least a level.
func (v Verdict) At(least Level) []Finding {
	var out []Finding
	for _, f := range v.Findings {
		if f.Level >= least {
			out = append(out, f)
		}
	}
	return out
}

// Gate compares the pins of a result with those of the branch's tip and baseline. A pin that is above
// both stops the branch where its rule is fixed, and so does what cannot be compared or read; a pin
// that the tip already has above the baseline is drift, and only warned about.
func Gate(in GateInput) Verdict {
	j := judge{in: in, now: index(in.Result), tip: index(in.Tip)}
	if in.Baseline != nil {
		j.base = index(*in.Baseline)
	}
	var out Verdict
	for _, p := range in.Result.Problems {
		out.Findings = append(out.Findings, j.problem(p))
	}
	done := map[pinID]bool{}
	for _, set := range []indexed{j.now, j.tip, j.base} {
		for _, p := range set.pins {
			if id := p.id(); !done[id] {
				done[id] = true
				if f, ok := j.pin(p); ok {
					out.Findings = append(out.Findings, f)
				}
			}
		}
	}
	slices.SortStableFunc(out.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), strings.Compare(a.Key, b.Key))
	})
	out.OK = !slices.ContainsFunc(out.Findings, func(f Finding) bool { return f.Level == LevelStop })
	out.Unread = slices.ContainsFunc(out.Findings, func(f Finding) bool {
		return f.Cause == CauseUnread && f.Level >= LevelWarn && (f.Role == RoleFloor || f.Role == RoleSelector)
	}) && !in.AllowUnread
	return out
}

// A pinID is what makes pins of several trees the same pin.
type pinID struct{ path, key string }

func (p Pin) id() pinID { return pinID{p.Path, p.Key} }

// indexed is a reading that can be asked for one pin.
type indexed struct {
	pins     []Pin
	at       map[pinID]Pin
	problems map[pinID][]Problem
	files    map[string]bool
	floors   map[string]Pin // by path, the least floor that is declared as a version
}

func index(r Reading) indexed {
	x := indexed{pins: r.Pins, at: map[pinID]Pin{}, problems: map[pinID][]Problem{}, files: map[string]bool{}, floors: map[string]Pin{}}
	for _, p := range r.Pins {
		x.at[p.id()] = p
		if p.Role != RoleFloor || p.Implied {
			continue
		}
		least, has := x.floors[p.Path]
		if order, ok := p.Version.Compare(least.Version); !has || ok && order < 0 {
			x.floors[p.Path] = p
		}
	}
	for p, v := range r.held {
		if least, has := x.floors[p]; !has {
			x.floors[p] = Pin{Path: p, Ecosystem: Rust, Role: RoleFloor, Version: v, Workspace: v}
		} else if order, ok := v.Compare(least.Version); ok && order < 0 {
			x.floors[p] = Pin{Path: p, Ecosystem: Rust, Role: RoleFloor, Version: v, Workspace: v}
		}
	}
	for _, p := range r.Problems {
		id := pinID{p.Path, p.Key}
		x.problems[id] = append(x.problems[id], p)
	}
	for _, f := range r.Files {
		x.files[f] = true
	}
	return x
}

// unknown reports whether the reading could not say about a pin: its key, or its whole file.
func (x indexed) unknown(id pinID) bool {
	_, key := x.problems[id]
	_, whole := x.problems[pinID{id.path, ""}]
	return key || whole
}

type judge struct {
	in             GateInput
	now, tip, base indexed
}

// problem judges what could not be read in the result. What the tip has to the byte is not of this change.
func (j judge) problem(p Problem) Finding {
	f := Finding{Path: p.Path, Line: p.Line, Key: p.Key, Role: p.Role, Outcome: Unreadable, Cause: CauseUnreadable, Problem: &p,
		Level: j.in.Rules.Of(p.Role).level(), Part: PartOf(p.Path)}
	if p.Trouble.Unread() {
		f.Outcome, f.Cause, f.Level = Unread, CauseUnread, min(f.Level, LevelWarn)
	}
	same := func(old Problem) bool { return old.Trouble == p.Trouble && old.sum == p.sum && p.Trouble != TroubleIO }
	switch {
	case slices.ContainsFunc(j.tip.problems[pinID{p.Path, p.Key}], same) || p.Trouble.Unread() && j.movedProblem(p):
		f.Level, f.Cause = min(f.Level, LevelWarn), CauseDrift
		if p.Trouble.Unread() {
			f.Level = LevelPass // said with what was read
		}
	case !j.tip.files[p.Path] && f.Part != PartShipped && p.Trouble.Unread():
		f.Level, f.Cause = min(f.Level, LevelNotice), CauseNotShipped
	case !j.tip.files[p.Path] && f.Part != PartShipped && p.Trouble != TroubleIO:
		f.Level = min(f.Level, LevelWarn)
	}
	return f
}

// movedProblem reports whether a file that the change takes away had the same problem.
func (j judge) movedProblem(p Problem) bool {
	if j.tip.files[p.Path] {
		return false
	}
	for id, list := range j.tip.problems {
		if id.key == p.Key && !j.now.files[id.path] && sameKind(id.path, p.Path) &&
			slices.ContainsFunc(list, func(old Problem) bool { return old.Trouble == p.Trouble && old.sum == p.sum }) {
			return true
		}
	}
	return false
}

// pin judges one pin, of which p is the reading to show: the result's, else the tip's or the baseline's.
func (j judge) pin(p Pin) (Finding, bool) {
	id := p.id()
	now, isNow := j.now.at[id]
	if !isNow && j.now.unknown(id) {
		return Finding{}, false // judged as a problem
	}
	tip, isTip := j.tip.at[id]
	base, isBase := j.baseline(p)
	f := Finding{Path: p.Path, Line: p.Line, Key: p.Key, Ecosystem: p.Ecosystem, Role: p.Role, Was: tip.Value, Now: now.Value,
		Part: PartOf(p.Path)}
	if isBase {
		f.Baseline = base.Value
	}
	rule := j.in.Rules.Of(p.Role)
	if rule == RuleOff {
		f.Outcome, f.Level, f.Cause = between(tip, isTip, now, isNow), LevelPass, CauseOff
		return f, true
	}
	if isNow && !isTip && j.tip.unknown(id) {
		j.blind(&f, now, base, isBase)
		return f, true
	}
	f.Outcome = between(tip, isTip, now, isNow)
	switch f.Outcome {
	case Unchanged:
		if (len(now.More) > 0 || len(tip.More) > 0) && j.risesAmong(now) {
			f.Outcome, f.Level, f.Cause = Raised, rule.level(), CauseRaised
			break
		}
		j.drift(&f, now, base, isBase)
	case Removed:
		if isTip && j.risesAmong(tip) {
			f.Outcome, f.Level, f.Cause = Raised, rule.level(), CauseRaised
			break
		}
		f.Level, f.Cause = min(LevelWarn, rule.level()), CauseRemoved
		if !isTip { // gone before this change
			f.Level, f.Cause = LevelNotice, CauseDrift
		}
	case Lowered:
		f.Level, f.Cause = min(LevelWarn, rule.level()), CauseLowered
	default:
		j.rise(&f, now, tip, isTip, base, isBase)
	}
	return f, true
}

// baseline returns what a pin is measured against: the policy's promise, else the pin in the baseline.
func (j judge) baseline(p Pin) (Pin, bool) {
	if v, ok := j.in.Promised[p.Ecosystem]; ok && p.Role == RoleFloor {
		return Pin{Ecosystem: p.Ecosystem, Value: v.String(), Version: v}, true
	}
	base, ok := j.base.at[p.id()]
	return base, ok
}

// between returns what happened to a pin from one tree to another.
func between(was Pin, isWas bool, now Pin, isNow bool) Outcome {
	switch {
	case !isNow:
		return Removed
	case !isWas:
		return Added
	case was.Ecosystem != now.Ecosystem:
		return Incomparable
	}
	return change(was.Version, now.Version)
}

// drift judges a pin that the change leaves alone.
func (j judge) drift(f *Finding, now, base Pin, isBase bool) {
	f.Level, f.Cause = LevelPass, CauseUnchanged
	if j.in.Baseline == nil && !isBase {
		return
	}
	switch o := between(base, isBase, now, true); o {
	case Raised, Incomparable, Added:
		f.Level, f.Cause = min(LevelWarn, j.in.Rules.Of(f.Role).level()), CauseDrift
		if o == Added && !j.base.files[now.Path] && f.Part != PartShipped || covered(now, o == Added && !j.base.files[now.Path]) {
			f.Level = LevelNotice
		}
	case Lowered:
		f.Level, f.Cause = LevelNotice, CauseDrift
	}
}

// blind judges a pin of which the tip's value is not known.
func (j judge) blind(f *Finding, now, base Pin, isBase bool) {
	f.Outcome, f.Cause, f.Level = Unreadable, CauseUnreadable, j.in.Rules.Of(f.Role).level()
	if now.lowest() {
		f.Outcome, f.Cause, f.Level = Added, CauseCovered, LevelNotice
		return
	}
	if o := between(base, isBase, now, true); o == Unchanged || o == Lowered {
		f.Outcome, f.Cause, f.Level = o, CauseWithinBaseline, LevelNotice
		return
	}
	for _, id := range []pinID{{f.Path, f.Key}, {f.Path, ""}} {
		if list := j.tip.problems[id]; len(list) > 0 {
			f.Problem = &list[0]
			break
		}
	}
	if f.Problem != nil && f.Problem.Trouble.Unread() {
		f.Outcome, f.Cause, f.Level = Unread, CauseUnread, min(f.Level, LevelWarn)
	}
}

// rise judges a pin that is raised, added, or not comparable with the tip's.
func (j judge) rise(f *Finding, now, tip Pin, isTip bool, base Pin, isBase bool) {
	rule := j.in.Rules.Of(f.Role)
	if o := between(base, isBase, now, true); isBase && (o == Unchanged || o == Lowered) {
		f.Level, f.Cause = LevelNotice, CauseWithinBaseline
		return
	}
	newFile := f.Outcome == Added && !j.tip.files[now.Path]
	if newFile && j.moved(now) {
		f.Level, f.Cause = LevelNotice, CauseMoved
		return
	}
	if newFile {
		if limit, ok := j.around(now); ok {
			f.Level, f.Cause, f.Limit = LevelNotice, CauseCovered, limit.Value
			return
		}
	}
	if f.Outcome == Added && (j.again(now) || now.lowest()) {
		f.Level, f.Cause = LevelNotice, CauseCovered
		return
	}
	now.Workspace = j.cover(now)
	if covered(now, newFile) {
		f.Level, f.Cause, f.Limit = LevelNotice, CauseCovered, now.Workspace.String()
		return
	}
	f.Level = rule.level()
	f.Cause = map[Outcome]Cause{Raised: CauseRaised, Added: CauseAdded, Incomparable: CauseIncomparable}[f.Outcome]
	if newFile && f.Part != PartShipped {
		f.Level, f.Cause = min(f.Level, LevelWarn), CauseNotShipped
		return
	}
	if f.Outcome == Incomparable && rule != RuleTrack {
		return
	}
	switch rule {
	case RulePatch:
		if isTip && tip.Version.series(now.Version, seriesOf(now.Ecosystem)) &&
			(!isBase || base.Version.series(now.Version, seriesOf(now.Ecosystem))) {
			f.Level, f.Cause = LevelNotice, CausePatch
		}
	case RuleTrack:
		if f.Level, f.Cause = LevelStop, CauseNoReason; strings.TrimSpace(j.in.Reason) != "" {
			f.Level, f.Cause = LevelWarn, CauseTracked
		}
	case RuleFollow:
		limit, ok := j.in.Supported[now.Ecosystem]
		f.Cause, f.Limit = CauseNoCalendar, limit.String()
		if !ok {
			return
		}
		f.Cause = CauseUnsupported
		if order, ok := now.Version.Compare(limit.firstRelease()); ok && order <= 0 {
			f.Level, f.Cause = LevelNotice, CauseFollowed
		}
	}
}
