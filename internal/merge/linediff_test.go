package merge

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		name, old, now string
		want           []Change
	}{
		{"the same", "a\nb\n", "a\nb\n", []Change{}},
		{"both empty", "", "", []Change{}},
		{"a file is added", "", "a\nb\n", []Change{{Lines{1, 0}, Lines{1, 2}}}},
		{"a file is emptied", "a\nb\n", "", []Change{{Lines{1, 2}, Lines{1, 0}}}},
		{"a line is changed", "a\nb\nc\n", "a\nx\nc\n", []Change{{Lines{2, 1}, Lines{2, 1}}}},
		{"lines go and come", "a\nb\nc\nd\n", "a\nc\nd\ne\n", []Change{{Lines{2, 1}, Lines{2, 0}}, {Lines{5, 0}, Lines{4, 1}}}},
		{"the last newline is missing", "a\nb", "a\nb\n", []Change{{Lines{2, 1}, Lines{2, 1}}}},
		{"binary", "a\x00\nb\n", "a\x00\n", []Change{{Lines{1, 2}, Lines{1, 1}}}},
	} {
		got, err := Diff([]byte(c.old), []byte(c.now))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

// FuzzDiff replays the changes on the old text, which must give the new one.
func FuzzDiff(f *testing.F) {
	f.Add([]byte("a\nb\nc\n"), []byte("b\nc\nd"))
	f.Add([]byte(""), []byte("\n\n"))
	f.Fuzz(func(t *testing.T, old, now []byte) {
		if isBinary(old) || isBinary(now) {
			return
		}
		changes, err := Diff(old, now)
		if err != nil {
			t.Fatal(err)
		}
		a, b := bytes.SplitAfter(old, []byte("\n")), bytes.SplitAfter(now, []byte("\n"))
		var made []byte
		at := 0
		for _, c := range changes {
			made = append(made, bytes.Join(a[at:c.Old.Start-1], nil)...)
			made = append(made, bytes.Join(b[c.New.Start-1:c.New.Start-1+c.New.Count], nil)...)
			at = c.Old.Start - 1 + c.Old.Count
		}
		if made = append(made, bytes.Join(a[at:], nil)...); !bytes.Equal(made, now) {
			t.Fatalf("replaying %v on %q gives %q, want %q", changes, old, made, now)
		}
	})
}
