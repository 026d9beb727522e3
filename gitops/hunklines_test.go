package gitops

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// TestHunkLines compares differences with those that git diff prints.
func TestHunkLines(t *testing.T) {
	if major, minor := gittest.OracleVersion(t); major < 2 || (major == 2 && minor < 54) {
		t.Skipf("git %d.%d slides some hunks elsewhere: nothing to compare with", major, minor)
	}
	r := gittest.New(t)
	rnd := rand.New(rand.NewSource(5))
	text := func(n int) string {
		var b strings.Builder
		for range n {
			fmt.Fprintf(&b, "line %d\n", rnd.Intn(12))
		}
		return b.String()
	}
	cases := [][2]string{{"", ""}, {"", "a\n"}, {"a\n", ""}, {"a", "a\n"}, {"a\nb", "a\nc"}, {"a\n", "a\n"}}
	for range 40 {
		a := text(40)
		lines := strings.SplitAfter(a, "\n")
		for range 1 + rnd.Intn(4) {
			lines[rnd.Intn(len(lines)-1)] = text(rnd.Intn(3))
		}
		cases = append(cases, [2]string{a, strings.Join(lines, "")})
	}
	for i, c := range cases {
		r.Write("a", c[0])
		r.Write("b", c[1])
		out, stderr, code := r.Try(nil, "diff", "--no-index", "--histogram", "--no-indent-heuristic", "a", "b")
		if code > 1 {
			t.Fatal(stderr)
		}
		want := ""
		if _, hunks, ok := strings.Cut(out, "\n@@"); ok {
			want = "@@" + hunks
		}
		var got strings.Builder
		for _, line := range HunkLines([]byte(c[0]), []byte(c[1]), 3) {
			got.WriteString(line + "\n")
		}
		if strip(got.String()) != strip(want) {
			t.Errorf("case %d:\n%s\nwant\n%s", i, got.String(), want)
		}
	}
	for _, name := range []string{"a", "b"} {
		if err := os.Remove(filepath.Join(r.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if got := HunkLines([]byte("\x00"), []byte("text"), 3); len(got) != 1 || !strings.Contains(got[0], "binary file of 1 bytes becomes one of 4") {
		t.Errorf("%q", got)
	}
}

// strip takes what git adds behind the places of a hunk away.
func strip(diff string) string {
	var b strings.Builder
	for line := range strings.Lines(diff) {
		if strings.HasPrefix(line, "@@") {
			line = line[:strings.LastIndex(line, "@@")+2] + "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}
