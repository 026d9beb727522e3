package odb

import (
	"errors"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// A victim is a repository whose files are damaged, with what its objects are.
type victim struct {
	dir   string
	files []string // packs, indexes and loose objects
	want  map[object.ID]object.Kind
}

// newVictim makes a repository with packs, ref-deltas, ofs-deltas, both index versions and loose objects.
func newVictim(t *testing.T) *victim {
	r := gittest.New(t)
	fill(t, r)
	r.Git("reset", "-q", "--hard")
	r.Git("-c", "repack.useDeltaBaseOffset=false", "-c", "pack.indexVersion=1", "repack", "-adfq", "--depth=30")
	for i := range 20 {
		r.Write("new", strings.Repeat(strconv.Itoa(i), 3000))
		r.Commit("new")
		if i == 9 {
			r.Git("repack", "-dq")
		}
	}
	v := &victim{dir: objects(r.Dir), want: map[object.ID]object.Kind{}}
	err := filepath.WalkDir(v.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && !strings.Contains(path, "info") && filepath.Ext(path) != ".rev" {
			v.files = append(v.files, path)
			err = os.Chmod(path, 0o600)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, r.Dir)
	err = db.Each(func(id object.ID) error {
		kind, _, err := db.Read(id)
		v.want[id] = kind
		return err
	})
	if err != nil || len(v.want) < 900 {
		t.Fatal(len(v.want), err)
	}
	return v
}

// look reads the objects named and wants of each its content or an error, and no panic.
func (v *victim) look(t *testing.T, ids []object.ID, unmapped bool) (failed int) {
	t.Helper()
	db, err := Open(Options{ObjectsDir: v.dir, CacheBytes: 1 << 20, unmapped: unmapped})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		kind, data, err := db.Read(id)
		if err == nil && (kind != v.want[id] || object.Hash(kind, data) != id) {
			t.Fatalf("%s: wrong content", id)
		}
		if err != nil {
			failed++
			typed(t, err)
		}
		if _, _, err := db.Header(id); err != nil {
			typed(t, err)
		}
		if _, err := db.Abbrev(id.String()[:6]); err != nil {
			typed(t, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	return failed
}

func typed(t *testing.T, err error) {
	t.Helper()
	var missing *MissingError
	var corrupt *CorruptError
	var large *TooLargeError
	if !errors.As(err, &missing) && !errors.As(err, &corrupt) && !errors.As(err, &large) {
		t.Errorf("%T %v is of no class", err, err)
	}
}

// TestFlippedBytes flips bytes of every kind of file. GIT_BACKPORT_FLIPS says how many times.
func TestFlippedBytes(t *testing.T) {
	t.Parallel()
	rounds := 200
	if n, err := strconv.Atoi(os.Getenv("GIT_BACKPORT_FLIPS")); err == nil {
		rounds = n
	}
	v := newVictim(t)
	ids := make([]object.ID, 0, len(v.want))
	for id := range v.want {
		ids = append(ids, id)
	}
	rnd := rand.New(rand.NewSource(17))
	noticed := 0
	for n := range rounds {
		path := v.files[rnd.Intn(len(v.files))]
		if n%4 > 0 { // packs and indexes, heads and tables first
			path = v.big(rnd)
		}
		flip(t, path, rnd, n%3 == 0, func() {
			some := make([]object.ID, 0, 25)
			for range 24 {
				some = append(some, ids[rnd.Intn(len(ids))])
			}
			if id, ok := looseID(path); ok {
				some = append(some, id)
			}
			if v.look(t, some, n%7 == 0) > 0 {
				noticed++
			}
		})
	}
	t.Logf("%d bytes flipped, %d made an error of some of 24 objects read", rounds, noticed)
	if noticed < rounds/20 {
		t.Error("hardly any damage was noticed: the test does not do what it should")
	}
}

func (v *victim) big(rnd *rand.Rand) string {
	for {
		if path := v.files[rnd.Intn(len(v.files))]; filepath.Base(filepath.Dir(path)) == "pack" {
			return path
		}
	}
}

func looseID(path string) (object.ID, bool) {
	id, err := object.ParseID(filepath.Base(filepath.Dir(path)) + filepath.Base(path))
	return id, err == nil
}

// flip changes a byte of a file, in its first 2000 bytes with head, calls f and puts it back.
func flip(t *testing.T, path string, rnd *rand.Rand, head bool, f func()) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	limit := int(info.Size())
	if head {
		limit = min(limit, 2000)
	}
	at := int64(rnd.Intn(limit))
	old := make([]byte, 1)
	if _, err := file.ReadAt(old, at); err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte{old[0] ^ byte(1+rnd.Intn(255))}, at); err != nil {
		t.Fatal(err)
	}
	f()
	if _, err := file.WriteAt(old, at); err != nil {
		t.Fatal(err)
	}
}

// TestTruncatedFiles cuts files, some of them while they are mapped.
func TestTruncatedFiles(t *testing.T) {
	t.Parallel()
	v := newVictim(t)
	var ids []object.ID
	for id := range v.want {
		if ids = append(ids, id); len(ids) == 200 {
			break
		}
	}
	rnd := rand.New(rand.NewSource(18))
	for n := range 30 {
		path := v.big(rnd)
		if n%5 == 0 {
			path = v.files[rnd.Intn(len(v.files))]
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		db, err := Open(Options{ObjectsDir: v.dir, CacheBytes: -1})
		if err != nil {
			t.Fatal(err)
		}
		if n%2 == 0 { // everything is mapped before
			for _, id := range ids {
				if _, _, err := db.Read(id); err != nil {
					t.Fatal(err)
				}
			}
		}
		size := rnd.Intn(len(data))
		if n%6 == 0 {
			size = 0
		}
		if err := os.Truncate(path, int64(size)); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if _, _, err := db.Read(id); err != nil {
				typed(t, err)
			}
			if _, _, err := db.Header(id); err != nil {
				typed(t, err)
			}
			if _, err := db.Has(id); err != nil {
				typed(t, err)
			}
			if _, err := db.Shorten(id, 7); err != nil {
				typed(t, err)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTruncatedUnderUs cuts a mapped pack to nothing: reading it is a fault that must become an error.
func TestTruncatedUnderUs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file in use cannot be cut here")
	}
	r := gittest.New(t)
	fill(t, r)
	r.Git("repack", "-adfq")
	db := open(t, r.Dir)
	id, err := object.ParseID(r.Git("rev-parse", "main"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.Read(id); err != nil {
		t.Fatal(err)
	}
	packs, err := filepath.Glob(filepath.Join(objects(r.Dir), "pack", "*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatal(packs, err)
	}
	if err := os.Chmod(packs[0], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(packs[0], 0); err != nil {
		t.Fatal(err)
	}
	_, _, err = db.Read(id)
	var corrupt *CorruptError
	if !errors.As(err, &corrupt) || corrupt.Path != packs[0] || corrupt.ID != id {
		t.Errorf("%v, want a CorruptError naming the pack", err)
	}
}

// TestOtherCopy damages one of two copies: the other one is read.
func TestOtherCopy(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	fill(t, r)
	r.Git("repack", "-adfq")
	tip := r.Git("rev-parse", "main")
	packs, err := filepath.Glob(filepath.Join(objects(r.Dir), "pack", "*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatal(packs, err)
	}
	pack, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	other := r.At(filepath.Join(filepath.Dir(r.Dir), "other"))
	r.Git("init", "-q", "--bare", other.Dir)
	other.GitIn(pack, "unpack-objects", "-q")
	for i := 12; i < len(pack)-20; i += 7 {
		pack[i] ^= 0x55
	}
	if err := os.Chmod(packs[0], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(packs[0], pack, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := Open(Options{ObjectsDir: objects(r.Dir), Alternates: []string{objects(other.Dir)}})
	if err != nil {
		t.Fatal(err)
	}
	read(t, db, tip)
}
