package msrv

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/manifest"
)

// maxMembers bounds the packages of one workspace.
const maxMembers = 20_000

// Members lists the manifests of the workspace whose root manifest is at root, sorted: the root if it is
// a package, what members names by path or glob, and the path dependencies of these that lie within the
// workspace; without what exclude names. The tree must be able to read directories.
func Members(tree fs.FS, root string) ([]string, error) {
	r := &reader{tree: tree, cargoDocs: map[string]*cargoDoc{}}
	c, err := r.cargoManifest(root)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fmt.Errorf("%s: %w", root, fs.ErrNotExist)
	}
	m := &members{reader: r, root: c, base: path.Dir(root), seen: map[string]bool{}}
	if _, ok := c.doc.Get("package"); ok {
		m.visit(root)
	}
	list, _ := c.doc.Get("workspace", "members")
	for _, v := range list.Items() {
		dirs, err := expand(tree, path.Join(m.base, v.Text))
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", root, v.Line, err)
		}
		for _, dir := range dirs {
			m.visit(path.Join(dir, "Cargo.toml"))
		}
	}
	for len(m.todo) > 0 && m.err == nil {
		next := m.todo[0]
		m.todo = m.todo[1:]
		m.dependencies(next)
	}
	slices.Sort(m.found)
	return m.found, m.err
}

type members struct {
	*reader
	root  *cargoDoc
	base  string
	seen  map[string]bool
	found []string
	todo  []*cargoDoc
	err   error
}

// visit takes a manifest into the workspace, if it is a package that is not excluded.
func (m *members) visit(p string) {
	if m.seen[p] || len(m.seen) >= maxMembers {
		return
	}
	m.seen[p] = true
	if p != m.root.path && m.root.excludes(path.Dir(p)) {
		return
	}
	c, err := m.cargoManifest(p)
	if err != nil {
		m.err = errors.Join(m.err, err)
		return
	}
	if c == nil {
		return
	}
	if _, ok := c.doc.Get("package"); ok {
		m.found = append(m.found, p)
		m.todo = append(m.todo, c)
	}
}

// dependencies visits the path dependencies of a member.
func (m *members) dependencies(c *cargoDoc) {
	tables := []manifest.Value{c.doc.Root()}
	targets, _ := c.doc.Get("target")
	for _, v := range targets.Members() {
		tables = append(tables, v)
	}
	for _, table := range tables {
		for _, kind := range []string{"dependencies", "dev-dependencies", "build-dependencies"} {
			deps, _ := table.Get(kind)
			for name, v := range deps.Members() {
				m.dependency(c, name, v)
			}
		}
	}
}

func (m *members) dependency(c *cargoDoc, name string, v manifest.Value) {
	dir := path.Dir(c.path)
	if w, ok := v.Get("workspace"); ok && w.Text == "true" {
		v, _ = m.root.doc.Get("workspace", "dependencies", name)
		dir = m.base
	}
	at, ok := v.Get("path")
	if !ok || at.Kind != manifest.String {
		return
	}
	p := path.Join(dir, at.Text, "Cargo.toml")
	if m.base == "." && !strings.HasPrefix(p, "../") || strings.HasPrefix(p, m.base+"/") {
		m.visit(p)
	}
}

// expand lists the directories that a glob matches; one without wildcards stands for itself. A component
// ** stands for any number of directories, this one included.
func expand(tree fs.FS, pattern string) ([]string, error) {
	dirs := []string{"."}
	for part := range strings.SplitSeq(pattern, "/") {
		var next []string
		for _, dir := range dirs {
			found := []string{path.Join(dir, part)}
			var err error
			switch {
			case part == "**":
				found, err = below(tree, dir)
			case strings.ContainsAny(part, `*?[`):
				found, err = children(tree, dir, part)
			}
			if err != nil {
				return nil, fmt.Errorf("glob %q: %w", pattern, err)
			}
			if next = append(next, found...); len(next) > maxMembers {
				return nil, fmt.Errorf("glob %q matches more than %d directories", pattern, maxMembers)
			}
		}
		dirs = next
	}
	return dirs, nil
}

// children lists the directories in dir that a pattern matches. A dir that is not there has none.
func children(tree fs.FS, dir, pattern string) ([]string, error) {
	entries, err := fs.ReadDir(tree, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if ok, err := path.Match(pattern, e.Name()); err != nil {
			return nil, err
		} else if ok && e.IsDir() {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	return out, nil
}

// below lists dir and every directory in it.
func below(tree fs.FS, dir string) ([]string, error) {
	var out []string
	err := fs.WalkDir(tree, dir, func(p string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case len(out) > maxMembers:
			return fs.SkipAll
		case e.IsDir():
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// EffectiveFloor returns the highest floor that pins declare for a toolchain, and the pin that does: what
// someone needs who builds everything. ok is false where none declares one.
func EffectiveFloor(pins []Pin, e Ecosystem) (floor Pin, ok bool) {
	for _, p := range pins {
		if p.Role != RoleFloor || p.Ecosystem != e || !p.Version.Ordered() {
			continue
		}
		if order, comparable := floor.Version.Compare(p.Version); !ok || comparable && order < 0 {
			floor, ok = p, true
		}
	}
	return floor, ok
}
