package refs_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/gittest"
)

const ident = "C O Mitter <committer@example.com> 1700000100 +0000"

func id(t testing.TB, hex string) object.ID {
	t.Helper()
	v, err := object.ParseID(hex)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// calm is an empty repository in which git starts no maintenance in the background.
func calm(t *testing.T) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	r.Git("config", "maintenance.auto", "false")
	return r
}

// repo is a repository with three commits and a Store on it.
func repo(t *testing.T) (*gittest.Repo, *refs.Store, []object.ID) {
	t.Helper()
	r := calm(t)
	var ids []object.ID
	for _, m := range []string{"one", "two", "three"} {
		r.Write("file", m)
		ids = append(ids, id(t, r.Commit(m)))
	}
	git := filepath.Join(r.Dir, ".git")
	return r, refs.Open(git, git), ids
}

func commit(s *refs.Store, tx refs.Tx) error {
	if tx.OpID == "" {
		tx.OpID = "op1"
	}
	tx.Committer = ident
	return s.Commit(context.Background(), tx)
}

// quiet fails the test when something of ours or a lock is left, or git finds fault.
func quiet(t *testing.T, r *gittest.Repo, s *refs.Store) {
	t.Helper()
	if left, err := s.Pending(); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	git := filepath.Join(r.Dir, ".git")
	err := filepath.WalkDir(git, func(p string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(p, ".lock") {
			t.Errorf("a lock is left: %s", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if out, stderr, code := r.Try(nil, "fsck", "--strict", "--no-dangling"); code != 0 || strings.Contains(stderr, "error") {
		t.Errorf("git fsck: %d %s%s", code, out, stderr)
	}
}

func TestCommitCreatesChangesAndDeletes(t *testing.T) {
	r, s, ids := repo(t)
	a, b := "refs/heads/backport/x/release-1", "refs/heads/backport/x/release-2"
	if err := commit(s, refs.Tx{Updates: []refs.Update{{Name: b, New: ids[1], Message: "backport: op1"}, {Name: a, New: ids[0], Message: "backport: op1"}},
		Verifies: []refs.Verify{{Name: "refs/heads/main", Old: ids[2]}}}); err != nil {
		t.Fatal(err)
	}
	quiet(t, r, s)
	if got := r.Git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/backport"); got != a+" "+ids[0].String()+"\n"+b+" "+ids[1].String() {
		t.Errorf("created:\n%s", got)
	}
	if _, err := os.Stat(filepath.Join(r.Dir, ".git", a)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a new branch is not packed: %v", err)
	}
	r.Git("update-ref", b, ids[2].String()) // loose now
	if err := commit(s, refs.Tx{Updates: []refs.Update{{Name: a, Old: ids[0], New: ids[1]}, {Name: b, Old: ids[2]}}}); err != nil {
		t.Fatal(err)
	}
	quiet(t, r, s)
	if got := r.Git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/backport"); got != a+" "+ids[1].String() {
		t.Errorf("changed:\n%s", got)
	}
	r.Git("pack-refs", "--all", "--prune")
	if err := commit(s, refs.Tx{Updates: []refs.Update{{Name: a, Old: ids[1]}}}); err != nil {
		t.Fatal(err)
	}
	quiet(t, r, s)
	if got := r.Git("for-each-ref", "refs/heads/backport"); got != "" {
		t.Errorf("deleted:\n%s", got)
	}
	if _, err := os.Stat(filepath.Join(r.Dir, ".git/logs/refs/heads/backport")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a log of a deleted branch, or its directory, is left: %v", err)
	}
}
