package odb

import (
	"bytes"
	"encoding/binary"

	"github.com/git-backport/git-backport/gitops/object"
)

// Commit returns what the graph says about a commit, and whether it knows it. Where the graph makes no
// sense it knows nothing.
func (g *CommitGraph) Commit(id object.ID) (c GraphCommit, known bool) {
	restore := catchFaults()
	defer func() {
		if fault := restore(recover()); fault != nil {
			known = false
		}
	}()
	for i := len(g.layers) - 1; i >= 0; i-- {
		l := g.layers[i]
		pos, found, err := l.seek(id)
		if err != nil {
			return GraphCommit{}, false
		}
		if found {
			c, err := g.read(l, pos)
			return c, err == nil
		}
	}
	return GraphCommit{}, false
}

func (l *graphLayer) seek(id object.ID) (pos uint32, found bool, err error) {
	table, err := l.r.at(l.fanout, fanSize)
	if err != nil {
		return 0, false, err
	}
	lo, hi := uint32(0), binary.BigEndian.Uint32(table[4*int(id[0]):])
	if id[0] > 0 {
		lo = binary.BigEndian.Uint32(table[4*int(id[0])-4:])
	}
	if lo > hi || hi > l.count {
		return 0, false, damaged(l.fanout, "table of first bytes is out of order")
	}
	for lo < hi {
		mid := lo + (hi-lo)/2
		name, err := l.r.at(l.ids+int64(mid)*int64(idSize), idSize)
		if err != nil {
			return 0, false, err
		}
		switch bytes.Compare(name, id[:]) {
		case 0:
			return mid, true, nil
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0, false, nil
}

// read reads the commit at a place of a layer.
func (g *CommitGraph) read(l *graphLayer, pos uint32) (GraphCommit, error) {
	row, err := l.r.at(l.data+int64(pos)*graphEntry, int(graphEntry))
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
		if c.Parents[i], err = g.idOf(n); err != nil {
			return c, err
		}
	}
	return c, nil
}

// more reads the second and further parents of a commit from the edge list.
func (l *graphLayer) more(numbers []uint32, at int64) ([]uint32, error) {
	for ; at < l.nedges; at++ {
		b, err := l.r.at(l.edges+4*at, 4)
		if err != nil {
			return nil, err
		}
		n := binary.BigEndian.Uint32(b)
		numbers = append(numbers, n&^graphMore)
		if n&graphMore != 0 {
			return numbers, nil
		}
	}
	return nil, damaged(l.edges, "list of parents does not end")
}

// idOf returns the commit that a number stands for.
func (g *CommitGraph) idOf(n uint32) (object.ID, error) {
	for _, l := range g.layers {
		if n >= l.first && n-l.first < l.count {
			b, err := l.r.at(l.ids+int64(n-l.first)*int64(idSize), idSize)
			if err != nil {
				return object.ID{}, err
			}
			return object.ID(b), nil
		}
	}
	return object.ID{}, damaged(-1, "parent %d is not in the commit-graph", n)
}
