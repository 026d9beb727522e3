package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/txfs"
)

// A Mark says what a work tree was made for. It is a record beside those of the operations, and names the
// work tree by its git directory's identity: a file in a work tree, or a directory of the same name that
// came along with a repository, says nothing.
type Mark struct {
	Version  int       `json:"v"`
	Identity string    `json:"identity"` // of its own git directory
	Branch   string    `json:"branch"`   // of the target
	Source   gitops.ID `json:"source"`   // the commit whose pick conflicts
	Head     gitops.ID `json:"head"`     // the commit it is picked onto
	Ours     gitops.ID `json:"ours"`     // and its tree
	Tree     gitops.ID `json:"tree"`     // the files as they were written
	Whole    bool      `json:"whole"`    // nothing is missing: the process that made it did not die
}

// A WorkTree is a linked work tree that was made for a conflict.
type WorkTree struct {
	Mark
	Dir    string // where it is
	GitDir string // its own git directory, below the repository's
	Gone   bool   // the directory is not there any more
}

const (
	markVersion = 2
	maxMark     = 1 << 16 // bytes
)

// marksDir is where the marks of a repository's work trees are.
func marksDir(commonDir string) string { return filepath.Join(commonDir, "backport", "worktrees") }

// markFile is where the mark of a work tree is.
func (w WorkTree) markFile() string {
	return filepath.Join(marksDir(filepath.Dir(filepath.Dir(w.GitDir))), filepath.Base(w.GitDir)+".json")
}

func (w *WorkTree) write(fsys txfs.FS) error {
	w.Version, w.Identity = markVersion, identity(w.GitDir)
	data, err := json.Marshal(w.Mark)
	for _, dir := range []string{filepath.Dir(filepath.Dir(w.markFile())), filepath.Dir(w.markFile())} {
		if _, statErr := os.Lstat(dir); err == nil && errors.Is(statErr, fs.ErrNotExist) {
			err = fsys.Mkdir(dir, 0o700)
		}
	}
	if err == nil {
		err = txfs.Replace(fsys, w.markFile(), append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("noting what the work tree is for: %w", err)
	}
	return nil
}

// WorkTrees lists the work trees of a repository that were made for conflicts, by name. A mark that cannot
// be read, or that is another work tree's, counts for nothing.
func WorkTrees(commonDir string) ([]WorkTree, error) {
	list, err := os.ReadDir(marksDir(commonDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing work trees: %w", err)
	}
	var out []WorkTree
	for _, e := range list {
		name, is := strings.CutSuffix(e.Name(), ".json")
		w := WorkTree{GitDir: filepath.Join(commonDir, "worktrees", name)}
		data, err := readSmall(filepath.Join(marksDir(commonDir), e.Name()))
		if !is || err != nil || json.Unmarshal(data, &w.Mark) != nil || w.Version != markVersion || w.Identity != identity(w.GitDir) {
			continue
		}
		link, err := readSmall(filepath.Join(w.GitDir, "gitdir"))
		if err != nil {
			continue
		}
		w.Dir = filepath.Dir(below(w.GitDir, strings.TrimSuffix(string(link), "\n")))
		w.Gone = !w.linked()
		out = append(out, w)
	}
	return out, nil
}

// Sweep takes away the marks of work trees that are not there any more.
func Sweep(fsys txfs.FS, commonDir string) error {
	list, err := os.ReadDir(marksDir(commonDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range list {
		name, is := strings.CutSuffix(e.Name(), ".json")
		if is && identity(filepath.Join(commonDir, "worktrees", name)) == "" {
			err = errors.Join(err, fsys.Unlink(filepath.Join(marksDir(commonDir), e.Name())))
		}
	}
	return err
}

// linked reports whether the directory says that it is this work tree.
func (w WorkTree) linked() bool {
	data, err := readSmall(filepath.Join(w.Dir, ".git"))
	if err != nil {
		return false
	}
	to, ok := strings.CutPrefix(strings.TrimSuffix(string(data), "\n"), "gitdir: ")
	return ok && SameDir(below(w.Dir, to), w.GitDir)
}

// Discard has git remove the work tree, whatever is in it, and takes its mark away.
func (w WorkTree) Discard(ctx context.Context, git Git) error {
	if _, err := git(ctx, "", nil, "worktree", "remove", "--force", w.Dir); err != nil {
		return err
	}
	err := txfs.Real{}.Unlink(w.markFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// SameDir reports whether two paths lead to one directory.
func SameDir(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// below makes a path absolute that may be relative to dir.
func below(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// readSmall reads a regular file of a sensible size.
func readSmall(path string) ([]byte, error) { return readRegular(path, maxMark) }

// readRegular reads a regular file of at most so many bytes.
func readRegular(path string, most int64) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > most {
		return nil, &PathError{Path: path, Reason: fmt.Sprintf("it is not a file of at most %d bytes", most)}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, most))
	return data, errors.Join(err, f.Close())
}
