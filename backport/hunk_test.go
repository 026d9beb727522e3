package backport

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadHunks(t *testing.T) {
	block := "<<<<<<< HEAD\na\n||||||| parent of x\nb\n=======\nc\n>>>>>>> x (fix)\n"
	for name, c := range map[string]struct{ data, want string }{
		"plain":                   {"no\nconflict\n", ""},
		"empty":                   {"", ""},
		"context":                 {"1\n2\n3\n4\n5\n" + block + "6\n7\n8\n9\n", "3: 3 4 5 M a M b= M c+ M 6 7 8"},
		"blank":                   {"\n\n1\n" + block + "2\n\t\n3\n", "3: 1 M a M b= M c+ M 2 \t 3"},
		"blank ends":              {"\n\n" + block + "\n\n", "3: M a M b= M c+ M"},
		"no end of line":          {"<<<<<<< HEAD\na\n=======\nc\n>>>>>>> x", "1: M a- M c+ M"},
		"merged sides":            {"<<<<<<< HEAD\n=======\nc\n>>>>>>> x\r\n1\r\n", "1: M M c+ M 1"},
		"touching":                {block + "1\n2\n" + block, "1: M a M b= M c+ M 1 2 M a M b= M c+ M"},
		"apart":                   {block + "1\n2\n3\n4\n5\n6\n7\n" + block, "1: M a M b= M c+ M 1 2 3;12: 5 6 7 M a M b= M c+ M"},
		"renamed":                 {"<<<<<<< HEAD:a.txt\na\n=======\nc\n>>>>>>> x:b.txt\n", "1: M a- M c+ M"},
		"longer markers":          {"<<<<<<<<<< HEAD\n=======\n==========\nc\n>>>>>>>>>> x\n", "1: M =======- M c+ M"},
		"not closed":              {"<<<<<<< HEAD\na\n=======\nc\n", ""},
		"someone else's":          {"<<<<<<< mine\na\n=======\nc\n>>>>>>> x\n", ""},
		"underlined":              {"<<<<<<< HEAD\na\n========\n=======\nc\n>>>>>>> x\n", "1: M a- ========- M c+ M"},
		"not closed, then longer": {"<<<<<<< HEAD\n<<<<<<<< HEAD\n========\nc\n>>>>>>>> x\n", "1: <<<<<<< HEAD M M c+ M"},
		"marker at the end":       {"<<<<<<< HEAD", ""},
	} {
		var got []string
		for _, h := range readHunks("f", []byte(c.data)) {
			words := []string{fmt.Sprintf("%d:", h.Line)}
			for _, l := range h.Lines {
				words = append(words, map[Side]string{SideContext: l.Text, SideMarker: "M", SideOurs: l.Text + "-", SideBase: l.Text + "=", SideTheirs: l.Text + "+"}[l.Side])
			}
			got = append(got, strings.Join(words, " "))
		}
		want := strings.ReplaceAll(c.want, " a M", " a- M")
		if diff := cmp.Diff(want, strings.Join(got, ";")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// However long a file and its lines are, what is kept of them is bounded.
func TestReadHunksBounded(t *testing.T) {
	long := strings.Repeat("é", 5000)
	hunks := readHunks("f", []byte("<<<<<<< HEAD\n"+strings.Repeat(long+"\n", 5000)+"=======\n>>>>>>> x\n"))
	n := 0
	for _, h := range hunks {
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

func FuzzReadHunks(f *testing.F) {
	f.Add("<<<<<<< HEAD\na\n=======\nc\n>>>>>>> x\n")
	f.Add("1\n<<<<<<< HEAD\n<<<<<<< HEAD\n=======\n>>>>>>> x\n2\n")
	f.Fuzz(func(t *testing.T, s string) {
		lines := strings.Split(s, "\n")
		last := 0
		for _, h := range readHunks("f", []byte(s)) {
			if h.Line <= last {
				t.Fatalf("a hunk at %d after line %d", h.Line, last)
			}
			for i, l := range h.Lines {
				if at := lines[h.Line-1+i]; len(at) < maxHunkText && l.Text != strings.TrimRight(at, "\r\n") {
					t.Fatalf("line %d is %q, not %q", h.Line+i, at, l.Text)
				}
			}
			last = h.Line + len(h.Lines) - 1
		}
	})
}
