package policy

// A Kind is the kind of a change. Besides the constants there are those a policy adds.
type Kind string

// The built-in kinds.
const (
	Security   Kind = "security"
	Critical   Kind = "critical" // as security unless the policy says otherwise
	Bugfix     Kind = "bugfix"
	Dependency Kind = "dependency"
	CI         Kind = "ci"
	Docs       Kind = "docs"
	Feature    Kind = "feature"
)

// Kinds returns the built-in kinds, strongest first.
func Kinds() []Kind { return []Kind{Security, Critical, Bugfix, Dependency, CI, Docs, Feature} }

// A Verdict is what a line's phase says about a kind of change.
type Verdict string

// The verdicts, strongest first.
const (
	Required Verdict = "required" // the policy owes the line this change
	Allowed  Verdict = "allowed"  // taken when named
	Ask      Verdict = "ask"      // taken when named, and a person should have been asked
	Refused  Verdict = "refused"  // taken only with a reason
)

// A Cause says why a verdict is what it is. The list is closed.
type Cause string

// The causes.
const (
	CauseRequired        Cause = "required"
	CauseAllowed         Cause = "allowed"
	CauseAsk             Cause = "ask"
	CauseRefused         Cause = "refused"           // by [phase."*"], whatever the phase
	CauseRefusedByClass  Cause = "refused-by-class"  // by the line's phase, or no class takes the line
	CauseEnded           Cause = "ended"             // the window has closed
	CauseEndedToday      Cause = "ended-today"       // it has closed, the grace has not
	CausePending         Cause = "pending"           // cut, no stable release yet
	CauseUndated         Cause = "undated"           // no release date can be found
	CauseFrozen          Cause = "frozen"            // [[branch]] frozen
	CauseIgnored         Cause = "ignored"           // [repo] ignore, a branch that cannot be a target, or none
	CauseBeforeFrom      Cause = "before-from"       // older than [repo] from
	CauseSkippedByPolicy Cause = "skipped-by-policy" // [[branch]] skip
	CauseSkippedByUser   Cause = "skipped-by-user"   // set by the caller of Decide
	CauseNamedByUser     Cause = "named-by-user"     // set by the caller of Decide
	CauseDecided         Cause = "decided"           // set by the caller of Decide: a [[decision]] says so
	CauseNotOnMain       Cause = "not-on-main"       // [rules] main_first
	CauseSoak            Cause = "soak"              // [soak]: not old enough yet
	CauseCadence         Cause = "cadence"           // [cadence]: too soon after the last release
)

// Causes returns the closed list.
func Causes() []Cause {
	return []Cause{
		CauseRequired, CauseAllowed, CauseAsk, CauseRefused, CauseRefusedByClass, CauseEnded, CauseEndedToday,
		CausePending, CauseUndated, CauseFrozen, CauseIgnored, CauseBeforeFrom, CauseSkippedByPolicy,
		CauseSkippedByUser, CauseNamedByUser, CauseDecided, CauseNotOnMain, CauseSoak, CauseCadence,
	}
}

// PhasePending is the phase of a line that is cut but not released.
const PhasePending = "pending"

// builtin is the verdict where the policy file says nothing: by the row of the phase's name, else
// by row "active".
func builtin(phase string, base Kind) (Verdict, string) {
	row := map[Kind]Verdict{Security: Required, Bugfix: Allowed, Dependency: Allowed, CI: Allowed, Docs: Allowed, Feature: Refused}
	name := "active"
	switch phase {
	case PhasePending:
		name, row[Feature] = phase, Ask
	case "maintenance":
		name, row[Bugfix], row[Dependency] = phase, Ask, Ask
	}
	return row[base], "built-in." + name + "." + string(base)
}

// Base returns the built-in kind whose column of the built-in matrix applies to k: k itself, or
// what [kind.NAME] like leads to. A kind that leads nowhere is a bugfix.
func (p *Policy) Base(k Kind) Kind {
	chain := p.kindChain(k)
	return chain[len(chain)-1]
}

// Known reports whether k is built in or added by the policy.
func (p *Policy) Known(k Kind) bool {
	_, added := p.Like[k]
	return added || isBuiltin(k)
}

func isBuiltin(k Kind) bool {
	for _, b := range Kinds() {
		if k == b {
			return true
		}
	}
	return false
}

// kindChain is k, what it is like, and so on to a built-in kind that has its own column.
func (p *Policy) kindChain(k Kind) []Kind {
	chain := []Kind{k}
	for range 16 {
		like, ok := p.Like[k]
		if !ok && k == Critical {
			like, ok = Security, true
		}
		if !ok {
			break
		}
		k = like
		chain = append(chain, k)
	}
	if !isBuiltin(k) || k == Critical {
		chain = append(chain, Bugfix)
	}
	return chain
}

// Strongest returns the kind that counts for several changes landed together, Bugfix for none.
func (p *Policy) Strongest(kinds []Kind) Kind {
	best, rank := Bugfix, 1<<30
	for _, k := range kinds {
		for i, b := range Kinds() {
			if p.Base(k) == b && i < rank {
				best, rank = k, i
			}
		}
	}
	return best
}

// matrix returns what the policy says of a kind in a phase, and the name of the rule that says it.
func (p *Policy) matrix(phase string, k Kind) (v Verdict, rule string, anyPhase bool) {
	chain := p.kindChain(k)
	for _, table := range []string{phase, "*"} {
		row := p.Phases[table]
		for _, k := range chain {
			if v, ok := row[k]; ok {
				return v, "phase." + table + "." + string(k), table == "*"
			}
		}
		if v, ok := row["*"]; ok {
			return v, "phase." + table + ".*", table == "*"
		}
	}
	v, rule = builtin(phase, chain[len(chain)-1])
	return v, rule, false
}
