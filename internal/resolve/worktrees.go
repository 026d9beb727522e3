package resolve

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
)

// WorkTree finds the work tree in which a target's conflict is being settled; nil when there is none.
func WorkTree(repo *gitops.Repo, t *operation.Target) (*checkout.WorkTree, error) {
	list, err := checkout.WorkTrees(repo.Layout.CommonDir)
	if err != nil || len(t.Conflicts) == 0 {
		return nil, err
	}
	for i, w := range list {
		if meant(w, t) {
			return &list[i], nil
		}
	}
	return nil, nil //nolint:nilnil // none is an answer
}

// meant reports whether a work tree was made for what a target waits for.
func meant(w checkout.WorkTree, t *operation.Target) bool {
	return t.Open() && len(t.Conflicts) > 0 && w.Branch == t.Branch && w.Source == t.Conflicts[0].Source && w.Ours == t.Ours
}

// A Removal is a work tree that is not needed any more, and what became of it.
type Removal struct {
	Dir  string
	Kept string // why it is still there; "" when it was removed
}

// Tidy has git remove the work trees whose conflict nobody waits for any more, unless something in one
// would be lost. Without any it starts no program. What cannot be removed stays, and is said; nothing of it
// is a failure of the verb, which has done its work.
func Tidy(ctx context.Context, repo *gitops.Repo, from string, log *operation.Log, git GitFor) ([]Removal, error) {
	list, err := checkout.WorkTrees(repo.Layout.CommonDir)
	err = errors.Join(err, checkout.Sweep(repo.FS(), repo.Layout.CommonDir))
	var out []Removal
	for _, w := range list {
		needed, trees := wanted(w, log)
		if needed {
			continue
		}
		d := Removal{Dir: w.Dir}
		if in, err := filepath.Rel(w.Dir, from); err == nil && filepath.IsLocal(in) {
			d.Kept = "you are in it"
		} else if run, err := git(ctx, false); err != nil {
			d.Kept = err.Error()
		} else if d.Kept, err = w.Remove(ctx, run, trees); err != nil {
			d.Kept = err.Error()
		}
		out = append(out, d)
	}
	return out, err
}

// wanted reports whether a target waits for what is made in a work tree, and, where none does, the trees
// that were taken for its conflict.
func wanted(w checkout.WorkTree, log *operation.Log) (needed bool, trees []gitops.ID) {
	for _, op := range log.All() {
		for i := range op.Targets {
			t := &op.Targets[i]
			if log.NeedsPerson(op) && meant(w, t) {
				return true, nil
			}
			for _, done := range t.Resolved {
				if t.Branch == w.Branch && done.Source == w.Source && done.Ours == w.Ours {
					trees = append(trees, done.Tree)
				}
			}
		}
	}
	return false, trees
}

// Left lists the work trees whose conflict nobody waits for.
func Left(repo *gitops.Repo, log *operation.Log) ([]string, error) {
	list, err := checkout.WorkTrees(repo.Layout.CommonDir)
	out := []string{}
	for _, w := range list {
		if needed, _ := wanted(w, log); !needed && !w.Gone {
			out = append(out, w.Dir)
		}
	}
	return out, err
}
