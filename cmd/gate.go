package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

func (a *app) gateCommand() *cobra.Command {
	var branch, reason string
	cmd := &cobra.Command{
		Use: "gate [REV | A..B]", GroupID: "look", Args: cobra.MaximumNArgs(1),
		Short: "Ask the toolchain gate about a backport, as a check of its pull request",
		Long: `Tells whether a change for a release branch raises a toolchain pin above what the branch promised when
it was cut: rust-version, the go directive, engines, requires-python, and the files that select a
toolchain. REV, HEAD by default, is compared with where it left the branch; of A..B, B with A.

The branch is --branch, else GITHUB_BASE_REF, else the release branch that lacks the fewest of REV's
commits. With GITHUB_ACTIONS set the findings are printed as annotations too.

The policy is main's, or --config's; while main has none, the release branch's own. One in the work tree
is not looked at: the change that is judged may have written it.` + exitStatus(ExitOK, ExitUsage, ExitRefused, ExitRepository),
		Example: `  git backport gate
  git backport gate origin/release-36.0.0..HEAD --branch 36`,
		RunE: func(cmd *cobra.Command, args []string) error {
			rev := "HEAD"
			if len(args) > 0 {
				rev = args[0]
			}
			return a.gate(cmd.Context(), rev, branch, reason)
		},
	}
	cmd.Flags().StringVar(&branch, "branch", "", "the release `BRANCH` or line that the change is for")
	cmd.Flags().StringVar(&reason, "reason", "", "why a pin may rise, where the policy's rule is track")
	return cmd
}

func (a *app) gate(ctx context.Context, rev, branch, reason string) error {
	w, err := a.open(ctx, needLines)
	if err != nil {
		return err
	}
	q := backport.GateRequest{Main: w.main.Tip, Reason: reason}
	if err := a.gateRevisions(ctx, w, rev, &q); err != nil {
		return err
	}
	from, err := a.gateBranch(ctx, w, branch, &q)
	if err != nil {
		return err
	}
	if err := a.gatePolicy(w, &q); err != nil {
		return err
	}
	if q.Rule, err = gateRule(w.config); err != nil {
		return usageError(err, "")
	}
	if q.Rule.Supported, err = w.supported(); err != nil {
		return err
	}
	answer, err := backport.CheckGate(ctx, w.session, q)
	if err != nil {
		return err
	}
	if !answer.Outcome.OK {
		a.code = ExitRefused
	}
	return a.showGate(answer, report.GateHeader{
		Version: version(), Branch: q.Target.Branch, BranchFrom: from, Commit: q.Commit,
		Warnings: w.warnings, Short: w.repo.Short, Exit: int(a.code),
	})
}

// gateRevisions finds the commits that are judged.
func (a *app) gateRevisions(ctx context.Context, w *workspace, rev string, q *backport.GateRequest) error {
	before, after, isRange := strings.Cut(rev, "..")
	if strings.HasPrefix(after, ".") {
		return usageError(fmt.Errorf("%q: want A..B, with two dots", rev), "")
	}
	var err error
	if !isRange {
		q.Commit, err = w.repo.Resolve(ctx, rev)
		return err
	}
	for _, side := range []*string{&before, &after} {
		if *side == "" {
			*side = "HEAD"
		}
	}
	if q.From, err = w.repo.Resolve(ctx, before); err != nil {
		return err
	}
	q.Commit, err = w.repo.Resolve(ctx, after)
	return err
}

// gateBranch finds the release branch a change is for, and says why this one.
func (a *app) gateBranch(ctx context.Context, w *workspace, named string, q *backport.GateRequest) (string, error) {
	from := "--branch"
	if named == "" {
		named, from = a.host.getenv("GITHUB_BASE_REF"), "GITHUB_BASE_REF"
	}
	if named == "" {
		return a.nearestBranch(ctx, w, q)
	}
	name := named
	if id, err := w.config.Policy.ParseLine(named); err == nil {
		for _, line := range w.lines {
			if line.ID == id && line.Branch != "" {
				name = line.Branch
			}
		}
	}
	b, err := w.repo.Branch(w.remote, name, a.baseKind())
	if errors.Is(err, gitops.ErrNoRef) {
		for _, remote := range []string{"origin", "upstream"} {
			if found, err2 := w.repo.Branch(remote, name, a.baseKind()); err2 == nil {
				b, err = found, nil
				break
			}
		}
	}
	if err != nil {
		return "", &Error{Exit: ExitUsage, Code: "no-branch", Err: fmt.Errorf("the release branch of the change (%s): %w", from, err),
			Hint: "fetch it: git fetch origin " + quoteArg("+refs/heads/"+name+":refs/remotes/origin/"+name)}
	}
	w.gateTarget(b, q)
	return from, nil
}

func (a *app) nearestBranch(ctx context.Context, w *workspace, q *backport.GateRequest) (string, error) {
	var tips []gitops.ID
	var branches []gitops.Branch
	for _, line := range w.lines { // newest first
		for _, b := range w.branches {
			if b.Name == line.Branch {
				branches, tips = append(branches, b), append(tips, b.Tip)
			}
		}
	}
	i, distance, err := backport.Nearest(ctx, w.session, q.Commit, tips)
	if err != nil {
		return "", err
	}
	if i < 0 {
		return "", usageError(errors.New("no release branch is here to judge the change by"), "fetch the branch it is for, and name it with --branch")
	}
	w.gateTarget(branches[i], q)
	return fmt.Sprintf("nearest: it lacks %d of the commits, the fewest", distance), nil
}

// gateTarget makes a branch the one that the change is judged by.
func (w *workspace) gateTarget(b gitops.Branch, q *backport.GateRequest) {
	q.Target = backport.Target{Line: release.Line{Branch: b.Name, Tip: b.Tip, Ref: b.Ref}}
	for _, line := range w.lines {
		if line.Branch == b.Name {
			q.Target.Decision = policy.Decision{Line: line}
			w.versions(&q.Target, line)
		}
	}
}

// gatePolicy leaves a policy of the work tree aside: the change under judgement may have written it.
// The release branch's own takes its place, else the defaults.
func (a *app) gatePolicy(w *workspace, q *backport.GateRequest) error {
	if !strings.HasPrefix(w.source, "worktree:") {
		return nil
	}
	tree, err := w.session.TreeOf(q.Target.Tip)
	if err != nil {
		return err
	}
	files := w.session.TreeFS(tree)
	w.warnings = append(w.warnings, "main has no "+config.FileName+" here, and the one in the work tree is not looked at: the release branch's counts")
	text, err := files.ReadFile(config.FileName)
	if err != nil {
		w.source = "guessed"
		w.config, err = config.Preset("two-newest")
		return err
	}
	w.source = q.Target.Branch + ":" + config.FileName
	return w.load(config.FileName, text, files.ReadFile)
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
