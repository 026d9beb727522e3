package odb

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// graphed is a repository with a merge of four parents, a commit-graph, and the ids of its commits.
func graphed(t testing.TB) (dir string, ids []object.ID, file []byte) {
	r := gittest.NewBare(t)
	var in bytes.Buffer
	for i, parents := range []string{"", "from :1\n", "from :1\n", "from :1\n", "from :1\n", "from :2\nmerge :3\nmerge :4\nmerge :5\n", "from :6\nmerge :2\n"} {
		in.WriteString("reset refs/heads/m\n\ncommit refs/heads/m\nmark :" + string(rune('1'+i)) + "\ncommitter C <c@example.com> 17000000" +
			string(rune('0'+i)) + "0 +0000\ndata 2\nx\n" + parents + "\n")
	}
	r.GitIn(in.Bytes(), "fast-import", "--quiet", "--force")
	r.Git("commit-graph", "write", "--reachable")
	for _, line := range bytes.Fields([]byte(r.Git("rev-list", "--all"))) {
		id, err := object.ParseID(string(line))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	dir = filepath.Join(r.Dir, "objects")
	file, err := os.ReadFile(filepath.Join(dir, "info", "commit-graph"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, ids, file
}

func TestCommitGraphSaysWhatCommitsSay(t *testing.T) {
	dir, ids, _ := graphed(t)
	db := open(t, filepath.Dir(dir))
	g, err := db.CommitGraph()
	if g == nil || err != nil || len(ids) != 7 {
		t.Fatalf("graph %v, %v, %d commits", g, err, len(ids))
	}
	defer g.Close()
	levels := map[object.ID]uint32{}
	for i := len(ids) - 1; i >= 0; i-- {
		c, known := g.Commit(ids[i])
		if !known {
			t.Fatalf("%s is not known", ids[i])
		}
		_, data, err := db.Read(ids[i])
		if err != nil {
			t.Fatal(err)
		}
		want, err := object.ParseCommitHeader(data)
		if err != nil {
			t.Fatal(err)
		}
		if c.Tree != want.Tree || c.Time != want.Time || len(c.Parents) != len(want.Parents) {
			t.Fatalf("%s: %+v, want %+v", ids[i], c, want)
		}
		for k, p := range want.Parents {
			if c.Parents[k] != p {
				t.Errorf("%s: parent %d is %s, want %s", ids[i], k, c.Parents[k], p)
			}
			if levels[p] >= c.Level {
				t.Errorf("%s is on level %d, its parent on %d", ids[i], c.Level, levels[p])
			}
		}
		levels[ids[i]] = c.Level
	}
	if err := g.Fault(); err != nil {
		t.Error(err)
	}
	if _, known := g.Commit(object.EmptyTree); known {
		t.Error("the graph knows what is no commit")
	}
}

// FuzzCommitGraph: whatever the file holds, nothing panics, and what is no graph is none.
func FuzzCommitGraph(f *testing.F) {
	_, ids, file := graphed(f)
	f.Add(file, 0, uint32(0))
	for _, at := range []int{4, 6, 7, 12, 20, 24, 32, 1100, len(file) - 60, len(file) - 30} {
		f.Add(file, at, uint32(0xffffffff))
		f.Add(file, at, uint32(0))
	}
	f.Add(file[:len(file)/2], 0, uint32(0))
	f.Fuzz(func(t *testing.T, data []byte, at int, value uint32) {
		data = bytes.Clone(data)
		if at > 0 && at < len(data)-4 {
			binary.BigEndian.PutUint32(data[at:], value)
		}
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "info"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "info", "commit-graph"), data, 0o644); err != nil {
			t.Fatal(err)
		}
		db, err := Open(Options{ObjectsDir: dir, Unverified: true})
		if err != nil {
			t.Fatal(err)
		}
		g, err := db.CommitGraph()
		if (g == nil) == (err == nil) && len(data) > 0 {
			t.Errorf("graph %v, error %v", g, err)
		}
		if g == nil {
			return
		}
		defer g.Close()
		for _, id := range ids {
			c, known := g.Commit(id)
			if known && (c.Level == 0 || len(c.Parents) > len(data)) {
				t.Errorf("%s: %+v", id, c)
			}
			for _, p := range c.Parents {
				if of, in := g.Commit(p); known && in && of.Level >= c.Level {
					t.Errorf("%s is on level %d, its parent %s on %d", id, c.Level, p, of.Level)
				}
			}
		}
	})
}
