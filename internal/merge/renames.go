package merge

// Rename detection of one side works on what that side deleted (sources) and added (targets), in the
// order of the traversal: exact matches, then files of the same name, then all against all. Each step
// leaves the rest to the next.

const (
	maxScore      = 60000
	renameScore   = maxScore / 2                           // 50 percent is a rename
	basenameScore = renameScore + (maxScore-renameScore)/2 // 75 percent, for files of the same name
	renameLimit   = 7000                                   // git's default: sources x targets <= limit squared
)

// emptyBlob is the id of the empty file, which is never renamed.
var emptyBlob = ID{0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b,
	0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91}

// A renameSearch is one side's rename detection.
type renameSearch struct {
	m       *merger
	s       *renameSide
	sources []*fileChange
	targets []*fileChange
	left    int               // targets without a source
	byPath  map[string]int    // targets without a source after the exact matches
	guess   map[string]string // by directory: where most of its exactly matched files went
	scratch *spanCounter
}

// findRenames finds the renames of one side, when anything it deleted is of interest.
func (m *merger) findRenames(s *renameSide) error {
	if s.relevantCount == 0 {
		return nil
	}
	r := &renameSearch{m: m, s: s}
	for _, c := range s.changes {
		switch {
		case r.version(c).ID == emptyBlob:
		case c.kind == deleted:
			r.sources = append(r.sources, c)
		default:
			r.targets = append(r.targets, c)
		}
	}
	r.left = len(r.targets)
	if len(r.sources) == 0 || len(r.targets) == 0 {
		return nil
	}
	r.exact()
	r.keepSources(func(c *fileChange) bool { return !c.used }) // what is of no interest still has a name
	r.prepareMoves()
	if err := r.byBasename(); err != nil {
		return err
	}
	r.keepSources(func(c *fileChange) bool { return !c.used && c.need != needNothing })
	r.dropDecided()
	err := r.inexact()
	r.forgetUndecided()
	for _, c := range s.changes {
		c.spans = nil
	}
	return err
}

// version returns what c is on the side where it is: the base for a deletion, else this side.
func (r *renameSearch) version(c *fileChange) Version {
	if c.kind == deleted {
		return c.node.stages[sideBase]
	}
	return c.node.stages[r.s.side]
}

func (r *renameSearch) keepSources(keep func(*fileChange) bool) {
	kept := r.sources[:0]
	for _, c := range r.sources {
		if keep(c) {
			kept = append(kept, c)
		}
	}
	r.sources = kept
}

// pair records that source was renamed to target.
func (r *renameSearch) pair(source, target *fileChange, score int) {
	source.used = true
	source.to = target.path
	target.twin, target.score = source, score
	r.left--
}

func isRegular(mode Mode) bool { return mode&0o170000 == 0o100000 }

func sameBasename(a, b *fileChange) bool { return a.node.name == b.node.name }

// exact pairs files of the same content: for each target an unused source, one of the same basename
// first. Of many sources only the first hundred or so are looked at.
func (r *renameSearch) exact() {
	const candidates = 102
	byID := make(map[ID][]*fileChange)
	for _, source := range r.sources {
		id := r.version(source).ID
		byID[id] = append(byID[id], source)
	}
	for _, target := range r.targets {
		v := r.version(target)
		alike := byID[v.ID]
		best, seen := -1, 0
		for i, source := range alike {
			mode := r.version(source).Mode
			if (!isRegular(mode) || !isRegular(v.Mode)) && mode != v.Mode {
				continue
			}
			if sameBasename(source, target) {
				best = i
				break
			}
			if best < 0 {
				best = i
			}
			if seen++; seen == candidates {
				break
			}
		}
		if best < 0 {
			continue
		}
		r.pair(alike[best], target, maxScore)
		copy(alike[1:best+1], alike[:best])
		byID[v.ID] = alike[1:]
	}
}
