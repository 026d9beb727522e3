// Package ready reports whether every supported line could be released today: doctor's checks. Each looks at
// one thing of a line's tip, and says what is wrong, where, and which command cures it. None changes
// anything, and all but one work offline.
//
// Words: a finding is what a check has to say of a line; it fails the line, warns, or informs. A line is
// ready when nothing fails it.
package ready

import (
	"context"
	"slices"
	"time"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/policy"
)

// A Level says how much a finding matters.
type Level string

// The levels.
const (
	Fail Level = "fail"
	Warn Level = "warn"
	Info Level = "info"
)

// A Check is what is looked at.
type Check string

// The checks, in the order in which they are made.
const (
	CheckFresh      Check = "fresh"
	CheckVersion    Check = "version"
	CheckBump       Check = "bump"
	CheckNotes      Check = "notes"
	CheckUnreleased Check = "unreleased"
	CheckPins       Check = "pins"
	CheckAudit      Check = "audit"
	CheckPending    Check = "pending"
	CheckImages     Check = "ci-images"
	CheckActions    Check = "ci-actions"
	CheckDispatch   Check = "ci-dispatch"
	CheckDates      Check = "dates"
	CheckState      Check = "ci-state"
	CheckSupport    Check = "floor-support"
	CheckRehearsal  Check = "rehearsal"
)

// A Finding is what a check has to say of a line.
type Finding struct {
	Check   Check
	Level   Level
	Path    string
	Lineno  int // from 1; 0 for none
	Message string
	Verb    []string // a verb of this program with its arguments, which cures it
	Command string   // another command that does, or shows what to change; "" for none
}

// A Line is a supported line with what was found.
type Line struct {
	Target   release.Line
	Findings []Finding
}

// Ready reports whether a line could be released; with strict a warning keeps it too.
func (l Line) Ready(strict bool) bool {
	return !slices.ContainsFunc(l.Findings, func(f Finding) bool { return f.Level == Fail || strict && f.Level == Warn })
}

// A Report is what was found.
type Report struct {
	AsOf  policy.Date
	Known policy.Date // when the table of images and actions was made
	Lines []Line
}

// Options say what is looked at.
type Options struct {
	Stage   backport.Options // of the stages of a pick, for the bump
	Only    []string         // lines or branches; none: all that are supported
	Now     time.Time
	Fetched time.Time // when the remote was last asked; zero where nothing says so
	Audit   *audit.Report
	Log     *operation.Log
	Online  func(ctx context.Context, branch string) (Run, error) // nil: nobody is asked
}

// An examiner examines the lines of a project.
type examiner struct {
	in    *project.Project
	o     Options
	maker release.Maker
}

// Examine makes all checks on all supported lines.
func Examine(ctx context.Context, in *project.Project, o Options) (*Report, error) {
	e := &examiner{in: in, o: o, maker: o.Stage.Maker(in.Session)}
	out := &Report{AsOf: in.AsOf, Known: tableDay()}
	for _, d := range policy.Decide(in.Config.Policy, in.Lines, policy.Change{Kind: policy.Security}) {
		if d.State != policy.StateSupported || d.Branch == "" {
			continue
		}
		if len(o.Only) > 0 && !slices.Contains(o.Only, d.Name()) && !slices.Contains(o.Only, d.Branch) {
			continue
		}
		t := backport.Target{Line: release.Line{Decision: d, Branch: d.Branch}}
		if err := in.Locate(&t); err != nil {
			out.Lines = append(out.Lines, Line{Target: t.Line, Findings: []Finding{{
				Check: CheckFresh, Level: Fail, Message: "its branch is not here", Command: fetch(in.Remote),
			}}})
			continue
		}
		line := Line{Target: t.Line}
		if err := e.examine(ctx, &line, t); err != nil {
			return nil, err
		}
		out.Lines = append(out.Lines, line)
	}
	return out, nil
}

func (e *examiner) examine(ctx context.Context, l *Line, t backport.Target) error {
	tree, err := e.in.Session.TreeOf(t.Tip)
	if err != nil {
		return err
	}
	files := e.in.Session.TreeFS(tree)
	e.fresh(l)
	for _, check := range []func() error{
		func() error { return e.version(l) },
		func() error { return e.bump(ctx, l) },
		func() error { return e.unreleased(ctx, l, files) },
		func() error { return e.pins(ctx, l, t, files) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	e.audit(l)
	e.pending(l)
	if err := e.ci(l, files); err != nil {
		return err
	}
	e.dates(l)
	return e.online(ctx, l)
}

func (l *Line) add(f Finding) { l.Findings = append(l.Findings, f) }

// name is how a command names the line.
func (l *Line) name() string { return l.Target.Decision.Name() }

// fetch is the command that asks a remote.
func fetch(remote string) string {
	if remote == "" {
		return "git fetch --tags"
	}
	return "git fetch --tags " + remote
}

func seconds(d policy.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// commits lists what a line has got since its last release.
func (e *examiner) commits(ctx context.Context, l *Line) ([]gitops.ID, error) {
	tag := l.Target.Decision.LatestTag
	if tag == "" {
		return nil, nil
	}
	id, err := e.in.Repo.Ref("refs/tags/" + tag)
	if err != nil {
		return nil, err
	}
	if id, err = e.in.Repo.Peel(id); err != nil {
		return nil, err
	}
	return e.in.Repo.Between(ctx, id, l.Target.Tip)
}
