package odb

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// fill makes a history whose objects pack into deep chains of deltas: one file changed 300 times.
func fill(t testing.TB, r *gittest.Repo) {
	t.Helper()
	rnd := rand.New(rand.NewSource(1))
	lines := make([]string, 400)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d: %x", i, rnd.Int63())
	}
	var in strings.Builder
	for n := range 300 {
		lines[rnd.Intn(len(lines))] = fmt.Sprintf("changed in %d: %x", n, rnd.Int63())
		text := strings.Join(lines, "\n")
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter C <c@example.com> %d +0000\ndata 4\nn%03d\n", 1700000000+n, n%1000)
		fmt.Fprintf(&in, "M 100644 inline dir%d/file\ndata %d\n%s\n", n%7, len(text), text)
		fmt.Fprintf(&in, "M 100644 inline same\ndata %d\n%s\n", len(text), text)
	}
	in.WriteString("tag v1\nfrom refs/heads/main\ntagger C <c@example.com> 1700000000 +0000\ndata 3\ntag\n")
	r.GitIn([]byte(in.String()), "fast-import", "--quiet")
}

func objects(dir string) string {
	if p := filepath.Join(dir, ".git", "objects"); isDir(p) {
		return p
	}
	return filepath.Join(dir, "objects")
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

func open(t testing.TB, dir string) *DB {
	t.Helper()
	db, err := Open(Options{ObjectsDir: objects(dir)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// same compares every object of r with what git cat-file says, and says how many there are.
func same(t *testing.T, r *gittest.Repo, db *DB) int {
	t.Helper()
	all := r.GitIn(nil, "cat-file", "--batch-all-objects", "--batch") + "\n"
	n := 0
	for ; all != ""; n++ {
		var head string
		head, all, _ = strings.Cut(all, "\n")
		f := strings.Fields(head)
		id, err := object.ParseID(f[0])
		if err != nil {
			t.Fatal(err)
		}
		size, _ := strconv.Atoi(f[2])
		want := all[:size]
		all = all[size+1:]
		kind, data, err := db.Read(id)
		if err != nil || string(kind) != f[1] || string(data) != want {
			t.Fatalf("%s: %s of %d bytes, %v; git: %s of %d", id, kind, len(data), err, f[1], size)
		}
		kind, declared, err := db.Header(id)
		if err != nil || string(kind) != f[1] || declared != int64(size) {
			t.Fatalf("%s: header %s %d, %v; git: %s %d", id, kind, declared, err, f[1], size)
		}
		if ok, err := db.Has(id); !ok || err != nil {
			t.Fatalf("Has(%s) = %v, %v", id, ok, err)
		}
	}
	return n
}

func TestReadsWhatGitReads(t *testing.T) {
	for name, prepare := range map[string]func(*gittest.Repo){
		"one pack":     func(r *gittest.Repo) { r.Git("repack", "-adfq", "--depth=250", "--window=50") },
		"fast-import":  func(*gittest.Repo) {},
		"index v1":     func(r *gittest.Repo) { r.Git("-c", "pack.indexVersion=1", "repack", "-adfq") },
		"ref deltas":   func(r *gittest.Repo) { r.Git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq") },
		"large tables": func(r *gittest.Repo) { largeOffsets(t, r) },
		"several packs and loose": func(r *gittest.Repo) {
			r.Write("loose", "loose\n")
			r.Commit("loose")
			r.Git("repack", "-q")
			r.Write("empty", "")
			r.Commit("more")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := gittest.New(t)
			fill(t, r)
			r.Git("reset", "-q", "--hard")
			prepare(r)
			db := open(t, r.Dir)
			if n := same(t, r, db); n < 900 {
				t.Errorf("only %d objects: the test repository is not what it should be", n)
			}
			unmapped, err := Open(Options{ObjectsDir: objects(r.Dir), CacheBytes: -1, unmapped: true})
			if err != nil {
				t.Fatal(err)
			}
			same(t, r, unmapped)
			if err := unmapped.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// largeOffsets makes git write an index whose offsets stand in the table of 8-byte ones.
func largeOffsets(t *testing.T, r *gittest.Repo) {
	r.Git("repack", "-adfq")
	packs, err := filepath.Glob(filepath.Join(objects(r.Dir), "pack", "*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatal(packs, err)
	}
	idx := strings.TrimSuffix(packs[0], ".pack") + ".idx"
	if err := os.Remove(idx); err != nil {
		t.Fatal(err)
	}
	r.Git("index-pack", "--index-version=2,0x1000", "-o", idx, packs[0])
}

func TestAlternates(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	fill(t, r)
	last := r.Dir
	var dbs []*DB
	var warned [][]string
	for i := range 8 {
		dir := filepath.Join(filepath.Dir(r.Dir), fmt.Sprint("shared", i))
		r.Git("init", "-q", "--bare", dir)
		rel, err := filepath.Rel(objects(dir), objects(last))
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("# a comment\n%s\n\"%s\"\n/does/not/exist\n", rel, strings.ReplaceAll(objects(r.Dir), "repo", `\162epo`))
		if i != 6 {
			text = fmt.Sprintf("# a comment\n%s\n", rel)
		}
		if err := os.WriteFile(filepath.Join(objects(dir), "info", "alternates"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var warnings []string
		db, err := Open(Options{ObjectsDir: objects(dir), Warn: func(s string) { warnings = append(warnings, s) }})
		if err != nil {
			t.Fatal(err)
		}
		dbs, warned, last = append(dbs, db), append(warned, warnings), dir
	}
	for i, db := range dbs {
		at := r.At(filepath.Join(filepath.Dir(r.Dir), fmt.Sprint("shared", i)))
		git, _, code := at.Try(nil, "cat-file", "-e", r.Git("rev-parse", "HEAD"))
		id, err := object.ParseID(r.Git("rev-parse", "HEAD"))
		if err != nil {
			t.Fatal(err)
		}
		ok, err := db.Has(id)
		if err != nil || ok != (code == 0) {
			t.Errorf("alternates %d deep: %v, %v; git: exit %d %s; warnings %q", i+1, ok, err, code, git, warned[i])
		}
	}
	if len(warned[6]) == 0 || !strings.Contains(strings.Join(warned[6], "\n"), "/does/not/exist") {
		t.Errorf("no warning of a directory that does not exist: %q", warned[6])
	}
	extra, err := Open(Options{ObjectsDir: objects(last), Alternates: splitAlternates(`"`+objects(r.Dir)+`":/nowhere`, ':')})
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, extra)
}

func TestObjectsThatComeLater(t *testing.T) {
	r := gittest.New(t)
	first := r.Commit("one")
	db := open(t, r.Dir)
	read(t, db, first)
	second := r.Commit("two")
	read(t, db, second)
	r.Git("repack", "-adq")
	r.Git("prune-packed")
	fresh := r.Commit("three")
	r.Git("repack", "-adq")
	for _, id := range []string{first, second, fresh} {
		read(t, db, id)
	}
	r.Git("repack", "-adfq", "--depth=1")
	r.Git("repack", "-adq")
	read(t, db, r.Commit("four"))
	if ok, err := db.Has(object.ID{1}); ok || err != nil {
		t.Errorf("Has of nothing = %v, %v", ok, err)
	}
	_, _, err := db.Read(object.ID{1})
	var missing *MissingError
	if !errors.As(err, &missing) || missing.ID != (object.ID{1}) {
		t.Errorf("Read of nothing: %v", err)
	}
}

func read(t *testing.T, db *DB, hex string) []byte {
	t.Helper()
	id, err := object.ParseID(hex)
	if err != nil {
		t.Fatal(err)
	}
	_, data, err := db.Read(id)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestConcurrentReads(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	fill(t, r)
	r.Git("repack", "-adfq", "--depth=50")
	db, err := Open(Options{ObjectsDir: objects(r.Dir), CacheBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var ids []object.ID
	if err := db.Each(func(id object.ID) error { ids = append(ids, id); return nil }); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			rnd := rand.New(rand.NewSource(int64(g)))
			for range 500 {
				id := ids[rnd.Intn(len(ids))]
				if _, _, err := db.Read(id); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestAbbreviations(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	var in bytes.Buffer
	for n := range 3000 {
		fmt.Fprintf(&in, "blob\ndata %d\n%d\n", len(fmt.Sprint(n)), n)
	}
	r.GitIn(in.Bytes(), "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet")
	for i := range 20 {
		r.GitIn([]byte(fmt.Sprint("loose ", i)), "hash-object", "-w", "--stdin")
	}
	db := open(t, r.Dir)
	var ids []object.ID
	if err := db.Each(func(id object.ID) error { ids = append(ids, id); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(ids) != 3020 {
		t.Fatalf("%d objects, want 3020", len(ids))
	}
	with := map[string]int{} // how many ids begin with a prefix
	for _, id := range ids {
		for _, digits := range []int{4, 5} {
			with[id.String()[:digits]]++
		}
	}
	several := 0
	for prefix, want := range with {
		got, err := db.Abbrev(strings.ToUpper(prefix))
		if err != nil || len(got) != want {
			t.Fatalf("Abbrev(%s) = %v, %v, want %d", prefix, got, err, want)
		}
		for _, id := range got {
			if !strings.HasPrefix(id.String(), prefix) {
				t.Fatalf("Abbrev(%s) = %v", prefix, got)
			}
		}
		if want > 1 {
			several++
		}
	}
	if several == 0 {
		t.Error("no abbreviation was ambiguous: nothing was tested")
	}
	shortened(t, r, db, ids)
	for _, bad := range []string{"", "abc", "abcg", strings.Repeat("a", 41), "00-0"} {
		if _, err := db.Abbrev(bad); err == nil {
			t.Errorf("Abbrev(%q) is no error", bad)
		}
	}
}

// shortened compares with what git rev-parse --short says.
func shortened(t *testing.T, r *gittest.Repo, db *DB, ids []object.ID) {
	for i := 0; i < len(ids); i += 100 {
		for _, digits := range []int{4, 0} {
			args := []string{"rev-parse", "--short", ids[i].String()}
			if digits > 0 {
				args[1] = fmt.Sprint("--short=", digits)
			}
			got, err := db.Shorten(ids[i], digits)
			if want := r.Git(args...); err != nil || got != want {
				t.Errorf("Shorten(%s, %d) = %s, %v; git: %s", ids[i], digits, got, err, want)
			}
		}
	}
}
