package mergetest

import (
	"context"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
)

// A Case is three trees to merge.
type Case struct {
	Name               string
	Base, Ours, Theirs Files
}

// hasAttributes reports whether there is a file of attributes that the merge reads.
func (c Case) hasAttributes() bool {
	for path := range c.Ours {
		if path[strings.LastIndexByte(path, '/')+1:] == ".gitattributes" {
			return true
		}
	}
	return false
}

// An Answer is what a merge came to, ours or git's, in comparable form.
type Answer struct {
	Clean    bool
	Tree     string
	Stages   []string // "100644 <id> 1\tpath", in the index's order
	Messages []string // of conflicts, by path
	Err      string
}

// Diff names the first thing in which two answers differ, or is empty.
func (a Answer) Diff(b Answer) string {
	switch {
	case (a.Err != "") != (b.Err != ""):
		return "error"
	case a.Err != "":
		return ""
	case a.Clean != b.Clean:
		return "status"
	case a.Tree != b.Tree && a.Clean:
		return "clean tree"
	case !equal(a.Stages, b.Stages):
		return "stages"
	case a.Tree != b.Tree:
		return "conflicted tree"
	case !equal(a.Messages, b.Messages):
		return "messages"
	}
	return ""
}

// Known names the difference between our answer and git's when it is one we chose, else is empty.
func (a Answer) Known(git Answer) string {
	if git.Clean && !a.Clean && a.Tree == git.Tree && len(a.Messages) > 0 {
		for _, message := range a.Messages {
			if !strings.HasPrefix(message, "CONFLICT (rename involved in collision): ") &&
				!strings.HasPrefix(message, "warning: Cannot merge binary files: ") {
				return ""
			}
		}
		return "git forgets the conflict of a renamed file that collides with a file both sides have"
	}
	return ""
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Merge merges the case with our engine.
func (c Case) Merge(s *Store, labels merge.Labels) (merge.Result, error) {
	ours := s.AddTree(c.Ours)
	return merge.Trees(context.Background(), s, s.AddTree(c.Base), ours, s.AddTree(c.Theirs),
		merge.Options{Labels: labels, Attributes: merge.AttributeSource{Tree: ours}})
}

// AnswerOf puts a result in comparable form.
func AnswerOf(r merge.Result, err error) Answer {
	if err != nil {
		return Answer{Err: err.Error()}
	}
	a := Answer{Clean: r.Clean(), Tree: r.Tree.String()}
	for _, u := range r.Unmerged {
		for i, v := range []merge.Version{u.Base, u.Ours, u.Theirs} {
			if v != (merge.Version{}) {
				a.Stages = append(a.Stages, fmt.Sprintf("%06o %s %d\t%s", v.Mode, v.ID, i+1, u.Path))
			}
		}
	}
	for _, c := range r.Conflicts {
		a.Messages = append(a.Messages, c.Message)
	}
	return a
}
