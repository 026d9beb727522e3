package odb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/git-backport/git-backport/gitops/object"
)

// A multiIndex is a multi-pack-index, or a layer of a chain of them: where each object of several
// packs of one directory is. It stays in the file.
type multiIndex struct {
	idTable
	dir     string   // where the packs are
	names   []string // of the packs' own indexes, by their numbers
	packs   []*pack  // those that are there, by the same numbers; nil where one is not, and all nil until they are looked up
	offsets int64    // where the numbers of packs and the 4-byte offsets in them start
	large   chunk    // the 8-byte offsets
}

// multiFiles returns the multi-pack-index of a pack directory, or the layers of a chain, the oldest
// first; nothing when there is none.
func multiFiles(dir string) ([]string, error) {
	single := filepath.Join(dir, "multi-pack-index")
	if _, err := os.Stat(single); !errors.Is(err, fs.ErrNotExist) {
		return []string{single}, err
	}
	chain := filepath.Join(dir, "multi-pack-index.d")
	ids, err := readChain(filepath.Join(chain, "multi-pack-index-chain"))
	paths := make([]string, len(ids))
	for i, id := range ids {
		paths[i] = filepath.Join(chain, "multi-pack-index-"+id.String()+".midx")
	}
	return paths, err
}

// openMulti opens a file of multiFiles, whose packs are in dir.
func openMulti(dir, path string, mapped bool) (*multiIndex, error) {
	m := &multiIndex{dir: dir}
	return m, openHead(path, mapped, m.layout)
}

// layout reads the head of the file, finds its chunks and reads the names of the packs.
func (m *multiIndex) layout(r *region) error {
	head, err := r.at(0, 12)
	if err != nil {
		return err
	}
	version := head[4]
	switch {
	case !bytes.Equal(head[:4], []byte("MIDX")):
		return damaged(0, "not a multi-pack-index")
	case version != 1 && version != 2:
		return damaged(4, "multi-pack-index version %d is unknown", version)
	case head[5] != 1:
		return damaged(5, "multi-pack-index is not for SHA-1 ids")
	case head[7] != 0:
		return damaged(7, "multi-pack-index stands on others in a way that is unknown")
	}
	chunks, err := readChunks(r, 12, int(head[6]))
	if err != nil {
		return err
	}
	m.offsets, m.large = chunks["OOFF"].off, chunks["LOFF"]
	if m.idTable, err = idsOf(r, chunks, "OOFF", 8); err != nil {
		return err
	}
	text, err := r.at(chunks["PNAM"].off, int(chunks["PNAM"].size))
	if err != nil {
		return err
	}
	for range binary.BigEndian.Uint32(head[8:]) {
		name, rest, whole := bytes.Cut(text, []byte{0})
		if !whole || len(name) == 0 {
			return damaged(-1, "multi-pack-index does not have the names of all its packs")
		}
		if n := len(m.names); version == 1 && n > 0 && string(name) <= m.names[n-1] {
			return damaged(-1, "names of packs are out of order")
		}
		m.names, text = append(m.names, string(name)), rest
	}
	return nil
}

// find returns the pack that the object id is taken from and where it starts there; no pack when the
// object is not known, or its pack is not there. A pack whose name does not say what it holds may be
// another one by now: its own index decides.
func (m *multiIndex) find(id object.ID) (*pack, int64, error) {
	pos, found, err := m.seek(id[:])
	if err != nil || !found {
		return nil, 0, err
	}
	p, off, err := m.place(pos)
	if err != nil || p == nil {
		return nil, 0, err
	}
	if _, err := p.open(); err != nil {
		return nil, 0, placedFor(err, p.path, id)
	}
	if !p.proper {
		return p.find(id)
	}
	return p, off, nil
}

// place returns the pack of the object at position i, nil when that is not there, and where in it the
// object starts.
func (m *multiIndex) place(i int) (*pack, int64, error) {
	at := m.offsets + 8*int64(i)
	row, err := m.r.at(at, 8)
	if err != nil {
		return nil, 0, err
	}
	number, off := binary.BigEndian.Uint32(row), binary.BigEndian.Uint32(row[4:])
	if int64(number) >= int64(len(m.packs)) {
		return nil, 0, damaged(at, "multi-pack-index has no pack %d", number)
	}
	p := m.packs[number]
	if m.large.size == 0 || off&largeOffset == 0 {
		return p, int64(off), nil
	}
	n := 8 * int64(off&^largeOffset)
	if n > m.large.size-8 {
		return nil, 0, damaged(at, "multi-pack-index points beyond its table of large offsets")
	}
	long, err := offsetAt(m.r, m.large.off+n)
	return p, long, err
}

func (m *multiIndex) table() (*idTable, error) { return &m.idTable, nil }

func (m *multiIndex) file() string { return m.r.path }
