package merge

import (
	"sort"
	"strings"
)

// An attributes answers which gitattributes a path has. It reads the .gitattributes files of the
// source's tree as they are needed. It is not safe for concurrent use.
type attributes struct {
	st   Store
	src  AttributeSource
	dirs map[string]*attrDir
	// top and bottom are the files over and below those of the tree.
	top, bottom []attrFrame
	used        map[string]bool
}

// An attrFrame is the rules of one file; dir is the directory its patterns start from.
type attrFrame struct {
	dir   string
	rules []attrRule
}

// An attrDir is a directory of the tree. Both fields are empty where there is no such directory.
type attrDir struct {
	entries []Entry
	rules   []attrRule
}

// newAttributes returns the attributes of src, whose tree is in st.
func newAttributes(st Store, src AttributeSource) *attributes {
	a := &attributes{st: st, src: src, dirs: map[string]*attrDir{}, used: map[string]bool{}}
	a.top = []attrFrame{{rules: parseAttributes(src.Info, true)}}
	a.bottom = []attrFrame{
		{rules: parseAttributes(src.Global, true)},
		{rules: parseAttributes(src.System, true)},
		{rules: parseAttributes([]byte("[attr]binary -diff -merge -text"), true)},
	}
	return a
}

// facts returns, sorted, each attribute that mergeBlobs used: "path: merge=union".
func (a *attributes) facts() []string {
	var out []string
	for f := range a.used {
		out = append(out, f)
	}
	sort.Strings(out)
	return out
}

// note remembers that what decided about path.
func (a *attributes) note(path, what string) { a.used[path+": "+what] = true }

// diffBinary tells what the diff attribute says of path: whether it is binary, and whether the
// attribute says so at all.
func (a *attributes) diffBinary(path string) (binary, known bool, err error) {
	v, err := a.lookup(path)
	if err != nil {
		return false, false, err
	}
	s := v.get("diff").state
	return s == attrUnset, s == attrUnset || s == attrSet, nil
}

// lookup returns the attributes of path: of several rules about an attribute the last one of the file
// of the highest precedence counts.
func (a *attributes) lookup(path string) (*pathAttributes, error) {
	frames := append([]attrFrame(nil), a.top...)
	tree, err := a.treeFrames(path)
	if err != nil {
		return nil, err
	}
	frames = append(append(frames, tree...), a.bottom...)
	v := &pathAttributes{macros: map[string][]attribute{}, values: map[string]attribute{}}
	for _, f := range frames {
		for i := len(f.rules) - 1; i >= 0; i-- {
			r := &f.rules[i]
			if _, defined := v.macros[r.macro]; r.macro != "" && !defined {
				v.macros[r.macro] = r.attributes
			}
		}
	}
	for _, f := range frames {
		for i := len(f.rules) - 1; i >= 0; i-- {
			if r := &f.rules[i]; len(r.attributes) > 0 && r.matches(f.dir, path) {
				v.fill(r.attributes)
			}
		}
	}
	return v, nil
}

// AttributeValue returns the value of an attribute of a path, "" where it has none. One that is set or
// unset has none either.
func AttributeValue(st Store, src AttributeSource, path, name string) (string, error) {
	v, err := newAttributes(st, src).lookup(path)
	if err != nil {
		return "", err
	}
	if a := v.get(name); a.state == attrValue {
		return a.value, nil
	}
	return "", nil
}

// treeFrames returns the rules of the tree's files about path, the deepest directory's first.
func (a *attributes) treeFrames(path string) ([]attrFrame, error) {
	if a.src.Tree.IsZero() {
		return nil, nil
	}
	var frames []attrFrame
	for end := 0; end < len(path); end++ {
		if end > 0 && path[end] != '/' {
			continue
		}
		d, err := a.dir(path[:end])
		if err != nil {
			return nil, err
		}
		if len(d.rules) > 0 {
			frames = append([]attrFrame{{path[:end], d.rules}}, frames...)
		}
		if d.entries == nil {
			break
		}
	}
	return frames, nil
}

// dir reads a directory of the tree; its parent has been read before.
func (a *attributes) dir(path string) (*attrDir, error) {
	if d := a.dirs[path]; d != nil {
		return d, nil
	}
	d := &attrDir{}
	a.dirs[path] = d
	id := a.src.Tree
	if path != "" {
		cut := strings.LastIndexByte(path, '/')
		parent := a.dirs[path[:max(cut, 0)]]
		e, ok := findEntry(parent.entries, path[cut+1:])
		if !ok || canonical(e.Mode) != ModeTree {
			return d, nil
		}
		id = e.ID
	}
	entries, err := a.st.Tree(id)
	if err != nil {
		return nil, err
	}
	d.entries = entries
	e, ok := findEntry(entries, ".gitattributes")
	if !ok || !isRegular(e.Mode) {
		return d, nil
	}
	size, err := a.st.BlobSize(e.ID)
	if err != nil || size >= maxAttributesFile {
		return d, err
	}
	data, err := a.st.Blob(e.ID)
	if err != nil {
		return nil, err
	}
	d.rules = parseAttributes(data, path == "")
	return d, nil
}

func findEntry(entries []Entry, name string) (Entry, bool) {
	for _, e := range entries {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}

// A pathAttributes is what the rules say about one path.
type pathAttributes struct {
	macros map[string][]attribute
	values map[string]attribute
}

// get returns an attribute; one that no rule names is unspecified.
func (v *pathAttributes) get(name string) attribute {
	if a, ok := v.values[name]; ok {
		return a
	}
	return attribute{name: name}
}

// fill sets what is not yet decided, the last of attributes first; a macro that is set brings its own.
func (v *pathAttributes) fill(attributes []attribute) {
	for i := len(attributes) - 1; i >= 0; i-- {
		a := attributes[i]
		if _, decided := v.values[a.name]; decided {
			continue
		}
		v.values[a.name] = a
		if a.state == attrSet {
			v.fill(v.macros[a.name])
		}
	}
}
