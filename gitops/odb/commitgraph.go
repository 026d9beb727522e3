package odb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// LevelUnknown is the level of a commit that no commit-graph knows.
const LevelUnknown = 1<<32 - 1

// A GraphCommit is what a commit-graph says about a commit. Its Level is above that of each of its
// parents, so that no commit can reach another one of its own level or above.
type GraphCommit struct {
	Tree    object.ID
	Parents []object.ID
	Time    int64 // of the committer, in seconds since 1970
	Level   uint32
}

// graphEntry is the size of a commit in the graph, in bytes.
const graphEntry = int64(idSize) + 16

const (
	graphNoParent = 0x70000000
	graphMore     = 1 << 31 // further parents are in the edge list; there, the last one
	graphTopLevel = 1<<30 - 1
	maxGraphChain = 64
)

// A CommitGraph is what git keeps about commits beside the objects so that walks need not read them:
// one file, or a chain of them, the oldest first. It is safe for concurrent use. What it says is not
// checked against the commits, as git does not.
type CommitGraph struct{ layers []*graphLayer }

// A graphLayer is one file. It holds commits; those of the layers below it come first in the numbers
// that stand for parents.
type graphLayer struct {
	r      *region
	first  uint32 // the number of its first commit
	count  uint32
	fanout int64
	ids    int64
	data   int64
	edges  int64
	nedges int64
}

// CommitGraph opens the commit-graph of the first object directory that has one; nil when there is
// none, or none that can be read: walks then read the commits.
func (db *DB) CommitGraph() *CommitGraph {
	for _, dir := range db.dirs {
		paths, err := graphFiles(dir)
		if err != nil {
			return nil
		}
		if len(paths) == 0 {
			continue
		}
		g := &CommitGraph{}
		for _, path := range paths {
			if err := g.add(path, !db.unmapped); err != nil {
				_ = g.Close() // nothing was written
				return nil
			}
		}
		return g
	}
	return nil
}

// graphFiles returns the files of the commit-graph below an object directory, the oldest first.
func graphFiles(dir string) ([]string, error) {
	single := filepath.Join(dir, "info", "commit-graph")
	if _, err := os.Stat(single); err == nil {
		return []string{single}, nil
	}
	chain := filepath.Join(dir, "info", "commit-graphs")
	text, err := os.ReadFile(filepath.Join(chain, "commit-graph-chain"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var paths []string
	for line := range strings.Lines(string(text)) {
		id, err := object.ParseID(strings.TrimSuffix(line, "\n"))
		if err != nil || len(paths) == maxGraphChain {
			return nil, damaged(-1, "not a chain of commit-graphs")
		}
		paths = append(paths, filepath.Join(chain, "graph-"+id.String()+".graph"))
	}
	return paths, nil
}

// Close unmaps the files. Nobody may be reading.
func (g *CommitGraph) Close() error {
	var err error
	for _, l := range g.layers {
		err = errors.Join(err, l.r.close())
	}
	g.layers = nil
	return err
}

func (g *CommitGraph) add(path string, mapped bool) (err error) {
	r, err := openRegion(path, mapped)
	if err != nil {
		return err
	}
	restore := catchFaults()
	defer func() {
		if fault := restore(recover()); fault != nil {
			err = damaged(-1, "%s", faultReason)
		}
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	l := &graphLayer{r: r}
	for _, below := range g.layers {
		l.first += below.count
	}
	if err := l.layout(len(g.layers)); err != nil {
		return err
	}
	g.layers = append(g.layers, l)
	return nil
}

// layout reads the head of the file and finds its chunks; below is how many layers it stands on.
func (l *graphLayer) layout(below int) error {
	head, err := l.r.at(0, 8)
	if err != nil {
		return err
	}
	if !bytes.Equal(head[:6], []byte("CGPH\x01\x01")) || int(head[7]) != below {
		return damaged(0, "not a commit-graph of version 1")
	}
	chunks := int(head[6])
	toc, err := l.r.at(8, 12*(chunks+1))
	if err != nil {
		return err
	}
	sizes := map[string]int64{}
	for i := range chunks {
		row := toc[12*i:]
		from, to := int64(binary.BigEndian.Uint64(row[4:])), int64(binary.BigEndian.Uint64(row[16:]))
		if from < 0 || to < from || to > l.r.size-int64(idSize) {
			return damaged(8, "table of chunks is out of order")
		}
		name := string(row[:4])
		sizes[name] = to - from
		switch name {
		case "OIDF":
			l.fanout = from
		case "OIDL":
			l.ids = from
		case "CDAT":
			l.data = from
		case "EDGE":
			l.edges, l.nedges = from, (to-from)/4
		}
	}
	if sizes["OIDF"] != fanSize {
		return damaged(8, "no table of first bytes")
	}
	last, err := l.r.at(l.fanout+fanSize-4, 4)
	if err != nil {
		return err
	}
	l.count = binary.BigEndian.Uint32(last)
	if sizes["OIDL"] != int64(l.count)*int64(idSize) || sizes["CDAT"] != int64(l.count)*graphEntry || l.count >= graphNoParent-l.first {
		return damaged(8, "chunks are not those of %d commits", l.count)
	}
	return nil
}
