package backport

import (
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/backport/why"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// A Status is where a target stands after the pipeline.
type Status string

// The statuses of a target. Only StatusFailed carries an error.
const (
	StatusReady      Status = "ready"      // a new branch can be made
	StatusPresent    Status = "present"    // the branch has the fix already
	StatusProbable   Status = "probable"   // the branch seems to have the fix: a person has to look
	StatusEmpty      Status = "empty"      // the pick changes nothing, and nothing shows that the fix is there
	StatusConflicted Status = "conflicted" // a person has to merge
	StatusGated      Status = "gated"      // a toolchain pin would rise
	StatusRefused    Status = "refused"    // the policy refuses the line
	StatusFailed     Status = "failed"     // see Outcome.Err
)

// A Target is a line the fix goes to: the decision about it and the commit it is picked onto.
type Target struct {
	release.Line
	Onto     string // the revision given to --onto; policy is left aside, and Branch is the revision
	FirstTag string // of the line's first release; "" when there is none
	Forced   bool   // named by the user against a refusal, with a reason
	Trial    bool   // allowed, not named: picked to be shown, never landed
	Refused  string // why the target is refused; its picks are shown all the same
	Missing  error  // a *BranchMissingError: the line's branch is not here, and nothing can be picked
	Warnings []string
	Kind     policy.Kind // the strongest of what it gets; "" is the fix's
	Left     []LeftPart  // of several fixes, those that the line does not get

	part string // its own part of the names of new branches
}

// Name returns what the target is called in messages: its line's branch, or the revision of --onto.
func (t Target) Name() string { return t.Branch }

// PickStatus is what became of one source commit on one target.
type PickStatus string

// The statuses of a pick.
const (
	PickClean    PickStatus = "clean"
	PickConflict PickStatus = "conflict"
	PickPresent  PickStatus = "present"
	PickProbable PickStatus = "probable"
	PickEmpty    PickStatus = "empty"
	PickSkipped  PickStatus = "skipped"
	PickError    PickStatus = "error"
)

// A Pick is one source commit taken onto a target.
type Pick struct {
	Source  gitops.ID
	Message []byte // of the source, in UTF-8
	Status  PickStatus
	Via     string // "main", or the branch it was taken from
	Result  gitops.PickResult
	Commit  gitops.ID  // the new commit; zero unless clean and sealed
	Lines   []string   // facts worth showing: renames followed, attributes used
	Notes   []string   // what the commit's message says of what was left out
	Ours    gitops.ID  // the tree it was put onto
	Hunks   []why.Hunk // of the conflicts: the places with markers, path by path
	// Prerequisite is a commit that is no part of the fix, and is taken because the fix conflicts without it.
	Prerequisite bool
	Kind         policy.Kind      // of a prerequisite
	Why          *why.Explanation // of the conflicts; nil when nobody asked, or there are none
	Rules        []RuleUse        // conflicts that the policy's path rules settled
	// Unsettled says, by path, why the policy's path rule does not settle a conflict.
	Unsettled map[string]string
	// Differs is how the version that was taken from another branch differs from main's, which is the first.
	Differs []gitops.PathDifference
	// ViaCommit is the commit of the other branch that was taken; zero when it was made a moment ago.
	ViaCommit gitops.ID
	Taken     string    // from where, and why; "" for main's version
	Evidence  *Evidence // that the branch has it; nil where there is none
}

// Facts are all facts worth showing: from where it was taken, what the path rules settled, then Lines.
func (k Pick) Facts() []string {
	out := make([]string, 0, 1+len(k.Rules)+len(k.Lines))
	if k.Taken != "" {
		out = append(out, k.Taken)
	}
	for _, u := range k.Rules {
		out = append(out, u.String())
	}
	return append(out, k.Lines...)
}

// A GateOutcome is what the gate said.
type GateOutcome struct {
	OK       bool
	Unread   bool   // a file or a form that declares a toolchain changed, and there is no reader for it
	Baseline string // where the baseline was read: "branch point 1a2b3c4", "tip"
	Findings []msrv.Finding
	// PinOnly is a commit of the fix that does nothing but raise pins; zero when there is none. No
	// branch takes it.
	PinOnly      gitops.ID
	Dropped      []msrv.Dropped // pins that --strip-pin left out of the fix
	Left         []msrv.Left    // and those that it could not
	Dependencies []msrv.Dependency
	UnreadLocks  []string // lock files that the fix changes, and that are not read
	// Census is what the result as a whole declares: filled by CheckGate.
	Census *PinCensus
}

// A PinCensus is what was read of a tree.
type PinCensus struct {
	Pins, Files int
	NotRead     []msrv.Problem // what declares a toolchain, and was not read or could not be
	Excluded    []string       // pin files that the change touches, and the policy leaves out
	Code        []CodeChange   // what no pin can show: whether the code builds with the floor
}

// A CodeChange is the changed code of an ecosystem that declares a floor. That it builds there is for a
// compiler to say.
type CodeChange struct {
	Files int
	Floor msrv.Pin // the highest that is declared in what is shipped
}

// NeedsPerson reports whether a target that may have the fix, or that the fix does not change, has to be
// looked at by a person: one that must have it, or that was named by --onto alone.
func (o Outcome) NeedsPerson() bool {
	return o.Target.required() || o.Status == StatusProbable && o.Target.Onto != ""
}

// An Outcome is what became of one target.
type Outcome struct {
	Target  Target
	Status  Status
	Branch  string    // the branch to create: "backport/<name>/<branch>"
	Head    gitops.ID // its commit; zero when there is none or no identity to seal with
	Picks   []Pick
	Present *Evidence
	Gate    *GateOutcome
	Bump    *release.Outcome
	Commits []gitops.ID // the commits on top of the tip, oldest first
	Err     error       // only with StatusFailed

	says contents // what its commits say
}
