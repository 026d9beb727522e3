package release

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/internal/notes"
)

// A Check is what a line's tree, tags and notes say about its version.
type Check struct {
	Tree    string // "" when no file holds a version
	Last    string // the last release; "" when there is none
	Next    string // the one that comes next
	Problem error  // how they disagree; nil when they agree
}

// Check finds whether a line's tree, tags and notes agree. commit is the one whose tree is looked at, zero
// for the branch's tip.
func (m Maker) Check(line Line, commit gitops.ID) (Check, error) {
	var out Check
	if commit.IsZero() {
		commit = line.Tip
	}
	tree, err := m.Session.TreeOf(commit)
	if err != nil {
		return out, err
	}
	files := m.Session.TreeFS(tree)
	next, anchor, problem := m.next(line, files, manifest.NextInput{})
	out.Tree, out.Problem = anchor.Version, problem
	if problem != nil {
		return out, nil //nolint:nilerr // a problem is what the check finds
	}
	out.Last, out.Next = next.Last, next.Version
	if m.Notes.File == "" {
		return out, nil
	}
	data, err := files.ReadFile(m.notesFile(line, next.Version))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		out.Problem = fmt.Errorf("%s: the notes are not there", m.Notes.File)
	case err != nil:
		out.Problem = err
	default:
		err := notes.Check(data, anchor.Version, next.Last, next.Version)
		if err == nil {
			err = notes.CheckStyle(data, m.Notes.Style)
		}
		if err != nil {
			out.Problem = document.InFile(m.Notes.File, err)
		}
	}
	return out, nil
}
