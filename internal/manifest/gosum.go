package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// ErrMerge says that lock files changed in ways that a merge by entries cannot settle.
var ErrMerge = errors.New("the lock files conflict")

// MergeGoSum adds to ours, a go.sum, the lines that theirs has and base does not have, each at its place. Lines
// that went stay: one too many does no harm. Two sums for the same module and version are ErrMerge.
func MergeGoSum(base, ours, theirs []byte) ([]byte, error) {
	was, err := sumLines(base)
	if err != nil {
		return nil, err
	}
	is, err := sumLines(theirs)
	if err != nil {
		return nil, err
	}
	out, err := sumLines(ours)
	if err != nil {
		return nil, err
	}
	eol := document.LineEnd(ours)
	known := map[string]bool{}
	for _, line := range slices.Concat(was, out) {
		known[line] = true
	}
	for _, line := range is {
		if known[line] {
			continue
		}
		i, _ := slices.BinarySearchFunc(out, line, compareSums)
		out = slices.Insert(out, i, line)
	}
	sums := map[string]string{}
	for _, line := range out {
		f := strings.Fields(line)
		key := f[0] + " " + f[1]
		if sum, ok := sums[key]; ok && sum != f[2] {
			return nil, fmt.Errorf("%w: two sums for %s", ErrMerge, key)
		}
		sums[key] = f[2]
	}
	if len(out) == 0 {
		return nil, nil
	}
	return []byte(strings.Join(out, eol) + eol), nil
}

func sumLines(data []byte) ([]string, error) {
	if len(data) > document.MaxFile {
		return nil, document.At("", 0, "%w: %d bytes, at most %d are read", document.ErrTooLarge, len(data), document.MaxFile)
	}
	var out []string
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		text = strings.TrimRight(text, "\r\n")
		if strings.TrimSpace(text) == "" {
			continue
		}
		if len(strings.Fields(text)) != 3 {
			return nil, document.At("", line, "%w: not a line of a go.sum: %.60q", ErrMerge, text)
		}
		out = append(out, text)
	}
	return out, nil
}

// compareSums is the order of a go.sum: module, version, and the sum of the module before that of its
// go.mod.
func compareSums(a, b string) int {
	f, g := strings.Fields(a), strings.Fields(b)
	if c := strings.Compare(f[0], g[0]); c != 0 {
		return c
	}
	va, fileA, _ := strings.Cut(strings.TrimPrefix(f[1], "v"), "/")
	vb, fileB, _ := strings.Cut(strings.TrimPrefix(g[1], "v"), "/")
	v, err := version.Parse(va)
	w, err2 := version.Parse(vb)
	if err == nil && err2 == nil && v.Compare(w) != 0 {
		return v.Compare(w)
	}
	return cmp.Or(strings.Compare(va, vb), strings.Compare(fileA, fileB), strings.Compare(f[2], g[2]))
}
