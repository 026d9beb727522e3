package gitops

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// A pick whose file comes from a branch that is deleted before the refs change: what was only read is in the
// pack, and whole when git has thrown away everything else.
func TestKeptFromABranchThatGoes(t *testing.T) {
	r := gittest.New(t)
	r.Write("dir/a", "one\n")
	r.Write("dir/b", "two\n")
	base := id(t, r.Commit("base\n"))
	r.Git("branch", "release-1.0")
	r.Git("checkout", "-q", "-b", "topic")
	r.Write("dir/new/c", "three\n")
	r.Write("other/d", "four\n")
	middle := id(t, r.Commit("middle\n"))
	r.Write("dir/a", "five\n")
	fix := id(t, r.Commit("fix\n"))
	r.Git("checkout", "-q", "main")

	s := openRepo(t, r).NewSession()
	tree, err := s.TreeOf(fix)
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.WriteCommit(&Commit{Tree: tree, Parents: []ID{base}, Author: []byte(committerLine), Committer: []byte(committerLine), Message: []byte("x\n")})
	if err != nil {
		t.Fatal(err)
	}
	needs := Needs{Heads: []ID{head, fix}, Sources: []ID{fix}, Lasting: []string{"refs/heads/main", "refs/heads/release-1.0", "refs/heads/gone"}}
	name, err := s.Keep(t.Context(), "op", needs)
	if err != nil {
		t.Fatal(err)
	}
	idx, err := os.ReadFile(filepath.Join(r.Dir, ".git/objects/pack", name+".idx"))
	if err != nil {
		t.Fatal(err)
	}
	// As git lists it: nothing of it is on a lasting ref.
	want := r.Git("rev-list", "--objects", fix.String(), "--not", "main")
	listed := r.GitIn(idx, "show-index")
	for line := range strings.Lines(want) {
		if oid, _, _ := strings.Cut(strings.TrimSpace(line), " "); !strings.Contains(listed, oid) {
			t.Errorf("the pack lacks %s", line)
		}
	}
	if strings.Contains(listed, base.String()) {
		t.Error("the pack has what main has")
	}
	r.Git("branch", "-D", "topic")
	r.Git("reflog", "expire", "--expire=now", "--all")
	r.Git("gc", "-q", "--prune=now")
	for _, oid := range []ID{fix, middle} {
		r.Git("rev-list", "--objects", oid.String())
	}

	s = openRepo(t, r).NewSession()
	err = s.Land(t.Context(), Landing{
		OpID: "op", Committer: committerLine, Updates: []RefUpdate{{Name: "refs/heads/backport/x/a", New: head}},
		Lasting: []string{"refs/heads/main"}, Verify: []RefVerify{{Name: "refs/heads/release-1.0", Old: base}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Repo().DropKeep(name, "op"); err != nil {
		t.Fatal(err)
	}
	r.Git("gc", "-q", "--prune=now")
	r.Git("rev-list", "--objects", "backport/x/a")
}

// A repository that lacks a file: no commit that refers to it is made, wherever in its trees it is, as long as
// git looks there too.
func TestLackingObjects(t *testing.T) {
	r := gittest.New(t)
	r.Write("dir/a", "one\n")
	r.Write("dir/deep/b", "two\n")
	r.Write("c", "three\n")
	base := id(t, r.Commit("base\n"))
	r.Write("sub/deeper/new", "four\n")
	fix := id(t, r.Commit("fix\n"))
	for _, test := range []struct {
		lacks string
		files map[string][]byte
		take  bool // the whole tree of the fix
		path  string
	}{
		{"HEAD~:dir/a", map[string][]byte{"dir/x": []byte("x")}, false, "dir/a"},
		{"HEAD~:c", map[string][]byte{"dir/x": []byte("x")}, false, "c"},
		{"HEAD~:dir/deep", map[string][]byte{"dir/x": []byte("x")}, false, "dir/deep"},
		{"HEAD:sub/deeper/new", nil, true, "sub/deeper/new"},
		{"HEAD:sub", nil, true, "sub"},
	} {
		lost := r.Git("rev-parse", test.lacks)
		file := filepath.Join(r.Dir, ".git/objects", lost[:2], lost[2:])
		if err := os.Rename(file, file+".away"); err != nil {
			t.Fatal(err)
		}
		s := openRepo(t, r).NewSession()
		head := fix
		if !test.take {
			head = change(t, s, base, "made\n", test.files)
		}
		tree, err := s.TreeOf(head)
		if err != nil {
			t.Fatal(err)
		}
		var lack *IncompleteError
		if err := s.Whole(t.Context(), tree, base); !errors.As(err, &lack) || lack.Path != test.path || lack.ID.String() != lost {
			t.Errorf("%s: %v", test.lacks, err)
		}
		made, err := s.WriteCommit(&Commit{Tree: tree, Parents: []ID{base}, Author: []byte(committerLine), Committer: []byte(committerLine), Message: []byte("y\n")})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Land(t.Context(), Landing{
			OpID: "op", Committer: committerLine, Lasting: []string{"refs/heads/main"}, Sources: []ID{fix},
			Updates: []RefUpdate{{Name: "refs/heads/backport/x/a", New: made}},
		})
		if !errors.As(err, &lack) || lack.ID.String() != lost {
			t.Errorf("landed without %s: %v", test.lacks, err)
		}
		if err := os.Rename(file+".away", file); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.Git("for-each-ref", "refs/heads/backport"); got != "" {
		t.Errorf("refs were made: %s", got)
	}
}

// What is looked for before the refs change is what is on the disk then, not what was read before.
func TestConnectedOnTheDisk(t *testing.T) {
	r := gittest.New(t)
	r.Write("a", "one\n")
	base := id(t, r.Commit("base\n"))
	r.Write("b", "two\n")
	id(t, r.Commit("second\n"))
	s := openRepo(t, r).NewSession()
	head := change(t, s, base, "made\n", map[string][]byte{"c": []byte("three\n")})
	lost := r.Git("rev-parse", "HEAD~:a")
	if _, err := s.Blob(id(t, lost)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(r.Dir, ".git/objects", lost[:2], lost[2:])); err != nil {
		t.Fatal(err)
	}
	needs := Needs{Heads: []ID{head}, Lasting: []string{"refs/heads/main"}}
	name, err := s.Keep(t.Context(), "op", Needs{Heads: []ID{head}, Lasting: needs.Lasting})
	if err == nil {
		t.Fatalf("kept as %s", name)
	}
	var lack *IncompleteError
	if !errors.As(err, &lack) || lack.Path != "a" {
		t.Errorf("%v", err)
	}
}
