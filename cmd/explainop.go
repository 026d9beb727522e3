package cmd

import (
	"cmp"
	"strings"

	"github.com/git-backport/git-backport/internal/operation"
)

// explainOperation explains the errors of operations on record.
func explainOperation(err error) *Error {
	if _, ok := as[*operation.StateError](err); ok {
		return &Error{Exit: ExitRepository, Code: "record", Hint: "what it would say is not guessed; a newer version of this program may know it. git does not need the file: move it away to go on without it"}
	}
	if _, ok := as[*operation.BusyError](err); ok {
		return &Error{Exit: ExitBusy, Code: "busy", Hint: "nothing was changed; wait for the other run to end"}
	}
	if _, ok := as[*operation.ReasonError](err); ok {
		return &Error{Exit: ExitUsage, Code: "reason", Hint: "nothing was changed; give --reason TEXT: the line would go without the fix"}
	}
	if _, ok := as[*operation.SizeError](err); ok {
		return &Error{Exit: ExitUsage, Code: "record-size", Hint: "nothing was changed; name fewer lines at once"}
	}
	if e, ok := as[*operation.OccupiedError](err); ok {
		if len(e.Amended) > 0 {
			return &Error{Exit: ExitMoved, Code: "amended", Hint: "nothing was changed; a branch with work on it is never overwritten: choose another --name, or delete it"}
		}
		hint := "nothing was changed; a branch that exists is never overwritten: choose another --name, or delete it"
		if len(e.Foreign) == 0 {
			hint += "; --replace moves one that still holds what an earlier operation left"
		}
		return &Error{Exit: ExitMoved, Code: "branch-exists", Hint: hint}
	}
	if _, ok := as[*operation.MovedError](err); ok {
		return &Error{Exit: ExitMoved, Code: "moved", Hint: "nothing was changed; what others did is not taken back: settle the branches by hand, or leave them"}
	}
	if e, ok := as[*operation.LookupError](err); ok {
		if len(e.Known) > 0 {
			return &Error{Exit: ExitUsage, Code: "operation", Hint: "name one of: " + strings.Join(e.Known, ", ")}
		}
		return &Error{Exit: ExitUsage, Code: "operation", Hint: "see what is on record: ", Run: "status --all"}
	}
	if e, ok := as[*operation.WrongTimeError](err); ok {
		return &Error{Exit: ExitUsage, Code: "wrong-time", Hint: "nothing was changed; ", Run: cmp.Or(e.Next, "status --all")}
	}
	return nil
}
