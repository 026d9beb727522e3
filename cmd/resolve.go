package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/internal/txfs"
)

func (a *app) resolveCommand() *cobra.Command {
	var into string
	cmd := &cobra.Command{
		Use: "resolve LINE [OP]", GroupID: "do", Args: cobra.RangeArgs(1, 2),
		Short: "Write the conflicted files of one target, with markers, into a directory",
		Long: `Writes the files that conflict on one target of an open operation into a new directory, with git's
conflict markers. Edit them there (delete one that is to go), then 'continue LINE --from DIR' takes them.
The repository is not touched.

The conflict can be settled in a work tree as well: pick the commit there by git cherry-pick, commit,
and 'continue LINE --from REV'.` + exitStatus(ExitOK, ExitUsage, ExitRepository),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.resolve(args[0], first(args[1:]), into)
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "the `DIR` to write, new or empty (default resolve-BRANCH)")
	return cmd
}

func (a *app) resolve(line, id, into string) error {
	repo, env, err := a.openRepo()
	if err != nil {
		return err
	}
	log, err := operation.Open(repo).Load()
	if err != nil {
		return err
	}
	op, t, err := log.Waiting(id, line)
	if err != nil {
		return err
	}
	if into == "" {
		into = "resolve-" + filepath.Base(t.Ref)
	}
	session := repo.NewSession()
	files, other, err := conflictedFiles(session, t)
	if err != nil {
		return err
	}
	dir := into
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(env.Dir, dir)
	}
	var bad *checkout.PathError
	if err := checkout.Write(txfs.Real{}, dir, files); errors.As(err, &bad) {
		return usageError(err, "name a new directory with --into")
	} else if err != nil {
		return err
	}
	next := a.say("continue", t.Name(), op.ID[:8], "--from", into)
	doc := struct {
		Schema  string          `json:"schema"`
		Version string          `json:"version"`
		Error   *report.ErrorV1 `json:"error"`
		Dir     string          `json:"dir"`
		Files   []report.Path   `json:"files"`
		Other   []report.Path   `json:"other"`
		Next    string          `json:"next"`
		Exit    int             `json:"exit"`
	}{Schema: report.Schema("resolve"), Version: version(), Dir: dir, Files: []report.Path{}, Other: other, Next: next}
	for _, f := range files {
		doc.Files = append(doc.Files, report.Path(f.Path))
	}
	return a.render(doc, func(w io.Writer) error {
		for _, f := range files {
			fmt.Fprintln(w, filepath.Join(into, filepath.FromSlash(f.Path)))
		}
		for _, p := range other {
			fmt.Fprintf(w, "%s is no regular file: settle it in a work tree, and continue --from REV\n", p)
		}
		_, err := fmt.Fprintf(w, "\nnext: edit the files, then\n  %s\n", next)
		return err
	})
}

// conflictedFiles reads the files of a target's conflicts as the merge left them, markers and all.
// Other are conflicts about what is no regular file.
func conflictedFiles(s *gitops.Session, t *operation.Target) (files []checkout.File, other []report.Path, err error) {
	other = []report.Path{}
	for _, c := range t.Conflicts {
		st, err := s.Entry(t.Markers, string(c.Path))
		if err != nil {
			return nil, nil, err
		}
		if !regularConflict(c) || st != nil && !st.Regular() {
			other = append(other, report.Path(c.Path))
			continue
		}
		if st == nil {
			continue // the merge leaves nothing there: a file the person may add
		}
		data, err := s.Blob(st.ID)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, checkout.File{Path: string(c.Path), Exec: st.Mode == uint32(object.ModeExec), Data: data})
	}
	return files, other, nil
}

func regularConflict(c operation.Conflict) bool {
	for _, st := range []*operation.Stage{c.Base, c.Ours, c.Theirs} {
		if st != nil && st.Mode != uint32(object.ModeRegular) && st.Mode != uint32(object.ModeExec) {
			return false
		}
	}
	return true
}

// continueFrom takes what a person made of a conflict, goes on with the target as apply would have, and
// lands the operation when nothing else is open.
func (a *app) continueFrom(cmd *cobra.Command, line, id, from string, accept bool) error {
	ctx := cmd.Context()
	repo, _, err := a.openRepo()
	if err != nil {
		return err
	}
	store := operation.Open(repo)
	if err := store.Recover(ctx, a.now()); err != nil {
		return err
	}
	log, err := store.Load()
	if err != nil {
		return err
	}
	op, t, err := log.Waiting(id, line)
	if err != nil {
		return err
	}
	var made operation.Resolved
	p, err := a.replan(ctx, op, func(ctx context.Context, w *workspace) ([]backport.Resolution, error) {
		r := resolution{w: w, target: t, accept: accept, made: operation.Resolved{Source: t.Conflicts[0].Source, Ours: t.Ours}}
		if err := r.read(ctx, a.fromDir(w, from), from); err != nil {
			return nil, err
		}
		made = r.made
		return r.all(), nil
	})
	if err != nil {
		return err
	}
	now, err := settled(p, t, made)
	if err != nil {
		return err
	}
	err = a.change(cmd, "", func(ctx context.Context, store *operation.Store, _ *gitops.Session, r operation.Request) (*operation.Operation, error) {
		return store.Settle(ctx, p.ws.session, op.ID, *t, now, r)
	})
	if err != nil || a.json || a.quiet || a.fromDir(p.ws, from) == "" {
		return err
	}
	return a.alike(op, t, from)
}

// alike names the other targets that conflict in the very same files: what was made of one fits them.
func (a *app) alike(op *operation.Operation, done *operation.Target, from string) error {
	for i := range op.Targets {
		t := &op.Targets[i]
		if t.Branch == done.Branch || !t.Open() || !reflect.DeepEqual(t.Conflicts, done.Conflicts) {
			continue
		}
		_, err := fmt.Fprintf(a.streams.Out, "\n%s conflicts in the very same way; to take the same files:\n  %s\n",
			streams.Clean(t.Branch), a.say("continue", t.Name(), op.ID[:8], "--from", from))
		if err != nil {
			return err
		}
	}
	return nil
}

// fromDir returns the directory that --from names, "" when it names none.
func (a *app) fromDir(w *workspace, from string) string {
	dir := from
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(w.env.Dir, dir)
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return dir
	}
	return ""
}

// replan makes the plan of an operation on record again, with its own date and day.
func (a *app) replan(ctx context.Context, op *operation.Operation, settle func(context.Context, *workspace) ([]backport.Resolution, error)) (*planned, error) {
	var f fixFlags
	sub := &cobra.Command{Use: "apply", SilenceErrors: true, SilenceUsage: true}
	f.add(sub)
	saved := *a
	a.commonFlags(sub)
	if err := sub.ParseFlags(op.Args); err != nil {
		return nil, usageError(fmt.Errorf("the operation's arguments: %w", err), "apply it again")
	}
	a.dir, a.json, a.color, a.quiet, a.verbose = saved.dir, saved.json, saved.color, saved.quiet, saved.verbose
	if op.AsOf != "" {
		a.asOf = op.AsOf
	}
	f.date, f.name, f.settle, f.noWhy = "@"+op.Date(), op.Name, settle, !f.prerequisites
	return a.plan(ctx, &f, sub.Flags().Args())
}

// settled finds what became of the target, and demands that it is the same target still.
func settled(p *planned, was *operation.Target, made operation.Resolved) (operation.Target, error) {
	for _, o := range p.report.Outcomes {
		if o.Target.Branch != was.Branch {
			continue
		}
		if o.Target.Tip != was.Base {
			return operation.Target{}, &Error{
				Exit: ExitMoved, Code: "moved", Err: fmt.Errorf("%s has moved since: it was at %.12s and is at %.12s", was.Branch, was.Base, o.Target.Tip),
				Hint: "nothing was changed; apply again, and settle what conflicts then",
			}
		}
		if o.Status == backport.StatusFailed {
			return operation.Target{}, o.Err
		}
		now := recordTarget(o)
		now.Resolved = append(append([]operation.Resolved{}, was.Resolved...), made)
		return now, nil
	}
	return operation.Target{}, &Error{
		Exit: ExitMoved, Code: "moved", Err: fmt.Errorf("%s is no target any more", was.Branch), Hint: "nothing was changed; git backport plan shows why",
	}
}
