package cmd

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/resolve"
	"github.com/git-backport/git-backport/internal/streams"
)

// stateLanded is an applied operation all of whose targets are on their release branches: it is over.
const stateLanded = "landed"

func (a *app) statusCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "status [OP]", GroupID: "look", Args: cobra.MaximumNArgs(1),
		Short: "Show the operations on record, where each target stands, and the next command",
		Long: `Shows what apply recorded: each operation, and for each target whether its branch is open, amended,
missing, on a release branch that has moved on, or landed. What has landed is found by the release
branch's tip as last fetched: the commits themselves, copies that name them, or a commit that has all
their changes, as a squash leaves it. When all have landed, the operation is over.

OP is the beginning of an operation's id. Operations that ended are shown with --all, or by name.` + exitStatus(ExitOK, ExitUsage, ExitRepository),
		RunE: func(cmd *cobra.Command, args []string) error {
			repo, _, err := a.openRepo()
			if err != nil {
				return err
			}
			log, err := operation.Open(repo).Load()
			if err != nil {
				return err
			}
			return a.status(cmd.Context(), repo, log, args, all)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "operations that ended too")
	return cmd
}

func (a *app) status(ctx context.Context, repo *gitops.Repo, log *operation.Log, args []string, all bool) error {
	ops := log.All()
	if len(args) > 0 {
		op, err := log.Find(args[0])
		if err != nil {
			return err
		}
		ops, all = []*operation.Operation{op}, true
	}
	session := repo.NewSession()
	var shown []report.Stood
	var stood []report.Stood
	hidden := 0
	for _, op := range ops {
		if !all && over(log, op) {
			hidden++
			continue
		}
		st, err := a.stood(ctx, session, log, op)
		if err != nil {
			return err
		}
		stood = append(stood, st)
		if !all && st.State == stateLanded {
			hidden++
			continue
		}
		shown = append(shown, st)
	}
	tags, err := a.tagCommands(ctx, log, stood)
	if err != nil {
		a.warn("what is to be tagged is not known: " + err.Error())
	}
	next := a.nextOf(log, shown, hidden, tags)
	left, err := resolve.Left(repo, log)
	if err != nil {
		return err
	}
	if len(left) > 0 && !a.unsettled {
		next = append(next, a.say("prune")+"  # has git remove the work trees that nobody needs, or says why not")
	}
	return a.render(report.Status(version(), shown, hidden, left, next), func(w io.Writer) error {
		if err := report.StatusText(w, shown, hidden, a.textOptions(repo)); err != nil || a.quiet {
			return err
		}
		for _, dir := range left {
			if _, err := fmt.Fprintf(w, "the work tree %s is needed no more\n", streams.Clean(dir)); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintf(w, "%snext:\n  %s\n", blank(len(shown)+hidden+len(left) > 0), shownAll(next))
		return err
	})
}

// shownAll are commands, one a line, harmless in a terminal.
func shownAll(commands []string) string {
	lines := make([]string, len(commands))
	for i, c := range commands {
		lines[i] = streams.Clean(c)
	}
	return strings.Join(lines, "\n  ")
}

func blank(yes bool) string {
	if yes {
		return "\n"
	}
	return ""
}

func (a *app) textOptions(repo *gitops.Repo) report.TextOptions {
	return report.TextOptions{
		Width: a.streams.Width, Color: a.streams.Color, Verbose: a.verbose, Quiet: a.quiet,
		Short: repo.Short, Explain: a.explainTarget,
	}
}

// over reports whether an operation has ended without looking at the release branches.
func over(log *operation.Log, op *operation.Operation) bool {
	switch log.State(op) {
	case operation.StateAborted, operation.StateUndone, operation.StateSuperseded:
		return true
	case operation.StateApplied: // an undo is of interest while nothing came after it
		all := log.All()
		return op.Kind == operation.KindRedo || op.Kind == operation.KindUndo && all[len(all)-1] != op
	case operation.StateFailed:
		return !log.Last(op)
	case operation.StateOpen, operation.StateLanding:
	}
	return false
}

// stood finds where an operation stands.
func (a *app) stood(ctx context.Context, s *gitops.Session, log *operation.Log, op *operation.Operation) (report.Stood, error) {
	out := report.Stood{Op: op, State: string(log.State(op)), Remotes: len(s.Repo().Config.Subsections("remote")) > 0}
	var err error
	if out.Targets, err = backport.Stand(ctx, s, op); err != nil {
		return out, err
	}
	if op.Kind == operation.KindApply && log.State(op) == operation.StateApplied && !log.NeedsPerson(op) && allLanded(out.Targets) {
		out.State = stateLanded
	}
	if out.TreeNow, err = treesNow(s, op, out.Targets); err != nil {
		return out, err
	}
	if log.NeedsPerson(op) {
		if out.Trees, err = a.treesOf(s.Repo(), op); err != nil {
			return out, err
		}
		out.Reuses = map[string][]resolve.Reuse{}
		for i := range op.Targets {
			t := &op.Targets[i]
			if out.Reuses[t.Branch], err = resolve.Reuses(s, log, t, a.verbose || a.json); err != nil {
				return out, err
			}
		}
	}
	out.Next = a.nextFor(out)
	return out, nil
}

// treesNow are the trees that the branches of an operation hold, where something was run on them.
func treesNow(s *gitops.Session, op *operation.Operation, targets []backport.Standing) (map[string]gitops.ID, error) {
	out := map[string]gitops.ID{}
	if len(op.Verifications) == 0 {
		return out, nil
	}
	for _, st := range targets {
		head := st.Now
		if head.IsZero() {
			head = st.Target.Head
		}
		if head.IsZero() || !s.Repo().HasCommit(head) {
			continue
		}
		tree, err := s.TreeOf(head)
		if err != nil {
			return nil, err
		}
		out[st.Target.Branch] = tree
	}
	return out, nil
}

// treesOf finds the work trees in which conflicts of an operation are being settled, by branch.
func (a *app) treesOf(repo *gitops.Repo, op *operation.Operation) (map[string]string, error) {
	out := map[string]string{}
	for i := range op.Targets {
		w, err := resolve.WorkTree(repo, &op.Targets[i])
		if err != nil {
			return nil, err
		}
		if w != nil && !w.Gone && w.Whole {
			out[w.Branch] = w.Dir
		}
	}
	return out, nil
}

// allLanded reports whether every target that has a branch is on its release branch.
func allLanded(targets []backport.Standing) bool {
	for _, t := range targets {
		if t.State != backport.StandingLanded && t.Target.Status != operation.TargetDropped {
			return false
		}
	}
	return true
}

// nextFor is what to run next for an operation.
func (a *app) nextFor(s report.Stood) []string {
	op := s.Op
	if a.unsettled {
		return []string{}
	}
	switch operation.State(s.State) {
	case operation.StateOpen:
		return a.nextOpen(s)
	case operation.StateFailed:
		switch op.Kind {
		case operation.KindApply:
			return []string{a.again(op, false)}
		case operation.KindUndo:
			return []string{a.say("undo", op.Of[:8])}
		case operation.KindRedo:
		}
	case operation.StateApplied:
		if op.Kind == operation.KindUndo {
			return []string{a.say("undo", op.ID[:8]) + "  # makes the branches again"}
		}
		if op.Open() || op.Settled {
			return a.nextOpen(s)
		}
		return a.nextApplied(s)
	case operation.StateLanding, operation.StateAborted, operation.StateUndone, operation.StateSuperseded:
	}
	return []string{}
}

func (a *app) nextOpen(s report.Stood) []string {
	var out []string
	op := s.Op
	for i := range op.Targets {
		t := &op.Targets[i]
		if !t.Open() {
			continue
		}
		switch reuse := a.say("continue", t.Name(), op.ID[:8], "--reuse"); {
		case resolve.Covered(t, s.Reuses[t.Branch]):
			out = append(out, reuse+"  # takes what was made of the same conflict before")
		case t.CleanWith != "":
			out = append(out, reuse+"  # takes the fix as it is on "+t.CleanWith)
		}
		if s.Trees[t.Branch] != "" {
			out = append(out, a.say("continue", t.Name(), op.ID[:8])+"  # takes what the work tree has")
		} else if len(t.Conflicts) > 0 {
			out = append(out, a.say("resolve", t.Name(), op.ID[:8])+"  # writes the conflicted files to settle")
		}
		if t.Status == string(backport.StatusFailed) {
			out = append(out, a.again(op, false)+"  # tries again")
		}
		drop := []string{t.Name(), op.ID[:8]}
		if t.Required {
			drop = append(drop, "--reason", "TEXT")
		}
		out = append(out, a.say("drop", drop...)+"  # goes on without "+t.Branch)
	}
	if len(out) == 0 {
		return []string{a.say("continue", op.ID[:8])}
	}
	if s.Remotes && !op.Embargo && unpublished(s) {
		out = append(out, a.sayPublish(op))
	}
	if len(op.Made()) == 0 {
		out = append(out, a.say("abort", op.ID[:8])+"  # gives it up")
	}
	return out
}

// nextApplied is what to run when the branches are made: make the missing ones, renew those whose base
// moved, push the others.
func (a *app) nextApplied(s report.Stood) []string {
	var moved, missing bool
	for _, t := range s.Targets {
		switch t.State {
		case backport.StandingBaseMoved:
			moved = true
		case backport.StandingMissing:
			missing = true
		case backport.StandingOpen, backport.StandingAmended, backport.StandingLanded, backport.StandingUnmade:
		}
	}
	var out []string
	if moved || missing {
		out = append(out, a.again(s.Op, moved && s.Op.Verb == ""))
	}
	switch {
	case s.Op.Embargo || !unpublished(s):
	case s.Remotes:
		out = append(out, a.sayPublish(s.Op))
	default:
		out = append(out, a.say("undo", s.Op.ID)+"  # takes the branches back; with a remote, publish pushes them")
	}
	return out
}

// unpublished reports whether a branch of an operation is made and not at a remote as it is here.
func unpublished(s report.Stood) bool {
	for _, t := range s.Targets {
		made := t.State == backport.StandingOpen || t.State == backport.StandingAmended
		if made && !published(s.Op, t) {
			return true
		}
	}
	return false
}

// sayPublish is the command that publishes an operation.
func (a *app) sayPublish(op *operation.Operation) string {
	return a.say("publish", op.ID) + "  # pushes the branches, and opens pull requests"
}

// published reports whether a target's branches are at a remote as they are here.
func published(op *operation.Operation, st backport.Standing) bool {
	t := st.Target
	pushed := op.Receipts[t.Ref].Pushed
	if st.State == backport.StandingAmended || pushed != t.Head.String() {
		return false
	}
	return t.BumpRef == "" || op.Receipts[t.BumpRef].Pushed == t.BumpCommit.String()
}

// again is the command that asks for what an operation asked for.
func (a *app) again(op *operation.Operation, replace bool) string {
	asked, err := requestOf(op)
	if err != nil {
		return a.say("status", op.ID[:8]) // what it asked for cannot be read
	}
	asked.Replace = asked.Replace || replace
	return a.say(op.Command(), requestArgs(asked, verbOf(op))...)
}

// nextOf is what to run next for all that is shown; there is always something.
func (a *app) nextOf(log *operation.Log, shown []report.Stood, hidden int, tags []string) []string {
	next := slices.Clone(tags)
	for i := len(shown) - 1; i >= 0; i-- {
		next = append(next, shown[i].Next...)
	}
	switch {
	case a.unsettled:
		next = []string{a.say("status") + "  # again, where the change can be settled"}
	case len(next) > 0:
	case hidden > 0 || len(log.All()) > 0:
		next = []string{a.say("prune", "--all") + "  # forgets what has ended"}
	default:
		next = []string{a.say("plan", "FIX")}
	}
	return next
}
