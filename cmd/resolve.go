package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/resolve"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/internal/txfs"
)

// A resolveDoc is the document of resolve.
type resolveDoc struct {
	Schema   string           `json:"schema"`
	Version  string           `json:"version"`
	Error    *report.ErrorV1  `json:"error"`
	Dir      string           `json:"dir"`
	Worktree bool             `json:"worktree"`
	Head     *string          `json:"head"`  // of the work tree
	Files    []report.Path    `json:"files"` // that conflict and are there
	Other    []report.Path    `json:"other"` // that conflict and are not
	Stages   []stagesDoc      `json:"stages"`
	Reused   []report.ReuseV1 `json:"reused"` // files that are settled already, as before
	Next     string           `json:"next"`
	Exit     int              `json:"exit"`
}

// A stagesDoc names the files that hold the three versions of a conflicted one; null where a side has none.
type stagesDoc struct {
	Path   report.Path  `json:"path"`
	Base   *report.Path `json:"base"`
	Ours   *report.Path `json:"ours"`
	Theirs *report.Path `json:"theirs"`
}

func (a *app) resolveCommand() *cobra.Command {
	var r resolving
	cmd := &cobra.Command{
		Use: "resolve LINE [OP]", GroupID: "do", Args: cobra.RangeArgs(1, 2),
		Short: "Write the conflicted files of one target, with markers, for a person to settle",
		Long: `Writes the files that conflict on one target of an open operation into a new directory, with git's
conflict markers. Edit them there (delete one that is to go), then 'continue LINE --from DIR' takes them.
The repository is not touched.

The markers are as git writes them; --style diff3 shows what both sides started from too, and zdiff3 the
same without the lines that both sides agree on at the ends. --stages writes the three versions beside
each file, under the names that git mergetool gives them, which keep the ending that an editor goes by:
for lib.rs lib_BASE.rs, lib_LOCAL.rs (the branch's) and lib_REMOTE.rs (the fix's). 'continue' leaves them
aside.

What was made before of a conflict in the very same three versions, on another target or by an earlier
operation, is in its file already, in place of markers, and shown; --no-reuse writes the markers.

With --worktree the directory becomes a linked work tree, made by your own git and left as git
cherry-pick leaves one that conflicts: git status, git diff, git mergetool and git checkout --conflict
work in it. HEAD is detached and no branch is made; the repository gets the work tree's entry, and
nothing else of it changes. Settle the files and git add them, or commit, then 'continue LINE' takes
what is there and has git remove the work tree, unless something in it would be lost. In a partial clone
git fetches the files that are lacking. It takes git 2.20 or newer; hooks do not run.

A commit that you made elsewhere, by git cherry-pick, is taken by 'continue LINE --from REV'.` + exitStatus(ExitOK, ExitUsage, ExitMoved, ExitRepository, ExitBusy),
		Example: `  git backport resolve 24 --into ../work
  git backport resolve 24 --worktree --into ../work
  git backport resolve 24 --style zdiff3 --stages`,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.app = a
			return r.run(cmd.Context(), args[0], first(args[1:]))
		},
	}
	cmd.Flags().StringVar(&r.into, "into", "", "the `DIR` to write, new or empty (default resolve-BRANCH, beside the repository when you are in it)")
	cmd.Flags().StringVar(&r.styleName, "style", "merge", "the `STYLE` of the markers: merge, diff3 or zdiff3")
	cmd.Flags().BoolVar(&r.stages, "stages", false, "write base, ours and theirs beside each file too")
	cmd.Flags().BoolVar(&r.noReuse, "no-reuse", false, "write markers also where the same conflict was settled before")
	cmd.Flags().BoolVar(&r.worktree, "worktree", false, "have git make the directory a work tree, in the middle of the pick")
	return cmd
}

// A resolving is one run of resolve.
type resolving struct {
	*app
	into      string
	styleName string
	stages    bool
	noReuse   bool
	worktree  bool

	style  gitops.ConflictStyle
	repo   *gitops.Repo
	env    gitconfig.Environment
	log    *operation.Log
	op     *operation.Operation
	target *operation.Target
	reuses []resolve.Reuse
	dir    string // absolute
}

// check makes sense of the flags.
func (r *resolving) check(id string) error {
	if strings.ContainsAny(id, "/."+string(filepath.Separator)) {
		return usageError(fmt.Errorf("%q is no operation", id), "the directory is named by --into "+quoteArg(id))
	}
	style, ok := map[string]gitops.ConflictStyle{"merge": gitops.StyleMerge, "diff3": gitops.StyleDiff3, "zdiff3": gitops.StyleZdiff3}[r.styleName]
	if !ok {
		return usageError(fmt.Errorf("--style %q: want merge, diff3 or zdiff3", r.styleName), "")
	}
	r.style = style
	if r.stages && r.worktree {
		return usageError(errors.New("--stages is for a directory of files"), "in a work tree git mergetool shows the versions, and git checkout --ours or --theirs takes one")
	}
	return nil
}

func (r *resolving) run(ctx context.Context, line, id string) error {
	err := r.check(id)
	if err != nil {
		return err
	}
	if r.repo, r.env, err = r.openRepo(); err != nil {
		return err
	}
	if r.log, err = operation.Open(r.repo).Load(); err != nil {
		return err
	}
	if r.op, r.target, err = r.log.Waiting(id, line); err != nil {
		return err
	}
	if err := r.unmoved(); err != nil {
		return err
	}
	if !r.noReuse {
		if r.reuses, err = resolve.Reuses(r.repo.NewSession(), r.log, r.target, true); err != nil {
			return err
		}
	}
	r.name()
	if r.worktree {
		return r.makeWorkTree(ctx)
	}
	return r.writeFiles(ctx)
}

// unmoved demands that the release branch is where it was: what is made of a conflict would not be taken.
func (r *resolving) unmoved() error {
	t := r.target
	if t.BaseRef == "" {
		return nil
	}
	now, err := r.repo.Ref(t.BaseRef)
	if err == nil && now != t.Base {
		err = movedError(t, now)
	}
	return err
}

// name finds the directory. By itself it leaves the work tree, or the bare repository, that it is run in
// alone.
func (r *resolving) name() {
	if r.into == "" {
		r.into = "resolve-" + filepath.Base(r.target.Ref)
		top := cmp.Or(r.repo.Layout.WorkTree, r.repo.Layout.CommonDir)
		in, err := filepath.Rel(top, r.env.Dir)
		up, uperr := filepath.Rel(r.env.Dir, filepath.Dir(top))
		if err == nil && uperr == nil && filepath.IsLocal(in) {
			r.into = filepath.Join(up, r.into)
		}
	}
	r.dir = r.into
	if !filepath.IsAbs(r.dir) {
		r.dir = filepath.Join(r.env.Dir, r.dir)
	}
}

// doc begins the document; next is the command that takes what will have been made.
func (r *resolving) doc(next string) resolveDoc {
	return resolveDoc{
		Schema: report.Schema("resolve"), Version: version(), Dir: r.dir, Worktree: r.worktree,
		Files: []report.Path{}, Other: []report.Path{}, Stages: []stagesDoc{}, Reused: report.ReusesV1(r.reuses), Next: next,
	}
}

// writeFiles writes the conflicted files into the directory.
func (r *resolving) writeFiles(ctx context.Context) error {
	session, tree := r.repo.NewSession(), r.target.Markers
	if r.style != gitops.StyleMerge {
		p, o, err := r.again(ctx)
		if err != nil {
			return err
		}
		session, tree = p.project.Session, recordTarget(o).Markers
	}
	tree, err := r.settledTree(session, tree)
	if err != nil {
		return err
	}
	files, absent, err := r.conflictedFiles(session, tree)
	if err != nil {
		return err
	}
	doc := r.doc(r.say("continue", r.target.Name(), r.op.ID[:8], "--from", r.into))
	doc.Other = absent
	for _, f := range files {
		doc.Files = append(doc.Files, report.Path(f.Path))
	}
	if r.stages {
		versions, err := resolve.Versions(session, r.target)
		if err != nil {
			return err
		}
		for _, v := range versions {
			doc.Stages = append(doc.Stages, stagesOf(v))
			files = append(files, v.Files()...)
		}
		slices.SortFunc(files, func(a, b checkout.File) int { return strings.Compare(a.Path, b.Path) })
	}
	if err := r.used(checkout.Write(txfs.Real{}, r.dir, files)); err != nil {
		return err
	}
	return r.render(doc, func(w io.Writer) error {
		for _, f := range files {
			fmt.Fprintln(w, streams.Clean(filepath.Join(r.into, filepath.FromSlash(f.Path))))
		}
		for _, p := range absent {
			fmt.Fprintf(w, "%s (not there: what you put there is taken)\n", streams.Clean(filepath.Join(r.into, filepath.FromSlash(string(p)))))
		}
		return r.sayNext(w, "edit the files", doc.Next)
	})
}

// settledTree is a tree with markers in which what was made before of a conflict stands in their place.
func (r *resolving) settledTree(s *gitops.Session, markers gitops.ID) (gitops.ID, error) {
	if len(r.reuses) == 0 {
		return markers, nil
	}
	stages := map[string]*gitops.Stage{}
	for _, o := range r.reuses {
		stages[string(o.Path)] = o.Result.Git()
	}
	return s.SetStages(markers, stages)
}

// sayNext shows what stands in the files already, and says what to run next.
func (r *resolving) sayNext(w io.Writer, do, next string) error {
	if len(r.reuses) > 0 {
		fmt.Fprintln(w)
		if err := r.showReuse(w, r.reuses); err != nil {
			return err
		}
	}
	if resolve.Covered(r.target, r.reuses) {
		_, err := fmt.Fprintf(w, "\nnext: look at the files; as they are they are taken by\n  %s --reuse\notherwise %s, then\n  %s\n",
			r.say("continue", r.target.Name(), r.op.ID[:8]), do, next)
		return err
	}
	_, err := fmt.Fprintf(w, "\nnext: %s, then\n  %s\n", do, next)
	return err
}

// used explains a directory that cannot be written.
func (r *resolving) used(err error) error {
	if bad, ok := as[*checkout.PathError](err); ok && bad.Path == r.dir {
		return usageError(err, "name a new directory with --into")
	} else if ok {
		return usageError(err, "settle it in a work tree (resolve --worktree), or by a commit (continue --from REV)")
	}
	return err
}

// conflictedFiles reads the files of a target's conflicts as a tree has them, markers and all. Absent are
// conflicted paths at which it has nothing. What is no regular file cannot be settled in a directory: it is
// an error, before anybody edits what would not be taken.
func (r *resolving) conflictedFiles(s *gitops.Session, markers gitops.ID) (files []checkout.File, absent []report.Path, err error) {
	absent = []report.Path{}
	var other []string
	for _, c := range r.target.Conflicts {
		st, err := s.Entry(markers, string(c.Path))
		switch {
		case err != nil:
			return nil, nil, err
		case !resolve.Regular(c) || st != nil && !st.Regular():
			other = append(other, string(c.Path))
			continue
		case st == nil:
			absent = append(absent, report.Path(c.Path))
			continue
		}
		data, err := s.Blob(st.ID)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, checkout.File{Path: string(c.Path), Exec: st.Mode == uint32(object.ModeExec), Data: data})
	}
	if len(other) > 0 {
		return nil, nil, usageError(fmt.Errorf("a directory of files does not do for the conflict about %s", checkout.Some(other)), r.say("resolve", r.target.Name(), r.op.ID[:8], "--worktree"))
	}
	return files, absent, nil
}

// stagesOf names the files that hold the versions of a conflicted one.
func stagesOf(v resolve.Versioned) stagesDoc {
	d := stagesDoc{Path: report.Path(v.Conflict.Path)}
	for i, to := range []**report.Path{&d.Base, &d.Ours, &d.Theirs} {
		if v.Data[i] != nil {
			p := report.Path(v.Names[i])
			*to = &p
		}
	}
	return d
}
