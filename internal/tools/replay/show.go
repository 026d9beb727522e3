package main

import (
	"fmt"
	"slices"
	"strings"
)

// show writes the section about conflicts.
func (r *replay) show(c *campaign) {
	total := 0
	var by []string
	for _, way := range ways() {
		total += c.by[way]
		by = append(by, fmt.Sprintf("%s %d", way, c.by[way]))
	}
	var rules []string
	for _, p := range r.config.Paths {
		rules = append(rules, "`"+p.Match+"` "+p.OnConflict)
	}
	r.printf(`
## Fewer conflicts

Fixes of main that a release branch has too: %d, of which %d went to more than one branch; %d pairs of a fix and a branch. A commit
of a branch is matched with the one commit of main that it names as its source, or that has the same patch id, the same author
and author's time, a pull request number of its subject, or its subject without numbers and branch markers, in this
order: %s. Branches are set back to the parent of the maintainers' commit, tags to those of that day, and the fix is planned on all of its branches at once,
or, where it says so, on one after the other: then the branches that are newer have the maintainers' commit.

Policy: %s; its path rules: %s.

*tree*: the result is the maintainers' to the byte. *files*: the files that conflict from main are. *unmarked*: clean, and the
report or the text of the pull request does not say by what.

| what | pairs | clean | share | tree | files | conflicted | unmarked |
|---|--:|--:|--:|--:|--:|--:|--:|
`, c.fixes, c.multi, total, strings.Join(by, ", "), r.source, strings.Join(rules, ", "))
	row := func(name string, t tally, files, unmarked string) {
		share := "-"
		if t.pairs > 0 {
			share = fmt.Sprintf("%.0f %%", 100*float64(t.clean)/float64(t.pairs))
		}
		r.printf("| %s | %d | %d | %s | %d | %s | %d | %s |\n", name, t.pairs, t.clean, share, t.same, files, t.pairs-t.clean, unmarked)
	}
	row("from main", c.from, "-", "-")
	for i, v := range variants() {
		row("of these: "+v.name, c.each[i], fmt.Sprint(c.each[i].sameFiles), fmt.Sprint(c.each[i].unmarked))
	}
	row("later branches of these: the maintainers' commit on the next newer branch, picked", c.best, "-", "-")
	r.printf(`
A result that differs from the maintainers' differs where their commit holds more than the fix, where a prerequisite came along,
or where they chose otherwise; it carries the mark of what made it: the tool fails where one does not.

What conflicts most, in how many pairs: from main, and with all means together, one branch after the other.

| path | from main | left |
|---|--:|--:|
`)
	for _, p := range top(c.paths, 20) {
		r.printf("| `%s` | %d | %d |\n", p, c.paths[p], c.left[p])
	}
	r.printf("\nAll paths: %d conflicts from main, %d left. Pairs in which the branch had the fix before: %d.\n", sum(c.paths), sum(c.left), c.there)
	if c.failed > 0 {
		r.printf("Fixes that could not be planned, because the clone lacks an object or the policy knows nothing of a line: %d.\n", c.failed)
	}
}

func sum(counts map[string]int) int {
	n := 0
	for _, k := range counts {
		n += k
	}
	return n
}

// top are the most frequent keys of a count.
func top(counts map[string]int, n int) []string {
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	return keys[:min(n, len(keys))]
}
