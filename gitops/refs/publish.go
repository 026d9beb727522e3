package refs

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
)

// publishPacked renames the held packed-refs lock over packed-refs: the commit point of the packed
// protocol, one step for readers and for crashes.
func (s *Store) publishPacked(j *journal) error {
	packed := s.packedPath()
	err := s.fs.Rename(packed+lockSuffix, packed)
	if err == nil {
		return nil
	}
	if held, e := s.ours(packed+lockSuffix, j.PackedStage); e == nil && !held {
		return nil // it happened all the same
	}
	return err
}

// conclude does what is left after the commit point, twice if need be: each step can be repeated, and a
// passing trouble is over by then. A reflog that cannot be written even then is a warning: nothing that is
// done is worth a lock that stays.
func (s *Store) conclude(j *journal) error {
	err := s.finish(j)
	if err == nil {
		return nil
	}
	s.forgive = true
	defer func() { s.forgive = false }()
	return s.finish(j)
}

// logged takes the outcome of work on a reflog after the commit point.
func (s *Store) logged(ref string, err error) error {
	if err == nil || !s.forgive {
		return err
	}
	if s.Warn != nil {
		s.Warn(fmt.Sprintf("the reflog of %q is not written: %v", ref, err))
	}
	return nil
}

// finish does what is left after the commit point. It can be repeated at any point: the work of a
// ref is done, and durable, before its lock goes, and a ref without our lock is left alone.
func (s *Store) finish(j *journal) error {
	if j.Protocol != protocolDelegated {
		steps := []func(*journal) error{s.finishLoose, s.finishPackedFile, s.finishDeletes, s.finishLogs, s.unlock}
		for _, step := range steps {
			if err := step(j); err != nil {
				return err
			}
		}
	}
	if err := s.releaseKeep(j.Pack, j.OpID); err != nil {
		return err
	}
	return s.dropJournal(j)
}

// eachHeld calls do for each ref whose lock is ours.
func (s *Store) eachHeld(j *journal, do func(r journalRef) error) error {
	for _, r := range j.Refs {
		held, err := s.ours(s.lockPath(r.Name), r.Stage)
		if err != nil {
			return err
		}
		if !held {
			continue
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return nil
}

// finishLoose renames each lock over its ref, the reflog first, as git does.
func (s *Store) finishLoose(j *journal) error {
	if j.Protocol != protocolLoose {
		return nil
	}
	err := s.eachHeld(j, func(r journalRef) error {
		if r.Verify || r.New.IsZero() {
			return nil
		}
		if err := s.logged(r.Name, s.appendLog(r, j.Shared)); err != nil {
			return err
		}
		file := s.path(r.Name)
		for range 10 {
			err := s.fs.Rename(s.lockPath(r.Name), file)
			if !errors.Is(err, syscall.EISDIR) && !errors.Is(err, syscall.ENOTEMPTY) && !errors.Is(err, fs.ErrExist) {
				return err
			}
			// Another process made the directory again, to find that the name is taken.
			if err := s.removeEmptyTree(file); err != nil {
				return err
			}
		}
		return &ConflictError{Name: r.Name, With: file, Reason: "a directory is in its place"}
	})
	if err != nil {
		return err
	}
	return s.syncLocks(j)
}

// finishPackedFile makes packed-refs durable. Under the loose protocol it is replaced here, without
// the deleted refs, before their files go: a crash must not bring an older value back.
func (s *Store) finishPackedFile(j *journal) error {
	packed := s.packedPath()
	if j.Protocol == protocolLoose {
		held, err := s.ours(packed+lockSuffix, j.PackedStage)
		if err != nil {
			return err
		}
		switch {
		case held && j.PackedWrite:
			err = s.fs.Rename(packed+lockSuffix, packed)
		case held:
			err = s.unlink(packed + lockSuffix)
		}
		if err != nil {
			return err
		}
	}
	return s.fs.SyncDir(filepath.Dir(packed))
}

// finishDeletes removes the files and logs of deleted refs, durably.
func (s *Store) finishDeletes(j *journal) error {
	return s.eachHeld(j, func(r journalRef) error {
		if r.Verify || !r.New.IsZero() {
			return nil
		}
		if j.Protocol == protocolLoose {
			if err := s.unlink(s.path(r.Name)); err != nil {
				return err
			}
			if err := s.syncDir(filepath.Dir(s.path(r.Name))); err != nil {
				return err
			}
		}
		if err := s.logged(r.Name, s.removeLog(r.Name)); err != nil {
			return err
		}
		s.removeEmpty(filepath.Join(s.commonDir, "logs"), r.Name)
		return nil
	})
}

// finishLogs writes the reflogs of refs published in packed-refs.
func (s *Store) finishLogs(j *journal) error {
	if j.Protocol != protocolPacked {
		return nil
	}
	return s.eachHeld(j, func(r journalRef) error {
		if r.Verify || r.New.IsZero() {
			return nil
		}
		return s.logged(r.Name, s.appendLog(r, j.Shared))
	})
}

// unlock removes the locks of refs that are ours, durably, and the directories made for them.
func (s *Store) unlock(j *journal) error {
	if err := s.eachHeld(j, func(r journalRef) error { return s.unlink(s.lockPath(r.Name)) }); err != nil {
		return err
	}
	if err := s.syncLocks(j); err != nil {
		return err
	}
	for _, r := range j.Refs {
		s.removeEmpty(s.commonDir, r.Name)
	}
	return nil
}

func (s *Store) syncLocks(j *journal) error {
	for _, dir := range s.lockDirs(j) {
		if err := s.syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// rollback takes a transaction back that did not reach its commit point.
func (s *Store) rollback(j *journal) error {
	if j.Protocol != protocolDelegated {
		packed := s.packedPath()
		held, err := s.ours(packed+lockSuffix, j.PackedStage)
		if err != nil {
			return err
		}
		if held {
			if err := s.unlink(packed + lockSuffix); err != nil {
				return err
			}
		}
		// Also when it is gone: a dead process may have removed it without a flush.
		if err := s.fs.SyncDir(filepath.Dir(packed)); err != nil {
			return err
		}
		if err := s.dropNewLogs(j); err != nil {
			return err
		}
		if err := s.unlock(j); err != nil {
			return err
		}
	}
	if err := s.removePack(j.Pack, j.OpID); err != nil {
		return err
	}
	return s.dropJournal(j)
}
