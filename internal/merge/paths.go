package merge

import "strings"

// The sides of a merge, as indexes into stages and as bits of masks.
const (
	sideBase   = 0
	sideOurs   = 1
	sideTheirs = 2

	maskBase   = 1 << sideBase
	maskOurs   = 1 << sideOurs
	maskTheirs = 1 << sideTheirs
	maskSides  = maskOurs | maskTheirs
	maskAll    = maskBase | maskSides
)

func other(side int) int { return sideOurs + sideTheirs - side }

// A node is a path that the three trees do not settle by themselves.
type node struct {
	path   string
	name   string // last component of path
	parent *dir
	stages [3]Version
	from   [3]string // the path a stage has on its side, where that is another one
	files  uint8     // sides that have a file here
	trees  uint8     // sides that have a directory here
	equal  uint8     // two sides whose files are the same, or 0

	disputed bool // a conflict about the path, whatever the content
	aside    int  // the side whose file was moved here, out of the way of a directory; or 0
	removed  bool // renamed away, or gone on both sides: nothing is left here
	sub      *dir // the directory's content, where it was visited
	settled  bool // result is final
	result   Version
}

func (n *node) fromPath(side int) string {
	if n.from[side] != "" {
		return n.from[side]
	}
	return n.path
}

// A dir is a directory that was visited.
type dir struct {
	path  string
	trees [3]ID
	lists [3][]Entry // of ours and theirs, as read
	whole []Entry    // entries that the trees settled
	nodes []*node    // entries that they did not, in the order they were met
	index map[string]*node
	names map[string]bool // names in whole; made on first use
	kept  bool            // taken whole, then opened: its content is in the way of what is moved here
}

func join(dirPath, name string) string {
	if dirPath == "" {
		return name
	}
	return dirPath + "/" + name
}

// splitPath returns the directory of path, "" for the root, and its last component.
func splitPath(path string) (dirPath, name string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

func (d *dir) insert(n *node) {
	if d.index == nil {
		d.index = make(map[string]*node)
	}
	n.parent = d
	d.nodes = append(d.nodes, n)
	d.index[n.name] = n
}

// holds reports whether the trees settled an entry called name.
func (d *dir) holds(name string) bool {
	if d.names == nil {
		d.names = make(map[string]bool, len(d.whole))
		for i := range d.whole {
			d.names[d.whole[i].Name] = true
		}
	}
	return d.names[name]
}

// lookup finds what was met at path: a node, or something settled.
func (m *merger) lookup(path string) (n *node, settled bool) {
	dirPath, name := splitPath(path)
	d := m.dirs[dirPath]
	if d == nil {
		return nil, false
	}
	if n := d.index[name]; n != nil {
		return n, false
	}
	return nil, d.holds(name)
}

// ensureDir returns the directory of path, making it and its parents known, as side's, where they are new. The
// content of a directory that was taken whole is looked at after all: git forgets it. The result is nil
// when a settled file is in the way.
func (m *merger) ensureDir(path string, side int) (*dir, error) {
	if d := m.dirs[path]; d != nil {
		return d, nil
	}
	up, name := splitPath(path)
	parent, err := m.ensureDir(up, side)
	if parent == nil || err != nil {
		return nil, err
	}
	n, made := parent.index[name], false
	if n == nil {
		v, settled := parent.release(name)
		if settled && v.Mode != ModeTree {
			parent.whole = append(parent.whole, Entry{Name: name, Mode: v.Mode, ID: v.ID})
			return nil, nil
		}
		n = &node{path: path, name: name, settled: true, result: v}
		parent.insert(n)
		made = !settled
	}
	d, err := m.unsettle(n, side)
	if made {
		n.trees = 1 << side
	}
	return d, err
}

// unsettle makes a directory of n that side's files can be put into.
func (m *merger) unsettle(n *node, side int) (*dir, error) {
	d := &dir{path: n.path}
	if n.settled {
		if n.result != (Version{}) && n.result.Mode != ModeTree {
			return nil, nil
		}
		entries, err := m.readTree(n.result.ID, n.path)
		if err != nil {
			return nil, err
		}
		same := false
		if !n.parent.kept {
			if same, err = m.replaced(n.path, n.result.ID, side, 0); err != nil {
				return nil, err
			}
		}
		if !same {
			d.whole, d.kept = append(d.whole, entries...), n.result != (Version{})
		}
		n.settled, n.result, n.files, n.trees = false, Version{}, 0, 0
	}
	m.dirs[n.path] = d
	n.sub = d
	return d, nil
}

// release takes an entry out of those that the trees settled.
func (d *dir) release(name string) (Version, bool) {
	if !d.holds(name) {
		return Version{}, false
	}
	for i, e := range d.whole {
		if e.Name == name {
			d.whole = append(append([]Entry(nil), d.whole[:i]...), d.whole[i+1:]...)
			d.names = nil
			return Version{Mode: e.Mode, ID: e.ID}, true
		}
	}
	return Version{}, false
}

// uniquePath returns path with "~" and the label appended, and a number when that is taken.
func (m *merger) uniquePath(path, label string) string {
	first := path + "~" + strings.ReplaceAll(label, "/", "_")
	try := first
	for i := 0; ; i++ {
		if n, settled := m.lookup(try); n == nil && !settled {
			return try
		}
		try = first + "_" + itoa(i)
	}
}
