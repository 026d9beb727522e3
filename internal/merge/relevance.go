package merge

// watchAll marks a directory all of whose renames matter.
const watchAll = maskAll

// A dirNeed tells why the renames out of a removed directory are of interest.
type dirNeed uint8

const (
	needNone     dirNeed = iota
	needAncestor         // for a directory above it
	needSelf             // the other side added a file to it: where did it move?
)

// A need tells why the new place of a deleted file is of interest.
type need uint8

const (
	needNothing  need = iota
	needLocation      // to tell where its directory went
	needContent       // the other side changed it
)

// A fileChange is a file that one side deleted or added, and what became of it.
type fileChange struct {
	node  *node
	kind  changeKind
	need  need        // of a deletion
	to    string      // of a deletion: where it went
	twin  *fileChange // of an addition: the deletion it was renamed from
	used  bool        // of a deletion: it is the source of a rename
	score int         // of a rename, 0 to maxScore
	path  string      // where the file is: of an addition, directory renames move it
	spans []span      // of its content, while renames are sought
	size  int64       // of its content, -1 before it is asked for
}

type changeKind uint8

const (
	deleted changeKind = iota
	added
)

// A renameSide is what one side deleted, added and renamed.
type renameSide struct {
	side          int
	whole         bool // directories may be put off, and taken whole
	deferred      *hashOrder
	changes       []*fileChange
	relevantCount int
	removedDirs   map[string]dirNeed
	moves         map[string]*hashOrder // by directory: where its files went, how many
	dirRenames    map[string]string
	known         map[string]finding // when looking again: by path, of what was deleted
	wanted        map[string]bool    // when looking again: directories not to be taken whole
}

func newRenameSide(side int) *renameSide {
	return &renameSide{side: side, whole: true, deferred: newHashOrder(),
		removedDirs: make(map[string]dirNeed), moves: make(map[string]*hashOrder),
		dirRenames: make(map[string]string), wanted: make(map[string]bool)}
}

// defers reports whether the directory at path is put off.
func (s *renameSide) defers(path string) bool { return s.whole && !s.wanted[path] }

// noteRemovedDirs records that a side removed the directory at n, and returns the watch for n.
func (m *merger) noteRemovedDirs(n *node, watch uint8) uint8 {
	oneLeft := n.trees == maskBase|maskOurs || n.trees == maskBase|maskTheirs
	if watch != watchAll && oneLeft {
		watch = n.trees &^ maskBase
	}
	if n.trees&maskBase == 0 || n.trees == maskAll {
		return watch
	}
	why := needNone
	if watch == watchAll {
		why = needAncestor
	}
	for side := sideOurs; side <= sideTheirs; side++ {
		if n.trees&(1<<side) == 0 {
			m.sides[side].removedDirs[n.path] = why
		}
	}
	return watch
}

// noteChanges records the deletions and additions at n.
func (m *merger) noteChanges(d *dir, n *node, watch uint8) {
	if watch == watchAll {
		switch n.files {
		case maskOurs:
			m.sides[sideTheirs].removedDirs[d.path] = needSelf
		case maskTheirs:
			m.sides[sideOurs].removedDirs[d.path] = needSelf
		}
	}
	if n.files == 0 || n.files == maskAll {
		return
	}
	for side := sideOurs; side <= sideTheirs; side++ {
		has := n.files&(1<<side) != 0
		if n.files&maskBase == 0 {
			if has {
				m.sides[side].note(&fileChange{node: n, kind: added, path: n.path, size: -1})
			}
			continue
		}
		if has {
			continue
		}
		c := &fileChange{node: n, kind: deleted, path: n.path, size: -1}
		switch {
		case n.equal == 0:
			c.need = needContent
		case watch == watchAll:
			c.need = needLocation
		}
		m.sides[side].note(c)
	}
}

func (s *renameSide) note(c *fileChange) {
	s.changes = append(s.changes, c)
	if _, known := s.known[c.path]; c.kind == deleted && c.need != needNothing && !known {
		s.relevantCount++
	}
}
