package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// ErrWorkspace says that the packages of a Cargo workspace do not hang together: a member without a
// manifest or with a workspace of its own, a path that names a member and no root.
var ErrWorkspace = errors.New("invalid cargo workspace")

// A crate is one package of a workspace.
type crate struct {
	dir      string // "." for the root package
	manifest string
	name     string
	version  string // as written, or the workspace's where inherits; empty when there is none
	inherits bool
	publish  bool
	at       Value // where version is written; the zero Value where inherits
	doc      *Document
}

// A workspace is the Cargo packages reached from one root manifest: the root's package, the members,
// and the packages within the root's directory that they depend on by path.
type workspace struct {
	src      *source
	manifest string
	dir      string
	doc      *Document
	crates   []*crate          // the root's package first, else in the order of discovery
	byDir    map[string]*crate // by directory
	version  Value             // [workspace.package].version, if there is one
	explicit []string          // directories named by members
	exclude  []string
}

// loadWorkspace reads the workspace whose root manifest is given; a manifest without [workspace] is
// a workspace of one.
func loadWorkspace(src *source, manifest string) (*workspace, error) {
	if w := src.workspaces[manifest]; w != nil {
		return w, nil
	}
	w, err := readWorkspace(src, manifest)
	if err == nil {
		src.workspaces[manifest] = w
	}
	return w, err
}

func readWorkspace(src *source, manifest string) (*workspace, error) {
	doc, err := src.toml(manifest)
	if err != nil {
		return nil, err
	}
	w := &workspace{src: src, manifest: manifest, dir: path.Dir(manifest), doc: doc, byDir: map[string]*crate{}}
	if up, ok := doc.Get("package", "workspace"); ok {
		return nil, at(manifest, up.Line, "%w: this is a member of the workspace at %q; name its root", ErrWorkspace, up.Text)
	}
	if v, ok := doc.Get("workspace", "package", "version"); ok {
		if v.Kind != String {
			return nil, at(manifest, v.Line, "%w: version is of type %v, not a string", ErrWorkspace, v.Kind)
		}
		w.version = v
	}
	if _, ok := doc.Get("package"); ok {
		if err := w.add(w.dir); err != nil {
			return nil, err
		}
	}
	if _, ok := doc.Get("workspace"); !ok {
		return w, nil
	}
	if err := w.members(); err != nil {
		return nil, err
	}
	for i := 0; i < len(w.crates); i++ { // grows as it is ranged over
		if err := w.pathDependencies(w.crates[i]); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// members adds what [workspace] members names. As in cargo, a directory that only a pattern matches
// may be without manifest.
func (w *workspace) members() error {
	exclude, _ := w.doc.Get("workspace", "exclude")
	for _, v := range exclude.Items() {
		if p, err := join(w.dir, v.Text); err == nil {
			w.exclude = append(w.exclude, p)
		}
	}
	members, _ := w.doc.Get("workspace", "members")
	for _, v := range members.Items() {
		dirs, err := w.src.glob(w.dir, v.Text)
		if err != nil {
			return at(w.manifest, v.Line, "member %q: %w", v.Text, err)
		}
		pattern := strings.ContainsAny(v.Text, "*?[")
		for _, dir := range dirs {
			ok, err := w.src.exists(path.Join(dir, "Cargo.toml"))
			if err != nil {
				return err
			}
			if !ok && pattern {
				continue
			}
			if !ok {
				return at(w.manifest, v.Line, "%w: member %q has no Cargo.toml", ErrWorkspace, v.Text)
			}
			w.explicit = append(w.explicit, dir)
		}
	}
	for _, dir := range w.explicit {
		if w.excluded(dir) {
			continue
		}
		if err := w.add(dir); err != nil {
			return err
		}
	}
	return nil
}

// excluded tells whether exclude takes a directory out; a directory that members names word by word
// stays in.
func (w *workspace) excluded(dir string) bool {
	for _, ex := range w.exclude {
		if ok, err := path.Match(ex, dir); dir == ex || strings.HasPrefix(dir, ex+"/") || ok && err == nil {
			return true
		}
	}
	return false
}

// inside tells whether dir is the workspace's directory or below it.
func (w *workspace) inside(dir string) bool {
	return w.dir == "." || dir == w.dir || strings.HasPrefix(dir, w.dir+"/")
}

// pathDependencies adds the packages a crate depends on by path. One whose manifest is not in the tree
// (a submodule, generated code), is excluded or lies outside the workspace is none of ours.
func (w *workspace) pathDependencies(c *crate) error {
	for d := range dependencies(c.doc, false) {
		rel, base := d.path, c.dir
		if d.inherited {
			v, ok := w.doc.Get("workspace", "dependencies", d.key, "path")
			if !ok {
				continue
			}
			rel, base = v.Text, w.dir
		}
		if rel == "" {
			continue
		}
		dir, err := join(base, rel)
		if err != nil || !w.inside(dir) || w.excluded(dir) && !slices.Contains(w.explicit, dir) {
			continue
		}
		if w.byDir[dir] != nil {
			continue
		}
		ok, err := w.src.exists(path.Join(dir, "Cargo.toml"))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := w.add(dir); err != nil {
			return err
		}
	}
	return nil
}

// add reads the package in a directory.
func (w *workspace) add(dir string) error {
	if w.byDir[dir] != nil {
		return nil
	}
	if len(w.crates) >= maxMembers {
		return at(w.manifest, 0, "%w: over %d packages", ErrTooLarge, maxMembers)
	}
	c := &crate{dir: dir, manifest: path.Join(dir, "Cargo.toml")}
	doc, err := w.src.toml(c.manifest)
	if errors.Is(err, fs.ErrNotExist) && dir == w.dir {
		c.manifest = w.manifest
		doc, err = w.doc, nil
	}
	if err != nil {
		return err
	}
	if own, ok := doc.Get("workspace"); ok && doc != w.doc {
		return at(c.manifest, own.Line, "%w: this member of %s is a workspace root itself", ErrWorkspace, w.manifest)
	}
	if up, ok := doc.Get("package", "workspace"); ok {
		if root, err := join(dir, up.Text); err != nil || root != w.dir {
			return at(c.manifest, up.Line, "%w: this member of %s says its root is %q", ErrWorkspace, w.manifest, up.Text)
		}
	}
	c.doc = doc
	if err := w.identify(c); err != nil {
		return err
	}
	w.crates = append(w.crates, c)
	w.byDir[dir] = c
	return nil
}

// identify reads name, version and publish of a crate.
func (w *workspace) identify(c *crate) error {
	name, ok := c.doc.Get("package", "name")
	if !ok || name.Kind != String {
		return at(c.manifest, 0, "%w: no package.name", ErrWorkspace)
	}
	c.name = name.Text
	publish, ok := c.doc.Get("package", "publish")
	if from, inherits := publish.Get("workspace"); inherits && from.Text == "true" {
		publish, ok = w.doc.Get("workspace", "package", "publish")
	}
	c.publish = !ok || publish.Text == "true" || publish.Kind == Array && publish.Len() > 0
	v, ok := c.doc.Get("package", "version")
	switch {
	case !ok:
		return nil
	case v.Kind == String:
		c.version, c.at = v.Text, v
		return nil
	}
	if from, inherits := v.Get("workspace"); !inherits || from.Text != "true" {
		return at(c.manifest, v.Line, "%w: version is of type %v, not a string", ErrWorkspace, v.Kind)
	}
	if w.version.Kind != String {
		return at(c.manifest, v.Line, "%w: version is the workspace's, and %s has none", ErrWorkspace, w.manifest)
	}
	c.version, c.inherits = w.version.Text, true
	return nil
}

// anchor returns the version the workspace as a whole has, and where it is written: the workspace's,
// the root package's, else the one all published members share.
func (w *workspace) anchor() (Value, error) {
	if w.version.Kind == String {
		return w.version, nil
	}
	if root := w.byDir[w.dir]; root != nil {
		return root.at, nil
	}
	var common *crate
	for _, c := range w.crates {
		if !c.publish || c.version == "" {
			continue
		}
		if common != nil && common.version != c.version {
			return Value{}, at(w.manifest, 0, "%w: %q of %s and %q of %s", ErrAnchors, common.version, common.manifest, c.version, c.manifest)
		}
		if common == nil {
			common = c
		}
	}
	if common == nil {
		return Value{}, nil
	}
	return common.at, nil
}

// A dependency is one entry of a dependency table.
type dependency struct {
	key       string // the name within the manifest; the package may be called otherwise
	path      string // as written; empty when there is none
	inherited bool   // workspace = true
	version   Value  // where the requirement is written, if it is
}

// dependencies ranges over the dependencies of all tables of a manifest; those of [workspace] are
// included when asked for.
func dependencies(doc *Document, ofWorkspace bool) func(yield func(dependency) bool) {
	return func(yield func(dependency) bool) {
		tables := dependencyTables(doc.Root())
		targets, _ := doc.Get("target")
		for _, target := range targets.Members() {
			tables = append(tables, dependencyTables(target)...)
		}
		if v, ok := doc.Get("workspace", "dependencies"); ok && ofWorkspace {
			tables = append(tables, v)
		}
		for _, table := range tables {
			for key, v := range table.Members() {
				if !yield(newDependency(key, v)) {
					return
				}
			}
		}
	}
}

func dependencyTables(v Value) []Value {
	var out []Value
	for _, name := range []string{"dependencies", "dev-dependencies", "dev_dependencies", "build-dependencies", "build_dependencies"} {
		if t, ok := v.Get(name); ok {
			out = append(out, t)
		}
	}
	return out
}

func newDependency(key string, v Value) dependency {
	d := dependency{key: key}
	if p, ok := v.Get("path"); ok && p.Kind == String {
		d.path = p.Text
	}
	if from, ok := v.Get("workspace"); ok {
		d.inherited = from.Text == "true"
	}
	if req, ok := v.Get("version"); ok && req.Kind == String {
		d.version = req
	}
	return d
}

// requirement splits "=1.2.3" into its operator and its version. ok is false for what names no single
// version: "*", "1", ">=1, <2".
func requirement(s string) (operator, base string, ok bool) {
	base = strings.TrimLeft(s, "=^~ ")
	operator = s[:len(s)-len(base)]
	_, err := parseVersion(base)
	return operator, base, err == nil && strings.Count(operator, "=")+strings.Count(operator, "^")+strings.Count(operator, "~") <= 1
}

func (c *crate) String() string { return fmt.Sprintf("%s %s (%s)", c.name, c.version, c.manifest) }
