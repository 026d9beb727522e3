package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/resolve"
	"github.com/git-backport/git-backport/internal/streams"
)

func (a *app) continueCommand() *cobra.Command {
	c := continuing{app: a}
	cmd := &cobra.Command{
		Use: "continue [OP] | continue LINE [OP] [--from DIR|REV | --reuse]", GroupID: "do", Args: cobra.MaximumNArgs(2),
		Short: "Take a settled conflict, and land the operation when nothing else is open",
		Long: `Takes what you made of a conflict: with --from the files of the directory that 'resolve' wrote, a commit
on top of what the fix is picked onto, or a work tree; without it the work tree that 'resolve --worktree'
made. Of a work tree it is the commit made there, else the index, in which everything has to be: git add
what is settled. The author and the message are those of the fix. Conflict markers that are left are
refused; so are, unless --accept is given, paths outside the fix, a file that both sides have and that
is deleted or emptied, line ends or a type of file that no side has, names that differ by case alone, and
a result that changes nothing. When the last open target is settled, all branches are created in one
transaction.

What a person makes of a file is on record by its three versions. Where another target, or a later
operation, conflicts in a file with the very same versions, 'status' and 'resolve' show what was made of
it, where, when and by whom; --reuse takes that for all the files of the target. Where there is none,
--reuse takes the next newer branch's version of the fix, as settled there, if that is clean. Nothing is
used again unasked, but that later commits of the fix are taken as 'apply' would take them, from the newer
branch's version too, which is said.

Without LINE, lands an operation in which nothing is open any more and whose branches were not created,
because something had moved or was locked then.` + exitStatus(ExitOK, ExitUsage, ExitPerson, ExitMoved, ExitRefused, ExitRepository, ExitBusy),
		Example: `  git backport continue 24 --from ../work
  git backport continue 24
  git backport continue 36 --reuse`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, args) },
	}
	cmd.Flags().StringVar(&c.from, "from", "", "the `DIR|REV` that has the result")
	cmd.Flags().BoolVar(&c.reuse, "reuse", false, "take what was made before of conflicts in the very same versions")
	cmd.Flags().BoolVar(&a.andPublish, "publish", false, "when the branches are made, push them and open the pull requests, as 'publish' does")
	cmd.Flags().BoolVar(&c.accept, "accept", false, "take a result that looks like a mistake")
	return cmd
}

// A continuing is one run of continue.
type continuing struct {
	*app
	from   string
	reuse  bool
	accept bool
}

// land makes a change, and with --publish takes what it landed to the remote.
func (c *continuing) land(cmd *cobra.Command, said string, do func(context.Context, *operation.Store, *gitops.Session, operation.Run) (*operation.Operation, error)) error {
	var op *operation.Operation
	err := c.change(cmd, said, func(ctx context.Context, store *operation.Store, s *gitops.Session, r operation.Run) (*operation.Operation, error) {
		var err error
		op, err = do(ctx, store, s, r)
		return op, err
	})
	if err != nil || !c.andPublish {
		return err
	}
	if c.code == ExitPerson {
		c.warn("nothing was published: a target of the operation is still open")
		return nil
	}
	return c.publishNow(cmd.Context(), op.ID, c.publishRemote(op.Embargo))
}

func (c *continuing) run(cmd *cobra.Command, args []string) error {
	switch {
	case c.from != "" && c.reuse:
		return usageError(errors.New("--from and --reuse each name a result"), "resolve writes what can be used again into the files already")
	case c.from != "" && len(args) == 0:
		return usageError(errors.New("--from settles one target, and none is named"), "continue LINE --from "+quoteArg(c.from))
	case c.reuse && len(args) == 0:
		return usageError(errors.New("--reuse settles one target, and none is named"), "continue LINE --reuse")
	}
	if c.andPublish && c.json {
		return twoDocuments()
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
	if c.from != "" || c.reuse || len(args) > 1 || len(args) == 1 && namesTarget(log, args[0]) {
		return c.settle(cmd, repo, log, args[0], first(args[1:]))
	}
	return c.land(cmd, "", func(ctx context.Context, store *operation.Store, s *gitops.Session, r operation.Run) (*operation.Operation, error) {
		return store.Continue(ctx, s, first(args), r)
	})
}

// namesTarget reports whether a word is a line or branch of an operation that needs a person, and not the
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
	if c.from == "" && !c.reuse {
		if err := c.findWorkTree(repo, op, t); err != nil {
			return err
		}
	}
	var r *resolve.Resolution
	var before []resolve.Reuse
	p, err := c.replan(ctx, op, true, func(ctx context.Context, in *project.Project) ([]backport.Resolution, error) {
		if before, err = resolve.Reuses(in.Session, log, t, c.reuse); err != nil {
			return nil, err
		}
		r = resolve.New(in.Session, t, resolve.Ask{Accept: c.accept, Reuses: before, Git: c.gitFor(in.Repo, in.Env)}, c.now())
		switch {
		case !c.reuse:
			err = r.Read(ctx, c.fromDir(in), c.from)
		case resolve.Covered(t, before):
			err = r.Reuse(ctx)
		default: // the newer branches' versions are all there is
			return resolutions(op), nil
		}
		return append(resolutions(op), r.Last()), err
	})
	if err != nil {
		return err
	}
	if !op.Embargo && p.ident != nil {
		r.Made.By = fmt.Sprintf("%s <%s>", p.ident.Name, p.ident.Email)
	}
	targets, said, err := c.settled(p, op, t, r, before)
	if err != nil {
		return err
	}
	return c.land(cmd, said, func(ctx context.Context, store *operation.Store, _ *gitops.Session, r operation.Run) (*operation.Operation, error) {
		return store.Settle(ctx, p.project.Session, op.ID, targets, r)
	})
}

// resolutions are what persons made of an operation's conflicts so far.
func resolutions(op *operation.Operation) []backport.Resolution {
	var out []backport.Resolution
	for _, t := range op.Targets {
		for _, d := range t.Resolved {
			out = append(out, backport.Resolution{Branch: t.Branch, Source: d.Source, Ours: d.Ours, Tree: d.Tree})
		}
	}
	return out
}

// findWorkTree has the work tree of the target stand for --from.
func (c *continuing) findWorkTree(repo *gitops.Repo, op *operation.Operation, t *operation.Target) error {
	w, err := resolve.WorkTree(repo, t)
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

// fromDir returns the directory that --from names, "" when it names none.
func (c *continuing) fromDir(in *project.Project) string {
	dir := c.from
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(in.Env.Dir, dir)
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return dir
	}
	return ""
}

// replan makes the plan of an operation on record again, with its own date and day. Only one that is to
// land is signed, and verified where that was asked for.
func (a *app) replan(ctx context.Context, op *operation.Operation, landing bool, settle func(context.Context, *project.Project) ([]backport.Resolution, error)) (*plannedFix, error) {
	asked, err := requestOf(op)
	if err != nil {
		return nil, err
	}
	if asked.AsOf = op.AsOf; asked.AsOf == "" && len(asked.Onto) == 0 {
		asked.AsOf = a.AsOf
	}
	asked.Date, asked.Name, asked.VerifyWithGit = "@"+op.Date(), op.Name, asked.VerifyWithGit && landing
	return a.plan(ctx, &planRun{Request: asked, landing: landing, settle: settle, noSearch: !asked.Prerequisites, replayed: op})
}

// outcomeOf finds what became of a target, and demands that it is the same target still.
func outcomeOf(p *plannedFix, was *operation.Target) (backport.Outcome, error) {
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

// settled is how targets are on record from now on: the one whose conflict is settled, and those that the
// version of the fix that it has now would be clean on. Said is what has to be known of them.
func (c *continuing) settled(p *plannedFix, op *operation.Operation, t *operation.Target, r *resolve.Resolution, before []resolve.Reuse) (out []operation.Settlement, said string, err error) {
	o, err := outcomeOf(p, t)
	if err != nil {
		return nil, "", err
	}
	now := recordTarget(o)
	now.PR, now.Required = recordPR(p.report, o), t.Required
	switch now.Resolved = append([]operation.Resolved{}, t.Resolved...); {
	case !r.Made.Tree.IsZero():
		now.Resolved = append(now.Resolved, r.Made)
		if c.reuse {
			said = c.text(func(w io.Writer) error { return c.showReuse(w, before) })
		}
		if viaOf(o) != "main" { // a later commit of the fix
			said += c.text(func(w io.Writer) error { return cleanText(w, o, "is settled") })
		}
	case o.Status == backport.StatusConflicted:
		return nil, "", &Error{
			Exit: ExitPerson, Code: "resolution", Err: r.NothingBefore(),
			Hint: "nothing was changed; " + c.say("resolve", t.Name()) + " writes the files, and in them what is there for the others",
		}
	default:
		said = c.text(func(w io.Writer) error { return cleanText(w, o, "is settled") })
	}
	out = append(out, operation.Settlement{Was: *t, Now: now, Text: requestText(p.report, o)})
	for i := range op.Targets {
		other := &op.Targets[i]
		if other == t || !other.Open() || len(other.Conflicts) == 0 {
			continue
		}
		o, err := outcomeOf(p, other)
		if err != nil || o.Status != backport.StatusReady {
			continue // as open as it was
		}
		now := *other
		now.CleanWith = viaOf(o)
		out = append(out, operation.Settlement{Was: *other, Now: now})
		said += c.text(func(w io.Writer) error { return cleanText(w, o, "would be clean") })
	}
	return out, said, nil
}

// text is what a person reads beside the answer.
func (c *continuing) text(write func(io.Writer) error) string {
	var b strings.Builder
	if c.json || c.quiet || write(&b) != nil {
		return ""
	}
	return b.String()
}

// viaOf is the branch from which a target takes the fix; "main" where it takes main's.
func viaOf(o backport.Outcome) string {
	for _, k := range o.Picks {
		if k.Via != "main" && k.Via != "" {
			return k.Via
		}
	}
	return "main"
}

// cleanText says that a target takes a newer branch's version of the fix, and how that differs from
// main's.
func cleanText(w io.Writer, o backport.Outcome, what string) error {
	_, err := fmt.Fprintf(w, "%s %s as on %s:\n", streams.Clean(o.Target.Branch), what, streams.Clean(viaOf(o)))
	for _, k := range o.Picks {
		if k.Via == "main" {
			continue
		}
		for _, l := range k.Facts() {
			if err == nil {
				_, err = fmt.Fprintf(w, "      %s\n", streams.Line(l))
			}
		}
		if err == nil {
			err = report.DiffersText(w, k)
		}
	}
	return err
}
