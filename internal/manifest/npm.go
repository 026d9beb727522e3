package manifest

import (
	"path"
	"slices"
	"strings"
)

// An npmPackage is one package.json of a repository.
type npmPackage struct {
	dir, path string
	doc       *Document
	name      string
	version   Value
}

func readPackage(src *source, name string) (*npmPackage, error) {
	doc, err := src.json(name)
	if err != nil {
		return nil, err
	}
	p := &npmPackage{dir: path.Dir(name), path: name, doc: doc}
	if v, ok := doc.Get("name"); ok {
		p.name = v.Text
	}
	if v, ok := doc.Get("version"); ok {
		if v.Kind != String {
			return nil, at(name, v.Line, "%w: version is of type %v, not a string", ErrRule, v.Kind)
		}
		p.version = v
	}
	return p, nil
}

func npmAnchor(src *source, rule Rule) (Anchor, error) {
	p, err := readPackage(src, rule.Path)
	if err != nil || p.version.Kind != String {
		return Anchor{}, err
	}
	if _, err := parseVersion(p.version.Text); err != nil {
		return Anchor{}, at(rule.Path, p.version.Line, "%w", err)
	}
	return Anchor{Path: rule.Path, Line: p.version.Line, Version: p.version.Text}, nil
}

// npmPrivate tells whether a package is marked as never published.
func npmPrivate(src *source, name string) (bool, error) {
	doc, err := src.json(name)
	if err != nil {
		return false, err
	}
	v, ok := doc.Get("private")
	return ok && v.Text == "true", nil
}

// bumpNpm bumps a package.json, the packages of its workspaces where the rule asks for it, what they
// require of each other, and the lock files beside it.
func bumpNpm(r *run, rule Rule) error {
	root, err := readPackage(r.src, rule.Path)
	if err != nil {
		return err
	}
	if root.version.Kind != String {
		return at(rule.Path, 0, "%w: no version in the package", ErrRule)
	}
	if err := r.holds(rule.Path, root.version.Line, root.version.Text); err != nil {
		return err
	}
	packages := []*npmPackage{root}
	if rule.Workspaces {
		if packages, err = npmWorkspaces(r, root); err != nil {
			return err
		}
	}
	ours := map[string]bool{}
	for _, p := range packages {
		ours[p.name] = p.name != ""
	}
	for _, p := range packages {
		changes := map[int]string{}
		if text, ok := r.respell(p.version.Text); ok {
			changes[p.version.Inner().Start] = text
		}
		r.npmRequirements(p.doc.Root(), ours, changes)
		if err := r.set(p.path, readJSON, changes); err != nil {
			return err
		}
	}
	for _, lock := range []string{"package-lock.json", "npm-shrinkwrap.json"} {
		lock = beside(rule.Path, lock)
		if ok, err := r.src.exists(lock); err != nil {
			return err
		} else if !ok {
			continue
		}
		if err := r.bumpNpmLock(lock, root, packages, ours); err != nil {
			return err
		}
	}
	return nil
}

// npmWorkspaces returns the root and those packages of its workspaces that have the root's version.
func npmWorkspaces(r *run, root *npmPackage) ([]*npmPackage, error) {
	patterns, _ := root.doc.Get("workspaces")
	if list, ok := patterns.Get("packages"); ok {
		patterns = list
	}
	out := []*npmPackage{root}
	for _, v := range patterns.Items() {
		pattern := strings.TrimPrefix(v.Text, "./")
		if strings.HasPrefix(pattern, "!") {
			continue
		}
		dirs, err := r.src.glob(root.dir, pattern)
		if err != nil {
			return nil, at(root.path, v.Line, "workspace %q: %w", v.Text, err)
		}
		for _, dir := range dirs {
			name := path.Join(dir, "package.json")
			known := slices.ContainsFunc(out, func(p *npmPackage) bool { return p.path == name })
			ok, err := r.src.exists(name)
			if err != nil {
				return nil, err
			}
			if known || !ok {
				continue
			}
			p, err := readPackage(r.src, name)
			if err != nil {
				return nil, err
			}
			if _, same := r.respell(p.version.Text); same {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// npmRequirements adds the requirements of a package on our packages that name exactly the old version.
func (r *run) npmRequirements(v Value, ours map[string]bool, changes map[int]string) {
	for _, table := range []string{"dependencies", "devDependencies", "peerDependencies", "optionalDependencies"} {
		list, _ := v.Get(table)
		for name, req := range list.Members() {
			if !ours[name] || req.Kind != String {
				continue
			}
			base := strings.TrimLeft(strings.TrimPrefix(req.Text, "workspace:"), "^~=")
			if next, ok := r.respell(base); ok {
				changes[req.Inner().Start] = strings.TrimSuffix(req.Text, base) + next
			}
		}
	}
}

// bumpNpmLock sets the versions of our packages in a lock file of any version: the one at the top, and
// those of packages[""] and packages["path"].
func (r *run) bumpNpmLock(lock string, root *npmPackage, packages []*npmPackage, ours map[string]bool) error {
	doc, err := r.src.json(lock)
	if err != nil {
		return err
	}
	changes := map[int]string{}
	set := func(p *npmPackage, path ...string) error {
		v, ok := doc.Get(append(path, "version")...)
		if !ok {
			return nil
		}
		text, same := r.respell(v.Text)
		if !same {
			return at(lock, v.Line, "%w: %q here and %q in %s", ErrLock, v.Text, p.version.Text, p.path)
		}
		changes[v.Inner().Start] = text
		return nil
	}
	if err := set(root); err != nil {
		return err
	}
	for _, p := range packages {
		key := ""
		if p != root {
			key = strings.TrimPrefix(p.dir, strings.TrimPrefix(root.dir+"/", "./"))
		}
		if err := set(p, "packages", key); err != nil {
			return err
		}
		if entry, ok := doc.Get("packages", key); ok {
			r.npmRequirements(entry, ours, changes)
		}
	}
	return r.set(lock, readJSON, changes)
}
