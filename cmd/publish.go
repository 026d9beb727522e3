package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/publish"
	"github.com/git-backport/git-backport/internal/report"
)

// publishFlags are the flags of publish.
type publishFlags struct {
	noPR, noAtomic, dry, wait bool
	verified                  bool
	remote                    string // where the branches go; "" where git would push
	lines                     []string
}

func (a *app) publishCommand() *cobra.Command {
	var f publishFlags
	cmd := &cobra.Command{
		Use: "publish [OP]", GroupID: "do", Args: cobra.MaximumNArgs(1),
		Short: "Push the branches with your git, all or none, and open pull requests with your gh or glab",
		Long: `Pushes the branches of an operation in one atomic push by your own git, each with a lease: a branch of
the remote that this operation did not push is never overwritten. Then your own gh (GitHub) or glab
(GitLab) opens a pull request for each, or updates the ones that are open; git-backport itself opens
no connection and knows no token. A text that a person has changed stays. What was done is recorded at
every step: run it again after a failure, and nothing is made twice.

The branches go where git would push: --remote, else remote.pushDefault, else backport.pushRemote, else
the remote that the operation was made for. On a fork the pull requests go to the project. What decorates
a pull request (labels, reviewers, milestone, draft, …) stands in the policy under [pr].

An operation under embargo goes only to a remote that is named by --remote and listed in the
configuration as backport.embargoRemote.

Without OP it is the only operation whose branches have not landed.` + exitStatus(ExitOK, ExitFailure, ExitUsage, ExitMoved, ExitRefused, ExitRepository, ExitBusy),
		Example: `  git backport publish -n
  git backport publish --no-pr --remote fork
  git backport publish --line 36`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.remote = a.Remote
			return a.publish(cmd.Context(), &f, first(args))
		},
	}
	fs := cmd.Flags()
	fs.BoolVar(&f.noPR, "no-pr", false, "only push; print the page on which each pull request is opened by hand")
	fs.StringSliceVar(&f.lines, "line", nil, "only these `LINE`s")
	fs.BoolVar(&f.noAtomic, "no-atomic", false, "push one after another, newest line first, and stop at the first that is refused")
	fs.BoolVar(&f.verified, "require-verified", false, "refuse branches on whose very tree no command of verify has passed")
	fs.BoolVar(&f.wait, "wait", false, "wait up to two minutes where the forge limits the rate of requests")
	fs.BoolVarP(&f.dry, "dry-run", "n", false, "print the commands and requests; touch nothing")
	return cmd
}

// publish publishes one operation.
func (a *app) publish(ctx context.Context, f *publishFlags, id string) error {
	repo, _, err := a.openRepo()
	if err != nil {
		return err
	}
	if a.unsettled {
		return &Error{
			Exit: ExitBusy, Code: "unsettled", Err: errors.New("a change of branches was interrupted and is not settled: nothing was pushed"),
			Hint: "run git backport status where the repository can be written, then publish again",
		}
	}
	store := operation.Open(repo)
	log, err := store.Load()
	if err != nil {
		return err
	}
	session := repo.NewSession()
	op, standings, err := a.publishable(ctx, session, log, id)
	if err != nil {
		return err
	}
	pub := report.Publication{Operation: op.ID, DryRun: f.dry, Compare: map[string]string{}}
	pub.Plan = publish.Plan{NoAtomic: f.noAtomic, Requests: !f.noPR, Body: report.RequestBody, Now: a.now}
	if pub.Plan.Heads, pub.Warnings, err = publishHeads(session, op, standings, f.lines); err != nil {
		return err
	}
	if err := addVerified(session, op, pub.Plan.Heads, f.verified); err != nil {
		return err
	}
	if err := a.destination(ctx, repo, op, f.remote, &pub.Plan); err != nil {
		return err
	}
	for _, h := range pub.Plan.Heads {
		pub.Compare[h.Ref] = pub.Plan.Base.CompareURL(pub.Plan.Forge, pub.Plan.From, h.Base, h.Branch(), h.Text.Title)
	}
	if f.dry {
		pub.Commands = dryCommands(a.dir, pub.Plan)
		for _, h := range pub.Plan.Heads {
			pub.Summary.Results = append(pub.Summary.Results, publish.Result{Head: h, State: skippedState(h), Reason: h.Skip, Push: publish.NotTried})
		}
		return a.showPublication(pub)
	}
	pub.Plan.Record = func(ctx context.Context, h *publish.Head) error {
		return store.Publish(ctx, op.ID, h.Ref, h.Receipt, a.now())
	}
	for i := range op.Targets {
		if pr := op.Targets[i].PR; pr != nil && pr.Comment > 0 && !op.Embargo {
			pub.Plan.CommentNumber = pr.Comment
		}
	}
	pub.Plan.Comment, pub.Plan.CommentMarker = report.RequestComment, "<!-- git-backport "+op.Name+" -->"
	if f.wait || a.streams.Width > 0 {
		pub.Plan.Wait = a.waitFor
	}
	pub.Summary, err = pub.Plan.Run(ctx)
	if err != nil {
		return publishError(err)
	}
	a.code = publishExit(pub.Summary.Results)
	return a.showPublication(pub)
}

func skippedState(h *publish.Head) publish.State {
	if h.Skip != "" {
		return publish.StateSkipped
	}
	return ""
}

// publishable finds the operation to publish: the one that is named, else the only one whose branches are made
// and not landed.
func (a *app) publishable(ctx context.Context, s *gitops.Session, log *operation.Log, id string) (*operation.Operation, []backport.Standing, error) {
	var found []*operation.Operation
	stands := map[string][]backport.Standing{}
	if id != "" {
		op, err := log.Find(id)
		if err != nil {
			return nil, nil, err
		}
		found = []*operation.Operation{op}
	} else {
		for _, op := range log.All() {
			if op.Kind != operation.KindApply || log.State(op) != operation.StateApplied {
				continue
			}
			st, err := backport.Stand(ctx, s, op)
			if err != nil {
				return nil, nil, err
			}
			if stands[op.ID] = st; !allLanded(st) {
				found = append(found, op)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, nil, usageError(errors.New("there is no operation to publish: none has branches that have not landed"), "git backport status shows what is on record")
	case 1:
	default:
		var names []string
		for _, op := range found {
			names = append(names, a.say("publish", op.ID))
		}
		return nil, nil, usageError(fmt.Errorf("%d operations have branches to publish: name one", len(found)), strings.Join(names, "\n"))
	}
	op := found[0]
	if state := log.State(op); op.Kind != operation.KindApply || state != operation.StateApplied {
		return nil, nil, &operation.WrongTimeError{Op: op.ID, Reason: "has no branches to publish: it is " + string(state), Next: "status " + op.ID}
	}
	if stands[op.ID] == nil {
		st, err := backport.Stand(ctx, s, op)
		if err != nil {
			return nil, nil, err
		}
		stands[op.ID] = st
	}
	return op, stands[op.ID], nil
}

// publishHeads makes the heads of an operation, each line's version bump after its fix.
func publishHeads(s *gitops.Session, op *operation.Operation, standings []backport.Standing, lines []string) (heads []*publish.Head, warnings []string, err error) {
	named := map[string]bool{}
	for _, st := range standings {
		t := st.Target
		asked := len(lines) == 0
		for _, l := range lines {
			if l == t.Line || l == t.Branch {
				asked, named[l] = true, true
			}
		}
		if !asked || st.State == backport.StandingUnmade {
			continue
		}
		h := &publish.Head{Line: t.Line, Base: t.Branch, Ref: t.Ref, ID: t.Head.String(), Text: publishText(op, t)}
		switch st.State {
		case backport.StandingLanded:
			h.Skip = "it has landed"
		case backport.StandingMissing:
			return nil, nil, &Error{Exit: ExitMoved, Code: "moved", Err: fmt.Errorf("branch %q is gone since operation %s made it; nothing was pushed", h.Branch(), op.ID),
				Hint: "git backport apply makes it again, or name the others with --line"}
		case backport.StandingAmended:
			now, err := s.Repo().Ref(t.Ref)
			if err != nil {
				return nil, nil, err
			}
			h.ID = now.String()
			warnings = append(warnings, h.Branch()+" has commits on top of what was applied; they are published too")
		case backport.StandingOpen, backport.StandingBaseMoved, backport.StandingUnmade:
		}
		h.Receipt = op.Receipts[h.Ref]
		h.Expected = h.Receipt.Pushed
		heads = append(heads, h)
		if t.BumpRef == "" {
			continue
		}
		b := &publish.Head{Line: t.Line, Base: t.Branch, Ref: t.BumpRef, ID: t.BumpCommit.String(), Bump: true, Skip: h.Skip}
		b.Text = bumpText(op, t)
		b.Receipt = op.Receipts[b.Ref]
		b.Expected = b.Receipt.Pushed
		heads = append(heads, b)
	}
	for _, l := range lines {
		if !named[l] {
			var known []string
			for _, st := range standings {
				known = append(known, st.Target.Branch)
			}
			return nil, nil, &operation.LookupError{What: fmt.Sprintf("target %s in operation %.8s", l, op.ID), Known: known}
		}
	}
	if len(heads) == 0 {
		return nil, nil, &Error{Exit: ExitRefused, Code: "nothing-to-publish", Err: fmt.Errorf("operation %.8s has made no branch yet", op.ID), Hint: "git backport status " + op.ID}
	}
	return heads, warnings, nil
}

func publishText(op *operation.Operation, t operation.Target) publish.Text {
	text := publish.Text{Title: "Backport to " + t.Branch, Body: op.Texts[t.Ref]}
	if pr := t.PR; pr != nil {
		text.Title, text.Draft, text.Labels = report.Title(pr.Title), pr.Draft, pr.Labels
		text.Reviewers, text.Assignees, text.Milestone, text.AutoMerge = pr.Reviewers, pr.Assignees, pr.Milestone, pr.AutoMerge
	}
	if text.Body == "" {
		text.Body = fmt.Sprintf("Backport onto `%s`.\n", t.Branch)
	}
	if op.Embargo { // nothing that says more than the branch does
		text.Labels, text.Reviewers, text.Assignees, text.Milestone, text.AutoMerge, text.Draft = nil, nil, nil, "", false, true
	}
	return text
}

func bumpText(op *operation.Operation, t operation.Target) publish.Text {
	text := publishText(op, t)
	text.Title, text.Body = "Release "+t.BumpTo, fmt.Sprintf("The version bump to %s.\n", t.BumpTo)
	text.AutoMerge = false // it is merged after its fix
	return text
}

// waitFor waits as long as a forge asks for, and says so.
func (a *app) waitFor(ctx context.Context, d time.Duration, why string) error {
	a.warn(fmt.Sprintf("%s; waiting %s", why, d))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (a *app) showPublication(pub report.Publication) error {
	return a.render(report.Publish(version(), pub, int(a.code)), func(w io.Writer) error {
		if a.quiet && a.code == ExitOK {
			return nil
		}
		if pub.DryRun {
			_, err := fmt.Fprintln(w, shownAll(pub.Commands))
			return err
		}
		if err := report.PublishText(w, pub); err != nil {
			return err
		}
		next := a.say("status", pub.Operation)
		if a.code == ExitFailure {
			next = a.say("publish", pub.Operation) + "  # goes on where it stopped"
		}
		_, err := fmt.Fprintf(w, "\nnext:\n  %s\n", next)
		return err
	})
}

// publishExit is the code of a run that ended: never 0 for a part.
func publishExit(results []publish.Result) ExitCode {
	code := ExitOK
	for _, r := range results {
		switch r.State {
		case publish.StateFailed:
			return ExitFailure
		case publish.StateRejected:
			code = ExitRefused
		case publish.StatePushed, publish.StateUpToDate, publish.StateOpen, publish.StateUpdated, publish.StateClosed, publish.StateMerged, publish.StateSkipped:
		}
	}
	return code
}

// publishError explains a push that changed nothing.
func publishError(err error) error {
	pe, ok := as[*publish.PushError](err)
	if !ok {
		return err
	}
	e := &Error{Err: err}
	switch pe.Kind {
	case publish.NoAtomic:
		e.Exit, e.Code, e.Hint = ExitRefused, "no-atomic", "git backport publish --no-atomic pushes one branch after another"
	case publish.Lease:
		e.Exit, e.Code, e.Hint = ExitMoved, "lease", "look at who pushed it (git fetch); another --name at apply makes other branches"
	case publish.Refused:
		e.Exit, e.Code, e.Hint = ExitRefused, "push-refused", strings.Join(pe.Said, "\n")
	case publish.Unreachable:
		e.Exit, e.Code, e.Hint = ExitFailure, "push-failed", "run it again when the remote can be reached: what is there already is found"
		if len(pe.Said) > 0 {
			e.Hint = strings.Join(pe.Said, "\n")
		}
	}
	return e
}
