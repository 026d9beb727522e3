package merge_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/merge"
	"github.com/git-backport/git-backport/internal/merge/mergetest"
)

func text(n, lines int) mergetest.File {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "file %d line %d\n", n, i)
	}
	return mergetest.File{Mode: merge.ModeRegular, Data: b.String()}
}

// farApart returns a base of n files, ours with a share of them moved and changed, and theirs with a
// few files changed.
func farApart(n int) mergetest.Case {
	c := mergetest.Case{Base: mergetest.Files{}, Ours: mergetest.Files{}, Theirs: mergetest.Files{}}
	for i := range n {
		path := fmt.Sprintf("d%d/e%d/f%d", i%17, i%101, i)
		f := text(i, 30)
		c.Base[path], c.Theirs[path] = f, f
		switch {
		case i%10 == 0:
			f.Data += "more\n"
			c.Ours[fmt.Sprintf("moved/d%d/g%d", i%13, i)] = f
		case i%10 == 1:
			f.Data = "new\n" + f.Data
			fallthrough
		default:
			c.Ours[path] = f
		}
	}
	for i := 0; i < n; i += n / 20 {
		path := fmt.Sprintf("d%d/e%d/f%d", i%17, i%101, i)
		f := c.Theirs[path]
		f.Data = strings.Replace(f.Data, "line 3\n", "line three\n", 1)
		c.Theirs[path] = f
	}
	return c
}

func BenchmarkTrees(b *testing.B) {
	near := mergetest.Case{Base: mergetest.Files{}, Ours: mergetest.Files{}, Theirs: mergetest.Files{}}
	for i := range 5000 {
		path := fmt.Sprintf("d%d/e%d/f%d", i%17, i%101, i)
		f := text(i, 5)
		near.Base[path], near.Ours[path], near.Theirs[path] = f, f, f
	}
	near.Theirs["d1/e1/f1"], near.Ours["d2/e2/f2"] = text(99, 5), text(98, 5)
	for _, bench := range []struct {
		name string
		c    mergetest.Case
	}{{"near", near}, {"far", farApart(5000)}} {
		b.Run(bench.name, func(b *testing.B) {
			s := mergetest.NewStore()
			base, ours, theirs := s.AddTree(bench.c.Base), s.AddTree(bench.c.Ours), s.AddTree(bench.c.Theirs)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := merge.Trees(context.Background(), s, base, ours, theirs, merge.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestTreesManyRenames merges 20,000 renames of files that are alike, exact and not: the exact ones
// are found in time that grows with their number, and the rest is skipped and reported as git does.
func TestTreesManyRenames(t *testing.T) {
	s := mergetest.NewStore()
	c := mergetest.Case{Base: mergetest.Files{}, Ours: mergetest.Files{}, Theirs: mergetest.Files{}}
	for i := range 10000 {
		same := text(i%3, 5)
		c.Base[fmt.Sprintf("old/a%d", i)], c.Ours[fmt.Sprintf("new/b%d", i)] = same, same
		c.Base[fmt.Sprintf("old/c%d", i)] = text(i, 5)
		c.Ours[fmt.Sprintf("new/d%d", i)] = text(i, 6)
	}
	for path, f := range c.Base {
		f.Data += "changed\n"
		c.Theirs[path] = f
	}
	r, err := c.Merge(s, merge.Labels{Ours: "ours", Theirs: "theirs"})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Facts.Renames) != 10000 || r.Facts.RenameLimit != 10000 {
		t.Errorf("%d renames, rename limit %d; want 10000 and 10000", len(r.Facts.Renames), r.Facts.RenameLimit)
	}
}

// TestTreesBomb merges trees that stand for 10^12 files each: what one side left alone is never
// looked at.
func TestTreesBomb(t *testing.T) {
	s := mergetest.NewStore()
	bomb := func(seed string) merge.ID {
		blob, _ := s.WriteBlob([]byte(seed))
		entry := merge.Entry{Mode: merge.ModeRegular, ID: blob}
		for range 12 {
			var entries []merge.Entry
			for i := range 10 {
				entry.Name = fmt.Sprintf("d%d", i)
				entries = append(entries, entry)
			}
			id, _ := s.WriteTree(entries)
			entry = merge.Entry{Mode: merge.ModeTree, ID: id}
		}
		return entry.ID
	}
	root := func(files map[string]merge.ID) merge.ID {
		var entries []merge.Entry
		for _, name := range []string{"bomb", "file"} {
			if id, ok := files[name]; ok {
				mode := merge.ModeTree
				if name == "file" {
					mode = merge.ModeRegular
				}
				entries = append(entries, merge.Entry{Name: name, Mode: mode, ID: id})
			}
		}
		id, _ := s.WriteTree(entries)
		return id
	}
	one, _ := s.WriteBlob([]byte("1\n"))
	two, _ := s.WriteBlob([]byte("2\n"))
	a, b := bomb("a"), bomb("b")
	r, err := merge.Trees(context.Background(), s, root(map[string]merge.ID{"bomb": a, "file": one}),
		root(map[string]merge.ID{"bomb": b, "file": one}), root(map[string]merge.ID{"bomb": a, "file": two}), merge.Options{})
	if want := root(map[string]merge.ID{"bomb": b, "file": two}); err != nil || r.Tree != want {
		t.Errorf("got %s, %v; want %s", r.Tree, err, want)
	}
}
