package merge_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/git-backport/git-backport/internal/merge"
	"github.com/git-backport/git-backport/internal/merge/mergetest"
)

// TestTreesDiffAttribute shows the diff attribute in the likeness of files: of a text the CR of a CRLF
// does not count, but it counts for the size. Git 2.55 with --attr-source does the same.
func TestTreesDiffAttribute(t *testing.T) {
	var base, ours strings.Builder
	for i := range 100 {
		line := fmt.Sprintf("%c%c\r\n", 'a'+i%26, 'A'+i/26)
		base.WriteString(line)
		if i < 66 {
			ours.WriteString(line)
		} else {
			fmt.Fprintf(&ours, "zz%d\r\n", i)
		}
	}
	file := func(data string) mergetest.File { return mergetest.File{Mode: merge.ModeRegular, Data: data} }
	changed := strings.Replace(base.String(), "aA\r\n", "first\r\n", 1)
	for _, c := range []struct {
		attributes string
		clean      bool
	}{{"*.t -diff\n", true}, {"*.t diff\n", false}, {"", false}} {
		k := mergetest.Case{
			Base:   mergetest.Files{"a.t": file(base.String())},
			Ours:   mergetest.Files{"b.t": file(ours.String()), ".gitattributes": file(c.attributes)},
			Theirs: mergetest.Files{"a.t": file(changed)},
		}
		r, err := k.Merge(mergetest.NewStore(), merge.Labels{Ours: "ours", Theirs: "theirs"})
		if err != nil {
			t.Fatal(err)
		}
		if r.Clean() != c.clean {
			t.Errorf("attributes %q: clean %v, want %v: %v", c.attributes, r.Clean(), c.clean, r.Conflicts)
		}
	}
}

// TestTreesConcurrent merges cases at once over one store.
func TestTreesConcurrent(t *testing.T) {
	s := mergetest.NewStore()
	cases := randomCases(3, 40)
	var want [40]merge.ID
	var trees [40][3]merge.ID
	for i, c := range cases {
		trees[i] = [3]merge.ID{s.AddTree(c.Base), s.AddTree(c.Ours), s.AddTree(c.Theirs)}
		r, err := merge.Trees(context.Background(), s, trees[i][0], trees[i][1], trees[i][2], merge.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want[i] = r.Tree
	}
	var wg sync.WaitGroup
	for i := range cases {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r, err := merge.Trees(context.Background(), s, trees[i][0], trees[i][1], trees[i][2], merge.Options{})
			if err != nil || r.Tree != want[i] {
				t.Errorf("case %d: got %s, %v; want %s", i, r.Tree, err, want[i])
			}
		}()
	}
	wg.Wait()
}
