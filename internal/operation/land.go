package operation

import (
	"context"
	"errors"
	"fmt"

	"github.com/git-backport/git-backport/gitops"
)

// A Run is what one run of the program brings along to change the refs of an operation.
type Run struct {
	Verify    []gitops.RefVerify // refs that must not have moved
	Committer string             // for the reflog: "name <email> seconds zone"
	Now       int64              // seconds since 1970, for the record
	Replace   bool               // move branches that hold exactly what an earlier operation left
}

// Apply makes the updates that are not made yet, in one transaction, and keeps op as their record. Its
// counter, changes and state are set here. A branch that holds something else is an *OccupiedError;
// with Replace only one that no operation left so. On an error nothing was changed, unless it says so.
func (s *Store) Apply(ctx context.Context, session *gitops.Session, op *Operation, updates []gitops.RefUpdate, r Run) error {
	return s.locked(ctx, "apply", r.Now, func(log *Log) error {
		var err error
		if op.Changes, err = s.changes(log, updates, r.Replace); err != nil {
			return err
		}
		op.Seq, op.Supersedes = log.next(), superseding(log, op)
		if op.Open() { // landed in part: what is left will be settled later
			if err := s.keep(ctx, session, op); err != nil {
				return err
			}
		}
		if err := s.land(ctx, session, op, op, r); err != nil {
			return err
		}
		s.late(s.dropKeeps(log, op.Supersedes))
		return nil
	})
}

// Record keeps op as an open operation, with the objects of what is ready in it, and changes no ref. An
// open operation that asks for the same is returned instead.
func (s *Store) Record(ctx context.Context, session *gitops.Session, op *Operation, now int64) (*Operation, error) {
	kept := op
	err := s.locked(ctx, "apply", now, func(log *Log) error {
		if same := log.Same(op); same != nil {
			kept = same
			return nil
		}
		if err := s.keep(ctx, session, op); err != nil {
			return err
		}
		op.Seq, op.Supersedes = log.next(), superseding(log, op)
		op.enter(StateOpen, now)
		if err := s.write(op); err != nil {
			return err
		}
		return s.dropKeeps(log, op.Supersedes)
	})
	return kept, err
}

// locked runs do under the lock of the operations, after what a dead process left is settled.
func (s *Store) locked(ctx context.Context, note string, now int64, do func(*Log) error) (err error) {
	release, err := s.hold(note)
	if err != nil {
		return err
	}
	defer func() { _ = release() }() // closing the lock file: the kernel does it in any case
	if err := s.recoverHeld(ctx, now); err != nil {
		return err
	}
	log, err := s.Load()
	if err != nil {
		return err
	}
	if err := errors.Join(s.sweep(), s.sweepKeeps(log)); err != nil {
		s.repo.Warn(fmt.Sprintf("what a dead process left is not all removed: %v", err))
	}
	return do(log)
}

// superseding returns the open operations of the same name, which op takes the place of.
func superseding(log *Log, op *Operation) []string {
	var out []string
	for _, have := range log.Pending() {
		if have.Name == op.Name {
			out = append(out, have.ID)
		}
	}
	return out
}

// dropKeeps lets go of the packs kept for operations that are over.
func (s *Store) dropKeeps(log *Log, ids []string) error {
	var err error
	for _, id := range ids {
		if op := log.by[id]; op != nil {
			err = errors.Join(err, s.dropPacks(op.ID, op.Packs))
		}
	}
	return err
}

func (s *Store) dropPacks(id string, packs []string) error {
	var err error
	for _, p := range packs {
		err = errors.Join(err, s.repo.DropKeep(p, id))
	}
	return err
}

// changes compares the updates with what the refs hold now, and drops those that are made.
func (s *Store) changes(log *Log, updates []gitops.RefUpdate, replace bool) ([]Change, error) {
	var out []Change
	occupied := &OccupiedError{}
	for _, u := range updates {
		now, err := s.value(u.Name)
		if err != nil {
			return nil, err
		}
		switch left, by := log.Left(u.Name); {
		case now == u.New:
			continue
		case now.IsZero():
		case by == nil:
			occupied.Foreign = append(occupied.Foreign, u.Name)
		case left != now:
			occupied.Amended = append(occupied.Amended, u.Name)
		case !replace:
			occupied.Ours = append(occupied.Ours, u.Name)
		}
		out = append(out, Change{Ref: u.Name, Old: now, New: u.New})
	}
	if len(occupied.Foreign)+len(occupied.Amended)+len(occupied.Ours) > 0 {
		return nil, occupied
	}
	return out, nil
}

// value returns what a ref holds; zero when it is not there.
func (s *Store) value(ref string) (gitops.ID, error) {
	id, err := s.repo.Ref(ref)
	if errors.Is(err, gitops.ErrNoRef) {
		return gitops.ID{}, nil
	}
	return id, err
}

// land makes the changes of op that are not made: the record says landing before, and applied after.
// A landing that did not happen leaves the record as it was. The targets are those of the apply that op is
// about.
func (s *Store) land(ctx context.Context, session *gitops.Session, op, about *Operation, r Run) error {
	before := *op
	if err := s.keepBack(op); err != nil {
		return errors.Join(err, s.restore(op, &before))
	}
	op.Before = op.State
	op.Transitions = append([]Transition(nil), op.Transitions...)
	op.enter(StateLanding, r.Now)
	done := op.landed(r.Now)
	if err := s.writeAside(&done, nextSuffix); err != nil {
		return errors.Join(err, s.restore(op, &before))
	}
	if err := s.write(op); err != nil {
		return errors.Join(err, s.restore(op, &before))
	}
	l := gitops.Landing{
		OpID: op.ID, Verify: r.Verify, Committer: r.Committer, Message: "backport: " + op.ID,
		Sources: op.Sources, Lasting: s.lasting(ctx, about),
	}
	for _, c := range op.Changes {
		if !c.Done {
			l.Updates = append(l.Updates, gitops.RefUpdate{Name: c.Ref, Old: c.Old, New: c.New})
		}
	}
	if len(op.Made()) > 0 { // a second landing of one operation: the journal wants a name of its own
		l.OpID = fmt.Sprintf("%s-%d", op.ID, len(op.Made()))
	}
	if err := session.Land(ctx, l); err != nil {
		if pending, perr := s.repo.Pending(); perr != nil || len(pending) > 0 {
			return err // half done: the next run settles the refs, then the record
		}
		return errors.Join(err, s.restore(op, &before))
	}
	*op = done
	s.late(errors.Join(s.place(op, nextSuffix), s.unlink(s.path(op)+backSuffix)))
	return nil
}

// landed is the record of an operation whose changes are made.
func (op *Operation) landed(now int64) Operation {
	done := *op
	done.Changes = append([]Change(nil), op.Changes...)
	for i := range done.Changes {
		done.Changes[i].Done = true
	}
	done.Transitions = append([]Transition(nil), op.Transitions...)
	done.Before, done.Settled = "", false
	done.enter(StateApplied, now)
	return done
}

// late tells of an error that came after the refs had changed: the next run does what is left.
func (s *Store) late(err error) {
	if err != nil {
		s.repo.Warn(fmt.Sprintf("the branches are changed; the next run completes the record: %v", err))
	}
}

// restore brings the record back to what it was before a landing that did not happen.
func (s *Store) restore(op, before *Operation) error {
	if before.State == "" {
		return errors.Join(s.remove(op), s.dropPacks(op.ID, op.Packs))
	}
	before.Changes = op.Made()
	*op = *before
	err := s.unlink(s.path(op) + nextSuffix)
	if err == nil {
		err = s.place(op, backSuffix)
	}
	if err != nil {
		err = s.write(op)
	}
	return err
}

// ready returns what landing the operation's ready targets makes.
func (op *Operation) ready() []gitops.RefUpdate {
	var out []gitops.RefUpdate
	for _, t := range op.Targets {
		if t.Status != TargetReady {
			continue
		}
		if t.Ref != "" && !t.Head.IsZero() && len(t.Commits) > 0 {
			out = append(out, gitops.RefUpdate{Name: t.Ref, New: t.Head})
		}
		if t.BumpRef != "" && !t.BumpCommit.IsZero() {
			out = append(out, gitops.RefUpdate{Name: t.BumpRef, New: t.BumpCommit})
		}
	}
	return out
}

// bases returns the refs that the operation's ready targets were made from.
func (op *Operation) bases() []gitops.RefVerify {
	var out []gitops.RefVerify
	seen := map[string]bool{}
	for _, t := range op.Targets {
		if t.Status == TargetReady && t.BaseRef != "" && !seen[t.BaseRef] {
			seen[t.BaseRef] = true
			out = append(out, gitops.RefVerify{Name: t.BaseRef, Old: t.Base})
		}
	}
	return out
}
