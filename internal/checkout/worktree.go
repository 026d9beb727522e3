package checkout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/txfs"
)

// A Git runs the user's git, in dir or, where that is "", for the repository at hand, and returns what
// it prints. Where it ends badly the error says so in git's words.
type Git func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error)

// An Unmerged is a path as a conflicted index holds it: its stages 1 to 3, nil where a side has none.
type Unmerged struct {
	Path   string
	Stages [3]*gitops.Stage
	Exists bool // the merge leaves a file of that name
}

// A Conflict is a conflicted pick that a work tree is to show.
type Conflict struct {
	Mark               // Tree is what the files are to be
	Merged   gitops.ID // the tree that the merge made, markers and all
	Unmerged []Unmerged
	Message  []byte // what the commit would say; nil leaves git without one
	Comment  string // what begins a line that is no part of a message: "#"
}

// MakeWorkTree has git make a linked work tree in dir, which must be new or empty, and brings it to where
// git cherry-pick stops at the conflict: HEAD is detached at what the fix is picked onto, the index has
// the three stages of each conflicted path, the files have the markers. Neither a branch is made nor a
// hook run. What fails half way is taken back.
func MakeWorkTree(ctx context.Context, git Git, fsys txfs.FS, dir string, c Conflict) (w WorkTree, err error) {
	clearHalf(ctx, git, dir, c.Head)
	if _, err := free(dir); err != nil {
		return w, err
	}
	if _, err := git(ctx, "", nil, "worktree", "add", "--quiet", "--no-checkout", "--detach", dir, c.Head.String()); err != nil {
		return w, err
	}
	w = WorkTree{Mark: c.Mark, Dir: dir}
	defer func() {
		if err != nil { // also when the context has ended
			err = errors.Join(err, w.Discard(context.WithoutCancel(ctx), git))
		}
	}()
	out, err := git(ctx, dir, nil, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return w, err
	}
	w.GitDir = strings.TrimSuffix(string(out), "\n")
	w.Whole = false
	if err := w.write(fsys); err != nil {
		return w, err
	}
	if err := fill(ctx, git, dir, c); err != nil {
		return w, err
	}
	if err := c.note(fsys, w.GitDir); err != nil {
		return w, fmt.Errorf("writing the state of the pick: %w", err)
	}
	w.Whole = true
	return w, w.write(fsys)
}

// clearHalf has git remove the work tree that a process left which was killed before it could mark it: one
// at head without an index, with nothing in its directory. Any other stays.
func clearHalf(ctx context.Context, git Git, dir string, head gitops.ID) {
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 || list[0].Name() != ".git" {
		return
	}
	out, err := git(ctx, dir, nil, "rev-parse", "HEAD", "--absolute-git-dir")
	at, gitDir, ok := strings.Cut(strings.TrimSuffix(string(out), "\n"), "\n")
	if err != nil || !ok || at != head.String() {
		return
	}
	if _, err := os.Lstat(filepath.Join(gitDir, "index")); errors.Is(err, fs.ErrNotExist) {
		_, _ = git(ctx, "", nil, "worktree", "remove", "--force", "--force", dir) // where it fails, the directory is not free
	}
}

// note writes what tells git that a pick is under way.
func (c Conflict) note(fsys txfs.FS, gitDir string) error {
	files := []struct{ name, text string }{{"CHERRY_PICK_HEAD", c.Source.String() + "\n"}, {"AUTO_MERGE", c.Merged.String() + "\n"}}
	if c.Message != nil {
		files = append(files, struct{ name, text string }{"MERGE_MSG", string(c.mergeMessage())})
	}
	for _, f := range files {
		if err := txfs.Replace(fsys, filepath.Join(gitDir, f.name), []byte(f.text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// fill writes the files, as git checks them out, and then the index.
func fill(ctx context.Context, git Git, dir string, c Conflict) error {
	if _, err := git(ctx, dir, nil, "read-tree", "-m", "-u", "--no-recurse-submodules", c.Tree.String()); err != nil {
		return err
	}
	var there, entries bytes.Buffer
	for _, u := range c.Unmerged {
		if u.Stages == ([3]*gitops.Stage{}) {
			continue // a conflict about names alone: the index has nothing to say of it
		}
		if u.Exists {
			there.WriteString(u.Path + "\x00")
		}
		fmt.Fprintf(&entries, "0 %s\t%s\x00", gitops.ID{}, u.Path)
		for i, st := range u.Stages {
			if st != nil {
				fmt.Fprintf(&entries, "%06o %s %d\t%s\x00", st.Mode, st.ID, i+1, u.Path)
			}
		}
	}
	// What conflicts is there for the person to see, also outside a sparse checkout.
	for _, args := range [][]string{{"update-index", "--no-skip-worktree", "-z", "--stdin"}, {"checkout-index", "-f", "-q", "-z", "--stdin"}} {
		if _, err := git(ctx, dir, there.Bytes(), args...); err != nil {
			return err
		}
	}
	_, err := git(ctx, dir, entries.Bytes(), "update-index", "-z", "--index-info")
	return err
}

// mergeMessage is the message with the conflicted paths below it, as git prepares it for a commit.
func (c Conflict) mergeMessage() []byte {
	var b bytes.Buffer
	b.Write(c.Message)
	fmt.Fprintf(&b, "\n%s Conflicts:\n", c.Comment)
	for _, u := range c.Unmerged {
		fmt.Fprintf(&b, "%s\t%s\n", c.Comment, strings.ReplaceAll(u.Path, "\n", `\n`))
	}
	return b.Bytes()
}
