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
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

// A planned is a plan with what it was made from.
type planned struct {
	ws     *workspace
	report *backport.Report
	header report.Header
	ident  *gitconfig.Ident

	recorded  bool // as an open operation
	unchanged bool // everything was there already
}

func (a *app) planCommand() *cobra.Command {
	var f fixFlags
	cmd := &cobra.Command{
		Use: "plan FIX…", GroupID: "do",
		Short: "Decide, pick, gate and bump in memory; show what apply would do",
		Long: `Decides which release lines need the fix, picks it onto each of them in memory, asks the toolchain gate,
bumps the versions, and shows everything that apply would do, with the command that lands it. Nothing
is written.

FIX is a commit, a range A..B, a pull request '#123' or its URL: the one commit on main whose subject
ends in (#123). Several commits are picked in order and land together.` + exitStatus(ExitOK, ExitUsage, ExitPerson, ExitRefused, ExitRepository),
		Example: `  git backport plan 1a2b3c4 --kind security
  git backport plan '#12435' --also 39
  git backport plan HEAD --onto release-1.0`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			p, err := a.plan(cmd.Context(), &f, args)
			if err != nil {
				return err
			}
			a.code = exitOf(p.report)
			p.header.Verb, p.header.Exit = "plan", int(a.code)
			return a.showPlan(p)
		},
	}
	f.add(cmd)
	return cmd
}

// plan makes a plan: everything up to landing.
func (a *app) plan(ctx context.Context, f *fixFlags, args []string) (*planned, error) {
	needs := needPolicy
	switch {
	case len(f.onto) > 0 && f.noBump:
		needs = needBranches
	case len(f.onto) > 0:
		needs = needLines
	}
	w, err := a.openWorkspace()
	if err != nil {
		return nil, err
	}
	var ahead sync.WaitGroup
	ahead.Go(func() { w.session.ReadAhead(ctx, args, f.onto) })
	defer ahead.Wait()
	if err := a.fill(ctx, w, needs); err != nil {
		return nil, err
	}
	end := a.trace.stage("fix", "")
	fix, err := a.resolveFix(ctx, w, f, args)
	end()
	if err != nil {
		return nil, err
	}
	if err := a.recall(w, f, fix); err != nil {
		return nil, err
	}
	opts, ident, err := a.options(w, f, fix)
	if err != nil {
		return nil, err
	}
	opts.Embargo, opts.Bump.HeldBack = f.embargo, w.cadence(w.heldBack(opts.Name), fix.Kind)
	opts.Bump.Project = w.project()
	if a.trace != nil {
		opts.Trace = a.trace.stage
	}
	if f.verify {
		if opts.Verify, err = a.verifier(ctx, w); err != nil {
			return nil, err
		}
	}
	if f.settle != nil {
		if opts.Resolved, err = f.settle(ctx, w); err != nil {
			return nil, err
		}
	}
	end = a.trace.stage("policy", "")
	selected, err := a.targets(ctx, w, f, fix, opts)
	end()
	if err != nil {
		return nil, err
	}
	end = a.trace.stage("targets, all stages", "")
	erase := a.follow(&opts)
	rep, err := backport.Run(ctx, w.session, fix, selected, opts)
	erase()
	end()
	if err != nil {
		return nil, err
	}
	rep.Warnings = append(rep.Warnings, w.warnings...)
	rep.Warnings = append(rep.Warnings, a.planWarnings(w, fix, rep, ident)...)
	p := &planned{ws: w, report: rep, ident: ident}
	p.header = report.Header{
		Version: version(), PolicySource: w.source, PolicyRev: w.rev, Signing: cmp.Or(w.signing, "none"),
		Args: applyArgs(a, f, fix, w, ident), Explain: a.explainTarget,
	}
	if len(opts.Onto) > 0 {
		p.header.PolicySource = "none"
	}
	if f.embargo {
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
func (a *app) targets(ctx context.Context, w *workspace, f *fixFlags, fix backport.Fix, opts backport.Options) (backport.Selected, error) {
	if len(f.onto) > 0 {
		return a.ontoTargets(ctx, w, f.onto)
	}
	change := policy.Change{Kind: fix.Kind}
	if f.published != "" {
		d, err := policy.ParseDate(f.published)
		if err != nil {
			return backport.Selected{}, usageError(fmt.Errorf("--published %q: %w", f.published, err), "write a day as 2026-01-31")
		}
		change.Published = d
	}
	decisions := policy.Decide(w.config.Policy, w.lines, change)
	selected, err := backport.Select(decisions, opts.Select)
	if err != nil {
		return selected, err
	}
	change.NotOnMain = !fix.AllOnMain()
	held := map[policy.LineID]policy.Decision{}
	for _, d := range policy.Decide(w.config.Policy, w.lines, change) {
		if d.Cause == policy.CauseNotOnMain {
			held[d.ID] = d
		}
	}
	for i := range selected.Targets {
		t := &selected.Targets[i]
		if d, ok := held[t.Decision.ID]; ok && !t.Forced {
			t.Decision.Verdict, t.Decision.Cause, t.Decision.Rule = d.Verdict, d.Cause, d.Rule
			t.Refused = "the fix is not on " + w.main.Name + ", and the policy wants it there first"
		}
		if err := w.locate(t); err != nil {
			return selected, err
		}
	}
	return selected, nil
}

// locate finds what a target is picked onto, and what its tags say.
func (w *workspace) locate(t *backport.Target) error {
	for _, b := range w.branches {
		if b.Name == t.Branch {
			t.Tip, t.Ref = b.Tip, b.Ref
		}
	}
	if t.Tip.IsZero() {
		return fmt.Errorf("branch %q: %w", t.Branch, gitops.ErrNoRef)
	}
	w.versions(t, t.Decision.Line)
	return nil
}

// versions tells a target the versions that its line's tags hold.
func (w *workspace) versions(t *backport.Target, line policy.Line) {
	for _, tag := range w.tags[line.ID] {
		_, v, ok := w.config.Policy.ReadTag(tag.Name)
		if !ok {
			continue
		}
		t.Versions = append(t.Versions, v.String())
		if policy.IsStable(v) && v.Patch() == 0 {
			t.FirstTag = tag.Name
		}
	}
	for _, row := range w.config.Policy.Branches {
		if row.Line == line.ID {
			for _, v := range row.Burned {
				t.Burned = append(t.Burned, v.String())
			}
		}
	}
}

// ontoTargets makes a target of each --onto. A release branch's tip keeps its line, for gate and bump.
func (a *app) ontoTargets(ctx context.Context, w *workspace, onto []string) (backport.Selected, error) {
	var out backport.Selected
	for _, rev := range onto {
		t := backport.Target{Line: release.Line{Branch: rev}, Onto: rev}
		if b, err := w.repo.Branch(w.remote, rev, a.baseKind()); err == nil {
			t.Tip, t.Ref = b.Tip, b.Ref
		} else {
			if t.Tip, err = w.repo.Resolve(ctx, rev); err != nil {
				return out, err
			}
		}
		for _, b := range w.branches {
			if b.Tip != t.Tip || (b.Name != rev && t.Ref != "") {
				continue
			}
			t.Branch, t.Ref = b.Name, b.Ref
			for _, line := range w.lines {
				if line.Branch == b.Name {
					t.Decision = policy.Decision{Line: line}
					w.versions(&t, line)
				}
			}
		}
		out.Targets = append(out.Targets, t)
	}
	return out, nil
}

// planWarnings are the warnings that belong to the plan as a whole.
func (a *app) planWarnings(w *workspace, fix backport.Fix, rep *backport.Report, ident *gitconfig.Ident) []string {
	var out []string
	if len(rep.Options.Onto) == 0 && !w.main.Tip.IsZero() && !fix.AllOnMain() && w.config.Policy.Base(fix.Kind) == policy.Security {
		out = append(out, fmt.Sprintf("the fix is not on %s yet; it has to follow there", w.main.Name))
	}
	if text := newerTips(w, rep); text != "" {
		out = append(out, text)
	}
	if w.guessed() && len(rep.Options.Onto) == 0 {
		out = append(out, "no backport.toml: the two newest lines are guessed; name lines, or give --config, to apply ('git backport init' writes a policy)")
	}
	if ident == nil {
		out = append(out, "no identity: git does not know who commits, so commit ids are not shown; "+identityAdvice)
	}
	for _, s := range gitconfig.PickSettings(w.repo.Config) {
		out = append(out, settingWarning(s))
	}
	return out
}

// settingWarning says what becomes of a setting of git that changes picks.
func settingWarning(s gitconfig.Setting) string {
	said := "is ignored here: git %s"
	switch s.Fate {
	case gitconfig.Heeded:
		said = "is heeded: it %s, and without it the result may be another one"
	case gitconfig.Conflict:
		said = "is not followed: git %s; a path that needs it is a conflict"
	}
	return fmt.Sprintf("%s = %s "+said, s.Key, s.Value, s.Effect)
}

// newerTips says which tips are younger than the policy's day: they are not what they were then.
func newerTips(w *workspace, rep *backport.Report) string {
	var names []string
	for _, o := range rep.Outcomes {
		if o.Target.Onto != "" {
			continue
		}
		seconds, err := w.repo.CommitTime(o.Target.Tip)
		if err == nil && policy.DateOf(time.Unix(seconds, 0).UTC()).After(w.asOf) {
			names = append(names, o.Target.Branch)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("tips younger than %s are picked onto as they are: %s", w.asOf, strings.Join(names, ", "))
}

const identityAdvice = `set one with git config user.email "you@example.com" and git config user.name "Your Name"`

// explainTarget turns a target's own failure into what reports show.
func (a *app) explainTarget(err error) report.ErrorV1 {
	e := explain(err)
	return report.NewError(e.Code, e.Error(), e.Hint)
}

// exitOf is the process's code for a report: the first that applies of 1, 6, 4, 5, 3.
func exitOf(rep *backport.Report) ExitCode {
	found := map[ExitCode]bool{}
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
		case backport.StatusEmpty:
			if o.Target.Decision.Verdict == policy.Required {
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
func (a *app) showPlan(p *planned) error {
	defer a.trace.stage("report", "")()
	if a.json {
		return a.writeJSON(report.Plan(p.report, p.header))
	}
	for _, text := range p.report.Warnings {
		a.warn(text)
	}
	o := report.TextOptions{
		Width: a.streams.Width, Color: a.streams.Color, Verbose: a.verbose, Quiet: a.quiet,
		Short: p.ws.repo.Short, Explain: a.explainTarget,
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
func (a *app) next(p *planned) error {
	ready, open, trial := 0, 0, false
	for _, o := range p.report.Outcomes {
		switch {
		case o.Target.Trial:
			trial = true
		case o.Status == backport.StatusReady:
			ready++
		case o.Status != backport.StatusPresent:
			open++
		}
	}
	line := "git backport apply " + a.quoted(p.header.Args)
	var err error
	switch {
	case p.report.Applied:
	case trial:
		_, err = fmt.Fprintf(a.streams.Out, "\nnothing is required; to take a line, name it:\n  %s --also LINE\n", line)
	case ready > 0 && open == 0:
		_, err = fmt.Fprintf(a.streams.Out, "\nnext:\n  %s\n", line)
	case ready > 0:
		_, err = fmt.Fprintf(a.streams.Out, "\nnext: settle what is open above, or land the %d ready now:\n  %s --partial\n", ready, line)
	}
	return err
}
