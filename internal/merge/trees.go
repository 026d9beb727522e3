package merge

import (
	"context"
	"sort"
)

// A merger is one merge of three trees. It is not safe for concurrent use.
type merger struct {
	ctx    context.Context
	st     Store
	opts   Options
	labels [3]string
	attrs  *attributes

	root     *dir
	dirs     map[string]*dir // by path: the directories that were visited
	sides    [3]*renameSide  // of ours and theirs
	depth    int
	met      int // names met in all directories visited
	metFirst int // of these, before those put off
	nodes    int
	pathSum  int
	landing  map[string]landing // where directory renames put files

	conflicts []Conflict
	unmerged  []Unmerged
	hunks     map[ID][]Hunk // of what was stored with markers
	facts     Facts
}

// Trees merges the trees ours and theirs, which both come from base, as git merge-tree --write-tree
// and git cherry-pick do; the zero ID is the empty tree. Conflicts are in the Result. The error says
// that an object could not be read or stored, or is a *MalformedTreeError, a *TreeLimitError or the
// context's.
func Trees(ctx context.Context, st Store, base, ours, theirs ID, o Options) (Result, error) {
	m := &merger{
		ctx: ctx, st: st, opts: o, attrs: newAttributes(st, o.Attributes),
		labels: [3]string{o.Labels.Base, o.Labels.Ours, o.Labels.Theirs},
		dirs:   make(map[string]*dir),
		sides:  [3]*renameSide{sideOurs: newRenameSide(sideOurs), sideTheirs: newRenameSide(sideTheirs)},
	}
	if err := m.collect([3]ID{base, ours, theirs}); err != nil {
		return Result{}, err
	}
	if err := m.followRenames(); err != nil {
		return Result{}, err
	}
	tree, err := m.settleRoot()
	if err != nil {
		return Result{}, err
	}
	return m.result(tree), nil
}

func (m *merger) result(tree ID) Result {
	if len(m.unmerged) == 0 && !m.unsettled() {
		m.conflicts = nil // about files that are not there any more
	}
	sort.SliceStable(m.conflicts, func(i, j int) bool { return m.conflicts[i].Paths[0] < m.conflicts[j].Paths[0] })
	sort.Slice(m.unmerged, func(i, j int) bool { return m.unmerged[i].Path < m.unmerged[j].Path })
	m.facts.Attributes = m.attrs.facts()
	return Result{Tree: tree, Conflicts: m.conflicts, Unmerged: m.unmerged, Hunks: m.hunks, Facts: m.facts}
}

// unsettled reports whether there is a conflict that needs no unmerged path to be one.
func (m *merger) unsettled() bool {
	for _, c := range m.conflicts {
		switch c.Kind {
		case KindDirRenameSplit, KindImplicitDirRename, KindRenameCollision:
			return true
		}
	}
	return false
}

// A rename is a file's rename on one side, directory renames included.
type rename struct {
	side     int
	from, to *node
	score    int
}

// followRenames finds the renames of both sides, and the directory renames in them, and brings the
// versions of each renamed file together at its new path.
func (m *merger) followRenames() error {
	if m.sides[sideOurs].relevantCount == 0 && m.sides[sideTheirs].relevantCount == 0 {
		return nil
	}
	for _, s := range m.sides[sideOurs:] {
		if err := m.findRenames(s); err != nil {
			return err
		}
	}
	if err := m.lookAgain(); err != nil {
		return err
	}
	m.findDirRenames()
	var renames []rename
	moves := [3]map[string]*dirMove{sideOurs: m.planMoves(sideOurs), sideTheirs: m.planMoves(sideTheirs)}
	m.landing = m.landings(moves)
	for side := sideOurs; side <= sideTheirs; side++ {
		moved, err := m.moveByDirRenames(side, moves)
		if err != nil {
			return err
		}
		renames = append(renames, moved...)
	}
	sort.SliceStable(renames, func(i, j int) bool { return renames[i].from.path < renames[j].from.path })
	for _, r := range renames {
		m.facts.Renames = append(m.facts.Renames, Rename{From: r.from.path, To: r.to.path,
			Ours: r.side == sideOurs, Score: r.score * 100 / maxScore})
	}
	return m.applyRenames(renames)
}
