package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
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
		if out, _, err := rewrite("f", data, readTOML, map[int]string{5: text}); !errors.Is(err, ErrEffect) {
			t.Errorf("rewrite to %q gives %q, %v", text, out, err)
		}
	}
	out, edits, err := rewrite("f", data, readTOML, map[int]string{5: "x"})
	if err != nil || string(out) != "a = \"x\"\nb = \"2\"\n" || len(edits) != 1 || edits[0].Path != "f" {
		t.Errorf("rewrite = %q, %v, %v", out, edits, err)
	}
}

// countingFS counts what is opened and listed.
type countingFS struct {
	fstest.MapFS
	opened map[string]int
}

func (c countingFS) Open(name string) (fs.File, error) {
	c.opened[name]++
	return c.MapFS.Open(name)
}

func (c countingFS) ReadFile(name string) ([]byte, error) {
	c.opened[name]++
	return c.MapFS.ReadFile(name)
}

func (c countingFS) ReadDir(name string) ([]fs.DirEntry, error) {
	c.opened[name]++
	return c.MapFS.ReadDir(name)
}

// A bump reads the manifests of the members, each once, and lists the directories that patterns name.
func TestBumpReadsMembersOnly(t *testing.T) {
	tree := countingFS{MapFS: fstest.MapFS{}, opened: map[string]int{}}
	add := func(name, text string) { tree.MapFS[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644} }
	add("Cargo.toml", "[workspace]\nmembers = [\"crates/*\", \"one\"]\n[workspace.package]\nversion = \"1.2.3\"\n")
	want := []string{"Cargo.lock", "Cargo.toml", "crates", "one/Cargo.toml"}
	lock := ""
	for i := range 60 {
		name := fmt.Sprintf("c%02d", i)
		add("crates/"+name+"/Cargo.toml", "[package]\nname = \""+name+"\"\nversion.workspace = true\n[dependencies]\nc00 = { path = \"../c00\" }\n")
		for j := range 30 {
			add(fmt.Sprintf("crates/%s/src/f%d.rs", name, j), "fn main() {}\n")
		}
		lock += "[[package]]\nname = \"" + name + "\"\nversion = \"1.2.3\"\n\n"
		want = append(want, "crates/"+name+"/Cargo.toml")
	}
	add("one/Cargo.toml", "[package]\nname = \"one\"\nversion.workspace = true\n")
	add("Cargo.lock", lock+"[[package]]\nname = \"one\"\nversion = \"1.2.3\"\n")
	for i := range 1000 {
		add(fmt.Sprintf("docs/d%d/x.md", i), "x")
	}
	if _, err := Bump(tree, BumpOptions{To: "1.2.4"}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if got := sortedKeys(tree.opened); !slices.Equal(got, want) {
		t.Errorf("opened %v", got)
	}
	for name, n := range tree.opened {
		if n != 1 {
			t.Errorf("%s was opened %d times", name, n)
		}
	}
}

func TestBumpRefusesHugeLock(t *testing.T) {
	tree := fstest.MapFS{
		"Cargo.toml": {Data: []byte("[package]\nname = \"a\"\nversion = \"1.2.3\"\n"), Mode: 0o644},
		"Cargo.lock": {Data: make([]byte, 50<<20), Mode: 0o644},
	}
	res, err := Bump(tree, BumpOptions{To: "1.2.4"})
	if !errors.Is(err, ErrTooLarge) || !strings.HasPrefix(errText(err), "Cargo.lock: ") || len(res.Files) > 0 {
		t.Errorf("Bump: %v", err)
	}
}

// The files of a result are sorted and the same each time, whatever order maps are ranged over in.
func TestBumpIsDeterministic(t *testing.T) {
	tree := fstest.MapFS{"Cargo.toml": {Data: []byte("[workspace]\nmembers = [\"*\"]\n[workspace.package]\nversion = \"1.2.3\"\n"), Mode: 0o644}}
	for i := range 20 {
		tree[fmt.Sprintf("c%d/Cargo.toml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "[package]\nname = \"c%d\"\nversion = \"0.%d.3\"\n", i, i), Mode: 0o644}
	}
	var first string
	for range 5 {
		res, err := Bump(tree, BumpOptions{To: "1.2.4"})
		if err != nil {
			t.Fatal(err)
		}
		var all bytes.Buffer
		fmt.Fprintln(&all, res)
		if first == "" {
			first = all.String()
		}
		if all.String() != first || !slices.IsSorted(res.Paths()) || len(res.Companions) != 20 {
			t.Fatalf("a second bump says %s, the first %s", &all, first)
		}
	}
}
