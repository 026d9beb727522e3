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
	if lo, hi, err = t.near(key, lo, hi); err != nil {
		return 0, false, err
	}
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		below, err := t.below(mid, key)
		if err != nil {
			return 0, false, err
		}
		if below {
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

// near narrows the range in which key is looked for to the surroundings of where it stands when ids are
// spread evenly, as hashes are: most look-ups then touch one page of the list. Ids before lo are below key,
// those from hi on are not.
func (t *idTable) near(key []byte, lo, hi int) (int, int, error) {
	step := 16
	if len(key) < 5 || hi-lo <= 2*step {
		return lo, hi, nil
	}
	at := lo + int(uint64(hi-lo)*uint64(binary.BigEndian.Uint32(key[1:]))>>32)
	below, err := t.below(at, key)
	if err != nil {
		return lo, hi, err
	}
	for up := below; ; step *= 2 {
		if below {
			lo = at + 1
		} else {
			hi = at
		}
		if below != up {
			return lo, hi, nil
		}
		if up {
			at += step
		} else {
			at -= step
		}
		if at < lo || at >= hi {
			return lo, hi, nil
		}
		if below, err = t.below(at, key); err != nil {
			return lo, hi, err
		}
	}
}

// below reports whether the id at a position is below key.
func (t *idTable) below(i int, key []byte) (bool, error) {
	name, err := t.name(i)
	return err == nil && bytes.Compare(name, key) < 0, err
}
