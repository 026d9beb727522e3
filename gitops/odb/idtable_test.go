package odb

import (
	"bytes"
	"encoding/binary"
	"math/rand"
	"slices"
	"sort"
	"testing"
)

// TestSeek looks up ids, and beginnings of ids, in tables of ids that are spread evenly and that are not.
func TestSeek(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(1))
	for name, id := range map[string]func() []byte{
		"even": func() []byte {
			b := make([]byte, idSize)
			_, _ = rng.Read(b)
			return b
		},
		"few first bytes": func() []byte {
			b := make([]byte, idSize)
			_, _ = rng.Read(b)
			b[0] %= 2
			return b
		},
		"crowded at one end": func() []byte {
			b := make([]byte, idSize)
			b[0], b[1+rng.Intn(4)], b[19] = 7, byte(rng.Intn(256)), byte(rng.Intn(256))
			return b
		},
		"crowded at the other": func() []byte {
			b := bytes.Repeat([]byte{0xff}, idSize)
			b[1+rng.Intn(4)], b[19] = byte(rng.Intn(256)), byte(rng.Intn(256))
			return b
		},
	} {
		for _, n := range []int{0, 1, 40, 3000} {
			ids := make([][]byte, n)
			for i := range ids {
				ids[i] = id()
			}
			slices.SortFunc(ids, bytes.Compare)
			ids = slices.CompactFunc(ids, bytes.Equal)
			table := make([]byte, fanSize)
			for first := range 256 {
				count := sort.Search(len(ids), func(i int) bool { return int(ids[i][0]) > first })
				binary.BigEndian.PutUint32(table[4*first:], uint32(count))
			}
			table = append(table, bytes.Join(ids, nil)...)
			it, err := readIDTable(&region{data: table, size: int64(len(table))}, 0, fanSize, int64(idSize))
			if err != nil {
				t.Fatal(err)
			}
			keys := slices.Clone(ids)
			for range 2000 {
				keys = append(keys, id())
			}
			for _, key := range keys {
				key = key[:1+rng.Intn(idSize)]
				pos, found, err := it.seek(key)
				want := sort.Search(len(ids), func(i int) bool { return bytes.Compare(ids[i], key) >= 0 })
				has := want < len(ids) && bytes.HasPrefix(ids[want], key)
				if err != nil || found != has || (found && pos != want) {
					t.Fatalf("%s, %d ids: %x is at %d (%v, %v), want %d (%v)", name, len(ids), key, pos, found, err, want, has)
				}
			}
		}
	}
}
