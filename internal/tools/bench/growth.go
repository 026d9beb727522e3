package main

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// growth measures what further objects in a repository cost, with indexes of these many.
func (b *bench) growth(sizes ...int) error {
	b.print("\n## More objects in the repository\n\n"+
		"Each line is a pack made up for it: of the objects that its index names %d are there. In this process; opening takes the first\n"+
		"object along, a look-up is finding, inflating and checking one, for the first time (when pages of the index are mapped for it) and\n"+
		"once more. Medians, of %d openings.\n\n", realObjects, b.runs)
	b.print("| objects | open ms | heap MiB | look-up µs | again µs |\n|---:|---:|---:|---:|---:|\n")
	for _, n := range sizes {
		if err := b.grown(n); err != nil {
			return err
		}
	}
	return nil
}

// grown measures one size.
func (b *bench) grown(n int) error {
	dir := filepath.Join(b.work, "grown")
	defer os.RemoveAll(dir)
	ids, err := makeUp(filepath.Join(dir, "pack"), n)
	if err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	var open, heap []float64
	var each [2][]float64
	for round := range b.runs + 1 {
		rnd.Shuffle(len(ids), func(i, k int) { ids[i], ids[k] = ids[k], ids[i] })
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		db, err := odb.Open(odb.Options{ObjectsDir: dir})
		if err != nil {
			return err
		}
		_, _, err = db.Read(ids[0])
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		var lookUps [2][]float64
		for i := range lookUps {
			for _, id := range ids[1:] {
				if err != nil {
					break
				}
				start := time.Now()
				_, _, err = db.Read(id)
				lookUps[i] = append(lookUps[i], float64(time.Since(start))/float64(time.Microsecond))
			}
		}
		if err := errors.Join(err, db.Close()); err != nil {
			return err
		}
		if round == 0 { // to warm up
			continue
		}
		open, heap = append(open, ms(took)), append(heap, float64(after.TotalAlloc-before.TotalAlloc)/(1<<20))
		each = [2][]float64{append(each[0], lookUps[0]...), append(each[1], lookUps[1]...)}
	}
	b.print("| %d | %.2f | %.2f | %.1f | %.1f |\n", n, median(open), median(heap), median(each[0]), median(each[1]))
	return nil
}

// realObjects is how many objects of a made-up pack are there.
const realObjects = 256

// A placed object is one that an index names.
type placed struct {
	id     object.ID
	offset uint32
}

// makeUp writes a pack of small files into dir, and an index by which it has n objects: those that are
// not there have ids evenly spread, and the offset of one that is. It returns the ids of the others.
func makeUp(dir string, n int) ([]object.ID, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	pack := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(n))
	var there []placed
	for i := range realObjects {
		text := fmt.Appendf(nil, "file %d\n", i)
		there = append(there, placed{object.Hash(object.KindBlob, text), uint32(len(pack))})
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		if _, err := w.Write(text); err != nil {
			return nil, err
		}
		if err := w.Close(); err != nil {
			return nil, err
		}
		pack = append(append(pack, 3<<4|byte(len(text))), z.Bytes()...) // 3 is a blob
	}
	slices.SortFunc(there, func(a, b placed) int { return bytes.Compare(a.id[:], b.id[:]) })
	sum := sha1.Sum(pack)
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("pack-%x.pack", sum)), append(pack, sum[:]...), 0o644); err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(dir, fmt.Sprintf("pack-%x.idx", sum)))
	if err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	writeIndex(w, n, there)
	w.Write(sum[:])
	w.Write(sum[:]) // the reader does not ask for the index's own checksum
	var ids []object.ID
	for _, p := range there {
		ids = append(ids, p.id)
	}
	return ids, errors.Join(w.Flush(), f.Close())
}

// writeIndex writes an index of n objects but for its checksums. w keeps the first error.
func writeIndex(w *bufio.Writer, n int, there []placed) {
	w.WriteString("\xfftOc\x00\x00\x00\x02")
	var fan [256]uint32
	merged(n, there, func(p placed) { fan[p.id[0]]++ })
	var count uint32
	for _, c := range fan {
		count += c
		w.Write(binary.BigEndian.AppendUint32(nil, count))
	}
	merged(n, there, func(p placed) { w.Write(p.id[:]) })
	merged(n, there, func(placed) { w.WriteString("crc.") })
	merged(n, there, func(p placed) { w.Write(binary.BigEndian.AppendUint32(nil, p.offset)) })
}

// merged calls f for n objects in the order of their ids: there, and others between them.
func merged(n int, there []placed, f func(placed)) {
	others := n - len(there)
	step := uint64(1<<63) / uint64(others) * 2
	for i := range others {
		var p placed
		p.offset = 12
		binary.BigEndian.PutUint64(p.id[:], uint64(i)*step)
		for len(there) > 0 && bytes.Compare(there[0].id[:], p.id[:]) < 0 {
			f(there[0])
			there = there[1:]
		}
		f(p)
	}
	for _, p := range there {
		f(p)
	}
}
