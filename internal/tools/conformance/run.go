package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops/odb"
	"github.com/git-backport/git-backport/internal/merge"
)

// A tally counts what the rows came to.
type tally struct {
	rows, evaluated, errors, wronglyClean int
	recorded, live                        int            // rows compared
	differ, named                         map[string]int // by what differs, and by the named class it belongs to
	ours, git                             time.Duration
}

// run merges all rows and reports whether every one agrees.
func run(ctx context.Context, c config) (bool, error) {
	git := c.git
	if git == "" {
		git = "git"
	}
	var err error
	if c.repo, err = filepath.Abs(c.repo); err != nil { // git is told of its objects in an environment variable
		return false, err
	}
	rows, err := rowsOf(ctx, c, git)
	if err != nil {
		return false, err
	}
	db, err := odb.Open(odb.Options{ObjectsDir: objectsOf(c.repo), Unverified: c.unverified})
	if err != nil {
		return false, err
	}
	defer db.Close()
	scratch, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(scratch)
	t := &tally{differ: map[string]int{}, named: map[string]int{}}
	var s store
	objects := filepath.Join(scratch, "objects")
	live := &batch{o: oracle{c.git, c.repo}, scratch: objects}
	for i := range rows {
		if i%100 == 0 {
			s = openStore(db) // forget what was written
		}
		if err := judge(ctx, c, t, s, rows[i:], live); err != nil {
			return false, err
		}
	}
	t.print(os.Stdout)
	return len(t.differ) == 0, nil
}

func rowsOf(ctx context.Context, c config, git string) ([]row, error) {
	var rows []row
	var err error
	if c.table != "" {
		rows, err = readTable(c.table)
	} else {
		rows, err = randomRows(ctx, git, c.repo, c.random, c.each, c.seed)
	}
	if err != nil {
		return nil, err
	}
	rows = rows[min(c.skip, len(rows)):]
	if c.limit > 0 {
		rows = rows[:min(c.limit, len(rows))]
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("no rows")
	}
	return rows, nil
}

// judge merges the first of rows and compares it.
func judge(ctx context.Context, c config, t *tally, s store, rows []row, git *batch) error {
	r, scratch := rows[0], git.scratch
	start := time.Now()
	ours := mergeRow(ctx, s, r)
	t.ours += time.Since(start)
	t.rows++
	if ours.status == "error" {
		t.errors++
	} else {
		t.evaluated++
	}
	differs := ""
	wrong := wronglyClean(ours, r.status, r.tree)
	if r.status != "" {
		t.recorded++
		differs = prefixed("recorded ", ours.againstRecord(r))
	}
	var live answer
	if c.git != "" {
		t.live++
		start := time.Now()
		if err := os.MkdirAll(scratch, 0o755); err != nil {
			return err
		}
		var err error
		if live, err = git.answer(ctx, rows); err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
		t.git += time.Since(start)
		wrong = wrong || wronglyClean(ours, live.status, live.tree)
		if differs == "" {
			differs = prefixed("live ", ours.against(live))
		}
	}
	if wrong {
		t.wronglyClean++
	}
	if differs == "" {
		return nil
	}
	if c.git != "" && !wrong {
		class, err := classify(c, s, r, ours, live, scratch)
		if err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
		if class != "" {
			t.named[class]++
			fmt.Printf("%s: %s: base %s, onto %s, fix %s\n", r.id, class, r.base, r.onto, r.source)
			return writeReproducer(c, r, class, ours, live)
		}
	}
	t.differ[differs]++
	if c.verbose {
		fmt.Printf("%s: %s\n", r.id, differs)
	}
	return writeReproducer(c, r, differs, ours, live)
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func mergeRow(ctx context.Context, s store, r row) answer {
	var trees [3]merge.ID
	for i, commit := range []string{r.base, r.onto, r.source} {
		id, err := s.treeOf(commit)
		if err != nil {
			return answer{status: "error", reason: err.Error()}
		}
		trees[i] = id
	}
	return ourAnswer(merge.Trees(ctx, s, trees[0], trees[1], trees[2], merge.Options{
		Labels:     merge.Labels{Base: r.base, Ours: r.onto, Theirs: r.source},
		Attributes: merge.AttributeSource{Tree: trees[1]},
	}))
}

// writeReproducer writes what is needed to look at a disagreement by hand.
func writeReproducer(c config, r row, differs string, ours, git answer) error {
	if c.out == "" {
		return nil
	}
	if err := os.MkdirAll(c.out, 0o755); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\ngit -C %s %s\n", r.id, differs, c.repo, strings.Join((oracle{c.git, c.repo}).args(r), " "))
	for _, side := range []struct {
		name string
		a    answer
	}{{"ours", ours}, {"git", git}} {
		fmt.Fprintf(&b, "\n%s: %s %s %s\n%s\n%s\n", side.name, side.a.status, side.a.tree, side.a.reason,
			strings.Join(side.a.stages, "\n"), strings.Join(side.a.messages, "\n"))
	}
	if r.status != "" {
		fmt.Fprintf(&b, "\nrecorded: %s %s %v %q\n", r.status, r.tree, r.kinds, r.paths)
	}
	return os.WriteFile(filepath.Join(c.out, strings.ReplaceAll(r.id, "/", "_")+".txt"), []byte(b.String()), 0o644)
}

func (t *tally) print(w *os.File) {
	differing := 0
	names := make([]string, 0, len(t.differ))
	for name, n := range t.differ {
		names = append(names, name)
		differing += n
	}
	sort.Strings(names)
	fmt.Fprintf(w, "rows %d · evaluated %d · errors %d · compared with the record %d, live %d\n", t.rows, t.evaluated, t.errors, t.recorded, t.live)
	fmt.Fprintf(w, "agree %d · disagree %d · wrongly clean %d\n", t.rows-differing, differing, t.wronglyClean)
	for _, name := range names {
		fmt.Fprintf(w, "  %s: %d\n", name, t.differ[name])
	}
	for class, n := range t.named {
		fmt.Fprintf(w, "  as named, %s: %d\n", class, n)
	}
	fmt.Fprintf(w, "time: ours %s", t.ours.Round(time.Millisecond))
	if t.live > 0 {
		fmt.Fprintf(w, ", git %s in %d processes", t.git.Round(time.Millisecond), t.live)
	}
	fmt.Fprintln(w)
}
