package odb

import (
	"errors"
	"io/fs"
	"os"

	"github.com/git-backport/git-backport/gitops/object"
)

// Read returns an object whole. The bytes are shared: they must not be modified. The empty tree is
// always there, as for git. The errors a caller can branch on are *MissingError, *CorruptError and *TooLargeError.
func (db *DB) Read(id object.ID) (object.Kind, []byte, error) {
	if id == object.EmptyTree {
		return object.KindTree, nil, nil
	}
	var kind object.Kind
	var data []byte
	err := db.visit(id, visitor{
		packed: func(p *pack, off int64) (err error) {
			kind, data, err = db.unpack(p, off)
			return db.verified(err, id, kind, data, off)
		},
		loose: func(r *region) (err error) {
			kind, data, err = db.readLoose(r, id)
			return db.verified(err, id, kind, data, 0)
		},
	})
	if err != nil {
		return "", nil, err
	}
	return kind, data, nil
}

func (db *DB) verified(err error, id object.ID, kind object.Kind, data []byte, off int64) error {
	if err != nil || db.unverified {
		return err
	}
	if got := object.Hash(kind, data); got != id {
		return damaged(off, "content is that of %s", got)
	}
	return nil
}

// ReadLimited is Read for objects of at most limit bytes; a larger one is a *TooLargeError and is
// not inflated.
func (db *DB) ReadLimited(id object.ID, limit int64) (object.Kind, []byte, error) {
	_, size, err := db.Header(id)
	if err != nil {
		return "", nil, err
	}
	if size > limit {
		return "", nil, &TooLargeError{ID: id, Size: size, Limit: limit}
	}
	return db.Read(id)
}

// Header returns kind and size in bytes of an object without inflating it. They are what the
// repository declares: only Read checks them.
func (db *DB) Header(id object.ID) (object.Kind, int64, error) {
	if id == object.EmptyTree {
		return object.KindTree, 0, nil
	}
	var kind object.Kind
	var size int64
	err := db.visit(id, visitor{
		packed: func(p *pack, off int64) (err error) {
			kind, size, err = db.packHeader(p, off)
			return err
		},
		loose: func(r *region) (err error) {
			kind, size, _, err = db.looseHeader(r)
			return err
		},
	})
	if err != nil {
		return "", 0, err
	}
	return kind, size, nil
}

// Has reports whether an object is there, without reading it.
func (db *DB) Has(id object.ID) (bool, error) {
	if id == object.EmptyTree {
		return true, nil
	}
	err := db.visit(id, visitor{})
	var missing *MissingError
	if errors.As(err, &missing) {
		return false, nil
	}
	return err == nil, err
}

// A visitor looks at one copy of an object; damage makes visit try the next copy. Without functions
// it asks only whether there is one.
type visitor struct {
	packed func(*pack, int64) error
	loose  func(*region) error
}

// maxRescans bounds how often packs are looked up anew for one object, while others make more of them.
const maxRescans = 8

// visit shows v the copies of id until one is good.
func (db *DB) visit(id object.ID, v visitor) error {
	packs := db.list()
	bad, done := db.visitOnce(packs, id, v, false)
	var before *packSet
	for i := 0; !done && packs != before && i < maxRescans; i++ {
		before, packs = packs, db.rescan()
		var again error
		if again, done = db.visitOnce(packs, id, v, true); bad == nil {
			bad = again
		}
	}
	if done {
		return nil
	}
	if bad == nil {
		bad = db.damageFound()
	}
	if bad == nil {
		bad = &MissingError{ID: id}
	}
	return bad
}

// damageFound returns the first pack that could not be opened: what is missing may be in there.
func (db *DB) damageFound() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if len(db.broken) > 0 {
		return db.broken[0]
	}
	return nil
}

// visitOnce looks at all copies that are known. What a multi-pack-index has wrong, or hides, the
// indexes of the packs it names may have right: they are asked when there was damage, and with all.
func (db *DB) visitOnce(packs *packSet, id object.ID, v visitor, all bool) (bad error, done bool) {
	recent := db.recent.Load()
	if recent != nil {
		if found, err := db.visitPacked(*recent, id, v); found {
			return nil, true
		} else if err != nil {
			bad = err
		}
	}
	for round, finders := range [2][]finder{packs.finders, packs.named} {
		if round == 1 && !all && bad == nil {
			break
		}
		for i, f := range finders {
			if recent != nil && f == *recent {
				continue
			}
			found, err := db.visitPacked(f, id, v)
			if found {
				db.recent.Store(&finders[i])
				return nil, true
			}
			if bad == nil {
				bad = err
			}
		}
	}
	for _, dir := range db.dirs {
		found, err := db.visitLoose(dir, id, v)
		if found {
			return nil, true
		}
		if bad == nil {
			bad = err
		}
	}
	return bad, false
}

// visitPacked shows v the object that f finds. A pack that has gone does not count.
func (db *DB) visitPacked(f finder, id object.ID, v visitor) (found bool, err error) {
	var p *pack
	restore := catchFaults()
	defer func() {
		if fault := restore(recover()); fault != nil {
			found, err = false, damaged(-1, "%s", faultReason)
		}
		if err != nil && p != nil {
			err = placedFor(err, p.path, id)
		} else if err != nil {
			err = placedFor(err, f.file(), id)
		}
	}()
	in, off, err := f.find(id)
	if in != nil && err == nil {
		p = in
		if v.packed == nil {
			_, err = p.open()
		} else {
			err = v.packed(p, off)
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return p != nil && err == nil, err
}

func (db *DB) visitLoose(dir string, id object.ID, v visitor) (found bool, err error) {
	if v.loose == nil {
		_, err := os.Stat(loosePath(dir, id))
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	}
	r, err := db.openLoose(dir, id)
	if err != nil || r == nil {
		return false, err
	}
	defer func() {
		if cerr := r.close(); err == nil {
			err = cerr
		}
	}()
	if err := v.loose(r); err != nil {
		return false, placedFor(err, r.path, id)
	}
	return true, nil
}
