package ci

import (
	"errors"
	"strings"
	"testing"
)

const (
	keptBody  = "a: 1\n# keep own\n# end keep\nb: 2\n"
	laterBody = "a: 9\n# keep own\nfresh: 1\n# end keep\nb: 2\n"
)

func TestMergeKeepsWhatPeopleWrote(t *testing.T) {
	old := strings.Replace(seal(keptBody, "v1"), "# keep own\n", "# keep own\nmine: true\n", 1)
	got, err := Merge(old, seal(laterBody, "v2"), false)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "a: 9\n# keep own\nmine: true\n# end keep\n") || strings.Contains(got, "fresh") {
		t.Errorf("got\n%s", got)
	}
	if again, err := Merge(got, seal(laterBody, "v2"), false); err != nil || again != got {
		t.Errorf("merged again: %v\n%s", err, again)
	}
}

func TestMergeRefuses(t *testing.T) {
	ours := seal(keptBody, "v1")
	for _, c := range []struct {
		name, old string
		want      error
		says      string
	}{
		{"a file of somebody else", "name: gate\n", ErrNotOurs, ""},
		{"an empty file", "", ErrNotOurs, ""},
		{"changed outside the marks", strings.Replace(ours, "b: 2", "b: 3", 1), ErrEdited, ""},
		{"a line added", ours + "c: 1\n", ErrEdited, ""},
		{"a part without its end", strings.Replace(ours, "# end keep\n", "", 1), nil, "has no end"},
		{"a part that has no place", strings.ReplaceAll(seal(strings.ReplaceAll(keptBody, "own", "gone"), "v1"), "# keep gone\n", "# keep gone\nx: 1\n"), nil, "no place"},
	} {
		_, err := Merge(c.old, seal(laterBody, "v2"), false)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := Merge(c.old, seal(laterBody, "v2"), true); err != nil {
			t.Errorf("%s, forced: %v", c.name, err)
		}
	}
}

func FuzzMerge(f *testing.F) {
	f.Add(seal(keptBody, "v1"), "mine: 1\n")
	f.Add("# keep a\n# keep b\n# end keep\n", "x")
	f.Fuzz(func(t *testing.T, old, part string) {
		text := seal(laterBody, "v2")
		if got, err := Merge(old, text, false); err == nil {
			if again, err := Merge(got, text, false); err != nil || again != got {
				t.Errorf("merging twice differs: %v", err)
			}
		}
		if strings.Contains(part, "keep") || strings.Contains(part, "\r") || part != "" && !strings.HasSuffix(part, "\n") {
			return
		}
		mine := strings.Replace(seal(keptBody, "v1"), "# keep own\n", "# keep own\n"+part, 1)
		if got, err := Merge(mine, text, false); err != nil || !strings.Contains(got, part) {
			t.Errorf("%q is lost: %v", part, err)
		}
	})
}
