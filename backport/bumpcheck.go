package backport

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/manifest"
)

// A VersionCheck is what a line's tree, tags and notes say about its version.
type VersionCheck struct {
	Target  Target
	Tree    string // "" when no file holds a version
	Last    string // the last release; "" when there is none
	Next    string // the one that comes next
	Problem error  // how they disagree; nil when they agree
}

// CheckVersion tells whether a line's tree, tags and notes agree. commit is the one whose tree is looked
// at, zero for the branch's tip.
func CheckVersion(s *gitops.Session, t Target, commit gitops.ID, opts Options) (VersionCheck, error) {
	out := VersionCheck{Target: t}
	if commit.IsZero() {
		commit = t.Tip
	}
	tree, err := s.TreeOf(commit)
	if err != nil {
		return out, err
	}
	files := s.TreeFS(tree)
	r := newRunner(s, Fix{}, opts)
	next, anchor, problem := r.nextOf(t, files, manifest.NextInput{})
	out.Tree, out.Problem = anchor.Version, problem
	if problem != nil {
		return out, nil //nolint:nilerr // a problem is what the check finds
	}
	out.Last, out.Next = next.Last, next.Version
	if opts.Notes.File == "" {
		return out, nil
	}
	notes, err := files.ReadFile(opts.Notes.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		out.Problem = fmt.Errorf("%s: the notes are not there", opts.Notes.File)
	case err != nil:
		out.Problem = err
	default:
		if err := manifest.CheckNotes(notes, anchor.Version, next.Last, next.Version); err != nil {
			out.Problem = manifest.InFile(opts.Notes.File, err)
		}
	}
	return out, nil
}
