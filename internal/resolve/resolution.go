// Package resolve takes a conflict to a person and back: what a directory, a work tree or a commit makes of
// it is read, and looked at for what people overlook; what was made of the same conflict before is found.
//
// Its main words: a resolution is what a person makes of a conflicted pick; a reuse is one that was made
// before of the same three versions of a file. It takes values, changes no ref, and starts no program but the
// git that it is handed.
package resolve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
)

// A Resolution is what a person made of a conflicted pick, while it is read and looked at.
type Resolution struct {
	Made operation.Resolved // for the record

	ask      Ask
	repo     *gitops.Repo
	session  *gitops.Session
	target   *operation.Target
	reuses   []Reuse  // what was made before of the same conflicts
	never    []string // what is never taken
	doubtful []string // what is taken where that is accepted
}

// An Ask is how a resolution is to be read.
type Ask struct {
	Accept bool    // take what looks like a mistake
	Reuses []Reuse // what was made before of the same conflicts
	Git    GitFor
}

// GitFor finds the user's git, when it is needed, with git's filters or without.
type GitFor func(ctx context.Context, filters bool) (checkout.Git, error)

// New begins the reading of what a person makes of a target's conflict now.
func New(s *gitops.Session, t *operation.Target, ask Ask, now int64) *Resolution {
	r := &Resolution{ask: ask, repo: s.Repo(), session: s, target: t, reuses: ask.Reuses}
	r.Made = operation.Resolved{Source: t.Conflicts[0].Source, Ours: t.Ours, At: now}
	return r
}

// Last is what is made of the target's conflict now.
func (r *Resolution) Last() backport.Resolution {
	return backport.Resolution{Branch: r.target.Branch, Source: r.Made.Source, Ours: r.Made.Ours, Tree: r.Made.Tree}
}

// Read takes the resolution from a directory or a work tree, or from a commit where dir is "".
func (r *Resolution) Read(ctx context.Context, dir, from string) error {
	return r.take(ctx, func() error {
		switch {
		case dir == "":
			id, err := r.repo.Resolve(ctx, from)
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

// Reuse takes for each conflict what was made of it before, there being something for each.
func (r *Resolution) Reuse(ctx context.Context) error { return r.take(ctx, r.readReuse) }

// take reads a resolution, judges it, and notes what is to be on record of it.
func (r *Resolution) take(ctx context.Context, read func() error) error {
	if err := read(); err != nil {
		return err
	}
	changes, err := r.session.Changes(ctx, r.target.Markers, r.Made.Tree, nil)
	if err != nil {
		return err
	}
	if r.Made.Tree == r.Made.Ours {
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
func (r *Resolution) judge() error {
	bad := r.never
	if !r.ask.Accept {
		bad = append(bad, r.doubtful...)
	}
	if len(bad) == 0 {
		return nil
	}
	return &RefusedError{Reasons: bad, Acceptable: len(r.never) == 0}
}

// readDir makes the tree with markers whole by the files of a directory.
func (r *Resolution) readDir(dir string) error {
	files, err := checkout.Read(dir)
	var bad *checkout.PathError
	if errors.As(err, &bad) {
		return &RefusedError{Err: err, Cure: "only regular files are taken from a directory"}
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
		if !Regular(c) {
			r.never = append(r.never, fmt.Sprintf("%q is no regular file: settle it in a work tree (resolve --worktree)", c.Path))
		}
	}
	stages := map[string]*gitops.Stage{}
	for _, f := range files {
		if err := r.lookFiltered(f); err != nil {
			return err
		}
		id, err := r.session.WriteBlob(f.Data)
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
	r.Made.Tree, err = r.session.SetStages(r.target.Markers, stages)
	return err
}

// isWorkTree reports whether a directory is the top of a work tree.
func isWorkTree(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// readWorkTree takes the commit that was made in a work tree, or else its index.
func (r *Resolution) readWorkTree(ctx context.Context, dir string) error {
	made, err := WorkTree(r.repo, r.target)
	if err != nil {
		return err
	}
	git, err := r.ask.Git(ctx, made != nil && checkout.SameDir(made.Dir, dir))
	if err != nil {
		return err
	}
	if common, err := checkout.CommonDir(ctx, git, dir); err != nil || !checkout.SameDir(common, r.repo.Layout.CommonDir) {
		return inputError(fmt.Errorf("%q is not a work tree of this repository", dir), "name one that is, a commit, or a directory of files")
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
	head, err := r.session.TreeOf(state.Head)
	if err != nil {
		return err
	}
	if head == r.target.Ours {
		index, err := checkout.ReadIndex(ctx, git, dir, head)
		if err != nil {
			return err
		}
		tree, err := r.session.SetStages(head, index)
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
func (r *Resolution) readCommit(ctx context.Context, id gitops.ID) error {
	s := r.session
	c, err := s.Commit(id)
	if err != nil {
		return err
	}
	if len(c.Parents) != 1 {
		return inputError(fmt.Errorf("%s has %d parents, and a resolution has one", r.repo.Short(id), len(c.Parents)), "")
	}
	parent, err := s.TreeOf(c.Parents[0])
	if err != nil {
		return err
	}
	if parent != r.target.Ours {
		return inputError(fmt.Errorf("the parent of %s is not what the fix is picked onto", r.repo.Short(id)),
			fmt.Sprintf("resolve %s --worktree makes a work tree of it; or git checkout --detach %s, git cherry-pick %s, and name the one commit that makes", r.target.Name(), r.target.Base, r.Made.Source))
	}
	return r.takeTree(ctx, c.Tree)
}

// takeTree takes a whole tree. What it changes is written anew, so that git's rules for trees hold and
// nothing is missing when the work tree is gone.
func (r *Resolution) takeTree(ctx context.Context, tree gitops.ID) error {
	s := r.session
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
	r.Made.Tree, err = s.SetStages(r.target.Ours, stages)
	return err
}

// takeChange writes a changed file anew and looks at it, unless it is as the pick itself left it.
func (r *Resolution) takeChange(ch gitops.Change) error {
	c, conflicted := r.conflictAt(ch.Path)
	if ch.New == nil {
		if conflicted {
			r.lookDeleted(c)
		}
		return nil
	}
	s := r.session
	picked, err := s.Entry(r.target.Markers, ch.Path)
	if err != nil {
		return err
	}
	same := !conflicted && picked != nil && *picked == *ch.New
	if !conflicted {
		c = operation.Conflict{Path: []byte(ch.Path), Ours: operation.StageOf(ch.Old), Theirs: operation.StageOf(picked)}
	}
	if !same {
		r.lookType(c, ch.New)
	}
	if ch.New.Mode == uint32(object.ModeGitlink) {
		return nil
	}
	data, err := s.Blob(ch.New.ID)
	if large, ok := tooLarge(err); ok {
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
func (r *Resolution) conflictAt(path string) (operation.Conflict, bool) {
	for _, c := range r.target.Conflicts {
		if string(c.Path) == path {
			return c, true
		}
	}
	return operation.Conflict{}, false
}

// fixPaths are the paths that the fix changes, and those that conflict.
func (r *Resolution) fixPaths(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	for _, c := range r.target.Conflicts {
		out[string(c.Path)] = true
	}
	changes, err := r.session.Changes(ctx, r.target.Ours, r.target.Markers, nil)
	for _, ch := range changes {
		out[ch.Path] = true
	}
	return out, err
}
