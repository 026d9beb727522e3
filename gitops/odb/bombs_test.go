package odb

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// TestBombs reads objects that claim, or have, more than memory holds.
func TestBombs(t *testing.T) {
	r := gittest.NewBare(t)
	zeros := r.GitIn(make([]byte, 64<<20), "hash-object", "-w", "--stdin")
	db, err := Open(Options{ObjectsDir: objects(r.Dir), Limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	id, err := object.ParseID(zeros)
	if err != nil {
		t.Fatal(err)
	}
	var large *TooLargeError
	if _, _, err := db.Read(id); !errors.As(err, &large) || large.Size != 64<<20 || large.ID != id {
		t.Errorf("a loose object over the limit: %v", err)
	}
	if _, size, err := db.Header(id); err != nil || size != 64<<20 {
		t.Errorf("its header: %d, %v", size, err)
	}
	r.GitIn([]byte(zeros+"\n"), "pack-objects", "-q", filepath.Join(objects(r.Dir), "pack", "pack"))
	r.Git("prune-packed", "-q")
	if _, _, err := db.Read(id); !errors.As(err, &large) {
		t.Errorf("a packed object over the limit: %v", err)
	}
	if _, _, err := open(t, r.Dir).ReadLimited(id, 1<<20); !errors.As(err, &large) {
		t.Errorf("ReadLimited: %v", err)
	}
	lieAboutSize(t, db)
}

// lieAboutSize reads an entry of a pack that claims far more than it can hold: nothing is allocated.
func lieAboutSize(t *testing.T, db *DB) {
	lie := []byte{0xb0 | 0x0f, 0xff, 0xff, 0xff, 0x7f, 0x78, 0x9c, 3, 0, 0, 0, 0, 1} // a blob of 2 GiB in 8 bytes
	e, n, err := parseEntry(lie)
	if err != nil || e.size < 1<<30 {
		t.Fatal(e, n, err)
	}
	path := filepath.Join(t.TempDir(), "lie")
	if err := os.WriteFile(path, lie, 0o600); err != nil {
		t.Fatal(err)
	}
	region, err := openRegion(path, true)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := db.zlib.exactly(region, int64(n), region.size, e.size, nil); err == nil {
		t.Error("a lie about the size is believed")
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d bytes were allocated for it", grown)
	}
	if err := region.close(); err != nil {
		t.Error(err)
	}
}

// TestLargeIndex opens an index of a million objects and looks one up: nothing of it may be copied.
func TestLargeIndex(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "objects")
	writeIndex(t, filepath.Join(dir, "pack"), 1_000_000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	db, err := Open(Options{ObjectsDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if n := db.ApproximateCount(); n != 1_000_000 {
		t.Fatalf("%d objects", n)
	}
	var id object.ID
	binary.BigEndian.PutUint32(id[:], 500_000*429)
	ids, err := db.Abbrev(id.String())
	if err != nil || len(ids) != 1 {
		t.Errorf("%v, %v", ids, err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d bytes of heap for an index", grown)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// writeIndex writes an index of n objects, ids evenly spread and offsets all 0, and an empty pack beside it.
func writeIndex(t testing.TB, dir string, n int) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 8+fanSize+n*28+40)
	copy(b, "\xfftOc\x00\x00\x00\x02")
	var fan [256]uint32
	for i := range n {
		v := uint32(i) * 429
		binary.BigEndian.PutUint32(b[8+fanSize+20*i:], v)
		fan[v>>24]++
	}
	var sum uint32
	for i, c := range fan {
		sum += c
		binary.BigEndian.PutUint32(b[8+4*i:], sum)
	}
	for name, data := range map[string][]byte{"pack-x.idx": b, "pack-x.pack": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkOpenTenMillion opens an index of ten million objects.
func BenchmarkOpenTenMillion(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "objects")
	writeIndex(b, filepath.Join(dir, "pack"), 10_000_000)
	b.ReportAllocs()
	for b.Loop() {
		db, err := Open(Options{ObjectsDir: dir})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := db.Abbrev("00000001"); err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
