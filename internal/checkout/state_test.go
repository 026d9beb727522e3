package checkout_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/gittest"
)

// fork makes a repository in which picking branch fix onto branch release conflicts in every one of the
// paths; main, which is checked out, is what both come from, and beside has a file that nobody changes.
func fork(t *testing.T, paths ...string) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	var in strings.Builder
	for i, side := range []string{"main", "release", "fix"} {
		fmt.Fprintf(&in, "commit refs/heads/%s\ncommitter c <c@e> %d +0000\ndata 4\nFix\n\n", side, i+1)
		if i > 0 {
			in.WriteString("from refs/heads/main\n")
		}
		for _, p := range append([]string{"beside/file"}, paths...) {
			text := side + "\n"
			if p == "beside/file" {
				text = "same\n"
			}
			fmt.Fprintf(&in, "M 100644 inline \"%s\"\ndata %d\n%s\n", quoteC(p), len(text), text)
		}
		in.WriteByte('\n')
	}
	r.GitIn([]byte(in.String()), "fast-import", "--quiet")
	r.Git("reset", "-q", "--hard")
	return r
}

// quoteC escapes a path as fast-import wants it.
func quoteC(p string) string {
	var b strings.Builder
	for _, c := range []byte(p) {
		if c < ' ' || c == '"' || c == '\\' || c > '~' {
			fmt.Fprintf(&b, "\\%03o", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// made has the conflict of fork in a work tree.
func made(t *testing.T, r *gittest.Repo, git checkout.Git) (checkout.WorkTree, *checkout.Conflict) {
	t.Helper()
	c := conflict(t, open(t, r).NewSession(), r.Git("rev-parse", "release"), r.Git("rev-parse", "fix"))
	w, err := checkout.MakeWorkTree(t.Context(), git, gittest.Unflushed{}, filepath.Join(t.TempDir(), "made"), *c)
	if err != nil {
		t.Fatal(err)
	}
	return w, c
}

// TestNames has conflicts in files whose names mean something to a terminal, a shell or a program.
func TestNames(t *testing.T) {
	paths := []string{"-x", " lead", "a\nb", "caf\xe9", "esc\x1b[31m", "q\"uote", "sub dir/tab\t", "τ", "back\\slash", "0 100644 1\tx"}
	r := fork(t, paths...)
	w, _ := made(t, r, runner(r))
	real := r.At(filepath.Join(t.TempDir(), "real"))
	r.Git("worktree", "add", "-q", "--detach", real.Dir, "release")
	real.Try(nil, "cherry-pick", "fix")
	if why := differs(t, real, r.At(w.Dir)); why != "" {
		t.Error(why)
	}
	s, err := checkout.ReadState(t.Context(), runner(r), w.Dir)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	if !slices.Equal(s.Unmerged, paths) || len(s.Unstaged)+len(s.Untracked) > 0 {
		t.Errorf("%+q", s)
	}
}

// TestState follows a person at work.
func TestState(t *testing.T) {
	r := fork(t, "f", "g")
	git := runner(r)
	w, c := made(t, r, git)
	in := r.At(w.Dir)
	conflicted, err := os.ReadFile(filepath.Join(w.Dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	in.Write("f", "settled\n")
	in.Git("add", "f")
	in.Git("rm", "-q", "g")
	in.Write("f", "settled again\n")
	in.Write("new/file", "new\n")
	s, err := checkout.ReadState(t.Context(), git, w.Dir)
	if err != nil || s.Head != c.Head || len(s.Unmerged) > 0 || !slices.Equal(s.Unstaged, []string{"f"}) || !slices.Equal(s.Untracked, []string{"new/"}) {
		t.Errorf("%+v, %v", s, err)
	}
	blob := parse(t, in.Git("rev-parse", ":f"))
	want := map[string]*gitops.Stage{"f": {Mode: 0o100644, ID: blob}, "g": nil}
	if index, err := checkout.ReadIndex(t.Context(), git, w.Dir, c.Ours); err != nil || !reflect.DeepEqual(index, want) || !slices.Equal(s.Staged, []string{"f", "g"}) {
		t.Errorf("the index has %+v, staged %q (%v)", index, s.Staged, err)
	}
	// Nothing of this may be lost.
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, `files that git does not track: "new/"`},
		{func() { in.Git("clean", "-fdq") }, `changes that were not taken: "f", "g"`},
		{func() { in.Git("commit", "-q", "-a", "-m", "mine") }, "a commit that was not taken"},
	} {
		step.do()
		if kept, err := w.Remove(t.Context(), git, nil); err != nil || !strings.Contains(kept, step.want) {
			t.Errorf("kept because %q, %v; want %q", kept, err, step.want)
		}
	}
	in.Git("reset", "-q", "--hard")
	in.Git("clean", "-fdxq")
	in.Write("f.orig", "mine\n")
	tree := parse(t, in.Git("rev-parse", "HEAD^{tree}"))
	if kept, err := w.Remove(t.Context(), git, []gitops.ID{tree}); err != nil || !strings.Contains(kept, `does not track: "f.orig"`) {
		t.Errorf("kept because %q, %v", kept, err)
	}
	in.Write("f.orig", string(conflicted)) // as git mergetool keeps it
	if kept, err := w.Remove(t.Context(), git, []gitops.ID{tree}); kept != "" || err != nil {
		t.Errorf("taken, and kept because %q, %v", kept, err)
	}
	if _, err := os.Lstat(w.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v", w.Dir, err)
	}
	if left := r.Git("worktree", "list", "--porcelain"); strings.Count(left, "worktree ") != 1 {
		t.Errorf("git lists\n%s", left)
	}
}

// TestHalfWay has git fail at each run: the work tree is taken back.
func TestHalfWay(t *testing.T) {
	r := fork(t, "f")
	c := conflict(t, open(t, r).NewSession(), r.Git("rev-parse", "release"), r.Git("rev-parse", "fix"))
	for at := 1; ; at++ {
		runs := 0
		git := func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
			if runs++; runs == at {
				return nil, errors.New("the disk is full")
			}
			return runner(r)(ctx, dir, stdin, args...)
		}
		dir := filepath.Join(t.TempDir(), "made")
		_, err := checkout.MakeWorkTree(t.Context(), git, gittest.Unflushed{}, dir, *c)
		if runs < at {
			if err != nil || at < 5 {
				t.Errorf("%d runs, %v", at-1, err)
			}
			return
		}
		if err == nil {
			t.Errorf("run %d fails, and there is no error", at)
		}
		if _, err := os.Lstat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("run %d fails, and %s is left (%v)", at, dir, err)
		}
		if left := r.Git("worktree", "list", "--porcelain"); strings.Count(left, "worktree ") != 1 {
			t.Errorf("run %d fails, and git lists\n%s", at, left)
		}
	}
}

// TestMarks finds the work trees that were made for conflicts, and no others.
func TestMarks(t *testing.T) {
	r := fork(t, "f")
	w, _ := made(t, r, runner(r))
	r.Git("worktree", "add", "-q", "--detach", filepath.Join(t.TempDir(), "other"), "main")
	find := func() []checkout.WorkTree {
		t.Helper()
		list, err := checkout.WorkTrees(filepath.Join(r.Dir, ".git"))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := find(); len(list) != 1 || list[0] != w || !w.Whole || w.Gone {
		t.Fatalf("%+v, want %+v", list, w)
	}
	moved := filepath.Join(t.TempDir(), "moved")
	r.Git("worktree", "move", w.Dir, moved)
	if list := find(); len(list) != 1 || list[0].Dir != moved || list[0].Gone {
		t.Errorf("moved: %+v", list)
	}
	mark := filepath.Join(r.Dir, ".git", "backport", "worktrees", filepath.Base(w.GitDir)+".json")
	data, err := os.ReadFile(mark)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"cut": string(data[:len(data)/2]), "newer": strings.Replace(string(data), `"v":2`, `"v":3`, 1), "empty": "", "another directory": strings.Replace(string(data), w.Identity, w.Identity+"1", 1), "large": strings.Repeat(" ", 1<<17)} {
		if err := os.WriteFile(mark, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if list := find(); len(list) != 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
	if err := os.WriteFile(mark, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(moved, moved+"2"); err != nil {
		t.Fatal(err)
	}
	if list := find(); len(list) != 1 || !list[0].Gone {
		t.Errorf("gone: %+v", list)
	}
	if list, err := checkout.WorkTrees(t.TempDir()); list != nil || err != nil {
		t.Errorf("none: %+v, %v", list, err)
	}
}

// TestSparse has a conflict outside of a sparse checkout: it is there to be settled, and nothing else is.
func TestSparse(t *testing.T) {
	r := fork(t, "far/f", "near/g")
	r.Git("sparse-checkout", "set", "--cone", "near")
	w, _ := made(t, r, runner(r))
	for path, want := range map[string]bool{"far/f": true, "near/g": true, "beside/file": false} {
		if _, err := os.Lstat(filepath.Join(w.Dir, path)); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if kept, err := w.Remove(t.Context(), runner(r), nil); kept != "" || err != nil {
		t.Errorf("untouched, and kept because %q, %v", kept, err)
	}
}

// TestPartialClone has git fetch what a clone without blobs lacks.
func TestPartialClone(t *testing.T) {
	origin := fork(t, "f")
	origin.Git("config", "uploadpack.allowFilter", "true")
	origin.Git("config", "uploadpack.allowAnySHA1InWant", "true")
	r := origin.At(filepath.Join(t.TempDir(), "clone"))
	origin.Git("clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+origin.Dir, r.Dir)
	for _, rev := range []string{"main", "release", "fix"} {
		r.Git("branch", "-q", "--force", "--no-track", "x-"+rev, "origin/"+rev)
		r.Git("cat-file", "blob", "origin/"+rev+":f")
	}
	c := conflict(t, open(t, r).NewSession(), r.Git("rev-parse", "x-release"), r.Git("rev-parse", "x-fix"))
	w, err := checkout.MakeWorkTree(t.Context(), runner(r), gittest.Unflushed{}, filepath.Join(t.TempDir(), "made"), *c)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(w.Dir, "beside", "file")); string(data) != "same\n" {
		t.Errorf("%q, %v", data, err)
	}
}

// TestSubmodules keeps a work tree in which a submodule was checked out: git would throw away its commits.
func TestSubmodules(t *testing.T) {
	r := fork(t, "f")
	r.Git("update-index", "--add", "--cacheinfo", "160000,"+r.Git("rev-parse", "main")+",sub")
	r.Write(".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = "+r.Dir+"\n")
	r.Git("add", ".gitmodules")
	r.Git("commit", "-q", "-m", "sub")
	r.Write("f", "mine\n")
	r.Git("add", "f")
	r.Git("commit", "-q", "-m", "mine")
	r.Git("branch", "-q", "--force", "release", "HEAD")
	w, _ := made(t, r, runner(r))
	if err := os.MkdirAll(filepath.Join(w.GitDir, "modules", "sub"), 0o777); err != nil { // as git submodule update does
		t.Fatal(err)
	}
	if kept, err := w.Remove(t.Context(), runner(r), nil); err != nil || !strings.Contains(kept, "submodules checked out") {
		t.Errorf("kept because %q, %v", kept, err)
	}
	r.Git("worktree", "remove", "--force", w.Dir)
	w, _ = made(t, r, runner(r))
	if kept, err := w.Remove(t.Context(), runner(r), nil); kept != "" || err != nil {
		t.Errorf("no submodule checked out, and kept because %q, %v", kept, err)
	}
}
