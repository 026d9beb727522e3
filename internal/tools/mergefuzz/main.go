// Mergefuzz compares text merges of internal/merge with git's on random texts, hundreds of files in
// one tree per call of git, prints a table and writes a reproducer for each difference.
//
//	mergefuzz -texts 100000 -seed 1 -git /path/to/git -out DIR
//	mergefuzz -trees 20000 -seed 1 -git /path/to/git -out DIR
//	mergefuzz -git /path/to/git DIR/*.txtar
//
// It exits 1 where a merge differs.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"github.com/git-backport/git-backport/internal/merge"
	"github.com/git-backport/git-backport/internal/merge/mergetest"
)

func main() {
	var c campaign
	flag.IntVar(&c.texts, "texts", 10000, "number of merges to compare")
	flag.Uint64Var(&c.seed, "seed", 1, "seed of the first batch; each further batch adds one")
	flag.IntVar(&c.batch, "batch", 400, "merges per call of git")
	flag.StringVar(&c.git, "git", "git", "the git that judges")
	flag.StringVar(&c.out, "out", "mergefuzz-out", "directory for reproducers")
	flag.StringVar(&c.only, "only", "", "use this generator alone")
	style := flag.String("style", "merge", "conflict style: merge, diff3 or zdiff3")
	trees := flag.Int("trees", 0, "compare `N` merges of random trees instead")
	write := flag.String("write", "differs: ", "write the tree merges that come to `WHAT`, a prefix")
	flag.Parse()
	if flag.NArg() > 0 {
		exitOn(treeCampaign{git: c.git}.replay(flag.Args()))
	}
	if *trees > 0 {
		kinds := mergetest.Kinds()
		if c.only != "" {
			kinds = slices.DeleteFunc(kinds, func(k mergetest.Kind) bool { return k.Name != c.only })
		}
		exitOn(treeCampaign{trees: *trees, batch: c.batch, seed: c.seed, git: c.git, out: c.out, write: *write, kinds: kinds}.run())
	}
	styles := map[string]merge.Style{"merge": merge.StyleMerge, "diff3": merge.StyleDiff3, "zdiff3": merge.StyleZdiff3}
	var known bool
	if c.style, known = styles[*style]; !known {
		fmt.Fprintf(os.Stderr, "mergefuzz: unknown style %q\n", *style)
		os.Exit(2)
	}
	c.styleName = *style
	exitOn(c.run())
}

// exitOn ends the program with what a campaign came to.
func exitOn(differ int, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "mergefuzz:", err)
		os.Exit(1)
	}
	if differ > 0 {
		os.Exit(1)
	}
	os.Exit(0)
}

// A campaign is one run of the comparison.
type campaign struct {
	texts, batch int
	seed         uint64
	git, out     string
	only         string
	style        merge.Style
	styleName    string
	tally        map[string]*tally
}

// A tally counts what happened to the merges of one generator.
type tally struct{ merges, trivial, clean, conflicts, differ int }

func (c *campaign) run() (differ int, err error) {
	c.tally = map[string]*tally{}
	for done := 0; done < c.texts; {
		j, err := newJudge(c.git, c.styleName)
		if err != nil {
			return 0, err
		}
		for range 25 { // batches per repository, which only grows
			n := min(c.batch, c.texts-done)
			if n == 0 {
				break
			}
			if err := c.compare(j, n); err != nil {
				j.close()
				return 0, err
			}
			done += n
			c.seed++
		}
		j.close()
	}
	return c.print(), nil
}

// compare makes n cases, has git merge them and compares.
func (c *campaign) compare(j *judge, n int) error {
	cases := generate(c.seed, n, c.only)
	if c.style != merge.StyleMerge {
		for i := range cases { // in git the style decides what a union is made of; here it never does
			cases[i].union = false
		}
	}
	got, err := j.merge(cases)
	if err != nil {
		return err
	}
	for i, k := range cases {
		t := c.tally[k.kind]
		if t == nil {
			t = &tally{}
			c.tally[k.kind] = t
		}
		t.merges++
		o := merge.TextOptions{Labels: got.labels, Style: c.style, MarkerSize: k.marker, Union: k.union}
		r, err := merge.Text(k.base, k.ours, k.theirs, o)
		switch {
		case err != nil:
			return err
		case k.isTrivial():
			t.trivial++
		case r.Conflicts > 0:
			t.conflicts++
		default:
			t.clean++
			if c.style != merge.StyleMerge {
				continue // git may show a conflict in lines that are the same on both sides
			}
		}
		ours := k.trivially(r.Merged)
		if blobID(ours) == got.blobs[i] && (r.Conflicts > 0) == got.conflicted[i] || k.isTrivial() && blobID(ours) == got.blobs[i] {
			continue
		}
		t.differ++
		if err := c.reproduce(j, fmt.Sprintf("%s-%d-%d", k.kind, c.seed, i), k, ours, got.blobs[i]); err != nil {
			return err
		}
	}
	return nil
}

// reproduce writes the texts of a case that differs, and both results.
func (c *campaign) reproduce(j *judge, name string, k mergeCase, ours []byte, id string) error {
	theirs, err := j.blob(id)
	if err != nil {
		return err
	}
	dir := filepath.Join(c.out, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files := []struct {
		name string
		data []byte
	}{{"base", k.base}, {"ours", k.ours}, {"theirs", k.theirs}, {"merged.git", theirs}, {"merged.here", ours}}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (c *campaign) print() (differ int) {
	kinds := make([]string, 0, len(c.tally))
	for k := range c.tally {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	var sum tally
	row := func(name string, t tally) {
		fmt.Printf("%-12s %9d %9d %9d %9d %9d\n", name, t.merges, t.trivial, t.clean, t.conflicts, t.differ)
	}
	fmt.Printf("%-12s %9s %9s %9s %9s %9s\n", "generator", "merges", "trivial", "clean", "conflicts", "differ")
	for _, k := range kinds {
		t := *c.tally[k]
		row(k, t)
		sum.merges += t.merges
		sum.trivial += t.trivial
		sum.clean += t.clean
		sum.conflicts += t.conflicts
		sum.differ += t.differ
	}
	row("total", sum)
	return sum.differ
}
