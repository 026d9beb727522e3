package operation

import (
	"slices"
	"sort"
	"strings"

	"github.com/git-backport/git-backport/gitops"
)

// A Log is the records of a repository, oldest first.
type Log struct {
	ops []*Operation
	by  map[string]*Operation
}

func newLog(ops []*Operation) *Log {
	sort.Slice(ops, func(i, j int) bool {
		if ops[i].Seq != ops[j].Seq {
			return ops[i].Seq < ops[j].Seq
		}
		return ops[i].ID < ops[j].ID
	})
	l := &Log{ops: ops, by: map[string]*Operation{}}
	for _, op := range ops {
		l.by[op.ID] = op
	}
	return l
}

// All returns the operations, oldest first.
func (l *Log) All() []*Operation { return l.ops }

// next is the counter of the next operation.
func (l *Log) next() int {
	if n := len(l.ops); n > 0 {
		return l.ops[n-1].Seq + 1
	}
	return 1
}

// State returns where an operation stands, seen with the operations after it.
func (l *Log) State(op *Operation) State {
	switch op.State {
	case StateApplied:
		if l.undone(op) {
			return StateUndone
		}
		if l.replaced(op) != nil {
			return StateSuperseded
		}
	case StateOpen:
		if l.superseded(op) != nil {
			return StateSuperseded
		}
	case StateLanding, StateFailed, StateAborted, StateUndone, StateSuperseded:
	}
	return op.State
}

// undone reports whether what an operation did was taken back.
func (l *Log) undone(op *Operation) bool {
	if op.State != StateApplied {
		return op.State == StateUndone
	}
	if op.Kind != KindApply && l.by[op.Of] == nil {
		return true // what it is about is forgotten: there is nothing to take back
	}
	last := l.lastToggle(base(op))
	return last != nil && last != op && last.Seq > op.Seq && (op.Kind != KindApply || last.Kind == KindUndo)
}

// replaced returns the last operation that moved on every branch an apply made, nil when one still is
// as it left it.
func (l *Log) replaced(op *Operation) *Operation {
	if op.Kind != KindApply {
		return nil
	}
	var last *Operation
	for _, c := range op.Changes {
		if !c.Done {
			continue
		}
		if last = l.movedOn(op, c); last == nil {
			return nil
		}
	}
	return last
}

// movedOn returns the last apply after op, not taken back, that moved a branch on which op made; nil when none did.
func (l *Log) movedOn(op *Operation, made Change) *Operation {
	for i := len(l.ops) - 1; i >= 0 && l.ops[i].Seq > op.Seq; i-- {
		later := l.ops[i]
		moves := later.Kind == KindApply && slices.ContainsFunc(later.Changes, func(d Change) bool {
			return d.Done && d.Ref == made.Ref && d.Old == made.New
		})
		if moves && !l.undone(later) {
			return later
		}
	}
	return nil
}

// base is the id of the apply that an operation is about.
func base(op *Operation) string {
	if op.Kind == KindApply {
		return op.ID
	}
	return op.Of
}

// lastToggle returns the last undo or redo of an apply that took place.
func (l *Log) lastToggle(id string) *Operation {
	for i := len(l.ops) - 1; i >= 0; i-- {
		if op := l.ops[i]; op.Kind != KindApply && op.Of == id && op.State == StateApplied {
			return op
		}
	}
	return nil
}

// superseded returns the operation that took the place of an open one, nil when there is none.
func (l *Log) superseded(op *Operation) *Operation {
	for _, later := range l.ops {
		if later.State == StateFailed || later.State == StateLanding {
			continue
		}
		for _, id := range later.Supersedes {
			if id == op.ID {
				return later
			}
		}
	}
	return nil
}

// NeedsPerson reports whether an operation waits for a person: a target of it is open, or what was settled
// has yet to land, and nothing has ended or replaced it.
func (l *Log) NeedsPerson(op *Operation) bool {
	switch l.State(op) {
	case StateOpen:
		return true
	case StateApplied:
		return op.Kind == KindApply && (op.Open() || op.Settled) && l.superseded(op) == nil
	case StateLanding, StateFailed, StateAborted, StateUndone, StateSuperseded:
	}
	return false
}

// Find returns the operation whose id begins with the given text.
func (l *Log) Find(prefix string) (*Operation, error) {
	prefix = strings.ToLower(prefix)
	var found []*Operation
	for _, op := range l.ops {
		if strings.HasPrefix(op.ID, prefix) {
			found = append(found, op)
		}
	}
	if len(found) == 1 && prefix != "" {
		return found[0], nil
	}
	e := &LookupError{What: "operation " + prefix}
	for _, op := range found {
		e.Known = append(e.Known, op.ID)
	}
	if len(found) > 1 {
		e.What = "single operation whose id begins with " + prefix
	}
	return nil, e
}

// Pending returns the operations that need a person, oldest first.
func (l *Log) Pending() []*Operation {
	var out []*Operation
	for _, op := range l.ops {
		if l.NeedsPerson(op) {
			out = append(out, op)
		}
	}
	return out
}

// Latest returns the last operation whose changes stand; nil when there is none.
func (l *Log) Latest() *Operation { return l.latestBut("") }

// latestBut is Latest among all kinds but one.
func (l *Log) latestBut(kind Kind) *Operation {
	for i := len(l.ops) - 1; i >= 0; i-- {
		if op := l.ops[i]; op.Kind != kind && l.State(op) == StateApplied && len(op.Made()) > 0 {
			return op
		}
	}
	return nil
}

// lastChange returns the last operation that changed a branch; nil when none did.
func (l *Log) lastChange() *Operation {
	for i := len(l.ops) - 1; i >= 0; i-- {
		if op := l.ops[i]; op.State == StateApplied && len(op.Made()) > 0 {
			return op
		}
	}
	return nil
}

// Last reports whether no operation came after one.
func (l *Log) Last(op *Operation) bool { return len(l.ops) > 0 && l.ops[len(l.ops)-1] == op }

// Same returns an operation that stands or is open and asks for the same as op; nil when there is none.
func (l *Log) Same(op *Operation) *Operation {
	for i := len(l.ops) - 1; i >= 0; i-- {
		have := l.ops[i]
		switch l.State(have) {
		case StateOpen, StateApplied:
			if have.Kind == KindApply && have.Same(op) {
				return have
			}
		case StateLanding, StateFailed, StateAborted, StateUndone, StateSuperseded:
		}
	}
	return nil
}

// For returns the last standing or open operation that applies the same commits under the same name;
// an empty name is any name of an operation under embargo.
func (l *Log) For(sources []gitops.ID, name string) *Operation {
	for i := len(l.ops) - 1; i >= 0; i-- {
		op := l.ops[i]
		if op.Kind != KindApply || !equal(op.Sources, sources) || op.Name != name && (name != "" || !op.Embargo) {
			continue
		}
		switch l.State(op) {
		case StateOpen, StateApplied, StateFailed:
			return op
		case StateLanding, StateAborted, StateUndone, StateSuperseded:
		}
	}
	return nil
}

func equal(a, b []gitops.ID) bool {
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

// Left returns the last value that an operation left in a ref, and the operation; nil when none
// changed it. A zero value is a deletion.
func (l *Log) Left(ref string) (gitops.ID, *Operation) {
	for i := len(l.ops) - 1; i >= 0; i-- {
		if l.ops[i].State != StateApplied {
			continue
		}
		for _, c := range l.ops[i].Changes {
			if c.Done && c.Ref == ref {
				return c.New, l.ops[i]
			}
		}
	}
	return gitops.ID{}, nil
}
