package odb

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/git-backport/git-backport/gitops/object"
)

func loosePath(dir string, id object.ID) string {
	s := id.String()
	return filepath.Join(dir, s[:2], s[2:])
}

// openLoose opens a loose object; nil when there is none in dir.
func (db *DB) openLoose(dir string, id object.ID) (*region, error) {
	r, err := openRegion(loosePath(dir, id), false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && r.size <= maxLoaded {
		if err = r.load(); err != nil {
			err = errors.Join(placedFor(err, r.path, id), r.close())
			r = nil
		}
	}
	return r, err
}

// maxLoaded is the size in bytes up to which a loose object's file is read at once.
const maxLoaded = 1 << 20

// maxLooseHead is the longest head of a loose object that is looked at: git's is 32 bytes.
const maxLooseHead = 32

// readLoose returns the loose object in r.
func (db *DB) readLoose(r *region, id object.ID) (object.Kind, []byte, error) {
	kind, size, head, err := db.looseHeader(r)
	if err != nil {
		return "", nil, err
	}
	if size > db.limit {
		return "", nil, &TooLargeError{ID: id, Size: size, Limit: db.limit}
	}
	data, err := db.zlib.exactly(r, 0, r.size, int64(head)+size, nil)
	if err != nil {
		return "", nil, err
	}
	return kind, data[head:], nil
}

// looseHeader returns kind and size of the object in r and how long its head is.
func (db *DB) looseHeader(r *region) (kind object.Kind, size int64, head int, err error) {
	var buf [maxLooseHead]byte
	b, err := db.zlib.head(r, 0, r.size, buf[:])
	if err != nil {
		return "", 0, 0, err
	}
	return parseLooseHead(b)
}

// parseLooseHead reads "blob 12\x00" and says how long that is.
func parseLooseHead(b []byte) (kind object.Kind, size int64, n int, err error) {
	end := bytes.IndexByte(b, 0)
	if end < 0 {
		return "", 0, 0, damaged(0, "loose object has no proper head")
	}
	name, digits, ok := bytes.Cut(b[:end], []byte(" "))
	kind = object.Kind(name)
	if !ok || !kind.Valid() {
		return "", 0, 0, damaged(0, "loose object is of the unknown type %q", name)
	}
	size, err = strconv.ParseInt(string(digits), 10, 62)
	if err != nil || digits[0] < '0' || digits[0] > '9' || (digits[0] == '0' && len(digits) > 1) {
		return "", 0, 0, damaged(0, "loose object has the size %q", digits)
	}
	return kind, size, end + 1, nil
}
