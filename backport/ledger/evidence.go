package ledger

import (
	"cmp"
	"slices"

	"github.com/git-backport/git-backport/gitops/object"
)

// A Kind is a sort of evidence.
type Kind string

// The kinds of evidence, strongest first.
const (
	Ancestor Kind = "ancestor" // the fix is an ancestor of the tip
	Trailer  Kind = "trailer"  // a message names the other commit as its origin
	PatchID  Kind = "patch-id" // the patches are equal
	Author   Kind = "author"   // author address and date to the second, and a path in common
	Number   Kind = "number"   // the subject has the fix's pull request number
	Quoted   Kind = "quoted"   // the body quotes the fix's subject
	Subject  Kind = "subject"  // the subjects are equal but for where the copy is for
	Lines    Kind = "lines"    // most of the lines that the fix alone adds are added
	Advisory Kind = "advisory" // both name the same advisory
)

// Kinds are all kinds, strongest first.
func Kinds() []Kind {
	return []Kind{Ancestor, Trailer, PatchID, Author, Number, Quoted, Subject, Lines, Advisory}
}

// Evidence is one reason to take a commit for a copy of a fix.
type Evidence struct {
	Kind   Kind
	Detail string // the line that says so, "12 of 14 lines"
	Weak   bool   // author and date alone, where no line is shared
}

// Strong reports whether nothing else is needed to take the fix to be there.
func (e Evidence) Strong() bool {
	switch e.Kind {
	case Ancestor, Trailer, PatchID:
		return true
	case Author:
		return !e.Weak
	case Number, Quoted, Subject, Lines, Advisory:
	}
	return false
}

// A Copy is a commit that carries a fix, or did.
type Copy struct {
	Commit   object.ID
	Evidence []Evidence // strongest first
	Undone   object.ID  // the commit that takes it back; zero while it stands
	Shared   int        // of Own lines, how many it adds; zero where nobody counted
	Own      int
}

// Strong reports whether one of the evidence is strong.
func (c Copy) Strong() bool { return slices.ContainsFunc(c.Evidence, Evidence.Strong) }

// Stands reports whether nothing took the copy back.
func (c Copy) Stands() bool { return c.Undone.IsZero() }

// Has reports whether there is evidence of a kind.
func (c Copy) Has(k Kind) bool {
	return slices.ContainsFunc(c.Evidence, func(e Evidence) bool { return e.Kind == k })
}

// add adds evidence, once a kind, and keeps the order.
func (c *Copy) add(e Evidence) {
	if c.Has(e.Kind) {
		return
	}
	c.Evidence = append(c.Evidence, e)
	slices.SortStableFunc(c.Evidence, func(a, b Evidence) int { return cmp.Compare(rank(a.Kind), rank(b.Kind)) })
}

func rank(k Kind) int { return slices.Index(Kinds(), k) }

// better orders copies of one fix: those that stand, then by their strongest evidence, then by how much of
// it there is, then the older one, which is the later in the branch's list.
func better(a, b Copy) int {
	stands := func(c Copy) int {
		if c.Stands() {
			return 0
		}
		return 1
	}
	strong := func(c Copy) int {
		if c.Strong() {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(stands(a), stands(b)), cmp.Compare(strong(a), strong(b)), cmp.Compare(rank(a.Evidence[0].Kind), rank(b.Evidence[0].Kind)),
		cmp.Compare(len(b.Evidence), len(a.Evidence)), cmp.Compare(b.Shared, a.Shared))
}
