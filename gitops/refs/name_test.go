package refs_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/gittest"
)

// refNames are names at every edge of git's rules.
func refNames() []string {
	return []string{
		"refs/heads/main", "refs/heads/a/b/c", "HEAD", "main", "refs", "refs/", "/refs/heads/a", "refs//heads", "refs/heads/a/",
		"refs/heads/.a", "refs/heads/a/.b", "refs/heads/a.", "refs/heads/a./b", "refs/heads/a..b", "refs/heads/a.lock", "refs/heads/a.lock/b",
		"refs/heads/a.LOCK", "refs/heads/a b", "refs/heads/a\tb", "refs/heads/a\x7fb", "refs/heads/a\x01", "refs/heads/a~1", "refs/heads/a^", "refs/heads/a:b",
		"refs/heads/a?", "refs/heads/a*", "refs/heads/a[b", "refs/heads/a]b", `refs/heads/a\b`, "refs/heads/@", "@", "@/a", "refs/heads/a@{b", "refs/heads/a@b", "refs/heads/{a}",
		"refs/heads/-a", "refs/heads/CON", "refs/heads/\xff\xfe", "refs/heads/é", "refs/heads/a'b", "refs/heads/x;id", "refs/heads/$(a)", "refs/heads/" + strings.Repeat("a", 300),
		"refs/heads/.lock", "refs/heads/lock", "refs/heads/a.lock.b", "refs/heads/...", "a/.", "./a", "a/b.lock", "refs/heads/a\nb", ".", "/", "//",
	}
}

func gitAccepts(t testing.TB, git, name string) bool {
	t.Helper()
	return exec.CommandContext(context.Background(), git, "check-ref-format", name).Run() == nil
}

func TestCheckNameAsGit(t *testing.T) {
	git := gittest.Oracle(t)
	for _, n := range refNames() {
		if got, want := refs.CheckName(n) == nil, gitAccepts(t, git, n); got != want {
			t.Errorf("%q: we say %v, git %v", n, got, want)
		}
	}
}

func TestCheckOwnName(t *testing.T) {
	for name, want := range map[string]bool{
		"refs/heads/backport/0123456789ab/release-36.0.0": true, "refs/heads/backport/x/bump/release-36.0.0": true,
		"refs/heads/bump/36.0.1": true, "refs/heads/backport/x/REL_17_STABLE": true, "refs/heads/backport/x/stable/7.0.x": true,
		"refs/heads/main": false, "refs/heads/backport": false, "refs/heads/backport/-x": false, "refs/heads/backport/a..b": false, "refs/heads/backport/a.lock": false,
		"refs/heads/backport/a b": false, "refs/heads/backport/$x": false, "refs/heads/backport/é": false, "refs/heads/backport/a.": false, "refs/tags/backport/a": false,
		"refs/heads/backport/" + strings.Repeat("a", 64): false, "refs/heads/backport" + strings.Repeat("/"+strings.Repeat("a", 60), 4): false,
	} {
		if got := refs.CheckOwnName(name) == nil; got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, n := range refNames() {
		f.Add(n)
	}
	git := gittest.Oracle(f)
	f.Fuzz(func(t *testing.T, name string) {
		if strings.ContainsRune(name, 0) || strings.HasPrefix(name, "-") {
			t.Skip("not an argument")
		}
		want := gitAccepts(t, git, name)
		if got := refs.CheckName(name) == nil; got != want {
			t.Errorf("%q: we say %v, git %v", name, got, want)
		}
		for _, own := range []string{name, "refs/heads/backport/" + name} {
			if refs.CheckOwnName(own) == nil && !gitAccepts(t, git, own) {
				t.Errorf("%q: we would create it, git refuses", own)
			}
		}
	})
}
