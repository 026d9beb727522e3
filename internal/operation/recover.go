package operation

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/git-backport/git-backport/gitops"
)

// Recover settles what a dead process left: first the refs, from their own journal, then the records
// whose landing was under way, from what the refs hold. Where nothing was left nothing is written. A
// *BusyError says that the process is alive.
func (s *Store) Recover(ctx context.Context, now int64) error {
	if err := s.repo.Recover(ctx); err != nil {
		return err
	}
	log, err := s.Load()
	if err != nil {
		return err
	}
	for _, op := range log.ops {
		if op.State == StateLanding {
			return s.locked(ctx, "recovery", now, func(*Log) error { return nil })
		}
	}
	return nil
}

// Unsettled reports whether a process died, or works still, while it changed branches or a record. It writes
// nothing.
func (s *Store) Unsettled() (bool, error) {
	pending, err := s.repo.Pending()
	if err != nil || len(pending) > 0 {
		return len(pending) > 0, err
	}
	list, err := os.ReadDir(s.dir())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	for _, e := range list {
		if strings.HasSuffix(e.Name(), nextSuffix) { // made before a landing, and moved or removed after it
			return true, nil
		}
	}
	return false, err
}

// recoverHeld is Recover under the lock.
func (s *Store) recoverHeld(ctx context.Context, now int64) error {
	if err := s.repo.Recover(ctx); err != nil {
		return err
	}
	log, err := s.Load()
	if err != nil {
		return err
	}
	for _, op := range log.ops {
		if op.State != StateLanding {
			continue
		}
		landed, err := s.landed(op)
		if err != nil {
			return err
		}
		switch {
		case landed:
			*op = op.landed(now)
		case op.Before != "":
			op.Changes = op.Made()
			back := op.Before
			op.Before = ""
			op.enter(back, now)
		default:
			op.enter(StateFailed, now)
		}
		if err := s.write(op); err != nil {
			return err
		}
	}
	return nil
}

// landed tells from the refs whether the pending changes of an operation were made. All were or none:
// one ref that holds a new value says that all were, one that holds an old value that none were, and
// only where every ref is absent the absence itself has to tell.
func (s *Store) landed(op *Operation) (bool, error) {
	var old, absent, want int
	for _, c := range op.Changes {
		if c.Done {
			continue
		}
		now, err := s.value(c.Ref)
		switch {
		case err != nil:
			return false, err
		case now.IsZero():
			absent++
		case now == c.New:
			return true, nil
		case now == c.Old:
			old++
		}
		if c.New == (gitops.ID{}) {
			want++
		}
	}
	return old == 0 && absent > 0 && want > 0, nil
}
