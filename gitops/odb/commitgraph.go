package odb

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

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
)

// A CommitGraph is what git keeps about commits beside the objects so that walks need not read them:
// one file, or a chain of them, the oldest first. It is safe for concurrent use. What it says is not
// checked against the commits, as git does not; but that each commit is above its parents is, so that no
// walk goes round in circles.
type CommitGraph struct {
	layers []*graphLayer
	fault  atomic.Pointer[error] // what was found damaged first
}

// Fault returns what was found damaged while the graph was read, nil for nothing.
func (g *CommitGraph) Fault() error {
	if err := g.fault.Load(); err != nil {
		return fmt.Errorf("%s: %w", g.layers[0].r.path, *err)
	}
	return nil
}

// A graphLayer is one file. It holds commits; those of the layers below it come first in the numbers
// that stand for parents.
type graphLayer struct {
	r     *region
	first uint32 // the number of its first commit
	ids   idTable
	data  chunk
	edges chunk
}

// CommitGraph opens the commit-graph of the first object directory that has one; nil when there is
// none, or none that can be read, which the error says: walks then read the commits.
func (db *DB) CommitGraph() (*CommitGraph, error) {
	for _, dir := range db.dirs {
		paths, err := graphFiles(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, "info", "commit-graphs"), err)
		}
		if len(paths) == 0 {
			continue
		}
		g := &CommitGraph{}
		for _, path := range paths {
			if err := g.add(path, db); err != nil {
				_ = g.Close() // nothing was written
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
		return g, nil
	}
	return nil, nil //nolint:nilnil // that there is none is an answer
}

// graphFiles returns the files of the commit-graph below an object directory, the oldest first.
func graphFiles(dir string) ([]string, error) {
	single := filepath.Join(dir, "info", "commit-graph")
	if _, err := os.Stat(single); err == nil {
		return []string{single}, nil
	}
	chain := filepath.Join(dir, "info", "commit-graphs")
	ids, err := readChain(filepath.Join(chain, "commit-graph-chain"))
	paths := make([]string, len(ids))
	for i, id := range ids {
		paths[i] = filepath.Join(chain, "graph-"+id.String()+".graph")
	}
	return paths, err
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

// maxSummed is the size of a file above which its checksum is not looked at: 2 MiB, some 35,000 commits. git
// looks at none.
const maxSummed = 2 << 20

func (g *CommitGraph) add(path string, db *DB) error {
	l := &graphLayer{}
	for _, below := range g.layers {
		l.first += uint32(below.ids.count)
	}
	err := openHead(path, !db.unmapped, func(r *region) error {
		l.r = r
		if err := l.layout(len(g.layers)); err != nil || db.unverified {
			return err
		}
		return l.sum()
	})
	if err == nil {
		g.layers = append(g.layers, l)
	}
	return err
}

// sum compares a small file with the checksum at its end.
func (l *graphLayer) sum() error {
	if l.r.size > maxSummed || l.r.size < int64(idSize) {
		return nil
	}
	body, err := l.r.at(0, int(l.r.size))
	if err != nil {
		return err
	}
	if want, got := body[len(body)-idSize:], sha1.Sum(body[:len(body)-idSize]); !bytes.Equal(got[:], want) {
		return damaged(-1, "its checksum is %x, and it says %x", got, want)
	}
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
	chunks, err := readChunks(l.r, 8, int(head[6]))
	if err != nil {
		return err
	}
	l.data, l.edges = chunks["CDAT"], chunks["EDGE"]
	l.ids, err = idsOf(l.r, chunks, "CDAT", graphEntry)
	if err == nil && int64(l.ids.count) >= graphNoParent-int64(l.first) {
		err = damaged(-1, "too many commits")
	}
	return err
}
