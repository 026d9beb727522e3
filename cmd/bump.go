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
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

// A bumpAsk is what bump is asked.
type bumpAsk struct {
	operation.Request
	dry, check bool
	at         string // what --check looks at in place of the tip
}

func (a *app) bumpCommand() *cobra.Command {
	var f bumpAsk
	cmd := &cobra.Command{
		Use: "bump LINE… | bump --check [LINE…]", GroupID: "do",
		Short: "Make the release commit of lines, alone on a branch bump/VERSION",
		Long: `Makes the commit that bumps a line to its next version and dates its release notes, on a new branch
bump/VERSION from the line's tip. The release branch itself is never moved. Several lines land in one
transaction: all branches or none; 'git backport undo' takes them back.

A pending line is not released by accident: --rc makes its next candidate, --version its release. What
the policy says against a release is said: when, cadence, required lines that lack a security fix that
is in the release (equal_patch).

--check makes nothing: it reports whether tree, tags and notes of the lines, all supported ones by default,
agree about the version.` + exitStatus(ExitOK, ExitUsage, ExitMoved, ExitRefused, ExitRepository, ExitBusy),
		Example: `  git backport bump 36 47
  git backport bump 48 --rc
  git backport bump --check 36 --at HEAD`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Request, f.dry = a.Request, a.dry
			f.Lines = args
			if f.check {
				return a.bumpCheck(cmd.Context(), &f)
			}
			return a.bump(cmd.Context(), &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	addFlags(fs, bumpVerb, &a.asked)
	fs.BoolVar(&f.check, "check", false, "report whether tree, tags and notes agree")
	fs.StringVar(&f.at, "at", "", "with --check and one line: look at this `REV` in place of the branch's tip")
	cmd.MarkFlagsMutuallyExclusive("rc", "version")
	cmd.MarkFlagsMutuallyExclusive("check", "dry-run")
	return cmd
}

func (f *bumpAsk) checkArgs() error {
	switch {
	case f.Release != "" && len(f.Lines) != 1:
		return usageError(errors.New("--version names the version of one line"), "name one LINE")
	case f.at != "" && (!f.check || len(f.Lines) != 1):
		return usageError(errors.New("--at is for --check and one line"), "name one LINE")
	case len(f.Skip) > 0 && f.Reason == "":
		return usageError(errors.New("--skip needs --reason: why is the line not affected?"), "")
	case len(f.Lines) == 0 && !f.check:
		return usageError(errors.New("no line is named"), "git backport branches lists the lines")
	}
	return nil
}

func (a *app) bump(ctx context.Context, f *bumpAsk) error {
	if err := f.checkArgs(); err != nil {
		return err
	}
	if !f.dry {
		repo, _, err := a.openRepo()
		if err != nil {
			return err
		}
		if err := operation.Open(repo).Recover(ctx, a.now()); err != nil {
			return err
		}
	}
	in, err := a.open(ctx, project.NeedPolicy)
	if err != nil {
		return err
	}
	b, err := a.planBump(ctx, in, f)
	if err != nil {
		return err
	}
	a.code = bumpExit(b.plan)
	h := report.BumpHeader{
		Version: version(), AsOf: in.AsOf.String(), PolicySource: in.Source, Warnings: in.Warnings, Explain: a.explainTarget,
	}
	if !f.dry && a.code == ExitOK {
		if h.Operation, err = a.landBump(ctx, in, b); err != nil {
			return err
		}
		a.done, h.Applied = true, len(b.plan.Updates) > 0
	}
	h.Exit = int(a.code)
	return a.showBump(in, b, h, f)
}

// A bumpRun is a plan of bumps with what it was made from.
type bumpRun struct {
	plan  *release.Plan
	ident *gitconfig.Ident
	asked operation.Request
	name  string
}

func (a *app) planBump(ctx context.Context, in *project.Project, f *bumpAsk) (*bumpRun, error) {
	targets, err := in.ReleaseTargets(f.Lines, f.Candidate || f.Release != "")
	if err != nil {
		return nil, err
	}
	b := &bumpRun{asked: f.Request}
	b.asked.Version, b.asked.Date, b.asked.AsOf = operation.RequestVersion, "", ""
	if b.asked.Base == "auto" {
		b.asked.Base = ""
	}
	ask := release.Ask{RC: f.Candidate, Entries: f.Notes, Version: f.Release, Day: in.AsOf, Kind: policy.Kind(f.Kind), Reason: strings.TrimSpace(f.Reason), Policy: in.Config.Policy}
	if len(f.Skip) > 0 {
		ask.Reason = "" // it is about the skipped lines
	}
	if f.Kind != "" {
		if err := in.CheckKind(ask.Kind); err != nil {
			return nil, err
		}
	}
	if in.Config.Policy.Rules.EqualPatch {
		if ask.Others, err = in.EqualPatchTargets(f.Skip); err != nil {
			return nil, err
		}
	}
	opts := backport.Options{AsOf: in.AsOf, Main: in.Main, Remote: in.Remote}
	if err := in.StageOptions(&opts); err != nil {
		return nil, err
	}
	log, err := a.recallBump(in, f)
	if err != nil {
		return nil, err
	}
	opts.Bump.HeldBack = in.HeldBack(log, "")
	if b.ident, err = a.seal(in, &planRun{Request: f.Request, landing: !f.dry}, &opts); err != nil {
		return nil, err
	}
	if b.ident == nil && !f.dry {
		_, err := in.Repo.Config.Ident(in.Env, "committer", a.host.Now())
		return nil, err
	}
	b.name = bumpName(f.Lines)
	b.plan, err = opts.Maker(in.Session).Plan(ctx, targets, ask)
	return b, err
}

func bumpName(lines []string) string { return "bump-" + strings.Join(lines, "-") }

// recallBump takes the date of an earlier bump of the same lines, so that the same commits are made.
func (a *app) recallBump(in *project.Project, f *bumpAsk) (*operation.Log, error) {
	log, err := in.Operations()
	if err != nil {
		return nil, err
	}
	dated := f.Date != "" || a.host.getenv("GIT_COMMITTER_DATE") != "" || a.host.getenv("SOURCE_DATE_EPOCH") != ""
	if op := log.For(nil, bumpName(f.Lines)); op != nil && !dated && op.Date() != "" {
		f.Date = "@" + op.Date()
	}
	return log, nil
}

// landBump makes the branches, as an operation that undo takes back.
func (a *app) landBump(ctx context.Context, in *project.Project, b *bumpRun) (string, error) {
	_, missing, err := in.Repo.ExistingUpdates(b.plan.Updates)
	if err != nil || len(missing) == 0 {
		return "", err
	}
	id, err := operation.NewID()
	if err != nil {
		return "", err
	}
	op := &operation.Operation{
		ID: id, Kind: operation.KindApply, Verb: "bump", Name: b.name, Sources: []gitops.ID{}, Committer: b.ident.String(), Remote: in.Remote, Main: in.Main.Ref,
		Policy: operation.Policy{Source: in.Source, Rev: in.Rev}, Request: &b.asked, Targets: []operation.Target{}, Changes: []operation.Change{},
	}
	for _, l := range b.plan.Lines {
		if l.Status != release.Ready {
			continue
		}
		op.Targets = append(op.Targets, operation.Target{
			Line: l.Line.Decision.Name(), Branch: l.Line.Branch, BaseRef: l.Line.Ref, Base: l.Line.Tip, Status: operation.TargetReady,
			Ref: "refs/heads/" + l.Outcome.Branch, Head: l.Outcome.Commit, Commits: []gitops.ID{l.Outcome.Commit},
			BumpTo: l.Outcome.To, BumpCommit: l.Outcome.Commit,
		})
	}
	err = operation.Open(in.Repo).Apply(ctx, in.Session, op, b.plan.Updates, operation.Run{Verify: b.plan.Verify, Committer: b.ident.String(), Now: a.now()})
	return op.ID, err
}

// bumpExit is the process's code for bumps: the first that applies of 1, 6, 4, 5.
func bumpExit(plan *release.Plan) ExitCode {
	code := ExitOK
	for _, l := range plan.Lines {
		switch l.Status {
		case release.Failed:
			if e := explain(l.Err).Exit; e == ExitRepository || e == ExitRefused {
				code = e
			} else {
				return ExitFailure
			}
		case release.Refused:
			if code == ExitOK {
				code = ExitRefused
			}
		case release.Ready, release.Present:
		}
	}
	return code
}

func (a *app) showBump(in *project.Project, b *bumpRun, h report.BumpHeader, f *bumpAsk) error {
	if a.json {
		return a.writeJSON(report.Bumps(b.plan, h))
	}
	for _, text := range in.Warnings {
		a.warn(text)
	}
	o := report.TextOptions{Width: a.streams.Width, Color: a.streams.Color, Verbose: a.verbose, Quiet: a.quiet, Short: in.Repo.Short, Explain: a.explainTarget}
	if err := report.BumpsText(a.streams.Out, b.plan, h, o); err != nil || a.quiet {
		return err
	}
	say := ""
	switch {
	case f.dry:
	case a.code != ExitOK:
		say = "nothing was created: all branches or none"
	case len(b.plan.Updates) == 0:
		say = "nothing to create"
	case h.Operation == "":
		say = "there already, unchanged"
	default:
		say = "created; git backport undo takes it back"
	}
	if say == "" {
		return nil
	}
	_, err := fmt.Fprintf(a.streams.Out, "\n%s\n", say)
	return err
}
