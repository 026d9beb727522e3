package refstest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/git-backport/git-backport/internal/txfs"
)

// A Recording is a run to cut the power in.
type Recording struct {
	Trace *txfs.Trace
	from  int // the first cut that is new: before it another recording says the same
	final outcome
}

// Record makes the change. through may stand between the change and the recorder; nil: nothing does.
func (w *World) Record(through func(*txfs.Recorder) txfs.FS) (*Recording, error) {
	return w.record(through, 0)
}

// record makes the change, or with a positive kill makes it up to that operation and recovers: what
// the dead process did not flush may still be lost while the recovery runs.
func (w *World) record(through func(*txfs.Recorder) txfs.FS, kill int) (*Recording, error) {
	root, err := w.fresh()
	if err != nil {
		return nil, err
	}
	r, err := txfs.NewRecorder(root)
	if err != nil {
		return nil, err
	}
	var fsys txfs.FS = r
	if through != nil {
		fsys = through(r)
	}
	rec := &Recording{}
	if kill > 0 {
		fsys = &txfs.Faulty{Under: r, At: kill, Kind: txfs.Kill}
	}
	err = w.store(root, fsys).Commit(context.Background(), w.Tx())
	if kill > 0 && errors.Is(err, txfs.ErrDead) {
		rec.from = r.Trace().Len() + 1
		err = w.store(root, r).Recover(context.Background())
	}
	if err != nil {
		return nil, err
	}
	if rec.final, err = w.values(root); err != nil {
		return nil, err
	}
	rec.Trace = r.Trace()
	return rec, os.RemoveAll(root)
}

// PowerLoss makes the disk of a state, recovers and looks; deep asks git as well.
func (w *World) PowerLoss(rec *Recording, s txfs.State, deep bool) (err error) {
	root := w.newRoot()
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %v, in %s: %w", w.Scenario.Name, s, root, err)
		} else {
			err = os.RemoveAll(root)
		}
	}()
	if err := rec.Trace.Materialize(s, w.Base, root); err != nil {
		return err
	}
	if got, err := w.values(root); err != nil || got == mixed && !w.Scenario.Mixed {
		return fmt.Errorf("before recovery the refs are %s, %w", got, err)
	}
	if err := w.store(root, txfs.Real{}).Recover(context.Background()); err != nil {
		return fmt.Errorf("recovery: %w", err)
	}
	got, err := w.checkClean(root, deep)
	if err != nil {
		return fmt.Errorf("after recovery: %w", err)
	}
	if s.Cut == rec.Trace.Len() && got != rec.final {
		return fmt.Errorf("it was reported done with %s, the refs are %s", rec.final, got)
	}
	return nil
}

// PowerLosses looks at states of the undisturbed change and then, while more are wanted, of changes
// killed at one operation after the other and recovered. No state comes twice. For each cut there
// are so many random subsets; limit is how many states to look at, 0 for all; git is asked for one
// in deepEvery. It returns how many there were and what was wrong, and stops at the fifth bad one.
func (w *World) PowerLosses(random int, seed uint64, limit, deepEvery int) (states int, bad []error, err error) {
	for kill := 0; limit == 0 || states < limit; kill++ {
		rec, err := w.record(nil, kill)
		if err != nil {
			return states, bad, err
		}
		if kill > 0 && rec.from == 0 {
			break // the change ended before that operation
		}
		all := 0
		for s := range rec.Trace.States(random, rand.New(rand.NewPCG(seed, uint64(kill)))) {
			if s.Cut >= rec.from {
				all++
			}
		}
		// Of the undisturbed change as many as are wanted, spread evenly.
		share, due := 1.0, 0.0
		if kill == 0 && limit > 0 {
			share = min(1, float64(limit)/float64(all))
		}
		for s := range rec.Trace.States(random, rand.New(rand.NewPCG(seed, uint64(kill)))) {
			if s.Cut < rec.from {
				continue
			}
			if due += share; due < 1 {
				continue
			}
			due--
			states++
			if err := w.PowerLoss(rec, s, deepEvery > 0 && states%deepEvery == 0); err != nil {
				if bad = append(bad, err); len(bad) >= 5 {
					return states, bad, nil
				}
			}
			if limit > 0 && states >= limit {
				break
			}
		}
	}
	return states, bad, nil
}
