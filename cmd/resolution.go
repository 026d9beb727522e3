package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
)

// A resolution is what a person made of a conflicted pick, while it is read and looked at.
type resolution struct {
	*app
	project  *project.Project
	target   *operation.Target
	accept   bool           // take what looks like a mistake
	reuses   []report.Reuse // what was made before of the same conflicts
	made     operation.Resolved
	never    []string // what is never taken
	doubtful []string // what is taken with accept
}

// last is what is made of the target's conflict now.
func (r *resolution) last() backport.Resolution {
	return backport.Resolution{Branch: r.target.Branch, Source: r.made.Source, Ours: r.made.Ours, Tree: r.made.Tree}
}

// read takes the resolution from a directory or a work tree, or from a commit where dir is "".
func (r *resolution) read(ctx context.Context, dir, from string) error {
	return r.take(ctx, func() error {
		switch {
		case dir == "":
			id, err := r.project.Repo.Resolve(ctx, from)
			if err != nil {
				return err
			}
			return r.readCommit(ctx, id)
		case isWorkTree(dir):
			return r.readWorkTree(ctx, dir)
		}
		return r.readDir(dir)
	})
}

// take reads a resolution, judges it, and notes what is to be on record of it.
func (r *resolution) take(ctx context.Context, read func() error) error {
	if err := read(); err != nil {
		return err
	}
	changes, err := r.project.Session.Changes(ctx, r.target.Markers, r.made.Tree, nil)
	if err != nil {
		return err
	}
	if r.made.Tree == r.made.Ours {
		r.doubtful = append(r.doubtful, "it changes nothing on the branch")
	}
	if err := r.lookNames(changes); err != nil {
		return err
	}
	if err := r.judge(); err != nil {
		return err
	}
	return r.note(changes)
}

// judge refuses what is wrong, and what is doubtful unless that is accepted.
func (r *resolution) judge() error {
	bad, hint := r.never, "nothing was changed; mend it and run the same command again"
	if !r.accept {
		bad = append(bad, r.doubtful...)
		if len(r.never) == 0 {
			hint += ", or take it as it is with --accept"
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return &Error{Exit: ExitPerson, Code: "resolution", Err: errors.New("the resolution is not taken: " + strings.Join(bad, "; ")), Hint: hint}
}

// readDir makes the tree with markers whole by the files of a directory.
func (r *resolution) readDir(dir string) error {
	files, err := checkout.Read(dir)
	var bad *checkout.PathError
	if errors.As(err, &bad) {
		return &Error{Exit: ExitPerson, Code: "resolution", Err: err, Hint: "nothing was changed; only regular files are taken from a directory"}
	}
	if err != nil {
		return err
	}
	if files, err = r.leaveVersions(files); err != nil {
		return err
	}
	conflicts := map[string]operation.Conflict{}
	for _, c := range r.target.Conflicts {
		conflicts[string(c.Path)] = c
		if !regularConflict(c) {
			r.never = append(r.never, fmt.Sprintf("%q is no regular file: settle it in a work tree (resolve --worktree)", c.Path))
		}
	}
	stages := map[string]*gitops.Stage{}
	for _, f := range files {
		if err := r.lookFiltered(f); err != nil {
			return err
		}
		id, err := r.project.Session.WriteBlob(f.Data)
		if err != nil {
			return err
		}
		mode, err := r.modeOf(f)
		if err != nil {
			return err
		}
		stages[f.Path] = &gitops.Stage{Mode: mode, ID: id}
		c, known := conflicts[f.Path]
		if !known {
			r.doubtful = append(r.doubtful, fmt.Sprintf("%q did not conflict", f.Path))
			continue
		}
		if err := r.look(c, f.Data); err != nil {
			return err
		}
		if err := r.lookUntouched(c, *stages[f.Path]); err != nil {
			return err
		}
	}
	for _, c := range r.target.Conflicts {
		p := string(c.Path)
		if stages[p] != nil {
			continue
		}
		stages[p] = nil
		r.lookDeleted(c)
	}
	r.made.Tree, err = r.project.Session.SetStages(r.target.Markers, stages)
	return err
}

// isWorkTree tells whether a directory is the top of a work tree.
func isWorkTree(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// readWorkTree takes the commit that was made in a work tree, or else its index.
func (r *resolution) readWorkTree(ctx context.Context, dir string) error {
	made, err := r.workTree(r.project.Repo, r.target)
	if err != nil {
		return err
	}
	git, err := r.userGit(ctx, r.project.Repo, r.project.Env.Dir, made != nil && checkout.SameDir(made.Dir, dir))
	if err != nil {
		return err
	}
	if common, err := checkout.CommonDir(ctx, git, dir); err != nil || !checkout.SameDir(common, r.project.Repo.Layout.CommonDir) {
		return usageError(fmt.Errorf("%q is not a work tree of this repository", dir), "name one that is, a commit, or a directory of files")
	}
	state, err := checkout.ReadState(ctx, git, dir)
	if err != nil {
		return err
	}
	if len(state.Unmerged) > 0 {
		r.never = append(r.never, checkout.Some(state.Unmerged)+" is unmerged: git add or git rm it when it is settled")
	}
	if len(state.Unstaged) > 0 {
		r.never = append(r.never, checkout.Some(state.Unstaged)+" is changed and not added: git add it, or git restore it")
	}
	if err := r.judge(); err != nil {
		return err
	}
	head, err := r.project.Session.TreeOf(state.Head)
	if err != nil {
		return err
	}
	if head == r.target.Ours {
		index, err := checkout.ReadIndex(ctx, git, dir, head)
		if err != nil {
			return err
		}
		tree, err := r.project.Session.SetStages(head, index)
		if err != nil {
			return err
		}
		return r.takeTree(ctx, tree)
	}
	if len(state.Staged) > 0 {
		r.never = append(r.never, "there are changes on top of the commit that was made: commit them too, with --amend")
	}
	return r.readCommit(ctx, state.Head)
}

// readCommit takes the tree of a commit whose parent is what the pick was tried on.
func (r *resolution) readCommit(ctx context.Context, id gitops.ID) error {
	s := r.project.Session
	c, err := s.Commit(id)
	if err != nil {
		return err
	}
	if len(c.Parents) != 1 {
		return usageError(fmt.Errorf("%s has %d parents, and a resolution has one", r.project.Repo.Short(id), len(c.Parents)), "")
	}
	parent, err := s.TreeOf(c.Parents[0])
	if err != nil {
		return err
	}
	if parent != r.target.Ours {
		return usageError(fmt.Errorf("the parent of %s is not what the fix is picked onto", r.project.Repo.Short(id)),
			fmt.Sprintf("resolve %s --worktree makes a work tree of it; or git checkout --detach %s, git cherry-pick %s, and name the one commit that makes", r.target.Name(), r.target.Base, r.made.Source))
	}
	return r.takeTree(ctx, c.Tree)
}

// takeTree takes a whole tree. What it changes is written anew, so that git's rules for trees hold and
// nothing is missing when the work tree is gone.
func (r *resolution) takeTree(ctx context.Context, tree gitops.ID) error {
	s := r.project.Session
	inFix, err := r.fixPaths(ctx)
	if err != nil {
		return err
	}
	changes, err := s.Changes(ctx, r.target.Ours, tree, nil)
	if err != nil {
		return err
	}
	stages := map[string]*gitops.Stage{}
	for _, ch := range changes {
		stages[ch.Path] = ch.New
		if !inFix[ch.Path] {
			r.doubtful = append(r.doubtful, fmt.Sprintf("%q is not a path of the fix", ch.Path))
		}
		if err := r.takeChange(ch); err != nil {
			return err
		}
	}
	r.made.Tree, err = s.SetStages(r.target.Ours, stages)
	return err
}

// takeChange writes a changed file anew and looks at it, unless it is as the pick itself left it.
func (r *resolution) takeChange(ch gitops.Change) error {
	c, conflicted := r.conflictAt(ch.Path)
	if ch.New == nil {
		if conflicted {
			r.lookDeleted(c)
		}
		return nil
	}
	s := r.project.Session
	picked, err := s.Entry(r.target.Markers, ch.Path)
	if err != nil {
		return err
	}
	same := !conflicted && picked != nil && *picked == *ch.New
	if !conflicted {
		c = operation.Conflict{Path: []byte(ch.Path), Ours: recordStage(ch.Old), Theirs: recordStage(picked)}
	}
	if !same {
		r.lookType(c, ch.New)
	}
	if ch.New.Mode == uint32(object.ModeGitlink) {
		return nil
	}
	data, err := s.Blob(ch.New.ID)
	if large, ok := as[*odb.TooLargeError](err); ok {
		r.never = append(r.never, fmt.Sprintf("%q has %d bytes, which are too many", ch.Path, large.Size))
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := s.WriteBlob(data); err != nil || same || !ch.New.Regular() {
		return err
	}
	return r.look(c, data)
}

// conflictAt is the conflict at a path.
func (r *resolution) conflictAt(path string) (operation.Conflict, bool) {
	for _, c := range r.target.Conflicts {
		if string(c.Path) == path {
			return c, true
		}
	}
	return operation.Conflict{}, false
}

// fixPaths are the paths that the fix changes, and those that conflict.
func (r *resolution) fixPaths(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	for _, c := range r.target.Conflicts {
		out[string(c.Path)] = true
	}
	changes, err := r.project.Session.Changes(ctx, r.target.Ours, r.target.Markers, nil)
	for _, ch := range changes {
		out[ch.Path] = true
	}
	return out, err
}
