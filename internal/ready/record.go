package ready

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// pins looks for floors and selectors above what the branch promised, and for a floor whose own support is
// over.
func (e *examiner) pins(ctx context.Context, l *Line, t backport.Target, files fs.FS) error {
	var point gitops.ID
	if !e.in.Main.Tip.IsZero() {
		h, err := e.in.Repo.Histories(ctx, e.in.Main.Tip, []gitops.ID{t.Tip})
		if err != nil {
			return err
		}
		point = h[0].Point
	}
	found, baseline, err := backport.Drift(ctx, e.in.Session, e.o.Stage.Gate, t, point)
	if err != nil {
		return err
	}
	for _, f := range found {
		l.add(Finding{
			Check: CheckPins, Level: Fail, Path: f.Path, Lineno: f.Line, Message: fmt.Sprintf("%s is %s, and was %s at the %s", f.Key, f.Now, f.Baseline, baseline),
			Command: fmt.Sprintf("git log --oneline -S%q %s -- %q", f.Now, l.Target.Branch, f.Path),
		})
	}
	e.support(l, files)
	return nil
}

// support warns of a floor that its own makers do not support any more.
func (e *examiner) support(l *Line, files fs.FS) {
	reading := msrv.ReadPins(files, []string{"go.mod", "package.json"}, e.o.Stage.Gate.Options)
	for _, eco := range []msrv.Ecosystem{msrv.Go, msrv.Node} {
		floor, ok := msrv.EffectiveFloor(reading.Pins, eco)
		if !ok {
			continue
		}
		oldest, made := oldestSupported(string(eco), e.in.AsOf)
		v, err := msrv.ParseVersion(msrv.FloorScheme(eco), oldest)
		if oldest == "" || err != nil {
			continue
		}
		if order, ok := floor.Version.Compare(v); ok && order < 0 {
			l.add(Finding{
				Check: CheckSupport, Level: Warn, Path: floor.Path, Lineno: floor.Line, Verb: []string{"branches"},
				Message: fmt.Sprintf("the floor %s %s is not supported any more; the oldest that is: %s%s", eco, floor.Value, oldest, made),
			})
		}
	}
}

// oldestSupported is the oldest release of a toolchain that is supported on a day, by the calendar that comes
// with this program, and how old that is.
func oldestSupported(name string, day policy.Date) (oldest, made string) {
	cfg, when, err := config.Calendar(name)
	if err != nil {
		return "", ""
	}
	lines, problems := policy.Lines(cfg.Policy, policy.Facts{AsOf: day})
	for _, p := range problems {
		if p.Fatal {
			return "", ""
		}
	}
	for _, line := range lines { // newest first
		if line.State == policy.StateSupported {
			oldest = line.Name()
		}
	}
	if !when.IsZero() {
		made = fmt.Sprintf(" (known on %s)", when)
	}
	return oldest, made
}

// audit lists the fixes that a line should have and does not.
func (e *examiner) audit(l *Line) {
	if e.o.Audit == nil {
		return
	}
	at := -1
	for i, line := range e.o.Audit.Request.Lines {
		if line.Branch == l.Target.Branch {
			at = i
		}
	}
	n := 0
	for _, row := range e.o.Audit.Rows {
		if at >= 0 && at < len(row.Cells) && row.Cells[at].State == audit.Missing {
			n++
		}
	}
	switch {
	case n == 1:
		l.add(Finding{Check: CheckAudit, Level: Fail, Message: "1 fix is MISSING", Verb: []string{"audit", "--line", l.name()}})
	case n > 1:
		l.add(Finding{Check: CheckAudit, Level: Fail, Message: fmt.Sprintf("%d fixes are MISSING", n), Verb: []string{"audit", "--line", l.name()}})
	}
}

// pendingDays is how long an operation may be under way.
const pendingDays = 14

// pending tells of operations that have not come to their end.
func (e *examiner) pending(l *Line) {
	if e.o.Log == nil {
		return
	}
	for _, op := range e.o.Log.All() {
		t := op.Target(l.Target.Branch)
		if op.Kind != operation.KindApply || t == nil {
			continue
		}
		what := ""
		state := e.o.Log.State(op)
		switch {
		case e.o.Log.NeedsPerson(op) && t.Open():
			what = "is " + t.Status + " there"
		case state == operation.StateApplied && t.Status == operation.TargetReady && op.Receipts[t.Ref].Pushed != "" && !e.has(t):
			what = "is published and not merged"
		case state == operation.StateApplied && t.Status == operation.TargetReady && !e.has(t):
			what = "has a branch that is not published"
		}
		if what == "" {
			continue
		}
		f := Finding{Check: CheckPending, Level: Info, Message: fmt.Sprintf("operation %.8s %s", op.ID, what), Verb: []string{"status", op.ID[:8]}}
		if days := int(e.o.Now.Sub(time.Unix(op.Last(), 0)).Hours() / 24); days > pendingDays {
			f.Level, f.Message = Fail, fmt.Sprintf("%s, for %d days", f.Message, days)
		}
		l.add(f)
	}
}

// has reports whether a release branch holds the commit of a target, or had it in some other form.
func (e *examiner) has(t *operation.Target) bool {
	standings, err := backport.Stand(context.Background(), e.in.Session, &operation.Operation{Kind: operation.KindApply, Targets: []operation.Target{*t}})
	return err == nil && len(standings) == 1 && standings[0].State == backport.StandingLanded
}

// A Run is the last run of a branch's CI.
type Run struct {
	None       bool
	Conclusion string // "success", "failure"
	At         time.Time
	Web        string
}

// runDays is how old the last run may be.
const runDays = 8

// online asks the forge for the last run of a branch's CI.
func (e *examiner) online(ctx context.Context, l *Line) error {
	if e.o.Online == nil {
		return nil
	}
	run, err := e.o.Online(ctx, l.Target.Branch)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f := Finding{Check: CheckState, Level: Warn, Command: "gh run list --branch " + l.Target.Branch}
	days := int(e.o.Now.Sub(run.At).Hours() / 24)
	switch {
	case err != nil:
		f.Message = "the forge could not be asked: " + err.Error()
	case run.None:
		f.Message = "its CI has never run"
	case run.Conclusion == "failure" || run.Conclusion == "timed_out" || run.Conclusion == "startup_failure":
		f.Level, f.Message = Fail, "the last run of its CI is red: "+run.Web
	case days > runDays:
		f.Message = fmt.Sprintf("the last run of its CI was %d days ago: %s", days, run.Web)
	default:
		return nil
	}
	l.add(f)
	return nil
}
