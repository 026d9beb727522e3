package operation

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/txfs"
)

// maxRecord is the size above which a record is not read: 16 MiB.
const maxRecord = 16 << 20

var fileName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{6,9})-([a-z2-7]{26})\.json$`) })

// A Store is the records of one repository. It keeps nothing between calls.
type Store struct {
	repo *gitops.Repo
	fs   txfs.FS
}

// Open returns the records of a repository. Nothing is read yet.
func Open(repo *gitops.Repo) *Store { return &Store{repo: repo, fs: repo.FS()} }

func (s *Store) ownDir() string { return filepath.Join(s.repo.Layout.CommonDir, "backport") }
func (s *Store) dir() string    { return filepath.Join(s.ownDir(), "ops") }

func (s *Store) path(op *Operation) string {
	return filepath.Join(s.dir(), fmt.Sprintf("%06d-%s.json", op.Seq, op.ID))
}

// NewID returns 128 random bits, in base 32.
func NewID() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("making an operation's id: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])), nil
}

// Load reads all records. A *StateError names one that is damaged, or of a newer version.
func (s *Store) Load() (*Log, error) {
	list, err := os.ReadDir(s.dir())
	if errors.Is(err, fs.ErrNotExist) {
		return &Log{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the operations: %w", err)
	}
	var ops []*Operation
	for _, e := range list {
		if e.Name() == "lock" || strings.HasSuffix(e.Name(), tempSuffix) || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		op, err := s.read(filepath.Join(s.dir(), e.Name()))
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return newLog(ops), nil
}

func (s *Store) read(path string) (*Operation, error) {
	bad := func(reason string) (*Operation, error) { return nil, &StateError{Path: path, Reason: reason} }
	m := fileName().FindStringSubmatch(filepath.Base(path))
	if m == nil {
		return bad("its name is not that of a record")
	}
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxRecord {
		return bad("it is no file of a sensible size")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxRecord+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	op, err := decode(data)
	if err != nil {
		return bad(err.Error())
	}
	if seq, err := strconv.Atoi(m[1]); err != nil || seq != op.Seq || m[2] != op.ID || s.path(op) != path {
		return bad(fmt.Sprintf("it is that of operation %d, %s", op.Seq, op.ID))
	}
	return op, nil
}

// hold makes the directories and takes the lock under which records change. It is not the lock of the
// ref transactions, which a landing takes in turn.
func (s *Store) hold(note string) (release func() error, err error) {
	for _, dir := range []string{s.ownDir(), s.dir()} {
		if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
			if err := s.fs.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
				return nil, fmt.Errorf("making room for the record: %w", err)
			}
		}
		if err := s.repo.Share(dir); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(s.dir(), "lock")
	release, err = s.fs.Lock(path, fmt.Sprintf("pid %d, %s", os.Getpid(), note))
	if errors.Is(err, txfs.ErrHeld) {
		return nil, &BusyError{Path: path, Holder: holder(path)}
	}
	if err != nil {
		return nil, fmt.Errorf("taking the lock of the operations: %w", err)
	}
	if err := s.repo.Share(path); err != nil {
		return nil, errors.Join(err, release())
	}
	// Also when the directories were there: their maker may have died before it flushed them.
	for _, dir := range []string{s.repo.Layout.CommonDir, s.ownDir()} {
		if err := s.fs.SyncDir(dir); err != nil {
			return nil, errors.Join(err, release())
		}
	}
	return release, nil
}

// holder reads who noted themselves in the lock; a hint only.
func holder(path string) string {
	data, err := os.ReadFile(path)
	if err != nil || len(data) > 200 {
		return ""
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(line))
}

// A record stands in its place, and beside it may be: what is being written, the next version, made ahead
// of a change, and the version before one. Moving those takes no room on a full disk.
const (
	tempSuffix = ".tmp"
	nextSuffix = ".next.tmp"
	backSuffix = ".back.tmp"
)

// write replaces a record durably: a crash leaves the old one or the new one.
func (s *Store) write(op *Operation) error {
	if err := s.writeAside(op, tempSuffix); err != nil {
		return err
	}
	return s.place(op, tempSuffix)
}

// writeAside writes a record beside its place, durably.
func (s *Store) writeAside(op *Operation, suffix string) error {
	data, err := op.encode()
	if err != nil {
		return err
	}
	if len(data) > maxRecord {
		return &SizeError{Size: len(data)}
	}
	if _, err := decode(data); err != nil {
		return fmt.Errorf("the record of operation %.8s would not be readable: %w", op.ID, err)
	}
	temp := s.path(op) + suffix
	if err := s.unlink(temp); err != nil {
		return err
	}
	f, err := s.fs.Create(temp, 0o600)
	if err != nil {
		return fmt.Errorf("writing the record: %w", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = s.repo.Share(temp)
	}
	if err != nil {
		return fmt.Errorf("writing the record: %w", errors.Join(err, s.unlink(temp)))
	}
	return nil
}

// place moves a record that was written aside into its place.
func (s *Store) place(op *Operation, suffix string) error {
	path := s.path(op)
	err := s.fs.Rename(path+suffix, path)
	if err == nil {
		err = s.fs.SyncDir(s.dir())
	}
	if err != nil {
		return fmt.Errorf("writing the record: %w", errors.Join(err, s.unlink(path+suffix)))
	}
	return nil
}

// keepBack keeps the record as it is under a second name; there may be none yet.
func (s *Store) keepBack(op *Operation) error {
	path := s.path(op)
	if err := s.unlink(path + backSuffix); err != nil {
		return err
	}
	if err := s.fs.Link(path, path+backSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("writing the record: %w", err)
	}
	return nil
}

// sweep removes what is beside records: what is left there is a dead process's.
func (s *Store) sweep() error {
	list, err := os.ReadDir(s.dir())
	if err != nil {
		return err
	}
	for _, e := range list {
		if strings.HasSuffix(e.Name(), tempSuffix) {
			err = errors.Join(err, s.unlink(filepath.Join(s.dir(), e.Name())))
		}
	}
	return err
}

// remove deletes a record durably.
func (s *Store) remove(op *Operation) error {
	for _, suffix := range []string{nextSuffix, backSuffix, ""} {
		if err := s.unlink(s.path(op) + suffix); err != nil {
			return err
		}
	}
	return s.fs.SyncDir(s.dir())
}

func (s *Store) unlink(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := s.fs.Unlink(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
