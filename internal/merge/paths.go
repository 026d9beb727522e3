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

	clash    bool // a file and a directory of this name
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
	raw   uint8   // sides whose tree holds modes that git rewrites
	whole []Entry // entries that the trees settled
	nodes []*node // entries that they did not, in the order they were met
	index map[string]*node
	names map[string]bool // names in whole; made on first use
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

func (d *dir) drop(n *node) {
	for i, have := range d.nodes {
		if have == n {
			d.nodes = append(d.nodes[:i], d.nodes[i+1:]...)
			break
		}
	}
	delete(d.index, n.name)
}

// holds tells whether the trees settled an entry called name.
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

// ensureDir returns the directory of path, making it and its parents known where they are new.
func (m *merger) ensureDir(path string) *dir {
	if d := m.dirs[path]; d != nil {
		return d
	}
	up, name := splitPath(path)
	parent := m.ensureDir(up)
	d := &dir{path: path}
	m.dirs[path] = d
	n := parent.index[name]
	if n == nil {
		n = &node{path: path, name: name}
		parent.insert(n)
	}
	n.clash = n.files != 0
	n.sub = d
	return d
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
