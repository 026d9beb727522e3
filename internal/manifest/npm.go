package manifest

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// An npmPackage is one package.json of a repository.
type npmPackage struct {
	dir, path string
	doc       *document.Document
	name      string
	version   document.Value
	moves     bool // it has the version that the bump starts from
}

func readPackage(src *document.Source, name string) (*npmPackage, error) {
	doc, err := src.JSON(name)
	if err != nil {
		return nil, err
	}
	p := &npmPackage{dir: path.Dir(name), path: name, doc: doc}
	if v, ok := doc.Get("name"); ok {
		p.name = v.Text
	}
	if v, ok := doc.Get("version"); ok {
		if v.Kind != document.String {
			return nil, document.At(name, v.Line, "%w: version is of type %v, not a string", ErrNone, v.Kind)
		}
		p.version = v
	}
	return p, nil
}

func npmAnchor(src *document.Source, rule Rule) (Anchor, error) {
	p, err := readPackage(src, rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	if p.version.Kind != document.String {
		if private, _ := p.doc.Get("private"); private.Text == "true" {
			return Anchor{}, document.At(rule.Path, 0, "%w: the package is private", ErrNone)
		}
		return Anchor{}, nil
	}
	if _, err := version.Parse(p.version.Text); err != nil {
		return Anchor{}, document.At(rule.Path, p.version.Line, "%w", err)
	}
	return Anchor{Path: rule.Path, Line: p.version.Line, Version: p.version.Text}, nil
}

// npmPrivate reports whether a package is marked as never published.
func npmPrivate(src *document.Source, name string) (bool, error) {
	doc, err := src.JSON(name)
	if err != nil {
		return false, err
	}
	v, ok := doc.Get("private")
	return ok && v.Text == "true", nil
}

// bumpNpm bumps the packages of the workspace that a package.json is of, whichever of them the rule names:
// those with the version that the bump starts from, what any of them require of these, and the lock files.
func bumpNpm(r *run, rule Rule) error {
	named, err := readPackage(r.src, rule.Path)
	if err != nil {
		return err
	}
	if named.version.Kind != document.String {
		return document.At(rule.Path, 0, "%w: no version in the package", ErrNone)
	}
	root, members, err := npmWorkspace(r.src, named)
	if err != nil {
		return err
	}
	if r.done["npm "+root.path] && slices.ContainsFunc(members, func(p *npmPackage) bool { return p.path == named.path }) {
		return nil
	}
	if err := r.holds(rule.Path, named.version.Line, named.version.Text); err != nil {
		return err
	}
	r.done["npm "+root.path] = true
	ours := map[string]bool{}
	for _, p := range members {
		_, p.moves = r.respell(p.version.Text)
		ours[p.name] = ours[p.name] || p.moves && p.name != ""
	}
	for _, p := range members {
		changes := map[int]string{}
		if p.moves {
			changes[p.version.Inner().Start], _ = r.respell(p.version.Text)
		}
		r.npmRequirements(p.doc.Root(), ours, changes)
		if err := r.set(p.path, document.ReadJSON, changes); err != nil {
			return err
		}
	}
	return r.npmLocks(root, members, ours)
}

// npmWorkspace returns the root and all packages of the workspace that a package is of: the root first. A
// package of no workspace is one of its own.
func npmWorkspace(src *document.Source, named *npmPackage) (*npmPackage, []*npmPackage, error) {
	for dir := named.dir; ; dir = path.Dir(dir) {
		root, members, err := npmMembers(src, dir, named)
		if err != nil {
			return nil, nil, err
		}
		if slices.ContainsFunc(members, func(p *npmPackage) bool { return p.path == named.path }) {
			return root, members, nil
		}
		if dir == "." {
			return named, []*npmPackage{named}, nil
		}
	}
}

// npmMembers reads the workspace whose root is a directory; none where the directory is not a root.
func npmMembers(src *document.Source, dir string, named *npmPackage) (*npmPackage, []*npmPackage, error) {
	name := path.Join(dir, "package.json")
	if ok, err := src.Exists(name); err != nil || !ok {
		return nil, nil, err
	}
	root, err := readPackage(src, name)
	if err != nil {
		return nil, nil, err
	}
	patterns, err := npmPatterns(src, root)
	if err != nil || len(patterns) == 0 {
		return nil, nil, err
	}
	out := []*npmPackage{root}
	var excluded []string
	for _, pattern := range patterns {
		if p, ok := strings.CutPrefix(pattern, "!"); ok {
			dirs, err := src.Glob(dir, strings.TrimPrefix(p, "./"))
			if err != nil {
				return nil, nil, document.At(name, 0, "workspace %q: %w", pattern, err)
			}
			excluded = append(excluded, dirs...)
		}
	}
	for _, pattern := range patterns {
		if strings.HasPrefix(pattern, "!") {
			continue
		}
		dirs, err := src.Glob(dir, strings.TrimPrefix(pattern, "./"))
		if err != nil {
			return nil, nil, document.At(name, 0, "workspace %q: %w", pattern, err)
		}
		for _, d := range dirs {
			file := path.Join(d, "package.json")
			known := slices.ContainsFunc(out, func(p *npmPackage) bool { return p.path == file })
			if known || slices.Contains(excluded, d) || strings.Contains("/"+d+"/", "/node_modules/") {
				continue
			}
			if ok, err := src.Exists(file); err != nil {
				return nil, nil, err
			} else if !ok {
				continue
			}
			p, err := readPackage(src, file)
			if err != nil && file == named.path {
				return nil, nil, err
			}
			if err == nil {
				out = append(out, p)
			} else if errors.Is(err, document.ErrRead) {
				return nil, nil, err
			}
		}
	}
	return root, out, nil
}

// npmPatterns lists the patterns of a workspace's members: workspaces of package.json, as npm and yarn have
// it, or packages of pnpm-workspace.yaml or lerna.json.
func npmPatterns(src *document.Source, root *npmPackage) ([]string, error) {
	list, _ := root.doc.Get("workspaces")
	if inner, ok := list.Get("packages"); ok {
		list = inner
	}
	var out []string
	for _, v := range list.Items() {
		out = append(out, v.Text)
	}
	for _, name := range []string{"pnpm-workspace.yaml", "lerna.json"} {
		name = path.Join(root.dir, name)
		if ok, err := src.Exists(name); err != nil {
			return nil, err
		} else if !ok || len(out) > 0 {
			continue
		}
		data, err := src.Read(name)
		if err != nil {
			return nil, err
		}
		read := document.ReadYAML
		if path.Ext(name) == ".json" {
			read = document.ReadJSON
		}
		entries, err := read(data)
		if err != nil {
			return nil, document.InFile(name, err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Key, `/"packages"/"`) && e.Text != "" {
				out = append(out, e.Text)
			}
		}
	}
	return out, nil
}

// npmRequirements adds the requirements of a package on our packages that name exactly the old version.
func (r *run) npmRequirements(v document.Value, ours map[string]bool, changes map[int]string) {
	for _, table := range []string{"dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "requires"} {
		list, _ := v.Get(table)
		for name, req := range list.Members() {
			if !ours[name] || req.Kind != document.String {
				continue
			}
			if next, ok := r.respellRange(req.Text); ok {
				changes[req.Inner().Start] = next
			}
		}
	}
}

// respellRange is respell for a requirement of one bound: "1.2.3", "^1.2.3", "workspace:~1.2.3", "npm:1.2.3".
func (r *run) respellRange(text string) (string, bool) {
	base := strings.TrimPrefix(strings.TrimPrefix(text, "workspace:"), "npm:")
	base = strings.TrimLeft(base, "^~=> ")
	next, ok := r.respell(base)
	return strings.TrimSuffix(text, base) + next, ok
}
