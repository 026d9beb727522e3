package odb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

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

// A pack is an index and the pack beside it, which is opened when it is first read. So is the index
// when a multi-pack-index says what the pack holds.
type pack struct {
	path   string // of the .pack
	mapped bool   // read through mmap
	named  bool   // by a multi-pack-index; guarded by DB.mu

	idx atomic.Pointer[index] // nil while it is not opened

	mu     sync.Mutex
	data   *region
	proper bool  // the pack's name is its checksum: no other pack has that name
	err    error // of opening the pack
	idxErr error // of opening the index
}

// index returns the pack's own index.
func (p *pack) index() (*index, error) {
	if x := p.idx.Load(); x != nil {
		return x, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lockedIndex()
}

// lockedIndex is index with p.mu held.
func (p *pack) lockedIndex() (*index, error) {
	if x := p.idx.Load(); x != nil || p.idxErr != nil {
		return x, p.idxErr
	}
	var x *index
	err := openHead(p.file(), p.mapped, func(r *region) (err error) {
		if x, err = openIndex(r); err == nil && p.data != nil {
			err = agree(p.data, x)
		}
		return err
	})
	if err != nil {
		if err = placed(err, p.file()); !errors.Is(err, fs.ErrNotExist) {
			p.idxErr = err
		}
		return nil, err
	}
	p.idx.Store(x)
	return x, nil
}

func (p *pack) find(id object.ID) (*pack, int64, error) {
	x, err := p.index()
	if err != nil {
		return nil, 0, err
	}
	pos, found, err := x.seek(id[:])
	if err != nil || !found {
		return nil, 0, err
	}
	off, err := x.offset(pos)
	return p, off, err
}

func (p *pack) table() (*idTable, error) {
	x, err := p.index()
	if err != nil {
		return nil, err
	}
	return &x.idTable, nil
}

// file is the path of the index.
func (p *pack) file() string { return strings.TrimSuffix(p.path, ".pack") + ".idx" }

// open returns the pack's file, checked.
func (p *pack) open() (*region, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.data != nil || p.err != nil {
		return p.data, p.err
	}
	r, err := openRegion(p.path, p.mapped)
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

// check looks at the head of the pack and whether its name is its checksum. An index that is open
// already, or has to be because the name is another one, must be the pack's.
func (p *pack) check(r *region) error {
	head, err := r.at(0, 12)
	if err != nil {
		return err
	}
	if v := binary.BigEndian.Uint32(head[4:]); !bytes.Equal(head[:4], []byte("PACK")) || (v != 2 && v != 3) {
		return damaged(0, "not a pack of version 2 or 3")
	}
	sum, err := r.at(r.size-int64(idSize), idSize)
	if err != nil {
		return err
	}
	p.proper = filepath.Base(p.path) == fmt.Sprintf("pack-%x.pack", sum)
	if p.proper && p.idx.Load() == nil {
		return nil
	}
	x, err := p.lockedIndex()
	if err != nil {
		return err
	}
	return agree(r, x)
}

// agree compares a pack with what its index says of it.
func agree(r *region, x *index) error {
	head, err := r.at(0, 12)
	if err != nil {
		return err
	}
	if n := binary.BigEndian.Uint32(head[8:]); int64(n) != int64(x.count) {
		return damaged(8, "pack has %d objects, its index %d", n, x.count)
	}
	got, err := r.at(r.size-int64(idSize), idSize)
	if err != nil {
		return err
	}
	if want, err := x.packSum(); err != nil || !bytes.Equal(got, want) {
		return damaged(r.size-int64(idSize), "pack is not the one its index was made for")
	}
	return nil
}

func (p *pack) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	if x := p.idx.Swap(nil); x != nil {
		err = x.r.close()
	}
	if p.data != nil {
		err = errors.Join(err, p.data.close())
		p.data = nil
	}
	return err
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
		x, err := p.index()
		if err != nil {
			return entry{}, err
		}
		pos, found, err := x.seek(id)
		if err != nil {
			return entry{}, err
		}
		if !found {
			return entry{}, damaged(off, "delta has a base, %x, that is not in the pack", id)
		}
		if e.base, err = x.offset(pos); err != nil {
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
