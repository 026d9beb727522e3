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

// An idTable is a sorted list of ids in a file, and how many of them begin with each first byte or a
// lower one. The list stays in the file.
type idTable struct {
	r      *region
	fanout [256]uint32
	count  int
	first  int64 // where the first id starts
	stride int64 // from one id to the next
}

// readIDTable reads the table of first bytes at fan, for ids that start at first.
func readIDTable(r *region, fan, first, stride int64) (idTable, error) {
	t := idTable{r: r, first: first, stride: stride}
	table, err := r.at(fan, fanSize)
	if err != nil {
		return t, err
	}
	var last uint32
	for i := range t.fanout {
		n := binary.BigEndian.Uint32(table[4*i:])
		if n < last {
			return t, damaged(fan+int64(4*i), "table of first bytes is out of order")
		}
		t.fanout[i], last = n, n
	}
	t.count = int(last)
	return t, nil
}

// name returns the id at position i, in order of ids.
func (t *idTable) name(i int) ([]byte, error) { return t.r.at(t.first+int64(i)*t.stride, idSize) }

// seek returns the position of the first id that is not below key, whose bytes may be fewer than an
// id's, and whether the id there begins with key.
func (t *idTable) seek(key []byte) (pos int, found bool, err error) {
	lo, hi := 0, t.count
	if len(key) > 0 {
		if hi = int(t.fanout[key[0]]); key[0] > 0 {
			lo = int(t.fanout[key[0]-1])
		}
	}
	end := hi
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		name, err := t.name(mid)
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
	name, err := t.name(lo)
	return lo, err == nil && bytes.HasPrefix(name, key), err
}
