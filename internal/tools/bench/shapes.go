package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A shape is a pick that stands for many.
type shape struct {
	name         string
	source, onto string
	files        int
	differ       int // files that differ between the two trees the change moves between
}

// A change is a commit of main.
type change struct {
	id             string
	files, renamed int
}

// releases returns the release branches, the oldest first.
func (b *bench) releases(dir string) ([]string, error) {
	out, err := b.run(dir, "for-each-ref", "--sort=version:refname", "--format=%(refname)", "refs/heads/release-*", "refs/remotes/origin/release-*")
	if err != nil {
		return nil, err
	}
	refs := strings.Fields(out)
	if len(refs) < 2 {
		return nil, fmt.Errorf("%s has fewer than two branches release-…", dir)
	}
	return refs, nil
}

// changes returns the last commits of main that are no merges, the youngest first.
func (b *bench) changes(dir string) ([]change, error) {
	out, err := b.run(dir, "log", "--first-parent", "--no-merges", "--min-parents=1", "-n", "2000", "-M", "--name-status", "--format=commit %H", "HEAD")
	if err != nil {
		return nil, err
	}
	var list []change
	for line := range strings.Lines(out) {
		switch id, ok := strings.CutPrefix(strings.TrimSpace(line), "commit "); {
		case ok:
			list = append(list, change{id: id})
		case strings.TrimSpace(line) != "":
			c := &list[len(list)-1]
			c.files++
			if line[0] == 'R' {
				c.renamed++
			}
		}
	}
	return list, nil
}

// shapes chooses five picks: the first commit, from the youngest, that fits, that the branch does not have
// and that git picks at all.
func (b *bench) shapes(dir string, releases []string) ([]shape, error) {
	list := b.history
	near, far := releases[len(releases)-1], releases[len(releases)/3]
	older, oldest := releases[len(releases)/2], releases[len(releases)/5]
	renames := slices.Clone(list)
	slices.SortStableFunc(renames, func(x, y change) int { return y.renamed - x.renamed })
	var out []shape
	for _, want := range []struct {
		name, onto string
		list       []change
		fits       func(change) bool
	}{
		{"10 files, near", near, list, func(c change) bool { return c.files == 10 }},
		{"25 files, far", far, list, func(c change) bool { return c.files == 25 }},
		{"rename-heavy, far", far, renames, func(c change) bool { return c.renamed >= 5 && c.files <= 150 }},
		{"3 files, far", older, list, func(c change) bool { return c.files == 3 }},
		{"2 files, far", oldest, list, func(c change) bool { return c.files == 2 }},
	} {
		s, err := b.firstFit(dir, want.name, want.onto, want.list, want.fits)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func (b *bench) firstFit(dir, name, onto string, list []change, fits func(change) bool) (shape, error) {
	for _, c := range list {
		if !fits(c) {
			continue
		}
		if base, err := b.run(dir, "merge-base", c.id, onto); err != nil || base == c.id {
			continue
		}
		probe := b.mergeTree(dir, "probe", c.id, onto)
		if _, err := b.once(probe); err != nil {
			continue // a partial clone has not everything
		}
		differ, err := b.run(dir, "diff-tree", "-r", "--name-only", c.id+"^", onto)
		if err != nil {
			return shape{}, err
		}
		return shape{name: name, source: c.id, onto: onto, files: c.files, differ: strings.Count(differ, "\n") + 1}, nil
	}
	return shape{}, fmt.Errorf("no commit of %s for the pick %q", dir, name)
}

func (s shape) row() string {
	return fmt.Sprintf("| %s | %s | %s | %s | %s |", s.name, s.source[:12], short(s.onto), strconv.Itoa(s.files), strconv.Itoa(s.differ))
}

func short(ref string) string {
	return strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/remotes/")
}
