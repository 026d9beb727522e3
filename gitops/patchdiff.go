package gitops

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// A PathDifference is how two patches change one path otherwise: the lines, with + or - before them,
// that only one of them adds or removes, in the order of its file.
type PathDifference struct {
	Path                  string
	OnlyFirst, OnlySecond []string
}

// PatchDifference compares two patches, each given by the trees before and after it, path by path and
// line by line, wherever in the file a line stands. A zero tree is the empty one.
func (s *Session) PatchDifference(ctx context.Context, before1, after1, before2, after2 ID) ([]PathDifference, error) {
	first, err := s.patchLines(ctx, before1, after1)
	if err != nil {
		return nil, err
	}
	second, err := s.patchLines(ctx, before2, after2)
	if err != nil {
		return nil, err
	}
	paths := make([]string, 0, len(first)+len(second))
	for p := range first {
		paths = append(paths, p)
	}
	for p := range second {
		if _, both := first[p]; !both {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	var out []PathDifference
	for _, p := range paths {
		a, b := without(first[p], second[p]), without(second[p], first[p])
		if len(a)+len(b) > 0 {
			out = append(out, PathDifference{Path: p, OnlyFirst: a, OnlySecond: b})
		}
	}
	return out, nil
}

// patchLines returns, for each path that a patch changes, the lines it removes and adds.
func (s *Session) patchLines(ctx context.Context, before, after ID) (map[string][]string, error) {
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
		lines := []string{}
		for _, l := range without(old, now) {
			lines = append(lines, "-"+l)
		}
		for _, l := range without(now, old) {
			lines = append(lines, "+"+l)
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

// without returns the elements of a that b has not, each as often as a has it more often than b.
func without(a, b []string) []string {
	n := make(map[string]int, len(b))
	for _, s := range b {
		n[s]++
	}
	var out []string
	for _, s := range a {
		if n[s] > 0 {
			n[s]--
			continue
		}
		out = append(out, s)
	}
	return out
}
