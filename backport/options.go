package backport

import (
	"context"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// A Fix is what is backported.
type Fix struct {
	Commits  []gitops.ID // in the order they are picked
	Subject  string      // of the first commit
	Kind     policy.Kind
	KindFrom KindSource
	OnMain   []bool      // for each commit, whether main contains it
	Parts    []Part      // the fixes that land together, in main's order; none: all is one
	Requests []Merged    // the pull requests that were named
	Left     []gitops.ID // merges that were left out of ranges
	Squash   bool        // merges are taken as one commit each, as a squash would have made it
}

// AllOnMain reports whether main contains every commit of the fix.
func (f Fix) AllOnMain() bool {
	for _, on := range f.OnMain {
		if !on {
			return false
		}
	}
	return true
}

// A Skip takes a line out, or some commits on one line.
type Skip struct {
	Line    policy.LineID
	Commits []gitops.ID // none: the whole line
}

// A Named is a line that the user named, for the whole fix or for some commits of it.
type Named struct {
	Line    policy.LineID
	Commits []gitops.ID // none: all
}

// Selection is which lines the user named.
type Selection struct {
	To     []Named // exactly these
	Also   []Named // these too
	Skip   []Skip
	Reason string // why a refused line is taken, or a line is left out
}

// Names reports whether the user named a line as one to take, for the whole fix or a part of it.
func (s Selection) Names(line policy.LineID) bool {
	return slices.ContainsFunc(slices.Concat(s.To, s.Also), func(n Named) bool { return n.Line == line })
}

// Origin says whether the line "(cherry picked from commit …)" is added.
type Origin int

// The values of -x and --no-x. By default the line is added when main contains the source.
const (
	OriginAuto Origin = iota
	OriginYes
	OriginNo
)

// A Seal says how commits are made.
type Seal struct {
	Committer []byte // "name <email> seconds zone"; nil when there is no identity: no commits are made
	SignOff   string // the line for -s without its key, "name <email>"; "" for none
	Origin    Origin
	Sign      gitops.Signer // nil: unsigned
	Trailers  gitops.TrailerRules
}

// A GateRule is how pins are judged.
type GateRule struct {
	Options   msrv.Options
	Rules     msrv.Rules
	Baseline  string                                            // "branch-point" (also ""), "first-tag" or "tip"
	Promised  map[policy.LineID]map[msrv.Ecosystem]msrv.Version // floors that the policy states
	Supported map[msrv.Ecosystem]msrv.Version                   // oldest supported releases, for rule follow
	ByClass   map[string]msrv.Rule                              // the rule for floors of a class of lines, instead of Rules.Floor
	// AllowUnread takes what declares a toolchain, and no reader can read, for fine.
	AllowUnread bool
	Store       msrv.Store // the package managers' caches
}

// Of returns the rules for a line of a class.
func (g GateRule) Of(class string) msrv.Rules {
	rules := g.Rules
	if rule, ok := g.ByClass[class]; ok {
		rules.Floor = rule
	}
	return rules
}

// strictest returns the rules by which most pins stop a line of some class.
func (g GateRule) strictest() msrv.Rules {
	rules := g.Rules
	for _, rule := range g.ByClass {
		if own := (msrv.Rules{Floor: rule}); own.Stops(msrv.RoleFloor) && !rules.Stops(msrv.RoleFloor) {
			rules.Floor = rule
		}
	}
	return rules
}

// PRTemplates are the templates of pull requests: fields in braces, replaced once.
type PRTemplates struct {
	Title, Body string // "" is the default
	Draft       bool
	Labels      []string
	KindLabels  map[policy.Kind][]string // besides, of a fix of this kind
	Reviewers   []string                 // logins, or ORG/TEAM
	Assignees   []string                 // logins
	Milestone   string                   // its title; fields {line} and {branch}
	Comment     bool                     // the fix's own pull request is told
	AutoMerge   bool                     // the forge merges when all checks pass
}

// LabelsOf are the labels of the pull requests for a fix of a kind.
func (t PRTemplates) LabelsOf(kind policy.Kind) []string {
	out := slices.Clone(t.Labels)
	for _, l := range t.KindLabels[kind] {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// Options steer a plan.
type Options struct {
	AsOf     policy.Date
	Main     gitops.Branch
	Remote   string
	Name     string // of the new branches: "backport/<Name>/<branch>"
	Onto     []string
	OntoTips []gitops.ID // of Onto, in the same order
	Mainline int
	Squash   bool // a merge is one commit, by the first author of what it merges
	Select   Selection
	// Decide, if not nil, says what the policy makes of a change of a kind on a line.
	Decide            func(kind policy.Kind, line policy.LineID) policy.Decision
	MainFirst         policy.MainFirst
	NoBump            bool
	NoCascade         bool
	WithPrerequisites bool // take what makes a conflicted pick clean
	NoWhy             bool // do not look for what a conflicted pick lacks
	StripPin          bool
	Again             bool // what is probably there is picked all the same
	Embargo           bool // nothing of the fix's messages is told in names or pull requests
	Seal              Seal
	Bump              release.Rule
	Gate              GateRule
	Paths             []PathRule // the first that matches counts
	Notes             release.NotesRule
	PR                PRTemplates
	Resolved          []Resolution
	// Verify, if not nil, repeats each merge by other means; an error fails the target.
	Verify func(ctx context.Context, base, ours, theirs gitops.ID) error
	// Trace, if not nil, is told when a stage begins, of a target or of all ("" then), and with what it
	// returns when the stage ends. It is called from several goroutines.
	Trace func(stage, target string) (end func())
	// Progress, if not nil, is told how far the work is. It is called from several goroutines.
	Progress func(Progress)
}

// A Doing is a part of the work that may be long.
type Doing int

// What is done, in this order.
const (
	DoingTargets       Doing = iota // targets are taken through the stages
	DoingCascade                    // a conflicted target is tried with a newer branch's version
	DoingSearch                     // sets of commits are tried that a conflicted target may lack
	DoingPrerequisites              // a conflicted target is taken again with what was found
)

// A Progress is how far the work is: Done steps of at most Of.
type Progress struct {
	Doing    Doing
	Target   string // the one that is worked on, or that is through
	Done, Of int
}

// progress tells Progress how far the work is.
func (o Options) progress(doing Doing, target string, done, of int) {
	if o.Progress != nil {
		o.Progress(Progress{Doing: doing, Target: target, Done: done, Of: of})
	}
}

// stage tells Trace that a stage begins.
func (o Options) stage(name, target string) (end func()) {
	if o.Trace == nil {
		return func() {}
	}
	return o.Trace(name, target)
}

// A LineError is a line that was named and is not there, or named for two things at once.
type LineError struct {
	Line   string
	Reason string
	Known  []string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %q: %s", e.Line, e.Reason) }

// A ReasonError is a line that the policy requires, and that is left out without a reason.
type ReasonError struct{ Branch, What string }

func (e *ReasonError) Error() string {
	return fmt.Sprintf("the policy requires %s: %s wants --reason, which is recorded", e.Branch, e.What)
}

// A BranchMissingError is a line that gets the fix and whose branch is not in this clone.
type BranchMissingError struct {
	Line, Branch string // Branch is "" where the policy does not say what it is called
	Remote       string // "" where there is none
}

func (e *BranchMissingError) Error() string {
	if e.Branch == "" {
		return fmt.Sprintf("line %s has no branch in this clone", e.Line)
	}
	return fmt.Sprintf("the branch of line %s, %s, is not in this clone", e.Line, e.Branch)
}
