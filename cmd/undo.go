package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/resolve"
	"github.com/git-backport/git-backport/internal/streams"
)

// nothingToUndo says that the last operation is an undo, and what can be undone by its name.
func (a *app) nothingToUndo(cmd *cobra.Command, e *operation.NothingError) error {
	log, err := operation.Open(a.repo).Load()
	if err != nil {
		return err
	}
	st, err := a.stood(cmd.Context(), a.repo.NewSession(), log, e.Undo)
	if err != nil {
		return err
	}
	if e.Standing != nil {
		st.Next = append(st.Next, a.say("undo", e.Standing.ID[:8])+"  # takes back the operation before it, which stands")
	}
	return a.render(report.Operation(cmd.Name(), version(), st, treesV1(nil), int(a.code)), func(w io.Writer) error {
		if a.quiet {
			return nil
		}
		_, err := fmt.Fprintf(w, "%s\n", streams.Clean(e.Error()))
		if err == nil && len(st.Next) > 0 {
			_, err = fmt.Fprintf(w, "\nnext:\n  %s\n", shownAll(st.Next))
		}
		return err
	})
}

func (a *app) abortCommand() *cobra.Command {
	return &cobra.Command{
		Use: "abort [OP]", GroupID: "do", Args: cobra.MaximumNArgs(1),
		Short: "Give up an operation that is open and has made nothing",
		Long: `Closes an operation that waits for a person, and lets go of the commits kept for it. No ref is
touched. Without OP it is the only one that is open.` + exitStatus(ExitOK, ExitUsage, ExitRepository, ExitBusy),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.change(cmd, "given up: ", func(ctx context.Context, store *operation.Store, _ *gitops.Session, r operation.Run) (*operation.Operation, error) {
				return store.Abort(ctx, first(args), r.Now)
			})
		},
	}
}

func first(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return ""
}

// change runs a verb that works on one operation, and shows what became of it.
func (a *app) change(cmd *cobra.Command, said string, do func(context.Context, *operation.Store, *gitops.Session, operation.Run) (*operation.Operation, error)) error {
	ctx := cmd.Context()
	repo, env, err := a.openRepo()
	if err != nil {
		return err
	}
	ident, err := repo.Config.Ident(env, gitconfig.Committer, a.host.Now())
	if err != nil {
		return err
	}
	store := operation.Open(repo)
	op, err := do(ctx, store, repo.NewSession(), operation.Run{Committer: ident.String(), Now: a.now()})
	if err != nil {
		return err
	}
	log, err := store.Load()
	if err != nil {
		return err
	}
	a.done = true
	end, err := a.endOf(ctx, log, op, cmd.Name())
	if err != nil {
		return err
	}
	if a.code == ExitOK { // what the change itself met stays
		a.code = end
	}
	trees := a.tidy(ctx, repo, env, log)
	st, err := a.stood(ctx, repo.NewSession(), log, op)
	if err != nil {
		return err
	}
	a.sayLeft(trees)
	return a.render(report.Operation(cmd.Name(), version(), st, treesV1(trees), int(a.code)), func(w io.Writer) error {
		if a.quiet {
			return nil
		}
		o := a.textOptions(repo)
		o.Verbose = true
		if _, err := io.WriteString(w, said); err != nil {
			return err
		}
		err := report.StatusText(w, []report.Stood{st}, 0, o)
		if err == nil {
			err = sayRemoved(w, trees, "  ")
		}
		if err != nil || len(st.Next) == 0 {
			return err
		}
		_, err = fmt.Fprintf(w, "\nnext:\n  %s\n", shownAll(st.Next))
		return err
	})
}

// pruneAge is how long an operation that ended is kept on record.
const pruneAge = 90 * 24 * time.Hour

func (a *app) pruneCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "prune", GroupID: "do", Args: noArgs,
		Short: "Forget operations that ended more than 90 days ago",
		Long: `Removes the records of operations that ended, by landing, undo or abort, more than 90 days ago, and
lets git repack and prune what was kept for them. No ref is touched. Work trees of 'resolve --worktree'
that nobody needs any more are removed by git, if nothing in them would be lost. Build directories and
logs of 'verify' that were not used for 90 days go too.` + exitStatus(ExitOK, ExitRepository, ExitBusy),
		RunE: func(cmd *cobra.Command, _ []string) error {
			repo, env, err := a.openRepo()
			if err != nil {
				return err
			}
			before := a.host.Now().Add(-pruneAge).Unix()
			if all {
				before = a.now()
			}
			return a.prune(cmd.Context(), repo, env, before)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "whatever their age")
	return cmd
}

func (a *app) prune(ctx context.Context, repo *gitops.Repo, env gitconfig.Environment, before int64) error {
	store, session := operation.Open(repo), repo.NewSession()
	log, err := store.Load()
	if err != nil {
		return err
	}
	trees := a.tidy(ctx, repo, env, log)
	a.sayLeft(trees)
	if err := a.pruneCaches(repo, before); err != nil {
		a.warn("what verify left is not all removed: " + err.Error())
	}
	if len(log.All()) == 0 {
		return a.pruned(nil, trees)
	}
	gone, err := store.Prune(ctx, before, a.now(), func(op *operation.Operation) (bool, error) {
		st, err := a.stood(ctx, session, log, op)
		return st.State == stateLanded, err
	})
	a.done = err == nil
	return errors.Join(err, a.pruned(gone, trees))
}

func (a *app) pruned(gone []*operation.Operation, trees []resolve.Removal) error {
	ids := []string{}
	for _, op := range gone {
		ids = append(ids, op.ID)
	}
	doc := struct {
		Schema    string              `json:"schema"`
		Version   string              `json:"version"`
		Error     *report.ErrorV1     `json:"error"`
		Removed   []string            `json:"removed"`
		Worktrees []report.WorkTreeV1 `json:"worktrees"`
		Exit      int                 `json:"exit"`
	}{Schema: report.Schema("prune"), Version: version(), Removed: ids, Worktrees: treesV1(trees)}
	return a.render(doc, func(w io.Writer) error {
		if a.quiet {
			return nil
		}
		n := fmt.Sprintf("%d operations", len(ids))
		switch len(ids) {
		case 0:
			n = "no operation"
		case 1:
			n = "1 operation"
		}
		if _, err := fmt.Fprintf(w, "%s forgotten\n", n); err != nil {
			return err
		}
		return sayRemoved(w, trees, "")
	})
}
