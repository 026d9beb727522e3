package checkout

import (
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

// A Mark says what a work tree was made for. It is a file in the work tree's own git directory: git
// removes it with the work tree.
type Mark struct {
	Version int       `json:"v"`
	Branch  string    `json:"branch"` // of the target
	Source  gitops.ID `json:"source"` // the commit whose pick conflicts
	Head    gitops.ID `json:"head"`   // the commit it is picked onto
	Ours    gitops.ID `json:"ours"`   // and its tree
	Tree    gitops.ID `json:"tree"`   // the files as they were written
	Whole   bool      `json:"whole"`  // nothing is missing: the process that made it did not die
}

// A WorkTree is a linked work tree that was made for a conflict.
type WorkTree struct {
	Mark
	Dir    string // where it is
	GitDir string // its own git directory, below the repository's
	Gone   bool   // the directory is not there any more
}

const (
	markName    = "git-backport.json"
	markVersion = 1
	maxMark     = 1 << 16 // bytes
)

func (w *WorkTree) write(fsys txfs.FS) error {
	w.Version = markVersion
	data, err := json.Marshal(w.Mark)
	if err == nil {
		err = txfs.Replace(fsys, filepath.Join(w.GitDir, markName), append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("noting what the work tree is for: %w", err)
	}
	return nil
}

// WorkTrees lists the work trees of a repository that were made for conflicts, by name. One whose mark
// cannot be read is somebody else's.
func WorkTrees(commonDir string) ([]WorkTree, error) {
	dir := filepath.Join(commonDir, "worktrees")
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing work trees: %w", err)
	}
	var out []WorkTree
	for _, e := range list {
		w := WorkTree{GitDir: filepath.Join(dir, e.Name())}
		data, err := readSmall(filepath.Join(w.GitDir, markName))
		if err != nil || json.Unmarshal(data, &w.Mark) != nil || w.Version != markVersion {
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

// linked tells whether the directory says that it is this work tree.
func (w WorkTree) linked() bool {
	data, err := readSmall(filepath.Join(w.Dir, ".git"))
	if err != nil {
		return false
	}
	to, ok := strings.CutPrefix(strings.TrimSuffix(string(data), "\n"), "gitdir: ")
	return ok && SameDir(below(w.Dir, to), w.GitDir)
}

// SameDir tells whether two paths lead to one directory.
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
func readSmall(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxMark {
		return nil, &PathError{Path: path, Reason: "it is no small file"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxMark))
	return data, errors.Join(err, f.Close())
}
