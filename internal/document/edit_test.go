package document

import (
	"errors"
	"testing"
)

func TestApply(t *testing.T) {
	for _, tc := range []struct {
		name  string
		edits []Edit
		want  string // "!" is ErrOverlap
	}{
		{"none", nil, "0123456789"},
		{"any order", []Edit{{Start: 8, End: 9, New: []byte("x")}, {Start: 0, End: 2, New: []byte("ab")}}, "ab234567x9"},
		{"insert, delete", []Edit{{Start: 10, End: 10, New: []byte("!")}, {Start: 3, End: 7}}, "012789!"},
		{"adjacent", []Edit{{Start: 2, End: 4, New: []byte("-")}, {Start: 4, End: 5, New: []byte("+")}}, "01-+56789"},
		{"insert before a replacement", []Edit{{Start: 4, End: 4, New: []byte("<")}, {Start: 4, End: 5, New: []byte("+")}}, "!"},
		{"overlap", []Edit{{Start: 2, End: 5}, {Start: 4, End: 6}}, "!"},
		{"twice", []Edit{{Start: 2, End: 5}, {Start: 2, End: 5}}, "!"},
		{"beyond", []Edit{{Start: 9, End: 11}}, "!"},
		{"negative", []Edit{{Start: -1, End: 1}}, "!"},
		{"backwards", []Edit{{Start: 5, End: 4}}, "!"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data := []byte("0123456789")
			got, err := Apply(data, tc.edits)
			if errors.Is(err, ErrOverlap) {
				got = []byte("!")
			} else if err != nil {
				t.Fatal(err)
			}
			if string(got) != tc.want || string(data) != "0123456789" {
				t.Errorf("Apply = %q, want %q; the input is %q now", got, tc.want, data)
			}
		})
	}
}

// The check after an edit catches texts that would change more than one value.
func TestRewriteChecksItsEffect(t *testing.T) {
	data := []byte("a = \"1\"\nb = \"2\"\n")
	for _, text := range []string{"x\"\nb = \"3", `\`, "x\" # ", "x\"\nc = \"1"} {
		if out, _, err := Rewrite("f", data, ReadTOML, map[int]string{5: text}); !errors.Is(err, ErrEffect) {
			t.Errorf("rewrite to %q gives %q, %v", text, out, err)
		}
	}
	out, edits, err := Rewrite("f", data, ReadTOML, map[int]string{5: "x"})
	if err != nil || string(out) != "a = \"x\"\nb = \"2\"\n" || len(edits) != 1 || edits[0].Path != "f" {
		t.Errorf("rewrite = %q, %v, %v", out, edits, err)
	}
}
