// Package cargo reads Cargo workspaces: the packages of one, what they require of each other, the version that
// the workspace has as a whole; and merges Cargo.lock package by package.
package cargo

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// ErrWorkspace says that the packages of a Cargo workspace do not hang together: a member without a
// manifest or with a workspace of its own, a path that names a member and no root.
var ErrWorkspace = errors.New("invalid cargo workspace")

// ErrVersions says that the packages of a workspace have different versions, and none is the workspace's.
var ErrVersions = errors.New("the tree shows different versions")

// A Crate is one package of a workspace.
type Crate struct {
	Dir      string // "." for the root package
	Manifest string
	Name     string
	Version  string // as written, or the workspace's where inherits; empty when there is none
	Inherits bool
	Publish  bool
	At       document.Value // where version is written; the zero document.Value where inherits
	Doc      *document.Document
}

// A Workspace is the Cargo packages reached from one root manifest: the root's package, the members,
// and the packages within the root's directory that they depend on by path.
type Workspace struct {
	src      *document.Source
	Manifest string
	Dir      string
	Doc      *document.Document
	Crates   []*Crate          // the root's package first, else in the order of discovery
	ByDir    map[string]*Crate // by directory
	Version  document.Value    // [workspace.package].version, if there is one
	explicit []string          // directories named by members
	exclude  []string
}

// Load reads the workspace whose root manifest is given; a manifest without [workspace] is
// a workspace of one.
func Load(src *document.Source, manifest string) (*Workspace, error) {
	return document.Derived(src, "cargo "+manifest, func() (*Workspace, error) { return readWorkspace(src, manifest) })
}

func readWorkspace(src *document.Source, manifest string) (*Workspace, error) {
	doc, err := src.TOML(manifest)
	if err != nil {
		return nil, err
	}
	w := &Workspace{src: src, Manifest: manifest, Dir: path.Dir(manifest), Doc: doc, ByDir: map[string]*Crate{}}
	if up, ok := doc.Get("package", "workspace"); ok {
		return nil, document.At(manifest, up.Line, "%w: this is a member of the workspace at %q; name its root", ErrWorkspace, up.Text)
	}
	if v, ok := doc.Get("workspace", "package", "version"); ok {
		if v.Kind != document.String {
			return nil, document.At(manifest, v.Line, "%w: version is of type %v, not a string", ErrWorkspace, v.Kind)
		}
		w.Version = v
	}
	if _, ok := doc.Get("package"); ok {
		if err := w.add(w.Dir); err != nil {
			return nil, err
		}
	}
	if _, ok := doc.Get("workspace"); !ok {
		return w, nil
	}
	if err := w.members(); err != nil {
		return nil, err
	}
	for i := 0; i < len(w.Crates); i++ { // grows as it is ranged over
		if err := w.pathDependencies(w.Crates[i]); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Root returns the root manifest of the workspace that a package is a member of, by the path of its manifest;
// the manifest itself where it is a root, or no workspace has it.
func Root(src *document.Source, manifest string) (string, error) {
	doc, err := src.TOML(manifest)
	if err != nil {
		return "", err
	}
	if _, ok := doc.Get("workspace"); ok {
		return manifest, nil
	}
	for dir := path.Dir(manifest); dir != "."; {
		dir = path.Dir(dir)
		above := path.Join(dir, "Cargo.toml")
		if ok, err := src.Exists(above); err != nil {
			return "", err
		} else if !ok {
			continue
		}
		root, err := src.TOML(above)
		if err != nil {
			return "", err
		}
		if _, ok := root.Get("workspace"); !ok {
			continue
		}
		w, err := Load(src, above)
		if err != nil {
			return "", err
		}
		if w.ByDir[path.Dir(manifest)] != nil {
			return above, nil
		}
		return manifest, nil
	}
	return manifest, nil
}

// Nested lists the manifests of workspaces within this one's directory that are not of it: those that exclude
// names, and that of fuzz targets.
func (w *Workspace) Nested() ([]string, error) {
	var out []string
	for _, dir := range append(slices.Clone(w.exclude), path.Join(w.Dir, "fuzz")) {
		name := path.Join(dir, "Cargo.toml")
		if w.ByDir[dir] != nil || slices.Contains(out, name) || strings.ContainsAny(dir, "*?[") {
			continue
		}
		ok, err := w.src.Exists(name)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, name)
		}
	}
	return out, nil
}

// Outer visits each dependency of this workspace with a version on a package of another one, by its path.
func (w *Workspace) Outer(other *Workspace, visit func(manifest string, d Dependency, target *Crate)) {
	of := func(manifest, base string, doc *document.Document) {
		for d := range dependencies(doc, doc == w.Doc) {
			dir, err := document.Join(base, d.Path)
			if target := other.ByDir[dir]; d.Path != "" && err == nil && target != nil && d.Version.Kind == document.String {
				visit(manifest, d, target)
			}
		}
	}
	for _, c := range w.Crates {
		of(c.Manifest, c.Dir, c.Doc)
	}
	if w.ByDir[w.Dir] == nil {
		of(w.Manifest, w.Dir, w.Doc)
	}
}

// members adds what [workspace] members names. As in cargo, a directory that only a pattern matches
// may be without manifest.
func (w *Workspace) members() error {
	exclude, _ := w.Doc.Get("workspace", "exclude")
	for _, v := range exclude.Items() {
		if p, err := document.Join(w.Dir, v.Text); err == nil {
			w.exclude = append(w.exclude, p)
		}
	}
	members, _ := w.Doc.Get("workspace", "members")
	for _, v := range members.Items() {
		dirs, err := w.src.Glob(w.Dir, v.Text)
		if err != nil {
			return document.At(w.Manifest, v.Line, "member %q: %w", v.Text, err)
		}
		pattern := strings.ContainsAny(v.Text, "*?[")
		for _, dir := range dirs {
			ok, err := w.src.Exists(path.Join(dir, "Cargo.toml"))
			if err != nil {
				return err
			}
			if !ok && pattern {
				continue
			}
			if !ok {
				return document.At(w.Manifest, v.Line, "%w: member %q has no Cargo.toml", ErrWorkspace, v.Text)
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

// excluded reports whether exclude takes a directory out; a directory that members names word by word
// stays in.
func (w *Workspace) excluded(dir string) bool {
	for _, ex := range w.exclude {
		if ok, err := path.Match(ex, dir); dir == ex || strings.HasPrefix(dir, ex+"/") || ok && err == nil {
			return true
		}
	}
	return false
}

// inside reports whether dir is the workspace's directory or below it.
func (w *Workspace) inside(dir string) bool {
	return w.Dir == "." || dir == w.Dir || strings.HasPrefix(dir, w.Dir+"/")
}

// pathDependencies adds the packages a crate depends on by path. One whose manifest is not in the tree
// (a submodule, generated code), is excluded or lies outside the workspace is none of ours.
func (w *Workspace) pathDependencies(c *Crate) error {
	for d := range dependencies(c.Doc, false) {
		rel, base := d.Path, c.Dir
		if d.Inherited {
			v, ok := w.Doc.Get("workspace", "dependencies", d.Key, "path")
			if !ok {
				continue
			}
			rel, base = v.Text, w.Dir
		}
		if rel == "" {
			continue
		}
		dir, err := document.Join(base, rel)
		if err != nil || !w.inside(dir) || w.excluded(dir) && !slices.Contains(w.explicit, dir) {
			continue
		}
		if w.ByDir[dir] != nil {
			continue
		}
		ok, err := w.src.Exists(path.Join(dir, "Cargo.toml"))
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
func (w *Workspace) add(dir string) error {
	if w.ByDir[dir] != nil {
		return nil
	}
	if len(w.Crates) >= document.MaxMembers {
		return document.At(w.Manifest, 0, "%w: over %d packages", document.ErrTooLarge, document.MaxMembers)
	}
	c := &Crate{Dir: dir, Manifest: path.Join(dir, "Cargo.toml")}
	doc, err := w.src.TOML(c.Manifest)
	if errors.Is(err, fs.ErrNotExist) && dir == w.Dir {
		c.Manifest = w.Manifest
		doc, err = w.Doc, nil
	}
	if err != nil {
		return err
	}
	if own, ok := doc.Get("workspace"); ok && doc != w.Doc {
		return document.At(c.Manifest, own.Line, "%w: this member of %s is a workspace root itself", ErrWorkspace, w.Manifest)
	}
	if up, ok := doc.Get("package", "workspace"); ok {
		if root, err := document.Join(dir, up.Text); err != nil || root != w.Dir {
			return document.At(c.Manifest, up.Line, "%w: this member of %s says its root is %q", ErrWorkspace, w.Manifest, up.Text)
		}
	}
	c.Doc = doc
	if err := w.identify(c); err != nil {
		return err
	}
	w.Crates = append(w.Crates, c)
	w.ByDir[dir] = c
	return nil
}

// identify reads name, version and publish of a crate.
func (w *Workspace) identify(c *Crate) error {
	name, ok := c.Doc.Get("package", "name")
	if !ok || name.Kind != document.String {
		return document.At(c.Manifest, 0, "%w: no package.name", ErrWorkspace)
	}
	c.Name = name.Text
	publish, ok := c.Doc.Get("package", "publish")
	if from, inherits := publish.Get("workspace"); inherits && from.Text == "true" {
		publish, ok = w.Doc.Get("workspace", "package", "publish")
	}
	c.Publish = !ok || publish.Text == "true" || publish.Kind == document.Array && publish.Len() > 0
	v, ok := c.Doc.Get("package", "version")
	switch {
	case !ok:
		return nil
	case v.Kind == document.String:
		c.Version, c.At = v.Text, v
		return nil
	}
	if from, inherits := v.Get("workspace"); !inherits || from.Text != "true" {
		return document.At(c.Manifest, v.Line, "%w: version is of type %v, not a string", ErrWorkspace, v.Kind)
	}
	if w.Version.Kind != document.String {
		return document.At(c.Manifest, v.Line, "%w: version is the workspace's, and %s has none", ErrWorkspace, w.Manifest)
	}
	c.Version, c.Inherits = w.Version.Text, true
	return nil
}

// Anchor returns the version the workspace as a whole has, and where it is written: the workspace's,
// the root package's, else the one all published members share.
func (w *Workspace) Anchor() (document.Value, error) {
	if w.Version.Kind == document.String {
		return w.Version, nil
	}
	if root := w.ByDir[w.Dir]; root != nil {
		return root.At, nil
	}
	var common *Crate
	for _, c := range w.Crates {
		if !c.Publish || c.Version == "" {
			continue
		}
		if common != nil && common.Version != c.Version {
			return document.Value{}, document.At(w.Manifest, 0, "%w: %q of %s and %q of %s", ErrVersions, common.Version, common.Manifest, c.Version, c.Manifest)
		}
		if common == nil {
			common = c
		}
	}
	if common == nil {
		return document.Value{}, nil
	}
	return common.At, nil
}
