package merge

import (
	"sort"
	"strings"
)

// findDirRenames decides for each side which directories it renamed: those that are gone there and
// of whose files most went to one directory. A directory that both sides renamed is left to the
// renames of its files.
func (m *merger) findDirRenames() {
	for _, s := range m.sides[sideOurs:] {
		froms := make([]string, 0, len(s.moves))
		for from := range s.moves {
			froms = append(froms, from)
		}
		sort.Strings(froms)
		for _, from := range froms {
			best, most, tie := "", 0, false
			s.moves[from].each(func(to string, n int) {
				switch {
				case n > most:
					best, most, tie = to, n, false
				case n == most:
					tie = true
				}
			})
			switch {
			case most == 0:
			case tie:
				m.conflictSplit(from)
			default:
				s.dirRenames[from] = best
			}
		}
	}
	ours, theirs := m.sides[sideOurs].dirRenames, m.sides[sideTheirs].dirRenames
	for from := range ours {
		if _, both := theirs[from]; both {
			delete(ours, from)
			delete(theirs, from)
		}
	}
}

// A dirMove collects the files of one side that directory renames of the other would put at one path.
type dirMove struct {
	files    []string
	reported bool
}

// movedTo returns where the other side's directory renames put path, and which rename did it.
func movedTo(path string, renames map[string]string) (to, fromDir string, ok bool) {
	for d, _ := splitPath(path); d != ""; d, _ = splitPath(d) {
		if newDir, renamed := renames[d]; renamed {
			rest := path[len(d)+1:]
			return join(newDir, rest), d, true
		}
	}
	return "", "", false
}

// planMoves collects where the other side's directory renames would put what side added.
func (m *merger) planMoves(side int) map[string]*dirMove {
	dirs := m.sides[other(side)].dirRenames
	moves := make(map[string]*dirMove)
	if len(dirs) == 0 {
		return moves
	}
	for _, c := range m.sides[side].changes {
		if c.kind != added {
			continue
		}
		if to, _, ok := movedTo(c.path, dirs); ok {
			if moves[to] == nil {
				moves[to] = &dirMove{}
			}
			moves[to].files = append(moves[to].files, c.path)
		}
	}
	for _, mv := range moves {
		sort.Strings(mv.files)
	}
	return moves
}

// moveByDirRenames moves what side added or renamed into a directory that the other side renamed,
// and returns the side's renames.
func (m *merger) moveByDirRenames(side int, moves [3]map[string]*dirMove) ([]rename, error) {
	var renames []rename
	for _, c := range m.sides[side].changes {
		if c.kind != added {
			continue
		}
		if len(moves[side]) > 0 {
			if err := m.moveByDirRename(side, c, moves); err != nil {
				return nil, err
			}
		}
		if c.twin != nil {
			renames = append(renames, rename{side: side, from: c.twin.node, to: c.node, score: c.score})
		}
	}
	return renames, nil
}

// moveByDirRename moves one file, if a directory rename of the other side says so and it can.
func (m *merger) moveByDirRename(side int, c *fileChange, moves [3]map[string]*dirMove) error {
	to, mv := m.newPlace(side, c, moves)
	if mv == nil {
		return nil
	}
	up, _ := splitPath(to)
	d, err := m.ensureDir(up, side)
	if err != nil {
		return err
	}
	switch {
	case d == nil || m.inTheWay(side, c, to):
		mv.reported = true
		m.conflict(KindImplicitDirRename, append([]string{to}, mv.files...),
			"Existing file/dir at %s in the way of implicit directory rename(s) putting the following path(s) there: %s.",
			to, strings.Join(mv.files, ", "))
	case len(mv.files) > 1:
		mv.reported = true
		m.conflict(KindImplicitDirRename, append([]string{to}, mv.files...),
			"Cannot map more than one path to %s; implicit directory renames tried to put these paths there: %s",
			to, strings.Join(mv.files, ", "))
	default:
		m.moveTo(side, c, d, to)
	}
	return nil
}

// newPlace returns where a file that side added goes by the other side's directory renames, and nil
// when it stays.
func (m *merger) newPlace(side int, c *fileChange, moves [3]map[string]*dirMove) (string, *dirMove) {
	dirs := m.sides[other(side)].dirRenames
	to, fromDir, ok := movedTo(c.path, dirs)
	if !ok || moves[side][to].reported {
		return "", nil
	}
	if moves[other(side)][c.path] != nil {
		return "", nil // the other side has a file on its way to here
	}
	if _, again := m.sides[side].dirRenames[dirs[fromDir]]; again {
		return "", nil // its new directory was itself renamed on this side
	}
	return to, moves[side][to]
}

// inTheWay reports whether something that c cannot share its path with is at to.
func (m *merger) inTheWay(side int, c *fileChange, to string) bool {
	n, settled := m.lookup(to)
	if settled {
		return true
	}
	if n == nil {
		return false
	}
	if n.settled || (n.files|n.trees)&(1<<side) != 0 {
		return true
	}
	return n.files&maskBase != 0 && (c.twin == nil || c.twin.path != to)
}

// moveTo moves what side added at c to the path to, which is a conflict by git's default
// configuration: a directory rename suggests it, nobody said so.
func (m *merger) moveTo(side int, c *fileChange, d *dir, to string) {
	old, oldPath := c.node, c.path
	moved := &node{files: 1 << side}
	moved.stages[side] = old.stages[side]
	old.files, old.equal = 0, 0
	if old.trees == 0 && old.sub == nil {
		old.settled = true
		delete(old.parent.index, old.name)
	}
	_, name := splitPath(to)
	if n := d.index[name]; n != nil {
		n.stages[side], n.from[side] = moved.stages[side], oldPath
		n.files |= 1 << side
		moved = n
	} else {
		moved.path, moved.name, moved.from[side] = to, name, oldPath
		d.insert(moved)
	}
	moved.disputed = true
	c.node, c.path = moved, to
	what := oldPath + " added in " + m.labels[side]
	if c.twin != nil {
		what = c.twin.path + " renamed to " + oldPath + " in " + m.labels[side] + ","
	}
	m.conflict(KindFileLocation, []string{to, oldPath},
		"%s inside a directory that was renamed in %s, suggesting it should perhaps be moved to %s.",
		what, m.labels[other(side)], to)
}
