package odb

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

func TestOverlay(t *testing.T) {
	r := gittest.New(t)
	r.Write("dir/a", "a\n")
	r.Write("b", "b\n")
	tip, err := object.ParseID(r.Commit("one"))
	if err != nil {
		t.Fatal(err)
	}
	o := NewOverlay(open(t, r.Dir))
	commit, err := o.Commit(tip)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := o.Tree(commit.Tree)
	if err != nil || len(entries) != 2 {
		t.Fatal(entries, err)
	}
	if list, err := o.List(tip); err != nil || len(list) != 0 {
		t.Errorf("nothing is new: %v, %v", list, err)
	}
	blob := must(o.Write(object.KindBlob, []byte("new\n")))(t)
	sub := must(o.WriteTree([]object.TreeEntry{{Name: "x", Mode: object.ModeRegular, ID: blob}, {Name: "y", Mode: object.ModeGitlink, ID: blob}}))(t)
	tree := must(o.WriteTree(append(entries[:len(entries):len(entries)], object.TreeEntry{Name: "new", Mode: object.ModeTree, ID: sub}, object.TreeEntry{Name: "new2", Mode: object.ModeRegular, ID: blob})))(t)
	unused := must(o.Write(object.KindBlob, []byte("not reached\n")))(t)
	first := must(o.Write(object.KindCommit, (&object.Commit{Tree: tree, Parents: []object.ID{tip}, Author: commit.Author, Committer: commit.Committer, Message: []byte("1\n")}).Encode()))(t)
	second := must(o.Write(object.KindCommit, (&object.Commit{Tree: commit.Tree, Parents: []object.ID{first}, Author: commit.Author, Committer: commit.Committer, Message: []byte("2\n")}).Encode()))(t)
	list, err := o.List(second, first, tip)
	if diff := cmp.Diff([]object.ID{second, first, tree, sub, blob}, list); diff != "" || err != nil {
		t.Errorf("%v, (-want +got)\n%s", err, diff)
	}
	for _, id := range append(list, unused, tip) {
		ok, err := o.Has(id)
		kind, size, herr := o.Header(id)
		got, data, rerr := o.Read(id)
		if !ok || err != nil || herr != nil || rerr != nil || kind != got || size != int64(len(data)) || object.Hash(got, data) != id {
			t.Errorf("%s: %v %v, %s %d %v, %s %v", id, ok, err, kind, size, herr, got, rerr)
		}
	}
	var kindErr *KindError
	if _, err := o.Blob(tip); !errors.As(err, &kindErr) {
		t.Errorf("a commit read as a blob: %v", err)
	}
	var large *TooLargeError
	if _, _, err := o.ReadLimited(blob, 3); !errors.As(err, &large) {
		t.Errorf("a blob of 4 bytes with a limit of 3: %v", err)
	}
	if entries, err := o.Tree(object.EmptyTree); err != nil || len(entries) != 0 {
		t.Errorf("the empty tree: %v, %v", entries, err)
	}
	var fsck *object.FsckError
	if _, err := o.WriteTree([]object.TreeEntry{{Name: ".GIT", Mode: object.ModeTree, ID: sub}}); !errors.As(err, &fsck) {
		t.Errorf("a tree with .GIT: %v", err)
	}
	if _, err := o.Write(object.KindTree, []byte("100644 a\x00short")); !errors.As(err, &fsck) {
		t.Errorf("half a tree: %v", err)
	}
	if _, err := o.Write(object.KindCommit, []byte("tree x\n\nm\n")); !errors.As(err, &fsck) {
		t.Errorf("half a commit: %v", err)
	}
}

func must(id object.ID, err error) func(testing.TB) object.ID {
	return func(t testing.TB) object.ID {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
}

func TestOverlayConcurrently(t *testing.T) {
	r := gittest.NewBare(t)
	o := NewOverlay(open(t, r.Dir))
	ids := make([][]object.ID, 8)
	var wg sync.WaitGroup
	for g := range ids {
		wg.Go(func() {
			for i := range 200 {
				blob, err := o.Write(object.KindBlob, fmt.Appendf(nil, "%d", i%50))
				if err != nil {
					t.Error(err)
					return
				}
				tree, err := o.WriteTree([]object.TreeEntry{{Name: fmt.Sprint(i), Mode: object.ModeRegular, ID: blob}})
				if err != nil {
					t.Error(err)
					return
				}
				if entries, err := o.Tree(tree); err != nil || entries[0].ID != blob {
					t.Error(entries, err)
				}
				ids[g] = append(ids[g], tree)
			}
		})
	}
	wg.Wait()
	for g := range ids {
		if diff := cmp.Diff(ids[0], ids[g]); diff != "" {
			t.Error(diff)
		}
	}
	if list, err := o.List(ids[0]...); err != nil || len(list) != 250 {
		t.Errorf("%d objects, %v", len(list), err)
	}
}
