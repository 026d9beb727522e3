package operation

import (
	"context"
	"fmt"
	"reflect"

	"github.com/git-backport/git-backport/gitops"
)

// pending finds an operation that needs a person: the one named, else the only one there is.
func (l *Log) pending(id string) (*Operation, error) {
	if id != "" {
		op, err := l.Find(id)
		if err != nil {
			return nil, err
		}
		if !l.NeedsPerson(op) {
			return nil, &WrongTimeError{Op: op.ID, Reason: "waits for nobody: it is " + string(l.State(op)), Next: fmt.Sprintf("status %.8s", op.ID)}
		}
		return op, nil
	}
	open := l.Pending()
	if len(open) == 1 {
		return open[0], nil
	}
	e := &LookupError{What: "operation that waits for a person"}
	for _, op := range open {
		e.Known = append(e.Known, op.ID)
	}
	if len(open) > 1 {
		e.What = fmt.Sprintf("single operation that waits for a person: there are %d", len(open))
	}
	return nil, e
}

// Abort gives up an operation that has changed nothing. An empty id means the only one that is open.
func (s *Store) Abort(ctx context.Context, id string, now int64) (*Operation, error) {
	var done *Operation
	err := s.locked(ctx, "abort", now, func(log *Log) error {
		op, err := log.pending(id)
		if err != nil {
			return err
		}
		if len(op.Made()) > 0 {
			return &WrongTimeError{Op: op.ID, Reason: "has made branches already", Next: fmt.Sprintf("undo %.8s", op.ID)}
		}
		done = op
		return s.close(op, StateAborted, now)
	})
	return done, err
}

// close ends an operation without a landing and lets go of its pack.
func (s *Store) close(op *Operation, state State, now int64) error {
	packs := op.Packs
	if len(packs) == 0 && op.State == state && !op.Settled {
		return nil
	}
	op.Packs, op.Settled = nil, false
	if op.State != state {
		op.enter(state, now)
	}
	if err := s.write(op); err != nil {
		return err
	}
	return s.dropPacks(op.ID, packs)
}

// Drop gives up one target of an open operation, for a reason where the policy requires it. When no other
// needs a person, what is ready lands in one transaction.
func (s *Store) Drop(ctx context.Context, session *gitops.Session, id, line, reason string, r Run) (*Operation, error) {
	var done *Operation
	err := s.locked(ctx, "drop", r.Now, func(log *Log) error {
		op, err := log.pending(id)
		if err != nil {
			return err
		}
		t := op.Target(line)
		if t == nil {
			return op.noTarget(line)
		}
		for _, c := range op.Made() {
			if c.Ref == t.Ref || c.Ref == t.BumpRef {
				return &WrongTimeError{Op: op.ID, Reason: "has made the branch of " + t.Branch + " already", Next: fmt.Sprintf("undo %.8s", op.ID)}
			}
		}
		if t.Required && reason == "" {
			return &ReasonError{Branch: t.Branch}
		}
		done = op
		if t.Status = TargetDropped; !op.Embargo {
			t.Reason = reason
		}
		op.Settled = !op.Open()
		if err := s.write(op); err != nil {
			return err
		}
		return s.finish(ctx, session, op, log, r)
	})
	return done, err
}

// Waiting finds the operation that waits for a person, and its target that a person is to settle. An
// empty id means the only one there is.
func (l *Log) Waiting(id, line string) (*Operation, *Target, error) {
	op, err := l.pending(id)
	if err != nil {
		return nil, nil, err
	}
	t := op.Target(line)
	if t == nil {
		return nil, nil, op.noTarget(line)
	}
	if len(t.Conflicts) == 0 || !t.Open() {
		return nil, nil, &WrongTimeError{Op: op.ID, Reason: "has no conflict on " + t.Branch + ": it is " + t.Status, Next: fmt.Sprintf("status %.8s", op.ID)}
	}
	return op, t, nil
}

func (op *Operation) noTarget(line string) error {
	e := &LookupError{What: fmt.Sprintf("target %s in operation %.8s", line, op.ID)}
	for _, t := range op.Targets {
		e.Known = append(e.Known, t.Branch)
	}
	return e
}

// A Settlement is a target as it was read, and what it becomes.
type Settlement struct {
	Was, Now Target
	Text     string // of the pull request of Now; "" leaves what is on record
}

// Settle puts targets whose conflict is settled, or what is left of it, in the places of the targets as
// they were read; the first one waits for a person. When nothing else is open all branches are made in one
// transaction.
func (s *Store) Settle(ctx context.Context, session *gitops.Session, id string, targets []Settlement, r Run) (*Operation, error) {
	var done *Operation
	err := s.locked(ctx, "continue", r.Now, func(log *Log) error {
		op, _, err := log.Waiting(id, targets[0].Was.Branch)
		if err != nil {
			return err
		}
		for _, t := range targets {
			at := op.Target(t.Was.Branch)
			if at == nil || !reflect.DeepEqual(*at, t.Was) {
				return &WrongTimeError{Op: op.ID, Reason: "was changed meanwhile by another run", Next: fmt.Sprintf("status %.8s", op.ID)}
			}
			*at = t.Now
			op.SetText(t.Now.Ref, t.Text)
		}
		done = op
		op.Settled = !op.Open()
		if err := s.keep(ctx, session, op); err != nil {
			return err
		}
		if err := s.write(op); err != nil {
			return err
		}
		return s.finish(ctx, session, op, log, r)
	})
	return done, err
}

// Hold keeps what heads reach with an operation that needs a person, as long as it does.
func (s *Store) Hold(ctx context.Context, session *gitops.Session, id string, heads []gitops.ID, now int64) error {
	return s.locked(ctx, "resolve", now, func(log *Log) error {
		op, err := log.pending(id)
		if err != nil {
			return err
		}
		if err := s.keep(ctx, session, op, heads...); err != nil {
			return err
		}
		return s.write(op)
	})
}

// Continue lands an open operation none of whose targets needs a person any more.
func (s *Store) Continue(ctx context.Context, session *gitops.Session, id string, r Run) (*Operation, error) {
	var done *Operation
	err := s.locked(ctx, "continue", r.Now, func(log *Log) error {
		op, err := log.pending(id)
		if err != nil {
			return err
		}
		done = op
		for _, t := range op.Targets {
			if t.Open() {
				verb := "drop"
				if len(t.Conflicts) > 0 {
					verb = "resolve"
				}
				return &WrongTimeError{Op: op.ID, Reason: "still needs a person for " + t.Branch + " (" + t.Status + ")", Next: fmt.Sprintf("%s %s %.8s", verb, t.Name(), op.ID)}
			}
		}
		return s.finish(ctx, session, op, log, r)
	})
	return done, err
}

// Name is the target's line, or its branch where it has none.
func (t *Target) Name() string {
	if t.Line != "" {
		return t.Line
	}
	return t.Branch
}

// finish lands what is ready when nothing is open any more.
func (s *Store) finish(ctx context.Context, session *gitops.Session, op *Operation, log *Log, r Run) error {
	if op.Open() {
		return nil
	}
	r.Replace = r.Replace || op.Request != nil && op.Request.Replace
	pending, err := s.changes(log, op.ready(), r.Replace)
	if err != nil {
		return err
	}
	if len(pending) == 0 {
		state := StateAborted
		if len(op.Made()) > 0 {
			state = StateApplied
		}
		return s.close(op, state, r.Now)
	}
	op.Changes = append(op.Made(), pending...)
	r.Verify = op.bases()
	if err := s.land(ctx, session, op, op, r); err != nil {
		return err
	}
	s.late(s.close(op, StateApplied, r.Now))
	return nil
}
