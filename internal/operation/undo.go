package operation

import (
	"context"
	"fmt"

	"github.com/git-backport/git-backport/gitops"
)

// Undo takes back what an operation changed, or, when that is an undo, makes it again: exactly, all or
// none. An empty id means the last operation, unless that is an undo: a *NothingError. The undo is an
// operation of its own.
// Refs that do not hold what was left are a *MovedError that lists them all.
func (s *Store) Undo(ctx context.Context, session *gitops.Session, id string, r Run) (*Operation, error) {
	var made *Operation
	err := s.locked(ctx, "undo", r.Now, func(log *Log) error {
		of, back, err := log.undoable(id)
		if err != nil {
			return err
		}
		made = &Operation{
			Kind: KindRedo, Of: of.ID, Seq: log.next(), Name: of.Name, Embargo: of.Embargo, Sources: of.Sources, Policy: of.Policy,
			Committer: of.Committer, Remote: of.Remote, Main: of.Main, Targets: []Target{}, Changes: of.Made(),
		}
		if made.ID, err = NewID(); err != nil {
			return err
		}
		if back {
			made.Kind = KindUndo
		}
		for i := range made.Changes {
			c := &made.Changes[i]
			c.Done = false
			if back {
				c.Old, c.New = c.New, c.Old
			}
		}
		if err := s.checkHeld(ctx, of.ID, made.Changes); err != nil {
			return err
		}
		for _, c := range made.Changes {
			if !c.New.IsZero() && !s.repo.HasCommit(c.New) {
				return &WrongTimeError{Op: of.ID, Reason: fmt.Sprintf("made commits that git has pruned since, as %.12s: they cannot be brought back", c.New)}
			}
		}
		return s.land(ctx, session, made, of, r)
	})
	return made, err
}

// undoable finds the apply that an undo is about, and whether its changes are to be taken back or made
// again.
func (l *Log) undoable(id string) (of *Operation, back bool, err error) {
	op := l.Latest()
	if last := l.lastChange(); id == "" && last != nil && last.Kind == KindUndo {
		return nil, false, &NothingError{Undo: last, Standing: l.latestBut(KindUndo)}
	}
	if id != "" {
		if op, err = l.Find(id); err != nil {
			return nil, false, err
		}
	}
	if op == nil {
		return nil, false, &LookupError{What: "operation whose changes could be taken back"}
	}
	switch l.State(op) {
	case StateApplied:
	case StateUndone:
		next := ""
		if t := l.lastToggle(base(op)); t != nil {
			next = fmt.Sprintf("undo %.8s", t.ID)
		}
		return nil, false, &WrongTimeError{Op: op.ID, Reason: "is undone already", Next: next}
	case StateOpen:
		return nil, false, &WrongTimeError{Op: op.ID, Reason: "has changed nothing yet", Next: fmt.Sprintf("abort %.8s", op.ID)}
	case StateSuperseded:
		if by := l.replaced(op); by != nil {
			return nil, false, &WrongTimeError{Op: op.ID, Reason: fmt.Sprintf("was replaced by operation %.8s", by.ID), Next: fmt.Sprintf("undo %.8s", by.ID)}
		}
		return nil, false, &WrongTimeError{Op: op.ID, Reason: "has changed nothing"}
	case StateLanding, StateFailed, StateAborted:
		return nil, false, &WrongTimeError{Op: op.ID, Reason: "has changed nothing"}
	}
	of = l.by[base(op)]
	if of == nil {
		return nil, false, &LookupError{What: "record of operation " + base(op) + " any more"}
	}
	if len(of.Made()) == 0 {
		return nil, false, &WrongTimeError{Op: of.ID, Reason: "has changed nothing"}
	}
	return of, op.Kind != KindUndo, nil
}

// checkHeld demands that refs hold what the changes start from, and lists all that do not.
func (s *Store) checkHeld(ctx context.Context, op string, changes []Change) error {
	e := &MovedError{Op: op}
	for _, c := range changes {
		now, err := s.value(c.Ref)
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		m := Moved{Ref: c.Ref, Want: c.Old, Got: now, How: Amended}
		switch {
		case now == c.Old:
			continue
		case now.IsZero():
			m.How = Gone
		case c.Old.IsZero():
			m.How = Back
		}
		e.Refs = append(e.Refs, m)
	}
	if len(e.Refs) > 0 {
		return e
	}
	return nil
}
