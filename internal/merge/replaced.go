package merge

// A directory that was taken whole has content that nobody looked at. When a directory rename puts a file
// into it, git forgets that content: the files are lost, and the new ones are in nobody's way. Here the
// content is kept, and is in the way, unless the moved files are the content to the byte: nothing is lost
// then, and what git says of them is said.

// A landing is a file that directory renames put at a path, with nothing planned against it.
type landing struct {
	side int
	v    Version
}

// landings returns the files that directory renames will put somewhere, by where, as far as that is known
// before any of them moves: each path that one file alone is meant for.
func (m *merger) landings(moves [3]map[string]*dirMove) map[string]landing {
	out := map[string]landing{}
	for side := sideOurs; side <= sideTheirs; side++ {
		for _, c := range m.sides[side].changes {
			if c.kind != added {
				continue
			}
			to, mv := m.newPlace(side, c, moves)
			if mv == nil || len(mv.files) > 1 || moves[other(side)][to] != nil {
				continue
			}
			out[to] = landing{side: side, v: c.node.stages[side]}
		}
	}
	return out
}

// replaced reports whether every file below a directory is one that side's files are about to be moved to,
// and the same file.
func (m *merger) replaced(path string, tree ID, side, depth int) (bool, error) {
	if depth > maxDepth || len(m.landing) == 0 {
		return false, nil
	}
	entries, err := m.readTree(tree, path)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		below := join(path, e.Name)
		if e.Mode == ModeTree {
			if same, err := m.replaced(below, e.ID, side, depth+1); err != nil || !same {
				return false, err
			}
			continue
		}
		if m.landing[below] != (landing{side: side, v: Version{Mode: e.Mode, ID: e.ID}}) {
			return false, nil
		}
	}
	return len(entries) > 0, nil
}
