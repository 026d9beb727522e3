package refstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/txfs"
)

// An outcome is which values the refs of a change hold.
type outcome string

const (
	allOld outcome = "all old"
	allNew outcome = "all new"
	mixed  outcome = "mixed"
)

// values reads the refs of the change in one listing, as a reader would.
func (w *World) values(root string) (outcome, error) {
	tx := w.Tx()
	all, err := list(w.store(root, txfs.Real{}))
	if err != nil {
		return mixed, err
	}
	got := map[string]object.ID{}
	for _, r := range all {
		got[r.Name] = r.ID
	}
	before, after := true, true
	for _, u := range tx.Updates {
		before = before && got[u.Name] == u.Old
		after = after && got[u.Name] == u.New
	}
	if !slices.Equal(others(all, tx), others(w.all, tx)) {
		return mixed, errors.New("a ref that the change does not name differs")
	}
	switch {
	case before && len(tx.Updates) > 0:
		return allOld, nil
	case after:
		return allNew, nil
	}
	return mixed, nil
}

// checkClean looks at everything after recovery: values, logs, locks, leftovers, other files.
func (w *World) checkClean(root string, deep bool) (outcome, error) {
	got, err := w.values(root)
	if err != nil {
		return got, err
	}
	if got == mixed {
		return got, errors.New("the refs are mixed")
	}
	if left, err := w.store(root, txfs.Real{}).Pending(); err != nil || len(left) > 0 {
		return got, fmt.Errorf("left behind: %v, %w", left, err)
	}
	if err := w.checkFiles(root, got); err != nil {
		return got, err
	}
	if err := w.checkLogs(root, got); err != nil {
		return got, err
	}
	if deep {
		return got, w.checkGit(root, got)
	}
	return got, nil
}

// checkFiles looks for stray files and for changes of files that are not the change's.
func (w *World) checkFiles(root string, got outcome) error {
	now, err := w.sums(root)
	if err != nil {
		return err
	}
	for path, sum := range now {
		if w.files[path] != sum {
			return fmt.Errorf("%q changed or is new", path)
		}
	}
	for path := range w.files {
		if now[path] == "" {
			return fmt.Errorf("%q is gone", path)
		}
	}
	return filepath.WalkDir(w.gitDir(root), func(path string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".lock") {
			return fmt.Errorf("the lock %q is left", path)
		}
		if strings.HasSuffix(path, ".keep") && !(w.hold() && got == allNew) {
			return fmt.Errorf("%q is left", path)
		}
		return err
	})
}

func (w *World) hold() bool { p := w.Scenario.Tx(w).Pack; return p != nil && p.Hold }

// checkLogs demands exactly one entry more for each changed ref, none for an unchanged one, and no
// log of a deleted one.
func (w *World) checkLogs(root string, got outcome) error {
	for _, u := range w.Tx().Updates {
		before, err := readOrNone(filepath.Join(w.gitDir(w.Base), "logs", u.Name))
		if err != nil {
			return err
		}
		now, err := readOrNone(filepath.Join(w.gitDir(root), "logs", u.Name))
		if err != nil {
			return err
		}
		want := string(before)
		switch {
		case got == allOld:
		case u.New.IsZero():
			want = ""
		case !w.Scenario.Bare || w.Tx().Log != refs.LogUnset || before != nil:
			if !strings.HasPrefix(u.Name, "refs/tags/") || w.Tx().Log == refs.LogAll {
				want += fmt.Sprintf("%s %s %s\tbackport: op1\n", u.Old, u.New, Ident)
			}
		}
		if string(now) != want {
			return fmt.Errorf("the reflog of %q (%s) is %q, want %q", u.Name, got, now, want)
		}
	}
	return nil
}

func readOrNone(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// checkGit asks git: its list of refs, fsck, and, where nothing was published, whether the change
// can now be made after all.
func (w *World) checkGit(root string, got outcome) error {
	repo := filepath.Join(root, "repo")
	out, stderr, err := w.Git.Try(repo, nil, "for-each-ref", "--format=%(refname) %(objectname)")
	if err != nil || stderr != "" {
		return fmt.Errorf("git for-each-ref: %w %s", err, stderr)
	}
	all, err := list(w.store(root, txfs.Real{}))
	if err != nil {
		return err
	}
	var ours bytes.Buffer
	for _, r := range all {
		fmt.Fprintf(&ours, "%s %s\n", r.Name, r.ID)
	}
	if out != ours.String() {
		return fmt.Errorf("git reads other refs:\n%s\nwe read:\n%s", out, ours.String())
	}
	out, stderr, err = w.Git.Try(repo, nil, "fsck", "--strict", "--full", "--no-dangling")
	if err != nil || strings.Contains(out+stderr, "error") || strings.Contains(out+stderr, "warning") {
		return fmt.Errorf("git fsck: %w %s%s", err, out, stderr)
	}
	if got == allOld && len(w.Tx().Updates) > 0 {
		if err := w.store(root, txfs.Real{}).Commit(context.Background(), w.Tx()); err != nil {
			return fmt.Errorf("the change cannot be made afterwards: %w", err)
		}
		_, err := w.checkClean(root, false)
		return err
	}
	return nil
}
