package gitops

import "github.com/git-backport/git-backport/internal/merge"

// Lines are Count lines of a text from line Start on, counted from 1.
type Lines = merge.Lines

// A LineChange says which lines of one text became which lines of another.
type LineChange = merge.Change

// DiffLines returns the changes that lead from one text to another, in order.
func DiffLines(old, now []byte) ([]LineChange, error) { return merge.Diff(old, now) }

// A TextConflict is a place where two changed texts do not merge: the lines of each side, and those
// between markers, the markers included, in the merged text.
type TextConflict = merge.Hunk

// MergeText merges two texts that come from base, without looking at attributes. It returns the merged
// text and where it conflicts; no text where one of them is binary.
func MergeText(base, ours, theirs []byte) ([]byte, []TextConflict, error) {
	res, err := merge.Text(base, ours, theirs, merge.TextOptions{})
	if err != nil || res.Binary {
		return nil, nil, err
	}
	return res.Merged, res.Hunks, nil
}
