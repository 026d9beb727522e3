package object_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// TestTreeOrder writes trees that git mktree sorted, and reads them in the same order.
func TestTreeOrder(t *testing.T) {
	r := gittest.NewBare(t)
	blob := r.GitIn([]byte("x"), "hash-object", "-w", "--stdin")
	tree := r.GitIn(nil, "hash-object", "-w", "-t", "tree", "--stdin")
	var in strings.Builder
	for _, name := range []string{"a", "a-b", "a.b", "a0", "ab", "A", "é", "z", "a b", "-"} {
		in.WriteString("100644 blob " + blob + "\t" + name + "\n")
		in.WriteString("040000 tree " + tree + "\t" + name + "d\n")
		in.WriteString("040000 tree " + tree + "\tx" + name + "\n")
		in.WriteString("100755 blob " + blob + "\tx" + name + "-\n")
		in.WriteString("120000 blob " + blob + "\tx" + name + ".\n")
		in.WriteString("160000 commit " + full + "\tx" + name + "0z\n")
	}
	id := r.GitIn([]byte(in.String()), "mktree")
	data, _, _ := r.Try(nil, "cat-file", "tree", id)
	entries, err := object.ParseTree([]byte(data))
	if err != nil || len(entries) != 60 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for i := range entries {
		for j := range entries {
			if got := object.Compare(entries[i], entries[j]); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("Compare(%v, %v) = %d", entries[i], entries[j], got)
			}
		}
	}
	again, err := object.EncodeTree(entries)
	if err != nil || string(again) != data || object.Hash(object.KindTree, again).String() != id {
		t.Errorf("not what was read: %v", err)
	}
	entries[0], entries[1] = entries[1], entries[0]
	var broken *object.TreeError
	if _, err := object.EncodeTree(entries); !errors.As(err, &broken) {
		t.Errorf("out of order: %v", err)
	}
}

// TestModes compares the modes git shows for the modes that stand in a tree.
func TestModes(t *testing.T) {
	r := gittest.NewBare(t)
	for _, mode := range []object.Mode{0o100644, 0o100664, 0o100600, 0o100755, 0o100700, 0o100775, 0o100777, 0o100655, 0o104755, 0o40000, 0o40755, 0o120000, 0o120777, 0o160000, 0o160755, 0o140000, 0o644} {
		tree := r.GitIn(raw(object.TreeEntry{Name: "a", Mode: mode, ID: object.ID{1}}), "hash-object", "-w", "--literally", "-t", "tree", "--stdin")
		got, _, _ := strings.Cut(r.Git("ls-tree", tree), " ")
		if want := strings.TrimLeft(got, "0"); mode.Canonical().String() != want {
			t.Errorf("mode %s reads as %s; git: %s", mode, mode.Canonical(), want)
		}
	}
}

func TestParseID(t *testing.T) {
	id, err := object.ParseID(strings.ToUpper(full))
	if err != nil || id.String() != full || id.IsZero() {
		t.Errorf("%v, %v", id, err)
	}
	for _, bad := range []string{"", "0123", full + "0", strings.Repeat("g", 40), full[:39] + "-"} {
		if _, err := object.ParseID(bad); err == nil {
			t.Errorf("ParseID(%q) is no error", bad)
		}
	}
}

func TestCommitHeader(t *testing.T) {
	for line, want := range map[string]int64{
		"C <c@d> 1700000000 +0000": 1700000000, "C <c@d> 1700000000": 1700000000, "C <c@d>": 0, "C > <c@d>  12 x": 12, "C <c@d> -5 +0000": 0,
		"C <c@d> 99999999999999999999 +0000": 0, "1700000000": 0, "": 0,
	} {
		data := []byte("tree " + full + "\nparent " + full + "\nparent " + full + "\nauthor x\ncommitter " + line + "\n\nmessage\n")
		h, err := object.ParseCommitHeader(data)
		if err != nil || h.Time != want || len(h.Parents) != 2 || h.Tree.String() != full {
			t.Errorf("%q: %+v, %v", line, h, err)
		}
	}
}
