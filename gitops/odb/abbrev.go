package odb

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// MinAbbrev is the fewest digits that git takes for an id, and minAutoAbbrev the fewest it shows when
// it chooses their number itself.
const (
	MinAbbrev     = 4
	minAutoAbbrev = 7
)

// Abbrev returns the ids that begin with the hexadecimal digits of prefix, sorted, each once: one is
// what the prefix means, several make it ambiguous. A prefix of less than MinAbbrev or more than 40
// digits, or of other characters, is an error.
func (db *DB) Abbrev(prefix string) ([]object.ID, error) {
	if len(prefix) < MinAbbrev || len(prefix) > 2*idSize {
		return nil, fmt.Errorf("abbreviated object id %q: want %d to %d hexadecimal digits", prefix, MinAbbrev, 2*idSize)
	}
	digits := strings.ToLower(prefix)
	key, err := hex.DecodeString(digits[:len(digits)&^1])
	if err == nil && len(digits)%2 == 1 {
		_, err = hex.DecodeString(digits[len(digits)-1:] + "0")
	}
	if err != nil {
		return nil, fmt.Errorf("abbreviated object id %q: want %d to %d hexadecimal digits", prefix, MinAbbrev, 2*idSize)
	}
	ids, err := db.abbrevIn(db.list().finders, key, digits)
	if err == nil && len(ids) == 0 {
		ids, err = db.abbrevIn(db.rescan().all(), key, digits)
	}
	if err == nil && len(ids) == 0 {
		err = db.damageFound()
	}
	return ids, err
}

func (db *DB) abbrevIn(finders []finder, key []byte, digits string) ([]object.ID, error) {
	var ids []object.ID
	for _, f := range finders {
		err := inTable(f, func(t *idTable) (err error) {
			ids, err = t.prefixed(ids, key, digits)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, dir := range db.dirs {
		found, err := looseWith(dir, digits[:2])
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			if strings.HasPrefix(id.String(), digits) {
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, func(a, b object.ID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids), nil
}

// inTable calls do with the ids that f knows; none when its file has gone.
func inTable(f finder, do func(*idTable) error) (err error) {
	restore := catchFaults()
	defer func() {
		if fault := restore(recover()); fault != nil {
			err = damaged(-1, "%s", faultReason)
		}
		err = placed(err, f.file())
	}()
	t, err := f.table()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return do(t)
}

// prefixed adds the ids of t that begin with digits, of which key are the whole bytes, to ids.
func (t *idTable) prefixed(ids []object.ID, key []byte, digits string) ([]object.ID, error) {
	pos, found, err := t.seek(key)
	for ; err == nil && found && pos < t.count; pos++ {
		var name []byte
		if name, err = t.name(pos); err != nil {
			break
		}
		if !bytes.HasPrefix(name, key) {
			break
		}
		if id := object.ID(name); strings.HasPrefix(id.String(), digits) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// looseWith returns the loose objects in dir whose first byte has these two digits.
func looseWith(dir, byte0 string) ([]object.ID, error) {
	entries, err := os.ReadDir(filepath.Join(dir, byte0))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return nil, err
	}
	var ids []object.ID
	for _, e := range entries {
		if id, err := object.ParseID(byte0 + e.Name()); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// ApproximateCount returns the number of objects in packs. One in several packs counts as often,
// unless a multi-pack-index names them.
func (db *DB) ApproximateCount() int64 {
	var n int64
	for _, f := range db.list().finders {
		if t, err := f.table(); err == nil {
			n += int64(t.count)
		}
	}
	return n
}

// Shorten returns the fewest digits of id, digits or more, that mean no other object. When digits is
// 0 git's core.abbrev=auto decides, from the number of objects.
func (db *DB) Shorten(id object.ID, digits int) (string, error) {
	if digits == 0 {
		digits = autoAbbrev(db.ApproximateCount())
	}
	digits = min(max(digits, MinAbbrev), 2*idSize)
	for _, f := range db.list().finders {
		err := inTable(f, func(t *idTable) error {
			n, err := t.ambiguous(id)
			digits = max(digits, n+1)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	s := id.String()
	for _, dir := range db.dirs {
		ids, err := looseWith(dir, s[:2])
		if err != nil {
			return "", err
		}
		for _, other := range ids {
			if other != id {
				digits = max(digits, common(id[:], other[:])+1)
			}
		}
	}
	return s[:min(digits, len(s))], nil
}

// autoAbbrev returns how many digits keep collisions rare among count objects.
func autoAbbrev(count int64) int {
	return max(minAutoAbbrev, (bits.Len64(uint64(max(0, count)))+1)/2)
}

// ambiguous returns how many digits of id the nearest other ids of t share with it.
func (t *idTable) ambiguous(id object.ID) (n int, err error) {
	pos, _, err := t.seek(id[:])
	for i := pos - 1; err == nil && i <= pos+1; i++ {
		if i < 0 || i >= t.count {
			continue
		}
		var name []byte
		if name, err = t.name(i); err == nil && !bytes.Equal(name, id[:]) {
			n = max(n, common(name, id[:]))
		}
	}
	return n, err
}

// common returns how many leading hexadecimal digits a and b share.
func common(a, b []byte) int {
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		if a[i]>>4 == b[i]>>4 {
			return 2*i + 1
		}
		return 2 * i
	}
	return 2 * len(a)
}
