package merge

import "fmt"

// settleRoot settles every open path, children before their directory, and writes the trees.
func (m *merger) settleRoot() (ID, error) {
	entry, err := m.settleDir(m.root)
	if err != nil {
		return ID{}, err
	}
	if !entry.ID.IsZero() {
		return entry.ID, nil
	}
	id, err := m.st.WriteTree(nil)
	if err != nil {
		return ID{}, fmt.Errorf("storing the empty tree: %w", err)
	}
	return id, nil
}

// settleDir settles the paths of a directory and returns its tree; zero when nothing is left in it.
func (m *merger) settleDir(d *dir) (Version, error) {
	if err := m.ctx.Err(); err != nil {
		return Version{}, err
	}
	for i := 0; i < len(d.nodes); i++ { // files moved aside are appended
		n := d.nodes[i]
		if n.settled {
			continue
		}
		var tree Version
		if n.sub != nil {
			var err error
			if tree, err = m.settleDir(n.sub); err != nil {
				return Version{}, err
			}
		}
		n.result = tree
		if n.removed || n.files == 0 {
			n.settled = true
			continue
		}
		if err := m.settleFile(n); err != nil {
			return Version{}, err
		}
	}
	return m.writeDir(d)
}

// settleFile settles the file at n; n.result is the directory of the same name, if there is one.
func (m *merger) settleFile(n *node) error {
	if n.result != (Version{}) {
		if n.files == maskBase || n.equal&maskBase != 0 {
			n.settled = true // nobody wants the file
			return nil
		}
		return m.moveAside(n)
	}
	n.settled = true
	for side := range n.stages {
		if n.files&(1<<side) == 0 {
			n.stages[side] = Version{}
		}
	}
	clean := !n.disputed && n.aside == 0
	switch {
	case n.equal != 0:
		switch n.equal {
		case maskBase | maskOurs:
			n.result = n.stages[sideTheirs]
		default:
			n.result = n.stages[sideOurs]
		}
	case n.files&maskSides == maskSides:
		merged, err := m.settleBoth(n)
		if err != nil {
			return err
		}
		if merged && n.aside != 0 {
			n.stages = [3]Version{}
			n.stages[n.aside] = n.result
		}
		clean = clean && merged
	case n.files == maskBase:
	case n.files&maskBase == 0:
		n.result = n.stages[onlySide(n)]
	default:
		side := onlySide(n)
		n.result = n.stages[side]
		if !n.disputed || n.stages[sideBase].ID != n.stages[side].ID {
			m.conflictModifyDelete(n.path, side)
			clean = false
		}
	}
	if !clean {
		m.markUnmerged(n)
	}
	return nil
}

func onlySide(n *node) int {
	if n.files&maskOurs != 0 {
		return sideOurs
	}
	return sideTheirs
}

func (m *merger) markUnmerged(n *node) {
	if n.stages == ([3]Version{}) {
		return
	}
	m.unmerged = append(m.unmerged, Unmerged{Path: n.path, Base: n.stages[sideBase],
		Ours: n.stages[sideOurs], Theirs: n.stages[sideTheirs]})
}

// moveAside gives the name n to its directory and moves its file to a free name beside it.
func (m *merger) moveAside(n *node) error {
	side := sideOurs // git says so also where only base had the directory and a directory rename made it again
	if n.trees&maskOurs != 0 || n.trees == 0 && n.files&maskOurs == 0 {
		side = sideTheirs
	}
	aside := m.beside(n, side)
	*aside = node{path: aside.path, name: aside.name, parent: aside.parent, stages: n.stages, from: n.from,
		files: n.files, equal: n.equal, disputed: n.disputed, aside: side}
	for i := range aside.from {
		if aside.from[i] == "" {
			aside.from[i] = n.path
		}
	}
	n.settled = true
	m.conflict(KindFileDirectory, []string{aside.path, n.path},
		"directory in the way of %s from %s; moving it to %s instead.", n.path, m.labels[side], aside.path)
	return m.settleFile(aside)
}

// beside makes a node next to n, whose name carries the label of side.
func (m *merger) beside(n *node, side int) *node {
	path := m.uniquePath(n.path, m.labels[side])
	_, name := splitPath(path)
	aside := &node{path: path, name: name}
	n.parent.insert(aside)
	return aside
}

// settleBoth settles a file that both sides have.
func (m *merger) settleBoth(n *node) (clean bool, err error) {
	ours, theirs := n.stages[sideOurs], n.stages[sideTheirs]
	if ours.Mode&0o170000 != theirs.Mode&0o170000 {
		m.settleTypes(n)
		return false, nil
	}
	paths := [3]string{n.fromPath(sideBase), n.fromPath(sideOurs), n.fromPath(sideTheirs)}
	n.result, clean, err = m.mergeVersions(n.path, paths, n.stages, 0)
	if err != nil || clean {
		return clean, err
	}
	kind := KindContent
	if n.files&maskBase == 0 {
		kind = KindAddAdd
	}
	if n.result.Mode == ModeGitlink {
		kind = KindSubmodule
	}
	m.conflict(kind, []string{n.path}, "Merge conflict in %s", n.path)
	return false, nil
}

// settleTypes settles two files of distinct types: a regular file is moved aside.
func (m *merger) settleTypes(n *node) {
	base, ours, theirs := n.stages[sideBase], n.stages[sideOurs], n.stages[sideTheirs]
	moveOurs, moveTheirs := isRegular(ours.Mode), isRegular(theirs.Mode)
	if !moveOurs && !moveTheirs {
		moveOurs, moveTheirs = true, true
	}
	paths := []string{n.path}
	stages := [3]Version{}
	files := n.files
	for _, side := range []int{sideOurs, sideTheirs} {
		move, v := moveOurs, ours
		if side == sideTheirs {
			move, v = moveTheirs, theirs
		}
		var kept Version
		if n.files&maskBase != 0 && base.Mode&0o170000 == v.Mode&0o170000 {
			kept = base
		}
		if !move {
			n.result = v
			stages[sideBase], stages[side] = kept, v
			continue
		}
		aside := m.beside(n, side)
		aside.stages[sideBase], aside.stages[side] = kept, v
		aside.files, aside.settled, aside.result = files, true, v
		paths = append(paths, aside.path)
		m.markUnmerged(aside)
	}
	n.stages = stages
	words := "both of them"
	if len(paths) == 2 {
		words = "one of them"
	}
	m.conflict(KindDistinctTypes, paths, "%s had different types on each side; renamed %s so each can be recorded somewhere.", n.path, words)
}
