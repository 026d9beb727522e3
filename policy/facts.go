package policy

import "github.com/Masterminds/semver/v3"

// Facts is what a repository shows, as plain values.
type Facts struct {
	AsOf     Date         // the policy's day; tags of later days do not exist yet
	Branches []BranchFact // any order; those that no template matches are left alone
	Tags     []TagFact    // any order; those that no template matches are left alone
}

// A BranchFact is a branch: its short name, "release-36.0.0", and its tip, opaque here.
type BranchFact struct {
	Name, Tip string
	Cut       Date // day of the branch point; zero: not known
}

// A TagFact is a tag and the UTC day on which it was made; zero when that is not known.
type TagFact struct {
	Name string
	Date Date
}

// A State is where a line stands on the policy's day.
type State string

// The states of a line.
const (
	StateSupported  State = "supported"
	StateEnded      State = "ended"
	StatePending    State = "pending"     // a branch, no stable release, and no newer line released
	StateUndated    State = "undated"     // a branch without a stable release, older than a released line
	StatePlanned    State = "planned"     // no branch yet, or one cut after the policy's day
	StateIgnored    State = "ignored"     // [repo] ignore, or two branches claim the line
	StateBeforeFrom State = "before-from" // older than [repo] from
)

// A Line is a release line as it stands on one day.
type Line struct {
	ID     LineID
	Branch string // "" when the line has none: it lives on main, or the clone lacks it
	Tip    string // of Branch, as the facts gave it
	AsOf   Date   // the day all of this is about

	State    State
	Released Date   // zero: not released on or before AsOf
	Expected Date   // when it is to be released; zero: not known, or released
	DatedBy  string // what gave the date: "v36.0.0", "plan", "[[branch]]", "schedule.json"

	First      *semver.Version // the line's first version, 36.0.0
	Latest     *semver.Version // newest stable version tagged, nil before the first
	LatestTag  string
	LatestDate Date
	Next       *semver.Version // by tags alone; the tree may know better
	LatestText string          // Latest as the project's tags write it, "257.3"; empty before the first
	NextText   string          // Next, likewise

	Class     string // empty: no class takes the line
	ClassRule string // what chose the class
	Windows   []Window
	Phase     string // on AsOf: a phase's name, PhasePending, or empty
	Until     Date   // last supported day; zero: open, or not known
	Planned   Date   // last supported day if the plan holds, while Until is zero
	EndWhy    string // "2 releases: 47.0.0", "24 months", the note of an override
	Note      string
	Pin       map[string]string

	override *Override
	name     string
	rivals   []string // branches that all claim the line
	newest   bool     // the newest released line
}

// Name returns the line's name, "36", "1.33", "22.04" where the templates pad the minor number.
func (l Line) Name() string {
	if l.name != "" {
		return l.name
	}
	return l.ID.String()
}

// A Window is a phase of a line with its dates, both days included.
type Window struct {
	Phase        string
	Start, End   Date   // zero End: no end is known
	StartPlanned bool   // Start depends on what has not happened yet
	EndPlanned   bool   // so does End, or there is none
	Why          string // what ends it: "2 releases: 47.0.0", "24 months", "[[branch]]"
}

// A Problem is something in the facts that the policy cannot make sense of.
type Problem struct {
	Code    ProblemCode
	Line    LineID // zero: about no one line
	Refs    []string
	Message string
	Fatal   bool // deciding on these facts would be guessing
}

// A ProblemCode names a sort of problem.
type ProblemCode string

// The problems. The last four come from Check.
const (
	NoTags          ProblemCode = "no-tags"          // fatal: release branches, and not one matching tag
	TwoBranches     ProblemCode = "two-branches"     // fatal: two branches for one line
	NoSuchBranch    ProblemCode = "no-such-branch"   // a [[branch]] names a branch that is not there
	MissingBranch   ProblemCode = "missing-branch"   // a supported line has no branch in this clone
	UndatedLine     ProblemCode = "undated"          // a branch without a release date
	ManyPending     ProblemCode = "many-pending"     // dozens of lines that wait for their first release
	BadWindow       ProblemCode = "bad-window"       // a phase that ends before it starts
	PastLines       ProblemCode = "past-lines"       // remarks about lines that have long ended, counted
	MixedPrerelease ProblemCode = "mixed-prerelease" // beta1 and beta.1: they do not sort as meant
	EndsDisagree    ProblemCode = "ends-disagree"    // count and date ends differ by more than a day
	StaleTable      ProblemCode = "stale-table"      // a line has no row in the table of dates
	UnusedClass     ProblemCode = "unused-class"     // a class that takes no line
	NoClass         ProblemCode = "no-class"         // a line that no class takes
)
