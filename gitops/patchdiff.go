package gitops

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// A PatchLine is a line of the difference between two patches: a line that they add or remove, with + or
// - before it.
type PatchLine struct {
	In   PatchSide
	Text string
}

// A PatchSide says which of two patches has a line.
type PatchSide byte

// The sides of a difference between patches.
const (
	InBoth PatchSide = iota
	InFirst
	InSecond
	LeftOut // stands for lines of both that are left out
)

// A PathDifference is how two patches change one path otherwise.
type PathDifference struct {
	Path  string
	Lines []PatchLine // those that differ, in order, with some that do not around them
}

// PatchDifference compares two patches, each given by the trees before and after it, path by path: as
// sequences of lines that they add and remove, wherever in the file these stand. A zero tree is the empty
// one.
func (s *Session) PatchDifference(ctx context.Context, before1, after1, before2, after2 ID) ([]PathDifference, error) {
	first, err := s.patches(ctx, before1, after1)
	if err != nil {
		return nil, err
	}
	second, err := s.patches(ctx, before2, after2)
	if err != nil {
		return nil, err
	}
	paths := slices.Collect(maps.Keys(first))
	for p := range second {
		if _, both := first[p]; !both {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	var out []PathDifference
	for _, p := range paths {
		lines, err := patchLines(first[p], second[p])
		if err != nil {
			return nil, err
		}
		if len(lines) > 0 {
			out = append(out, PathDifference{Path: p, Lines: lines})
		}
	}
	return out, nil
}

// SharedChanges counts the lines that a patch adds and removes, and how many of them another does as well,
// path by path.
func (s *Session) SharedChanges(ctx context.Context, before1, after1, before2, after2 ID) (shared, all int, err error) {
	first, err := s.patches(ctx, before1, after1)
	if err != nil {
		return 0, 0, err
	}
	second, err := s.patches(ctx, before2, after2)
	if err != nil {
		return 0, 0, err
	}
	for p, lines := range first {
		has := map[string]int{}
		for _, l := range second[p] {
			has[l]++
		}
		for _, l := range lines {
			if all++; has[l] > 0 {
				has[l]--
				shared++
			}
		}
	}
	return shared, all, nil
}

// patchContext is how many lines that two patches share are kept before and after those that differ.
const patchContext = 2

// patchLines compares two patches of one path.
func patchLines(first, second []string) ([]PatchLine, error) {
	changes, err := DiffLines(joined(first), joined(second))
	if err != nil {
		return nil, err
	}
	var out []PatchLine
	at := 0 // lines of first that are written or left out
	both := func(to int) {
		for ; at < to; at++ {
			out = append(out, PatchLine{InBoth, first[at]})
		}
	}
	for _, c := range changes {
		from := c.Old.Start - 1
		if out != nil {
			both(min(from, at+patchContext))
		}
		if skip := max(at, from-patchContext); skip > at {
			if out != nil {
				out = append(out, PatchLine{In: LeftOut})
			}
			at = skip
		}
		both(from)
		for _, l := range first[from : from+c.Old.Count] {
			out = append(out, PatchLine{InFirst, l})
		}
		for _, l := range second[c.New.Start-1 : c.New.Start-1+c.New.Count] {
			out = append(out, PatchLine{InSecond, l})
		}
		at = from + c.Old.Count
	}
	if out != nil {
		both(min(len(first), at+patchContext))
	}
	return out, nil
}

// patches returns, for each path that a patch changes, the lines it removes and adds, in order.
func (s *Session) patches(ctx context.Context, before, after ID) (map[string][]string, error) {
	changes, err := s.Changes(ctx, before, after, nil)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]string, len(changes))
	for _, c := range changes {
		old, err := s.sideLines(c.Old)
		if err != nil {
			return nil, err
		}
		now, err := s.sideLines(c.New)
		if err != nil {
			return nil, err
		}
		hunks, err := DiffLines(joined(old), joined(now))
		if err != nil {
			return nil, err
		}
		lines := []string{}
		for _, h := range hunks {
			for _, l := range old[h.Old.Start-1 : h.Old.Start-1+h.Old.Count] {
				lines = append(lines, "-"+l)
			}
			for _, l := range now[h.New.Start-1 : h.New.Start-1+h.New.Count] {
				lines = append(lines, "+"+l)
			}
		}
		out[c.Path] = lines
	}
	return out, nil
}

// sideLines returns the lines of one side of a change; a submodule or a file that is too large to be
// read is one line, its id.
func (s *Session) sideLines(st *Stage) ([]string, error) {
	if st == nil {
		return nil, nil
	}
	if st.Mode == uint32(object.ModeGitlink) {
		return []string{st.ID.String()}, nil
	}
	_, data, err := s.mem.ReadLimited(st.ID, maxAdditionBlob)
	var large *odb.TooLargeError
	if errors.As(err, &large) || err == nil && bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0 {
		return []string{st.ID.String()}, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range bytes.Lines(data) {
		out = append(out, string(bytes.TrimRight(line, "\r\n")))
	}
	return out, nil
}

// joined is lines as a text.
func joined(lines []string) []byte {
	var b bytes.Buffer
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	return b.Bytes()
}
