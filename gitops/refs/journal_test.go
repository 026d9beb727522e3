package refs_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/txfs"
)

// interrupted leaves a repository with the journal of a transaction that died.
func interrupted(t *testing.T, at int) (dir, journal string, s *refs.Store) {
	t.Helper()
	r, s, ids := repo(t)
	git := filepath.Join(r.Dir, ".git")
	r.Git("update-ref", "refs/heads/loose", ids[0].String())
	dying := refs.OpenFS(git, git, &txfs.Faulty{Under: txfs.Real{}, At: at, Kind: txfs.Kill})
	tx := refs.Tx{OpID: "op1", Committer: ident, Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0], Message: "m"}, {Name: "refs/heads/loose", Old: ids[0], New: ids[1]}}}
	if err := dying.Commit(context.Background(), tx); !errors.Is(err, txfs.ErrDead) {
		t.Fatal(err)
	}
	pending, err := s.Pending()
	if err != nil || len(pending) == 0 || filepath.Base(pending[0]) != "op1.json" {
		t.Fatalf("%v, %v", pending, err)
	}
	return git, pending[0], s
}

// state is every file below a directory with its content.
func state(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(path) == "lock" {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func same(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// TestDamagedJournal changes bytes of a journal: recovery and every change refuse it by name, and
// nothing is touched.
func TestDamagedJournal(t *testing.T) {
	dir, path, s := interrupted(t, 55)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(good); i += 97 {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		checkRefused(t, dir, path, s, bad)
	}
	for _, n := range []int{0, 1, len(good) / 2, len(good) - 1} {
		checkRefused(t, dir, path, s, good[:n])
	}
	checkRefused(t, dir, path, s, append(bytes.Clone(good), '\n'))
	checkRefused(t, dir, path, s, bytes.Replace(good, []byte(`"version":1`), []byte(`"version":2`), 1))
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Recover(context.Background()); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

func checkRefused(t *testing.T, dir, path string, s *refs.Store, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	before := state(t, dir)
	var damaged *refs.JournalError
	if err := s.Recover(context.Background()); !asError(err, &damaged) || damaged.Path != path {
		t.Fatalf("%q: %v", data, err)
	}
	if err := commit(s, refs.Tx{OpID: "op2", Updates: []refs.Update{{Name: "refs/heads/x", New: [20]byte{1}}}}); !asError(err, &damaged) {
		t.Fatalf("%q: %v", data, err)
	}
	if !same(before, state(t, dir)) {
		t.Fatalf("%q: something was written", data)
	}
}

func TestRecoverWithoutJournalWritesNothing(t *testing.T) {
	r, _, _ := repo(t)
	git := filepath.Join(r.Dir, ".git")
	f := &txfs.Faulty{Under: txfs.Real{}}
	s := refs.OpenFS(git, git, f)
	if err := s.Recover(context.Background()); err != nil || f.Count() != 0 {
		t.Errorf("%v, %d operations", err, f.Count())
	}
}

// TestNextCommitRecovers makes a change where another one died, at several points.
func TestNextCommitRecovers(t *testing.T) {
	for at := 14; at < 70; at += 7 {
		dir, _, s := interrupted(t, at)
		head, err := s.Read("HEAD")
		if err != nil {
			t.Fatal(err)
		}
		if err := commit(s, refs.Tx{OpID: "op2", Updates: []refs.Update{{Name: "refs/heads/backport/other", New: head.ID}}}); err != nil {
			t.Errorf("at %d: %v", at, err)
		}
		if left, err := s.Pending(); err != nil || len(left) > 0 {
			t.Errorf("at %d: left in %s: %v, %v", at, dir, left, err)
		}
	}
}
