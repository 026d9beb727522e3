package audit

import (
	"context"
	"slices"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// stand picks a fix onto a line, in memory, and looks whether the line has the code that it changes.
func (a *auditing) stand(ctx context.Context, row *Row, i int) error {
	c := &row.Cells[i]
	if row.Fix == nil || row.paths == nil {
		return nil
	}
	err := a.tryStand(ctx, row, i)
	if id, gone := gitops.MissingObject(err); gone {
		c.State, c.Lacks, c.Applies, c.Standing = Unknown, id, nil, nil
		return nil
	}
	return err
}

func (a *auditing) tryStand(ctx context.Context, row *Row, i int) error {
	c := &row.Cells[i]
	tree, err := a.session.TreeOf(a.Lines[i].Tip)
	if err != nil {
		return err
	}
	res, err := a.session.PickOnto(ctx, tree, row.Fix.ID, 0)
	if err != nil {
		return err
	}
	c.Applies = a.applies(res)
	if len(c.Applies.Hard) > 0 {
		if c.Applies.Via, err = a.via(ctx, row, i, tree); err != nil {
			return err
		}
	}
	c.Standing, err = a.standing(ctx, row, tree, res.Renames)
	return err
}

// applies tells the conflicts that matter from those that anybody settles.
func (a *auditing) applies(res gitops.PickResult) *Applies {
	out := &Applies{}
	for _, c := range res.Conflicts {
		if a.soft(c.Path) {
			out.Soft = append(out.Soft, c.Path)
		} else {
			out.Hard = append(out.Hard, c.Path)
		}
	}
	out.Clean = len(out.Hard) == 0
	return out
}

// soft reports whether a conflict at a path does not keep anybody from taking the fix.
func (a *auditing) soft(path string) bool {
	for _, rule := range a.Paths {
		if rule.Settles(path) {
			return true
		}
	}
	switch ledger.ClassOf(path) {
	case ledger.ClassTests, ledger.ClassNotes, ledger.ClassLock:
		return true
	case ledger.ClassSource, ledger.ClassDocs, ledger.ClassManifest, ledger.ClassCI:
	}
	return false
}

// via returns the nearest newer line whose copy of the fix merges cleanly.
func (a *auditing) via(ctx context.Context, row *Row, i int, tree gitops.ID) (string, error) {
	for j := i - 1; j >= 0; j-- {
		if row.Cells[j].State != Backported {
			continue
		}
		id := row.Cells[j].Copies[0].Commit
		if a.carries(j, id) != 1 {
			continue // it brings other fixes as well
		}
		res, err := a.session.PickOnto(ctx, tree, id, 0)
		if err != nil {
			return "", err
		}
		if a.applies(res).Clean {
			return a.Lines[j].Name(), nil
		}
	}
	return "", nil
}

// carries counts the fixes that a commit of a line carries.
func (a *auditing) carries(line int, id gitops.ID) int {
	n := 0
	for _, copies := range a.held.Lines[line].Found.Copies {
		if slices.ContainsFunc(copies, func(c ledger.Copy) bool { return c.Commit == id }) {
			n++
		}
	}
	return n
}

// standing counts the files and lines of a fix that a tree has.
func (a *auditing) standing(ctx context.Context, row *Row, tree gitops.ID, renames []gitops.Rename) (*Standing, error) {
	moved := map[string]string{}
	for _, r := range renames {
		if r.Ours {
			moved[r.From] = r.To
		}
	}
	paths := slices.DeleteFunc(slices.Clone(row.paths), func(p string) bool { return ledger.ClassOf(p) != ledger.ClassSource })
	if len(paths) == 0 {
		paths = row.paths
	}
	out := &Standing{}
	for _, p := range paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		was, err := a.session.HadFile(row.Fix.ID, p)
		if err != nil {
			return nil, err
		}
		if !was {
			continue // the fix brings it
		}
		out.Files++
		lines, err := a.session.TreeLines(tree, p)
		if to := moved[p]; err == nil && lines == nil && to != "" {
			lines, err = a.session.TreeLines(tree, to)
		}
		if err != nil {
			return nil, err
		}
		if lines == nil {
			out.Absent++
		}
		delta, err := a.held.Reading.Lines(ctx, row.Fix.ID, p)
		if err != nil {
			return nil, err
		}
		has := make(map[string]bool, len(lines))
		for _, l := range lines {
			has[l] = true
		}
		for _, l := range delta.Removed {
			if !ledger.Telling(l) {
				continue
			}
			if out.Removed++; has[l] {
				out.RemovedThere++
			}
		}
	}
	return out, nil
}
