package report

import (
	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/internal/operation"
)

// A CommitterV1 is who makes the commits, and when: RFC 3339.
type CommitterV1 struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Date  string `json:"date"`
}

// A PlanV1 is the document of plan and apply.
type PlanV1 struct {
	Schema    string            `json:"schema"`
	Version   string            `json:"version"`
	AsOf      string            `json:"as_of"`
	Error     *ErrorV1          `json:"error"`
	Warnings  []string          `json:"warnings"`
	Committer *CommitterV1      `json:"committer"`
	Signing   string            `json:"signing"`
	Policy    PolicyV1          `json:"policy"`
	Remote    *string           `json:"remote"`
	Name      string            `json:"name"`
	Fix       FixV1             `json:"fix"`   // all of them together; the kind is the strongest
	Fixes     []PartV1          `json:"fixes"` // one by one, in main's order
	Targets   []TargetV1        `json:"targets"`
	Left      []LeftV1          `json:"left"`
	Expect    string            `json:"expect"` // the value of --expect with which apply lands just this
	Applied   bool              `json:"applied"`
	Operation *string           `json:"operation"`
	Request   operation.Request `json:"request"` // asks the same again, for apply --plan
	Exit      int               `json:"exit"`
}

// A PolicyV1 says which policy decided.
type PolicyV1 struct {
	Source string  `json:"source"`
	Rev    *string `json:"rev"`
}

// A FixV1 is what is backported.
type FixV1 struct {
	Commits  []string `json:"commits"`
	Kind     string   `json:"kind"`
	KindFrom string   `json:"kind_from"`
	Subject  string   `json:"subject"`

	Requests []PullRequestRefV1 `json:"pull_requests"`
	Left     []string           `json:"left"` // merges that were left out of ranges
}

// A TargetV1 is one target and what became of it.
type TargetV1 struct {
	Branch   string       `json:"branch"`
	Line     *string      `json:"line"`
	Class    *string      `json:"class"`
	Phase    *string      `json:"phase"`
	Until    *string      `json:"until"`
	Verdict  *string      `json:"verdict"`
	Cause    *string      `json:"cause"`
	Tip      string       `json:"tip"`
	Base     *string      `json:"base"`
	Status   string       `json:"status"`
	Identity string       `json:"identity"` // of what would land: equal for the same alone
	Trial    bool         `json:"trial"`
	Ref      *string      `json:"ref"`
	Head     *string      `json:"head"`
	Present  *PresentV1   `json:"present"`
	Picks    []PickV1     `json:"picks"`
	LeftOut  []LeftPartV1 `json:"left_out"` // of several fixes, those that the line does not get
	Gate     *GateV1      `json:"gate"`
	Bump     *BumpV1      `json:"bump"`
	Commits  []string     `json:"commits"`
	PR       *PRV1        `json:"pr"`
	Warnings []string     `json:"warnings"`
	Error    *ErrorV1     `json:"error"`
}

// A PresentV1 is why the branch is taken to have the fix.
type PresentV1 struct {
	Commit   *string `json:"commit"`
	Evidence string  `json:"evidence"`
	Kind     *string `json:"kind"` // of the evidence: "trailer", "subject"; null where the result of the pick says it
	Strong   bool    `json:"strong"`
	Still    []Path  `json:"still"` // the paths that picking it would still change
}

func presentV1(ev backport.Evidence) *PresentV1 {
	out := &PresentV1{Commit: oid(ev.Commit), Evidence: valid(ev.How), Kind: optional(string(ev.Kind)), Strong: ev.Strong, Still: []Path{}}
	for _, p := range ev.Still {
		out.Still = append(out.Still, Path(p))
	}
	return out
}

// A PickV1 is one source commit taken onto a target.
type PickV1 struct {
	Source       string       `json:"source"`
	Status       string       `json:"status"`
	Tree         *string      `json:"tree"`
	Commit       *string      `json:"commit"`
	Via          string       `json:"via"`
	ViaCommit    *string      `json:"via_commit"`
	Conflicts    []ConflictV1 `json:"conflicts"`
	Why          *WhyV1       `json:"why"`
	Prerequisite bool         `json:"prerequisite"`
	Evidence     *PresentV1   `json:"evidence"` // that the branch has it
	Rules        []RuleV1     `json:"rules"`
	Facts        []string     `json:"facts"`
	// Differs is how a version that was taken from another branch differs from main's.
	Differs []DifferenceV1 `json:"differs"`
}

// A RuleV1 is a conflict that a path rule of the policy settled.
type RuleV1 struct {
	Path       Path    `json:"path"`
	OnConflict string  `json:"on_conflict"`
	Note       *string `json:"note"`
}

// A ConflictV1 is a path that could not be settled.
type ConflictV1 struct {
	Path    Path     `json:"path"`
	Kind    string   `json:"kind"`
	Message string   `json:"message"`
	Stages  StagesV1 `json:"stages"`
	Hunks   []HunkV1 `json:"hunks"`
	Rule    *string  `json:"rule"` // why the policy's path rule does not settle it; null where there is none
	// Blame are the commits of main, absent from the branch, that last changed what conflicts.
	Blame []CommitV1 `json:"blame"`
}

// A StagesV1 holds the three sides of a conflicted path; null where it is absent.
type StagesV1 struct {
	Base   *StageV1 `json:"base"`
	Ours   *StageV1 `json:"ours"`
	Theirs *StageV1 `json:"theirs"`
}

// A StageV1 is one side of a conflicted path.
type StageV1 struct {
	Path Path   `json:"path"`
	Mode string `json:"mode"`
	OID  string `json:"oid"`
}

// A GateV1 is what the toolchain gate found.
type GateV1 struct {
	OK           bool           `json:"ok"`
	Unread       bool           `json:"unread"`
	Baseline     string         `json:"baseline"`
	Pins         []PinV1        `json:"pins"`
	PinOnly      *string        `json:"pin_only"`
	Dropped      []DroppedV1    `json:"dropped"`
	Dependencies []DependencyV1 `json:"dependencies"`
}

// A DroppedV1 is a pin that --strip-pin left out of the fix.
type DroppedV1 struct {
	Path   Path   `json:"path"`
	Lineno int    `json:"lineno"`
	Key    string `json:"key"`
	Was    string `json:"was"`
	Now    string `json:"now"`
}

// A DependencyV1 is a dependency that the result brings in: known is "within", "above" or "unknown".
type DependencyV1 struct {
	Name    string  `json:"name"`
	Version string  `json:"version"`
	Floor   *string `json:"floor"`
	Known   string  `json:"known"`
	Path    *string `json:"path"`
	Lineno  int     `json:"lineno"`
}

// A PinV1 is a pin in one of the files the gate read.
type PinV1 struct {
	Path     Path   `json:"path"`
	Lineno   int    `json:"lineno"`
	Key      string `json:"key"`
	Role     string `json:"role"`
	Baseline string `json:"baseline"`
	Was      string `json:"was"`
	Now      string `json:"now"`
	Verdict  string `json:"verdict"`
	Level    string `json:"level"`
}

// A BumpV1 is the version bump of a target.
type BumpV1 struct {
	From       string   `json:"from"`
	To         string   `json:"to"`
	Ref        *string  `json:"ref"`
	Commit     *string  `json:"commit"`
	Files      []Path   `json:"files"`
	Unhandled  []Path   `json:"unhandled"`
	Companions []string `json:"companions"`
	Skipped    *string  `json:"skipped"`
	Waits      string   `json:"waits,omitempty"`
}

// A PRV1 is a pull request ready to be opened.
type PRV1 struct {
	Base  string `json:"base"`
	Head  string `json:"head"`
	Title string `json:"title"`
	Body  string `json:"body"`
}

// A LeftV1 is a line the fix does not go to.
type LeftV1 struct {
	Line    string  `json:"line"`
	Branch  *string `json:"branch"`
	Class   *string `json:"class"`
	Phase   *string `json:"phase"`
	Until   *string `json:"until"`
	Verdict string  `json:"verdict"`
	Cause   string  `json:"cause"`
	Hint    *string `json:"hint"`
}
