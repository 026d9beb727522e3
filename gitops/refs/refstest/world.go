// Package refstest is for tests and the fault tool only: repositories made with git, changes of their
// refs, and campaigns that break those changes in every way and look at what is left. Each campaign
// returns an error that says what was broken, where and how.
package refstest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/txfs"
)

// Ident is the committer in the reflogs of every scenario.
const Ident = "C O Mitter <committer@example.com> 1700000100 +0000"

// A Git runs one git program in a hermetic environment.
type Git struct{ Path, Home string }

// Try runs git in dir.
func (g Git) Try(dir string, stdin []byte, args ...string) (stdout, stderr string, err error) {
	cmd := exec.CommandContext(context.Background(), g.Path, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, gittest.Env(g.Home), bytes.NewReader(stdin)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err = cmd.Run()
	return o.String(), e.String(), err
}

// Run runs git in dir and returns its output without the last newline.
func (g Git) Run(dir string, args ...string) (string, error) {
	out, stderr, err := g.Try(dir, nil, args...)
	if err != nil {
		return "", fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, stderr)
	}
	return strings.TrimSuffix(out, "\n"), nil
}

// A World is a scenario made ready: a template repository that each run copies.
type World struct {
	Scenario Scenario
	Git      Git
	Base     string // the template: everything, work trees included
	scratch  string
	runs     int

	Old   []object.ID // commits in the repository, oldest first; the last one is main
	Fresh []object.ID // commits that only Pack holds
	Pack  *refs.PackFile
	files map[string]string // of the template, path to checksum
	all   []refs.Ref
}

// Prepare makes the template of a scenario below dir, with git.
func Prepare(g Git, dir string, s Scenario) (*World, error) {
	w := &World{Scenario: s, Git: g, Base: filepath.Join(dir, "base"), scratch: filepath.Join(dir, "runs")}
	if err := os.MkdirAll(w.scratch, 0o755); err != nil {
		return nil, err
	}
	if err := w.makeBase(); err != nil {
		return nil, err
	}
	if err := w.makePack(filepath.Join(dir, "other")); err != nil {
		return nil, err
	}
	b := &Builder{World: w, Dir: filepath.Join(w.Base, "repo")}
	s.Setup(b)
	if b.err != nil {
		return nil, b.err
	}
	var err error
	if w.files, err = w.sums(w.Base); err != nil {
		return nil, err
	}
	w.all, err = list(w.store(w.Base, txfs.Real{}))
	return w, err
}

func (w *World) makeBase() error {
	repo := filepath.Join(w.Base, "repo")
	if err := os.MkdirAll(repo, 0o755); err != nil {
		return err
	}
	args := []string{"init", "-q", "-b", "main", "--template="}
	if w.Scenario.Bare {
		args = append(args, "--bare")
	}
	if _, err := w.Git.Run(repo, args...); err != nil {
		return err
	}
	tree, err := w.Git.Run(repo, "hash-object", "-t", "tree", "-w", "--stdin")
	if err != nil {
		return err
	}
	parent := ""
	for i := range 3 {
		args := []string{"commit-tree", "-m", fmt.Sprintf("commit %d", i), tree}
		if parent != "" {
			args = append(args, "-p", parent)
		}
		if parent, err = w.Git.Run(repo, args...); err != nil {
			return err
		}
		w.Old = append(w.Old, mustID(parent))
	}
	_, err = w.Git.Run(repo, "update-ref", "refs/heads/main", parent)
	return err
}

// makePack makes commits on top of main that only a pack holds.
func (w *World) makePack(other string) error {
	if err := copyTree(filepath.Join(w.Base, "repo"), other, false); err != nil {
		return err
	}
	tip := w.Old[len(w.Old)-1].String()
	tree, err := w.Git.Run(other, "rev-parse", tip+"^{tree}")
	if err != nil {
		return err
	}
	list := "^" + tip + "\n"
	for i := range 5 {
		id, err := w.Git.Run(other, "commit-tree", "-m", fmt.Sprintf("fix %d", i), "-p", tip, tree)
		if err != nil {
			return err
		}
		w.Fresh = append(w.Fresh, mustID(id))
		list += id + "\n"
	}
	data, stderr, err := w.Git.Try(other, []byte(list), "pack-objects", "-q", "--revs", "--stdout")
	if err != nil {
		return fmt.Errorf("git pack-objects: %w\n%s", err, stderr)
	}
	file := filepath.Join(other, "new.pack")
	if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
		return err
	}
	if _, err := w.Git.Run(other, "index-pack", "-o", file+".idx", file); err != nil {
		return err
	}
	index, err := os.ReadFile(file + ".idx")
	w.Pack = &refs.PackFile{Name: fmt.Sprintf("pack-%x", data[len(data)-20:]), Data: []byte(data), Index: index}
	return err
}

func mustID(hex string) object.ID {
	id, err := object.ParseID(hex)
	if err != nil {
		panic(err) // git printed it
	}
	return id
}

// Tx returns the change of the scenario.
func (w *World) Tx() refs.Tx {
	tx := w.Scenario.Tx(w)
	if tx.Pack != nil {
		p := *tx.Pack // Commit sets its name
		tx.Pack = &p
	}
	tx.OpID, tx.Committer, tx.Bare = "op1", Ident, w.Scenario.Bare
	for i := range tx.Updates {
		tx.Updates[i].Message = "backport: op1"
	}
	return tx
}

func (w *World) gitDir(root string) string {
	if w.Scenario.Bare {
		return filepath.Join(root, "repo")
	}
	return filepath.Join(root, "repo", ".git")
}

func (w *World) store(root string, fsys txfs.FS) *refs.Store {
	common := w.gitDir(root)
	if w.Scenario.Worktree {
		return refs.OpenFS(filepath.Join(common, "worktrees", "linked"), common, fsys)
	}
	return refs.OpenFS(common, common, fsys)
}

// fresh returns a new copy of the template.
func (w *World) fresh() (string, error) {
	root := w.newRoot()
	return root, copyTree(w.Base, root, true)
}

func (w *World) newRoot() string {
	w.runs++
	return filepath.Join(w.scratch, fmt.Sprint(w.runs))
}

// copyTree copies a directory; objects are linked where link is set, as nothing changes them.
func copyTree(from, to string, link bool) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := to + strings.TrimPrefix(path, from)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			if err := os.Mkdir(target, 0o755); err != nil {
				return err
			}
			return os.Chmod(target, info.Mode()&(fs.ModePerm|fs.ModeSetgid))
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			return errors.Join(err, os.Symlink(to, target))
		case link && strings.Contains(path, "/objects/"):
			return os.Link(path, target)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, info.Mode().Perm())
	})
}

func list(s *refs.Store) ([]refs.Ref, error) {
	var all []refs.Ref
	for r, err := range s.All("refs/") {
		if err != nil {
			return nil, err
		}
		all = append(all, refs.Ref{Name: r.Name, ID: r.ID, Symbolic: r.Symbolic})
	}
	return all, nil
}

// sums returns checksum and mode of each file that no change of refs may touch, and of logs.
func (w *World) sums(root string) (map[string]string, error) {
	found := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(path, w.gitDir(root)+"/")
		if d.IsDir() {
			return nil
		}
		if w.mayChange(rel) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found[strings.TrimPrefix(path, root)] = fmt.Sprintf("%x", sha256.Sum256(data))
		return nil
	})
	return found, err
}

// mayChange reports whether a file of the git directory is one that a change of the scenario's refs may touch.
func (w *World) mayChange(rel string) bool {
	if rel == "packed-refs" || strings.HasPrefix(rel, "backport/") {
		return true
	}
	if w.Pack != nil && strings.HasPrefix(rel, "objects/pack/pack-") && (w.hold() || !strings.HasSuffix(rel, ".keep")) {
		return true
	}
	for _, u := range w.Scenario.Tx(w).Updates {
		if rel == u.Name || rel == "logs/"+u.Name {
			return true
		}
	}
	return false
}

// others returns the refs that the change does not name.
func others(all []refs.Ref, tx refs.Tx) []refs.Ref {
	return slices.DeleteFunc(slices.Clone(all), func(r refs.Ref) bool {
		return slices.ContainsFunc(tx.Updates, func(u refs.Update) bool { return u.Name == r.Name })
	})
}
