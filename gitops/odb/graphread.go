package odb

import (
	"encoding/binary"

	"github.com/git-backport/git-backport/gitops/object"
)

// Commit returns what the graph says about a commit, and whether it knows it. Where the graph makes no
// sense it knows nothing.
func (g *CommitGraph) Commit(id object.ID) (c GraphCommit, known bool) {
	restore := catchFaults()
	defer func() {
		if fault := restore(recover()); fault != nil {
			g.note(fault)
			known = false
		}
	}()
	for i := len(g.layers) - 1; i >= 0; i-- {
		l := g.layers[i]
		pos, found, err := l.ids.seek(id[:])
		if err != nil {
			g.note(err)
			return GraphCommit{}, false
		}
		if found {
			c, err := g.read(l, pos)
			g.note(err)
			return c, err == nil
		}
	}
	return GraphCommit{}, false
}

// note keeps the first error.
func (g *CommitGraph) note(err error) {
	if err != nil {
		g.fault.CompareAndSwap(nil, &err)
	}
}

// read reads the commit at a place of a layer.
func (g *CommitGraph) read(l *graphLayer, pos int) (GraphCommit, error) {
	row, err := l.r.at(l.data.off+int64(pos)*graphEntry, int(graphEntry))
	if err != nil {
		return GraphCommit{}, err
	}
	c := GraphCommit{Tree: object.ID(row[:idSize])}
	word := binary.BigEndian.Uint64(row[idSize+8:])
	c.Time = int64(word & (1<<34 - 1))
	c.Level = uint32(word >> 34)
	if c.Level == 0 || c.Level >= graphTopLevel {
		return c, damaged(-1, "commit without a level")
	}
	first, second := binary.BigEndian.Uint32(row[idSize:]), binary.BigEndian.Uint32(row[idSize+4:])
	numbers := make([]uint32, 0, 2)
	if first != graphNoParent {
		numbers = append(numbers, first)
	}
	switch {
	case second&graphMore != 0:
		if numbers, err = l.more(numbers, int64(second&^graphMore)); err != nil {
			return c, err
		}
	case second != graphNoParent:
		numbers = append(numbers, second)
	}
	if len(numbers) > 0 {
		c.Parents = make([]object.ID, len(numbers))
	}
	for i, n := range numbers {
		var level uint32
		if c.Parents[i], level, err = g.idOf(n); err != nil {
			return c, err
		}
		if level >= c.Level {
			return c, damaged(l.data.off, "commit %x is on level %d and its parent on level %d", row[:4], c.Level, level)
		}
	}
	return c, nil
}

// more reads the second and further parents of a commit from the edge list.
func (l *graphLayer) more(numbers []uint32, at int64) ([]uint32, error) {
	for ; at < l.edges.size/4; at++ {
		b, err := l.r.at(l.edges.off+4*at, 4)
		if err != nil {
			return nil, err
		}
		n := binary.BigEndian.Uint32(b)
		numbers = append(numbers, n&^graphMore)
		if n&graphMore != 0 {
			return numbers, nil
		}
	}
	return nil, damaged(l.edges.off, "list of parents does not end")
}

// idOf returns the commit that a number stands for, and its level.
func (g *CommitGraph) idOf(n uint32) (object.ID, uint32, error) {
	for _, l := range g.layers {
		if n >= l.first && n-l.first < uint32(l.ids.count) {
			b, err := l.ids.name(int(n - l.first))
			if err != nil {
				return object.ID{}, 0, err
			}
			row, err := l.r.at(l.data.off+int64(n-l.first)*graphEntry+int64(idSize)+8, 4)
			if err != nil {
				return object.ID{}, 0, err
			}
			return object.ID(b), binary.BigEndian.Uint32(row) >> 2, nil
		}
	}
	return object.ID{}, 0, damaged(-1, "parent %d is not in the commit-graph", n)
}
