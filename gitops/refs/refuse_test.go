package refs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/txfs"
)

func asError[E error](err error, target *E) bool { return errors.As(err, target) }

func TestMovedAndExisting(t *testing.T) {
	r, s, ids := repo(t)
	r.Git("update-ref", "refs/heads/a", ids[0].String())
	new := refs.Update{Name: "refs/heads/backport/n", New: ids[0]}
	var moved *refs.MovedError
	err := commit(s, refs.Tx{Updates: []refs.Update{new, {Name: "refs/heads/a", Old: ids[1], New: ids[2]}}, Verifies: []refs.Verify{{Name: "refs/heads/main", Old: ids[0]}, {Name: "refs/heads/gone", Old: ids[1]}}})
	if !asError(err, &moved) || len(moved.Refs) != 3 || moved.Refs[0] != (refs.Moved{Name: "refs/heads/a", Want: ids[1], Got: ids[0]}) ||
		!moved.Refs[1].Got.IsZero() || moved.Refs[2].Got != ids[2] {
		t.Errorf("%v", err)
	}
	var exists *refs.ExistsError
	err = commit(s, refs.Tx{Updates: []refs.Update{new, {Name: "refs/heads/a", New: ids[2]}}})
	if !asError(err, &exists) || len(exists.Refs) != 1 || exists.Refs[0].Got != ids[0] {
		t.Errorf("%v", err)
	}
	lacking := errors.New("an object is lacking")
	if err := commit(s, refs.Tx{Updates: []refs.Update{new}, Connected: func(context.Context) error { return lacking }}); !errors.Is(err, lacking) {
		t.Errorf("%v", err)
	}
	quiet(t, r, s)
	if got := listing(t, s, "refs/heads/"); strings.Contains(got, "backport") {
		t.Error(got)
	}
}

func TestForeignLocksStay(t *testing.T) {
	for _, lock := range []string{"refs/heads/backport/a.lock", "packed-refs.lock", "refs/heads/main.lock"} {
		r, s, ids := repo(t)
		r.Write(".git/"+lock, "somebody's")
		err := commit(s, refs.Tx{Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}, {Name: "refs/heads/backport/b", New: ids[0]}},
			Verifies: []refs.Verify{{Name: "refs/heads/main", Old: ids[2]}}, PackedTimeout: refs.NoWait})
		var locked *refs.LockedError
		if !asError(err, &locked) || !strings.HasSuffix(filepath.ToSlash(locked.Path), lock) || locked.Since.IsZero() {
			t.Errorf("%s: %v", lock, err)
		}
		if got := read(t, r, lock); got != "somebody's" {
			t.Errorf("%s holds %q now", lock, got)
		}
		if err := os.Remove(filepath.Join(r.Dir, ".git", lock)); err != nil {
			t.Fatal(err)
		}
		quiet(t, r, s)
	}
}

func TestLockIsWaitedFor(t *testing.T) {
	r, s, ids := repo(t)
	r.Write(".git/packed-refs.lock", "")
	timer := time.AfterFunc(30*time.Millisecond, func() { _ = os.Remove(filepath.Join(r.Dir, ".git/packed-refs.lock")) })
	defer timer.Stop()
	if err := commit(s, refs.Tx{PackedTimeout: -1, Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}}}); err != nil {
		t.Fatal(err)
	}
	quiet(t, r, s)
}

// TestForeignLockSurvivesRecovery takes over the ref's lock between the death and the recovery.
func TestForeignLockSurvivesRecovery(t *testing.T) {
	r, _, ids := repo(t)
	git := filepath.Join(r.Dir, ".git")
	dying := refs.OpenFS(git, git, &txfs.Faulty{Under: txfs.Real{}, At: 36, Kind: txfs.Kill})
	tx := refs.Tx{OpID: "op1", Committer: ident, Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}, {Name: "refs/heads/backport/b", New: ids[0]}}}
	if err := dying.Commit(context.Background(), tx); !errors.Is(err, txfs.ErrDead) {
		t.Fatal(err)
	}
	lock := filepath.Join(git, "refs/heads/backport/a.lock")
	if err := os.Remove(lock); err != nil { // a person, following git's advice
		t.Fatal(err)
	}
	r.Write(".git/refs/heads/backport/a.lock", "somebody's")
	if err := refs.Open(git, git).Recover(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, r, "refs/heads/backport/a.lock"); got != "somebody's" {
		t.Errorf("the lock of another holds %q", got)
	}
	if _, err := os.Stat(filepath.Join(git, "refs/heads/backport/b.lock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("our own lock is left: %v", err)
	}
}

func TestBusy(t *testing.T) {
	r, s, ids := repo(t)
	git := filepath.Join(r.Dir, ".git")
	if err := os.Mkdir(filepath.Join(git, "backport"), 0o700); err != nil {
		t.Fatal(err)
	}
	release, err := txfs.Real{}.Lock(filepath.Join(git, "backport", "lock"), "pid 42\x1b[31m")
	if err != nil {
		t.Fatal(err)
	}
	var busy *refs.BusyError
	tx := refs.Tx{Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}}}
	if err := commit(s, tx); !asError(err, &busy) || busy.Holder != "pid 42[31m" {
		t.Errorf("%v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if err := commit(s, tx); err != nil {
		t.Error(err)
	}
	quiet(t, r, s)
}

// TestHeldBranches is the matrix of the ways in which a work tree holds a branch.
func TestHeldBranches(t *testing.T) {
	for name, c := range map[string]struct {
		file, content string
		state         refs.CheckedOutState
	}{
		"HEAD":                  {"HEAD", "ref: refs/heads/held\n", refs.CheckedOut},
		"rebase-merge":          {"rebase-merge/head-name", "refs/heads/held\n", refs.Rebasing},
		"rebase-apply":          {"rebase-apply/head-name", "refs/heads/held\n", refs.Rebasing},
		"rebase --update-refs":  {"rebase-merge/update-refs", "refs/heads/held\n" + strings.Repeat("1", 40) + "\n" + strings.Repeat("2", 40) + "\n", refs.Rebasing},
		"bisect of a branch":    {"BISECT_START", "held\n", refs.Bisecting},
		"bisect, full ref name": {"BISECT_START", "refs/heads/held\n", refs.Bisecting},
	} {
		for _, linked := range []bool{false, true} {
			r, s, ids := repo(t)
			dir := ".git"
			if linked {
				r.Git("worktree", "add", "-q", "--detach", "../linked")
				dir = ".git/worktrees/linked"
			}
			r.Git("update-ref", "refs/heads/held", ids[0].String())
			r.Write(dir+"/"+c.file, c.content)
			var held *refs.CheckedOutError
			err := commit(s, refs.Tx{Updates: []refs.Update{{Name: "refs/heads/held", Old: ids[0], New: ids[1]}, {Name: "refs/heads/backport/a", New: ids[0]}}})
			if !asError(err, &held) || held.Ref != "refs/heads/held" || held.State != c.state || !strings.HasSuffix(held.Worktree, dir) {
				t.Errorf("%s, linked %v: %v", name, linked, err)
			}
			if got := listing(t, s, "refs/heads/backport/"); got != "" {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
}

// TestHeldBranchesMadeByGit lets git itself make the states.
func TestHeldBranchesMadeByGit(t *testing.T) {
	r, s, ids := repo(t)
	linked := filepath.Join(filepath.Dir(r.Dir), "linked")
	r.Git("worktree", "add", "-q", "-b", "side", linked, ids[0].String())
	l := r.At(linked)
	l.Write("file", "conflict")
	l.Commit("side")
	if _, _, code := l.Try(nil, "-c", "rebase.updateRefs=true", "rebase", "main"); code == 0 {
		t.Fatal("the rebase did not stop")
	}
	r.Git("branch", "bisected", ids[2].String())
	r.Git("switch", "-q", "bisected")
	r.Git("bisect", "start", "HEAD", ids[0].String())
	for name, state := range map[string]refs.CheckedOutState{"refs/heads/side": refs.Rebasing, "refs/heads/bisected": refs.Bisecting} {
		var held *refs.CheckedOutError
		if err := s.CheckHeld("refs/heads/main", name); !asError(err, &held) || held.Ref != name || held.State != state {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.CheckHeld("refs/heads/main"); err != nil {
		t.Error(err)
	}
}

func TestHook(t *testing.T) {
	r, s, ids := repo(t)
	hooks := filepath.Join(r.Dir, ".git/hooks")
	log := filepath.Join(r.Dir, "hook.log")
	r.Write(".git/hooks/reference-transaction", "#!/bin/sh\necho $1 >>"+log+"\n")
	tx := refs.Tx{Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}}, HooksDir: hooks}
	if err := commit(s, tx); err != nil {
		t.Errorf("a hook that may not be run, as git sees it: %v", err)
	}
	if err := os.Chmod(filepath.Join(hooks, "reference-transaction"), 0o755); err != nil {
		t.Fatal(err)
	}
	tx.Updates[0].Name = "refs/heads/backport/b"
	var hook *refs.HookError
	if err := commit(s, tx); !asError(err, &hook) {
		t.Errorf("%v", err)
	}
	tx.RefWriter = func(_ context.Context, updates []refs.Update, _ []refs.Verify) error {
		_, stderr, code := r.Try([]byte(fmt.Sprintf("create %s %s\n", updates[0].Name, updates[0].New)), "update-ref", "--stdin")
		if code != 0 {
			return errors.New(stderr)
		}
		return nil
	}
	if err := commit(s, tx); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(log); err != nil || !strings.Contains(string(data), "committed") {
		t.Errorf("the hook did not run: %q, %v", data, err)
	}
	if err := commit(s, tx); err == nil {
		t.Error("git's refusal was lost")
	}
	quiet(t, r, s)
}

func TestRequestsRefused(t *testing.T) {
	r, s, ids := repo(t)
	r.Git("symbolic-ref", "refs/heads/sym", "refs/heads/main")
	for name, tx := range map[string]refs.Tx{
		"no refs/":      {Updates: []refs.Update{{Name: "HEAD", New: ids[0]}}},
		"per worktree":  {Updates: []refs.Update{{Name: "refs/bisect/bad", New: ids[0]}}},
		"one level":     {Updates: []refs.Update{{Name: "refs/stash", New: ids[0]}}},
		"bad name":      {Updates: []refs.Update{{Name: "refs/heads/../x", New: ids[0]}}},
		"twice":         {Updates: []refs.Update{{Name: "refs/heads/a", New: ids[0]}, {Name: "refs/heads/a", New: ids[1]}}},
		"nothing to do": {Updates: []refs.Update{{Name: "refs/heads/a"}}},
		"symbolic":      {Updates: []refs.Update{{Name: "refs/heads/sym", New: ids[0]}}},
		"bad id":        {OpID: "../x", Updates: []refs.Update{{Name: "refs/heads/a", New: ids[0]}}},
		"bad pack":      {Updates: []refs.Update{{Name: "refs/heads/a", New: ids[0]}}, Pack: &refs.PackFile{Name: "pack-" + strings.Repeat("0", 40), Data: []byte("PACK")}},
	} {
		if err := commit(s, tx); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	quiet(t, r, s)
}

func TestCancelledBeforeTheCommitPoint(t *testing.T) {
	r, s, ids := repo(t)
	ctx, cancel := context.WithCancel(context.Background())
	err := s.Commit(ctx, refs.Tx{OpID: "op1", Committer: ident, Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}},
		Connected: func(context.Context) error { cancel(); return nil }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	quiet(t, r, s)
	if got := listing(t, s, "refs/heads/backport/"); got != "" {
		t.Error(got)
	}
}
