package gitops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/merge"
)

// A Stage is what a conflicted path holds on one side; nil where the path is absent.
type Stage struct {
	Mode uint32
	ID   ID
}

// A Conflict is a path that a pick could not settle, with git's kind and message for it and the three
// stages git's index would hold.
type Conflict struct {
	Path               string
	Kind               string
	Kinds              []string // all of git's conflicts that name the path; Kind is the first of them
	Message            string
	Base, Ours, Theirs *Stage
}

// A Rename is a rename the merge followed, on the branch's side or on the fix's.
type Rename struct {
	From, To string
	Ours     bool
	Score    int
}

// A PickResult is what a pick made. With conflicts Tree holds the files with markers.
type PickResult struct {
	Tree        ID
	Conflicts   []Conflict            // sorted by path; empty means clean
	Markers     map[ID][]TextConflict // the places with markers of the files that have some, by blob
	Renames     []Rename
	RenameLimit int      // the limit that was hit, 0 for none
	Attributes  []string // attributes that decided something, "path: merge=union"
	Unchanged   bool     // Tree is the tip's tree
}

// A MergeCommitError is a merge commit picked without saying which parent is its mainline.
type MergeCommitError struct {
	Commit  ID
	Subject string
	Parents int
}

func (e *MergeCommitError) Error() string {
	return fmt.Sprintf("commit %s is a merge of %d parents, and no -m says which is the mainline", e.Commit, e.Parents)
}

// A MainlineError is a mainline number that the commit has no parent for.
type MainlineError struct {
	Commit            ID
	Mainline, Parents int
}

func (e *MainlineError) Error() string {
	return fmt.Sprintf("commit %s has %d parents, so no parent %d", e.Commit, e.Parents, e.Mainline)
}

// SourceBase returns the tree that a source commit is a change to: its parent's, the mainline-th
// parent's of a merge, the empty tree's zero id for a root commit. A mainline of 0 is none.
func (s *Session) SourceBase(id ID, source *object.Commit, mainline int) (tree, parent ID, err error) {
	n := len(source.Parents)
	switch {
	case mainline > 0 && mainline > n && !(n == 0 && mainline == 1):
		return ID{}, ID{}, &MainlineError{Commit: id, Mainline: mainline, Parents: n}
	case n > 1 && mainline == 0:
		return ID{}, ID{}, &MergeCommitError{Commit: id, Subject: object.Subject(object.MessageText(source)), Parents: n}
	case n == 0:
		if s.repo.isShallow(id) {
			return ID{}, ID{}, &ShallowError{Commit: id}
		}
		return ID{}, ID{}, nil
	}
	if s.repo.isShallow(id) {
		return ID{}, ID{}, &ShallowError{Commit: id}
	}
	parent = source.Parents[max(mainline, 1)-1]
	tree, err = s.TreeOf(parent)
	if err != nil {
		return ID{}, ID{}, fmt.Errorf("parent of %s: %w", id, err)
	}
	return tree, parent, nil
}

// PickOnto takes the change a source commit made onto a tree, as git cherry-pick would with a commit of
// that tree checked out. mainline is cherry-pick's -m, 0 for none.
func (s *Session) PickOnto(ctx context.Context, ours, source ID, mainline int) (PickResult, error) {
	return s.PickTreeOnto(ctx, ours, source, ID{}, mainline)
}

// PickTreeOnto is PickOnto with another tree in place of the one of the source commit: what the commit
// would be without a part of its change. A zero tree is the commit's own.
func (s *Session) PickTreeOnto(ctx context.Context, ours, source, tree ID, mainline int) (PickResult, error) {
	commit, err := s.Commit(source)
	if err != nil {
		return PickResult{}, err
	}
	if tree.IsZero() {
		tree = commit.Tree
	}
	base, _, err := s.SourceBase(source, commit, mainline)
	if err != nil {
		return PickResult{}, err
	}
	name := s.repo.autoShort(source) + " (" + labelSubject(commit) + ")"
	return s.Merge(ctx, base, ours, tree, Labels{Base: "parent of " + name, Ours: "HEAD", Theirs: name})
}

// labelSubject is what cherry-pick shows of a message in conflict markers: its first line that is not
// blank, as it is.
func labelSubject(c *object.Commit) string {
	for line := range bytes.Lines(object.MessageText(c)) {
		if len(bytes.Trim(line, " \t\r\n")) > 0 {
			return string(bytes.TrimSuffix(line, []byte("\n")))
		}
	}
	return ""
}

// A ConflictStyle is how conflicts are shown in files. It never decides whether there is one.
type ConflictStyle = merge.Style

// The styles of git's merge.conflictStyle.
const (
	StyleMerge  = merge.StyleMerge
	StyleDiff3  = merge.StyleDiff3
	StyleZdiff3 = merge.StyleZdiff3
)

// Labels name the three sides of a merge in conflict markers.
type Labels struct{ Base, Ours, Theirs string }

// Merge merges three trees; a zero base is the empty tree. Attributes are those of ours.
func (s *Session) Merge(ctx context.Context, base, ours, theirs ID, labels Labels) (PickResult, error) {
	opts := merge.Options{
		Labels:     merge.Labels{Base: labels.Base, Ours: labels.Ours, Theirs: labels.Theirs},
		Style:      s.Style,
		Attributes: s.repo.attributes(ours),
		Spans:      &s.spans,
	}
	res, err := merge.Trees(ctx, mergeStore{s}, merge.ID(base), merge.ID(ours), merge.ID(theirs), opts)
	if err != nil {
		return PickResult{}, limitError(err)
	}
	out := PickResult{
		Tree: ID(res.Tree), Conflicts: conflicts(res), RenameLimit: res.Facts.RenameLimit,
		Attributes: res.Facts.Attributes, Unchanged: ID(res.Tree) == ours && res.Clean(),
	}
	for id, hunks := range res.Hunks {
		if out.Markers == nil {
			out.Markers = map[ID][]TextConflict{}
		}
		out.Markers[ID(id)] = hunks
	}
	for _, rn := range res.Facts.Renames {
		out.Renames = append(out.Renames, Rename{From: rn.From, To: rn.To, Ours: rn.Ours, Score: rn.Score})
	}
	return out, nil
}

// limitError makes a LimitError of an error that is one of the merge's.
func limitError(err error) error {
	var trees *merge.TreeLimitError
	var text *merge.LimitError
	if errors.As(err, &trees) || errors.As(err, &text) {
		return &LimitError{What: err.Error()}
	}
	return err
}

// conflicts joins git's two views of what is unsettled: the unmerged paths of the index and the
// logical conflicts with their messages. Each path gets the first conflict that names it; a conflict
// none of whose paths is unmerged stands for itself.
func conflicts(res merge.Result) []Conflict {
	var out []Conflict
	used := make([]bool, len(res.Conflicts))
	for _, u := range res.Unmerged {
		c := Conflict{Path: u.Path, Base: stage(u.Base), Ours: stage(u.Ours), Theirs: stage(u.Theirs)}
		var kinds, messages []string
		for i, lc := range res.Conflicts {
			for _, p := range lc.Paths {
				if p == u.Path {
					kinds = append(kinds, string(lc.Kind))
					messages = append(messages, lc.Message)
					used[i] = true
					break
				}
			}
		}
		c.Kind, c.Message = "content", strings.Join(messages, "\n")
		if len(kinds) > 0 {
			c.Kind = kinds[0]
		}
		c.Kinds = kinds
		out = append(out, c)
	}
	for i, lc := range res.Conflicts {
		if !used[i] && len(lc.Paths) > 0 {
			out = append(out, Conflict{Path: lc.Paths[0], Kind: string(lc.Kind), Kinds: []string{string(lc.Kind)}, Message: lc.Message})
		}
	}
	return out
}

func stage(v merge.Version) *Stage {
	if v == (merge.Version{}) {
		return nil
	}
	return &Stage{Mode: uint32(v.Mode), ID: ID(v.ID)}
}
