package refs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// logPath returns the reflog of a shared ref.
func (s *Store) logPath(name string) string {
	return filepath.Join(s.commonDir, "logs", filepath.FromSlash(name))
}

// planLog decides, under the ref's lock, whether its change is logged, and what is written.
func (t *transaction) planLog(r *journalRef) error {
	if r.New.IsZero() {
		return nil // the log goes with the ref
	}
	file := t.s.logPath(r.Name)
	info, err := os.Stat(file)
	switch {
	case err == nil && info.Mode().IsRegular():
		r.Log = &journalLog{Size: info.Size()}
	case err == nil && info.IsDir() || missing(err):
		if !t.logsBegin(r.Name) {
			return nil
		}
		if err := t.checkLogPath(r.Name); err != nil {
			return err
		}
		r.Log = &journalLog{}
	case err == nil:
		return fmt.Errorf("the reflog %q is not a regular file", file)
	default:
		return fmt.Errorf("looking for a reflog: %w", err)
	}
	r.Log.Line = logLine(r.Old, r.New, t.tx.Committer, t.updates[r.Name].Message)
	return nil
}

// logsBegin reports whether git would begin a reflog for the ref.
func (t *transaction) logsBegin(name string) bool {
	policy := t.tx.Log
	if policy == LogUnset && !t.tx.Bare {
		policy = LogBranches
	}
	switch policy {
	case LogAll:
		return true
	case LogBranches:
		for _, p := range []string{"refs/heads/", "refs/remotes/", "refs/notes/"} {
			if strings.HasPrefix(name, p) {
				return true
			}
		}
	}
	return false
}

// tryLogs opens each reflog that will be written, begins those that are not there, and has the disk set
// room aside, while all of it can still be taken back.
func (t *transaction) tryLogs(context.Context) error {
	for _, r := range t.j.Refs {
		if r.Log == nil {
			continue
		}
		if err := t.tryLog(r); err != nil {
			if readOnly(err) {
				return &ReadOnlyError{Path: t.s.logPath(r.Name), Err: err}
			}
			return fmt.Errorf("making room in the reflog of %q: %w", r.Name, err)
		}
	}
	return nil
}

func (t *transaction) tryLog(r journalRef) error {
	file := t.s.logPath(r.Name)
	if _, err := os.Lstat(file); missing(err) && !r.Old.IsZero() {
		return nil // of a ref that is there a begun log would stay
	}
	if err := t.s.beginLog(r.Name, t.j.Shared); err != nil {
		return err
	}
	f, err := t.s.fs.Append(file, 0o666, true)
	if err != nil {
		return err
	}
	err = f.Reserve(int64(len(r.Log.Line)))
	return errors.Join(err, f.Close())
}

// beginLog makes the directory of a reflog, where empty ones of other logs may be in the way.
func (s *Store) beginLog(name string, shared Shared) error {
	if err := s.removeEmptyTree(s.logPath(name)); err != nil {
		return err
	}
	return s.makeDirs("logs/"+path.Dir(name), shared)
}

// dropNewLogs removes the logs that were begun for refs that are not made after all: they are empty.
func (s *Store) dropNewLogs(j *journal) error {
	return s.eachHeld(j, func(r journalRef) error {
		if r.Verify || !r.Old.IsZero() {
			return nil
		}
		info, err := os.Lstat(s.logPath(r.Name))
		if err == nil && info.Mode().IsRegular() && info.Size() == 0 {
			if err := s.removeLog(r.Name); err != nil {
				return err
			}
		}
		s.removeEmpty(filepath.Join(s.commonDir, "logs"), r.Name)
		return nil
	})
}

// checkLogPath refuses a log whose place is taken by logs of other refs: it could not be written
// after the commit point.
func (t *transaction) checkLogPath(name string) error {
	taken := ""
	if err := walkLocks(t.s.logPath(name), func(f string) { taken = f }); err != nil {
		return err
	}
	for dir := path.Dir(name); dir != "." && taken == ""; dir = path.Dir(dir) {
		if info, err := os.Stat(t.s.logPath(dir)); err == nil && !info.IsDir() {
			taken = t.s.logPath(dir)
		}
	}
	if taken != "" {
		return &ConflictError{Name: name, With: taken, Reason: "a reflog is where the new one, or its directory, must be"}
	}
	return nil
}

// logLine formats a reflog entry as git does: white space in the message runs together.
func logLine(from, to object.ID, committer, message string) []byte {
	line := fmt.Sprintf("%s %s %s", from, to, committer)
	if words := strings.Join(strings.FieldsFunc(message, isSpace), " "); words != "" {
		line += "\t" + words
	}
	return []byte(line + "\n")
}

func isSpace(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\v' || r == '\f'
}

// appendLog writes the planned entry where it is not there yet, wholly or in part, and flushes it.
// The ref's lock is held: nobody else writes this log.
func (s *Store) appendLog(r journalRef, shared Shared) error {
	if r.Log == nil {
		return nil
	}
	file := s.logPath(r.Name)
	rest, err := restOfLine(file, r.Log)
	if err != nil {
		return err
	}
	_, err = os.Lstat(file)
	fresh := missing(err) || err == nil && len(rest) == len(r.Log.Line) && r.Log.Size == 0
	if fresh {
		if err := s.beginLog(r.Name, shared); err != nil {
			return err
		}
	}
	f, err := s.fs.Append(file, 0o666, true)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		_, err = f.Write(rest)
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if r.Log.Size == 0 { // the log may be new: its name and directories are made durable too
		if err := s.adjust(file, shared); err != nil {
			return err
		}
		return s.syncLogDirs(r.Name)
	}
	return nil
}

func (s *Store) syncLogDirs(name string) error {
	for dir := "logs/" + path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if err := s.syncDir(filepath.Join(s.commonDir, filepath.FromSlash(dir))); err != nil {
			return err
		}
	}
	return nil
}

// restOfLine returns what of the entry is still to be written: all of it, the end of one that was
// cut off by a crash, or nothing.
func restOfLine(file string, log *journalLog) ([]byte, error) {
	f, err := os.Open(file)
	if missing(err) {
		return log.Line, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return log.Line, nil
	}
	from := log.Size
	if info.Size() < from { // shortened since, by a crash or by a person: look at the end of it
		from = max(0, info.Size()-int64(len(log.Line)))
	}
	tail, err := io.ReadAll(io.NewSectionReader(f, from, info.Size()-from))
	if err != nil {
		return nil, err
	}
	if bytes.Contains(tail, log.Line) {
		return nil, nil
	}
	if bytes.HasPrefix(log.Line, tail) && from == log.Size {
		return log.Line[len(tail):], nil
	}
	if len(tail) > 0 && tail[len(tail)-1] != '\n' {
		return append([]byte("\n"), log.Line...), nil // a damaged end: ours begins on its own line
	}
	return log.Line, nil
}

// removeLog deletes the reflog of a deleted ref, durably.
func (s *Store) removeLog(name string) error {
	if err := s.unlink(s.logPath(name)); err != nil {
		return err
	}
	return s.syncDir(filepath.Dir(s.logPath(name)))
}
