package odb

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// manyPacks makes a bare repository of n packs, each with three commits and their files.
func manyPacks(t testing.TB, n int) *gittest.Repo {
	t.Helper()
	r := gittest.NewBare(t)
	addPacks(r, n)
	return r
}

// addPacks adds n packs to r.
func addPacks(r *gittest.Repo, n int) {
	var in strings.Builder
	for i := range 3 * n {
		fmt.Fprintf(&in, "commit refs/heads/many\ncommitter C <c@example.com> %d +0000\ndata 1\nx\n", 1700000000+i)
		text := strings.Repeat(fmt.Sprintf("%d of %d, in %s\n", i, n, filepath.Base(r.Dir)), 30)
		fmt.Fprintf(&in, "M 100644 inline file\ndata %d\n%s\n", len(text), text)
		if i%3 == 2 {
			in.WriteString("checkpoint\n")
		}
	}
	r.GitIn([]byte(in.String()), "-c", "core.fsync=none", "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--force")
}

// packFiles returns the files of the packs of r that end in ext, sorted.
func packFiles(t testing.TB, r *gittest.Repo, ext string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(objects(r.Dir), "pack", "pack-*"+ext))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	return files
}

func multiFile(r *gittest.Repo) string {
	return filepath.Join(objects(r.Dir), "pack", "multi-pack-index")
}

// write replaces a file, which may be read-only.
func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// writeSome writes a multi-pack-index over the packs given.
func writeSome(r *gittest.Repo, idx []string, more ...string) {
	var names strings.Builder
	for _, path := range idx {
		names.WriteString(filepath.Base(path) + "\n")
	}
	r.GitIn([]byte(names.String()), append([]string{"multi-pack-index", "write", "--stdin-packs"}, more...)...)
}

// duplicate puts every fifth object of r into a further pack.
func duplicate(t testing.TB, r *gittest.Repo) (pack string) {
	var some strings.Builder
	for i, line := range strings.Split(r.Git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)"), "\n") {
		if i%5 == 0 {
			some.WriteString(line + "\n")
		}
	}
	return r.GitIn([]byte(some.String()), "pack-objects", "-q", filepath.Join(objects(r.Dir), "pack", "pack"))
}

func TestMultiPackIndexReadsWhatGitReads(t *testing.T) {
	for name, c := range map[string]struct {
		packs   int
		layers  int // multi-pack-indexes that are found
		named   int // packs in them
		prepare func(*gittest.Repo)
	}{
		"one pack":     {1, 1, 1, func(r *gittest.Repo) { r.Git("multi-pack-index", "write") }},
		"five":         {5, 1, 5, func(r *gittest.Repo) { r.Git("multi-pack-index", "write", "--bitmap") }},
		"sixty":        {60, 1, 60, func(r *gittest.Repo) { r.Git("multi-pack-index", "write") }},
		"some of them": {5, 1, 3, func(r *gittest.Repo) { writeSome(r, packFiles(t, r, ".idx")[1:4]) }},
		"more came":    {5, 1, 5, func(r *gittest.Repo) { r.Git("multi-pack-index", "write"); addPacks(r, 4) }},
		"pack preferred": {5, 1, 6, func(r *gittest.Repo) {
			r.Git("multi-pack-index", "write", "--preferred-pack=pack-"+duplicate(t, r)+".pack")
		}},
		"ref-deltas": {5, 1, 1, func(r *gittest.Repo) {
			fill(t, r)
			r.Git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq")
			r.Git("multi-pack-index", "write")
		}},
		"repacked and expired": {5, 1, 1, func(r *gittest.Repo) {
			r.Git("multi-pack-index", "write")
			r.Git("multi-pack-index", "repack", "--batch-size=0")
			r.Git("multi-pack-index", "expire")
		}},
		"repack writes it": {5, 1, 1, func(r *gittest.Repo) { r.Git("repack", "-adq", "--write-midx") }},
		"left over from before a repack": {5, 1, 0, func(r *gittest.Repo) {
			r.Git("multi-pack-index", "write")
			old, err := os.ReadFile(multiFile(r))
			if err != nil {
				t.Fatal(err)
			}
			r.Git("repack", "-adfq")
			write(t, multiFile(r), old)
		}},
		"large offsets": {5, 1, 5, func(r *gittest.Repo) {
			r.Git("multi-pack-index", "write")
			allLarge(t, multiFile(r))
			r.Git("multi-pack-index", "verify")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := manyPacks(t, c.packs)
			c.prepare(r)
			reads(t, r, c.layers, c.named)
		})
	}
}

// reads compares all of r with git, mapped and not, and how much of it multi-pack-indexes name.
func reads(t *testing.T, r *gittest.Repo, layers, named int) {
	t.Helper()
	for _, unmapped := range []bool{false, true} {
		var warned []string
		db, err := Open(Options{ObjectsDir: objects(r.Dir), unmapped: unmapped, Warn: func(s string) { warned = append(warned, s) }})
		if err != nil {
			t.Fatal(err)
		}
		same(t, r, db)
		if len(db.multis) != layers || len(db.list().named) != named || len(warned) > 0 {
			t.Errorf("%d multi-pack-indexes that name %d packs, want %d and %d; warnings %q", len(db.multis), len(db.list().named), layers, named, warned)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// allLarge makes every offset in a multi-pack-index one of the table of large ones, and its checksum right.
func allLarge(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n, end := int(data[6]), len(data)-idSize
	data = data[:end]
	if string(data[12*n:][:4]) != "OOFF" {
		t.Fatalf("the last chunk is %q", data[12*n:][:4])
	}
	rows := int(binary.BigEndian.Uint64(data[12*n+4:]))
	var large []byte
	for at := rows; at < end; at += 8 {
		large = binary.BigEndian.AppendUint64(large, uint64(binary.BigEndian.Uint32(data[at+4:])))
		binary.BigEndian.PutUint32(data[at+4:], uint32(at-rows)/8|1<<31)
	}
	// One more row in the table of chunks moves all of them.
	head := append(bytes.Clone(data[:12+12*n]), "LOFF"...)
	head = binary.BigEndian.AppendUint64(head, uint64(end))
	head = append(append(head, 0, 0, 0, 0), binary.BigEndian.AppendUint64(nil, uint64(end+len(large)))...)
	head[6]++
	for at := 16; at < len(head); at += 12 {
		binary.BigEndian.PutUint64(head[at:], binary.BigEndian.Uint64(head[at:])+12)
	}
	out := append(append(head, data[24+12*n:]...), large...)
	sum := sha1.Sum(out)
	write(t, path, append(out, sum[:]...))
}

// TestMultiPackIndexChain reads the layers of a chain, and of version 2 where git writes that.
func TestMultiPackIndexChain(t *testing.T) {
	if major, minor := gittest.OracleVersion(t); major == 2 && minor < 47 {
		t.Skip("this git writes no chain")
	}
	r := gittest.NewBare(t)
	for i := range 3 {
		addPacks(r, 2+i)
		r.Git("-c", "midx.version=2", "multi-pack-index", "write", "--incremental")
	}
	addPacks(r, 1)
	reads(t, r, 3, 9)
	r.Git("multi-pack-index", "write")
	reads(t, r, 1, 10)
}

func TestMultiPackIndexesOfAlternates(t *testing.T) {
	far, near := manyPacks(t, 4), manyPacks(t, 3)
	addPacks(near, 5)
	far.Git("multi-pack-index", "write")
	writeSome(near, packFiles(t, near, ".idx")[:6])
	write(t, filepath.Join(objects(near.Dir), "info", "alternates"), []byte(objects(far.Dir)+"\n"))
	reads(t, near, 2, 10)
}

// TestMultiPackIndexSparesIndexes reads everything while the indexes of the packs are of no use.
func TestMultiPackIndexSparesIndexes(t *testing.T) {
	r := manyPacks(t, 5)
	r.Git("multi-pack-index", "write")
	db := open(t, r.Dir)
	all := strings.Fields(r.Git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)"))
	for _, idx := range packFiles(t, r, ".idx") {
		write(t, idx, nil)
	}
	for _, hex := range all {
		read(t, db, hex)
		if ids, err := db.Abbrev(hex[:10]); err != nil || len(ids) != 1 || ids[0].String() != hex {
			t.Errorf("Abbrev(%s): %v, %v", hex[:10], ids, err)
		}
	}
	if n := db.ApproximateCount(); n != 45 {
		t.Errorf("%d objects counted, want 45", n)
	}
}

// TestMultiPackIndexIsLeftAside reads each pack by itself when that is wanted.
func TestMultiPackIndexIsLeftAside(t *testing.T) {
	r := manyPacks(t, 5)
	r.Git("multi-pack-index", "write")
	write(t, multiFile(r), []byte("nonsense"))
	db, err := Open(Options{ObjectsDir: objects(r.Dir), PacksAlone: true, Warn: func(s string) { t.Error(s) }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r.Git("config", "core.multiPackIndex", "false")
	same(t, r, db)
}

// TestShortenCountsAsGit: objects in two packs count twice, and once in a multi-pack-index.
func TestShortenCountsAsGit(t *testing.T) {
	r := gittest.NewBare(t)
	var in bytes.Buffer
	for n := range 9000 {
		fmt.Fprintf(&in, "blob\ndata %d\n%d\n", len(fmt.Sprint(n)), n)
	}
	r.GitIn(in.Bytes(), "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet")
	all := r.Git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
	ids := strings.Split(all, "\n")
	r.GitIn([]byte(all[:len(all)-41]), "pack-objects", "-q", filepath.Join(objects(r.Dir), "pack", "pack"))
	var lengths [2]int
	for i, multi := range []bool{false, true} {
		if multi {
			r.Git("multi-pack-index", "write")
		}
		db := open(t, r.Dir)
		var list []object.ID
		for _, hex := range ids {
			id, err := object.ParseID(hex)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, id)
		}
		shortened(t, r, db, list[:600])
		short, err := db.Shorten(list[0], 0)
		if err != nil {
			t.Fatal(err)
		}
		lengths[i] = len(short)
	}
	if lengths != [2]int{8, 7} {
		t.Errorf("%d digits: the test repository is not what it should be", lengths)
	}
}

// BenchmarkLookup10000 looks up ten thousand ids in sixty packs.
func BenchmarkLookup10000(b *testing.B) {
	r := gittest.NewBare(b)
	var in strings.Builder
	for n := range 10_020 {
		fmt.Fprintf(&in, "blob\ndata %d\n%d\n", len(fmt.Sprint(n)), n)
		if n%167 == 166 {
			in.WriteString("checkpoint\n")
		}
	}
	r.GitIn([]byte(in.String()), "-c", "core.fsync=none", "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet")
	r.Git("multi-pack-index", "write")
	if n := len(packFiles(b, r, ".pack")); n != 60 {
		b.Fatalf("%d packs, want 60", n)
	}
	for name, alone := range map[string]bool{"multi-pack-index": false, "packs alone": true} {
		b.Run(name, func(b *testing.B) {
			db, err := Open(Options{ObjectsDir: objects(r.Dir), PacksAlone: alone})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			var ids []object.ID
			if err := db.Each(func(id object.ID) error { ids = append(ids, id); return nil }); err != nil {
				b.Fatal(err)
			}
			rand.New(rand.NewSource(1)).Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			for b.Loop() {
				for _, id := range ids[:10_000] {
					if ok, err := db.Has(id); !ok || err != nil {
						b.Fatal(ok, err)
					}
				}
			}
		})
		b.Run("open, "+name, func(b *testing.B) {
			for b.Loop() {
				db, err := Open(Options{ObjectsDir: objects(r.Dir), PacksAlone: alone})
				if err != nil {
					b.Fatal(err)
				}
				db.list()
				if err := db.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
