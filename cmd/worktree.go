package cmd

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/resolve"
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
	w, err := resolve.WorkTree(r.repo, r.target)
	if err != nil || w == nil {
		return err
	}
	if w.Gone || !w.Whole {
		return w.Discard(ctx, git)
	}
	return usageError(fmt.Errorf("%s has a work tree already: %s", r.target.Branch, w.Dir),
		fmt.Sprintf("%s takes it; git worktree remove --force %s starts over", r.say("continue", r.target.Name(), r.op.ID[:8]), quoteArg(w.Dir)))
}

// conflict is what the work tree is to show. The fix's earlier commits on the target are made for it, and
// kept with the operation: the record has only their tree.
func (r *resolving) conflict(ctx context.Context) (checkout.Conflict, error) {
	t := r.target
	p, o, err := r.again(ctx)
	if err != nil {
		return checkout.Conflict{}, err
	}
	attempt, err := p.report.Attempt(ctx, p.project.Session, o, p.ident.String())
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
		u := checkout.Unmerged{Path: string(cf.Path), Stages: resolve.Stages(cf)}
		at, err := p.project.Session.Entry(tree, u.Path)
		if err != nil {
			return c, err
		}
		u.Exists = at != nil && at.Mode != uint32(object.ModeTree)
		c.Unmerged = append(c.Unmerged, u)
	}
	return c, nil
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
	if err == nil && !resolve.Alike(recordTarget(o), *r.target) {
		err = &Error{Exit: ExitMoved, Code: "moved", Err: fmt.Errorf("%s does not conflict as it did", r.target.Branch), Hint: "nothing was changed; apply again"}
	}
	return p, o, err
}

// sayLeft warns of the work trees that tidy had to leave.
func (a *app) sayLeft(trees []resolve.Removal) {
	for _, t := range trees {
		if t.Kept != "" {
			a.warn(fmt.Sprintf("the work tree %s is left: %s; git worktree remove --force %s removes it", t.Dir, t.Kept, quoteArg(t.Dir)))
		}
	}
}

// treesV1 is what documents say of them.
func treesV1(trees []resolve.Removal) []report.WorkTreeV1 {
	out := []report.WorkTreeV1{}
	for _, t := range trees {
		w := report.WorkTreeV1{Dir: report.Path(t.Dir)}
		if t.Kept != "" {
			w.Kept = &t.Kept
		}
		out = append(out, w)
	}
	return out
}

// sayRemoved names the work trees that were removed.
func sayRemoved(w io.Writer, trees []resolve.Removal, indent string) error {
	for _, t := range trees {
		if t.Kept == "" {
			if _, err := fmt.Fprintf(w, "%swork tree %s removed\n", indent, streams.Clean(t.Dir)); err != nil {
				return err
			}
		}
	}
	return nil
}

// showReuse says what is used again.
func (a *app) showReuse(w io.Writer, list []resolve.Reuse) error {
	return report.ReuseText(w, list, report.TextOptions{Width: a.streams.Width, Color: a.streams.Color, Verbose: a.verbose, Quiet: a.quiet})
}

// tidy has git remove the work trees that nobody needs any more. A list that cannot be read is not a failure
// of the verb, which has done its work.
func (a *app) tidy(ctx context.Context, repo *gitops.Repo, env gitconfig.Environment, log *operation.Log) []resolve.Removal {
	out, err := resolve.Tidy(ctx, repo, env.Dir, log, a.gitFor(repo, env))
	if err != nil {
		a.warn(err.Error())
	}
	return out
}

// gitFor finds the user's git when it is needed.
func (a *app) gitFor(repo *gitops.Repo, env gitconfig.Environment) resolve.GitFor {
	return func(ctx context.Context, filters bool) (checkout.Git, error) {
		return a.userGit(ctx, repo, env.Dir, filters)
	}
}
