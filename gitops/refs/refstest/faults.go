package refstest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"

	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/txfs"
)

// A Mode is a way to break a change at one of its operations.
type Mode string

// The modes of the fault campaign.
const (
	ModeKill      Mode = "kill"
	ModeTorn      Mode = "torn write, then kill"
	ModeErrOnce   Mode = "error once"
	ModeErrAlways Mode = "error for good"
	ModeKillTwice Mode = "kill, then kill the recovery"
)

// Modes lists the modes in the order of the tables.
func Modes() []Mode { return []Mode{ModeKill, ModeTorn, ModeErrOnce, ModeErrAlways, ModeKillTwice} }

func (m Mode) kind() txfs.FaultKind {
	switch m {
	case ModeTorn:
		return txfs.TornKill
	case ModeErrOnce:
		return txfs.ErrOnce
	case ModeErrAlways:
		return txfs.ErrAlways
	}
	return txfs.Kill
}

// Errnos are the errors injected, in turn.
func Errnos() []syscall.Errno {
	return []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EROFS, syscall.EACCES, syscall.EMFILE}
}

// Operations counts the mutating operations of an undisturbed run, and checks that run.
func (w *World) Operations() (int, error) {
	root, err := w.fresh()
	if err != nil {
		return 0, err
	}
	f := &txfs.Faulty{Under: txfs.Real{}}
	if err := w.store(root, f).Commit(context.Background(), w.Tx()); err != nil {
		return 0, err
	}
	got, err := w.checkClean(root, true)
	if err == nil && got != allNew {
		err = fmt.Errorf("the undisturbed change left %s", got)
	}
	return f.Count(), errors.Join(err, os.RemoveAll(root))
}

// Break makes the change with a fault at operation at, looks, recovers and looks again. seed varies
// the error and where the recovery is killed; deep asks git as well.
func (w *World) Break(mode Mode, at int, seed int, deep bool) (err error) {
	root, err := w.fresh()
	if err != nil {
		return err
	}
	f := &txfs.Faulty{Under: txfs.Real{}, At: at, Kind: mode.kind(), Err: Errnos()[seed%len(Errnos())]}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %s at operation %d (%s, %v), in %s: %w", w.Scenario.Name, mode, at, f.Hit(), f.Err, root, err)
		} else {
			err = os.RemoveAll(root)
		}
	}()
	ctx := context.Background()
	failed := w.store(root, f).Commit(ctx, w.Tx())
	if err := w.checkBefore(root, mode, failed); err != nil {
		return err
	}
	if mode == ModeKillTwice {
		rng := rand.New(rand.NewPCG(uint64(seed), uint64(at)))
		for range 3 {
			again := &txfs.Faulty{Under: txfs.Real{}, At: 1 + rng.IntN(20), Kind: txfs.Kill}
			_ = w.store(root, again).Recover(ctx) // it dies, or it is done before that
		}
	}
	if err := w.store(root, txfs.Real{}).Recover(ctx); err != nil {
		return fmt.Errorf("recovery: %w", err)
	}
	got, err := w.checkClean(root, deep)
	if err != nil {
		return fmt.Errorf("after recovery (the change said %v): %w", failed, err)
	}
	var unfinished *refs.UnfinishedError
	switch {
	case failed == nil && got != allNew:
		return fmt.Errorf("the change said it was made, the refs are %s", got)
	case errors.As(failed, &unfinished) && unfinished.Committed && got != allNew:
		return fmt.Errorf("the change said it was committed, the refs are %s", got)
	}
	return nil
}

// checkBefore looks before recovery: no reader sees a part where one rename publishes, and an error
// without more to it has left nothing at all.
func (w *World) checkBefore(root string, mode Mode, failed error) error {
	got, err := w.values(root)
	if err != nil {
		return fmt.Errorf("before recovery: %w", err)
	}
	if got == mixed && !w.Scenario.Mixed {
		return errors.New("before recovery the refs are mixed")
	}
	var unfinished *refs.UnfinishedError
	if failed != nil && !errors.As(failed, &unfinished) && (mode == ModeErrOnce || mode == ModeErrAlways) {
		if len(w.Tx().Updates) > 0 && got != allOld {
			return fmt.Errorf("the change failed (%w) and left %s", failed, got)
		}
		if _, err := w.checkClean(root, false); err != nil {
			return fmt.Errorf("the change failed cleanly (%w), but: %w", failed, err)
		}
	}
	return nil
}
