package odb

import (
	"bytes"
	"encoding/binary"
)

// An index is the .idx of a pack: where each of its objects starts. It stays in the file.
type index struct {
	idTable
	version int
	offsets int64 // where the offsets start: of 4 bytes, in version 1 one before each id
	large   int64 // version 2: where the 8-byte offsets start
	larges  int   // how many of them there are
}

// openIndex reads the head of an .idx, of version 1 or 2.
func openIndex(r *region) (*index, error) {
	x := &index{version: 1}
	head, err := r.at(0, 8)
	if err != nil {
		return nil, err
	}
	fan, first, stride := int64(0), int64(fanSize+4), int64(4+idSize)
	if bytes.Equal(head[:4], []byte("\xfftOc")) {
		if v := binary.BigEndian.Uint32(head[4:]); v != 2 {
			return nil, damaged(4, "index version %d is unknown", v)
		}
		x.version, fan, first, stride = 2, 8, 8+fanSize, int64(idSize)
	}
	if x.idTable, err = readIDTable(r, fan, first, stride); err != nil {
		return nil, err
	}
	return x, x.layout(int64(x.count))
}

// layout checks the size of the file against the number of objects.
func (x *index) layout(n int64) error {
	trailer := int64(2 * idSize)
	if x.version == 1 {
		x.offsets = fanSize
		if x.r.size != x.offsets+n*x.stride+trailer {
			return damaged(-1, "index has %d bytes, which is not right for %d objects", x.r.size, n)
		}
		return nil
	}
	x.offsets = x.first + n*int64(idSize) + n*4
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

// offset returns where in the pack the object at position i starts.
func (x *index) offset(i int) (int64, error) {
	at := x.offsets + int64(i)*4
	if x.version == 1 {
		at = x.offsets + int64(i)*x.stride
	}
	b, err := x.r.at(at, 4)
	if err != nil {
		return 0, err
	}
	v := binary.BigEndian.Uint32(b)
	if x.version == 1 || v&largeOffset == 0 {
		return int64(v), nil
	}
	n := int64(v &^ largeOffset)
	if n >= int64(x.larges) {
		return 0, damaged(at, "index points beyond its table of large offsets")
	}
	return offsetAt(x.r, x.large+8*n)
}

// largeOffset says of a 4-byte offset that it is a row of the table of 8-byte ones.
const largeOffset = 1 << 31

// offsetAt reads an offset of 8 bytes.
func offsetAt(r *region, at int64) (int64, error) {
	b, err := r.at(at, 8)
	if err != nil {
		return 0, err
	}
	off := binary.BigEndian.Uint64(b)
	if off > 1<<62 {
		return 0, damaged(at, "index holds an offset beyond all files")
	}
	return int64(off), nil
}
