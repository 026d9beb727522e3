package merge

// Where renames made the traversal go into so many directories that it met three times the paths, git
// starts over, knowing the renames: most of those directories are taken whole then. It shows: of the
// renames only those remain that were of interest, and what is added in a directory taken whole is not
// seen by directory renames.

const worthAgain = 3 // git's own round number

// A finding is what the first look found of a deleted file: where it went, "" for nowhere.
type finding struct {
	to    string
	score int
}

// lookAgain collects once more, with what is known of the renames, where git does.
func (m *merger) lookAgain() error {
	if m.metFirst == 0 || m.met/m.metFirst < worthAgain {
		return nil
	}
	for side := sideOurs; side <= sideTheirs; side++ {
		first := m.sides[side]
		m.sides[side] = newRenameSide(side)
		m.sides[side].moves, m.sides[side].known = first.moves, first.findings()
	}
	m.dirs, m.nodes, m.pathSum = make(map[string]*dir), 0, 0
	if err := m.collect(m.root.trees); err != nil {
		return err
	}
	for _, s := range m.sides[sideOurs:] {
		s.pairKnown()
	}
	return nil
}

// findings returns what became of each deleted file that was of interest.
func (s *renameSide) findings() map[string]finding {
	known := make(map[string]finding)
	for _, c := range s.changes {
		if c.kind == deleted && c.need != needNothing {
			known[c.path] = finding{}
		}
	}
	for _, c := range s.changes {
		if c.kind == added && c.twin != nil && c.twin.need != needNothing {
			known[c.twin.path] = finding{to: c.path, score: c.score}
		}
	}
	return known
}

// pairKnown pairs what the first look paired.
func (s *renameSide) pairKnown() {
	targets := make(map[string]*fileChange)
	for _, c := range s.changes {
		if c.kind == added {
			targets[c.path] = c
		}
	}
	for _, c := range s.changes {
		if c.kind != deleted {
			continue
		}
		f := s.known[c.path]
		if target := targets[f.to]; target != nil {
			c.used, c.to = true, f.to
			target.twin, target.score = c, f.score
		}
	}
}

// wantTargets marks the directories in which a known rename has its new path, where it was not met.
func (m *merger) wantTargets(s *renameSide) {
	if s.known == nil {
		return
	}
	for _, c := range s.changes {
		f := s.known[c.path]
		if c.kind != deleted || f.to == "" {
			continue
		}
		if n, settled := m.lookup(f.to); n != nil || settled {
			continue
		}
		for d, _ := splitPath(f.to); d != "" && !s.wanted[d]; d, _ = splitPath(d) {
			s.wanted[d] = true
		}
	}
}
