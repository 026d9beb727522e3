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
}

// A Verdict is what Gate says: a finding for every pin of the files read, by path, line and key.
type Verdict struct {
	OK       bool // no finding stops the branch
	Findings []Finding
}

// Untouched tells whether every pin could be read and is as it was at the tip.
func (v Verdict) Untouched() bool {
	return !slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.Problem != nil || f.Outcome != Unchanged })
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
	return out
}

// A pinID is what makes pins of several trees the same pin.
type pinID struct{ path, key string }

func (p Pin) id() pinID { return pinID{p.Path, p.Key} }

// indexed is a reading that can be asked for one pin.
type indexed struct {
	pins     []Pin
	at       map[pinID]Pin
	problems map[pinID]Problem
	files    map[string]bool
	floors   map[string]Pin // by path, the least floor that is declared as a version
}

func index(r Reading) indexed {
	x := indexed{pins: r.Pins, at: map[pinID]Pin{}, problems: map[pinID]Problem{}, files: map[string]bool{}, floors: map[string]Pin{}}
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
	for _, p := range r.Problems {
		x.problems[pinID{p.Path, p.Key}] = p
	}
	for _, f := range r.Files {
		x.files[f] = true
	}
	return x
}

// unknown tells whether the reading could not tell about a pin: its key, or its whole file.
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
		Level: j.in.Rules.Of(p.Role).level()}
	if old, ok := j.tip.problems[pinID{p.Path, p.Key}]; ok && old.Trouble == p.Trouble && old.sum == p.sum && p.Trouble != TroubleIO {
		f.Level, f.Cause = min(f.Level, LevelWarn), CauseDrift
	}
	return f
}

// pin judges one pin, of which p is the reading to show: the result's, else the tip's or the baseline's.
func (j judge) pin(p Pin) (Finding, bool) {
	id := p.id()
	if j.now.unknown(id) {
		return Finding{}, false // judged as a problem
	}
	now, isNow := j.now.at[id]
	tip, isTip := j.tip.at[id]
	base, isBase := j.baseline(p)
	f := Finding{Path: p.Path, Line: p.Line, Key: p.Key, Ecosystem: p.Ecosystem, Role: p.Role, Was: tip.Value, Now: now.Value}
	if isBase {
		f.Baseline = base.Value
	}
	rule := j.in.Rules.Of(p.Role)
	if rule == RuleOff {
		f.Outcome, f.Level, f.Cause = between(tip, isTip, now, isNow), LevelPass, CauseOff
		return f, true
	}
	if isNow && j.tip.unknown(id) {
		j.blind(&f, now, base, isBase)
		return f, true
	}
	f.Outcome = between(tip, isTip, now, isNow)
	switch f.Outcome {
	case Unchanged:
		j.drift(&f, now, base, isBase)
	case Removed:
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
		if covered(now, o == Added && !j.base.files[now.Path]) {
			f.Level = LevelNotice
		}
	case Lowered:
		f.Level, f.Cause = LevelNotice, CauseDrift
	}
}

// blind judges a pin of which the tip's value is not known.
func (j judge) blind(f *Finding, now, base Pin, isBase bool) {
	f.Outcome, f.Cause, f.Level = Unreadable, CauseUnreadable, j.in.Rules.Of(f.Role).level()
	if o := between(base, isBase, now, true); o == Unchanged || o == Lowered {
		f.Outcome, f.Cause, f.Level = o, CauseWithinBaseline, LevelNotice
		return
	}
	if p, ok := j.tip.problems[pinID{f.Path, f.Key}]; ok {
		f.Problem = &p
	} else if p, ok := j.tip.problems[pinID{f.Path, ""}]; ok {
		f.Problem = &p
	}
}

// rise judges a pin that is raised, added, or not comparable with the tip's.
func (j judge) rise(f *Finding, now, tip Pin, isTip bool, base Pin, isBase bool) {
	rule := j.in.Rules.Of(f.Role)
	if o := between(base, isBase, now, true); isBase && (o == Unchanged || o == Lowered) {
		f.Level, f.Cause = LevelNotice, CauseWithinBaseline
		return
	}
	now.Workspace = j.cover(now)
	if covered(now, f.Outcome == Added && !j.tip.files[now.Path]) {
		f.Level, f.Cause, f.Limit = LevelNotice, CauseCovered, now.Workspace.String()
		return
	}
	f.Level = rule.level()
	f.Cause = map[Outcome]Cause{Raised: CauseRaised, Added: CauseAdded, Incomparable: CauseIncomparable}[f.Outcome]
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

// cover returns the floor that a changed pin may go up to, none for the zero Version. A file's own floor
// covers its edition and resolver as far as it held at the tip, or, in a new file, is covered itself.
func (j judge) cover(now Pin) Version {
	own, has := j.now.floors[now.Path]
	if !now.Implied || !has {
		return now.Workspace
	}
	if !j.tip.files[now.Path] {
		if covered(own, true) {
			return own.Version
		}
		return Version{}
	}
	was := j.tip.floors[now.Path].Version
	if order, ok := own.Version.Compare(was); ok && order < 0 {
		return own.Version
	}
	return was
}

// covered tells whether a floor asks for no more than one that holds in its place already: an edition
// below the rust-version, or the floor of a new file below that of its workspace. The floor that covers
// is a pin of its own, and judged as one where it changed.
func covered(now Pin, newFile bool) bool {
	if now.Workspace.IsZero() || !now.Implied && !newFile {
		return false
	}
	order, ok := now.Version.Compare(now.Workspace)
	return ok && order <= 0
}

// seriesOf returns how many leading numbers RulePatch keeps.
func seriesOf(e Ecosystem) int {
	if e == Node || e == Java {
		return 1
	}
	return 2
}
