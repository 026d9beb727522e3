package backport

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// there takes a pick for one that the branch has, or seems to have, by evidence that stands; it reports
// whether it is not judged further.
func (r *runner) there(t Target, k *Pick, ev *Evidence, so *Picked) bool {
	k.Evidence = ev
	switch {
	case ev.Kind == ledger.Ancestor:
		k.Status = PickPresent
	case ev.Strong:
		k.Status = PickPresent
		if len(ev.Still) > 0 {
			so.Warnings = append(so.Warnings, fmt.Sprintf("%s says it has the fix (%s), yet picking it would still change %s",
				t.Name(), ev.How, strings.Join(ev.Still, ", ")))
		}
	case k.Result.Unchanged:
		ev.How += "; the pick changes nothing"
		ev.Strong, k.Status = true, PickPresent
	case r.opts.Again:
		so.Warnings = append(so.Warnings, fmt.Sprintf("picked again: %s may be the fix on %s already (%s)",
			r.session.Repo().Short(ev.Commit), t.Name(), ev.How))
		return false
	default:
		k.Status = PickProbable
	}
	return true
}

// stillChanges names the paths that a pick would change or leave in conflict.
func (r *runner) stillChanges(ctx context.Context, res gitops.PickResult, so *Picked) ([]string, error) {
	if res.Unchanged {
		return nil, nil
	}
	var paths []string
	for _, c := range res.Conflicts {
		paths = append(paths, c.Path)
	}
	changes, err := r.session.Changes(ctx, so.Tree, res.Tree, nil)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		paths = append(paths, c.Path)
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// warnOfUndoing says what a pick that is not there would undo: what took the fix back on the branch.
func (r *runner) warnOfUndoing(t Target, k Pick, f finding, so *Picked) error {
	if k.Status != PickClean && k.Status != PickConflict {
		return nil
	}
	short := r.session.Repo().Short
	if !f.undone.IsZero() {
		by, err := r.reading.Read(f.undone)
		if err != nil {
			return err
		}
		had := "had the fix"
		if f.had != k.Source {
			had += " in " + short(f.had)
		}
		so.Warnings = append(so.Warnings, fmt.Sprintf("%s %s, and %s took it back (%s): look why before it lands again",
			t.Name(), had, short(f.undone), by.Subject))
	}
	for _, id := range f.against {
		if id == f.undone {
			continue
		}
		by, err := r.reading.Read(id)
		if err != nil {
			return err
		}
		so.Warnings = append(so.Warnings, fmt.Sprintf("%s on %s takes lines of the fix back (%s), and the pick would undo that: look why",
			short(id), t.Name(), by.Subject))
	}
	return nil
}
