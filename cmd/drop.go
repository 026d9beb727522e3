package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/policy"
)

func (a *app) dropCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "drop LINE [OP]", GroupID: "do", Args: cobra.RangeArgs(1, 2),
		Short: "Go on without one target of an open operation",
		Long: `Gives up one target that waits for a person. When it was the last one, the branches of all the others
are created in one transaction.

A line that the policy requires is dropped for a reason alone, which is kept on record and shown by
'status'; the exit code is 5 then, since the fix is not where the policy wants it. Under embargo neither
is kept.` + exitStatus(ExitOK, ExitUsage, ExitPerson, ExitMoved, ExitRefused, ExitRepository, ExitBusy),
		Example: `  git backport drop 24 --reason 'ends next week; users were told to upgrade'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.change(cmd, "", func(ctx context.Context, store *operation.Store, s *gitops.Session, r operation.Run) (*operation.Operation, error) {
				op, err := store.Drop(ctx, s, first(args[1:]), args[0], reason, r)
				if err == nil {
					a.warnOvertaken(op, op.Target(args[0]))
				}
				return op, err
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why the line goes without the fix: `TEXT` for the record")
	return cmd
}

// warnOvertaken says which older lines get a fix that the dropped one does not.
func (a *app) warnOvertaken(op *operation.Operation, dropped *operation.Target) {
	after := false
	for i := range op.Targets {
		t := &op.Targets[i]
		if after && (t.Status == operation.TargetReady || t.Status == operation.TargetPresent) {
			a.warn(overtakenText(dropped.Branch, t.Branch))
			return
		}
		after = after || t == dropped
	}
}

func overtakenText(newer, older string) string {
	return fmt.Sprintf("%s goes without the fix, and %s, which is older, gets it: whoever upgrades from the one to the other loses it", newer, older)
}

// endOf is the code of a verb that worked on an operation: a line that the policy requires was left out, or
// a person is still needed.
func (a *app) endOf(ctx context.Context, log *operation.Log, op *operation.Operation, verb string) (ExitCode, error) {
	var out bool
	if state := log.State(op); verb == "drop" || state == operation.StateOpen || state == operation.StateApplied { // with its last target dropped it is given up
		var err error
		if out, err = a.withheld(ctx, op); err != nil {
			return ExitOK, err
		}
	}
	switch {
	case out:
		return ExitRefused, nil
	case log.NeedsPerson(op):
		return ExitPerson, nil
	}
	return ExitOK, nil
}

// withheld reports whether a line that the policy requires was left out. The record of an operation under
// embargo does not say what the policy required: it is asked again, as for a security fix.
func (a *app) withheld(ctx context.Context, op *operation.Operation) (bool, error) {
	var lines []string
	for _, t := range op.Targets {
		if t.Status == operation.TargetDropped && t.Line != "" {
			lines = append(lines, t.Line)
		}
	}
	if !op.Embargo || len(lines) == 0 || op.AsOf == "" {
		return op.Withheld(), nil
	}
	asked, err := requestOf(op)
	if err != nil {
		return false, err
	}
	asked.AsOf = op.AsOf
	in, err := a.openProject(asked)
	if err != nil {
		return false, err
	}
	if err := in.Fill(ctx, project.NeedPolicy); err != nil {
		return false, err
	}
	for _, d := range policy.Decide(in.Config.Policy, in.Lines, policy.Change{Kind: policy.Security}) {
		for _, line := range lines {
			if d.Name() == line && d.Verdict == policy.Required {
				return true, nil
			}
		}
	}
	return false, nil
}
