package odb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"sync"

	"github.com/git-backport/git-backport/gitops/object"
)

// The types of entries in a pack.
const (
	entryCommit   = 1
	entryTree     = 2
	entryBlob     = 3
	entryTag      = 4
	entryOfsDelta = 6
	entryRefDelta = 7
)

var entryKinds = [8]object.Kind{
	entryCommit: object.KindCommit, entryTree: object.KindTree, entryBlob: object.KindBlob, entryTag: object.KindTag,
}

// maxChain bounds the length of a chain of deltas; git stops making them at 4095.
const maxChain = 1 << 16

// A pack is an index and the pack beside it, which is opened when it is first read.
type pack struct {
	path string // of the .pack
	idx  *index

	mu   sync.Mutex
	data *region
	err  error
}

// open returns the pack's file, checked against its index.
func (p *pack) open(mapped bool) (*region, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.data != nil || p.err != nil {
		return p.data, p.err
	}
	r, err := openRegion(p.path, mapped)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			p.err = err
		}
		return nil, err
	}
	if err := p.check(r); err != nil {
		p.err = errors.Join(err, r.close())
		return nil, p.err
	}
	p.data = r
	return r, nil
}

// check compares head and trailer of the pack with what the index says.
func (p *pack) check(r *region) error {
	head, err := r.at(0, 12)
	if err != nil {
		return err
	}
	if v := binary.BigEndian.Uint32(head[4:]); !bytes.Equal(head[:4], []byte("PACK")) || (v != 2 && v != 3) {
		return damaged(0, "not a pack of version 2 or 3")
	}
	if n := binary.BigEndian.Uint32(head[8:]); int64(n) != int64(p.idx.count) {
		return damaged(8, "pack has %d objects, its index %d", n, p.idx.count)
	}
	got, err := r.at(r.size-int64(idSize), idSize)
	if err != nil {
		return err
	}
	if want, err := p.idx.packSum(); err != nil || !bytes.Equal(got, want) {
		return damaged(r.size-int64(idSize), "pack is not the one its index was made for")
	}
	return nil
}

// An entry is the head of an object in a pack.
type entry struct {
	typ  byte
	size int64 // of the object, or of the delta
	data int64 // where its zlib stream starts
	base int64 // of a delta, where the base starts
}

// entryAt reads the head of the object that starts at off.
func (p *pack) entryAt(r *region, off int64) (entry, error) {
	b, err := r.upTo(off, 10+idSize)
	if err != nil {
		return entry{}, err
	}
	if off < 12 || off >= r.size-int64(idSize) {
		return entry{}, damaged(off, "entry lies outside the pack")
	}
	e, n, err := parseEntry(b)
	if err != nil {
		return entry{}, damaged(off, "%v", err)
	}
	e.data = off + int64(n)
	switch e.typ {
	case entryOfsDelta:
		if e.base >= off {
			return entry{}, damaged(off, "delta has its base before the pack")
		}
		e.base = off - e.base
	case entryRefDelta:
		id := b[n-idSize : n]
		pos, found, err := p.idx.seek(id)
		if err != nil {
			return entry{}, err
		}
		if !found {
			return entry{}, damaged(off, "delta has a base, %x, that is not in the pack", id)
		}
		if e.base, err = p.idx.offset(pos); err != nil {
			return entry{}, err
		}
	}
	return e, nil
}

// parseEntry reads the head of an entry: of an ofs-delta, base is the distance back to its base; of
// a ref-delta, the base's id are the last bytes of the n read.
func parseEntry(b []byte) (e entry, n int, err error) {
	if len(b) == 0 {
		return e, 0, damaged(-1, "entry without a head")
	}
	c := b[0]
	e.typ, e.size = c>>4&7, int64(c&15)
	for n = 1; c&0x80 != 0; n++ {
		shift := uint(4 + 7*(n-1))
		if n == len(b) || shift > 53 {
			return e, 0, damaged(-1, "entry has no proper size")
		}
		c = b[n]
		e.size |= int64(c&0x7f) << shift
	}
	switch e.typ {
	case entryCommit, entryTree, entryBlob, entryTag:
	case entryOfsDelta:
		for more := true; more; n++ {
			if n == len(b) || e.base > 1<<54 {
				return e, 0, damaged(-1, "delta has no proper distance to its base")
			}
			e.base = e.base<<7 | int64(b[n]&0x7f)
			if more = b[n]&0x80 != 0; more {
				e.base++
			}
		}
		if e.base == 0 {
			return e, 0, damaged(-1, "delta is its own base")
		}
	case entryRefDelta:
		if n += idSize; n > len(b) {
			return e, 0, damaged(-1, "delta is cut off")
		}
	default:
		return e, 0, damaged(-1, "entry is of the unknown type %d", e.typ)
	}
	return e, n, nil
}
