package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// report prints what became of the pins of one project.
func (m *mutation) report(name, rev string) {
	var all count
	for _, c := range m.files {
		all.add(*c)
	}
	fmt.Fprintf(m.out, "| %s | %.10s | %d | %s | %d of %d |\n", name, rev, len(m.tree), row(all), m.lines.raised, m.lines.pins)
	for _, line := range m.lost {
		if m.verbose {
			fmt.Fprintf(os.Stderr, "%s: %s\n", name, line)
		}
	}
}

// row writes a count as cells.
func row(c count) string {
	return fmt.Sprintf("%d | %d | %d | %d | %d | %d | %d | **%d** | %d | **%d**", c.pins, c.raised, c.stopped, c.warned, c.noted, c.covered, c.unread, c.missed, c.kept, c.keptStopped)
}

// mutateAll moves the pins of several clones and prints the tables.
func mutateAll(p *replay, git string, clones []string) error {
	fmt.Fprint(p.out, "| project | commit | pin files | pins | raises | stopped | warned (ci) | noted (image) | covered | unread | missed | kept | stopped all the same | lines seen |\n"+
		"|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	kinds := map[string]*count{}
	for _, dir := range clones {
		repo, err := open(dir, git)
		if err != nil {
			return err
		}
		rev, err := repo.text("rev-parse", "HEAD")
		if err != nil {
			return err
		}
		name := filepath.Base(filepath.Dir(dir))
		q := *p
		q.repo = repo
		files, err := q.mutate(strings.ReplaceAll(name, "+", "/"), rev)
		repo.close()
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		for k, c := range files {
			if kinds[k] == nil {
				kinds[k] = &count{}
			}
			kinds[k].add(*c)
		}
		if err := p.out.Flush(); err != nil {
			return err
		}
	}
	fmt.Fprint(p.out, "\n| kind of file | pins | raises | stopped | warned (ci) | noted (image) | covered | unread | missed | kept | stopped all the same |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		if kinds[k].pins > 0 {
			fmt.Fprintf(p.out, "| `%s` | %s |\n", k, row(*kinds[k]))
		}
	}
	return nil
}
