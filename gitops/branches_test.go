package gitops

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

func oneCommit(t testing.TB, r *gittest.Repo) ID {
	im := &importer{t: t}
	root := im.commit("refs/heads/start", 1700000000, "root", nil, "M 100644 inline f\ndata 1\nx")
	out := im.run(r)[root]
	r.Git("update-ref", "-d", "refs/heads/start")
	return out
}

func TestChooseRemote(t *testing.T) {
	isRelease := func(name string) bool { return strings.HasPrefix(name, "release-") }
	for _, c := range []struct {
		name   string
		refs   string   // remotes' branches, "origin/main upstream/release-1"
		config []string // key=value
		asked  string
		want   string // or "!" for a NoRemoteError
	}{
		{"none", "", nil, "", ""},
		{"no release branches", "origin/main upstream/main", nil, "", ""},
		{"origin", "origin/release-1", nil, "", "origin"},
		{"upstream before origin", "origin/release-1 upstream/release-1", nil, "", "upstream"},
		{"upstream without release branches", "origin/release-1 upstream/main", nil, "", "origin"},
		{"gh's before upstream", "origin/release-1 upstream/release-1 fork/release-1", []string{"remote.fork.gh-resolved=base"}, "", "fork"},
		{"gh's without release branches", "origin/release-1 fork/main", []string{"remote.fork.gh-resolved=base"}, "", "origin"},
		{"gh-resolved is something else", "origin/release-1 fork/release-1", []string{"remote.fork.gh-resolved=org/repo"}, "", "origin"},
		{"main's own before origin", "origin/release-1 mine/release-1", []string{"branch.main.remote=mine"}, "", "mine"},
		{"upstream before main's own", "upstream/release-1 mine/release-1", []string{"branch.main.remote=mine"}, "", "upstream"},
		{"main follows a local branch", "origin/release-1", []string{"branch.main.remote=."}, "", "origin"},
		{"master's own", "origin/release-1 mine/release-1", []string{"branch.master.remote=mine"}, "", "mine"},
		{"another, alone", "zoo/release-1 ant/release-1", nil, "", "ant"},
		{"configured", "origin/release-1 fork/main", []string{"backport.remote=fork"}, "", "fork"},
		{"asked before configured", "origin/release-1 fork/main", []string{"backport.remote=fork"}, "origin", "origin"},
		{"configured and not there", "origin/release-1", []string{"backport.remote=gone"}, "", "!"},
		{"asked and not there", "origin/release-1", nil, "gone", "!"},
		{"asked, known by configuration alone", "origin/release-1", []string{"remote.new.url=x"}, "new", "new"},
		{"remote with a slash in its branches", "origin/team/release-1", nil, "", ""},
	} {
		r := gittest.NewBare(t)
		id := oneCommit(t, r)
		for _, ref := range strings.Fields(c.refs) {
			r.Git("update-ref", "refs/remotes/"+ref, id.String())
		}
		for _, kv := range c.config {
			k, v, _ := strings.Cut(kv, "=")
			r.Git("config", k, v)
		}
		got, err := openRepo(t, r).ChooseRemote(c.asked, isRelease)
		var none *NoRemoteError
		if c.want == "!" {
			if !errors.As(err, &none) {
				t.Errorf("%s: %q, %v", c.name, got, err)
			}
		} else if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

func TestBranchesMainAndTags(t *testing.T) {
	r := gittest.New(t)
	im := &importer{t: t}
	a := im.commit("refs/heads/main", 1700000000, "a", nil)
	b := im.commit("refs/heads/main", 1700000100, "b", []int{a})
	ids := im.run(r)
	for ref, id := range map[string]ID{
		"refs/heads/release-1": ids[a], "refs/remotes/origin/release-1": ids[b], "refs/remotes/origin/release-2": ids[b], "refs/heads/local": ids[a],
		"refs/remotes/origin/trunk": ids[b], "refs/remotes/other/release-9": ids[b], "refs/remotes/origin/x/y": ids[a],
	} {
		r.Git("update-ref", ref, id.String())
	}
	repo := openRepo(t, r)
	list := func(base Base) string {
		all, err := repo.Branches("origin", base)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, br := range all {
			word := br.Name + "=" + map[ID]string{ids[a]: "a", ids[b]: "b"}[br.Tip]
			if br.Ahead() {
				word += "!"
			}
			if strings.HasPrefix(br.Ref, "refs/remotes/") {
				word += "@"
			}
			one, err := repo.Branch("origin", br.Name, base)
			if err != nil || one != br {
				t.Errorf("Branch(%q) = %+v, %v; Branches has %+v", br.Name, one, err, br)
			}
			out = append(out, word)
		}
		return strings.Join(out, " ")
	}
	for base, want := range map[Base]string{
		BaseAuto: "local=a main=b release-1=b!@ release-2=b@ trunk=b@ x/y=a@", BaseLocal: "local=a main=b release-1=a", BaseRemote: "release-1=b@ release-2=b@ trunk=b@ x/y=a@",
	} {
		if got := list(base); got != want {
			t.Errorf("base %d: %s, want %s", base, got, want)
		}
	}
	main := func(remote, name string) string {
		br, err := repo.Main(t.Context(), remote, name, BaseAuto)
		if err != nil {
			return err.Error()
		}
		return br.Ref
	}
	for _, c := range [][3]string{
		{"origin", "", "refs/heads/main"}, {"", "", "refs/heads/main"}, {"origin", "trunk", "refs/remotes/origin/trunk"}, {"", "none", `branch "none": no such ref`},
	} {
		if got := main(c[0], c[1]); got != c[2] {
			t.Errorf("main of %q, %q: %s, want %s", c[0], c[1], got, c[2])
		}
	}
	r.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
	repo = openRepo(t, r)
	if got := main("origin", ""); got != "refs/remotes/origin/trunk" {
		t.Errorf("main with the remote's HEAD: %s", got)
	}
	if got := list(BaseRemote); strings.Contains(got, "HEAD") {
		t.Errorf("the remote's HEAD is listed: %s", got)
	}
}

func TestTagsAndDates(t *testing.T) {
	r := gittest.New(t)
	a := id(t, r.Commit("a\n"))
	r.Env = append(r.Env, "GIT_COMMITTER_DATE=1800000000 +0530")
	r.Git("tag", "light", a.String())
	r.Git("tag", "-a", "-m", "t\n\ntagger x <y> 5 +0000", "v1", a.String())
	r.Git("tag", "-a", "-m", "t", "v2", "v1")
	r.Git("tag", "tree", a.String()+"^{tree}")
	noTagger := r.GitIn([]byte(fmt.Sprintf("object %s\ntype commit\ntag old\n\nm\n", a)), "hash-object", "-t", "tag", "-w", "--literally", "--stdin")
	r.Git("update-ref", "refs/tags/old", noTagger)
	for _, packed := range []bool{false, true} {
		if packed {
			r.Git("pack-refs", "--all")
		}
		repo := openRepo(t, r)
		tags, err := repo.Tags(func(name string) bool { return name != "v2" })
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, tag := range tags {
			date, err := repo.TagDate(tag)
			if err != nil || tag.Commit != a {
				t.Errorf("%+v: %v", tag, err)
			}
			want := r.Git("for-each-ref", "--format=%(creatordate:unix)", "refs/tags/"+tag.Name)
			if tag.Name == "old" {
				want = "1700000100" // git gives none; the commit's stands in
			}
			if strconv.FormatInt(date, 10) != want {
				t.Errorf("%s is of %d, git says %s", tag.Name, date, want)
			}
			got = append(got, tag.Name)
		}
		if strings.Join(got, " ") != "light old v1" {
			t.Errorf("packed %v: tags %v", packed, got)
		}
	}
}

func TestOpenLayouts(t *testing.T) {
	r := gittest.New(t)
	r.Write("f", "x\n")
	head := r.Commit("one\n")
	dir := t.TempDir()
	bare, shared, tree := filepath.Join(dir, "bare.git"), filepath.Join(dir, "shared"), filepath.Join(dir, "tree")
	r.Git("clone", "-q", "--bare", r.Dir, bare)
	r.Git("clone", "-q", "--shared", r.Dir, shared)
	r.Git("worktree", "add", "-q", "--detach", tree)
	if err := os.MkdirAll(filepath.Join(r.Dir, "deep/er"), 0o755); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	gitDir := filepath.Join(r.Dir, ".git")
	noObjects := filepath.Join(dir, "no-objects")
	if err := os.CopyFS(noObjects, os.DirFS(gitDir)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(noObjects, "objects")); err != nil {
		t.Fatal(err)
	}
	mkdir := func(p string) string {
		if err := os.MkdirAll(p, 0o755); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, c := range map[string]struct {
		dir  string
		env  []string
		bare bool
	}{
		"ordinary":          {r.Dir, nil, false},
		"below it":          {filepath.Join(r.Dir, "deep/er"), nil, false},
		"bare":              {bare, nil, true},
		"alternates":        {shared, nil, false},
		"linked work tree":  {tree, nil, false},
		"GIT_DIR":           {empty, []string{"GIT_DIR=" + gitDir}, false},
		"relative GIT_DIR":  {r.Dir, []string{"GIT_DIR=.git"}, false},
		"GIT_COMMON_DIR":    {empty, []string{"GIT_DIR=" + filepath.Join(gitDir, "worktrees/tree"), "GIT_COMMON_DIR=" + gitDir}, false},
		"GIT_OBJECT_DIR":    {empty, []string{"GIT_DIR=" + noObjects, "GIT_OBJECT_DIRECTORY=" + filepath.Join(gitDir, "objects")}, false},
		"GIT_ALTERNATE_OBJ": {empty, []string{"GIT_DIR=" + noObjects, "GIT_OBJECT_DIRECTORY=" + mkdir(filepath.Join(dir, "own")), "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + filepath.Join(gitDir, "objects")}, false},
	} {
		at := r.At(c.dir)
		repo := openRepo(t, at, c.env...)
		got, err := repo.Resolve(t.Context(), "HEAD")
		if err != nil || got.String() != head {
			t.Errorf("%s: HEAD is %s, %v", name, got, err)
		}
		if repo.Layout.Bare != c.bare {
			t.Errorf("%s: bare is %v", name, repo.Layout.Bare)
		}
		s := repo.NewSession()
		if tree, err := s.TreeOf(got); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if data, err := s.TreeFS(tree).ReadFile("f"); err != nil || string(data) != "x\n" {
			t.Errorf("%s: f is %q, %v", name, data, err)
		}
	}
	if _, err := Open(environment(t, r.At(empty))); err == nil {
		t.Error("an empty directory opens")
	}
}

func TestOpenRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(r *gittest.Repo, head string)
		want  string
		env   []string
	}{
		"replace": {func(r *gittest.Repo, head string) { r.Git("update-ref", "refs/replace/"+head, head) }, "replacement refs", nil},
		"replace, left aside": {func(r *gittest.Repo, head string) { r.Git("update-ref", "refs/replace/"+head, head) }, "",
			[]string{"GIT_NO_REPLACE_OBJECTS=1"}},
		"grafts":       {func(r *gittest.Repo, head string) { r.Write(".git/info/grafts", head+"\n") }, "grafts", nil},
		"empty grafts": {func(r *gittest.Repo, _ string) { r.Write(".git/info/grafts", "# none\n\n") }, "", nil},
		"bad shallow":  {func(r *gittest.Repo, _ string) { r.Write(".git/shallow", "nonsense\n") }, "shallow", nil},
		"extension": {func(r *gittest.Repo, _ string) {
			r.Git("config", "core.repositoryFormatVersion", "1")
			r.Git("config", "extensions.nobodyKnows", "x")
		}, "nobodyknows", nil},
		"reftable": {func(r *gittest.Repo, _ string) {
			r.Git("config", "core.repositoryFormatVersion", "1")
			r.Git("config", "extensions.refStorage", "reftable")
		}, "reftable", nil},
	} {
		r := gittest.New(t)
		c.spoil(r, r.Commit("x\n"))
		repo, err := Open(environment(t, r, c.env...))
		switch {
		case err == nil:
			if err := repo.db.Close(); err != nil {
				t.Error(err)
			}
			if c.want != "" {
				t.Errorf("%s: opens", name)
			}
		case c.want == "" || !strings.Contains(strings.ToLower(err.Error()), c.want):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestManyRefs(t *testing.T) {
	const n = 11000
	for _, packed := range []bool{true, false} {
		r := gittest.NewBare(t)
		commit := oneCommit(t, r)
		write := func(name, data string) {
			full := filepath.Join(r.Dir, name)
			if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(full, []byte(data), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var b strings.Builder
		b.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
		for i := range n {
			name := fmt.Sprintf("refs/tags/v%05d", i)
			if packed {
				fmt.Fprintf(&b, "%s %s\n", commit, name)
			} else {
				write(name, commit.String()+"\n")
			}
		}
		if packed {
			write("packed-refs", b.String())
		}
		write("refs/heads/main", commit.String()+"\n")
		repo := openRepo(t, r)
		tags, err := repo.Tags(func(string) bool { return true })
		if err != nil || len(tags) != n || tags[n-1].Name != "v10999" {
			t.Errorf("packed %v: %d tags, %v", packed, len(tags), err)
		}
		if got, err := repo.Resolve(t.Context(), "v07777~0"); err != nil || got != commit {
			t.Errorf("packed %v: %s, %v", packed, got, err)
		}
	}
}
