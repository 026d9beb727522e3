package operation

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/gitops"
)

// A StateError is a record that is damaged or written by a newer version. Nothing is changed while it
// is there: what it would say is not guessed.
type StateError struct{ Path, Reason string }

func (e *StateError) Error() string {
	return fmt.Sprintf("the record %q cannot be used: %s; nothing was changed", e.Path, e.Reason)
}

// A SizeError is a record that would be larger than what is read. Nothing was changed.
type SizeError struct{ Size int }

func (e *SizeError) Error() string {
	return fmt.Sprintf("the record of the operation would have %d bytes, and none above %d is read", e.Size, maxRecord)
}

// A BusyError says that another process is changing the operations of this repository.
type BusyError struct {
	Path   string
	Holder string // "pid 42, apply"; empty when unknown
}

func (e *BusyError) Error() string {
	if e.Holder == "" {
		return fmt.Sprintf("another git-backport is working on this repository (%q)", e.Path)
	}
	return fmt.Sprintf("another git-backport is working on this repository (%s, %q)", e.Holder, e.Path)
}

// A How says what became of a ref that does not hold what an operation left.
type How string

// What becomes of refs.
const (
	Gone    How = "gone"
	Amended How = "amended" // commits were put on top of what the operation left, or it was rewritten
	Back    How = "back"    // a ref that was deleted is there again
)

// A Moved is a ref that does not hold what an operation left.
type Moved struct {
	Ref       string
	Want, Got gitops.ID
	How       How
}

func (m Moved) String() string {
	name := strings.TrimPrefix(m.Ref, "refs/heads/")
	switch m.How {
	case Gone:
		return fmt.Sprintf("%s is gone (it was %.12s)", name, m.Want)
	case Back:
		return fmt.Sprintf("%s is there again (%.12s)", name, m.Got)
	case Amended:
	}
	return fmt.Sprintf("%s is amended (%.12s, it was %.12s)", name, m.Got, m.Want)
}

// A MovedError lists refs that do not hold what an operation left. Nothing was changed.
type MovedError struct {
	Op   string
	Refs []Moved
}

func (e *MovedError) Error() string {
	parts := make([]string, len(e.Refs))
	for i, m := range e.Refs {
		parts[i] = m.String()
	}
	return fmt.Sprintf("moved since operation %.8s: %s", e.Op, strings.Join(parts, "; "))
}

// An OccupiedError lists branches that are there already and hold something else. Nothing was changed.
type OccupiedError struct {
	Ours    []string // still as an earlier operation left them: --replace moves these
	Amended []string // left by an earlier operation and changed since
	Foreign []string // no operation left them
}

func (e *OccupiedError) Error() string {
	var parts []string
	for _, p := range []struct {
		refs []string
		what string
	}{{e.Amended, "amended since they were made"}, {e.Foreign, "not made by an operation on record"}, {e.Ours, "made by an earlier operation"}} {
		if len(p.refs) > 0 {
			names := make([]string, len(p.refs))
			for i, r := range p.refs {
				names[i] = strings.TrimPrefix(r, "refs/heads/")
			}
			parts = append(parts, strings.Join(names, ", ")+" ("+p.what+")")
		}
	}
	return "branches are there already with other content: " + strings.Join(parts, "; ")
}

// A LookupError is an operation, or a target of one, that is not there or is not unique.
type LookupError struct {
	What  string // "operation abc", "line 24 in operation abc"
	Known []string
}

func (e *LookupError) Error() string { return "there is no " + e.What }

// A ReasonError is a target that the policy requires, and that is to be dropped without a reason. Nothing
// was changed.
type ReasonError struct{ Branch string }

func (e *ReasonError) Error() string {
	return fmt.Sprintf("the policy requires %s: to drop it wants --reason, which is recorded", e.Branch)
}

// A NothingError says that the last thing that was done is an undo already: it is taken back by its name
// alone. Nothing was changed.
type NothingError struct {
	Undo     *Operation
	Standing *Operation // the last one whose changes stand all the same; nil when there is none
}

func (e *NothingError) Error() string {
	return fmt.Sprintf("nothing to undo: operation %.8s is undone", e.Undo.Of)
}

// A WrongTimeError is a verb that does not fit the state of an operation. Nothing was changed.
type WrongTimeError struct {
	Op     string
	Reason string // "is undone already"
	Next   string // the verb and arguments that would fit: "undo abc"; may be empty
}

func (e *WrongTimeError) Error() string { return fmt.Sprintf("operation %.8s %s", e.Op, e.Reason) }
