package demo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/gittest"
)

// The demonstration is the same to the byte wherever it is built, and a repository that git has
// nothing to say against.
func TestBuild(t *testing.T) {
	r := gittest.NewBare(t)
	env, err := gitconfig.Host(func(string) (string, bool) { return "", false }, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var refs []string
	for range 2 {
		dir := filepath.Join(t.TempDir(), "lantern.git")
		p, err := Build(t.Context(), env, dir)
		if err != nil {
			t.Fatal(err)
		}
		at := r.At(dir)
		if out, stderr, code := at.Try(nil, "fsck", "--strict"); code != 0 || out+stderr != "" {
			t.Errorf("git fsck --strict: exit %d\n%s%s", code, out, stderr)
		}
		if head := at.Git("rev-parse", "HEAD"); head != p.Fix.String() {
			t.Errorf("HEAD is %s, the fix is %s", head, p.Fix)
		}
		refs = append(refs, at.Git("for-each-ref", "--format=%(objectname) %(refname)"))
		if n := len(strings.Split(at.Git("branch", "--list", "release-*"), "\n")); n != 5 {
			t.Errorf("%d release branches", n)
		}
		if at.Git("show", "main:backport.toml") == "" || at.Git("log", "--format=%s", "main") == "" {
			t.Error("main has no policy, or no history")
		}
		if _, err := Build(t.Context(), env, dir); err == nil {
			t.Error("built again over what is there")
		}
	}
	if refs[0] != refs[1] {
		t.Errorf("two builds differ:\n%s\n%s", refs[0], refs[1])
	}
}

func TestBuildRefusesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Build(t.Context(), gitconfig.Environment{Dir: dir}, dir); err == nil {
		t.Error("built in a directory that is not empty")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
