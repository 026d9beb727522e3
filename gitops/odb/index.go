package odb

import (
	"bytes"
	"encoding/binary"

	"github.com/git-backport/git-backport/gitops/object"
)

const (
	idSize  = len(object.ID{})
	fanSize = 256 * 4
)

// An index is the .idx of a pack: where each of its objects starts. It stays in the file.
type index struct {
	r       *region
	version int
	count   int
	fanout  [256]uint32
	names   int64 // where the ids start (version 1: the entries of offset and id)
	offsets int64 // version 2: where the 4-byte offsets start
	large   int64 // version 2: where the 8-byte offsets start
	larges  int   // how many of them there are
}

// openIndex reads the head of an .idx, of version 1 or 2.
func openIndex(r *region) (*index, error) {
	x := &index{r: r, version: 1}
	head, err := r.at(0, 8)
	if err != nil {
		return nil, err
	}
	fan := int64(0)
	if bytes.Equal(head[:4], []byte("\xfftOc")) {
		if v := binary.BigEndian.Uint32(head[4:]); v != 2 {
			return nil, damaged(4, "index version %d is unknown", v)
		}
		x.version, fan = 2, 8
	}
	table, err := r.at(fan, fanSize)
	if err != nil {
		return nil, err
	}
	var last uint32
	for i := range x.fanout {
		n := binary.BigEndian.Uint32(table[4*i:])
		if n < last {
			return nil, damaged(fan+int64(4*i), "index table is not in order")
		}
		x.fanout[i], last = n, n
	}
	x.count = int(last)
	x.names = fan + fanSize
	return x, x.layout(int64(last))
}

// layout checks the size of the file against the number of objects.
func (x *index) layout(n int64) error {
	trailer := int64(2 * idSize)
	if x.version == 1 {
		if x.r.size != x.names+n*24+trailer {
			return damaged(-1, "index has %d bytes, which is not right for %d objects", x.r.size, n)
		}
		return nil
	}
	x.offsets = x.names + n*int64(idSize) + n*4
	x.large = x.offsets + n*4
	rest := x.r.size - trailer - x.large
	if rest < 0 || rest%8 != 0 || rest/8 > n {
		return damaged(-1, "index has %d bytes, which is not right for %d objects", x.r.size, n)
	}
	x.larges = int(rest / 8)
	return nil
}

// packSum returns the checksum of the pack that the index was made for.
func (x *index) packSum() ([]byte, error) { return x.r.at(x.r.size-int64(2*idSize), idSize) }

// name returns the id at position i, in order of ids.
func (x *index) name(i int) ([]byte, error) {
	if x.version == 1 {
		return x.r.at(x.names+int64(i)*24+4, idSize)
	}
	return x.r.at(x.names+int64(i)*int64(idSize), idSize)
}

// offset returns where in the pack the object at position i starts.
func (x *index) offset(i int) (int64, error) {
	at := x.offsets + int64(i)*4
	if x.version == 1 {
		at = x.names + int64(i)*24
	}
	b, err := x.r.at(at, 4)
	if err != nil {
		return 0, err
	}
	v := binary.BigEndian.Uint32(b)
	if x.version == 1 || v&(1<<31) == 0 {
		return int64(v), nil
	}
	n := int64(v &^ (1 << 31))
	if n >= int64(x.larges) {
		return 0, damaged(at, "index points beyond its table of large offsets")
	}
	if b, err = x.r.at(x.large+8*n, 8); err != nil {
		return 0, err
	}
	off := binary.BigEndian.Uint64(b)
	if off > 1<<62 {
		return 0, damaged(x.large+8*n, "index holds an offset beyond all files")
	}
	return int64(off), nil
}

// seek returns the position of the first id that is not below key, whose bytes may be fewer than an
// id's, and whether the id there begins with key.
func (x *index) seek(key []byte) (pos int, found bool, err error) {
	lo, hi := 0, x.count
	if len(key) > 0 {
		if hi = int(x.fanout[key[0]]); key[0] > 0 {
			lo = int(x.fanout[key[0]-1])
		}
	}
	end := hi
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		name, err := x.name(mid)
		if err != nil {
			return 0, false, err
		}
		if bytes.Compare(name, key) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == end {
		return lo, false, nil
	}
	name, err := x.name(lo)
	return lo, err == nil && bytes.HasPrefix(name, key), err
}
