package why

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitopstest"
	"github.com/git-backport/git-backport/internal/gittest"
)

// letters writes hunks as words: the line's number, then each line with a sign for its side.
func letters(hunks []Hunk) string {
	var out []string
	for _, h := range hunks {
		words := []string{fmt.Sprintf("%d:", h.Line)}
		for _, l := range h.Lines {
			words = append(words, map[Side]string{
				SideContext: l.Text, SideMarker: "M", SideOurs: l.Text + "-", SideBase: l.Text + "=", SideTheirs: l.Text + "+",
			}[l.Side])
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, "; ")
}

// place is a place with so many lines of each side; a base of -1 is not shown.
func place(merged, ours, base, theirs int) gitops.TextConflict {
	n := 3 + ours + theirs
	if base >= 0 {
		n += 1 + base
	}
	return gitops.TextConflict{
		Base: gitops.Lines{Count: max(0, base)}, Ours: gitops.Lines{Count: ours}, Theirs: gitops.Lines{Count: theirs},
		Merged: gitops.Lines{Start: merged, Count: n},
	}
}

func TestHunksOf(t *testing.T) {
	two := "<\na\n=\nc\n>\n"
	for _, c := range []struct {
		name, data string
		places     []gitops.TextConflict
		want       string
	}{
		{"none", "no\nconflict\n", nil, ""},
		{"context", "1\n2\n3\n4\n5\n" + two + "6\n7\n8\n9\n", []gitops.TextConflict{place(6, 1, -1, 1)}, "3: 3 4 5 M a- M c+ M 6 7 8"},
		{"base is shown", "1\n<\na\n|\nb\n=\nc\n>\n", []gitops.TextConflict{place(2, 1, 1, 1)}, "1: 1 M a- M b= M c+ M"},
		{"empty base is shown", "<\na\n|\n=\nc\n>\n", []gitops.TextConflict{place(1, 1, 0, 1)}, "1: M a- M M c+ M"},
		{"one side is empty", "<\n=\nc\n>\n1\n", []gitops.TextConflict{place(1, 0, -1, 1)}, "1: M M c+ M 1"},
		{"blank ends", "\n\n1\n" + two + "2\n\t\n3\n", []gitops.TextConflict{place(4, 1, -1, 1)}, "3: 1 M a- M c+ M 2 \t 3"},
		{"nothing but blanks around", "\n\n" + two + "\n\n", []gitops.TextConflict{place(3, 1, -1, 1)}, "3: M a- M c+ M"},
		{"no end of line", strings.TrimSuffix(two, "\n"), []gitops.TextConflict{place(1, 1, -1, 1)}, "1: M a- M c+ M"},
		{"line ends of DOS", "1\r\n<\r\na\r\n=\r\nc\r\n>\r\n", []gitops.TextConflict{place(2, 1, -1, 1)}, "1: 1 M a- M c+ M"},
		{"touching", two + "1\n2\n" + two, []gitops.TextConflict{place(1, 1, -1, 1), place(8, 1, -1, 1)}, "1: M a- M c+ M 1 2 M a- M c+ M"},
		{"apart", two + "1\n2\n3\n4\n5\n6\n7\n" + two, []gitops.TextConflict{place(1, 1, -1, 1), place(13, 1, -1, 1)},
			"1: M a- M c+ M 1 2 3; 10: 5 6 7 M a- M c+ M"},
		{"what looks like markers is text", "<\n<<<<<<< HEAD\n=======\n=\nc\n>\n", []gitops.TextConflict{place(1, 2, -1, 1)},
			"1: M <<<<<<< HEAD- =======- M c+ M"},
	} {
		if diff := cmp.Diff(c.want, letters(hunksOf("f", []byte(c.data), c.places))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// However long a file and its lines are, what is kept of them is bounded.
func TestHunksAreBounded(t *testing.T) {
	long := strings.Repeat("é", 5000)
	text := "<<<<<<< HEAD\n" + strings.Repeat(long+"\n", 5000) + "=======\n>>>>>>> x\n"
	n := 0
	for _, h := range hunksOf("f", []byte(text), []gitops.TextConflict{place(1, 5000, -1, 0)}) {
		n += len(h.Lines)
		for _, l := range h.Lines {
			if len(l.Text) > maxHunkText+len("…") {
				t.Fatalf("a line of %d bytes", len(l.Text))
			}
		}
	}
	if n != maxHunkLines {
		t.Errorf("%d lines are kept, want %d", n, maxHunkLines)
	}
}

// The sides that hunks show are the lines that the sides have, whatever the lines hold and however
// markers are written.
func TestHunksOfPicks(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	words := []string{"a", "b", "c", "<<<<<<< HEAD", "=======", ">>>>>>> x", "||||||| y", "", "}", "d"}
	session := gitopstest.Open(t, gittest.NewBare(t))
	shown := 0
	for round := range 600 {
		name := []string{"f.txt", "f.long"}[round%2]
		text := func(lines []string) string { return strings.Join(lines, "\n") + []string{"\n", ""}[round%3%2] }
		base := make([]string, 4+rnd.Intn(20))
		for i := range base {
			base[i] = words[rnd.Intn(len(words))]
		}
		side := func() []string {
			out := append([]string{}, base...)
			for range 1 + rnd.Intn(3) {
				out[rnd.Intn(len(out))] = words[rnd.Intn(len(words))] + fmt.Sprint(rnd.Intn(3))
			}
			return out
		}
		ours, theirs := side(), side()
		session.Style = []gitops.ConflictStyle{gitops.StyleMerge, gitops.StyleDiff3, gitops.StyleZdiff3}[round/2%3]
		var ids [3]gitops.ID
		for i, lines := range [][]string{base, ours, theirs} {
			var err error
			ids[i], err = session.ReplaceFiles(gitops.ID{}, map[string][]byte{
				".gitattributes": []byte("*.long conflict-marker-size=12\n"), name: []byte(text(lines)),
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		res, err := session.Merge(t.Context(), ids[0], ids[1], ids[2], gitops.Labels{Base: "b", Ours: "HEAD", Theirs: "x"})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range res.Conflicts {
			hunks, err := Hunks(session, res, c)
			if err != nil {
				t.Fatal(err)
			}
			shown += len(hunks)
			checkSides(t, hunks, map[Side][]string{SideOurs: ours, SideBase: base, SideTheirs: theirs}, name == "f.long")
		}
	}
	if shown < 300 {
		t.Errorf("%d hunks were compared, want at least 300", shown)
	}
}

// checkSides looks for each run of lines of a side among that side's lines, and at the markers.
func checkSides(t *testing.T, hunks []Hunk, sides map[Side][]string, long bool) {
	t.Helper()
	for _, h := range hunks {
		for i := 0; i < len(h.Lines); {
			side, from := h.Lines[i].Side, i
			var run []string
			for i < len(h.Lines) && h.Lines[i].Side == side {
				run = append(run, h.Lines[i].Text)
				i++
			}
			switch side {
			case SideMarker:
				for _, l := range run {
					size := 7
					if long {
						size = 12
					}
					if c := l[:1]; !strings.HasPrefix(l, strings.Repeat(c, size)) || !strings.Contains("<|=>", c) {
						t.Errorf("%q is shown as a marker", l)
					}
				}
			case SideContext:
			default:
				if !contains(sides[side], run) {
					t.Errorf("lines %d: %q is shown as a side's lines, which are %q", h.Line+from, run, sides[side])
				}
			}
		}
	}
}
