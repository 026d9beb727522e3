package operation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// Prune removes the records of operations that are over and older than before, in seconds since 1970,
// and lets go of packs that are kept for nobody. An applied operation is over when landed says that
// everything it made has reached its release branches. It returns what it removed.
func (s *Store) Prune(ctx context.Context, before, now int64, landed func(*Operation) (bool, error)) ([]*Operation, error) {
	var gone []*Operation
	err := s.locked(ctx, "prune", now, func(log *Log) error {
		for _, op := range log.ops {
			if err := ctx.Err(); err != nil {
				return err
			}
			over, err := log.over(op, before, landed)
			if err != nil {
				return err
			}
			if !over {
				continue
			}
			if err := s.remove(op); err != nil {
				return err
			}
			delete(log.by, op.ID)
			gone = append(gone, op)
		}
		return s.sweepKeeps(log)
	})
	return gone, err
}

// over reports whether an operation can be forgotten. What an undo is about goes first, and what an
// operation superseded too: without its successor an older record would seem to stand again.
func (l *Log) over(op *Operation, before int64, landed func(*Operation) (bool, error)) (bool, error) {
	if op.Last() > before {
		return false, nil
	}
	for _, id := range op.Supersedes {
		if l.by[id] != nil {
			return false, nil
		}
	}
	if op.Kind != KindApply {
		return l.by[op.Of] == nil || op.State == StateFailed, nil
	}
	if t := l.lastToggle(op.ID); t != nil && t.Last() > before {
		return false, nil
	}
	switch l.State(op) {
	case StateFailed, StateAborted, StateUndone, StateSuperseded:
		return true, nil
	case StateApplied:
		if l.NeedsPerson(op) {
			return false, nil
		}
		return landed(op)
	case StateOpen, StateLanding:
	}
	return false, nil
}

var ourKeep = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^git-backport ([a-z2-7]{26})\n$`) })

// sweepKeeps lets go of packs kept for operations that do not need them: a process that died between
// the pack and the record leaves one.
func (s *Store) sweepKeeps(log *Log) error {
	if running, err := s.repo.Pending(); err != nil || len(running) > 0 {
		return err // a transaction guards its pack the same way
	}
	dir := filepath.Join(s.repo.Layout.ObjectsDir, "pack")
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for kept packs: %w", err)
	}
	for _, e := range list {
		name, isKeep := strings.CutSuffix(e.Name(), ".keep")
		info, err := e.Info()
		if !isKeep || err != nil || info.Size() > 200 || !info.Mode().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			continue // not ours to worry about
		}
		m := ourKeep().FindSubmatch(data)
		if m == nil {
			continue
		}
		if op := log.by[string(m[1])]; op != nil && log.NeedsPerson(op) {
			continue
		}
		if err := s.repo.DropPack(name, string(m[1])); err != nil {
			return err
		}
	}
	return nil
}
