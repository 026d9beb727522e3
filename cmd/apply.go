package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/resolve"
)

func (a *app) applyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "apply FIX… | apply --plan FILE", GroupID: "do",
		Short: "Do what plan shows: create all branches in one transaction, or none",
		Long: `Plans, then creates the branches of all targets in one transaction. While one target conflicts, is
gated or failed, nothing is created, unless --partial is given: then the ready ones are, and the exit
code stays 3 or 5. What a person has to settle is recorded: 'git backport status' shows it. Branches
that exist with the very same commits are left as they are; others are never overwritten, but that
--replace moves those which still hold exactly what an earlier operation left. A branch with commits
on top is amended, and refused by name. 'git backport undo' takes back what was done.

With --embargo nothing that git-backport writes tells what the fix is about: the NAME is random, and
refs, records and pull requests have no subject, author or number in them. The commits keep their
messages; what in those would tell is named, and refused unless --ack is given.

With --publish the branches that were made are pushed, and their pull requests opened, as 'publish' does
it: one command from the fix to the pull requests. Whether that can be done (a remote, a forge, a login)
is asked before anything is made.

With --plan the arguments are read from a document that 'plan --json' printed, and what it shows is
landed to the very ids, or nothing is.` + exitStatus(ExitOK, ExitUsage, ExitPerson, ExitMoved, ExitRefused, ExitRepository, ExitBusy),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkFlags(cmd); err != nil {
				return err
			}
			f, want := a.asking(args), (*report.PlanV1)(nil)
			if a.planFile != "" {
				var err error
				if f, want, err = a.planDocument(cmd, args); err != nil {
					return err
				}
			}
			return a.apply(cmd.Context(), f, want)
		},
	}
	a.addFixFlags(cmd, applyVerb)
	return cmd
}

// apply plans and lands, or with -n plans alone. want is the document the result must agree with; nil when
// there is none.
func (a *app) apply(ctx context.Context, f *planRun, want *report.PlanV1) error {
	f.landing = !a.dry
	if f.landing {
		repo, _, err := a.openRepo()
		if err != nil {
			return err
		}
		if err := operation.Open(repo).Recover(ctx, a.now()); err != nil {
			return err
		}
	}
	p, err := a.plan(ctx, f)
	if err != nil {
		return err
	}
	if f.landing {
		if err := a.mayApply(p, f); err != nil {
			return err
		}
	}
	if err := a.unmoved(p, want); err != nil {
		return err
	}
	if !f.landing {
		return a.showPlanned(p)
	}
	if err := a.mayPublish(ctx, p, f); err != nil {
		return err
	}
	a.code = exitOf(p.report)
	if err := a.land(ctx, p, f); err != nil {
		return err
	}
	a.done = true
	p.header.Verb, p.header.Exit = "apply", int(a.code)
	if err := a.showPlan(p); err != nil {
		return err
	}
	if err := a.applied(p); err != nil {
		return err
	}
	if !a.andPublish || !p.report.Applied || len(p.report.Updates) == 0 {
		return nil
	}
	return a.publishNow(ctx, p.header.Operation, a.publishRemote(f.Embargo))
}

// now is the time for the record, in seconds since 1970.
func (a *app) now() int64 { return a.host.Now().Unix() }

// mayApply refuses what cannot or must not be landed at all.
func (a *app) mayApply(p *plannedFix, f *planRun) error {
	if p.ident == nil {
		_, err := p.project.Repo.Config.Ident(p.project.Env, "committer", a.host.Now())
		return err
	}
	named := len(f.To) > 0 || len(f.Also) > 0 || len(f.Onto) > 0
	if p.project.Guessed() && !named {
		return usageError(errors.New("no policy: the lines are only guessed, so nothing is applied"),
			"name the lines (--to), or give a policy (--config preset:…), or write one ('git backport init')")
	}
	if f.Embargo {
		if err := p.preflight(f); err != nil {
			return err
		}
	}
	for _, o := range p.report.Outcomes {
		if !o.Target.Trial {
			return nil
		}
	}
	hint := "git backport branches shows the lines and why"
	if len(p.report.Outcomes) > 0 {
		var names []string
		for _, o := range p.report.Outcomes {
			names = append(names, o.Target.Decision.Name())
		}
		hint = "to take them: " + a.say("apply", append(requestArgs(p.header.Request, applyVerb), "--also", listValue(names))...)
	}
	return &Error{Exit: ExitRefused, Code: "no-target", Err: fmt.Errorf("the policy requires no line to get a change of kind %s", p.report.Fix.Kind), Hint: hint}
}

// land makes the branches that are not there yet, or records what keeps them from being made.
func (a *app) land(ctx context.Context, p *plannedFix, f *planRun) error {
	store := operation.Open(p.project.Repo)
	if _, err := p.project.Operations(); err != nil {
		return err
	}
	op, err := p.record(f)
	if err != nil {
		return err
	}
	if same := f.log.Same(op); same != nil {
		p.header.Operation = same.ID
	}
	there, missing, err := p.project.Repo.ExistingUpdates(p.report.Updates)
	p.there = there
	switch {
	case err != nil:
		return err
	case blocking(p.report) != ExitOK && !(a.partial && len(p.report.Updates) > 0):
		return a.recordOpen(ctx, store, p, op)
	case len(missing) == 0:
		p.report.Applied, p.unchanged = true, true
		return nil
	}
	err = store.Apply(ctx, p.project.Session, op, p.report.Updates, operation.Run{
		Verify: p.report.Verify, Committer: p.ident.String(), Now: a.now(), Replace: f.Replace,
	})
	if err != nil {
		return err
	}
	p.report.Applied, p.header.Operation, p.recorded = true, op.ID, op.Open()
	return nil
}

// recordOpen records an operation that a person has to finish. One that only failed, or that the
// policy refuses, has nothing to finish.
func (a *app) recordOpen(ctx context.Context, store *operation.Store, p *plannedFix, op *operation.Operation) error {
	person := false
	for _, t := range op.Targets {
		switch backport.Status(t.Status) {
		case backport.StatusConflicted, backport.StatusGated, backport.StatusProbable, backport.StatusEmpty:
			person = true
		case backport.StatusReady, backport.StatusPresent, backport.StatusRefused, backport.StatusFailed:
		}
	}
	if !person {
		return nil
	}
	p.recorded = true
	if p.header.Operation != "" {
		return nil
	}
	op, err := store.Record(ctx, p.project.Session, op, a.now())
	if err != nil {
		return err
	}
	p.header.Operation = op.ID
	return nil
}

// applied says what was created, or why nothing was.
func (a *app) applied(p *plannedFix) error {
	if a.json || a.quiet {
		return nil
	}
	w := a.streams.Out
	if !p.report.Applied {
		_, err := fmt.Fprintf(w, "\nnothing was created: all branches or none\n")
		if err == nil && p.recorded {
			err = a.sayRecorded(p)
		}
		return err
	}
	if len(p.report.Updates) == 0 {
		_, err := fmt.Fprintf(w, "\nnothing to create: the fix is on every target\n")
		return err
	}
	verb := "created"
	if p.unchanged {
		verb = "there already, unchanged"
	}
	if _, err := fmt.Fprintf(w, "\n%s:\n", verb); err != nil {
		return err
	}
	for _, u := range p.report.Updates {
		note := ""
		if !p.unchanged && slices.ContainsFunc(p.there, func(t gitops.RefUpdate) bool { return t.Name == u.Name && t.New == u.New }) {
			note = " (unchanged)"
		}
		if _, err := fmt.Fprintf(w, "  %s %s%s\n", strings.TrimPrefix(u.Name, "refs/heads/"), p.project.Repo.Short(u.New), note); err != nil {
			return err
		}
	}
	if p.recorded {
		return a.sayRecorded(p)
	}
	return nil
}

// sayRecorded says that what is open is on record, and whether a person settled the like before.
func (a *app) sayRecorded(p *plannedFix) error {
	log, err := operation.Open(p.project.Repo).Load()
	if err != nil {
		return err
	}
	op, err := log.Find(p.header.Operation)
	if err != nil {
		return err
	}
	before := ""
	for i := range op.Targets {
		list, err := resolve.Reuses(p.project.Repo.NewSession(), log, &op.Targets[i], false)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			before = "; some of it was settled before"
		}
	}
	_, err = fmt.Fprintf(a.streams.Out, "what is open is recorded: '%s' shows it%s\n", a.say("status"), before)
	return err
}

// maxPlan bounds a plan document: 64 MiB.
const maxPlan = 64 << 20

// planDocument reads the document that --plan names, and asks for what it shows.
func (a *app) planDocument(cmd *cobra.Command, args []string) (*planRun, *report.PlanV1, error) {
	name := a.planFile
	if len(args) > 0 {
		return nil, nil, usageError(fmt.Errorf("--plan %s names the fix; %q is one too many", name, args[0]), "")
	}
	if err := besidePlan(cmd); err != nil {
		return nil, nil, err
	}
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(io.LimitReader(a.streams.In, maxPlan))
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, nil, usageError(fmt.Errorf("reading the plan: %w", err), "")
	}
	var doc report.PlanV1
	if err := json.Unmarshal(data, &doc); err != nil || doc.Schema != report.Schema("plan") {
		return nil, nil, usageError(fmt.Errorf("%s is not a document of 'git backport plan --json'", name), "schema: want "+report.Schema("plan"))
	}
	if err := doc.Request.Check(); err != nil {
		return nil, nil, usageError(fmt.Errorf("%s: %w", name, err), "plan again with this version of the program")
	}
	f := &planRun{Request: doc.Request, noSearch: a.noSearch}
	f.VerifyWithGit, f.Ack, f.Replace = f.VerifyWithGit || a.VerifyWithGit, f.Ack || a.Ack, f.Replace || a.Replace
	return f, &doc, nil
}

// unmoved demands that a plan made now lands what was expected of it: by --expect, and by --plan's document.
func (a *app) unmoved(p *plannedFix, then *report.PlanV1) error {
	var moved []string
	if a.expect != "" {
		moved = p.report.Moved(a.expect)
	}
	if then != nil {
		moved = append(moved, movedSince(report.Plan(p.report, p.header), *then)...)
	}
	if len(moved) == 0 {
		return nil
	}
	return &Error{
		Exit: ExitMoved, Code: "moved", Err: fmt.Errorf("the plan does not hold any more: %s", strings.Join(moved, "; ")),
		Hint: "nothing was changed; plan again, and look at what is otherwise",
	}
}

// movedSince says what is otherwise than a document showed.
func movedSince(now, then report.PlanV1) []string {
	var moved []string
	state := map[string]report.TargetV1{}
	for _, t := range now.Targets {
		state[t.Branch] = t
	}
	for _, t := range then.Targets {
		n, ok := state[t.Branch]
		delete(state, t.Branch)
		switch {
		case !ok:
			moved = append(moved, t.Branch+" is not a target any more")
		case n.Tip != t.Tip:
			moved = append(moved, fmt.Sprintf("%s was at %s and is at %s", t.Branch, t.Tip, n.Tip))
		case n.Identity != t.Identity:
			moved = append(moved, fmt.Sprintf("%s would get %s, not %s", t.Branch, getsV1(n), getsV1(t)))
		}
	}
	for _, t := range now.Targets {
		if _, extra := state[t.Branch]; extra {
			moved = append(moved, t.Branch+" has become a target")
		}
	}
	return moved
}

// getsV1 says what a target gets: commits, or trees where the commits are not known beforehand.
func getsV1(t report.TargetV1) string {
	if t.Status != string(backport.StatusReady) {
		return "anything (it is " + t.Status + ")"
	}
	out := "other commits"
	if t.Head != nil {
		out = *t.Head
	}
	if t.Bump != nil && t.Bump.Ref != nil && t.Bump.Commit != nil {
		out += " and the bump " + *t.Bump.Commit
	}
	return out
}
