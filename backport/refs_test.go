package backport

import (
	"math/rand"
	"regexp"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/gittest"
)

// grammar is what the names we make look like; everything in it is a name that git takes.
var grammar = regexp.MustCompile(`^backport/[a-z0-9][a-z0-9._-]{0,62}(/[a-z0-9][a-z0-9._-]{0,62}){0,2}$`)

func inGrammar(name string) bool {
	if !grammar.MatchString(name) || strings.Contains(name, "..") || len(name) > 200 {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return !strings.HasSuffix(name, ".")
}

var branchNames = []string{
	"release-36.0.0", "Release/1.0", "a...b", "a....b", "..", ".", "-x", "x-", "x.lock", "x.LOCK", "x.lock.", "x.lock-", "é", "日本", "HEAD", "@", "@{u}", "a b", "a\x00b", "a\nb", "bump", "BUMP", "",
	"~1", "main~3^2", "0123456789012345678901234567890123456789", strings.Repeat("x", 62) + "..y", strings.Repeat("x", 63) + ".", strings.Repeat("a", 58) + ".lockx", strings.Repeat("x", 300), "refs/heads/x",
	"\u0130stanbul", "K", "a\xffb", "--help", "$(x)", "`x`", "a'b", "\u202ex", "con", "a.lock/b", "_", "v1.x", "stable+1",
}

func checkPart(t *testing.T, branch string) string {
	t.Helper()
	target := Target{Line: release.Line{Branch: branch, Tip: gitops.ID{0xab, 0xcd}}}
	part := branchPart(target)
	for _, name := range []string{"backport/0123456789ab/" + part, "backport/0123456789ab/bump/" + part} {
		if !inGrammar(name) {
			t.Fatalf("%q makes the branch %q", branch, name)
		}
	}
	if part == "bump" {
		t.Fatalf("%q stands where the bumps are", branch)
	}
	return part
}

func TestBranchNamesAreGits(t *testing.T) {
	r := gittest.NewBare(t)
	for _, branch := range branchNames {
		part := checkPart(t, branch)
		if _, _, code := r.Try(nil, "check-ref-format", "refs/heads/backport/0123456789ab/bump/"+part); code != 0 {
			t.Errorf("git takes no %q, made of %q", part, branch)
		}
	}
	for _, name := range []string{
		"a", "0123456789ab", "a.b", "a-", "a_", "", ".a", "-a", "A", "a..b", "a.", "a.lock", "a/b", "a b", "a\n", "é", "a~", "a^", "a:", "a?", "a*", "a[", "a\\", "a@{", strings.Repeat("a", 63), strings.Repeat("a", 64),
	} {
		_, _, code := r.Try(nil, "check-ref-format", "refs/heads/backport/"+name+"/x")
		switch err := CheckName(name); {
		case err == nil && (code != 0 || !inGrammar("backport/"+name+"/x")):
			t.Errorf("%q is accepted, git exits %d", name, code)
		case err != nil && inGrammar("backport/"+name+"/x") && !strings.Contains(name, "/") && !strings.HasSuffix(name, "."): // some file systems drop the dot
			t.Errorf("%q is refused: %v", name, err)
		}
	}
}

func TestRandomBranchNames(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	pieces := []string{".", "..", "-", "_", "/", "lock", ".lock", "a", "B", "9", "é", "\x00", "~", " ", "bump", "release"}
	for range 20000 {
		var b strings.Builder
		for range rnd.Intn(40) {
			b.WriteString(pieces[rnd.Intn(len(pieces))])
		}
		checkPart(t, b.String())
	}
}

// Targets of one operation never share a branch.
func TestNamesOfTargetsDiffer(t *testing.T) {
	long := strings.Repeat("x", 80)
	var targets []Target
	for _, branch := range []string{"rel/1", "Rel-1", "rel-1", "rel-1-2", long + "a", long + "b", "other"} {
		targets = append(targets, Target{Line: release.Line{Branch: branch}})
	}
	seen := map[string]bool{}
	for _, target := range named(targets) {
		if seen[target.part] || !inGrammar("backport/x/bump/"+target.part) {
			t.Errorf("%q gets %q", target.Branch, target.part)
		}
		seen[target.part] = true
	}
	if named(targets)[0].part != "rel-1" || targets[0].part != "" {
		t.Error("the first of a name keeps it, and the caller's targets stay as they are")
	}
}

func FuzzBranchPart(f *testing.F) {
	for _, s := range branchNames {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkPart(t, s)
		if CheckName(s) == nil && !inGrammar("backport/"+s+"/x") {
			t.Errorf("the name %q is accepted", s)
		}
	})
}

func FuzzKindOf(f *testing.F) {
	for _, s := range []string{"fix(deps)!: x", "CVE-2026-1234", "x\n\nBackport-Kind: CI\n", "a(b(c): d", "\xff: x", "feat\r\n: x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kind, from := KindOf([]byte(s))
		if kind == "" || (from == KindAssumed) != (from != KindFromTrailer && from != KindFromID && from != KindFromPrefix) {
			t.Errorf("KindOf(%q) = %q, %q", s, kind, from)
		}
		if kind != "" && strings.TrimSpace(string(kind)) != string(kind) {
			t.Errorf("KindOf(%q) = %q", s, kind)
		}
	})
}
