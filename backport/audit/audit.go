package audit

import (
	"context"
	"slices"
	"time"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// A Line is an audited line.
type Line struct {
	policy.Line
	Tip gitops.ID
}

// Grace is how many days a fix is due before it is missing, where nothing else is said.
const Grace = 14

// A Draft is a branch that is to land on a line.
type Draft struct {
	Line policy.LineID
	Name string
	Tip  gitops.ID
}

// A Request is what is audited, and how.
type Request struct {
	Main      gitops.ID
	Lines     []Line        // newest first
	Known     []policy.Line // all lines that there are
	Policy    *policy.Policy
	AsOf      policy.Date
	Fixes     []gitops.ID   // these alone; none: all that a line has or should have
	Looked    []gitops.ID   // commits of main that are looked at; none: all
	Brought   []gitops.ID   // commits that are said to have brought what Fixes mend
	Kind      policy.Kind   // of Fixes; "" is read from their messages
	Kinds     []policy.Kind // looked at though they are left out otherwise
	Only      []Signal      // none: all
	Since     int64         // fixes that are older are left out, in seconds since 1970
	Grace     int           // days in which a fix that is no security fix is due and not missing
	Strict    bool          // what is uneven and applies is missing
	Paths     []backport.PathRule
	Decisions []Decision
	Drafts    []Draft
}

// A Report is what an audit found.
type Report struct {
	Request    Request
	Held       *Held
	Rows       []Row // youngest first: the fixes that a line carries as a copy, or of which a cell has a signal
	Fixes      int   // commits of main that were looked at
	Carried    int   // of them, those that a line has as a copy
	Counts     map[State]int
	Advisories []Named
	Lacks      gitops.ID // the first object that is missing
	Warnings   []string
}

// A Named is an advisory with the lines whose own commits name it, and those that should and do not.
type Named struct {
	ID             string
	Lines, Missing []string
}

// Oldest is the branch of the line that left main first.
func (r *Report) Oldest() string {
	if r.Held.Oldest < 0 || r.Held.Oldest >= len(r.Request.Lines) {
		return ""
	}
	return r.Request.Lines[r.Held.Oldest].Branch
}

// An auditing is the making of a report.
type auditing struct {
	Request
	session   *gitops.Session
	held      *Held
	main      *ledger.Branch // main since the oldest line left
	used      []bool         // of the decisions
	decisions map[decisionKey][]policy.Decision
	pending   map[gitops.ID]map[int]string // by fix and line, the branch
	repairs   map[gitops.ID][]repair       // by the commit that repairs
	advised   map[string][]bool            // by advisory, the lines whose own commits name it
	first     map[string]int64             // by advisory, when a line first named it
	naming    map[gitops.ID][]string       // by commit of a line, the advisories that it names
	report    *Report
}

type decisionKey struct {
	kind      policy.Kind
	published policy.Date
}

// Run audits the lines of a repository.
func Run(ctx context.Context, s *gitops.Session, q Request) (*Report, error) {
	tips := make([]gitops.ID, len(q.Lines))
	for i, l := range q.Lines {
		tips[i] = l.Tip
	}
	held, err := Hold(ctx, s, q.Main, tips)
	if err != nil {
		return nil, err
	}
	return Examine(ctx, s, q, held)
}

// Examine audits lines of which it is known what they hold.
func Examine(ctx context.Context, s *gitops.Session, q Request, held *Held) (*Report, error) {
	return newAuditing(s, q, held).examine(ctx)
}

func newAuditing(s *gitops.Session, q Request, held *Held) *auditing {
	return &auditing{
		Request: q, session: s, held: held, used: make([]bool, len(q.Decisions)), decisions: map[decisionKey][]policy.Decision{},
		report: &Report{Request: q, Counts: map[State]int{}},
	}
}

func (a *auditing) examine(ctx context.Context) (*Report, error) {
	a.report.Held = a.held
	if len(a.held.Lines) == 0 {
		return a.report, nil
	}
	var err error
	if a.main, err = ledger.ReadBranch(ctx, a.held.Reading, a.held.Main); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{a.readDrafts, a.readRepairs, a.readAdvisories, a.rows, a.forward} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	for i := range a.report.Rows {
		if err := a.judge(ctx, &a.report.Rows[i]); err != nil {
			return nil, err
		}
	}
	if len(a.Fixes) > 0 {
		if err := a.look(ctx); err != nil {
			return nil, err
		}
	}
	a.keep()
	a.nameAdvisories()
	a.report.Warnings = append(a.report.Warnings, a.unused()...)
	return a.report, nil
}

// rows makes a row of each fix that is looked at.
func (a *auditing) rows(ctx context.Context) error {
	if len(a.Fixes) > 0 {
		for _, id := range a.Fixes {
			row, err := a.asked(ctx, id)
			if err != nil {
				return err
			}
			a.report.Rows = append(a.report.Rows, row)
		}
		a.report.Fixes = len(a.Fixes)
		return nil
	}
	for _, f := range a.held.Main {
		if f.IsMerge() || f.Time < a.Since || len(a.Looked) > 0 && !slices.Contains(a.Looked, f.ID) {
			continue
		}
		a.report.Fixes++
		row := a.row(f)
		if a.copied(&row) {
			a.report.Carried++
		}
		a.report.Rows = append(a.report.Rows, row)
	}
	return nil
}

// row makes the row of a commit of main, with what the lines have of it.
func (a *auditing) row(f *ledger.Commit) Row {
	row := Row{Fix: f, Advisories: f.Advisories, Cells: make([]Cell, len(a.Lines))}
	if n := len(f.Numbers); n > 0 {
		row.Number = f.Numbers[n-1]
	}
	row.Kind, row.KindFrom = backport.KindOf(f.Message)
	if !a.Policy.Known(row.Kind) {
		row.Kind, row.KindFrom = policy.Bugfix, backport.KindAssumed
	}
	if len(a.Fixes) > 0 && a.Kind != "" {
		row.Kind, row.KindFrom = a.Kind, backport.KindFromFlag
	}
	for i := range a.held.Lines {
		row.Cells[i] = a.held.Lines[i].cell(f.ID)
	}
	return row
}

// cell says what a line has of a fix, before anybody judges.
func (h *HeldLine) cell(fix gitops.ID) Cell {
	by, undone := h.Branch.UndoneBy(fix)
	copies := h.Copies(fix)
	c := Cell{State: Open, Copies: copies}
	switch {
	case h.In(fix) && !undone:
		c.State = In
	case len(copies) > 0 && copies[0].Stands():
		c.State = Backported
	case h.In(fix):
		c.State, c.Undone = Reverted, by
	case len(copies) > 0:
		c.State, c.Undone = Reverted, copies[0].Undone
	}
	if len(copies) > 0 {
		c.Landed = h.time(copies[0].Commit)
	} else if lacks, unknown := h.Found.Unknown[fix]; unknown && c.State == Open {
		c.State, c.Lacks = Unknown, lacks
	}
	return c
}

// time is when a commit of the line was committed.
func (h *HeldLine) time(id gitops.ID) int64 {
	for _, c := range h.Own {
		if c.ID == id {
			return c.Time
		}
	}
	return 0
}

// copied reports whether a line has the fix of a row as a copy.
func (a *auditing) copied(row *Row) bool {
	return slices.ContainsFunc(row.Cells, func(c Cell) bool { return c.State == Backported })
}

// asked makes the row of a commit that somebody names, which main or the window may not have.
func (a *auditing) asked(ctx context.Context, id gitops.ID) (Row, error) {
	if f := a.held.Index.Fix(id); f != nil {
		return a.row(f), nil
	}
	f, err := a.held.Reading.Read(id)
	if err != nil {
		return Row{}, err
	}
	x := ledger.NewIndex(a.held.Reading, []*ledger.Commit{f}, func(context.Context) (*ledger.Index, error) { return a.held.Index, nil })
	row := a.row(f)
	for i := range a.held.Lines {
		l := a.held.Lines[i]
		has, err := a.session.Repo().IsAncestor(ctx, id, l.Tip)
		if err != nil {
			return row, err
		}
		l.ancestors = map[gitops.ID]bool{id: has}
		if l.Found, err = x.Match(ctx, l.Branch, l.Own, nil); err != nil {
			return row, err
		}
		row.Cells[i] = l.cell(id)
	}
	return row, nil
}

// keep leaves the rows that say something, and counts.
func (a *auditing) keep() {
	if len(a.Fixes) == 0 {
		a.report.Rows = slices.DeleteFunc(a.report.Rows, func(r Row) bool {
			return !slices.ContainsFunc(r.Cells, a.says) && r.Main == nil
		})
	}
	for _, r := range a.report.Rows {
		cells := r.Cells
		if r.Main != nil {
			cells = append(slices.Clone(cells), *r.Main)
		}
		for _, c := range cells {
			a.report.Counts[c.State]++
			if c.State == Unknown && a.report.Lacks.IsZero() {
				a.report.Lacks = c.Lacks
			}
		}
	}
}

// says reports whether a cell is worth a row: not where the line has what main has, and where main itself
// took the fix back.
func (a *auditing) says(c Cell) bool {
	return c.Signal != "" || c.State != In && c.State != Open && (c.State != Reverted || a.held.Index.Fix(c.Undone) == nil)
}

// day is the day of a time, in UTC.
func day(seconds int64) policy.Date { return policy.DateOf(time.Unix(seconds, 0).UTC()) }
