package refs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const lockSuffix = ".lock"

// lockPath returns git's lock file for a ref.
func (s *Store) lockPath(name string) string { return s.path(name) + lockSuffix }

// packedPath returns the file that packed-refs is: git replaces the target of a link, not the link,
// and locks it beside the target.
func (s *Store) packedPath() string {
	p := filepath.Join(s.commonDir, packedName)
	if target, err := filepath.EvalSymlinks(p); err == nil {
		return target
	}
	if target, err := os.Readlink(p); err == nil { // it dangles
		if !filepath.IsAbs(target) {
			target = filepath.Join(s.commonDir, target)
		}
		return target
	}
	return p
}

// ours reports whether a lock is a link to our stage file.
func (s *Store) ours(lock, stage string) (bool, error) {
	a, err := os.Lstat(lock)
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	b, err := os.Lstat(s.stagePath(stage))
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return os.SameFile(a, b), nil
}

// lock takes git's lock of each ref, sorted, then that of packed-refs, as git does, and makes the
// locks durable: after the commit point a missing lock means that its work is done.
func (t *transaction) lock(ctx context.Context) error {
	s := t.s
	for _, r := range t.j.Refs {
		if err := s.makeDirs(path.Dir(r.Name), t.tx.Shared); err != nil {
			return conflictOf(r.Name, err)
		}
		if err := s.takeLock(ctx, r.Stage, s.lockPath(r.Name), orDefault(t.tx.RefTimeout, defaultRefTimeout), func() error {
			return conflictOf(r.Name, s.makeDirs(path.Dir(r.Name), t.tx.Shared))
		}); err != nil {
			return conflictOf(r.Name, err)
		}
	}
	packed := s.packedPath() + lockSuffix
	if err := s.takeLock(ctx, t.j.PackedStage, packed, orDefault(t.tx.PackedTimeout, defaultPackedTimeout), nil); err != nil {
		return err
	}
	dirs := append(s.lockDirs(&t.j), filepath.Dir(packed))
	for _, dir := range dirs {
		if err := s.syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

func orDefault(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return d
}

// lockDirs returns the directories from refs/ down that hold locks of the transaction, deepest last.
func (s *Store) lockDirs(j *journal) []string {
	var dirs []string
	for _, r := range j.Refs {
		for dir := path.Dir(r.Name); dir != "."; dir = path.Dir(dir) {
			dirs = append(dirs, s.path(dir+"/"))
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// takeLock links the stage file to the lock's name, and waits for a lock of others as git does: in
// growing steps up to the timeout. again makes a directory that another process just removed.
func (s *Store) takeLock(ctx context.Context, stage, lock string, timeout time.Duration, again func() error) error {
	step, waited := time.Millisecond, time.Duration(0)
	for tries := 0; ; {
		err := s.fs.Link(s.stagePath(stage), lock)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, fs.ErrNotExist) && again != nil && tries < makeTries:
			tries++
			if err := again(); err != nil {
				return err
			}
			continue
		case readOnly(err):
			return &ReadOnlyError{Path: lock, Err: err}
		case errors.Is(err, syscall.EXDEV), errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.EPERM):
			return fmt.Errorf("the lock %q needs hard links between it and %q: %w", lock, s.stageDir(), err)
		case !errors.Is(err, fs.ErrExist):
			return err
		}
		if timeout >= 0 && waited >= timeout {
			return lockedError(lock)
		}
		pause := step
		if timeout >= 0 {
			pause = min(step, timeout-waited)
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		waited += pause
		step = min(2*step, 100*time.Millisecond)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func lockedError(lock string) error {
	e := &LockedError{Path: lock}
	if info, err := os.Lstat(lock); err == nil {
		e.Since = info.ModTime()
		if info.Mode().IsRegular() {
			if data, err := readBounded(lock, 200); err == nil && strings.HasPrefix(string(data), "git-backport") {
				e.Owner = firstLine(data)
			}
		}
	}
	return e
}

// makeTries bounds how often a directory is made again that another process removed.
const makeTries = 10

// makeDirs makes the directory of a ref below the common directory, by its slash-separated name. git removes
// empty directories at any moment, also one of which the child is just being made: then it starts over.
func (s *Store) makeDirs(dir string, shared Shared) error {
	var err error
	for range makeTries {
		if err = s.makeDirsIn(s.commonDir, dir, shared); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}

// makeDirsIn makes root/dir and flushes what it changed. root exists.
func (s *Store) makeDirsIn(root, dir string, shared Shared) error {
	if dir == "." || dir == "" {
		return nil
	}
	full := filepath.Join(root, filepath.FromSlash(dir))
	info, err := os.Stat(full)
	if err == nil {
		if !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: full, Err: syscall.ENOTDIR}
		}
		return nil
	}
	if err := s.makeDirsIn(root, path.Dir(dir), shared); err != nil {
		return err
	}
	err = s.fs.Mkdir(full, 0o777)
	if readOnly(err) {
		return &ReadOnlyError{Path: full, Err: err}
	}
	if errors.Is(err, fs.ErrExist) { // another process was faster, or it is a file
		return s.makeDirsExisting(full)
	}
	if err != nil {
		return err
	}
	if err := s.adjust(full, shared); err != nil {
		return err
	}
	return s.syncDir(filepath.Dir(full))
}

func (s *Store) makeDirsExisting(full string) error {
	info, err := os.Stat(full)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "mkdir", Path: full, Err: syscall.ENOTDIR}
	}
	return nil
}

// conflictOf names the conflict where a ref's directory cannot be made because a file is there.
func conflictOf(name string, err error) error {
	var p *fs.PathError
	if errors.Is(err, syscall.ENOTDIR) {
		with := path.Dir(name)
		if errors.As(err, &p) {
			if i := strings.LastIndex(filepath.ToSlash(p.Path), "/refs/"); i >= 0 {
				with = filepath.ToSlash(p.Path)[i+1:]
			}
		}
		return &ConflictError{Name: name, With: with, Reason: "that one is a file where a directory is needed"}
	}
	return err
}

// removeEmpty removes the empty directories that a ref's file left behind, up to refs/heads or its
// like. Another process may use them again at any time; nothing is lost then.
func (s *Store) removeEmpty(base, name string) {
	for dir := path.Dir(name); strings.Count(dir, "/") >= 2; dir = path.Dir(dir) {
		full := filepath.Join(base, filepath.FromSlash(dir))
		if list, err := os.ReadDir(full); err != nil && !missing(err) || len(list) > 0 {
			return
		} else if err == nil && s.fs.Rmdir(full) != nil {
			return
		}
	}
}
