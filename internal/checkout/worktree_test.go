package checkout_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/merge"
	"github.com/git-backport/git-backport/internal/merge/mergetest"
)

// runner runs the test's git.
func runner(r *gittest.Repo) checkout.Git {
	return func(_ context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
		if dir == "" {
			dir = r.Dir
		}
		out, stderr, code := r.At(dir).Try(stdin, args...)
		if code != 0 {
			return nil, errors.New(stderr)
		}
		return []byte(out), nil
	}
}

func open(t *testing.T, r *gittest.Repo) *gitops.Repo {
	t.Helper()
	vars := map[string]string{}
	for _, kv := range r.Env {
		k, v, _ := strings.Cut(kv, "=")
		vars[k] = v
	}
	env, err := gitconfig.Host(func(k string) (string, bool) { v, ok := vars[k]; return v, ok }, r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	repo, err := gitops.OpenFS(env, gittest.Unflushed{})
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

func parse(t *testing.T, hex string) gitops.ID {
	t.Helper()
	id, err := gitops.ParseID(hex)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// stream adds the commits of a case to the input of git fast-import, on branches base-i, ours-i, theirs-i.
func stream(b *strings.Builder, i int, c mergetest.Case) {
	for side, files := range []mergetest.Files{c.Base, c.Ours, c.Theirs} {
		name := []string{"base", "ours", "theirs"}[side]
		fmt.Fprintf(b, "commit refs/heads/%s-%d\ncommitter c <c@e> %d +0000\ndata 4\nFix\n\n", name, i, side+1)
		if side > 0 {
			fmt.Fprintf(b, "from refs/heads/base-%d\n", i)
		}
		b.WriteString("deleteall\n")
		for _, path := range files.Paths() {
			if f := files[path]; f.Mode == merge.ModeGitlink {
				fmt.Fprintf(b, "M 160000 %s %s\n", f.Data, path)
			} else {
				fmt.Fprintf(b, "M %06o inline %s\ndata %d\n%s\n", f.Mode, path, len(f.Data), f.Data)
			}
		}
		b.WriteByte('\n')
	}
}

// conflict picks a commit onto another in memory, keeps what that makes in the repository, and returns what
// a work tree is to show of it; nil where the pick is clean.
func conflict(t *testing.T, s *gitops.Session, ours, theirs string) *checkout.Conflict {
	t.Helper()
	head, source := parse(t, ours), parse(t, theirs)
	tree, err := s.TreeOf(head)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.PickOnto(t.Context(), tree, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Conflicts) == 0 {
		return nil
	}
	c := &checkout.Conflict{Mark: checkout.Mark{Branch: "release", Source: source, Head: head, Ours: tree, Tree: res.Tree}, Merged: res.Tree, Message: []byte("Fix\n"), Comment: "#"}
	heads := []gitops.ID{res.Tree}
	for _, cf := range res.Conflicts {
		u := checkout.Unmerged{Path: cf.Path, Stages: [3]*gitops.Stage{cf.Base, cf.Ours, cf.Theirs}}
		at, err := s.Entry(res.Tree, cf.Path)
		if err != nil {
			t.Fatal(err)
		}
		u.Exists = at != nil
		c.Unmerged = append(c.Unmerged, u)
		for _, st := range u.Stages {
			if st != nil && st.Mode != 0o160000 { // the commit of a submodule is elsewhere
				heads = append(heads, st.ID)
			}
		}
	}
	if _, err := s.Keep(t.Context(), "test", gitops.Needs{Heads: heads}); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestLikeCherryPick has git cherry-pick stop at each conflict of the merge cases in one work tree, and
// makes another by hand, in each style of markers: git must find the same index, the same status and the same files in both.
func TestLikeCherryPick(t *testing.T) {
	if major, minor := gittest.OracleVersion(t); major < 2 || (major == 2 && minor < 45) {
		t.Skipf("git %d.%d merges otherwise in some cases: nothing to compare with", major, minor)
	}
	names, err := filepath.Glob("../../testdata/merge/trees/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases (%v)", err)
	}
	r := gittest.NewBare(t)
	r.Git("config", "core.fsync", "none")
	var in strings.Builder
	unlike := map[string]bool{} // cases in which the merge itself is not git's, and that say why
	for i, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, comment, _, err := mergetest.ParseCase(name, data)
		if err != nil {
			t.Fatal(err)
		}
		unlike[name] = strings.HasPrefix(comment, "git: differs: ")
		stream(&in, i, c)
	}
	r.GitIn([]byte(in.String()), "fast-import", "--quiet")
	session, git, compared := open(t, r).NewSession(), runner(r), 0
	for i, path := range names {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		ours, theirs := r.Git("rev-parse", fmt.Sprintf("ours-%d", i)), r.Git("rev-parse", fmt.Sprintf("theirs-%d", i))
		style := []string{"merge", "diff3", "zdiff3"}[i%3]
		session.Style = []gitops.ConflictStyle{gitops.StyleMerge, gitops.StyleDiff3, gitops.StyleZdiff3}[i%3]
		c := conflict(t, session, ours, theirs)
		if c == nil {
			continue
		}
		dir := t.TempDir()
		real, made := r.At(filepath.Join(dir, "real")), r.At(filepath.Join(dir, "made"))
		r.Git("worktree", "add", "-q", "--detach", real.Dir, ours)
		real.Try(nil, "-c", "merge.conflictStyle="+style, "cherry-pick", theirs)
		w, err := checkout.MakeWorkTree(t.Context(), git, gittest.Unflushed{}, made.Dir, *c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if why := differs(t, real, made); why != "" && !unlike[path] {
			t.Errorf("%s: %s", name, why)
		}
		compared++
		if kept, err := w.Remove(t.Context(), git, nil); kept != "" || err != nil {
			t.Errorf("%s: untouched, and kept: %s (%v)", name, kept, err)
		}
	}
	t.Logf("%d conflicts", compared)
	if compared < 30 {
		t.Errorf("%d conflicts try too little", compared)
	}
}

// differs says in what two work trees differ, for git and on the disk.
func differs(t *testing.T, real, made *gittest.Repo) string {
	t.Helper()
	for _, args := range [][]string{{"ls-files", "-s", "-z"}, {"status", "--porcelain=v2", "-z"}, {"diff"}} {
		want, got := real.Git(args...), made.Git(args...)
		if want != got {
			return fmt.Sprintf("git %s:\n%q\nwant\n%q", args[0], got, want)
		}
	}
	want, got := files(t, real.Dir), files(t, made.Dir)
	if !slices.Equal(want, got) {
		return fmt.Sprintf("files:\n%q\nwant\n%q", got, want)
	}
	return ""
}

// files lists what is below a directory: names, modes and contents.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		if err != nil || rel == ".git" || rel == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s %s ", rel, info.Mode())
		switch {
		case info.Mode().IsRegular():
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += string(data)
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			if err != nil {
				return err
			}
			line += to
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
