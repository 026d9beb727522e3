package backport

import (
	"math/rand"
	"regexp"
	"strings"
	"testing"

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
	target := Target{Branch: branch, Tip: gitops.ID{0xab, 0xcd}}
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
	targets := []Target{{Branch: "rel/1"}, {Branch: "Rel-1"}, {Branch: "rel-1"}, {Branch: "rel-1-2"}, {Branch: long + "a"}, {Branch: long + "b"}, {Branch: "other"}}
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

func TestFill(t *testing.T) {
	fields := map[string]string{"a": "{b}", "b": "B", "": "empty", "x y": "spaced"}
	for in, want := range map[string]string{
		"": "", "plain": "plain", "{a}": "{b}", "{a}{b}": "{b}B", "{{b}}": "{B}", "{c}": "{c}", "{c{b}": "{cB", "{": "{", "}": "}", "{b": "{b", "b}": "b}", "{}": "empty",
		"{x y}": "spaced", "{B}": "{B}", "{a}{": "{b}{", "{\n}{b}": "{\n}B", "{c}{b}{d}": "{c}B{d}",
	} {
		if got := Fill(in, fields); got != want {
			t.Errorf("Fill(%q) = %q, want %q", in, got, want)
		}
	}
	// What a value holds is never looked at again, whatever it is.
	for _, evil := range []string{"{b}", "{", "}", "{a", "a}", "{{a}}"} {
		if got := Fill("{v}-{v}{b}", map[string]string{"v": evil, "b": "B", "a": "A"}); got != evil+"-"+evil+"B" {
			t.Errorf("with %q: %q", evil, got)
		}
	}
}
