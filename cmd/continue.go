package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/streams"
)

func (a *app) continueCommand() *cobra.Command {
	c := continuing{app: a}
	cmd := &cobra.Command{
		Use: "continue [OP] | continue LINE [OP] [--from DIR|REV]", GroupID: "do", Args: cobra.MaximumNArgs(2),
		Short: "Take a settled conflict, and land the operation when nothing else is open",
		Long: `Takes what you made of a conflict: with --from the files of the directory that 'resolve' wrote, a commit
on top of what the fix is picked onto, or a work tree; without it the work tree that 'resolve --worktree'
made. Of a work tree it is the commit made there, else the index, in which everything has to be: git add
what is settled. The author and the message are those of the fix. Conflict markers that are left are
refused; so are, unless --accept is given, paths outside the fix, a file that both sides have and that
is deleted or emptied, line ends that no side has, and a result that changes nothing. When the last open
target is settled, all branches are created in one transaction.

Without LINE, lands an operation in which nothing is open any more and whose branches were not created,
because something had moved or was locked then.` + exitStatus(ExitOK, ExitUsage, ExitPerson, ExitMoved, ExitRefused, ExitRepository, ExitBusy),
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, args) },
	}
	cmd.Flags().StringVar(&c.from, "from", "", "the `DIR` or REV that has the result")
	cmd.Flags().BoolVar(&c.accept, "accept", false, "take a result that looks like a mistake")
	return cmd
}

// A continuing is one run of continue.
type continuing struct {
	*app
	from   string
	accept bool
}

func (c *continuing) run(cmd *cobra.Command, args []string) error {
	if c.from != "" && len(args) == 0 {
		return usageError(errors.New("--from settles one target, and none is named"), "continue LINE --from "+quoteArg(c.from))
	}
	repo, _, err := c.openRepo()
	if err != nil {
		return err
	}
	store := operation.Open(repo)
	if err := store.Recover(cmd.Context(), c.now()); err != nil {
		return err
	}
	log, err := store.Load()
	if err != nil {
		return err
	}
	if c.from != "" || len(args) > 1 || len(args) == 1 && namesTarget(log, args[0]) {
		return c.settle(cmd, repo, log, args[0], first(args[1:]))
	}
	return c.change(cmd, "", func(ctx context.Context, store *operation.Store, s *gitops.Session, r operation.Request) (*operation.Operation, error) {
		return store.Continue(ctx, s, first(args), r)
	})
}

// namesTarget tells whether a word is a line or branch of an operation that needs a person, and not the
// beginning of an operation's id.
func namesTarget(log *operation.Log, word string) bool {
	for _, op := range log.Pending() {
		if op.Target(word) != nil {
			return true
		}
	}
	return false
}

// settle takes what a person made of a conflict, goes on with the target as apply would have, and lands
// the operation when nothing else is open.
func (c *continuing) settle(cmd *cobra.Command, repo *gitops.Repo, log *operation.Log, line, id string) error {
	ctx := cmd.Context()
	op, t, err := log.Waiting(id, line)
	if err != nil {
		return err
	}
	if c.from == "" {
		if err := c.findWorkTree(repo, op, t); err != nil {
			return err
		}
	}
	var made operation.Resolved
	p, err := c.replan(ctx, op, true, func(ctx context.Context, w *workspace) ([]backport.Resolution, error) {
		r := resolution{app: c.app, w: w, target: t, accept: c.accept, made: operation.Resolved{Source: t.Conflicts[0].Source, Ours: t.Ours}}
		if err := r.read(ctx, c.fromDir(w), c.from); err != nil {
			return nil, err
		}
		made = r.made
		return append(r.earlier(), r.last()), nil
	})
	if err != nil {
		return err
	}
	now, err := settled(p, t, made)
	if err != nil {
		return err
	}
	err = c.change(cmd, "", func(ctx context.Context, store *operation.Store, _ *gitops.Session, r operation.Request) (*operation.Operation, error) {
		return store.Settle(ctx, p.ws.session, op.ID, *t, now, r)
	})
	if dir := c.fromDir(p.ws); err != nil || c.json || c.quiet || dir == "" || isWorkTree(dir) {
		return err
	}
	return c.alike(op, t)
}

// findWorkTree has the work tree of the target stand for --from.
func (c *continuing) findWorkTree(repo *gitops.Repo, op *operation.Operation, t *operation.Target) error {
	w, err := c.workTree(repo, t)
	switch {
	case err != nil:
		return err
	case w != nil && !w.Gone && w.Whole:
		c.from = w.Dir
		return nil
	}
	why := "nothing is named that settles " + t.Branch
	if w != nil {
		why = fmt.Sprintf("the work tree %s is gone", w.Dir)
		if !w.Gone {
			why = fmt.Sprintf("the work tree %s is not whole", w.Dir)
		}
	}
	return usageError(errors.New(why), fmt.Sprintf("%s writes the files; %s takes them", c.say("resolve", t.Name(), op.ID[:8]), c.say("continue", t.Name(), op.ID[:8], "--from", "DIR")))
}

// alike names the other targets that conflict in the very same files: what was made of one fits them.
func (c *continuing) alike(op *operation.Operation, done *operation.Target) error {
	for i := range op.Targets {
		t := &op.Targets[i]
		if t.Branch == done.Branch || !t.Open() || !reflect.DeepEqual(t.Conflicts, done.Conflicts) {
			continue
		}
		_, err := fmt.Fprintf(c.streams.Out, "\n%s conflicts in the very same way; to take the same files:\n  %s\n",
			streams.Clean(t.Branch), c.say("continue", t.Name(), op.ID[:8], "--from", c.from))
		if err != nil {
			return err
		}
	}
	return nil
}

// fromDir returns the directory that --from names, "" when it names none.
func (c *continuing) fromDir(w *workspace) string {
	dir := c.from
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(w.env.Dir, dir)
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return dir
	}
	return ""
}

// replan makes the plan of an operation on record again, with its own date and day. Only one that is to
// land is signed.
func (a *app) replan(ctx context.Context, op *operation.Operation, landing bool, settle func(context.Context, *workspace) ([]backport.Resolution, error)) (*planned, error) {
	f := fixFlags{landing: landing}
	sub := &cobra.Command{Use: "apply", SilenceErrors: true, SilenceUsage: true}
	f.add(sub)
	saved := *a
	a.commonFlags(sub)
	if err := sub.ParseFlags(op.Args); err != nil {
		return nil, usageError(fmt.Errorf("the operation's arguments: %w", err), "apply it again")
	}
	a.dir, a.json, a.color, a.quiet, a.verbose = saved.dir, saved.json, saved.color, saved.quiet, saved.verbose
	if op.AsOf != "" {
		a.asOf = op.AsOf
	}
	f.date, f.name, f.settle, f.noWhy = "@"+op.Date(), op.Name, settle, !f.prerequisites
	return a.plan(ctx, &f, sub.Flags().Args())
}

// outcomeOf finds what became of a target, and demands that it is the same target still.
func outcomeOf(p *planned, was *operation.Target) (backport.Outcome, error) {
	for _, o := range p.report.Outcomes {
		if o.Target.Branch != was.Branch {
			continue
		}
		if o.Target.Tip != was.Base {
			return o, movedError(was, o.Target.Tip)
		}
		return o, o.Err
	}
	return backport.Outcome{}, &Error{
		Exit: ExitMoved, Code: "moved", Err: fmt.Errorf("%s is no target any more", was.Branch), Hint: "nothing was changed; git backport plan shows why",
	}
}

func movedError(was *operation.Target, now gitops.ID) error {
	return &Error{
		Exit: ExitMoved, Code: "moved", Err: fmt.Errorf("%s has moved since: it was at %.12s and is at %.12s", was.Branch, was.Base, now),
		Hint: "nothing was changed; apply again, and settle what conflicts then",
	}
}

// settled is the record of a target with a conflict settled.
func settled(p *planned, was *operation.Target, made operation.Resolved) (operation.Target, error) {
	o, err := outcomeOf(p, was)
	if err != nil {
		return operation.Target{}, err
	}
	now := recordTarget(o)
	now.Resolved = append(append([]operation.Resolved{}, was.Resolved...), made)
	return now, nil
}
