package manifest

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMergeGoSum(t *testing.T) {
	lines := func(s ...string) []byte { return []byte(strings.Join(s, "\n") + "\n") }
	base := lines("a v1.0.0 h1:x", "a v1.0.0/go.mod h1:y", "b v1.9.0 h1:z")
	ours := lines("a v0.9.0 h1:o", "a v1.0.0 h1:x", "a v1.0.0/go.mod h1:y", "b v1.10.0 h1:q")
	theirs := lines("a v1.0.0 h1:x", "a v1.0.1 h1:n", "a v1.0.1/go.mod h1:m", "b v1.9.0 h1:z", "b v1.11.0-rc.1 h1:r")
	got, err := MergeGoSum(base, ours, theirs)
	want := lines("a v0.9.0 h1:o", "a v1.0.0 h1:x", "a v1.0.0/go.mod h1:y", "a v1.0.1 h1:n", "a v1.0.1/go.mod h1:m", "b v1.10.0 h1:q", "b v1.11.0-rc.1 h1:r")
	if diff := cmp.Diff(string(want), string(got)); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := MergeGoSum(nil, lines("a v1.0.0 h1:x"), lines("a v1.0.0 h1:evil")); !errors.Is(err, ErrMerge) {
		t.Errorf("two sums for a version: %v", err)
	}
	if _, err := MergeGoSum(nil, lines("a v1.0.0 h1:x", "<<<<<<< HEAD"), nil); errText(err) != `line 2: the lock files conflict: not a line of a go.sum: "<<<<<<< HEAD"` {
		t.Errorf("conflict marker: %v", err)
	}
	if got, err := MergeGoSum(nil, nil, nil); err != nil || len(got) != 0 {
		t.Errorf("empty: %q, %v", got, err)
	}
}

func TestUnhandled(t *testing.T) {
	got := Unhandled([]string{"Cargo.toml", "Cargo.lock"}, []string{"Cargo.toml", "z.go"}, []string{"a.yml", "z.go", "Cargo.lock"})
	if diff := cmp.Diff([]string{"a.yml", "z.go"}, got); diff != "" {
		t.Error(diff)
	}
	if got := Unhandled(nil); got != nil {
		t.Errorf("Unhandled of nothing = %v", got)
	}
}
