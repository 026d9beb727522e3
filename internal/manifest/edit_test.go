package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/git-backport/git-backport/internal/document"
)

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

// Files of which more is kept than their bytes are refused when they are large.
func TestTooLarge(t *testing.T) {
	big := make([]byte, 50<<20)
	if _, err := readGoStrings(big); !errors.Is(err, document.ErrTooLarge) {
		t.Errorf("readGoStrings: %v", err)
	}
}

func TestBumpLeavesHugeLock(t *testing.T) {
	tree := fstest.MapFS{
		"Cargo.toml": {Data: []byte("[package]\nname = \"a\"\nversion = \"1.2.3\"\n"), Mode: 0o644},
		"Cargo.lock": {Data: make([]byte, 50<<20), Mode: 0o644},
	}
	res, err := Bump(tree, BumpOptions{To: "1.2.4"})
	if err != nil || len(res.Files) != 1 || len(res.Left) != 1 || res.Left[0].Path != "Cargo.lock" {
		t.Errorf("Bump: %+v, %v", res.Left, err)
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
