package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/resolve"
	"github.com/git-backport/git-backport/internal/streams"
)

// A Stood is an operation with where it and its targets stand.
type Stood struct {
	Op      *operation.Operation
	State   string // "open", "applied", "landed", "undone", …
	Targets []backport.Standing
	Trees   map[string]string          // by branch, the work tree in which its conflict is being settled
	Reuses  map[string][]resolve.Reuse // by branch, what was made of such conflicts before
	Next    []string                   // commands
	Remotes bool                       // there is a remote to publish to
	TreeNow map[string]gitops.ID       // by branch, the tree that the target's branch holds; of what was verified
}

// A StatusV1 is the document of status.
type StatusV1 struct {
	Schema     string        `json:"schema"`
	Version    string        `json:"version"`
	Error      *ErrorV1      `json:"error"`
	Operations []OperationV1 `json:"operations"`
	Hidden     int           `json:"hidden"`
	Worktrees  []string      `json:"worktrees"` // that are needed no more
	Next       []string      `json:"next"`
	Exit       int           `json:"exit"`
}

// A WorkTreeV1 is a work tree whose conflict nobody waits for any more.
type WorkTreeV1 struct {
	Dir  Path    `json:"dir"`
	Kept *string `json:"kept"` // why it is still there; null when it was removed
}

// An OperationV1 is one operation on record.
type OperationV1 struct {
	ID      string       `json:"id"`
	Kind    string       `json:"kind"`
	Of      *string      `json:"of"`
	State   string       `json:"state"`
	Name    string       `json:"name"`
	Embargo bool         `json:"embargo"`
	Changed string       `json:"changed"`
	Sources []string     `json:"sources"`
	Targets []StandingV1 `json:"targets"`
	Changes []ChangeV1   `json:"changes"`
	Next    []string     `json:"next"`
}

// A StandingV1 is where one target stands.
type StandingV1 struct {
	Line      *string     `json:"line"`
	Branch    string      `json:"branch"`
	Status    string      `json:"status"`
	State     string      `json:"state"`
	Ref       *string     `json:"ref"`
	Head      *string     `json:"head"`
	Now       *string     `json:"now"`
	Tip       string      `json:"tip"`
	TipNow    *string     `json:"tip_now"`
	Evidence  *PresentV1  `json:"evidence"`
	Hint      *string     `json:"hint"`
	Required  *bool       `json:"required"` // by the policy; null where the record does not say, as under embargo
	Reason    *string     `json:"reason"`   // why it was dropped
	Conflicts []Path      `json:"conflicts"`
	Worktree  *string     `json:"worktree"`
	CleanWith *string     `json:"clean_with"`
	Reuse     []ReuseV1   `json:"reuse"`   // what can be taken for conflicts
	Settled   []SettledV1 `json:"settled"` // conflicts that a person settled
	PR        *PRTitleV1  `json:"pr"`

	Verified []VerificationV1 `json:"verified"` // what was run on the branch, oldest first
}

// A PRTitleV1 is what is recorded of a pull request.
type PRTitleV1 struct {
	Base  string `json:"base"`
	Head  string `json:"head"`
	Title string `json:"title"`
}

// A ChangeV1 is a ref that the operation changed.
type ChangeV1 struct {
	Ref string  `json:"ref"`
	Old *string `json:"old"`
	New *string `json:"new"`
}

// Status makes the document of operations, oldest first. Hidden is how many are left out, left are the work
// trees that are needed no more, next what to run.
func Status(version string, ops []Stood, hidden int, left, next []string) StatusV1 {
	doc := StatusV1{Schema: Schema("status"), Version: version, Operations: []OperationV1{}, Hidden: hidden, Worktrees: validAll(left), Next: validAll(next)}
	for _, s := range ops {
		doc.Operations = append(doc.Operations, operationV1(s))
	}
	return doc
}

// Operation makes the document of a verb that worked on one operation.
func Operation(verb, version string, s Stood, trees []WorkTreeV1, exit int) any {
	return struct {
		Schema    string       `json:"schema"`
		Version   string       `json:"version"`
		Error     *ErrorV1     `json:"error"`
		Operation OperationV1  `json:"operation"`
		Worktrees []WorkTreeV1 `json:"worktrees"`
		Exit      int          `json:"exit"`
	}{Schema: Schema(verb), Version: version, Operation: operationV1(s), Worktrees: trees, Exit: exit}
}

func operationV1(s Stood) OperationV1 {
	op := s.Op
	out := OperationV1{
		ID: op.ID, Kind: string(op.Kind), Of: optional(op.Of), State: s.State, Name: op.Name, Embargo: op.Embargo,
		Changed: stamp(op.Last()), Sources: oids(op.Sources), Targets: []StandingV1{}, Changes: []ChangeV1{}, Next: validAll(s.Next),
	}
	for _, c := range op.Made() {
		out.Changes = append(out.Changes, ChangeV1{Ref: c.Ref, Old: oid(c.Old), New: oid(c.New)})
	}
	for _, st := range s.Targets {
		t := st.Target
		v := StandingV1{
			Line: optional(t.Line), Branch: valid(t.Branch), Status: t.Status, State: string(st.State), Ref: optional(t.Ref), Head: oid(t.Head),
			Now: oid(st.Now), Tip: t.Base.String(), TipNow: oid(st.Base), Hint: optional(st.Hint), Reason: optional(valid(t.Reason)), Conflicts: []Path{},
			Worktree: optional(valid(s.Trees[t.Branch])), CleanWith: optional(valid(t.CleanWith)), Reuse: ReusesV1(s.Reuses[t.Branch]), Settled: settledV1(t.Resolved),
		}
		if st.Evidence != nil {
			v.Evidence = presentV1(*st.Evidence)
		}
		if !op.Embargo {
			v.Required = &t.Required
		}
		for _, c := range t.Conflicts {
			v.Conflicts = append(v.Conflicts, Path(c.Path))
		}
		if t.PR != nil {
			v.PR = &PRTitleV1{Base: valid(t.PR.Base), Head: valid(t.PR.Head), Title: valid(t.PR.Title)}
		}
		v.Verified = verificationsV1(s, t.Branch)
		out.Targets = append(out.Targets, v)
	}
	return out
}

func stamp(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// StatusText writes operations for people.
func StatusText(w io.Writer, ops []Stood, hidden int, o TextOptions) error {
	p := &page{w: w, o: o}
	for i, s := range ops {
		if i > 0 {
			p.printf("\n")
		}
		p.operation(s)
	}
	if hidden > 0 {
		p.printf("%s that ended (--all lists them)\n", count(hidden, "operation"))
	}
	return p.err
}

func (p *page) operation(s Stood) {
	op := s.Op
	what := "backport/" + op.Name
	if op.Kind != operation.KindApply {
		what = fmt.Sprintf("%s of %.8s", op.Kind, op.Of)
	}
	p.printf("operation %.8s  %s  %s, %s\n", op.ID, what, p.paint(operationColor(s.State), s.State), stamp(op.Last())[:10])
	var rows [][]string
	for _, st := range s.Targets {
		rows = append(rows, []string{streams.Clean(st.Target.Branch), standingWord(st)})
	}
	widths := columns(rows)
	for i, st := range s.Targets {
		p.row(rows[i], widths, standingColor(st), p.standingWhy(st))
		p.published(op, st.Target)
		p.verified(s, st.Target)
		if p.o.Verbose {
			p.settledBy(st.Target.Resolved)
		}
		if st.Target.Open() {
			for _, c := range st.Target.Conflicts {
				p.printf("      %s: %s\n", streams.Clean(string(c.Path)), Conflict(c.Kind, st.Target.Branch, c.Ours.Git()))
				p.reuseOf(s.Reuses[st.Target.Branch], c)
			}
			if t := st.Target; t.CleanWith != "" {
				p.printf("      clean with the fix as it is on %s now\n", streams.Clean(t.CleanWith))
			}
			if dir := s.Trees[st.Target.Branch]; dir != "" {
				p.printf("      being settled in the work tree %s\n", streams.Clean(dir))
			}
		}
	}
	if op.Kind != operation.KindApply || p.o.Verbose {
		for _, c := range op.Made() {
			p.printf("  %s %s\n", strings.TrimPrefix(c.Ref, "refs/heads/"), p.change(c))
		}
	}
}

// published shows where a target's branches are published.
func (p *page) published(op *operation.Operation, t operation.Target) {
	for _, ref := range []string{t.Ref, t.BumpRef} {
		r, ok := op.Receipts[ref]
		if !ok || ref == "" {
			continue
		}
		what := "pushed to " + r.Remote
		if r.Number != 0 {
			what = fmt.Sprintf("#%d %s", r.Number, r.Web)
		}
		if ref == t.BumpRef {
			what += " (bump)"
		}
		p.printf("      %s\n", streams.Clean(what))
	}
}

func (p *page) change(c operation.Change) string {
	switch {
	case c.Old.IsZero():
		return "created at " + p.short(c.New)
	case c.New.IsZero():
		return "deleted, was at " + p.short(c.Old)
	}
	return "moved from " + p.short(c.Old) + " to " + p.short(c.New)
}

// short abbreviates an id that may not be in the repository any more.
func (p *page) short(id gitops.ID) string {
	if p.o.Short == nil {
		return id.String()[:12]
	}
	return p.o.Short(id)
}

func standingWord(st backport.Standing) string {
	if st.State == backport.StandingUnmade {
		return st.Target.Status
	}
	return string(st.State)
}

func (p *page) standingWhy(st backport.Standing) string {
	t := st.Target
	branch := strings.TrimPrefix(t.Ref, "refs/heads/")
	var why string
	switch st.State {
	case backport.StandingLanded:
		why = "it was there already"
		if st.Evidence != nil {
			why = "in " + p.short(st.Evidence.Commit) + " (" + streams.Clean(st.Evidence.How) + ")"
		}
	case backport.StandingOpen:
		why = branch + " " + p.short(t.Head)
	case backport.StandingAmended:
		why = branch + " is at " + p.short(st.Now) + ", and was left at " + p.short(t.Head)
	case backport.StandingBaseMoved:
		why = branch + " was made on " + p.short(t.Base) + ", and the branch is at " + p.short(st.Base)
	case backport.StandingMissing:
		why = branch + " is gone, and not landed"
	case backport.StandingUnmade:
		switch {
		case t.Status == operation.TargetReady:
			why = "made when nothing else is open"
		case t.Status == operation.TargetDropped:
			why = droppedWhy(t)
		}
	}
	if st.Hint != "" {
		why = strings.TrimPrefix(why+"; "+streams.Clean(st.Hint), "; ")
	}
	return why
}

// droppedWhy says why a target was dropped, and what that means.
func droppedWhy(t operation.Target) string {
	why := streams.Line(t.Reason)
	if t.Required {
		why = strings.TrimSuffix("the policy requires it; "+why, "; ")
	}
	return why
}

func standingColor(st backport.Standing) string {
	switch st.State {
	case backport.StandingLanded:
		return dim
	case backport.StandingOpen:
		return green
	case backport.StandingAmended, backport.StandingBaseMoved:
		return yellow
	case backport.StandingMissing:
		return red
	case backport.StandingUnmade:
	}
	return statusColor(backport.Status(st.Target.Status))
}

func operationColor(state string) string {
	switch operation.State(state) {
	case operation.StateApplied:
		return green
	case operation.StateOpen:
		return yellow
	case operation.StateFailed, operation.StateLanding:
		return red
	case operation.StateAborted, operation.StateUndone, operation.StateSuperseded:
	}
	return dim
}
