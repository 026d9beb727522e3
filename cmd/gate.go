package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
)

func (a *app) gateCommand() *cobra.Command {
	var branch, reason string
	cmd := &cobra.Command{
		Use: "gate [REV | A..B]", GroupID: "look", Args: cobra.MaximumNArgs(1),
		Short: "Ask the toolchain gate about a backport, as a check of its pull request",
		Long: `Reports whether a change for a release branch raises a toolchain pin above what the branch promised when
it was cut: rust-version, the go directive, engines, requires-python, and the files that select a
toolchain. REV, HEAD by default, is compared with where it left the branch; of A..B, B with A.

The branch is --branch, else GITHUB_BASE_REF, else the release branch that lacks the fewest of REV's
commits. With GITHUB_ACTIONS set the findings are printed as annotations too.

The last line says what was read: "ok: 14 pins in 9 files". A change to a file that declares a toolchain
and that no reader reads, or to a value that is computed, is "unread" and not "ok"; only the policy can
let it pass, with [pin] unread = "allow". docs/pins.md lists what is read.

The policy is main's, or --config's; while main has none, the release branch's own. One in the work tree
is not looked at: the change that is judged may have written it.` + exitStatus(ExitOK, ExitUsage, ExitRefused, ExitRepository),
		Example: `  git backport gate
  git backport gate origin/release-36.0.0..HEAD --branch 36`,
		RunE: func(cmd *cobra.Command, args []string) error {
			rev := "HEAD"
			if len(args) > 0 {
				rev = args[0]
			}
			return a.gate(cmd, rev, branch, reason)
		},
	}
	cmd.Flags().StringVar(&branch, "branch", "", "the release `BRANCH` or line that the change is for")
	cmd.Flags().StringVar(&reason, "reason", "", "why a pin may rise, where the policy's rule is track")
	return cmd
}

func (a *app) gate(cmd *cobra.Command, rev, branch, reason string) error {
	ctx := cmd.Context()
	in, err := a.open(ctx, project.NeedLines)
	if err != nil {
		return err
	}
	q := backport.GateRequest{Main: in.Main.Tip, Reason: reason}
	if err := a.gateRevisions(ctx, in, rev, &q); err != nil {
		return err
	}
	from, err := a.gateBranch(ctx, in, branch, &q)
	if err != nil {
		return err
	}
	if err := a.gatePolicy(in, &q); err != nil {
		return err
	}
	if q.Rule, err = in.GateRule(); err != nil {
		return err
	}
	answer, err := backport.CheckGate(ctx, in.Session, q)
	if err != nil {
		return err
	}
	if !answer.Outcome.OK || answer.Outcome.Unread {
		a.code = ExitRefused
	}
	return a.showGate(answer, report.GateHeader{
		Version: version(), Branch: q.Target.Branch, BranchFrom: from, Commit: q.Commit,
		Warnings: in.Warnings, Short: in.Repo.Short, Exit: int(a.code), Verify: verifyFloor(cmd.Root(), q),
	})
}

// verifyFloor begins the command that runs something in the change's tree with the branch's floor: what no
// pin shows. It is "" while this program has no such verb.
func verifyFloor(root *cobra.Command, q backport.GateRequest) string {
	for _, verb := range root.Commands() {
		if verb.Name() == "verify" {
			return "git backport verify --rev " + q.Commit.String() + " --branch " + quoteArg(q.Target.Branch) + " --toolchain floor"
		}
	}
	return ""
}

// gateRevisions finds the commits that are judged.
func (a *app) gateRevisions(ctx context.Context, in *project.Project, rev string, q *backport.GateRequest) error {
	before, after, isRange := strings.Cut(rev, "..")
	if strings.HasPrefix(after, ".") {
		return usageError(fmt.Errorf("%q: want A..B, with two dots", rev), "")
	}
	var err error
	if !isRange {
		q.Commit, err = in.Repo.Resolve(ctx, rev)
		return err
	}
	for _, side := range []*string{&before, &after} {
		if *side == "" {
			*side = "HEAD"
		}
	}
	if q.From, err = in.Repo.Resolve(ctx, before); err != nil {
		return err
	}
	q.Commit, err = in.Repo.Resolve(ctx, after)
	return err
}

// gateBranch finds the release branch a change is for, and says why this one.
func (a *app) gateBranch(ctx context.Context, in *project.Project, named string, q *backport.GateRequest) (string, error) {
	from := "--branch"
	if named == "" {
		named, from = a.host.getenv("GITHUB_BASE_REF"), "GITHUB_BASE_REF"
	}
	if named == "" {
		return a.nearestBranch(ctx, in, q)
	}
	name := named
	if id, err := in.Config.Policy.ParseLine(named); err == nil {
		for _, line := range in.Lines {
			if line.ID == id && line.Branch != "" {
				name = line.Branch
			}
		}
	}
	b, err := in.Repo.Branch(in.Remote, name, baseOf(a.Request))
	if errors.Is(err, gitops.ErrNoRef) {
		for _, remote := range []string{"origin", "upstream"} {
			if found, err2 := in.Repo.Branch(remote, name, baseOf(a.Request)); err2 == nil {
				b, err = found, nil
				break
			}
		}
	}
	if err != nil {
		return "", &Error{Exit: ExitUsage, Code: "no-branch", Err: fmt.Errorf("the release branch of the change (%s): %w", from, err),
			Hint: "fetch it: git fetch origin " + quoteArg("+refs/heads/"+name+":refs/remotes/origin/"+name)}
	}
	q.Target = in.BranchTarget(b)
	return from, nil
}

func (a *app) nearestBranch(ctx context.Context, in *project.Project, q *backport.GateRequest) (string, error) {
	var tips []gitops.ID
	var branches []gitops.Branch
	for _, line := range in.Lines { // newest first
		for _, b := range in.Branches {
			if b.Name == line.Branch {
				branches, tips = append(branches, b), append(tips, b.Tip)
			}
		}
	}
	i, distance, err := backport.Nearest(ctx, in.Session, q.Commit, tips)
	if err != nil {
		return "", err
	}
	if i < 0 {
		return "", usageError(errors.New("no release branch is here to judge the change by"), "fetch the branch it is for, and name it with --branch")
	}
	q.Target = in.BranchTarget(branches[i])
	return fmt.Sprintf("nearest: it lacks %d of the commits, the fewest", distance), nil
}

// gatePolicy leaves a policy of the work tree aside: the change under judgement may have written it.
// The release branch's own takes its place, else the defaults.
func (a *app) gatePolicy(in *project.Project, q *backport.GateRequest) error {
	if !strings.HasPrefix(in.Source, "worktree:") {
		return nil
	}
	in.Warnings = append(in.Warnings, "main has no "+config.FileName+" here, and the one in the work tree is not looked at: the release branch's counts")
	return in.UseTree(q.Target.Branch, q.Target.Tip)
}

func (a *app) showGate(answer backport.GateAnswer, h report.GateHeader) error {
	actions := a.host.getenv("GITHUB_ACTIONS") == "true"
	if a.json {
		if actions {
			if err := report.Annotations(a.streams.Err, answer, h); err != nil {
				return err
			}
		}
		return a.writeJSON(report.GateCheck(answer, h))
	}
	for _, text := range append(append([]string{}, h.Warnings...), answer.Notes...) {
		a.warn(text)
	}
	if actions {
		if err := report.Annotations(a.streams.Out, answer, h); err != nil {
			return err
		}
	}
	return report.GateText(a.streams.Out, answer, h)
}
