package odb

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// A chunk is a part of a file that git makes of chunks, a commit-graph or a multi-pack-index.
type chunk struct{ off, size int64 }

// readChunks reads the table of n chunks at off, by their names of four letters.
func readChunks(r *region, off int64, n int) (map[string]chunk, error) {
	toc, err := r.at(off, 12*(n+1))
	if err != nil {
		return nil, err
	}
	chunks := map[string]chunk{}
	for i := range n {
		row := toc[12*i:]
		from, to := int64(binary.BigEndian.Uint64(row[4:])), int64(binary.BigEndian.Uint64(row[16:]))
		if from < 0 || to < from || to > r.size-int64(idSize) {
			return nil, damaged(off, "table of chunks is out of order")
		}
		chunks[string(row[:4])] = chunk{from, to - from}
	}
	return chunks, nil
}

// idsOf reads the table of ids of a file of chunks, and checks their sizes: of the data of each
// object, in the chunk named, rowSize bytes.
func idsOf(r *region, chunks map[string]chunk, name string, rowSize int64) (idTable, error) {
	fan, ids, rows := chunks["OIDF"], chunks["OIDL"], chunks[name]
	if fan.size != fanSize {
		return idTable{}, damaged(-1, "no table of first bytes")
	}
	t, err := readIDTable(r, fan.off, ids.off, int64(idSize))
	if err == nil && (ids.size != int64(t.count)*int64(idSize) || rows.size != int64(t.count)*rowSize) {
		err = damaged(-1, "chunks are not those of %d objects", t.count)
	}
	return t, err
}

// maxLayers bounds the files of a chain.
const maxLayers = 255

// readChain returns what a file that names the layers of a chain, the oldest first, says; nothing when
// there is none.
func readChain(path string) ([]object.ID, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []object.ID
	for line := range strings.Lines(string(text)) {
		id, err := object.ParseID(strings.TrimSuffix(line, "\n"))
		if err != nil || len(ids) == maxLayers {
			return nil, damaged(-1, "not a list of the layers of a chain")
		}
		ids = append(ids, id)
	}
	return ids, nil
}
