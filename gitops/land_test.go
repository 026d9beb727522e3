package gitops

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// untouched reads every file that a landing has no business with.
func untouched(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		for _, ours := range []string{".git/objects", ".git/refs", ".git/logs", ".git/backport", ".git/git-backport"} {
			if rel == ours {
				return filepath.SkipDir
			}
		}
		if d.IsDir() || rel == ".git/packed-refs" {
			return nil
		}
		data, err := os.ReadFile(path)
		out[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// change makes a commit on parent that replaces files.
func change(t *testing.T, s *Session, parent ID, message string, files map[string][]byte) ID {
	t.Helper()
	tree, err := s.TreeOf(parent)
	if err != nil {
		t.Fatal(err)
	}
	if tree, err = s.ReplaceFiles(tree, files); err != nil {
		t.Fatal(err)
	}
	c := &Commit{Tree: tree, Parents: []ID{parent}, Author: []byte(committerLine), Committer: []byte(committerLine), Message: []byte(message)}
	out, err := s.WriteCommit(c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLand(t *testing.T) {
	r := gittest.New(t)
	r.Write("a/b.txt", "one\n")
	r.Write("c.txt", "two\n")
	tip := id(t, r.Commit("first\n"))
	r.Git("branch", "release-1.0")
	r.Write("c.txt", "staged\n")
	r.Git("add", "c.txt")
	r.Write("c.txt", "changed\n")
	r.Write("untracked", "x\n")
	before := untouched(t, r.Dir)

	repo := openRepo(t, r)
	s := repo.NewSession()
	one := change(t, s, tip, "one\n", map[string][]byte{"a/b.txt": []byte("1\n"), "a/new/deep.txt": []byte("new\n")})
	two := change(t, s, one, "two\n", map[string][]byte{"c.txt": nil})
	change(t, s, two, "never landed\n", map[string][]byte{"c.txt": []byte("left behind\n")})
	err := s.Land(t.Context(), Landing{
		OpID: "test-1", Committer: committerLine, Message: "backport: made",
		Updates: []RefUpdate{{Name: "refs/heads/backport/x/release-1.0", New: two}, {Name: "refs/heads/backport/x/bump", New: one}},
		Verify:  []RefVerify{{Name: "refs/heads/release-1.0", Old: tip}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out, stderr, code := r.Try(nil, "fsck", "--strict", "--no-dangling"); code != 0 || out+stderr != "" {
		t.Errorf("git fsck --strict: exit %d\n%s%s", code, out, stderr)
	}
	packs, _ := filepath.Glob(filepath.Join(r.Dir, ".git/objects/pack/*.pack"))
	if len(packs) != 1 {
		t.Fatalf("packs: %v", packs)
	}
	r.Git("index-pack", "--verify", packs[0])
	idx, err := os.ReadFile(strings.TrimSuffix(packs[0], ".pack") + ".idx")
	if err != nil {
		t.Fatal(err)
	}
	listed := r.GitIn(idx, "show-index")
	for _, want := range []ID{one, two} {
		if !strings.Contains(listed, want.String()) {
			t.Errorf("the pack lacks %s", want)
		}
	}
	if n := len(strings.Split(listed, "\n")); n != 8 { // two commits, four trees, two blobs
		t.Errorf("the pack holds %d objects:\n%s", n, listed)
	}
	if got := r.Git("rev-parse", "backport/x/release-1.0", "backport/x/bump"); got != two.String()+"\n"+one.String() {
		t.Errorf("refs: %s", got)
	}
	if got := r.Git("reflog", "show", "--format=%gs|%gn|%ge|%H", "backport/x/bump"); got != "backport: made|C O Mitter|committer@example.com|"+one.String() {
		t.Errorf("reflog: %s", got)
	}
	after := untouched(t, r.Dir)
	for path, data := range before {
		if after[path] != data {
			t.Errorf("%s was changed", path)
		}
	}
	for path := range after {
		if _, had := before[path]; !had {
			t.Errorf("%s is new", path)
		}
	}
}

func TestLandAllOrNone(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	root := im.commit("refs/heads/main", 1, "root", nil, "M 100644 inline f\ndata 1\nx")
	ids := im.run(r)
	tip := ids[root]
	repo := openRepo(t, r)
	s := repo.NewSession()
	head := change(t, s, tip, "one\n", map[string][]byte{"f": []byte("y")})
	for _, l := range []Landing{
		{Updates: []RefUpdate{{Name: "refs/heads/a", New: head}, {Name: "refs/heads/main", New: head}}},                        // exists
		{Updates: []RefUpdate{{Name: "refs/heads/a", New: head}, {Name: "refs/heads/a/b", New: head}}},                         // a file and a directory
		{Updates: []RefUpdate{{Name: "refs/heads/a", New: head}}, Verify: []RefVerify{{Name: "refs/heads/main", Old: head}}},   // moved
		{Updates: []RefUpdate{{Name: "refs/heads/a", New: head}, {Name: "refs/heads/b..c", New: head}}},                        // no name
		{Updates: []RefUpdate{{Name: "refs/heads/a", New: head}, {Name: "refs/heads/b", Old: tip, New: head}}},                 // not there
		{Updates: []RefUpdate{{Name: "refs/heads/a", New: head}, {Name: "refs/heads/c", New: object.Hash("blob", []byte{1})}}}, // no such object
	} {
		l.OpID, l.Committer, l.Message = "test-2", committerLine, "no"
		if err := s.Land(t.Context(), l); err == nil {
			t.Errorf("landed: %v %v", l.Updates, l.Verify)
		}
		if got := r.Git("for-each-ref", "--format=%(refname) %(objectname)"); got != "refs/heads/main "+tip.String() {
			t.Fatalf("after a landing that failed: %s", got)
		}
	}
	there, missing, err := repo.ExistingUpdates([]RefUpdate{{Name: "refs/heads/main", New: tip}, {Name: "refs/heads/main", New: head}, {Name: "refs/heads/a", New: head}})
	if err != nil || len(there) != 1 || len(missing) != 2 {
		t.Errorf("ExistingUpdates: %v, %v, %v", there, missing, err)
	}
}

// Landing beside git gc loses nothing.
func TestLandBesideGC(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	tip := 0
	for i := range 30 {
		var parents []int
		if i > 0 {
			parents = []int{tip}
		}
		tip = im.commit("refs/heads/main", int64(1700000000+i), fmt.Sprint(i), parents, fmt.Sprintf("M 100644 inline f%d\ndata 1\nx", i))
	}
	ids := im.run(r)
	r.Git("config", "core.fsync", "none")
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range 4 {
			if _, stderr, code := r.Try(nil, "gc", "-q"); code != 0 {
				t.Errorf("git gc: exit %d: %s", code, stderr)
			}
		}
	}()
	var heads []ID
	for i := range 8 {
		repo := openRepo(t, r)
		s := repo.NewSession()
		head := change(t, s, ids[tip], fmt.Sprintf("landed %d\n", i), map[string][]byte{"f3": fmt.Append(nil, i)})
		err := s.Land(t.Context(), Landing{
			OpID: fmt.Sprintf("op-%d", i), Committer: committerLine, Message: "m",
			Updates: []RefUpdate{{Name: fmt.Sprintf("refs/heads/b%d", i), New: head}},
		})
		if err != nil {
			t.Fatalf("landing %d beside git gc: %v", i, err)
		}
		heads = append(heads, head)
	}
	wg.Wait()
	for i, head := range heads {
		if got := r.Git("rev-parse", fmt.Sprintf("b%d", i)); got != head.String() {
			t.Errorf("b%d is %s, want %s", i, got, head)
		}
	}
	r.Git("fsck", "--strict", "--no-dangling")
}

// One session is used by many goroutines: picks, edits and reads at once.
func TestSessionIsSafeForConcurrentUse(t *testing.T) {
	r := gittest.NewBare(t)
	cases, ids, release := pickSources(t, r, rand.New(rand.NewSource(5)), 12)
	repo := openRepo(t, r)
	s := repo.NewSession()
	tree, err := s.TreeOf(ids[release])
	if err != nil {
		t.Fatal(err)
	}
	results := make([][]ID, 4)
	var wg sync.WaitGroup
	for g := range results {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for _, c := range cases {
				res, err := s.PickOnto(t.Context(), tree, ids[c.mark], c.mainline)
				if err != nil {
					t.Error(err)
					return
				}
				edited, err := s.ReplaceFiles(tree, map[string][]byte{"new": fmt.Append(nil, c.mark)})
				if err != nil {
					t.Error(err)
				}
				if _, err := repo.IsAncestor(t.Context(), ids[c.mark], ids[release]); err != nil {
					t.Error(err)
				}
				if data, err := s.TreeFS(edited).ReadFile("new"); err != nil || !bytes.Equal(data, fmt.Append(nil, c.mark)) {
					t.Errorf("read back %q, %v", data, err)
				}
				results[g] = append(results[g], res.Tree, edited)
			}
		}()
	}
	wg.Wait()
	for g := range results {
		if fmt.Sprint(results[g]) != fmt.Sprint(results[0]) {
			t.Errorf("goroutine %d made other trees", g)
		}
	}
}
