package refs_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
)

// listing is what All yields, in the form of the git command below.
func listing(t testing.TB, s *refs.Store, prefix string) string {
	t.Helper()
	var b strings.Builder
	for r, err := range s.All(prefix) {
		if err != nil {
			t.Fatalf("%q: %v", r.Name, err)
		}
		if r.ID.IsZero() {
			continue // git does not list what dangles
		}
		fmt.Fprintf(&b, "%s %s %s\n", r.Name, r.ID, r.Symbolic)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestReadingAsGit(t *testing.T) {
	r, s, ids := repo(t)
	r.Git("tag", "-a", "-m", "annotated", "v1")
	r.Git("tag", "light")
	for i, n := range []string{"refs/heads/a/b", "refs/heads/a-b", "refs/heads/a.b", "refs/remotes/origin/main", "refs/notes/x", "refs/heads/z"} {
		r.Git("update-ref", n, ids[i%3].String())
	}
	r.Git("pack-refs", "--all", "--prune")
	r.Git("update-ref", "refs/heads/a/b", ids[2].String()) // loose over packed
	r.Git("update-ref", "refs/heads/new", ids[1].String())
	r.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	r.Git("symbolic-ref", "refs/heads/dangling", "refs/heads/nowhere")
	r.Write(".git/refs/heads/stray.lock", "")
	for _, prefix := range []string{"refs/", "", "refs/heads/", "refs/heads/a", "refs/heads/a/", "refs/remotes/", "refs/none/"} {
		want := r.Git("for-each-ref", "--format=%(refname) %(objectname) %(symref)")
		var lines []string
		for line := range strings.SplitSeq(want, "\n") {
			if strings.HasPrefix(line, prefix) {
				lines = append(lines, line)
			}
		}
		if got := listing(t, s, prefix); got != strings.Join(lines, "\n") {
			t.Errorf("All(%q):\n%s\nwant:\n%s", prefix, got, strings.Join(lines, "\n"))
		}
	}
	for ref, err := range s.All("refs/tags/") {
		want := r.Git("rev-parse", ref.Name+"^{}")
		if err != nil || !ref.PeelKnown || !ref.Peeled.IsZero() != (ref.Name == "refs/tags/v1") || !ref.Peeled.IsZero() && ref.Peeled.String() != want {
			t.Errorf("%s: peeled %s (%v), %v; git says %s", ref.Name, ref.Peeled, ref.PeelKnown, err, want)
		}
	}
	head, err := s.Read("HEAD")
	if err != nil || head.ID != ids[2] || head.Symbolic != "refs/heads/main" {
		t.Errorf("HEAD: %+v, %v", head, err)
	}
	for _, n := range []string{"refs/heads/nowhere", "refs/heads/dangling", "../config", "config", "refs/heads", "refs/heads/../../config", "refs/heads/stray.lock"} {
		if got, err := s.Read(n); !errors.Is(err, refs.ErrNotFound) {
			t.Errorf("Read(%q): %+v, %v", n, got, err)
		}
	}
}

func TestBrokenRefs(t *testing.T) {
	r, s, ids := repo(t)
	for name, content := range map[string]string{
		"empty": "", "short": "1234\n", "zero": strings.Repeat("0", 40) + "\n", "junk": strings.Repeat("g", 40) + "\n", "long": ids[0].String() + "1\n",
		"pointer": "ref: ../../../etc/passwd\n", "loop": "ref: refs/heads/broken/loop\n",
	} {
		r.Write(".git/refs/heads/broken/"+name, content)
		var broken *refs.BrokenError
		if _, err := s.Read("refs/heads/broken/" + name); !errors.As(err, &broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good, bad := 0, 0
	for _, err := range s.All("refs/heads/") {
		if err != nil {
			bad++
		} else {
			good++
		}
	}
	if good != 1 || bad != 7 {
		t.Errorf("%d good and %d broken refs listed", good, bad)
	}
	if err := commit(s, refs.Tx{Updates: []refs.Update{{Name: "refs/heads/broken/empty", New: ids[0]}}}); err == nil {
		t.Error("a broken ref was replaced")
	}
}

func TestPerWorktreeRefs(t *testing.T) {
	r, _, ids := repo(t)
	linked := filepath.Join(filepath.Dir(r.Dir), "linked")
	r.Git("worktree", "add", "-q", "-b", "side", linked, ids[0].String())
	l := r.At(linked)
	l.Git("update-ref", "refs/bisect/bad", ids[0].String())
	l.Git("update-ref", "refs/worktree/x", ids[1].String())
	r.Git("update-ref", "refs/worktree/x", ids[2].String())
	r.Git("update-ref", "refs/heads/shared", ids[2].String())
	common := filepath.Join(r.Dir, ".git")
	for dir, h := range map[string]string{common: r.Dir, filepath.Join(common, "worktrees/linked"): linked} {
		s := refs.Open(dir, common)
		if got, want := listing(t, s, "refs/"), r.At(h).Git("for-each-ref", "--format=%(refname) %(objectname) %(symref)"); got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", dir, got, want)
		}
		head, err := s.Read("HEAD")
		if want := r.At(h).Git("symbolic-ref", "HEAD"); err != nil || head.Symbolic != want {
			t.Errorf("%s: HEAD %+v, %v, want %s", dir, head, err, want)
		}
	}
}

// manyPacked writes a packed-refs file with n branches and, with tags, a peeled line for every third.
func manyPacked(t testing.TB, path, header string, n int, tags bool) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprint(w, header)
	for i := range n {
		fmt.Fprintf(w, "%040x refs/heads/%08d\n", i+1, i)
		if tags && i%3 == 0 {
			fmt.Fprintf(w, "^%040x\n", i+2)
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestPackedLookup(t *testing.T) {
	for _, header := range []string{"# pack-refs with: peeled fully-peeled sorted \n", "# pack-refs with: peeled \n", ""} {
		for _, n := range []int{0, 1, 2, 3, 50, 1000} {
			dir := t.TempDir()
			manyPacked(t, filepath.Join(dir, "packed-refs"), header, n, true)
			s := refs.Open(dir, dir)
			for i := range n {
				ref, err := s.Read(fmt.Sprintf("refs/heads/%08d", i))
				if err != nil || ref.ID.String() != fmt.Sprintf("%040x", i+1) || ref.Peeled.IsZero() != (i%3 != 0) {
					t.Fatalf("%q, %d of %d: %+v, %v", header, i, n, ref, err)
				}
			}
			for _, name := range []string{"refs/heads/", "refs/heads/0", "refs/heads/000000000", "refs/heads/9", "refs/a/b", "refs/tags/x"} {
				if ref, err := s.Read(name); !errors.Is(err, refs.ErrNotFound) {
					t.Fatalf("%s of %d: %+v, %v", name, n, ref, err)
				}
			}
		}
	}
}

func TestPackedUnsortedIsListedSorted(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 1))
	var names, lines []string
	for i := range 500 {
		names = append(names, fmt.Sprintf("refs/heads/%x", i))
	}
	for _, i := range rng.Perm(len(names)) {
		lines = append(lines, fmt.Sprintf("%040x %s\n", i+1, names[i]))
	}
	if err := os.WriteFile(filepath.Join(dir, "packed-refs"), []byte(strings.Join(lines, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	var got []string
	for r, err := range refs.Open(dir, dir).All("") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Name)
	}
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Errorf("%d of %d names, or not in order", len(got), len(names))
	}
}

func FuzzPacked(f *testing.F) {
	id := strings.Repeat("1", 40)
	for _, s := range []string{"", "\n", "# pack-refs with: peeled fully-peeled sorted \n" + id + " refs/heads/a\n^" + id + "\n", id + " refs/heads/b\n" + id + " refs/heads/a\n",
		"# pack-refs with: sorted\n^" + id + "\n", "# pack-refs with: sorted\n" + id + " refs/heads/a", "# other\n", id, "^" + id + "\n^" + id + "\n", "# pack-refs with: sorted\n\n\n\n"} {
		f.Add([]byte(s))
	}
	dir := scratch(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, "packed-refs"), data, 0o644); err != nil {
			t.Fatal(err)
		}
		s := refs.Open(dir, dir)
		seen := map[string]object.ID{}
		last, whole := "", true
		for r, err := range s.All("") {
			if err != nil {
				whole = false
				continue
			}
			if r.Name < last {
				t.Errorf("%q after %q", r.Name, last)
			}
			last = r.Name
			seen[r.Name] = r.ID
		}
		for _, name := range []string{"refs/heads/a", "refs/heads/b"} {
			ref, err := s.Read(name)
			if whole && err == nil && len(seen) < 2 && ref.ID != seen[name] {
				t.Errorf("%q: %s alone, %s in the list", name, ref.ID, seen[name])
			}
		}
	})
}

func BenchmarkReadOneOfAMillion(b *testing.B) {
	dir := b.TempDir()
	manyPacked(b, filepath.Join(dir, "packed-refs"), "# pack-refs with: peeled fully-peeled sorted \n", 1000000, false)
	s := refs.Open(dir, dir)
	for i := 0; b.Loop(); i++ {
		if _, err := s.Read(fmt.Sprintf("refs/heads/%08d", i*7919%1000000)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkListElevenThousand(b *testing.B) {
	dir := b.TempDir()
	manyPacked(b, filepath.Join(dir, "packed-refs"), "# pack-refs with: peeled fully-peeled sorted \n", 11000, false)
	s := refs.Open(dir, dir)
	for b.Loop() {
		n := 0
		for range s.All("") {
			n++
		}
		if n != 11000 {
			b.Fatal(n)
		}
	}
}
