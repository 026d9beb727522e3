package merge

import "fmt"

// The traversal looks at the three trees together. What they settle by themselves is put down at
// once; a directory that one side left alone, or that only one side has, is put off, and taken whole
// when nothing that the other side renamed can be of interest. All other paths become nodes, and
// the deletions and additions among them are what renames are found in.

// collect visits the three root trees.
func (m *merger) collect(roots [3]ID) error {
	root := &dir{trees: roots}
	m.dirs[""] = root
	m.root = root
	m.met = 0
	if err := m.visit(root, 0); err != nil {
		return err
	}
	m.metFirst = m.met
	for side := sideOurs; side <= sideTheirs; side++ {
		if err := m.visitDeferred(side); err != nil {
			return err
		}
	}
	return nil
}

// visitDeferred takes the directories whole that were put off for side, or visits them when the side
// has a deletion whose new place matters: its renamed file may be in any of them.
func (m *merger) visitDeferred(side int) error {
	s := m.sides[side]
	order := s.deferred
	s.deferred = newHashOrder()
	s.whole = s.relevantCount == 0
	m.wantTargets(s)
	var err error
	order.each(func(path string, watch int) {
		if err != nil {
			return
		}
		n, _ := m.lookup(path)
		if s.whole && !s.wanted[path] {
			n.takeWhole(side)
			return
		}
		err = m.visitDir(n, uint8(watch))
	})
	s.deferred.each(func(path string, _ int) { // below those that were wanted
		n, _ := m.lookup(path)
		n.takeWhole(side)
	})
	return err
}

// takeWhole gives n what side has there. A file in the place of a directory stays open: it may be a
// file that was renamed.
func (n *node) takeWhole(side int) {
	if n.files&(1<<side) == 0 {
		n.settled, n.result = true, n.stages[side]
	}
}

// visitDir visits the directory at n on the sides that have one.
func (m *merger) visitDir(n *node, watch uint8) error {
	d := &dir{path: n.path}
	for side := range n.stages {
		if n.trees&(1<<side) != 0 {
			d.trees[side] = n.stages[side].ID
		}
	}
	n.sub = d
	m.dirs[n.path] = d
	m.depth++
	defer func() { m.depth-- }()
	if m.depth > maxDepth {
		return &TreeLimitError{Path: n.path, What: fmt.Sprintf("directories nest deeper than %d", maxDepth)}
	}
	return m.visit(d, watch)
}

// visit meets every name in d. watch reports whether the renames of this directory matter: 0 no;
// the bit of one side: the other side has no such directory, so they do as soon as this side adds a
// file; watchAll: they do.
func (m *merger) visit(d *dir, watch uint8) error {
	if err := m.ctx.Err(); err != nil {
		return err
	}
	var w walker
	for side, id := range d.trees {
		entries, err := m.readTree(id, d.path)
		if err != nil {
			return err
		}
		w.lists[side] = entries
		if side != sideBase {
			d.lists[side] = entries
		}
	}
	var t triple
	if watch == maskOurs || watch == maskTheirs {
		for scout := w; scout.next(&t); {
			if t.files == watch {
				watch = watchAll
				break
			}
		}
		w.ahead = [3]map[int]bool{}
	}
	for w.next(&t) {
		m.met++
		if err := m.meet(d, &t, watch); err != nil {
			return err
		}
	}
	return nil
}

func (t *triple) same(a, b int) bool {
	x, y := t.entries[a], t.entries[b]
	return x != nil && y != nil && x.Mode == y.Mode && x.ID == y.ID
}

// meet settles one name or makes a node of it, and goes into its directories.
func (m *merger) meet(d *dir, t *triple, watch uint8) error {
	oursKept, theirsKept := t.same(sideBase, sideOurs), t.same(sideBase, sideTheirs)
	alike := t.same(sideOurs, sideTheirs)
	switch {
	case oursKept && theirsKept:
		d.whole = append(d.whole, *t.entries[sideBase])
		return nil
	case t.files == maskAll && (alike || theirsKept):
		d.whole = append(d.whole, *t.entries[sideOurs])
		return nil
	case t.files == maskAll && oursKept:
		d.whole = append(d.whole, *t.entries[sideTheirs])
		return nil
	}
	n, err := m.open(d, t)
	if err != nil {
		return err
	}
	switch {
	case oursKept:
		n.equal = maskBase | maskOurs
	case theirsKept:
		n.equal = maskBase | maskTheirs
	case alike:
		n.equal = maskSides
	}
	n.equal &= t.files // sides that agree on a directory are merged by its content
	watch = m.noteRemovedDirs(n, watch)
	m.noteChanges(d, n, watch)
	if t.trees == 0 {
		return nil
	}
	if side := decider(t, oursKept, theirsKept); side != sideBase && watch != watchAll && m.sides[side].defers(n.path) {
		m.sides[side].deferred.add(n.path, int(watch))
		return nil
	}
	return m.visitDir(n, watch)
}

// decider returns the side that alone decides what becomes of a directory, or sideBase.
func decider(t *triple, oursKept, theirsKept bool) int {
	switch {
	case t.files == 0 && t.trees == maskOurs:
		return sideOurs
	case t.files == 0 && t.trees == maskTheirs:
		return sideTheirs
	case oursKept:
		return sideTheirs
	case theirsKept:
		return sideOurs
	}
	return sideBase
}

func (m *merger) open(d *dir, t *triple) (*node, error) {
	n := &node{path: join(d.path, t.name), name: t.name, files: t.files, trees: t.trees}
	for side, e := range t.entries {
		if e != nil {
			n.stages[side] = Version{Mode: e.Mode, ID: e.ID}
		}
	}
	d.insert(n)
	m.nodes++
	m.pathSum += len(n.path)
	if m.nodes > maxNodes {
		return nil, &TreeLimitError{Path: n.path, What: fmt.Sprintf("more than %d paths differ between the three trees", maxNodes)}
	}
	if m.pathSum > maxPathSum {
		return nil, &TreeLimitError{Path: n.path, What: fmt.Sprintf("the paths that differ take more than %d bytes", maxPathSum)}
	}
	return n, nil
}
