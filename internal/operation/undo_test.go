package operation_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/txfs"
)

// TestUndoTwice undoes plainly again and again: there is nothing to undo after the first time, also where
// an operation before it stands, and where the first undo was interrupted at any point.
func TestUndoTwice(t *testing.T) {
	base := copyOf(t, template(t))
	w := open(t, base, gittest.Unflushed{})
	for _, text := range []string{"x", "y"} {
		if err := w.apply(text); err != nil {
			t.Fatal(err)
		}
	}
	before := w.refs()
	counter := &txfs.Faulty{Under: gittest.Unflushed{}}
	end := open(t, copyOf(t, base), counter)
	if err := end.undo(); err != nil {
		t.Fatal(err)
	}
	after := end.refs()
	for at := 1; at <= counter.Count(); at += 3 {
		dir := copyOf(t, base)
		faulty := &txfs.Faulty{Under: gittest.Unflushed{}, At: at, Kind: txfs.Kill}
		_ = open(t, dir, faulty).undo() // it dies
		for n := range 3 {
			w := open(t, dir, gittest.Unflushed{})
			err := w.undo()
			var nothing *operation.NothingError
			if err != nil && !errors.As(err, &nothing) {
				t.Fatalf("killed at %s, undo %d: %v", faulty.Hit(), n, err)
			}
			if err != nil && nothing.Standing == nil {
				t.Errorf("killed at %s: the operation before is not named", faulty.Hit())
			}
			if got := w.refs(); got != after {
				t.Errorf("killed at %s, undo %d: the branches hold %s, before %s, after %s", faulty.Hit(), n, got, before, after)
			}
		}
	}
}

// TestNothingIsLeft kills an apply at each operation: the next one removes whatever is left.
func TestNothingIsLeft(t *testing.T) {
	base := template(t)
	counter := &txfs.Faulty{Under: gittest.Unflushed{}}
	if err := open(t, copyOf(t, base), counter).apply("x"); err != nil {
		t.Fatal(err)
	}
	for at := 1; at <= counter.Count(); at += 2 {
		dir := copyOf(t, base)
		faulty := &txfs.Faulty{Under: gittest.Unflushed{}, At: at, Kind: txfs.Kill}
		_ = open(t, dir, faulty).apply("x")
		w := open(t, dir, gittest.Unflushed{})
		if err := w.apply("x"); err != nil {
			t.Fatalf("killed at %s: again: %v", faulty.Hit(), err)
		}
		for _, pattern := range []string{"backport/ops/*.tmp", "backport/tx/*", "backport/journal/*", "objects/pack/tmp_*", "objects/pack/*.keep", "refs/heads/backport/n/*.lock"} {
			if left, err := filepath.Glob(filepath.Join(dir, ".git", pattern)); err != nil || len(left) > 0 {
				t.Errorf("killed at %s: left: %v %v", faulty.Hit(), left, err)
			}
		}
		packs, err := os.ReadDir(filepath.Join(dir, ".git/objects/pack"))
		if err != nil {
			t.Fatal(err)
		}
		names := ""
		for _, e := range packs {
			names += e.Name() + " "
		}
		if strings.Count(names, ".pack") != strings.Count(names, ".idx") {
			t.Errorf("killed at %s: a pack without its index is left: %s", faulty.Hit(), names)
		}
	}
}
