package refs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/gittest"
)

// twin makes two equal repositories: one for git, one for us.
func twin(t *testing.T, setup func(r *gittest.Repo)) (theirs, ours *gittest.Repo, s *refs.Store) {
	t.Helper()
	theirs = calm(t)
	theirs.Write("file", "one")
	theirs.Commit("one")
	theirs.Git("commit", "-q", "--allow-empty", "-m", "two")
	setup(theirs)
	ours = theirs.At(filepath.Join(filepath.Dir(theirs.Dir), "ours"))
	if err := os.CopyFS(ours.Dir, os.DirFS(theirs.Dir)); err != nil {
		t.Fatal(err)
	}
	git := filepath.Join(ours.Dir, ".git")
	return theirs, ours, refs.Open(git, git)
}

func read(t *testing.T, r *gittest.Repo, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.Dir, ".git", path))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(data)
}

func TestReflogAsGit(t *testing.T) {
	for _, policy := range []refs.LogPolicy{refs.LogUnset, refs.LogNever, refs.LogBranches, refs.LogAll} {
		theirs, ours, s := twin(t, func(r *gittest.Repo) {
			if policy != refs.LogUnset {
				r.Git("config", "core.logAllRefUpdates", string(policy))
			}
		})
		tip, older := theirs.Git("rev-parse", "HEAD"), theirs.Git("rev-parse", "HEAD~1")
		for i, message := range []string{"", "backport: op1", "  two\n lines\t and  spaces \n", "é\xff"} {
			var made, moved refs.Tx
			made.Log, moved.Log = policy, policy
			for _, name := range []string{"refs/heads/backport/x", "refs/tags/t", "refs/remotes/origin/x", "refs/notes/n", "refs/other/x"} {
				name = fmt.Sprint(name, i)
				args := []string{"update-ref", "-m", message, name}
				if message == "" { // git wants none at all
					args = []string{"update-ref", name}
				}
				theirs.Git(append(args, tip, strings.Repeat("0", 40))...)
				theirs.Git(append(args, older, tip)...)
				made.Updates = append(made.Updates, refs.Update{Name: name, New: id(t, tip), Message: message})
				moved.Updates = append(moved.Updates, refs.Update{Name: name, Old: id(t, tip), New: id(t, older), Message: message})
			}
			for _, tx := range []refs.Tx{made, moved} {
				if err := commit(s, tx); err != nil {
					t.Fatal(err)
				}
			}
			for _, u := range made.Updates {
				if want, got := read(t, theirs, "logs/"+u.Name), read(t, ours, "logs/"+u.Name); got != want {
					t.Errorf("%q %s %q:\n%q\nwant\n%q", policy, u.Name, message, got, want)
				}
			}
		}
	}
}

func TestExistingLogIsWrittenWithoutPolicy(t *testing.T) {
	theirs, ours, s := twin(t, func(r *gittest.Repo) {
		r.Git("update-ref", "--create-reflog", "-m", "made", "refs/heads/b", "HEAD~1")
		r.Git("config", "core.logAllRefUpdates", "false")
	})
	tip, older := theirs.Git("rev-parse", "HEAD"), theirs.Git("rev-parse", "HEAD~1")
	theirs.Git("update-ref", "-m", "moved", "refs/heads/b", tip, older)
	if err := commit(s, refs.Tx{Log: refs.LogNever, Updates: []refs.Update{{Name: "refs/heads/b", Old: id(t, older), New: id(t, tip), Message: "moved"}}}); err != nil {
		t.Fatal(err)
	}
	if want, got := read(t, theirs, "logs/refs/heads/b"), read(t, ours, "logs/refs/heads/b"); got != want || !strings.Contains(got, "moved") {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestModesAsGit compares the modes of what both make, for each way of sharing.
func TestModesAsGit(t *testing.T) {
	for _, value := range []string{"umask", "group", "all", "0640", "0660", "0600", "0604", "0606", "0666"} {
		for _, name := range []string{"refs/heads/new/dir/branch", "refs/tags/new/tag"} {
			theirs, ours, s := twin(t, func(r *gittest.Repo) {
				r.Git("config", "core.sharedRepository", value)
				r.Git("config", "core.logAllRefUpdates", "always")
				r.Git("update-ref", "refs/heads/packed", "HEAD")
				r.Git("pack-refs", "--all")
			})
			shared, err := refs.ParseShared(value)
			if err != nil {
				t.Fatal(err)
			}
			tip := theirs.Git("rev-parse", "HEAD")
			theirs.Git("update-ref", "-m", "m", name, tip)
			if strings.HasPrefix(name, "refs/heads/") {
				theirs.Git("pack-refs", "--all", "--prune")
			}
			if err := commit(s, refs.Tx{Log: refs.LogAll, Shared: shared, Updates: []refs.Update{{Name: name, New: id(t, tip), Message: "m"}}}); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(name, "refs/heads/") { // not rewritten: the copy's mode
				if err := os.Chmod(filepath.Join(ours.Dir, ".git/packed-refs"), fileMode(theirs, "packed-refs").Perm()); err != nil {
					t.Fatal(err)
				}
			}
			for _, path := range []string{name, filepath.Dir(name), "packed-refs", "logs/" + name, filepath.Dir("logs/" + name)} {
				if want, got := mode(theirs, path), mode(ours, path); got != want {
					t.Errorf("sharedRepository=%s: %s is %s, git makes it %s", value, path, got, want)
				}
			}
		}
	}
	if _, err := refs.ParseShared("0044"); err == nil {
		t.Error("a mode that shuts the owner out is accepted")
	}
}

func TestPackModesAsGit(t *testing.T) {
	for _, value := range []string{"umask", "group", "all", "0640", "0660", "0600"} {
		theirs, ours, s := twin(t, func(r *gittest.Repo) { r.Git("config", "core.sharedRepository", value) })
		theirs.Git("repack", "-q", "-ad")
		packs, err := filepath.Glob(filepath.Join(theirs.Dir, ".git/objects/pack/*.pack"))
		if err != nil || len(packs) != 1 {
			t.Fatal(packs, err)
		}
		name := strings.TrimSuffix(filepath.Base(packs[0]), ".pack")
		shared, err := refs.ParseShared(value)
		if err != nil {
			t.Fatal(err)
		}
		p := &refs.PackFile{Name: name, Data: []byte(read(t, theirs, "objects/pack/"+name+".pack")), Index: []byte(read(t, theirs, "objects/pack/"+name+".idx"))}
		if err := commit(s, refs.Tx{Pack: p, Shared: shared}); err != nil {
			t.Fatal(err)
		}
		for _, ext := range []string{".pack", ".idx", ".keep"} {
			if want, got := mode(theirs, "objects/pack/"+name+ext), mode(ours, "objects/pack/"+name+ext); got != want {
				t.Errorf("sharedRepository=%s: the %s is %s, git makes it %s", value, ext, got, want)
			}
		}
		if err := commit(s, refs.Tx{Pack: p, Shared: shared}); err != nil || p.Name == name {
			t.Errorf("the same pack again: %q, %v", p.Name, err)
		}
		quiet(t, ours, s)
	}
}

func mode(r *gittest.Repo, path string) string { return fmt.Sprint(fileMode(r, path)) }

// fileMode is zero for a missing file.
func fileMode(r *gittest.Repo, path string) fs.FileMode {
	info, err := os.Stat(filepath.Join(r.Dir, ".git", path))
	if err != nil {
		return 0
	}
	return info.Mode() & (fs.ModePerm | fs.ModeSetgid | fs.ModeDir)
}

// TestDirectoryFileConflicts are the cases of names that are directories of each other. git
// update-ref judges each of them: what it refuses we refuse, what it does we do.
func TestDirectoryFileConflicts(t *testing.T) {
	type c struct{ setup, change string } // words: +name create, -name delete; setup: loose unless p:
	cases := []c{
		{"+a", "+a/b"}, {"p:+a", "+a/b"}, {"+a/b", "+a"}, {"p:+a/b", "+a"}, {"+a/b/c", "+a"}, {"p:+a/b/c", "+a"}, {"+a", "+a/b/c"}, {"p:+a", "+a/b/c"},
		{"+a/b", "+a/b/c"}, {"p:+a/b", "+a/b/c"}, {"", "+a +a/b"}, {"", "+a/b +a"}, {"", "+a +a/b/c"}, {"+z", "+a +a/b"}, {"+ab", "+a"}, {"+a-b", "+a"}, {"p:+a-b", "+a/b"}, {"+a.b", "+a +a.c"},
		{"+a", "+b/c +a/b"}, {"p:+a/b", "+c +a"}, {"p:+a/b +a/c", "+a"}, {"+a/b", "+a/c"}, {"p:+a/b", "+a/c"}, {"+a", "+a"}, {"p:+a", "+a"},
		{"", "+refs/heads/a"}, {"+a/b/c/d", "+a/b"}, {"p:+a/b/c/d", "+a/b/c/d/e"}, {"", "-a"}, {"+a/b", "-a"},
		{"+a", "-a +a/b"}, {"p:+a/b", "-a/b +a"},
	}
	full := func(n string) string { return "refs/heads/" + n }
	for _, c := range cases {
		t.Run(strings.ReplaceAll(c.setup+" then "+c.change, "/", "_"), func(t *testing.T) {
			theirs, ours, s := twin(t, func(r *gittest.Repo) {
				words, packed := strings.CutPrefix(c.setup, "p:")
				for w := range strings.FieldsSeq(words) {
					r.Git("update-ref", full(w[1:]), "HEAD")
				}
				if packed {
					r.Git("pack-refs", "--all", "--prune")
				}
			})
			tip := theirs.Git("rev-parse", "HEAD")
			var stdin strings.Builder
			var tx refs.Tx
			for w := range strings.FieldsSeq(c.change) {
				if w[0] == '+' {
					fmt.Fprintf(&stdin, "create %s %s\n", full(w[1:]), tip)
					tx.Updates = append(tx.Updates, refs.Update{Name: full(w[1:]), New: id(t, tip)})
				} else {
					fmt.Fprintf(&stdin, "delete %s %s\n", full(w[1:]), tip)
					tx.Updates = append(tx.Updates, refs.Update{Name: full(w[1:]), Old: id(t, tip)})
				}
			}
			_, stderr, code := theirs.Try([]byte(stdin.String()), "update-ref", "--stdin")
			err := commit(s, tx)
			if (err == nil) != (code == 0) {
				t.Errorf("we say %v, git %d %s", err, code, stderr)
			}
			const format = "--format=%(refname) %(objectname)"
			if want, got := theirs.Git("for-each-ref", format), ours.Git("for-each-ref", format); got != want {
				t.Errorf("refs:\n%s\nwant:\n%s", got, want)
			}
			quiet(t, ours, s)
		})
	}
}

func TestDirectoryOfEmptyDirectoriesIsNoConflict(t *testing.T) {
	r, s, ids := repo(t)
	for _, dir := range []string{".git/refs/heads/backport/a/b/c", ".git/refs/heads/loose/x", ".git/logs/refs/heads/backport/a/z"} {
		if err := os.MkdirAll(filepath.Join(r.Dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := commit(s, refs.Tx{Updates: []refs.Update{{Name: "refs/heads/backport/a", New: ids[0]}, {Name: "refs/heads/loose", New: ids[1]}, {Name: "refs/tags/t", New: ids[0]}}}); err != nil {
		t.Fatal(err)
	}
	quiet(t, r, s)
	if got := r.Git("rev-parse", "backport/a", "loose"); got != ids[0].String()+"\n"+ids[1].String() {
		t.Error(got)
	}
}

func TestCaseFold(t *testing.T) {
	for _, pack := range []bool{false, true} {
		r, s, ids := repo(t)
		r.Git("update-ref", "refs/heads/backport/X/a", ids[0].String())
		if pack {
			r.Git("pack-refs", "--all", "--prune")
		}
		var conflict *refs.ConflictError
		if err := commit(s, refs.Tx{Updates: []refs.Update{{Name: "refs/heads/backport/x/A", New: ids[0]}}}); !asError(err, &conflict) {
			t.Errorf("packed %v: %v", pack, err)
		}
		quiet(t, r, s)
	}
}
