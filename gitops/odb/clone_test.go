package odb

import (
	"os"
	"testing"
	"time"

	"github.com/git-backport/git-backport/gitops/object"
)

func clone(t testing.TB) string {
	dir := os.Getenv("GIT_BACKPORT_CLONE")
	if dir == "" {
		t.Skip("GIT_BACKPORT_CLONE names no clone to read")
	}
	return dir
}

// TestClone reads and hashes every object of a real clone.
func TestClone(t *testing.T) {
	db := open(t, clone(t))
	start := time.Now()
	count, size := map[object.Kind]int{}, int64(0)
	err := db.Each(func(id object.ID) error {
		kind, data, err := db.Read(id)
		count[kind]++
		size += int64(len(data))
		if err == nil && kind == object.KindCommit {
			checkCodec(t, id, data)
		}
		if err == nil && kind == object.KindTree {
			if entries, err := object.ParseTree(data); err != nil {
				t.Errorf("tree %s: %v", id, err)
			} else if again, err := object.EncodeTree(entries); err != nil || string(again) != string(data) {
				t.Errorf("tree %s is not what was read: %v", id, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v, %d bytes, %v, peak RSS %s", count, size, time.Since(start), peakRSS())
}

func checkCodec(t *testing.T, id object.ID, data []byte) {
	c, err := object.ParseCommit(data)
	if err != nil {
		t.Errorf("commit %s: %v", id, err)
		return
	}
	if string(c.Encode()) != string(data) {
		t.Errorf("commit %s is not what was read", id)
	}
	if h, err := object.ParseCommitHeader(data); err != nil || h.Tree != c.Tree || h.Time == 0 {
		t.Errorf("commit %s: header %+v, %v", id, h, err)
	}
	if err := object.CheckPicked(data); err != nil {
		t.Logf("commit %s: %v", id, err)
	}
}

func peakRSS() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	const key = "VmHWM:"
	for i := 0; i+len(key) < len(status); i++ {
		if string(status[i:i+len(key)]) == key {
			end := i
			for status[end] != '\n' {
				end++
			}
			return string(status[i+len(key) : end])
		}
	}
	return "unknown"
}

// BenchmarkOpenFirst opens a clone and reads one object of it.
func BenchmarkOpenFirst(b *testing.B) {
	dir := clone(b)
	id := someID(b, dir, object.KindCommit)
	for b.Loop() {
		db, err := Open(Options{ObjectsDir: objects(dir)})
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := db.Read(id[0]); err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func someID(b *testing.B, dir string, kind object.Kind) []object.ID {
	db := open(b, dir)
	var ids []object.ID
	n := 0
	if err := db.Each(func(id object.ID) error {
		if n++; n%97 != 0 || len(ids) == 2000 {
			return nil
		}
		k, _, err := db.Header(id)
		if k == kind {
			ids = append(ids, id)
		}
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return ids
}

// BenchmarkWarm reads commits, trees and blobs of a clone with everything mapped.
func BenchmarkWarm(b *testing.B) {
	dir := clone(b)
	for _, kind := range []object.Kind{object.KindCommit, object.KindTree, object.KindBlob} {
		ids := someID(b, dir, kind)
		for name, unverified := range map[string]bool{"": false, "-unverified": true} {
			b.Run(string(kind)+name, func(b *testing.B) {
				db, err := Open(Options{ObjectsDir: objects(dir), Unverified: unverified})
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for b.Loop() {
					_, data, err := db.Read(ids[n%len(ids)])
					if err != nil {
						b.Fatal(err)
					}
					b.SetBytes(int64(len(data)))
					n++
				}
				b.ReportAllocs()
			})
		}
	}
}
