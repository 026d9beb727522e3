package manifest

import (
	"path"
	"regexp"
	"slices"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// A pyproject is one pyproject.toml of a repository.
type pyproject struct {
	dir, path string
	doc       *document.Document
	name      string
	versions  []document.Value // [project] and [tool.poetry], where they have one
}

func readPyproject(src *document.Source, name string) (*pyproject, error) {
	doc, err := src.TOML(name)
	if err != nil {
		return nil, err
	}
	p := &pyproject{dir: path.Dir(name), path: name, doc: doc}
	for _, table := range [][]string{{"project"}, {"tool", "poetry"}} {
		if v, ok := doc.Get(append(table, "name")...); ok && p.name == "" {
			p.name = plainName(v.Text)
		}
		if v, ok := doc.Get(append(table, "version")...); ok && v.Kind == document.String {
			p.versions = append(p.versions, v)
		}
	}
	return p, nil
}

// dynamic says where a version that is not written here comes from; "" where the file names no project.
func (p *pyproject) dynamic() string {
	if _, ok := p.doc.Get("tool", "setuptools_scm"); ok {
		return "the version is dynamic, setuptools-scm takes it from the tags"
	}
	if v, ok := p.doc.Get("tool", "hatch", "version", "source"); ok {
		return "the version is dynamic, hatch takes it from " + v.Text
	}
	for _, keys := range [][]string{{"tool", "hatch", "version", "path"}, {"tool", "pdm", "version", "path"}, {"tool", "setuptools", "dynamic", "version", "attr"}, {"tool", "setuptools", "dynamic", "version", "file"}} {
		if v, ok := p.doc.Get(keys...); ok && v.Text != "" {
			return "the version is in " + v.Text
		}
	}
	list, _ := p.doc.Get("project", "dynamic")
	for _, v := range list.Items() {
		if v.Text == "version" {
			return "the version is dynamic, the build finds it"
		}
	}
	return ""
}

func pyprojectAnchor(src *document.Source, rule Rule) (Anchor, error) {
	p, err := readPyproject(src, rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	if len(p.versions) == 0 || p.dynamic() != "" && p.versions[0].Text == "0.0.0" {
		if why := p.dynamic(); why != "" {
			return Anchor{}, document.At(rule.Path, 0, "%w: %s", ErrNone, why)
		}
		return Anchor{}, nil
	}
	var a Anchor
	for _, v := range p.versions {
		if _, err := version.Parse(v.Text); err != nil {
			return Anchor{}, document.At(rule.Path, v.Line, "%w", err)
		}
		if a.Path != "" && a.Version != v.Text {
			return Anchor{}, document.At(rule.Path, v.Line, "%w: %q here, %q in line %d", ErrAnchors, v.Text, a.Version, a.Line)
		}
		a = Anchor{Path: rule.Path, Line: v.Line, Version: v.Text}
	}
	return a, nil
}

// bumpPyproject bumps the projects of the workspace that a pyproject.toml is of, whichever of them the rule
// names: those with the version that the bump starts from, what any of them require of these, and the lock
// files. A uv workspace has its members listed; of any other tool those are one set that the rules name.
func bumpPyproject(r *run, rule Rule) error {
	named, err := readPyproject(r.src, rule.Path)
	if err != nil {
		return err
	}
	if len(named.versions) == 0 {
		return document.At(rule.Path, 0, "%w as type %q looks for it", ErrNone, rule.Type)
	}
	if r.done["pyproject "+rule.Path] {
		return nil
	}
	for _, v := range named.versions {
		if err := r.holds(rule.Path, v.Line, v.Text); err != nil {
			return err
		}
	}
	members, err := r.pyWorkspace(named)
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for _, p := range members {
		r.done["pyproject "+p.path] = true
		for _, v := range p.versions {
			if _, moves := r.respell(v.Text); moves && p.name != "" {
				ours[p.name] = true
			}
		}
	}
	for _, p := range members {
		if err := r.pyMember(p, ours); err != nil {
			return err
		}
	}
	for _, p := range members {
		if err := r.follow(beside(p.path, "uv.lock"), func(lock string) error { return r.bumpUvLock(lock, members, ours) }); err != nil {
			return err
		}
		if err := r.follow(beside(p.path, "poetry.lock"), func(lock string) error { return r.bumpPoetryLock(lock, ours) }); err != nil {
			return err
		}
	}
	return nil
}

// pyMember sets the versions of a project and what it requires of the others.
func (r *run) pyMember(p *pyproject, ours map[string]bool) error {
	changes := map[int]string{}
	for _, v := range p.versions {
		if text, ok := r.respell(v.Text); ok {
			changes[v.Inner().Start] = text
		}
	}
	before := len(changes)
	p.requirements(func(v document.Value, name string) {
		if name != "" { // [tool.poetry]: the key is the name
			if next, ok := r.respellRange(v.Text); ok && ours[plainName(name)] {
				changes[v.Inner().Start] = next
			}
			return
		}
		if next, ok := r.respellPEP508(v.Text, ours); ok {
			changes[v.Inner().Start] = next
		}
	})
	if found, err := r.src.Exists(beside(p.path, "poetry.lock")); err != nil {
		return err
	} else if found && len(changes) > before {
		r.warnings = append(r.warnings, beside(p.path, "poetry.lock")+": its content-hash covers the requirements that changed; run poetry lock")
	}
	return r.set(p.path, document.ReadTOML, changes)
}

// requirements visits the requirements of a project: PEP 508 texts without a name, poetry's with theirs.
func (p *pyproject) requirements(visit func(v document.Value, name string)) {
	texts := func(list document.Value) {
		for _, v := range list.Items() {
			if v.Kind == document.String {
				visit(v, "")
			}
		}
	}
	for _, keys := range [][]string{{"project", "dependencies"}, {"build-system", "requires"}, {"tool", "uv", "dev-dependencies"}} {
		list, _ := p.doc.Get(keys...)
		texts(list)
	}
	for _, keys := range [][]string{{"project", "optional-dependencies"}, {"dependency-groups"}} {
		groups, _ := p.doc.Get(keys...)
		for _, list := range groups.Members() {
			texts(list)
		}
	}
	poetry, _ := p.doc.Get("tool", "poetry")
	tables := []document.Value{}
	for _, name := range []string{"dependencies", "dev-dependencies"} {
		if t, ok := poetry.Get(name); ok {
			tables = append(tables, t)
		}
	}
	groups, _ := poetry.Get("group")
	for _, g := range groups.Members() {
		if t, ok := g.Get("dependencies"); ok {
			tables = append(tables, t)
		}
	}
	for _, t := range tables {
		for name, v := range t.Members() {
			if inner, ok := v.Get("version"); ok {
				v = inner
			}
			if v.Kind == document.String {
				visit(v, name)
			}
		}
	}
}

// pep508 is a requirement of one bound: name, extras, operator, version, and what stands behind it.
var pep508 = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*(?:===?|~=|>=)\s*)([^\s,;()]+)(\s*\)?\s*(?:;.*)?)$`)
})

// respellPEP508 is respell for "a[x] == 1.2.3; python_version > '3'".
func (r *run) respellPEP508(text string, ours map[string]bool) (string, bool) {
	m := pep508().FindStringSubmatch(text)
	if m == nil || !ours[plainName(m[2])] {
		return "", false
	}
	next, ok := r.respell(m[3])
	return m[1] + next + m[4], ok
}

// pyWorkspace returns the projects that are one set with the named one, that one among them.
func (r *run) pyWorkspace(named *pyproject) ([]*pyproject, error) {
	for dir := named.dir; ; dir = path.Dir(dir) {
		members, err := r.uvMembers(dir)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(members, func(p *pyproject) bool { return p.path == named.path }) {
			return members, nil
		}
		if dir == "." {
			break
		}
	}
	out := []*pyproject{named}
	for _, rule := range r.rules {
		known := slices.ContainsFunc(out, func(p *pyproject) bool { return p.path == rule.Path })
		if rule.Type != "pyproject" || known {
			continue
		}
		if p, err := readPyproject(r.src, rule.Path); err == nil {
			out = append(out, p)
		}
	}
	return out, nil
}

// uvMembers reads the uv workspace whose root is a directory; none where the directory is not a root.
func (r *run) uvMembers(dir string) ([]*pyproject, error) {
	name := path.Join(dir, "pyproject.toml")
	if ok, err := r.src.Exists(name); err != nil || !ok {
		return nil, err
	}
	root, err := readPyproject(r.src, name)
	if err != nil {
		return nil, err
	}
	workspace, ok := root.doc.Get("tool", "uv", "workspace")
	if !ok {
		return nil, nil
	}
	globs := func(key string) (dirs []string, err error) {
		list, _ := workspace.Get(key)
		for _, v := range list.Items() {
			found, err := r.src.Glob(dir, v.Text)
			if err != nil {
				return nil, document.At(name, v.Line, "workspace %q: %w", v.Text, err)
			}
			dirs = append(dirs, found...)
		}
		return dirs, nil
	}
	excluded, err := globs("exclude")
	if err != nil {
		return nil, err
	}
	dirs, err := globs("members")
	if err != nil {
		return nil, err
	}
	out := []*pyproject{root}
	for _, d := range dirs {
		file := path.Join(d, "pyproject.toml")
		if d == dir || slices.Contains(excluded, d) {
			continue
		}
		if ok, err := r.src.Exists(file); err != nil {
			return nil, err
		} else if !ok {
			continue
		}
		p, err := readPyproject(r.src, file)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}
