package operation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// version is the version of the format that is written, and the only one that is read.
const version = 1

// A sealed is the file: a version, the record and its checksum.
type sealed struct {
	Version int             `json:"v"`
	Body    json.RawMessage `json:"operation"`
	SHA256  string          `json:"sha256"`
}

var (
	anID      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z2-7]{26}$`) })
	ownRef    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^refs/heads/(?:backport|bump)/[a-z0-9._/-]+$`) })
	aPackName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^pack-[0-9a-f]{40}$`) })
)

func (op *Operation) encode() ([]byte, error) {
	body, err := json.Marshal(op)
	if err != nil {
		return nil, fmt.Errorf("encoding the record of an operation: %w", err)
	}
	return json.Marshal(sealed{version, body, checksum(body)})
}

// checksum covers the version too, so that no part of the file can change unnoticed.
func checksum(body []byte) string {
	sum := sha256.Sum256(append(fmt.Appendf(nil, "%d\n", version), body...))
	return hex.EncodeToString(sum[:])
}

// decode accepts exactly what encode makes.
func decode(data []byte) (*Operation, error) {
	var file sealed
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, errors.New("it is damaged")
	}
	if file.Version != version {
		return nil, fmt.Errorf("it has version %d, and this program knows %d", file.Version, version)
	}
	if checksum(file.Body) != file.SHA256 {
		return nil, errors.New("its checksum is wrong")
	}
	op := &Operation{}
	if err := json.Unmarshal(file.Body, op); err != nil {
		return nil, errors.New("it is damaged")
	}
	if again, err := op.encode(); err != nil || !bytes.Equal(again, data) {
		return nil, errors.New("it is not in the form this program writes")
	}
	return op, op.check()
}

// check refuses what would lead elsewhere: a checksum keeps accidents away, not malice.
func (op *Operation) check() error {
	if !anID().MatchString(op.ID) || op.Seq < 1 {
		return fmt.Errorf("it names the operation %d, %q", op.Seq, op.ID)
	}
	for _, id := range append([]string{op.Of}, op.Supersedes...) {
		if id != "" && !anID().MatchString(id) {
			return fmt.Errorf("it names the operation %q", id)
		}
	}
	switch op.Kind {
	case KindApply, KindUndo, KindRedo:
	default:
		return fmt.Errorf("it has the kind %q", op.Kind)
	}
	switch op.State {
	case StateOpen, StateLanding, StateApplied, StateFailed, StateAborted:
	default:
		return fmt.Errorf("it has the state %q", op.State)
	}
	if op.Request != nil {
		if err := op.Request.Check(); err != nil {
			return err
		}
	}
	for _, c := range op.Changes {
		if !OwnRef(c.Ref) {
			return fmt.Errorf("it changes the ref %q", c.Ref)
		}
	}
	for _, p := range op.Packs {
		if !aPackName().MatchString(p) {
			return fmt.Errorf("it names the pack %q", p)
		}
	}
	return nil
}

// OwnRef reports whether a ref is of the kind that operations make: no other is ever changed by one.
func OwnRef(name string) bool {
	return ownRef().MatchString(name) && !strings.Contains(name, "..") && !strings.Contains(name, "//")
}

// Same reports whether two operations ask for the same and lead to the same: then the second is none.
func (op *Operation) Same(other *Operation) bool {
	return op.essence() == other.essence()
}

// essence is what Same compares: everything but what tells one run from the next.
func (op *Operation) essence() string {
	body, err := json.Marshal(struct {
		Kind    Kind
		Name    string
		Embargo bool
		Sources any
		Policy  Policy
		Targets []Target
	}{op.Kind, op.Name, op.Embargo, op.Sources, op.Policy, op.Targets})
	if err != nil {
		return op.ID // plain data always encodes; an operation is at least the same as itself
	}
	return string(body)
}
