package cmd

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/internal/txfs"
)

// makeWorkTree has the user's git make a linked work tree in the middle of the pick that conflicts.
func (r *resolving) makeWorkTree(ctx context.Context) error {
	git, err := r.userGit(ctx, r.repo, r.env.Dir, true)
	if err != nil {
		return err
	}
	if err := r.clearWay(ctx, git); err != nil {
		return err
	}
	c, err := r.conflict(ctx)
	if err != nil {
		return err
	}
	w, err := checkout.MakeWorkTree(ctx, git, txfs.Real{}, r.dir, c)
	if err := r.used(err); err != nil {
		return err
	}
	doc, head := r.doc(r.say("continue", r.target.Name(), r.op.ID[:8])), w.Head.String()
	doc.Head = &head
	for _, u := range c.Unmerged {
		if u.Exists {
			doc.Files = append(doc.Files, report.Path(u.Path))
		} else {
			doc.Other = append(doc.Other, report.Path(u.Path))
		}
	}
	return r.render(doc, func(out io.Writer) error {
		fmt.Fprintf(out, "%s: a work tree at %s, in the middle of picking %s\n", r.into, r.repo.Short(w.Head), r.repo.Short(w.Source))
		for _, cf := range r.target.Conflicts {
			fmt.Fprintf(out, "  %s: %s\n", streams.Clean(string(cf.Path)), report.Conflict(cf.Kind, r.target.Branch, cf.Ours.Git()))
		}
		return r.sayNext(out, "settle the files there (git status, git mergetool), git add or git rm them", doc.Next)
	})
}

// clearWay lets go of a work tree of the same conflict that is not whole or not there, and refuses to
// make a second one beside a whole one.
func (r *resolving) clearWay(ctx context.Context, git checkout.Git) error {
	w, err := r.workTree(r.repo, r.target)
	if err != nil || w == nil {
		return err
	}
	if w.Gone || !w.Whole {
		return w.Discard(ctx, git)
	}
	return usageError(fmt.Errorf("%s has a work tree already: %s", r.target.Branch, w.Dir),
		fmt.Sprintf("%s takes it; git worktree remove --force %s starts over", r.say("continue", r.target.Name(), r.op.ID[:8]), quoteArg(w.Dir)))
}

// workTree finds the work tree in which a target's conflict is being settled; nil when there is none.
func (a *app) workTree(repo *gitops.Repo, t *operation.Target) (*checkout.WorkTree, error) {
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

// meant tells whether a work tree was made for what a target waits for.
func meant(w checkout.WorkTree, t *operation.Target) bool {
	return t.Open() && len(t.Conflicts) > 0 && w.Branch == t.Branch && w.Source == t.Conflicts[0].Source && w.Ours == t.Ours
}

// conflict is what the work tree is to show. The fix's earlier commits on the target are made for it, and
// kept with the operation: the record has only their tree.
func (r *resolving) conflict(ctx context.Context) (checkout.Conflict, error) {
	t := r.target
	p, o, err := r.again(ctx)
	if err != nil {
		return checkout.Conflict{}, err
	}
	attempt, err := p.report.Attempt(p.project.Session, o, p.ident.String())
	if err != nil {
		return checkout.Conflict{}, err
	}
	markers := t.Markers
	if r.style != gitops.StyleMerge {
		markers = recordTarget(o).Markers
	}
	tree, err := r.settledTree(p.project.Session, markers)
	if err != nil {
		return checkout.Conflict{}, err
	}
	if attempt.Parent != t.Base || tree != t.Markers {
		if err := operation.Open(r.repo).Hold(ctx, p.project.Session, r.op.ID, []gitops.ID{attempt.Parent, markers, tree}, r.now()); err != nil {
			return checkout.Conflict{}, err
		}
	}
	c := checkout.Conflict{
		Mark:   checkout.Mark{Branch: t.Branch, Source: t.Conflicts[0].Source, Head: attempt.Parent, Ours: t.Ours, Tree: tree},
		Merged: markers, Message: attempt.Message, Comment: cmp.Or(r.repo.TrailerRules().Comment, "#"),
	}
	if r.op.Embargo {
		c.Message = nil
	}
	for _, cf := range t.Conflicts {
		u := checkout.Unmerged{Path: string(cf.Path), Stages: stagesOf(cf)}
		at, err := p.project.Session.Entry(tree, u.Path)
		if err != nil {
			return c, err
		}
		u.Exists = at != nil && at.Mode != uint32(object.ModeTree)
		c.Unmerged = append(c.Unmerged, u)
	}
	return c, nil
}

// stagesOf are the stages of a conflict as the repository knows them.
func stagesOf(c operation.Conflict) [3]*gitops.Stage {
	return [3]*gitops.Stage{c.Base.Git(), c.Ours.Git(), c.Theirs.Git()}
}

// again picks the operation's fix again, in the style that is asked for, and demands that the target
// conflicts as it did.
func (r *resolving) again(ctx context.Context) (*plannedFix, backport.Outcome, error) {
	p, err := r.replan(ctx, r.op, false, func(_ context.Context, in *project.Project) ([]backport.Resolution, error) {
		in.Session.Style = r.style
		return resolutions(r.op), nil
	})
	if err != nil {
		return nil, backport.Outcome{}, err
	}
	if p.ident == nil {
		_, err := p.project.Repo.Config.Ident(p.project.Env, gitconfig.Committer, r.host.Now())
		return nil, backport.Outcome{}, err
	}
	o, err := outcomeOf(p, r.target)
	if err == nil && !likewise(recordTarget(o), *r.target) {
		err = &Error{Exit: ExitMoved, Code: "moved", Err: fmt.Errorf("%s does not conflict as it did", r.target.Branch), Hint: "nothing was changed; apply again"}
	}
	return p, o, err
}

// likewise tells whether two targets conflict on the same tree in the same paths. Where a merge of names
// has made a stage, it has markers, and their style.
func likewise(a, b operation.Target) bool {
	return a.Ours == b.Ours && slices.EqualFunc(a.Conflicts, b.Conflicts, func(x, y operation.Conflict) bool {
		return x.Source == y.Source && x.Kind == y.Kind && bytes.Equal(x.Path, y.Path)
	})
}

// A tidied is a work tree that is not needed any more, and what became of it.
type tidied struct {
	dir  string
	kept string // why it is still there; "" when it was removed
}

// tidy has git remove the work trees whose conflict nobody waits for any more, unless something in one
// would be lost. Without any it starts no program. What cannot be removed stays, and is said; nothing of it
// is a failure of the verb, which has done its work.
func (a *app) tidy(ctx context.Context, repo *gitops.Repo, env gitconfig.Environment, log *operation.Log) []tidied {
	list, err := checkout.WorkTrees(repo.Layout.CommonDir)
	if err = errors.Join(err, checkout.Sweep(repo.FS(), repo.Layout.CommonDir)); err != nil {
		a.warn(err.Error())
	}
	var out []tidied
	for _, w := range list {
		needed, trees := wanted(w, log)
		if needed {
			continue
		}
		d := tidied{dir: w.Dir}
		if in, err := filepath.Rel(w.Dir, env.Dir); err == nil && filepath.IsLocal(in) {
			d.kept = "you are in it"
		} else if git, err := a.userGit(ctx, repo, env.Dir, false); err != nil {
			d.kept = err.Error()
		} else if d.kept, err = w.Remove(ctx, git, trees); err != nil {
			d.kept = err.Error()
		}
		out = append(out, d)
	}
	return out
}

// wanted tells whether a target waits for what is made in a work tree, and, where none does, the trees
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

// leftTrees lists the work trees whose conflict nobody waits for.
func leftTrees(repo *gitops.Repo, log *operation.Log) ([]string, error) {
	list, err := checkout.WorkTrees(repo.Layout.CommonDir)
	out := []string{}
	for _, w := range list {
		if needed, _ := wanted(w, log); !needed && !w.Gone {
			out = append(out, w.Dir)
		}
	}
	return out, err
}

// sayLeft warns of the work trees that tidy had to leave.
func (a *app) sayLeft(trees []tidied) {
	for _, t := range trees {
		if t.kept != "" {
			a.warn(fmt.Sprintf("the work tree %s is left: %s; git worktree remove --force %s removes it", t.dir, t.kept, quoteArg(t.dir)))
		}
	}
}

// treesV1 is what documents say of them.
func treesV1(trees []tidied) []report.WorkTreeV1 {
	out := []report.WorkTreeV1{}
	for _, t := range trees {
		w := report.WorkTreeV1{Dir: report.Path(t.dir)}
		if t.kept != "" {
			w.Kept = &t.kept
		}
		out = append(out, w)
	}
	return out
}

// sayRemoved names the work trees that were removed.
func sayRemoved(w io.Writer, trees []tidied, indent string) error {
	for _, t := range trees {
		if t.kept == "" {
			if _, err := fmt.Fprintf(w, "%swork tree %s removed\n", indent, streams.Clean(t.dir)); err != nil {
				return err
			}
		}
	}
	return nil
}
