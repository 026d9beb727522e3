package odb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// A multiVictim is a repository with a multi-pack-index, which is damaged, and its objects.
type multiVictim struct {
	r    *gittest.Repo
	path string
	file []byte
	want map[object.ID][]byte
	ids  []object.ID
}

func newMultiVictim(t testing.TB, packs int) *multiVictim {
	r := manyPacks(t, packs)
	r.Git("multi-pack-index", "write")
	file, err := os.ReadFile(multiFile(r))
	if err != nil {
		t.Fatal(err)
	}
	v := &multiVictim{r: r, path: multiFile(r), file: file, want: map[object.ID][]byte{}}
	db, err := Open(Options{ObjectsDir: objects(r.Dir), PacksAlone: true})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Each(func(id object.ID) error {
		_, data, err := db.Read(id)
		v.want[id] = bytes.Clone(data)
		v.ids = append(v.ids, id)
		return err
	})
	if err != nil || len(v.want) != 9*packs {
		t.Fatal(len(v.want), err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return v
}

// chunk returns where a chunk of the file starts.
func (v *multiVictim) chunk(name string) int {
	return int(binary.BigEndian.Uint64(v.file[bytes.Index(v.file, []byte(name))+4:]))
}

// look reads every object with data for a multi-pack-index: whatever that says, the indexes of the
// packs know better.
func (v *multiVictim) look(t *testing.T, what string, data []byte) (warned []string) {
	t.Helper()
	write(t, v.path, data)
	db, err := Open(Options{ObjectsDir: objects(v.r.Dir), Warn: func(s string) { warned = append(warned, s) }})
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range v.ids {
		if _, got, err := db.Read(id); err != nil || !bytes.Equal(got, v.want[id]) {
			t.Errorf("%s: %s: wrong content, %v", what, id, err)
		}
		if ok, err := db.Has(id); !ok || err != nil {
			t.Errorf("%s: Has(%s) = %v, %v", what, id, ok, err)
		}
		if _, _, err := db.Header(id); err != nil {
			t.Errorf("%s: Header(%s): %v", what, id, err)
		}
		if i%6 > 0 {
			continue
		}
		if _, err := db.Abbrev(id.String()[:6]); err != nil {
			typed(t, err)
		}
		if _, err := db.Shorten(id, 7); err != nil {
			typed(t, err)
		}
	}
	other := v.ids[0]
	other[idSize-1] ^= 1
	_, _, err = db.Read(other)
	if err == nil {
		t.Errorf("%s: what is not there is read", what)
	}
	typed(t, err)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	return warned
}

// TestEveryByteOfAMultiPackIndex flips each byte in two ways, and cuts the file at each 16th.
func TestEveryByteOfAMultiPackIndex(t *testing.T) {
	t.Parallel()
	v := newMultiVictim(t, 2)
	for at := range v.file {
		for _, flip := range []byte{1, 0xff} {
			if flip == 1 && at > 64 && at < v.chunk("OIDL") && at%16 > 0 {
				continue // one of very many entries of the table of first bytes
			}
			data := bytes.Clone(v.file)
			data[at] ^= flip
			v.look(t, fmt.Sprintf("byte %d ^ %x", at, flip), data)
		}
		if at%16 == 0 {
			v.look(t, fmt.Sprintf("cut at %d", at), v.file[:at])
		}
	}
}

// TestMultiPackIndexWarnings: what is of no use is left aside, with a warning where git has one.
func TestMultiPackIndexWarnings(t *testing.T) {
	t.Parallel()
	major, minor := gittest.OracleVersion(t)
	v := newMultiVictim(t, 3)
	fan, names := v.chunk("OIDF"), v.chunk("PNAM")
	for name, damage := range map[string]func(data []byte) []byte{
		"signature":          func(d []byte) []byte { d[0] = 'm'; return d },
		"version 0":          func(d []byte) []byte { d[4] = 0; return d },
		"version 3":          func(d []byte) []byte { d[4] = 3; return d },
		"SHA-256":            func(d []byte) []byte { d[5] = 2; return d },
		"empty":              func([]byte) []byte { return nil },
		"half":               func(d []byte) []byte { return d[:len(d)/2] },
		"no trailer":         func(d []byte) []byte { return d[:len(d)-idSize] },
		"no names":           func(d []byte) []byte { return bytes.Replace(d, []byte("PNAM"), []byte("XNAM"), 1) },
		"no first bytes":     func(d []byte) []byte { return bytes.Replace(d, []byte("OIDF"), []byte("XIDF"), 1) },
		"no ids":             func(d []byte) []byte { return bytes.Replace(d, []byte("OIDL"), []byte("XIDL"), 1) },
		"no offsets":         func(d []byte) []byte { return bytes.Replace(d, []byte("OOFF"), []byte("XOFF"), 1) },
		"too few names":      func(d []byte) []byte { d[11]++; return d },
		"names out of order": func(d []byte) []byte { d[names] = 'z'; return d },
		"falling first byte": func(d []byte) []byte { d[fan] = 1; return d },
		"more objects":       func(d []byte) []byte { d[fan+fanSize-2]++; return d },
		"nothing":            func(d []byte) []byte { return d },
		"another checksum":   func(d []byte) []byte { d[len(d)-1]++; return d },
		"an unknown chunk":   func(d []byte) []byte { return bytes.Replace(d, []byte("LOFF"), []byte("XOFF"), 1) },
	} {
		warned := v.look(t, name, damage(bytes.Clone(v.file)))
		_, stderr, _ := v.r.Try(nil, "cat-file", "-e", v.ids[0].String())
		if older := major == 2 && minor < 55; !older && (len(warned) > 0) != (stderr != "") || len(warned) > 1 {
			t.Errorf("%s: warnings %q; git: %s", name, warned, stderr)
		}
		if len(warned) > 0 && !strings.Contains(warned[0], v.path) {
			t.Errorf("%s: %q does not name the file", name, warned)
		}
	}
}

// TestMultiPackIndexOfOtherPacks: packs that are gone, and packs that have changed their names, in
// which an offset of a multi-pack-index means another object.
func TestMultiPackIndexOfOtherPacks(t *testing.T) {
	v := newMultiVictim(t, 3)
	packs := packFiles(t, v.r, ".pack")
	header := func(t *testing.T, db *DB) {
		for _, id := range v.ids {
			if _, size, err := db.Header(id); err != nil || size != int64(len(v.want[id])) {
				t.Errorf("Header(%s) = %d, %v; want %d", id, size, err, len(v.want[id]))
			}
		}
	}
	for _, ext := range []string{".pack", ".idx"} {
		stem := func(i int) string { return strings.TrimSuffix(packs[i], ".pack") + ext }
		for _, move := range [][2]string{{stem(0), "other"}, {stem(1), stem(0)}, {"other", stem(1)}} {
			if err := os.Rename(move[0], move[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	header(t, open(t, v.r.Dir))
	v.look(t, "swapped", v.file)
	v.r.GitIn(nil, "-c", "core.multiPackIndex=false", "repack", "-aq") // the old ones stay
	for _, path := range packs {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		header(t, open(t, v.r.Dir))
	}
	v.look(t, "gone", v.file)
}

// TestPackBeyondFourGigabytes reads an object from behind them, where git has an offset of 8 bytes.
func TestPackBeyondFourGigabytes(t *testing.T) {
	const at = 4<<30 + 4321
	r := gittest.NewBare(t)
	near, far := []byte("at the front\n"), []byte("far behind\n")
	ids := []object.ID{object.Hash(object.KindBlob, near), object.Hash(object.KindBlob, far)}
	entry := func(text []byte) []byte {
		return append([]byte{entryBlob<<4 | byte(len(text))}, deflated(text)...)
	}
	sum := bytes.Repeat([]byte{0xab}, idSize)
	stem := filepath.Join(objects(r.Dir), "pack", fmt.Sprintf("pack-%x", sum))
	f, err := os.Create(stem + ".pack")
	if err != nil {
		t.Fatal(err)
	}
	for off, data := range map[int64][]byte{0: []byte("PACK\x00\x00\x00\x02\x00\x00\x00\x02"), 12: entry(near), at: entry(far), at + 100: sum} {
		if _, err := f.WriteAt(data, off); err != nil {
			t.Skipf("the disk has no room for a file with a hole: %v", err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	offsets := []uint32{12, 1 << 31}
	if bytes.Compare(ids[0][:], ids[1][:]) > 0 {
		slices.Reverse(ids)
		slices.Reverse(offsets)
	}
	idx := []byte("\xfftOc\x00\x00\x00\x02")
	for i := range 256 {
		n := uint32(0)
		for _, id := range ids {
			if int(id[0]) <= i {
				n++
			}
		}
		idx = binary.BigEndian.AppendUint32(idx, n)
	}
	idx = slices.Concat(idx, ids[0][:], ids[1][:], []byte("crc1crc2"))
	for _, off := range offsets {
		idx = binary.BigEndian.AppendUint32(idx, off)
	}
	idx = slices.Concat(binary.BigEndian.AppendUint64(idx, at), sum, sum)
	write(t, stem+".idx", idx)
	r.Git("multi-pack-index", "write")
	file, err := os.ReadFile(multiFile(r))
	if err != nil || !bytes.Contains(file, []byte("LOFF")) {
		t.Fatalf("git wrote no table of large offsets: %v", err)
	}
	for _, o := range []Options{{}, {unmapped: true}, {PacksAlone: true}} {
		o.ObjectsDir = objects(r.Dir)
		db, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{near, far} {
			if _, got, err := db.Read(object.Hash(object.KindBlob, text)); err != nil || !bytes.Equal(got, text) {
				t.Errorf("%+v: %q, %v", o, got, err)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := r.Git("cat-file", "blob", object.Hash(object.KindBlob, far).String()); got+"\n" != string(far) {
		t.Errorf("git: %q", got)
	}
}

// TestReadsBesideRepack reads while git rewrites packs and multi-pack-index under the reader.
func TestReadsBesideRepack(t *testing.T) {
	t.Parallel()
	v := newMultiVictim(t, 4)
	done := make(chan struct{})
	var wg sync.WaitGroup
	shared := open(t, v.r.Dir)
	defer wg.Wait()
	defer close(done)
	for g := range 4 {
		wg.Go(func() {
			rnd := rand.New(rand.NewSource(int64(g)))
			for {
				select {
				case <-done:
					return
				default:
				}
				db, err := shared, error(nil)
				if g%2 == 0 {
					if db, err = Open(Options{ObjectsDir: objects(v.r.Dir), CacheBytes: -1}); err != nil {
						t.Error(err)
						return
					}
				}
				for range 30 {
					id := v.ids[rnd.Intn(len(v.ids))]
					if _, got, err := db.Read(id); err != nil || !bytes.Equal(got, v.want[id]) {
						t.Errorf("%s: wrong content, %v", id, err)
					}
				}
				if db != shared {
					err = db.Close()
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		for _, args := range []string{
			"repack -adfq --write-midx --window=3", "repack -adfq", "multi-pack-index write", "multi-pack-index repack",
			"multi-pack-index expire", "repack -adfq --depth=1 --write-midx", "gc -q",
		} {
			v.r.Git(slices.Concat([]string{"-c", "core.fsync=none"}, strings.Fields(args))...)
		}
	}
}

// FuzzMultiPackIndex: whatever the file holds, nothing panics, and the packs' own indexes are there.
func FuzzMultiPackIndex(f *testing.F) {
	v := newMultiVictim(f, 2)
	f.Add(v.file, 0, uint32(0))
	for _, at := range []int{4, 6, 8, 12, 16, 20, 28, 40, 52, v.chunk("PNAM"), v.chunk("OIDF"), v.chunk("OIDL"), v.chunk("OOFF"), v.chunk("OOFF") + 4} {
		f.Add(v.file, at, uint32(0xffffffff))
		f.Add(v.file, at, uint32(1))
	}
	f.Add(v.file[:len(v.file)/2], 0, uint32(0))
	f.Fuzz(func(t *testing.T, data []byte, at int, value uint32) {
		data = bytes.Clone(data)
		if at > 0 && at < len(data)-4 {
			binary.BigEndian.PutUint32(data[at:], value)
		}
		write(t, v.path, data)
		db, err := Open(Options{ObjectsDir: objects(v.r.Dir)})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, id := range v.ids {
			if _, got, err := db.Read(id); err != nil || !bytes.Equal(got, v.want[id]) {
				t.Errorf("%s: wrong content, %v", id, err)
			}
			var corrupt *CorruptError
			if _, err := db.Abbrev(id.String()[:5]); err != nil && !errors.As(err, &corrupt) {
				t.Error(err)
			}
		}
	})
}
