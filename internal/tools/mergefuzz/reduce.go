package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
	"github.com/git-backport/git-backport/internal/merge/mergetest"
)

// reduce makes a case that differs from git smaller, as long as it differs in the same thing: it
// leaves out files, of all sides or of one, and lines.
func reduce(judge *mergetest.Judge, k mergetest.Case, what string) (mergetest.Case, error) {
	for {
		smaller, err := firstDiffering(judge, smallerCases(k), what)
		if err != nil || smaller == nil {
			return k, err
		}
		k = *smaller
	}
}

// firstDiffering returns the first case that differs in what, or nil.
func firstDiffering(judge *mergetest.Judge, cases []mergetest.Case, what string) (*mergetest.Case, error) {
	for len(cases) > 0 {
		batch := cases[:min(len(cases), 50)]
		cases = cases[len(batch):]
		answers, err := judge.Merge(batch)
		if err != nil {
			return nil, err
		}
		for i := range batch {
			got, err := outcome(judge, batch[i], i, answers[i])
			if err != nil {
				return nil, err
			}
			if got.what == what {
				return &batch[i], nil
			}
		}
	}
	return nil, nil
}

// smallerCases returns k with one thing less, for each thing there is.
func smallerCases(k mergetest.Case) []mergetest.Case {
	var out []mergetest.Case
	all := maps.Clone(k.Base)
	maps.Copy(all, k.Ours)
	maps.Copy(all, k.Theirs)
	for _, path := range all.Paths() {
		out = append(out, edited(k, 7, func(files mergetest.Files) { delete(files, path) }))
	}
	for _, path := range all.Paths() {
		for side := range 3 {
			if _, ok := [...]mergetest.Files{k.Base, k.Ours, k.Theirs}[side][path]; ok {
				out = append(out, edited(k, 1<<side, func(files mergetest.Files) { delete(files, path) }))
			}
		}
	}
	for _, line := range linesOf(all) {
		smaller := edited(k, 7, func(files mergetest.Files) { dropLine(files, line) })
		if !maps.Equal(smaller.Base, k.Base) || !maps.Equal(smaller.Ours, k.Ours) || !maps.Equal(smaller.Theirs, k.Theirs) {
			out = append(out, smaller)
		}
	}
	return out
}

// linesOf returns the distinct lines of files, sorted.
func linesOf(files mergetest.Files) []string {
	lines := map[string]bool{}
	for _, f := range files {
		for line := range strings.Lines(f.Data) {
			lines[line] = true
		}
	}
	return slices.Sorted(maps.Keys(lines))
}

// dropLine takes a line out of each file that has others.
func dropLine(files mergetest.Files, line string) {
	for path, f := range files {
		var kept strings.Builder
		for l := range strings.Lines(f.Data) {
			if l != line {
				kept.WriteString(l)
			}
		}
		if kept.Len() > 0 && f.Mode != merge.ModeGitlink {
			f.Data = kept.String()
			files[path] = f
		}
	}
}

// edited returns k with the sides in mask edited.
func edited(k mergetest.Case, mask int, edit func(mergetest.Files)) mergetest.Case {
	out := mergetest.Case{Name: k.Name, Base: maps.Clone(k.Base), Ours: maps.Clone(k.Ours), Theirs: maps.Clone(k.Theirs)}
	for side, files := range []mergetest.Files{out.Base, out.Ours, out.Theirs} {
		if mask&(1<<side) != 0 {
			edit(files)
		}
	}
	return out
}
