package ready

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/notes"
	"github.com/git-backport/git-backport/policy"
)

// The days after which something is late.
const (
	staleDays    = 7  // since the remote was asked
	securityDays = 3  // a security fix may wait for its release
	endsSoon     = 30 // days before the end of a line
)

// fresh looks at when the remote was last asked: all else is judged on what it said.
func (e *examiner) fresh(l *Line) {
	if e.in.Remote == "" {
		return
	}
	if e.o.Fetched.IsZero() {
		l.add(Finding{Check: CheckFresh, Level: Info, Message: "nothing says when " + e.in.Remote + " was last asked", Command: fetch(e.in.Remote)})
		return
	}
	if days := int(e.o.Now.Sub(e.o.Fetched).Hours() / 24); days > staleDays {
		l.add(Finding{Check: CheckFresh, Level: Warn, Message: fmt.Sprintf("%s was last asked %d days ago", e.in.Remote, days), Command: fetch(e.in.Remote)})
	}
}

// version demands that tree, tags and notes agree.
func (e *examiner) version(l *Line) error {
	c, err := e.maker.Check(l.Target, gitops.ID{})
	if err != nil {
		return err
	}
	if c.Problem == nil {
		return nil
	}
	f := Finding{Check: CheckVersion, Level: Fail, Message: c.Problem.Error(), Verb: []string{"bump", l.name(), "--dry-run"}}
	if at, ok := errors.AsType[*document.FileError](c.Problem); ok {
		f.Path, f.Lineno, f.Message = at.Path, at.Line, at.Err.Error()
	}
	if errors.Is(c.Problem, notes.ErrVersion) {
		f.Verb = []string{"bump", l.name(), "--notes"}
	}
	l.add(f)
	return nil
}

// bump makes the next release commit in memory.
func (e *examiner) bump(ctx context.Context, l *Line) error {
	plan, err := e.maker.Plan(ctx, []release.Line{l.Target}, release.Ask{Day: e.in.AsOf, Policy: e.in.Config.Policy})
	if err != nil {
		return err
	}
	show := []string{"bump", l.name(), "--dry-run"}
	for _, p := range plan.Lines {
		left := slices.DeleteFunc(slices.Clone(p.Outcome.Unhandled), func(path string) bool { return path == e.o.Stage.Notes.File }) // another check's
		switch {
		case p.Status == release.Failed && !slices.ContainsFunc(l.Findings, func(f Finding) bool { return f.Check == CheckVersion }):
			l.add(Finding{Check: CheckBump, Level: Fail, Message: "the next release commit cannot be made: " + p.Err.Error(), Verb: show})
		case p.Status == release.Failed:
		case len(left) > 0:
			l.add(Finding{
				Check: CheckBump, Level: Fail, Path: left[0], Verb: show,
				Message: fmt.Sprintf("the next release commit leaves what the last ones changed: %s", some(left)),
			})
		}
	}
	return nil
}

// some names the first of several texts.
func some(list []string) string {
	const most = 3
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}

// unreleased looks at what a line has got since its last release, and whether its notes speak of it.
func (e *examiner) unreleased(ctx context.Context, l *Line, files fs.FS) error {
	ids, err := e.commits(ctx, l)
	if err != nil || len(ids) == 0 {
		return err
	}
	counts := map[policy.Kind]int{}
	var oldest int64 // of the security fixes
	for _, id := range ids {
		c, err := e.in.Session.Commit(id)
		if err != nil {
			return err
		}
		if len(c.Parents) > 1 {
			continue
		}
		kind := e.maker.History.Kind(c.Message)
		counts[kind]++
		if base := e.in.Config.Policy.Base(kind); base == policy.Security || base == policy.Critical {
			when, err := e.in.Repo.CommitTime(id)
			if err != nil {
				return err
			}
			if oldest == 0 || when < oldest {
				oldest = when
			}
		}
	}
	var parts []string
	for kind, n := range counts {
		parts = append(parts, fmt.Sprintf("%d %s", n, kind))
	}
	if len(parts) == 0 {
		return nil
	}
	sort.Strings(parts)
	f := Finding{Check: CheckUnreleased, Level: Info, Message: "since " + l.Target.Decision.LatestTag + ": " + strings.Join(parts, ", "), Verb: []string{"bump", l.name()}}
	if days := int(seconds(e.in.AsOf).Sub(time.Unix(oldest, 0)).Hours() / 24); oldest > 0 {
		f.Level, f.Message = Warn, fmt.Sprintf("%s; a security fix waits for %d days", f.Message, max(0, days))
		if days > securityDays {
			f.Level = Fail
		}
	}
	l.add(f)
	if counts[policy.Security]+counts[policy.Critical]+counts[policy.Bugfix] > 0 {
		e.notes(l, files)
	}
	return nil
}

// notes demands a section for the next release.
func (e *examiner) notes(l *Line, files fs.FS) {
	file := e.o.Stage.Notes.File
	if file == "" || slices.ContainsFunc(l.Findings, func(f Finding) bool { return f.Check == CheckVersion }) {
		return
	}
	next := l.Target.Decision.NextText
	data, err := fs.ReadFile(files, strings.ReplaceAll(file, "{version}", next))
	if err == nil {
		n, err := notes.Parse(data)
		if err != nil {
			return // the version check speaks of it
		}
		for _, s := range n.Sections {
			if s.Version == next || s.Unreleased || s.Version == "" {
				return
			}
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return
	}
	l.add(Finding{
		Check: CheckNotes, Level: Warn, Path: file, Verb: []string{"bump", l.name(), "--notes", "--dry-run"},
		Message: fmt.Sprintf("there are fixes since %s, and no section for %s", l.Target.Decision.LatestTag, next),
	})
}

// dates tells what the calendar has for a line in the next days.
func (e *examiner) dates(l *Line) {
	d := l.Target.Decision
	if !d.Until.IsZero() {
		switch left := d.Until.DaysSince(e.in.AsOf); {
		case left == 0:
			l.add(Finding{Check: CheckDates, Level: Info, Message: "ends today", Verb: []string{"schedule"}})
		case left > 0 && left <= endsSoon:
			l.add(Finding{Check: CheckDates, Level: Info, Message: fmt.Sprintf("ends on %s, in %d days", d.Until, left), Verb: []string{"schedule"}})
		}
	}
	calendar := policy.Schedule(e.in.Config.Policy, e.in.Facts, 2)
	for _, u := range calendar.Upgrades {
		if u.To == d.ID && !u.Start.After(e.in.AsOf) && !u.End.Before(e.in.AsOf) {
			l.add(Finding{Check: CheckDates, Level: Info, Message: fmt.Sprintf("users of %s have until %s to come to it", u.From, u.End), Verb: []string{"schedule"}})
		}
	}
	if due := e.in.Config.Policy.NextRelease(d.Line, policy.Bugfix); !due.IsZero() && due.Before(e.in.AsOf) &&
		slices.ContainsFunc(l.Findings, func(f Finding) bool { return f.Check == CheckUnreleased }) {
		l.add(Finding{Check: CheckDates, Level: Info, Message: fmt.Sprintf("a release could have been made since %s", due), Verb: []string{"bump", l.name()}})
	}
}
