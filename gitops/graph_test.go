package gitops

import (
	"bytes"
	"crypto/sha1"
	enc "encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// graphChunk returns where a chunk of a commit-graph begins.
func graphChunk(t *testing.T, file []byte, name string) int {
	t.Helper()
	for at := 8; at+12 <= len(file) && file[at] != 0; at += 12 {
		if string(file[at:at+4]) == name {
			return int(enc.BigEndian.Uint64(file[at+4:]))
		}
	}
	t.Fatalf("the commit-graph has no chunk %s", name)
	return 0
}

// graphRow returns where the entry of a commit is in a commit-graph, and its number.
func graphRow(t *testing.T, file []byte, id ID) (at int, number uint32) {
	t.Helper()
	ids, data := graphChunk(t, file, "OIDL"), graphChunk(t, file, "CDAT")
	number = uint32(bytes.Index(file[ids:data], id[:]) / len(id))
	return data + int(number)*36, number
}

// A commit-graph that is corrupt is named, whatever it says; the commits are read themselves, and no walk
// goes round in circles.
func TestCorruptCommitGraphIsNamed(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	marks := make([]int, 12)
	for i := range marks {
		var parents []int
		if i > 0 {
			parents = []int{marks[i-1]}
		}
		marks[i] = im.commit("refs/heads/m", int64(i+1), "m", parents)
	}
	by := im.run(r)
	ids := make([]ID, len(marks))
	for i, m := range marks {
		ids[i] = by[m]
	}
	r.Git("commit-graph", "write", "--reachable")
	path := filepath.Join(r.Dir, "objects", "info", "commit-graph")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		summed bool // the checksum fits
		breaks func(file []byte) []byte
	}{
		{"a first parent above it", true, func(f []byte) []byte {
			at, _ := graphRow(t, f, ids[3])
			_, n := graphRow(t, f, ids[9])
			enc.BigEndian.PutUint32(f[at+20:], n)
			return f
		}},
		{"itself for a parent", true, func(f []byte) []byte {
			at, n := graphRow(t, f, ids[5])
			enc.BigEndian.PutUint32(f[at+20:], n)
			return f
		}},
		{"a parent that is not there", false, func(f []byte) []byte {
			_, n := graphRow(t, f, ids[4])
			copy(f[graphChunk(t, f, "OIDL")+int(n)*20+10:], "\x00\x00\x00\x00")
			return f
		}},
		{"no level", true, func(f []byte) []byte {
			at, _ := graphRow(t, f, ids[7])
			enc.BigEndian.PutUint32(f[at+28:], 0)
			return f
		}},
		{"a number beyond its end", true, func(f []byte) []byte {
			at, _ := graphRow(t, f, ids[7])
			enc.BigEndian.PutUint32(f[at+20:], 77)
			return f
		}},
		{"cut off", false, func(f []byte) []byte { return f[:len(f)/2] }},
		{"not one", false, func([]byte) []byte { return []byte("no graph at all, but long enough to be looked into") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			broken := c.breaks(bytes.Clone(good))
			if c.summed {
				sum := sha1.Sum(broken[:len(broken)-20])
				copy(broken[len(broken)-20:], sum[:])
			}
			if err := os.WriteFile(path, broken, 0o444); err != nil {
				t.Fatal(err)
			}
			repo := openRepo(t, r)
			for i, id := range ids {
				in, err := repo.IsAncestor(t.Context(), id, ids[11])
				if err != nil || !in {
					t.Errorf("commit %d is an ancestor: %v, %v", i, in, err)
				}
			}
			if in, err := repo.IsAncestor(t.Context(), ids[11], ids[3]); err != nil || in {
				t.Errorf("the last commit is an ancestor of one before: %v, %v", in, err)
			}
			if _, err := repo.Resolve(t.Context(), "m~11"); err != nil {
				t.Error(err)
			}
			if _, err := repo.Resolve(t.Context(), "m~99999999999"); err == nil {
				t.Error("there is no end to the history")
			}
			if problem := repo.GraphProblem(); !strings.Contains(problem, "commit-graph is corrupt") {
				t.Errorf("nothing says so: %q", problem)
			}
		})
	}
}
