package refs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/txfs"
)

// journalVersion is the version written, and the only one read.
const journalVersion = 1

// A state is how far a transaction has come. Prepared is always taken back. Committing under the
// loose protocol is always finished; under the packed protocol it is finished when packed-refs was
// renamed, that is when its lock is no longer ours. Aborting is taken back.
type state string

const (
	statePrepared   state = "prepared"
	stateCommitting state = "committing"
	stateAborting   state = "aborting"
)

type protocol string

const (
	protocolPacked    protocol = "packed"
	protocolLoose     protocol = "loose"
	protocolDelegated protocol = "delegated" // git changes the refs
)

// A journal is what recovery needs to know of a transaction.
type journal struct {
	OpID        string       `json:"operation"`
	State       state        `json:"state"`
	Protocol    protocol     `json:"protocol"`
	Refs        []journalRef `json:"refs"`
	PackedStage string       `json:"packed_stage"`
	PackedWrite bool         `json:"packed_write"` // the held lock becomes packed-refs
	Pack        *journalPack `json:"pack,omitempty"`
	Shared      Shared       `json:"shared"`
}

type journalRef struct {
	Name   string      `json:"name"`
	Old    object.ID   `json:"old"`
	New    object.ID   `json:"new"`
	Verify bool        `json:"verify,omitempty"` // only locked
	Stage  string      `json:"stage"`
	Log    *journalLog `json:"log,omitempty"`
}

// A journalLog is the reflog entry of a ref.
type journalLog struct {
	Line []byte `json:"line"`
	Size int64  `json:"size"` // of the log before, in bytes
}

type journalPack struct {
	Dir  string `json:"dir"`
	Name string `json:"name"`
	Hold bool   `json:"hold"` // the .keep stays
}

// A sealed is the file format: a version, the body and its checksum.
type sealed struct {
	Version int             `json:"version"`
	Body    json.RawMessage `json:"body"`
	SHA256  string          `json:"sha256"`
}

func (j *journal) encode() ([]byte, error) {
	body, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("encoding the journal: %w", err)
	}
	sum := sha256.Sum256(body)
	return json.Marshal(sealed{journalVersion, body, hex.EncodeToString(sum[:])})
}

// decodeJournal accepts exactly what encode makes.
func decodeJournal(data []byte) (*journal, error) {
	var file sealed
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, errors.New("it is damaged")
	}
	if file.Version != journalVersion {
		return nil, fmt.Errorf("it has version %d, this program knows %d", file.Version, journalVersion)
	}
	sum := sha256.Sum256(file.Body)
	if hex.EncodeToString(sum[:]) != file.SHA256 {
		return nil, errors.New("its checksum is wrong")
	}
	j := &journal{}
	if err := json.Unmarshal(file.Body, j); err != nil {
		return nil, errors.New("it is damaged")
	}
	if again, err := j.encode(); err != nil || !bytes.Equal(again, data) {
		return nil, errors.New("it is not in the form this program writes")
	}
	return j, j.check()
}

// check refuses names that would lead outside: a checksum keeps accidents away, not malice.
func (j *journal) check() error {
	stages := []string{j.PackedStage}
	for _, r := range j.Refs {
		if CheckName(r.Name) != nil || perWorktree(r.Name) {
			return fmt.Errorf("it names the ref %q", r.Name)
		}
		stages = append(stages, r.Stage)
	}
	for _, s := range stages {
		if !strings.HasPrefix(s, j.OpID+".") || !strings.HasSuffix(s, ".stage") || strings.ContainsAny(s, `/\`) {
			return fmt.Errorf("it names the stage file %q", s)
		}
	}
	if !opID().MatchString(j.OpID) {
		return fmt.Errorf("it names the operation %q", j.OpID)
	}
	if j.Pack != nil && !packName().MatchString(j.Pack.Name) {
		return fmt.Errorf("it names the pack %q", j.Pack.Name)
	}
	return nil
}

func (s *Store) ownDir() string               { return filepath.Join(s.commonDir, "backport") }
func (s *Store) journalDir() string           { return filepath.Join(s.ownDir(), "journal") }
func (s *Store) stageDir() string             { return filepath.Join(s.ownDir(), "tx") }
func (s *Store) stagePath(name string) string { return filepath.Join(s.stageDir(), name) }
func (s *Store) journalPath(op string) string { return filepath.Join(s.journalDir(), op+".json") }

// writeJournal replaces the journal durably.
func (s *Store) writeJournal(j *journal) error {
	data, err := j.encode()
	if err != nil {
		return err
	}
	path := s.journalPath(j.OpID)
	temp := path + ".tmp"
	if err := s.unlink(temp); err != nil {
		return err
	}
	if err := s.writeFile(temp, 0o600, data); err != nil {
		return err
	}
	if err := s.Share(temp); err != nil {
		return err
	}
	if err := s.fs.Rename(temp, path); err != nil {
		return err
	}
	return s.fs.SyncDir(s.journalDir())
}

// backSuffix ends the name under which the journal of before the commit point stays: going back to it takes
// a rename, for which a full disk has room.
const backSuffix = ".back"

// commitJournal writes that the commit point is reached, or under the packed protocol is about to be.
func (s *Store) commitJournal(j *journal) error {
	path := s.journalPath(j.OpID)
	if err := s.unlink(path + backSuffix); err != nil {
		return err
	}
	if err := s.fs.Link(path, path+backSuffix); err != nil {
		return err
	}
	j.State = stateCommitting
	return s.writeJournal(j)
}

// abortJournal overrules a journal that may say committing.
func (s *Store) abortJournal(j *journal) error {
	j.State = stateAborting
	path := s.journalPath(j.OpID)
	if _, err := os.Lstat(path + backSuffix); err != nil {
		return s.writeJournal(j)
	}
	if err := s.fs.Rename(path+backSuffix, path); err != nil {
		return err
	}
	return s.fs.SyncDir(s.journalDir())
}

// dropJournal ends a transaction: the stage files go, then the journal.
func (s *Store) dropJournal(j *journal) error {
	done := map[string]bool{}
	for _, r := range append([]journalRef{{Stage: j.PackedStage}}, j.Refs...) {
		if done[r.Stage] {
			continue
		}
		done[r.Stage] = true
		if err := s.unlink(s.stagePath(r.Stage)); err != nil {
			return err
		}
	}
	path := s.journalPath(j.OpID)
	for _, name := range []string{path + ".tmp", path + backSuffix, path} {
		if err := s.unlink(name); err != nil {
			return err
		}
	}
	return s.fs.SyncDir(s.journalDir())
}

// hold makes our own directories and takes the operation lock.
func (s *Store) hold(op string) (release func() error, err error) {
	for _, dir := range []string{s.ownDir(), s.journalDir(), s.stageDir()} {
		if _, err := os.Lstat(dir); missing(err) {
			err := s.fs.Mkdir(dir, 0o700)
			if readOnly(err) {
				return nil, &ReadOnlyError{Path: dir, Err: err}
			}
			if err != nil && !errors.Is(err, os.ErrExist) {
				return nil, err
			}
		}
		if err := s.Share(dir); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(s.ownDir(), "lock")
	release, err = s.fs.Lock(path, fmt.Sprintf("pid %d, operation %s", os.Getpid(), op))
	switch {
	case errors.Is(err, txfs.ErrHeld):
		note, _ := readBounded(path, 200) // a hint only
		return nil, &BusyError{Path: path, Holder: firstLine(note)}
	case readOnly(err):
		return nil, &ReadOnlyError{Path: path, Err: err}
	case err != nil:
		return nil, err
	}
	if err := s.Share(path); err != nil {
		return nil, errors.Join(err, release())
	}
	// Also when the directories were there: their maker may have died before it flushed them.
	for _, dir := range []string{s.commonDir, s.ownDir()} {
		if err := s.fs.SyncDir(dir); err != nil {
			return nil, errors.Join(err, release())
		}
	}
	return release, nil
}

// firstLine returns the first line of a note, without what is not printable ASCII.
func firstLine(note []byte) string {
	line, _, _ := bytes.Cut(note, []byte("\n"))
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(line))
}
