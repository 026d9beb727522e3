package refs_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/refs"
)

// A countdown is a context that is cancelled when it is asked for the n-th time.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestCancelledAnywhere interrupts a change wherever it looks for an interruption: nothing is left,
// without any recovery, or all is made.
func TestCancelledAnywhere(t *testing.T) {
	r, s, ids := repo(t)
	for n := range 40 {
		ctx := &countdown{context.Background(), n}
		err := s.Commit(ctx, refs.Tx{OpID: "op1", Committer: ident, Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}, {Name: "refs/heads/backport/b", New: ids[1]}}})
		if err == nil {
			if n < 5 {
				t.Errorf("interrupted only %d times", n)
			}
			quiet(t, r, s)
			return
		}
		if left, e := s.Pending(); !errors.Is(err, context.Canceled) || e != nil || len(left) > 0 {
			t.Fatalf("after %d looks: %v; left %v, %v", n, err, left, e)
		}
		if got := listing(t, s, "refs/heads/backport/"); got != "" {
			t.Fatalf("after %d looks: %s", n, got)
		}
	}
	t.Error("the change was never made")
}

// TestPackedRefsIsALink: git replaces the file that the link leads to and locks it there; so do we.
func TestPackedRefsIsALink(t *testing.T) {
	for _, dangling := range []bool{false, true} {
		r, s, ids := repo(t)
		target := filepath.Join(r.Dir, "elsewhere")
		if !dangling {
			r.Git("pack-refs", "--all")
			if err := os.Rename(filepath.Join(r.Dir, ".git/packed-refs"), target); err != nil {
				t.Fatal(err)
			}
		}
		link := filepath.Join(r.Dir, ".git/packed-refs")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		r.Write("elsewhere.lock", "")
		if _, stderr, code := r.Try(nil, "-c", "core.packedRefsTimeout=0", "pack-refs", "--all"); code == 0 || !strings.Contains(stderr, "File exists") {
			t.Errorf("git does not lock beside the target: %d %s", code, stderr)
		}
		tx := refs.Tx{PackedTimeout: refs.NoWait, Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}}}
		var locked *refs.LockedError
		if err := commit(s, tx); !asError(err, &locked) {
			t.Errorf("%v", err)
		}
		if err := os.Remove(target + ".lock"); err != nil {
			t.Fatal(err)
		}
		if err := commit(s, tx); err != nil {
			t.Fatal(err)
		}
		if got, err := os.Readlink(link); err != nil || got != target {
			t.Errorf("the link is %q, %v", got, err)
		}
		if got := r.Git("rev-parse", "backport/a", "main"); got != ids[0].String()+"\n"+ids[2].String() {
			t.Error(got)
		}
		// Newer gits' fsck refuses the link itself: what it leads to is judged in its place.
		if err := os.Rename(target, link); err != nil {
			t.Fatal(err)
		}
		quiet(t, r, s)
	}
}

// TestSymbolicAndMissingVerifies: a symbolic ref is verified by what it leads to, and a ref can be
// demanded not to exist.
func TestSymbolicAndMissingVerifies(t *testing.T) {
	r, s, ids := repo(t)
	r.Git("update-ref", "refs/remotes/origin/main", ids[1].String())
	r.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	tx := refs.Tx{Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}},
		Verifies: []refs.Verify{{Name: "refs/remotes/origin/HEAD", Old: ids[1]}, {Name: "refs/heads/none"}}}
	if err := commit(s, tx); err != nil {
		t.Fatal(err)
	}
	r.Git("update-ref", "refs/heads/none", ids[0].String())
	tx.Updates[0].Name = "refs/heads/backport/b"
	if err := commit(s, tx); err == nil {
		t.Error("a ref that must not exist does, and was accepted")
	}
	quiet(t, r, s)
}
