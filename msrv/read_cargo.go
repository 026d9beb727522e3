package msrv

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// A cargoDoc is a parsed Cargo.toml.
type cargoDoc struct {
	file
	doc *document.Document
}

// cargo reads a Cargo.toml: rust-version, edition and resolver, of the package and of the workspace.
func (r *reader) cargo(f file) {
	doc, err := document.TOMLOf(r.tree, f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	c := &cargoDoc{file: f, doc: doc}
	r.cargoDocs[f.path] = c
	start := len(r.out.Pins)
	for _, table := range []string{"package", "project"} {
		if _, ok := doc.Get(table); ok {
			r.cargoPackage(c, table)
			break
		}
	}
	r.cargoKey(c, spec{key: "workspace.package.rust-version", eco: Rust, role: RoleFloor, scheme: SchemeRust})
	r.cargoKey(c, spec{key: "workspace.package.edition", eco: Rust, role: RoleFloor, scheme: SchemeEdition})
	r.cargoKey(c, spec{key: "workspace.resolver", eco: Rust, role: RoleFloor, scheme: SchemeResolver})
	r.cargoCover(c, r.out.Pins[start:])
}

func (r *reader) cargoPackage(c *cargoDoc, table string) {
	found := r.cargoKey(c, spec{key: table + ".rust-version", eco: Rust, role: RoleFloor, scheme: SchemeRust})
	if !found {
		r.cargoKey(c, spec{key: table + ".metadata.msrv", eco: Rust, role: RoleFloor, scheme: SchemeRust})
	}
	r.cargoKey(c, spec{key: table + ".edition", eco: Rust, role: RoleFloor, scheme: SchemeEdition})
	r.cargoKey(c, spec{key: table + ".resolver", eco: Rust, role: RoleFloor, scheme: SchemeResolver})
}

// cargoKey reads one key, and reports whether it is there.
func (r *reader) cargoKey(c *cargoDoc, s spec) bool {
	v, ok := c.doc.Get(strings.Split(s.key, ".")...)
	if !ok {
		return false
	}
	from, isTable := v.Get("workspace")
	switch {
	case v.Kind == document.String:
		r.value(c.file, s, v.Text, v.Inner())
	case isTable && from.Kind == document.Bool && from.Text == "true" && !strings.HasPrefix(s.key, "workspace."):
		r.cargoInherit(c, s, from.Line)
	default:
		r.problem(c.file, v.Line, s, TroubleValue, fmt.Errorf("want a string or { workspace = true }, have a %v", v.Kind))
	}
	return true
}

// cargoInherit reads a key of a member whose value the workspace's root holds.
func (r *reader) cargoInherit(c *cargoDoc, s spec, line int) {
	root, err := r.cargoRoot(c)
	if err != nil {
		r.problem(c.file, line, s, TroubleMissing, fmt.Errorf("inherited, but %w", err))
		return
	}
	if root == nil {
		r.problem(c.file, line, s, TroubleMissing, errors.New("inherited, but no Cargo.toml above it has a [workspace] that includes it"))
		return
	}
	name := s.key[strings.LastIndexByte(s.key, '.')+1:]
	v, ok := root.doc.Get("workspace", "package", name)
	if !ok || v.Kind != document.String {
		r.problem(c.file, line, s, TroubleMissing, fmt.Errorf("inherited, but %s has no workspace.package.%s", root.path, name))
		return
	}
	version, err := ParseVersion(s.scheme, v.Text)
	if err != nil {
		r.problem(c.file, line, s, TroubleValue, fmt.Errorf("inherited from %s:%d: %w", root.path, v.Line, err))
		return
	}
	r.add(c.file, Pin{Path: c.path, Line: line, Key: s.key, Ecosystem: s.eco, Role: s.role, Value: v.Text, Version: version,
		Implied: s.scheme != SchemeRust, From: root.path})
}

// cargoCover tells the pins of a manifest which floor already holds for it: for edition and resolver its
// own rust-version, and for everything the one of its workspace's root.
func (r *reader) cargoCover(c *cargoDoc, pins []Pin) {
	var own, above Version
	for _, p := range pins {
		if p.Version.family == ordered && !p.Implied && (own.IsZero() || p.Version.at.compare(own.at) < 0) {
			own = p.Version
		}
	}
	if root, err := r.cargoRoot(c); err == nil && root != nil && root != c {
		above = root.floor()
	}
	for i := range pins {
		pins[i].Workspace = above
		if pins[i].Implied && !own.IsZero() {
			pins[i].Workspace = own
		}
	}
}

// floor returns the rust-version that a root declares; the zero Version is none.
func (c *cargoDoc) floor() Version {
	for _, key := range [][]string{{"workspace", "package", "rust-version"}, {"package", "rust-version"}} {
		if v, ok := c.doc.Get(key...); ok && v.Kind == document.String {
			if version, err := ParseVersion(SchemeRust, v.Text); err == nil {
				return version
			}
		}
	}
	return Version{}
}

// cargoRoot finds the root of the workspace that a manifest belongs to, as cargo does: the manifest
// itself, the one that package.workspace names, or the nearest above that does not exclude it. nil is
// no workspace.
func (r *reader) cargoRoot(c *cargoDoc) (*cargoDoc, error) {
	if _, ok := c.doc.Get("workspace"); ok {
		return c, nil
	}
	if v, ok := c.doc.Get("package", "workspace"); ok && v.Kind == document.String {
		p := path.Join(path.Dir(c.path), v.Text, "Cargo.toml")
		root, err := r.cargoManifest(p)
		if err == nil && root == nil {
			err = fmt.Errorf("package.workspace names %s, which is not in the tree", p)
		}
		return root, err
	}
	for dir := path.Dir(c.path); dir != "."; {
		dir = path.Dir(dir)
		root, err := r.cargoManifest(path.Join(dir, "Cargo.toml"))
		if err != nil {
			return nil, err
		}
		if root == nil {
			continue
		}
		if _, ok := root.doc.Get("workspace"); ok {
			if root.excludes(path.Dir(c.path)) {
				return nil, nil
			}
			return root, nil
		}
		if v, ok := root.doc.Get("package", "workspace"); ok && v.Kind == document.String {
			return r.cargoManifest(path.Join(dir, v.Text, "Cargo.toml"))
		}
	}
	return nil, nil
}

// excludes reports whether the workspace of root c leaves out the package in dir.
func (c *cargoDoc) excludes(dir string) bool {
	under := func(key string) bool {
		list, _ := c.doc.Get("workspace", key)
		for _, v := range list.Items() {
			entry := path.Join(path.Dir(c.path), v.Text)
			if dir == entry || strings.HasPrefix(dir, entry+"/") {
				return true
			}
		}
		return false
	}
	return under("exclude") && !under("members")
}

// cargoManifest reads a Cargo.toml for another's sake; nil without an error is no such file.
func (r *reader) cargoManifest(p string) (*cargoDoc, error) {
	if c, ok := r.cargoDocs[p]; ok {
		return c, nil
	}
	f, problem, there := load(r.tree, p, maxFile)
	if problem != nil {
		return nil, problem
	}
	if !there {
		r.cargoDocs[p] = nil
		return nil, nil
	}
	doc, err := document.TOMLOf(r.tree, f.data)
	if err != nil {
		return nil, document.InFile(p, err)
	}
	c := &cargoDoc{file: f, doc: doc}
	r.cargoDocs[p] = c
	return c, nil
}

// hold notes the rust-version that the manifest beside a lock file declares: it covers the lock's format.
func (r *reader) hold(lock string) {
	c, err := r.cargoManifest(path.Join(path.Dir(lock), "Cargo.toml"))
	if err != nil || c == nil {
		return
	}
	floor := c.floor()
	if floor.IsZero() {
		floor = c.impliedFloor()
	}
	if !floor.IsZero() {
		if r.out.held == nil {
			r.out.held = map[string]Version{}
		}
		r.out.held[lock] = floor
	}
}

// impliedFloor returns what the edition of a manifest needs; the zero Version is none.
func (c *cargoDoc) impliedFloor() Version {
	for _, key := range [][]string{{"workspace", "package", "edition"}, {"package", "edition"}} {
		if v, ok := c.doc.Get(key...); ok && v.Kind == document.String {
			if version, err := ParseVersion(SchemeEdition, v.Text); err == nil {
				return version
			}
		}
	}
	return Version{}
}

// cargoLock reads the format version of a Cargo.lock; a lock without one is of the first or second.
func (r *reader) cargoLock(f file) {
	doc, err := document.TOMLOf(r.tree, f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	s := spec{key: "version", eco: Rust, role: RoleFloor, scheme: SchemeLock}
	r.hold(f.path)
	v, ok := doc.Get("version")
	switch {
	case ok && v.Kind == document.Integer:
		r.value(f, s, v.Text, v.Raw)
	case ok:
		r.problem(f, v.Line, s, TroubleValue, fmt.Errorf("want a number, have a %v", v.Kind))
	}
}
