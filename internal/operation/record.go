package operation

import (
	"slices"

	"github.com/git-backport/git-backport/gitops"
)

// A Kind is what an operation does.
type Kind string

// The kinds of operation.
const (
	KindApply Kind = "apply" // creates or replaces branches
	KindUndo  Kind = "undo"  // takes the changes of another operation back
	KindRedo  Kind = "redo"  // makes them again
)

// A State is how far an operation has come. Undone and superseded are never stored: Log.State finds
// them.
type State string

// The states of an operation.
const (
	StateOpen       State = "open"       // recorded; nothing landed, because a target needs a person
	StateLanding    State = "landing"    // the refs are being changed; the next run reads them to know
	StateApplied    State = "applied"    // its changes are made
	StateFailed     State = "failed"     // interrupted before its changes were made: nothing was changed
	StateAborted    State = "aborted"    // given up before it landed
	StateUndone     State = "undone"     // a later operation took its changes back
	StateSuperseded State = "superseded" // a later operation of the same name took its place
)

// The statuses of a target that the record itself knows; the others are those of the pipeline.
const (
	TargetReady   = "ready"
	TargetPresent = "present"
	TargetDropped = "dropped" // given up by the user, or left out though the policy requires it
)

// An Operation is the record of one operation.
type Operation struct {
	ID          string       `json:"id"`  // 128 random bits in base 32
	Seq         int          `json:"seq"` // counts up from 1
	Kind        Kind         `json:"kind"`
	Verb        string       `json:"verb,omitempty"`       // that made it, when it is not apply: "bump"
	Of          string       `json:"of,omitempty"`         // of an undo or redo: the apply
	Supersedes  []string     `json:"supersedes,omitempty"` // open operations it takes the place of
	State       State        `json:"state"`
	Before      State        `json:"before,omitempty"` // while landing: the state to return to
	Name        string       `json:"name"`             // of the branches, backport/<name>/…
	Embargo     bool         `json:"embargo,omitempty"`
	Sources     []gitops.ID  `json:"sources"`
	Policy      Policy       `json:"policy"`
	Committer   string       `json:"committer"` // "name <email> seconds zone"; under embargo "seconds zone"
	Remote      string       `json:"remote,omitempty"`
	Main        string       `json:"main,omitempty"`    // the ref of main when it was made; older records lack it
	Request     *Request     `json:"request,omitempty"` // that asks for the same again; nil of an undo, and in old records
	Args        []string     `json:"args,omitzero"`     // of old records: what was asked, as it was typed
	Targets     []Target     `json:"targets"`
	Changes     []Change     `json:"changes"`
	AsOf        string       `json:"as_of,omitempty"`   // the policy's day, 2026-01-31
	Held        []string     `json:"held,omitempty"`    // under embargo, which keeps no kind: lines that the policy's cadence did not bump
	Settled     bool         `json:"settled,omitempty"` // nothing is open any more, and what is ready has yet to land
	Packs       []string     `json:"packs,omitempty"`   // the packs kept for it, while it is open
	Transitions []Transition `json:"transitions"`

	Receipts map[string]Receipt `json:"receipts,omitempty"` // of published branches, by ref
	Texts    map[string]string  `json:"texts,omitempty"`    // of their pull requests, by ref

	Verifications []Verification `json:"verifications,omitempty"` // oldest first
}

// A Policy says which policy decided.
type Policy struct {
	Source string    `json:"source"`
	Rev    gitops.ID `json:"rev"` // zero when it was not read from a commit
}

// A Target is one release branch of an operation.
type Target struct {
	Line       string      `json:"line"` // "" of a commit that --onto named
	Branch     string      `json:"branch"`
	BaseRef    string      `json:"base_ref"` // "" of a bare commit
	Base       gitops.ID   `json:"base_oid"`
	Status     string      `json:"status"`
	Ref        string      `json:"ref"` // the branch to make; "" where there is none
	Head       gitops.ID   `json:"head"`
	Commits    []gitops.ID `json:"commits"`
	Left       []gitops.ID `json:"left,omitempty"` // commits of fixes that the line does not get
	BumpRef    string      `json:"bump_ref,omitempty"`
	BumpCommit gitops.ID   `json:"bump_commit"`
	BumpTo     string      `json:"bump_to,omitempty"`
	Conflicts  []Conflict  `json:"conflicts,omitempty"`
	Ours       gitops.ID   `json:"ours"`    // of a conflicted pick: the tree it was tried on
	Markers    gitops.ID   `json:"markers"` // and the tree it led to, markers in its files
	Resolved   []Resolved  `json:"resolved,omitempty"`
	Required   bool        `json:"required,omitempty"`   // by the policy; never kept under embargo
	Reason     string      `json:"reason,omitempty"`     // why it was dropped; never kept under embargo
	CleanWith  string      `json:"clean_with,omitempty"` // the newer branch whose version of the fix, settled since, is clean here
	PR         *PR         `json:"pr,omitempty"`
}

// A Resolved is a conflicted pick that a person settled. Records that are older than its last fields lack
// them: nothing of those is used again.
type Resolved struct {
	Source gitops.ID `json:"source"`
	Ours   gitops.ID `json:"ours"`             // the tree the pick was tried on
	Tree   gitops.ID `json:"tree"`             // the tree it leads to
	At     int64     `json:"at,omitempty"`     // when, in seconds since 1970
	By     string    `json:"by,omitempty"`     // "name <email>"; "" under embargo
	Files  []Settled `json:"files,omitempty"`  // the paths that conflicted
	Beside [][]byte  `json:"beside,omitempty"` // other paths that the person changed
}

// A Settled is a path that conflicted, and what a person made of it.
type Settled struct {
	Path   []byte  `json:"path"`
	Base   *Stage  `json:"base"`
	Ours   *Stage  `json:"ours"`
	Theirs *Stage  `json:"theirs"`
	Result *Stage  `json:"result"` // nil: it is to go
	From   *Origin `json:"from,omitempty"`
}

// An Origin is where a resolution was made that was used again.
type Origin struct {
	Operation string `json:"operation"`
	Branch    string `json:"branch"`
	At        int64  `json:"at,omitempty"`
	By        string `json:"by,omitempty"`
}

// A Conflict is a path that needs a person.
type Conflict struct {
	Source gitops.ID `json:"source"` // the commit whose pick conflicts
	Path   []byte    `json:"path"`
	Kind   string    `json:"kind"`
	Base   *Stage    `json:"base"`
	Ours   *Stage    `json:"ours"`
	Theirs *Stage    `json:"theirs"`
}

// A Stage is what a conflicted path holds on one side.
type Stage struct {
	Mode uint32    `json:"mode"`
	ID   gitops.ID `json:"oid"`
}

// Git is the stage as the repository knows it; nil for nil.
func (s *Stage) Git() *gitops.Stage {
	if s == nil {
		return nil
	}
	return &gitops.Stage{Mode: s.Mode, ID: s.ID}
}

// StageOf is a stage of the repository for the record; nil for nil.
func StageOf(s *gitops.Stage) *Stage {
	if s == nil {
		return nil
	}
	return &Stage{Mode: s.Mode, ID: s.ID}
}

// A PR holds what is known of a target's pull request; its text is made when it is shown.
type PR struct {
	Base   string   `json:"base"`
	Head   string   `json:"head"`
	Title  string   `json:"title"`
	Draft  bool     `json:"draft,omitempty"`
	Labels []string `json:"labels,omitempty"`

	Reviewers []string `json:"reviewers,omitempty"`
	Assignees []string `json:"assignees,omitempty"`
	Milestone string   `json:"milestone,omitempty"`
	AutoMerge bool     `json:"auto_merge,omitempty"`
	Comment   int      `json:"comment,omitempty"` // the fix's own pull request, to be told; 0 for none
}

// A Change is one ref before and after. A zero Old means that it is created, a zero New that it is
// deleted.
type Change struct {
	Ref  string    `json:"ref"`
	Old  gitops.ID `json:"old"`
	New  gitops.ID `json:"new"`
	Done bool      `json:"done,omitempty"`
}

// A Transition is a state that was entered, and when, in seconds since 1970.
type Transition struct {
	State State `json:"state"`
	At    int64 `json:"at"`
}

// Open reports whether a target still needs a person.
func (t *Target) Open() bool {
	return t.Status != TargetReady && t.Status != TargetPresent && t.Status != TargetDropped
}

// Withheld reports whether a line that the policy requires goes without the fix.
func (op *Operation) Withheld() bool {
	return slices.ContainsFunc(op.Targets, func(t Target) bool { return t.Status == TargetDropped && t.Required })
}

// Open reports whether a target of the operation still needs a person.
func (op *Operation) Open() bool {
	for i := range op.Targets {
		if op.Targets[i].Open() {
			return true
		}
	}
	return false
}

// Target finds a target by its line or branch.
func (op *Operation) Target(name string) *Target {
	for i := range op.Targets {
		if t := &op.Targets[i]; t.Branch == name || t.Line == name && name != "" {
			return t
		}
	}
	return nil
}

// Made returns the changes that are made.
func (op *Operation) Made() []Change {
	var out []Change
	for _, c := range op.Changes {
		if c.Done {
			out = append(out, c)
		}
	}
	return out
}

// Command returns the verb that asks for the operation again.
func (op *Operation) Command() string {
	if op.Verb == "" {
		return "apply"
	}
	return op.Verb
}

// Date returns the committer date of the operation's commits: "seconds zone".
func (op *Operation) Date() string {
	for i := len(op.Committer) - 1; i >= 0; i-- {
		if op.Committer[i] == '>' {
			if i+2 > len(op.Committer) {
				return ""
			}
			return op.Committer[i+2:]
		}
	}
	return op.Committer
}

// enter moves the operation to a state.
func (op *Operation) enter(s State, at int64) {
	op.State = s
	op.Transitions = append(op.Transitions, Transition{s, at})
}

// Last returns when the record last changed its state, in seconds since 1970.
func (op *Operation) Last() int64 {
	if n := len(op.Transitions); n > 0 {
		return op.Transitions[n-1].At
	}
	return 0
}
