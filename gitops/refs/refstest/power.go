package refstest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/git-backport/git-backport/internal/txfs"
)

// Record makes the change and returns its trace. through may stand between the change and the
// recorder; nil: nothing does.
func (w *World) Record(through func(*txfs.Recorder) txfs.FS) (*txfs.Trace, error) {
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
	if err := w.store(root, fsys).Commit(context.Background(), w.Tx()); err != nil {
		return nil, err
	}
	return r.Trace(), os.RemoveAll(root)
}

// PowerLoss makes the disk of a state, recovers and looks; deep asks git as well.
func (w *World) PowerLoss(t *txfs.Trace, s txfs.State, deep bool) (err error) {
	root := w.newRoot()
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %v, in %s: %w", w.Scenario.Name, s, root, err)
		} else {
			err = os.RemoveAll(root)
		}
	}()
	if err := t.Materialize(s, w.Base, root); err != nil {
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
	if s.Cut == t.Len() && got != allNew {
		return fmt.Errorf("the change was reported done, and is lost: the refs are %s", got)
	}
	return nil
}

// PowerLosses runs up to limit states (0: all) with so many random subsets for each cut; git is
// asked for one state in deepEvery. It returns how many states were made and what was wrong, and
// stops at the fifth bad one.
func (w *World) PowerLosses(random int, seed uint64, limit, deepEvery int) (states int, bad []error, err error) {
	t, err := w.Record(nil)
	if err != nil {
		return 0, nil, err
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	skip := 1.0
	if limit > 0 {
		total := 0
		for range t.States(random, rand.New(rand.NewPCG(seed, 1))) {
			total++
		}
		skip = float64(limit) / float64(total)
	}
	pick := rand.New(rand.NewPCG(seed, 2))
	for s := range t.States(random, rng) {
		if skip < 1 && pick.Float64() > skip {
			continue
		}
		states++
		if err := w.PowerLoss(t, s, deepEvery > 0 && states%deepEvery == 0); err != nil {
			bad = append(bad, err)
			if len(bad) >= 5 {
				break
			}
		}
	}
	return states, bad, nil
}
