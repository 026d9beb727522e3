package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

// A plannedFix is a plan with what it was made from.
type plannedFix struct {
	project *project.Project
	report  *backport.Report
	header  report.Header
	ident   *gitconfig.Ident

	recorded  bool               // as an open operation
	there     []gitops.RefUpdate // branches that were there already, as they are to be
	unchanged bool               // everything was there already
}

func (a *app) planCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "plan FIX…", GroupID: "do",
		Short: "Decide, pick, gate and bump in memory; show what apply would do",
		Long: `Decides which release lines need the fix, picks it onto each of them in memory, asks the toolchain gate,
bumps the versions, and shows everything that apply would do, with the command that lands it. Nothing
is written.

FIX is a commit, a range A..B, a pull request '#123' or its URL: the squash on main whose subject ends
in (#123), the commits that say PR-URL of it, or what the merge of it brought, the merges among that
left out; -m 1 takes the merge as one change, --squash as one commit by the author of the first one
merged ([repo] merges = "squash" says so for all). Several commits are picked in order and land together.

What a line has already is found in its history: present, by an ancestor that nothing took back, a
message that names the commit, an equal patch, or the same author and date; probable, by weaker signs,
which a person has to look at: --again picks it all the same, --skip LINE --reason leaves the line out.` + exitStatus(ExitOK, ExitUsage, ExitPerson, ExitRefused, ExitRepository),
		Example: `  git backport plan 1a2b3c4 --kind security
  git backport plan '#12435' --also 39
  git backport plan HEAD --onto release-1.0`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkFlags(cmd); err != nil {
				return err
			}
			p, err := a.plan(cmd.Context(), a.asking(args))
			if err != nil {
				return err
			}
			return a.showPlanned(p)
		},
	}
	a.addFixFlags(cmd, planVerb)
	return cmd
}

// asking is the making of a plan as the command line asks for it.
func (a *app) asking(fix []string) *planRun {
	f := &planRun{Request: a.Request, noSearch: a.noSearch}
	f.Fix = fix
	return f
}

// showPlanned shows a plan that is not landed.
func (a *app) showPlanned(p *plannedFix) error {
	a.code = exitOf(p.report)
	p.header.Verb, p.header.Exit = "plan", int(a.code)
	return a.showPlan(p)
}

// plan makes a plan: everything up to landing.
func (a *app) plan(ctx context.Context, f *planRun) (*plannedFix, error) {
	needs := project.NeedPolicy
	switch {
	case len(f.Onto) > 0 && f.NoBump:
		needs = project.NeedBranches
	case len(f.Onto) > 0:
		needs = project.NeedLines
	}
	in, err := a.openProject(f.Request)
	if err != nil {
		return nil, err
	}
	in.PolicyOptional = len(f.Onto) > 0
	var ahead sync.WaitGroup
	ahead.Go(func() { in.Session.ReadAhead(ctx, f.Fix, f.Onto) })
	defer ahead.Wait()
	if err := in.Fill(ctx, needs); err != nil {
		return nil, err
	}
	for i, rev := range f.Onto {
		f.Onto[i] = in.FullID(ctx, rev)
	}
	end := a.trace.stage("fix", "")
	fix, err := in.FixAs(ctx, f.Fix, f.Kind, project.MergeUse{Mainline: f.Mainline, Squash: f.Squash})
	end()
	if err != nil {
		return nil, err
	}
	if err := a.recall(in, f, fix); err != nil {
		return nil, err
	}
	opts, ident, err := a.options(ctx, in, f, fix)
	if err != nil {
		return nil, err
	}
	opts.Embargo, opts.Bump.HeldBack = f.Embargo, in.HeldBack(f.log, opts.Name)
	f.holdBack(in, opts.Bump.HeldBack, fix.Kind)
	if a.trace != nil {
		opts.Trace = a.trace.stage
	}
	if f.VerifyWithGit {
		if opts.Verify, err = a.verifier(ctx, in); err != nil {
			return nil, err
		}
	}
	if f.settle != nil {
		if opts.Resolved, err = f.settle(ctx, in); err != nil {
			return nil, err
		}
	}
	end = a.trace.stage("policy", "")
	selected, err := a.targets(ctx, in, f, fix, opts)
	end()
	if err != nil {
		return nil, err
	}
	end = a.trace.stage("targets, all stages", "")
	erase := a.follow(&opts)
	rep, err := backport.Run(ctx, in.Session, fix, selected, opts)
	erase()
	end()
	if err != nil {
		return nil, err
	}
	f.keep(in, rep)
	rep.Warnings = append(rep.Warnings, in.Warnings...)
	rep.Warnings = append(rep.Warnings, a.planWarnings(ctx, in, fix, rep, ident)...)
	p := &plannedFix{project: in, report: rep, ident: ident}
	p.header = report.Header{
		Version: version(), PolicySource: in.Source, PolicyRev: in.Rev, Signing: cmp.Or(f.signing, "none"),
		Request: f.pinned(ctx, in, fix, opts.Select, ident), Explain: a.explainTarget,
	}
	if len(opts.Onto) > 0 {
		p.header.PolicySource = "none"
	}
	if f.Embargo {
		if err := p.preflight(f); err != nil {
			rep.Warnings = append(rep.Warnings, err.Error())
		}
	}
	if ident != nil {
		zone := time.FixedZone("", ident.Date.Zone*60)
		p.header.Committer = &report.CommitterV1{
			Name: ident.Name, Email: ident.Email, Date: time.Unix(ident.Date.Seconds, 0).In(zone).Format(time.RFC3339),
		}
	}
	return p, nil
}

// targets decides where the fix goes: by --onto, or by the policy and the lines that are named.
func (a *app) targets(ctx context.Context, in *project.Project, f *planRun, fix backport.Fix, opts backport.Options) (backport.Selected, error) {
	if len(f.Onto) > 0 {
		return in.OntoTargets(ctx, f.Onto)
	}
	var published policy.Date
	if f.Published != "" {
		var err error
		if published, err = parseDay("--published", f.Published); err != nil {
			return backport.Selected{}, err
		}
	}
	return in.Targets(ctx, fix, opts.Select, published)
}

// planWarnings are the warnings that belong to the plan as a whole.
func (a *app) planWarnings(ctx context.Context, in *project.Project, fix backport.Fix, rep *backport.Report, ident *gitconfig.Ident) []string {
	var out []string
	if len(rep.Options.Onto) == 0 && !in.Main.Tip.IsZero() && !fix.AllOnMain() && in.Config.Policy.Base(fix.Kind) == policy.Security {
		out = append(out, fmt.Sprintf("the fix is not on %s yet; it has to follow there", in.Main.Name))
	}
	if text := newerTips(in, rep); text != "" {
		out = append(out, text)
	}
	if in.Guessed() && len(rep.Options.Onto) == 0 {
		out = append(out, "no backport.toml: the two newest lines are guessed; name lines, or give --config, to apply ('git backport init' writes a policy)")
	}
	if ident == nil {
		out = append(out, "no identity: git does not know who commits, so commit ids are not shown; "+identityAdvice)
	}
	for _, s := range gitconfig.PickSettings(in.Repo.Config) {
		out = append(out, settingWarning(s))
	}
	if a.AsOf != "" && len(rep.Options.Onto) == 0 {
		out = append(out, farFrom(in, fix, rep)...)
	}
	out = append(out, a.overtaken(ctx, in, fix, rep)...)
	out = append(out, in.Repo.LeftAside()...)
	if problem := in.Repo.GraphProblem(); problem != "" {
		out = append(out, problem)
	}
	return out
}

// settingWarning says what becomes of a setting of git that changes picks.
func settingWarning(s gitconfig.Setting) string {
	said := "is ignored here: git %s"
	switch s.Fate {
	case gitconfig.Conflict:
		said = "is not followed: git %s; a path that needs it is a conflict"
	}
	return fmt.Sprintf("%s = %s "+said, s.Key, s.Value, s.Effect)
}

// newerTips says which tips are younger than the policy's day: they are not what they were then.
func newerTips(in *project.Project, rep *backport.Report) string {
	var names []string
	for _, o := range rep.Outcomes {
		if o.Target.Onto != "" {
			continue
		}
		seconds, err := in.Repo.CommitTime(o.Target.Tip)
		if err == nil && policy.DateOf(time.Unix(seconds, 0).UTC()).After(in.AsOf) {
			names = append(names, o.Target.Branch)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("tips younger than %s are picked onto as they are: %s", in.AsOf, strings.Join(names, ", "))
}

const identityAdvice = `set one with git config user.email "you@example.com" and git config user.name "Your Name"`

// explainTarget turns a target's own failure into what reports show.
func (a *app) explainTarget(err error) report.ErrorV1 {
	e := explain(err)
	return report.NewError(e.Code, e.Error(), e.Hint)
}

// exitOf is the process's code for a report: the first that applies of 1, 6, 4, 5, 3.
func exitOf(rep *backport.Report) ExitCode {
	found := map[ExitCode]bool{ExitRefused: rep.Selected.Withheld()}
	return firstOf(rep, found)
}

// blocking is the code of what keeps branches from being made: that of the report, but that a line that was
// left out with a reason stands in nobody's way.
func blocking(rep *backport.Report) ExitCode {
	return firstOf(rep, map[ExitCode]bool{})
}

func firstOf(rep *backport.Report, found map[ExitCode]bool) ExitCode {
	for _, o := range rep.Outcomes {
		switch o.Status {
		case backport.StatusFailed:
			switch code := explain(o.Err).Exit; code {
			case ExitRepository, ExitMoved, ExitRefused, ExitPerson:
				found[code] = true
			default: // one target failed, whatever it failed of: never 0
				found[ExitFailure] = true
			}
		case backport.StatusGated, backport.StatusRefused:
			found[ExitRefused] = true
		case backport.StatusConflicted:
			found[ExitPerson] = true
		case backport.StatusProbable, backport.StatusEmpty:
			if o.NeedsPerson() {
				found[ExitPerson] = true
			}
		case backport.StatusReady, backport.StatusPresent:
		}
	}
	for _, code := range []ExitCode{ExitFailure, ExitRepository, ExitMoved, ExitRefused, ExitPerson} {
		if found[code] {
			return code
		}
	}
	return ExitOK
}

// showPlan prints a report, warnings on stderr, and then the next command.
func (a *app) showPlan(p *plannedFix) error {
	defer a.trace.stage("report", "")()
	if a.json {
		return a.writeJSON(report.Plan(p.report, p.header))
	}
	for _, text := range p.report.Warnings {
		a.warn(text)
	}
	o := report.TextOptions{
		Width: a.streams.Width, Color: a.streams.Color, Verbose: a.verbose, Quiet: a.quiet,
		Short: p.project.Repo.Short, Explain: a.explainTarget,
	}
	if err := report.PlanText(a.streams.Out, p.report, p.header, o); err != nil {
		return err
	}
	if a.quiet {
		return nil
	}
	return a.next(p)
}

// next prints what to run next.
func (a *app) next(p *plannedFix) error {
	ready, open, trial := 0, 0, false
	for _, o := range p.report.Outcomes {
		switch {
		case o.Target.Trial:
			trial = true
		case o.Status == backport.StatusReady:
			ready++
		case o.Status != backport.StatusPresent && (o.Status != backport.StatusProbable || o.NeedsPerson()):
			open++
		}
	}
	args := requestArgs(p.header.Request, applyVerb)
	if !trial && p.ident != nil {
		args = append(args, "--expect", p.report.Digest())
	}
	line := a.say("apply", args...)
	var err error
	switch {
	case p.report.Applied, p.report.Options.Embargo && p.header.Verb == "apply": // status says what is next, without the kind
	case trial:
		_, err = fmt.Fprintf(a.streams.Out, "\nnothing is required; to take a line, name it:\n  %s --also LINE\n", line)
	case ready > 0 && open == 0:
		_, err = fmt.Fprintf(a.streams.Out, "\nnext:\n  %s\n", line)
	case ready > 0:
		_, err = fmt.Fprintf(a.streams.Out, "\nnext: settle what is open above, or land the %d ready now:\n  %s --partial\n", ready, line)
	}
	return err
}
