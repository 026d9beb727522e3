package audit

import (
	"context"
	"regexp"
	"slices"
	"sync"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// forward finds the fixes that a line has and main does not have.
func (a *auditing) forward(ctx context.Context) error {
	if len(a.Fixes) > 0 || len(a.Only) > 0 && !slices.Contains(a.Only, Forward) {
		return nil
	}
	bySubject := map[string]*Row{}
	var order []string
	for i := range a.held.Lines {
		l := &a.held.Lines[i]
		carry := map[gitops.ID]bool{}
		for _, copies := range l.Found.Copies {
			for _, c := range copies {
				carry[c.Commit] = true
			}
		}
		for _, c := range l.Own {
			if carry[c.ID] || !a.ownFix(i, c) {
				continue
			}
			row := bySubject[c.Normal]
			if row == nil {
				row = &Row{Copy: c, Advisories: c.Advisories, Cells: make([]Cell, len(a.Lines))}
				for j := range row.Cells {
					row.Cells[j].State = Open
				}
				bySubject[c.Normal], order = row, append(order, c.Normal)
			}
			if c.Time < row.Copy.Time {
				row.Copy = c
			}
			row.Cells[i] = Cell{State: Backported, Landed: c.Time, Copies: []ledger.Copy{{Commit: c.ID}}}
		}
	}
	for _, normal := range order {
		row := bySubject[normal]
		ok, err := a.missesMain(ctx, row)
		if absent(err) {
			continue // nothing can be said of it
		}
		if err != nil {
			return err
		}
		if ok {
			a.report.Rows = append(a.report.Rows, *row)
		}
	}
	return nil
}

// ownFix reports whether a commit of a line may be a fix of the line alone.
func (a *auditing) ownFix(line int, c *ledger.Commit) bool {
	l := &a.held.Lines[line]
	released := a.Lines[line].Released
	if c.IsMerge() || len(c.Reverts) > 0 || c.Time < a.Since || released.IsZero() || day(c.Time).Before(released) || !ledger.Specific(c.Normal) {
		return false
	}
	if _, undone := l.Branch.UndoneBy(c.ID); undone {
		return false
	}
	if len(a.held.Index.Like(c.Normal)) > 0 || isRelease().MatchString(c.Subject) {
		return false
	}
	kind, _ := backport.KindOf(c.Message)
	base := a.Policy.Base(kind)
	return base == policy.Security || base == policy.Critical || base == policy.Bugfix
}

// isRelease finds the subjects of commits that make a release.
var isRelease = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:releases?|prepare|bump|version|tag|cut|notes)\b.*\d+\.\d+|^v?\d+\.\d+(?:\.\d+)?\b`)
})

// missesMain fills what main has of a row that main has no commit for. It reports whether that is nothing.
func (a *auditing) missesMain(ctx context.Context, row *Row) (bool, error) {
	row.Kind, row.KindFrom = backport.KindOf(row.Copy.Message)
	if n := len(row.Copy.Numbers); n > 0 {
		row.Number = row.Copy.Numbers[n-1]
	}
	paths, err := a.held.Index.Paths(ctx, row.Copy.ID)
	if err != nil {
		return false, err
	}
	row.paths = paths
	tree, err := a.session.TreeOf(a.Main)
	if err != nil {
		return false, err
	}
	added, there, st := 0, 0, &Standing{}
	for _, p := range paths {
		if ledger.ClassOf(p) != ledger.ClassSource {
			continue
		}
		row.Source = true
		delta, err := a.held.Reading.Lines(ctx, row.Copy.ID, p)
		if err != nil {
			return false, err
		}
		lines, err := a.session.TreeLines(tree, p)
		if err != nil {
			return false, err
		}
		if st.Files++; lines == nil {
			st.Absent++
		}
		n, in := countIn(delta.Added, lines)
		added, there = added+n, there+in
		n, in = countIn(delta.Removed, lines)
		st.Removed, st.RemovedThere = st.Removed+n, st.RemovedThere+in
	}
	if !row.Source || added > 0 && 2*there >= added {
		return false, nil
	}
	c := &Cell{State: Candidate, Signal: Forward, Why: a.gotText(row, a.got(row, 0, len(a.Lines))), Standing: st}
	if row.Main = c; st.There() && st.Removed > 0 {
		c.State = Missing
	} else if st.None() {
		c.State = Unlikely
	}
	if c.State != Unlikely {
		a.grace(row, c, policy.Decision{})
	}
	return true, nil
}

// countIn counts the lines that tell something, and those of them that are in a file.
func countIn(lines, file []string) (all, in int) {
	has := make(map[string]bool, len(file))
	for _, l := range file {
		has[l] = true
	}
	for _, l := range lines {
		if !ledger.Telling(l) {
			continue
		}
		if all++; has[l] {
			in++
		}
	}
	return all, in
}

// absent reports whether an error is about an object that is missing.
func absent(err error) bool {
	_, read := ledger.Missing(err)
	_, gone := gitops.MissingObject(err)
	return read || gone
}
