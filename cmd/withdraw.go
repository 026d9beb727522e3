package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/publish"
	"github.com/git-backport/git-backport/internal/streams"
)

func (a *app) undoCommand() *cobra.Command {
	var remote bool
	cmd := &cobra.Command{
		Use: "undo [OP]", GroupID: "do", Args: cobra.MaximumNArgs(1),
		Short: "Take back exactly what an operation did: all of it, or nothing",
		Long: `Deletes the branches that the operation created and puts back those that it replaced, in one
transaction. When one of them does not hold what the operation left, nothing is changed, and all such
are listed. Without OP it is the last operation; when that is undone already, there is nothing to undo.
An undo is an operation too: undone by its name, it makes the branches again, as long as git still has
their commits.

What was pushed stays where it is, and is named. With --remote your git deletes those branches there too,
each only while it holds what 'publish' pushed, and your gh or glab closes their pull requests; one that
is merged is left. That does not take back what was told. Of an operation that is undone already,
--remote does that alone.` + exitStatus(ExitOK, ExitFailure, ExitUsage, ExitMoved, ExitRepository, ExitBusy),
		Example: `  git backport undo
  git backport undo --remote`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.undo(cmd, first(args), remote) },
	}
	// The common --remote NAME says which branches count; here it has nothing to name.
	cmd.Flags().BoolVar(&remote, "remote", false, "close the pull requests and delete the branches that were pushed")
	return cmd
}

// undo takes back an operation, and with remote what was published of it.
func (a *app) undo(cmd *cobra.Command, id string, remote bool) error {
	var lines []string
	err := a.change(cmd, "", func(ctx context.Context, store *operation.Store, s *gitops.Session, r operation.Run) (*operation.Operation, error) {
		undo, err := store.Undo(ctx, s, id, r)
		of, err := publishedBefore(store, undo, id, err, remote)
		switch {
		case err != nil || of == nil:
			return undo, err
		case !remote:
			a.warnPublished(of)
			return undo, nil
		}
		if lines, err = a.withdraw(ctx, store, of); err != nil {
			return nil, err
		}
		if undo == nil {
			undo = of
		}
		return undo, nil
	})
	if nothing, ok := as[*operation.NothingError](err); ok {
		return a.nothingToUndo(cmd, nothing)
	}
	if err != nil || a.json || a.quiet && a.code == ExitOK {
		return err
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(a.streams.Out, streams.Clean(line)); err != nil {
			return err
		}
	}
	return nil
}

// publishedBefore finds the operation of which something is at a remote: the one that was undone now, or with
// remote, one that was undone before. failed is what the undo said; it stays when there is no such operation.
func publishedBefore(store *operation.Store, undo *operation.Operation, id string, failed error, remote bool) (*operation.Operation, error) {
	log, err := store.Load()
	if err != nil {
		return nil, errors.Join(failed, err)
	}
	nothing, isNothing := as[*operation.NothingError](failed)
	_, wrongTime := as[*operation.WrongTimeError](failed)
	switch {
	case failed == nil && undo.Kind == operation.KindUndo:
		id = undo.Of
	case failed == nil:
		return nil, nil //nolint:nilnil // branches were made again: nothing is left at a remote
	case remote && isNothing:
		id = nothing.Undo.Of
	case remote && wrongTime && id != "":
	default:
		return nil, failed
	}
	op, err := log.Find(id)
	if err == nil && failed != nil && (log.State(op) != operation.StateUndone || len(pushedRefs(op)) == 0) {
		return nil, failed
	}
	return op, err
}

// pushedRefs are the branches of an operation that are at a remote, by its record.
func pushedRefs(op *operation.Operation) []string {
	var refs []string
	for i := range op.Targets {
		for _, ref := range []string{op.Targets[i].Ref, op.Targets[i].BumpRef} {
			if ref != "" && op.Receipts[ref].Pushed != "" {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

// warnPublished says what an undo does not take back: branches at a remote, and their pull requests.
func (a *app) warnPublished(op *operation.Operation) {
	refs := pushedRefs(op)
	for _, ref := range refs {
		r := op.Receipts[ref]
		where := r.Remote
		if r.Web != "" {
			where += ", with " + r.Web
		}
		a.warn(strings.TrimPrefix(ref, "refs/heads/") + " is still at " + where)
	}
	if len(refs) > 0 {
		a.warn(a.say("undo", op.ID, "--remote") + " closes the pull requests and deletes the branches there")
	}
}

// withdraw deletes what was pushed of an operation and closes its pull requests, and says what became of each.
func (a *app) withdraw(ctx context.Context, store *operation.Store, op *operation.Operation) ([]string, error) {
	var lines []string
	refs := pushedRefs(op)
	slices.SortStableFunc(refs, func(x, y string) int { return strings.Compare(op.Receipts[x].Remote, op.Receipts[y].Remote) })
	for len(refs) > 0 {
		remote, n := op.Receipts[refs[0]].Remote, 0
		p := publish.Plan{Now: a.now}
		for ; n < len(refs) && op.Receipts[refs[n]].Remote == remote; n++ {
			h := &publish.Head{Ref: refs[n], Receipt: op.Receipts[refs[n]]}
			p.Requests = p.Requests || h.Receipt.Number > 0
			p.Heads = append(p.Heads, h)
		}
		refs = refs[n:]
		if err := a.destination(ctx, a.repo, op, remote, &p); err != nil {
			return nil, fmt.Errorf("what was published is as it was: %w", err)
		}
		p.Record = func(ctx context.Context, h *publish.Head) error {
			return store.Publish(ctx, op.ID, h.Ref, h.Receipt, a.now())
		}
		results, err := p.Withdraw(ctx)
		for _, r := range results {
			lines = append(lines, r.String())
			if code := withdrawExit(r); a.code == ExitOK || code == ExitFailure {
				a.code = code
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func withdrawExit(r publish.Withdrawal) ExitCode {
	switch r.State {
	case publish.WithdrawFailed:
		return ExitFailure
	case publish.WithdrawMoved:
		return ExitMoved
	case publish.WithdrawDone, publish.WithdrawMerged:
	}
	return ExitOK
}
