package audit

import (
	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// A State is where a cell stands.
type State string

// The states of a cell.
const (
	In         State = "in"         // the fix is an ancestor of the line's tip
	Backported State = "backported" // a copy of it is on the line
	Pending    State = "pending"    // a branch for the line carries it
	Reverted   State = "reverted"   // the line had it, and took it back
	Decided    State = "decided"    // a person said what becomes of it
	Missing    State = "MISSING"
	Candidate  State = "candidate" // somebody should look
	Unlikely   State = "unlikely"  // a candidate whose code the line does not have
	Due        State = "due"       // it will be missing when its time is over
	Unknown    State = "unknown"   // an object is missing that would say it
	Open       State = "open"      // the line has it not, and nothing says that it should
)

// States are all states.
func States() []State {
	return []State{In, Backported, Pending, Reverted, Decided, Missing, Candidate, Unlikely, Due, Unknown, Open}
}

// Carried reports whether the line has the fix.
func (s State) Carried() bool { return s == In || s == Backported }

// A Signal is why anybody looks at a cell.
type Signal string

// The signals, in the order in which they are asked.
const (
	Gap      Signal = "gap"       // an older line has the fix
	Required Signal = "required"  // the policy owes it to the line
	FollowUp Signal = "follow-up" // it mends or takes back what the line has
	Forward  Signal = "forward"   // a line has it and main does not
	Uneven   Signal = "uneven"    // a newer line got it after its first release
	Advisory Signal = "advisory"  // another line's notes name its advisory
)

// Signals are all signals in their order.
func Signals() []Signal { return []Signal{Gap, Required, FollowUp, Forward, Uneven, Advisory} }

// A Row is a fix with what each line has of it.
type Row struct {
	Fix        *ledger.Commit // of main; nil where main has none
	Copy       *ledger.Commit // the oldest commit of a line that is it, where main has none
	Kind       policy.Kind
	KindFrom   backport.KindSource
	Number     int // of its pull request; 0 where it names none
	Advisories []string
	Source     bool   // it changes source files
	Cells      []Cell // in the order of the lines
	Main       *Cell  // what main has of it, where that is a question
	Hints      []Hint // what its message says of lines
	paths      []string
}

// Commit is the commit that the row is about.
func (r *Row) Commit() *ledger.Commit {
	if r.Fix != nil {
		return r.Fix
	}
	return r.Copy
}

// A Cell is what a line has of a fix.
type Cell struct {
	State    State
	Signal   Signal
	Why      string        // what the signal saw: "41 and 40 got it 2026-01-14"
	Copies   []ledger.Copy // the best first
	Landed   int64         // when the best copy was committed, in seconds since 1970
	Verdict  policy.Verdict
	Due      policy.Date // from when on it is missing
	By       string      // of Pending: the branch
	Undone   gitops.ID   // of Reverted: the commit that takes it back
	Applies  *Applies
	Standing *Standing
	Decision *Decision
	Lacks    gitops.ID // of Unknown: the object
	Sight    *Sight    // whether the line has what the fix mends, where somebody asks
}

// Applies says whether the fix can be picked onto the line.
type Applies struct {
	Clean bool     // it can, but for Soft
	Soft  []string // conflicts in tests, notes and lock files, and in what the policy's path rules settle
	Hard  []string // other conflicts
	Via   string   // the newer line from which it is clean
}

// Standing says whether the line's code is the one that the fix changes.
type Standing struct {
	Files, Absent         int // that the fix changes, and that the line does not have
	Removed, RemovedThere int // lines that the fix removes, and those of them that are in the line's files
}

// There reports whether the code is the one that the fix changes.
func (s *Standing) There() bool { return s.Files > 0 && s.Absent == 0 && 2*s.RemovedThere >= s.Removed }

// None reports whether the line has nothing of the code.
func (s *Standing) None() bool { return s.Files > 0 && s.Absent == s.Files }

// A Hint is what the message of a fix says of a line. It decides nothing.
type Hint struct {
	Line policy.LineID
	Text string // the trailer
	Not  bool   // the line is said not to be affected
}
