package manifest

import (
	"path"
	"slices"
)

// bumpCargo bumps the packages of a workspace, the requirements on them within the workspace, and the
// lock files beside its root.
func bumpCargo(r *run, rule Rule) error {
	w, err := loadWorkspace(r.src, rule.Path)
	if err != nil {
		return err
	}
	v, err := w.anchor()
	if err != nil {
		return err
	}
	if v.Kind != String {
		return at(rule.Path, 0, "%w: no version in the workspace", ErrRule)
	}
	if err := r.holds(w.manifest, v.Line, v.Text); err != nil {
		return err
	}
	moves, err := w.moves(r)
	if err != nil {
		return err
	}
	r.workspaces = append(r.workspaces, w)
	r.moved = append(r.moved, moves...)
	changes := w.changes(r, moves)
	for _, name := range sortedKeys(changes) {
		if err := r.set(name, readTOML, changes[name]); err != nil {
			return err
		}
	}
	return r.cargoLocks(w)
}

// cargoLocks bumps Cargo.lock and cargo-vet's records where they are.
func (r *run) cargoLocks(w *workspace) error {
	for _, f := range []struct {
		path string
		bump func(*run, Rule) error
	}{
		{beside(w.manifest, "Cargo.lock"), bumpCargoLock},
		{beside(w.manifest, "supply-chain/imports.lock"), bumpCargoVet},
	} {
		if slices.ContainsFunc(r.rules, func(o Rule) bool { return o.Path == f.path }) {
			continue // a rule of its own
		}
		ok, err := r.src.exists(f.path)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := f.bump(r, Rule{Path: f.path}); err != nil {
			return err
		}
	}
	return nil
}

// moves says which packages get which version, and records the companions.
func (w *workspace) moves(r *run) ([]move, error) {
	var out []move
	bound := w.boundVersions(r.from)
	for _, c := range w.crates {
		v, err := parseVersion(c.version)
		switch {
		case c.version == "":
			continue
		case c.inherits || err == nil && v.compare(r.from) == 0:
			out = append(out, move{c, c.version, r.to.String()})
			continue
		case err != nil:
			return nil, at(c.manifest, c.at.Line, "%w", err)
		case !r.opts.Lockstep.takes(c, v, r.from, bound):
			continue
		}
		if r.to.major != r.from.major || r.to.minor != r.from.minor {
			return nil, at(c.manifest, c.at.Line, "%w: %q moves in step with %q, and %q is more than its next patch; set lockstep to none or bump it by hand",
				ErrRule, c.version, r.from.String(), r.to.String())
		}
		next := r.to
		next.major, next.minor, next.short = v.major, v.minor, false
		out = append(out, move{c, c.version, next.String()})
		r.companions = append(r.companions, Companion{Name: c.name, From: c.version, To: next.String()})
	}
	return out, nil
}

// takes tells whether a package that does not have the anchor's version moves with it. Every new
// package has the patch number 0: beside an anchor with that number it must also have one of the bound
// versions.
func (l Lockstep) takes(c *crate, v, anchor version, bound map[string]bool) bool {
	if l.None || c.inherits {
		return false
	}
	if len(l.Only) > 0 {
		return slices.ContainsFunc(l.Only, func(pattern string) bool {
			ok, err := path.Match(pattern, c.name)
			return ok && err == nil
		})
	}
	return c.publish && v.patch == anchor.patch && v.pre == anchor.pre && !v.short &&
		(anchor.patch != 0 || bound[c.version])
}

// boundVersions lists the versions of packages that a manifest of the workspace requires by that very
// version.
func (w *workspace) boundVersions(anchor version) map[string]bool {
	out := map[string]bool{}
	if anchor.patch != 0 {
		return out
	}
	w.requirements(func(_ string, d dependency, target *crate) {
		if _, base, ok := requirement(d.version.Text); ok && base == target.version {
			out[base] = true
		}
	})
	return out
}

// requirements visits each dependency with a version on a package of the workspace, by its path.
func (w *workspace) requirements(visit func(manifest string, d dependency, target *crate)) {
	of := func(manifest, dir string, doc *Document) {
		for d := range dependencies(doc, doc == w.doc) {
			dir, err := join(dir, d.path)
			if target := w.byDir[dir]; d.path != "" && err == nil && target != nil && d.version.Kind == String {
				visit(manifest, d, target)
			}
		}
	}
	for _, c := range w.crates {
		of(c.manifest, c.dir, c.doc)
	}
	if w.byDir[w.dir] == nil {
		of(w.manifest, w.dir, w.doc)
	}
}

// changes lists what moves mean for each manifest: package versions, the workspace's own, and the
// requirements that name exactly the old version of the package at their path.
func (w *workspace) changes(r *run, moves []move) map[string]map[int]string {
	out := map[string]map[int]string{}
	set := func(name string, v Value, text string) {
		if out[name] == nil {
			out[name] = map[int]string{}
		}
		out[name][v.Inner().Start] = text
	}
	byCrate := map[*crate]move{}
	for _, m := range moves {
		byCrate[m.crate] = m
		if !m.crate.inherits {
			set(m.crate.manifest, m.crate.at, m.new)
		}
	}
	if w.version.Kind == String {
		set(w.manifest, w.version, r.to.String())
	}
	w.requirements(func(name string, d dependency, target *crate) {
		m, ok := byCrate[target]
		if operator, base, single := requirement(d.version.Text); ok && single && base == m.old {
			set(name, d.version, operator+m.new)
		}
	})
	return out
}

// cargoAnchor reads the version of a workspace.
func cargoAnchor(src *source, rule Rule) (Anchor, error) {
	w, err := loadWorkspace(src, rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	v, err := w.anchor()
	if err != nil || v.Kind != String {
		return Anchor{}, err
	}
	a := Anchor{Path: w.manifest, Line: v.Line, Version: v.Text}
	for _, c := range w.crates {
		if c.at.doc == v.doc {
			a.Path = c.manifest
		}
	}
	return a, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
