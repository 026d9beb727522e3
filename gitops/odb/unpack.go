package odb

import (
	"errors"
	"github.com/git-backport/git-backport/gitops/object"
)

// unpack returns the object that starts at off of p. Its bytes may be the cache's.
func (db *DB) unpack(p *pack, off int64) (object.Kind, []byte, error) {
	r, err := p.open()
	if err != nil {
		return "", nil, err
	}
	var chain []entry // deltas, the last being the nearest to the base
	kind, base, cached := db.cache.get(p, off)
	for !cached {
		e, err := p.entryAt(r, off)
		if err != nil {
			return "", nil, err
		}
		if e.size > db.limit {
			return "", nil, &TooLargeError{Size: e.size, Limit: db.limit}
		}
		if kind = entryKinds[e.typ]; kind != "" {
			base, err = db.zlib.exactly(r, e.data, r.size-int64(idSize), e.size, nil)
			if err != nil {
				return "", nil, err
			}
			break
		}
		if len(chain) == maxChain {
			return "", nil, damaged(off, "chain of deltas does not end")
		}
		chain = append(chain, e)
		off = e.base
		kind, base, cached = db.cache.get(p, off)
	}
	if len(chain) == 0 {
		return kind, base, nil
	}
	base, err = db.applyChain(p, r, chain, kind, base)
	return kind, base, err
}

// applyChain applies the deltas of chain, last one first, and keeps what has served as a base.
func (db *DB) applyChain(p *pack, r *region, chain []entry, kind object.Kind, base []byte) ([]byte, error) {
	scratch, _ := db.scratch.Get().(*[]byte)
	if scratch == nil {
		scratch = new([]byte)
	}
	defer db.scratch.Put(scratch)
	for i := len(chain) - 1; i >= 0; i-- {
		e := chain[i]
		db.cache.put(p, e.base, kind, base)
		delta, err := db.zlib.exactly(r, e.data, r.size-int64(idSize), e.size, *scratch)
		if err != nil {
			return nil, err
		}
		if cap(delta) <= maxScratch {
			*scratch = delta[:0]
		}
		if base, err = applyDelta(base, delta, db.limit, &db.zlib.slab); err != nil {
			var d *damage
			if errors.As(err, &d) {
				d.offset = e.data
			}
			return nil, err
		}
	}
	return base, nil
}

// maxScratch bounds the buffers for deltas that are kept, in bytes.
const maxScratch = 1 << 20

// packHeader returns kind and size of the object that starts at off of p, from entry heads alone.
func (db *DB) packHeader(p *pack, off int64) (object.Kind, int64, error) {
	r, err := p.open()
	if err != nil {
		return "", 0, err
	}
	size := int64(-1)
	for range maxChain {
		e, err := p.entryAt(r, off)
		if err != nil {
			return "", 0, err
		}
		if size < 0 {
			size = e.size
			if e.base != 0 {
				if size, err = db.deltaResult(r, e); err != nil {
					return "", 0, err
				}
			}
		}
		if kind := entryKinds[e.typ]; kind != "" {
			return kind, size, nil
		}
		off = e.base
	}
	return "", 0, damaged(off, "chain of deltas does not end")
}

// deltaResult returns the size of what a delta makes, which stands within its first 20 bytes.
func (db *DB) deltaResult(r *region, e entry) (int64, error) {
	var buf [20]byte
	head, err := db.zlib.head(r, e.data, r.size-int64(idSize), buf[:])
	if err != nil {
		return 0, err
	}
	_, size, _, err := deltaSizes(head)
	return size, err
}
