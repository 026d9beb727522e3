package policy

import "github.com/Masterminds/semver/v3"

// A Policy is the support policy of one project, as backport.toml states it. Its zero value has no
// templates and finds no lines. It is read-only once made.
type Policy struct {
	Repo     Repo
	Dates    Dates
	Classes  []Class                     // tried in order; the one without Match is the default
	Phases   map[string]map[Kind]Verdict // [phase.NAME] KIND = VERDICT; "*" stands for any, on both places
	Like     map[Kind]Kind               // [kind.NAME] like
	Rules    Rules
	Cadence  Cadence
	Soak     Soak
	Pairs    []PairRule // which releases must work together
	Branches []Override // explicit facts, which win over rules
}

// Repo says how the repository names its lines.
type Repo struct {
	Main     string     // empty: found by the caller
	Branches []Template // the first one names new branches; none: lines live on main
	Tags     []Template
	Scheme   Scheme
	Several  Several
	Merges   Merges
	Ignore   []string // globs of branch names: *, ?, no escapes
	From     *LineID  // lines before it are left alone
}

// Merges says what the merge of a pull request is taken for.
type Merges string

// The values of merges. By default it is the commits that it merges.
const (
	MergesCommits Merges = "commits"
	MergesSquash  Merges = "squash" // one commit, as a squash would have made it
)

// Several says which branch counts where several are of one line.
type Several string

// The ways to choose among several branches of a line; without one, two branches are a Problem.
const (
	SeveralHighest Several = "highest" // the one with the highest version in its name
	SeveralFirst   Several = "first"   // the one whose template stands first
)

// Dates says where release dates come from.
type Dates struct {
	Source     DateSource
	Plan       *Plan    // nil: nothing is known of the future
	BranchLead Duration // a branch is cut that long before its release; for the calendar only
	EndIs      EndIs
}

// A DateSource says what dates a line.
type DateSource string

// The sources of release dates. A [[branch]] row with `released` wins over each of them.
const (
	FromTags  DateSource = "tags"  // the day of the line's first stable tag
	FromPlan  DateSource = "plan"  // the planned day, whatever the tags say
	FromTable DateSource = "table" // [[branch]] rows and imports alone
)

// EndIs says what an end date means.
type EndIs string

// The meanings of a written or computed end date.
const (
	LastDay          EndIs = "last-day"              // supported on that day
	FirstUnsupported EndIs = "first-unsupported-day" // supported until the day before
)

// A Plan says when lines are released: line n·k after Line is released k·Every after Date.
type Plan struct {
	Line   LineID
	Date   Date
	Every  Duration
	Minors int // lines of one major number, after which the next number begins; 0: it never does
}

// next returns the line that follows id.
func (p *Plan) next(id LineID) LineID {
	switch {
	case !id.HasMinor:
		id.Major++
	case p != nil && p.Minors > 0 && int(id.Minor)+1 >= p.Minors:
		id.Major, id.Minor = id.Major+1, 0
	default:
		id.Minor++
	}
	return id
}

// steps returns how many lines id comes after the plan's own, and whether the plan reaches it.
func (p *Plan) steps(id LineID) (int, bool) {
	from := p.Line
	majors := int(id.Major) - int(from.Major)
	switch {
	case id.HasMinor != from.HasMinor:
		return 0, false
	case !id.HasMinor:
		return majors, true
	case majors != 0 && p.Minors == 0 || p.Minors > 0 && int(id.Minor) >= p.Minors:
		return 0, false
	}
	return majors*p.Minors + int(id.Minor) - int(from.Minor), true
}

// A Class is a set of lines that live alike.
type Class struct {
	Name   string
	Match  []Match // all must hold; none: the default class
	Phases []Phase // in order; none: supported only until the first stable release
}

// A Match is a rule on a line's number. Every part that is set must hold.
type Match struct {
	Component   string   // "major" (default) or "minor"
	DivisibleBy uint32   // 0: not asked. Lines 0.x have no major number to divide
	Remainder   uint32   // of the division
	Equals      *uint32  // nil: not asked
	Lines       []LineID // nil: not asked
	From, To    *LineID  // inclusive; nil: not asked
}

// A Phase is a stretch of a line's life.
type Phase struct {
	Name  string
	Until Expr     // the zero Expr: no end is known
	Round Rounding // moves the end to the day on which the project really ends
}

// Rules are the policy's switches.
type Rules struct {
	MainFirst  MainFirst
	Pending    bool     // lines cut but not released are targets
	Grace      Duration // after the end, what was taken becomes `ask`
	EqualPatch bool     // no release of one line before every required line has the fix
}

// MainFirst says what happens to a change that main does not have.
type MainFirst string

// The values of main_first. Security fixes are only warned about, under each.
const (
	MainRequired MainFirst = "required"
	MainWarn     MainFirst = "warn"
	MainOff      MainFirst = "off"
)

// Cadence is the least time between two releases of a line.
type Cadence struct {
	MinInterval Duration
	Exempt      []Kind
	From        Onwards
}

// Soak is how long a change must have been public before it is taken.
type Soak struct {
	By        map[Kind]SoakRule // by kind, "*" for the others
	Exempt    []Kind
	From      Onwards
	AtRelease bool // it binds the release, not the pick
}

// Onwards says from when on a rule holds. The zero value is always.
type Onwards struct {
	Line *LineID // on this line and newer ones
	Date Date    // on this day and later
}

func (o Onwards) holds(l Line) bool {
	return (o.Line == nil || l.ID.Compare(*o.Line) >= 0) && !l.AsOf.Before(o.Date)
}

// A SoakRule is the soak time of one kind.
type SoakRule struct {
	Min    Duration
	Strict bool   // more than Min, not Min exactly
	Since  string // "published" or "released": what Change.Published means, for messages
}

// An Override holds explicit facts about one line.
type Override struct {
	Line     LineID
	Name     string            // branch that does not follow the template
	Class    string            // empty: by match
	Released Date              // zero: not said
	End      Date              // last day of support (see EndIs); zero: by rule
	Until    map[string]Date   // phase name → its end
	Phases   []DatedPhase      // from an import; replaces the class's phases when not nil
	Note     string            // shown in the calendar
	Frozen   bool              // never a target, still in the calendar
	Skip     []Kind            // kinds refused here
	Burned   []*semver.Version // versions never to be used
	Pin      map[string]string // toolchain → baseline value
	Source   string            // "" for [[branch]], else the imported file
}

// A DatedPhase is a phase whose end is known.
type DatedPhase struct {
	Name string
	End  Date // last day, whatever EndIs says; zero: open
}

func (p *Policy) override(id LineID) *Override {
	for i := range p.Branches {
		if p.Branches[i].Line == id {
			return &p.Branches[i]
		}
	}
	return nil
}

// classOf returns the class of a line and the name of the rule that chose it.
func (p *Policy) classOf(id LineID, o *Override) (*Class, string) {
	if o != nil && o.Class != "" {
		for i := range p.Classes {
			if p.Classes[i].Name == o.Class {
				return &p.Classes[i], "branch." + id.String() + ".class"
			}
		}
	}
	var fallback *Class
	for i := range p.Classes {
		c := &p.Classes[i]
		if len(c.Match) == 0 {
			if fallback == nil {
				fallback = c
			}
			continue
		}
		if c.matches(id) {
			return c, "class." + c.Name + ".match"
		}
	}
	if fallback == nil {
		return nil, ""
	}
	return fallback, "class." + fallback.Name
}

func (c *Class) matches(id LineID) bool {
	for _, m := range c.Match {
		if !m.Holds(id) {
			return false
		}
	}
	return true
}

// Holds reports whether the rule holds for a line.
func (m Match) Holds(id LineID) bool {
	if m.From != nil && id.Compare(*m.From) < 0 || m.To != nil && id.Compare(*m.To) > 0 {
		return false
	}
	if m.Lines != nil {
		found := false
		for _, l := range m.Lines {
			found = found || l == id
		}
		if !found {
			return false
		}
	}
	n, byMajor := id.Major, m.Component != "minor"
	if !byMajor {
		n = id.Minor
	}
	if m.DivisibleBy != 0 && (n%m.DivisibleBy != m.Remainder || byMajor && n == 0) {
		return false
	}
	return m.Equals == nil || n == *m.Equals
}

// planned returns the planned release day of a line, zero when the plan does not reach it.
func (d Dates) planned(id LineID) Date {
	if d.Plan == nil || d.Plan.Every.IsZero() {
		return Date{}
	}
	k, reached := d.Plan.steps(id)
	if !reached || k < -2000 || k > 2000 {
		return Date{}
	}
	return Duration{d.Plan.Every.Months * k, d.Plan.Every.Days * k}.After(d.Plan.Date)
}
