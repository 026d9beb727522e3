package msrv

import (
	"fmt"
	"slices"
)

// A Rule says what a role's pins may do on a release branch. The zero Rule is none.
type Rule uint8

// The rules.
const (
	RuleFixed  Rule = iota + 1 // never up
	RulePatch                  // up within the same minor release (for Node and Java, the same major)
	RuleTrack                  // up when a reason is given
	RuleFollow                 // up to the oldest release that a calendar supports on the day
	RuleWarn                   // up with a warning
	RuleNotice                 // up with a notice
	RuleOff                    // not looked at
)

var ruleNames = [...]string{"none", "fixed", "patch", "track", "follow", "warn", "notice", "off"}

// String returns the rule's name in policy files, "fixed".
func (r Rule) String() string { return nameOf(ruleNames[:], int(r), "rule") }

// RuleNames lists the names of the rules, from the strictest.
func RuleNames() []string { return slices.Clone(ruleNames[1:]) }

// ParseRule reads a rule's name.
func ParseRule(s string) (Rule, error) {
	for i, name := range ruleNames {
		if i > 0 && name == s {
			return Rule(i), nil
		}
	}
	return 0, fmt.Errorf("rule %q: want fixed, patch, track, follow, warn, notice or off", s)
}

// Rules holds the rule of each role. The zero value, and a role without a rule, is the default: floors
// and selectors fixed, CI inputs warn, images notice.
type Rules struct{ Floor, Selector, CI, Image Rule }

// Of returns the rule of a role; a role that is none is fixed.
func (r Rules) Of(role Role) Rule {
	pick := func(rule, otherwise Rule) Rule {
		if rule == 0 {
			return otherwise
		}
		return rule
	}
	switch role {
	case RoleFloor:
		return pick(r.Floor, RuleFixed)
	case RoleSelector:
		return pick(r.Selector, RuleFixed)
	case RoleCI:
		return pick(r.CI, RuleWarn)
	case RoleImage:
		return pick(r.Image, RuleNotice)
	}
	return RuleFixed
}

// Stops reports whether a pin of a role that goes up may stop a line.
func (r Rules) Stops(role Role) bool { return r.Of(role).level() == LevelStop }

// A Level says how much a finding matters. The zero Level is none.
type Level uint8

// The levels, from the least.
const (
	LevelPass   Level = iota + 1 // nothing to say
	LevelNotice                  // worth a line
	LevelWarn                    // a person should look
	LevelStop                    // the branch does not take the change
)

var levelNames = [...]string{"none", "pass", "notice", "warn", "stop"}

// String returns the level's name in JSON, "stop".
func (l Level) String() string { return nameOf(levelNames[:], int(l), "level") }

// level returns what a rule makes of a pin that goes up, or cannot be known.
func (r Rule) level() Level {
	switch r {
	case RuleOff:
		return LevelPass
	case RuleNotice:
		return LevelNotice
	case RuleWarn:
		return LevelWarn
	}
	return LevelStop
}

// A Cause says why a finding has its level. The zero Cause is none.
type Cause uint8

// The causes.
const (
	CauseUnchanged      Cause = iota + 1
	CauseRaised               // above the tip and above the baseline
	CauseAdded                // declared now, and not by the branch: raised from nothing
	CauseLowered              // below the tip
	CauseRemoved              // no longer declared
	CauseIncomparable         // changed, and no order says whether it rose: a person must
	CauseUnreadable           // not readable, or in more than one way
	CauseDrift                // the tip has it already, though the baseline does not; the change leaves it alone
	CauseWithinBaseline       // above the tip, and not above the baseline
	CauseCovered              // no more than the declared floor that holds there already
	CausePatch                // up within what RulePatch allows
	CauseTracked              // up, and a reason was given
	CauseNoReason             // up, and RuleTrack wants a reason
	CauseFollowed             // up to no more than the calendar's oldest supported release
	CauseUnsupported          // up above the calendar's oldest supported release
	CauseNoCalendar           // up, and RuleFollow has no calendar for this toolchain
	CauseOff                  // its role is not looked at
	CauseUnread               // changed, and there is no reader for it
	CauseMoved                // a file that the change moves declared it already
	CauseNotShipped           // declared by a new file that is not of what is shipped
)

var causeNames = [...]string{"none", "unchanged", "raised", "added", "lowered", "removed", "incomparable", "unreadable", "drift",
	"within-baseline", "covered", "patch", "tracked", "no-reason", "followed", "unsupported", "no-calendar", "off",
	"unread", "moved", "not-shipped"}

// String returns the cause's name in JSON, "no-reason".
func (c Cause) String() string { return nameOf(causeNames[:], int(c), "cause") }

// seriesOf returns how many leading numbers RulePatch keeps.
func seriesOf(e Ecosystem) int {
	if e == Node || e == Java {
		return 1
	}
	return 2
}
