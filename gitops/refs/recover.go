package refs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxJournal bounds the size of a journal, in bytes.
const maxJournal = 64 << 20

// Pending lists what a dead process left for Recover to settle, by path; empty means nothing. A
// transaction that is running shows up as well. Nothing is written.
func (s *Store) Pending() ([]string, error) {
	var found []string
	for _, dir := range []string{s.journalDir(), s.stageDir()} {
		list, err := os.ReadDir(dir)
		if missing(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("looking for an interrupted operation: %w", err)
		}
		for _, e := range list {
			found = append(found, filepath.Join(dir, e.Name()))
		}
	}
	slices.Sort(found)
	return found, nil
}

// Recover finishes or takes back what a dead process left, from its journal alone. Where nothing was
// left nothing is written. A *BusyError says that the process is alive, a *JournalError that the
// journal cannot be understood; then nothing is touched.
func (s *Store) Recover(ctx context.Context) error {
	pending, err := s.Pending()
	if err != nil || len(pending) == 0 {
		return err
	}
	release, err := s.hold("recovery")
	if err != nil {
		return err
	}
	defer func() { _ = release() }() // closing the lock file: the kernel does it in any case
	return s.recoverHeld(ctx)
}

// recoverHeld is Recover under the operation lock.
func (s *Store) recoverHeld(ctx context.Context) error {
	pending, err := s.Pending()
	if err != nil || len(pending) == 0 {
		return err
	}
	var journals []*journal
	for _, path := range pending {
		if filepath.Dir(path) != s.journalDir() || strings.HasSuffix(path, ".tmp") || strings.HasSuffix(path, backSuffix) {
			continue
		}
		j, err := s.readJournal(path)
		if err != nil {
			return err
		}
		journals = append(journals, j)
	}
	// The dead process may not have flushed what this one is about to act upon.
	for _, dir := range []string{s.journalDir(), s.stageDir()} {
		if err := s.fs.SyncDir(dir); err != nil {
			return err
		}
	}
	for _, j := range journals {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.settle(j); err != nil {
			return &UnfinishedError{Err: err}
		}
	}
	return s.sweep()
}

func (s *Store) readJournal(path string) (*journal, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxJournal {
		return nil, &JournalError{Path: path, Reason: "it is no file of a sensible size"}
	}
	data, err := readBounded(path, maxJournal)
	if err != nil {
		return nil, err
	}
	j, err := decodeJournal(data)
	if err == nil && filepath.Base(path) != j.OpID+".json" {
		err = fmt.Errorf("it is that of operation %q", j.OpID)
	}
	if err != nil {
		return nil, &JournalError{Path: path, Reason: err.Error()}
	}
	return j, nil
}

// settle decides by the state which way a transaction goes.
func (s *Store) settle(j *journal) error {
	if j.State != stateCommitting {
		return s.rollback(j)
	}
	if j.Protocol == protocolPacked {
		packed := s.packedPath()
		held, err := s.ours(packed+lockSuffix, j.PackedStage)
		if err != nil {
			return err
		}
		if held { // not renamed: nothing is published
			if err := s.abortJournal(j); err != nil {
				return err
			}
			return s.rollback(j)
		}
	}
	return s.conclude(j)
}

// sweep removes files that no journal speaks of any more.
func (s *Store) sweep() error {
	pending, err := s.Pending()
	if err != nil {
		return err
	}
	for _, path := range pending {
		if err := s.unlink(path); err != nil {
			return err
		}
	}
	return nil
}
