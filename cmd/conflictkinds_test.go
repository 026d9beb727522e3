package cmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/git-backport/git-backport/internal/gittest"
)

// A kindOfConflict is a fix and a branch that do not go together: the files of the start, of the branch and of the
// fix. "" is a file that is not there, "→x" a link to x.
type kindOfConflict struct {
	name              string
	base, ours, fixed map[string]string
	elsewhere         bool // a directory of files does not do for it
}

func kindsOfConflict() []kindOfConflict {
	type files = map[string]string
	text := "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n"
	with := func(line string) string { return strings.Replace(text, "four", line, 1) }
	return []kindOfConflict{
		{name: "content", base: files{"f": text}, ours: files{"f": with("ours")}, fixed: files{"f": with("theirs")}},
		{name: "add/add", ours: files{"f": text}, fixed: files{"f": with("theirs")}},
		{name: "modify/delete", base: files{"f": text}, ours: files{"f": ""}, fixed: files{"f": with("theirs")}},
		{name: "delete/modify", base: files{"f": text}, ours: files{"f": with("ours")}, fixed: files{"f": ""}},
		{name: "rename/rename", base: files{"f": text}, ours: files{"f": "", "g": text}, fixed: files{"f": "", "h": text}},
		{name: "rename/delete", base: files{"f": text}, ours: files{"f": ""}, fixed: files{"f": "", "h": with("theirs")}},
		{name: "delete/rename", base: files{"f": text}, ours: files{"f": "", "h": with("ours")}, fixed: files{"f": ""}},
		{name: "both rename and change", base: files{"f": text}, ours: files{"f": "", "g": with("ours")}, fixed: files{"f": "", "g": with("theirs")}},
		{name: "the new name is there", base: files{"f": text}, ours: files{"g": "something else\n"}, fixed: files{"f": "", "g": with("theirs")}},
		{name: "two become one", base: files{"f": text, "e": "1\n2\n3\n4\n5\n6\n"}, ours: files{"f": "", "g": text}, fixed: files{"e": "", "g": "1\n2\n3\n4\n5\n7\n"}},
		{name: "file/directory", base: files{"x": "x\n"}, ours: files{"f/in": "in\n"}, fixed: files{"f": text}},
		{name: "directory/file", base: files{"x": "x\n"}, ours: files{"f": text}, fixed: files{"f/in": "in\n"}},
		{name: "binary", base: files{"f": "\x00a\n"}, ours: files{"f": "\x00b\n"}, fixed: files{"f": "\x00c\n"}},
		{name: "white space alone", base: files{"f": text}, ours: files{"f": with("four ")}, fixed: files{"f": with("four\t") + "nine\n"}},
		{name: "link", base: files{"f": "→a"}, ours: files{"f": "→b"}, fixed: files{"f": "→c"}, elsewhere: true},
		{name: "file or link", base: files{"f": text}, ours: files{"f": "→b"}, fixed: files{"f": with("theirs")}, elsewhere: true},
	}
}

// Every conflict that is reported can be settled in a directory, in a work tree, and by a commit. What is no
// regular file cannot be in a directory, and that says so at once, and names the work tree.
func TestEachConflictIsSettledInEachWay(t *testing.T) {
	for _, kind := range kindsOfConflict() {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			r := conflictRepo(t, kind)
			for _, way := range []func(*testing.T, *gittest.Repo, kindOfConflict) []string{inDirectory, inWorkTree, byCommit} {
				if code, _, errs := program(t, r, "apply", "main", "--kind=security", "--onto=release", "--name=n", "--no-bump", "--again", "-q"); code != ExitPerson {
					t.Fatalf("apply: exit %d\n%s", code, errs)
				}
				args := way(t, r, kind)
				if args == nil {
					_, _, _ = program(t, r, "abort")
					continue
				}
				if code, out, errs := program(t, r, append([]string{"continue", "release", "--accept"}, args...)...); code != ExitOK {
					t.Fatalf("continue %q: exit %d\n%s%s", args, code, out, errs)
				}
				r.Git("fsck", "--strict", "--no-dangling")
				if r.Git("rev-parse", "backport/n/release^") != r.Git("rev-parse", "release") {
					t.Error("the branch does not stand on the release branch")
				}
				if code, _, errs := program(t, r, "undo"); code != ExitOK {
					t.Fatalf("undo: exit %d\n%s", code, errs)
				}
				_, _, _ = program(t, r, "prune", "--all")
			}
		})
	}
}

// conflictRepo has a branch "release", and on main a fix that conflicts there.
func conflictRepo(t *testing.T, kind kindOfConflict) *gittest.Repo {
	r := gittest.New(t)
	day := 0
	put := func(files map[string]string, message string) {
		day++ // the same author at the same time would be taken for the same change
		r.Env = append(r.Env, fmt.Sprintf("GIT_AUTHOR_DATE=%d +0000", 1700000000+day*86400))
		for name, text := range files {
			full := filepath.Join(r.Dir, name)
			if err := os.RemoveAll(full); err != nil {
				t.Fatal(err)
			}
			if to, link := strings.CutPrefix(text, "→"); link {
				if err := os.Symlink(to, full); err != nil {
					t.Skip("no symbolic links here")
				}
			} else if text != "" {
				r.Write(name, text)
			}
		}
		r.Commit(message)
	}
	put(map[string]string{"keep": "keep\n"}, "start")
	put(kind.base, "base")
	r.Git("checkout", "-q", "-b", "release")
	put(kind.ours, "ours")
	r.Git("checkout", "-q", "main")
	put(kind.fixed, "the fix")
	return r
}

// program runs the program in a repository.
func program(t *testing.T, r *gittest.Repo, args ...string) (code ExitCode, out, errs string) {
	env := map[string]string{}
	for _, e := range r.Env {
		key, value, _ := strings.Cut(e, "=")
		env[key] = value
	}
	var o, e bytes.Buffer
	code = Main(args, Host{
		In: strings.NewReader(""), Out: &o, Err: &e, Now: func() time.Time { return time.Unix(1784990000, 0) },
		Lookup: func(key string) (string, bool) { v, ok := env[key]; return v, ok }, Getwd: func() (string, error) { return r.Dir, nil },
	})
	return code, o.String(), e.String()
}

// settleAll makes plain files of the paths that conflict, as far as they are there.
func settleAll(t *testing.T, dir string) {
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return os.WriteFile(path, []byte("settled\n"), 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func inDirectory(t *testing.T, r *gittest.Repo, kind kindOfConflict) []string {
	dir := filepath.Join(t.TempDir(), "d")
	code, _, errs := program(t, r, "resolve", "release", "--into", dir)
	if kind.elsewhere {
		if code != ExitUsage || !strings.Contains(errs, "--worktree") {
			t.Errorf("resolve --into: exit %d\n%s", code, errs)
		}
		return nil
	}
	if code != ExitOK {
		t.Fatalf("resolve --into: exit %d\n%s", code, errs)
	}
	settleAll(t, dir)
	return []string{"--from", dir}
}

func inWorkTree(t *testing.T, r *gittest.Repo, _ kindOfConflict) []string {
	dir := filepath.Join(t.TempDir(), "w")
	if code, _, errs := program(t, r, "resolve", "release", "--worktree", "--into", dir); code != ExitOK {
		t.Fatalf("resolve --worktree: exit %d\n%s", code, errs)
	}
	settleTree(r.At(dir))
	return []string{}
}

func byCommit(t *testing.T, r *gittest.Repo, _ kindOfConflict) []string {
	dir := filepath.Join(t.TempDir(), "c")
	r.Git("worktree", "add", "-q", "--detach", dir, "release")
	w := r.At(dir)
	_, _, _ = w.Try(nil, "cherry-pick", "main")
	settleTree(w)
	w.Git("commit", "-q", "--allow-empty", "-m", "settled")
	return []string{"--from", w.Git("rev-parse", "HEAD")}
}

// settleTree has the index of a work tree hold one plain file, "settled", beside what the branch has, and none of
// the paths that conflict.
func settleTree(w *gittest.Repo) {
	for _, path := range strings.Split(strings.TrimRight(w.Git("diff", "-z", "--name-only", "--diff-filter=U"), "\x00"), "\x00") {
		_, _, _ = w.Try(nil, "rm", "-q", "--cached", path)
		_ = os.RemoveAll(filepath.Join(w.Dir, path))
	}
	w.Write("settled", "settled\n")
	w.Git("add", "-A")
}
