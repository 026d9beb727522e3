package resolve_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/resolve"
)

// A scene is a repository in which the fix on main conflicts with the branch b in a and b.txt, and not in c.
type scene struct {
	*gittest.Repo
	session *gitops.Session
	target  *operation.Target
}

func newScene(t *testing.T) scene {
	t.Helper()
	r := gittest.New(t)
	r.Write("a", "1\n2\n3\n")
	r.Write("b.txt", "x\n")
	r.Write("c", "c\n")
	r.Commit("begin")
	r.Git("branch", "-M", "main")
	r.Git("checkout", "-q", "-b", "b")
	r.Write("a", "1\nbranch\n3\n")
	r.Write("b.txt", "branch\n")
	tip := r.Commit("on the branch")
	r.Git("checkout", "-q", "main")
	r.Write("a", "1\nfix\n3\n")
	r.Write("b.txt", "fix\n")
	r.Write("c", "c fixed\n")
	fix := r.Commit("the fix")
	repo := open(t, r)
	s := repo.NewSession()
	target := backport.Target{Line: release.Line{Branch: "b", Tip: parse(t, tip), Ref: "refs/heads/b"}, Onto: "b"}
	rep, err := backport.Run(context.Background(), s, backport.Fix{Commits: []gitops.ID{parse(t, fix)}, OnMain: []bool{true}},
		backport.Selected{Targets: []backport.Target{target}}, backport.Options{Name: "n", NoWhy: true, NoBump: true})
	if err != nil || len(rep.Outcomes[0].Picks) != 1 {
		t.Fatal(rep, err)
	}
	k := rep.Outcomes[0].Picks[0]
	rec := &operation.Target{Branch: "b", BaseRef: "refs/heads/b", Base: parse(t, tip), Status: "conflicted", Ours: k.Ours, Markers: k.Result.Tree}
	for _, c := range k.Result.Conflicts {
		rec.Conflicts = append(rec.Conflicts, operation.Conflict{
			Source: k.Source, Path: []byte(c.Path), Kind: c.Kind, Base: operation.StageOf(c.Base), Ours: operation.StageOf(c.Ours), Theirs: operation.StageOf(c.Theirs),
		})
	}
	if len(rec.Conflicts) != 2 {
		t.Fatalf("%d conflicts", len(rec.Conflicts))
	}
	return scene{Repo: r, session: s, target: rec}
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
	repo, err := gitops.Open(env)
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

// git runs the test's git.
func (s scene) git(context.Context, bool) (checkout.Git, error) {
	return func(_ context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
		if dir == "" {
			dir = s.Dir
		}
		out, stderr, code := s.At(dir).Try(stdin, args...)
		if code != 0 {
			return nil, errors.New(stderr)
		}
		return []byte(out), nil
	}, nil
}

func (s scene) ask(accept bool) *resolve.Resolution {
	return resolve.New(s.session, s.target, resolve.Ask{Accept: accept, Git: s.git}, 7)
}

// file is what the tree of a resolution has at a path.
func (s scene) file(t *testing.T, r *resolve.Resolution, path string) string {
	t.Helper()
	data, err := s.session.TreeFS(r.Made.Tree).ReadFile(path)
	if err != nil {
		return "(" + err.Error() + ")"
	}
	return string(data)
}

// directory writes files for a person to have edited.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDirectory(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct {
		name  string
		files map[string]string
		never bool // whatever is accepted
		doubt string
	}{
		{"settled", map[string]string{"a": "1\nboth\n3\n", "b.txt": "both\n"}, false, ""},
		{"markers", map[string]string{"a": "1\n<<<<<<< HEAD\nbranch\n", "b.txt": "both\n"}, true, `"a":2 has a conflict marker`},
		{"a label alone", map[string]string{"a": "1\n>>>>>>> x\n", "b.txt": "both\n"}, true, `"a":2 has a conflict marker`},
		{"emptied", map[string]string{"a": "", "b.txt": "both\n"}, false, `"a" is empty`},
		{"deleted", map[string]string{"b.txt": "both\n"}, false, `"a" is deleted, and both sides have it`},
		{"line ends", map[string]string{"a": "1\r\nboth\r\n3\r\n", "b.txt": "both\n"}, false, `"a" has CRLF line ends`},
		{"another file", map[string]string{"a": "1\nboth\n3\n", "b.txt": "both\n", "d": "d\n"}, false, `"d" did not conflict`},
		{"names", map[string]string{"a": "1\nboth\n3\n", "b.txt": "both\n", "C": "c\n"}, false, `"C" and "c" differ by case alone`},
		{"nothing", map[string]string{"a": "1\nbranch\n3\n", "b.txt": "branch\n", "c": "c\n"}, false, "it changes nothing on the branch"},
		{"a version left", map[string]string{"a": "1\nboth\n3\n", "b.txt": "both\n", "b_LOCAL.txt": "branch\n"}, false, ""},
		{"a version edited", map[string]string{"a": "1\nboth\n3\n", "b.txt": "both\n", "b_LOCAL.txt": "both\n"}, true, "and was edited: the result goes into"},
	} {
		dir := directory(t, c.files)
		r := s.ask(false)
		err := r.Read(context.Background(), dir, dir)
		if c.doubt == "" {
			if err != nil || s.file(t, r, "a") != c.files["a"] || s.file(t, r, "c") != "c fixed\n" || len(r.Made.Files) != 2 {
				t.Errorf("%s: %v; a is %q, c is %q", c.name, err, s.file(t, r, "a"), s.file(t, r, "c"))
			}
			if last := r.Last(); last.Tree != r.Made.Tree || last.Branch != "b" || last.Ours != s.target.Ours {
				t.Errorf("%s: %+v", c.name, last)
			}
			continue
		}
		var refused *resolve.RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.doubt) || refused.Acceptable == c.never {
			t.Errorf("%s: %v, want %s", c.name, err, c.doubt)
		}
		if err := s.ask(true).Read(context.Background(), dir, dir); (err != nil) != c.never {
			t.Errorf("%s, accepted: %v", c.name, err)
		}
	}
	link := directory(t, map[string]string{"b.txt": "both\n"})
	if err := os.Symlink("b.txt", filepath.Join(link, "a")); err != nil {
		t.Fatal(err)
	}
	var refused *resolve.RefusedError
	if err := s.ask(true).Read(context.Background(), link, link); !errors.As(err, &refused) || refused.Cure == "" {
		t.Errorf("a link is taken: %v", err)
	}
}

// commit makes a commit on the branch of the scene.
func (s scene) commit(files map[string]string, parent string) string {
	s.Git("checkout", "-q", "--detach", parent)
	for name, text := range files {
		s.Write(name, text)
	}
	return s.Commit("by hand")
}

func TestCommit(t *testing.T) {
	s := newScene(t)
	settled := map[string]string{"a": "1\nboth\n3\n", "b.txt": "both\n", "c": "c fixed\n"}
	good := s.commit(settled, "b")
	other := s.commit(map[string]string{"a": "1\nboth\n3\n", "b.txt": "both\n", "d": "d\n"}, "b")
	stray := s.commit(settled, "main")
	s.Git("checkout", "-q", "main")
	merge := strings.TrimSpace(s.Git("commit-tree", "-p", "b", "-p", "main", "-m", "two", "main^{tree}"))

	r := s.ask(false)
	if err := r.Read(context.Background(), "", good); err != nil || s.file(t, r, "b.txt") != "both\n" || r.Made.At != 7 {
		t.Errorf("a commit on the branch: %v", err)
	}
	var refused *resolve.RefusedError
	if err := s.ask(false).Read(context.Background(), "", other); !errors.As(err, &refused) || !strings.Contains(err.Error(), `"d" is not a path of the fix`) {
		t.Errorf("a path outside the fix: %v", err)
	}
	for name, rev := range map[string]string{"another parent": stray, "two parents": merge} {
		var input *resolve.InputError
		if err := s.ask(true).Read(context.Background(), "", rev); !errors.As(err, &input) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.ask(true).Read(context.Background(), "", "nowhere"); err == nil {
		t.Error("a revision that is not there is taken")
	}
}

func TestWorkTree(t *testing.T) {
	s := newScene(t)
	dir := filepath.Join(t.TempDir(), "w")
	s.Git("worktree", "add", "-q", "--detach", dir, "b")
	w := s.At(dir)
	w.Write("a", "1\nboth\n3\n")
	w.Write("b.txt", "both\n")
	var refused *resolve.RefusedError
	if err := s.ask(true).Read(context.Background(), dir, dir); !errors.As(err, &refused) || !strings.Contains(err.Error(), "changed and not added") {
		t.Errorf("not added: %v", err)
	}
	w.Git("add", "-A")
	r := s.ask(false)
	if err := r.Read(context.Background(), dir, dir); err != nil || s.file(t, r, "a") != "1\nboth\n3\n" {
		t.Errorf("the index: %v", err)
	}
	w.Commit("by hand")
	w.Write("b.txt", "later\n")
	w.Git("add", "-A")
	if err := s.ask(true).Read(context.Background(), dir, dir); !errors.As(err, &refused) || !strings.Contains(err.Error(), "on top of the commit") {
		t.Errorf("more than the commit: %v", err)
	}
	w.Git("reset", "-q", "--hard")
	if err := s.ask(false).Read(context.Background(), dir, dir); err != nil {
		t.Errorf("the commit: %v", err)
	}
	stranger := gittest.New(t)
	var input *resolve.InputError
	if err := s.ask(true).Read(context.Background(), stranger.Dir, stranger.Dir); !errors.As(err, &input) {
		t.Errorf("a work tree of another repository: %v", err)
	}
}

// TestReuse settles a conflict, puts it on record, and finds it again for the same versions.
func TestReuse(t *testing.T) {
	s := newScene(t)
	ctx := context.Background()
	store := operation.Open(s.session.Repo())
	id, err := operation.NewID()
	if err != nil {
		t.Fatal(err)
	}
	op := &operation.Operation{
		ID: id, Kind: operation.KindApply, Name: "n", Sources: []gitops.ID{s.target.Conflicts[0].Source}, Committer: "A <a@example.com> 1 +0000",
		Targets: []operation.Target{*s.target}, Changes: []operation.Change{},
	}
	op.Targets[0].Commits = []gitops.ID{}
	if _, err := store.Record(ctx, s.session, op, 1); err != nil {
		t.Fatal(err)
	}
	log, err := store.Load()
	if err != nil {
		t.Fatal(err)
	}
	if list, err := resolve.Reuses(s.session, log, s.target, true); err != nil || len(list) != 0 || resolve.Covered(s.target, list) {
		t.Errorf("before anything was settled: %v, %v", list, err)
	}
	if err := s.ask(false).NothingBefore(); err.Error() != `nothing was made before of the conflict in "a", "b.txt"` {
		t.Errorf("nothing before: %v", err)
	}
	dir := directory(t, map[string]string{"a": "1\nboth\n3\n", "b.txt": "both\n"})
	r := s.ask(false)
	if err := r.Read(ctx, dir, dir); err != nil {
		t.Fatal(err)
	}
	was := log.All()[0].Targets[0]
	now := was
	now.Resolved = []operation.Resolved{r.Made}
	if _, err := store.Settle(ctx, s.session, op.ID, []operation.Settlement{{Was: was, Now: now}}, operation.Run{Committer: op.Committer, Now: 2}); err != nil {
		t.Fatal(err)
	}
	if log, err = store.Load(); err != nil {
		t.Fatal(err)
	}
	fresh := open(t, s.Repo).NewSession()
	list, err := resolve.Reuses(fresh, log, s.target, true)
	if err != nil || !resolve.Covered(s.target, list) || len(list[0].Diff) == 0 {
		t.Fatalf("what was settled: %v, %v", list, err)
	}
	again := resolve.New(fresh, s.target, resolve.Ask{Reuses: list}, 9)
	if err := again.Reuse(ctx); err != nil || again.Made.Tree != r.Made.Tree || again.Made.Files[0].From == nil {
		t.Errorf("used again: %+v, %v", again.Made, err)
	}
	done := *s.target
	done.Status = operation.TargetReady
	if list, err := resolve.Reuses(fresh, log, &done, false); err != nil || len(list) != 0 {
		t.Errorf("for a target that is settled: %v, %v", list, err)
	}
}
