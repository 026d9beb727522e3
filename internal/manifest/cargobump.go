package manifest

import (
	"errors"
	"path"
	"slices"

	"github.com/git-backport/git-backport/internal/cargo"
	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// bumpCargo bumps the packages of a workspace, the requirements on them within the workspace, and the
// lock files beside its root.
func bumpCargo(r *run, rule Rule) error {
	w, err := cargo.Load(r.src, rule.Path)
	if err != nil {
		return err
	}
	v, err := cargoVersion(w, rule)
	if err != nil {
		return err
	}
	if v.Kind != document.String {
		return document.At(rule.Path, 0, "%w: no version in the workspace", ErrNone)
	}
	if err := r.holds(w.Manifest, v.Line, v.Text); err != nil {
		return err
	}
	moves, err := r.cargoMoves(w, rule)
	if err != nil {
		return err
	}
	r.workspaces = append(r.workspaces, w)
	r.moved = append(r.moved, moves...)
	changes := r.cargoChanges(w, moves)
	for _, name := range sortedKeys(changes) {
		if err := r.set(name, document.ReadTOML, changes[name]); err != nil {
			return err
		}
	}
	if err := r.cargoNested(w, moves); err != nil {
		return err
	}
	return r.cargoLocks(w)
}

// cargoNested bumps what the workspaces within a workspace's directory, which are not of it, require of the
// packages that moved, and their lock files.
func (r *run) cargoNested(w *cargo.Workspace, moves []move) error {
	names, err := w.Nested()
	if err != nil {
		return err
	}
	for _, name := range names {
		err := r.follow(name, func(string) error {
			nested, err := cargo.Load(r.src, name)
			if err != nil {
				return err
			}
			changes := map[string]map[int]string{}
			nested.Outer(w, func(file string, d cargo.Dependency, target *cargo.Crate) {
				i := slices.IndexFunc(moves, func(m move) bool { return m.crate.Dir == target.Dir })
				operator, base, single := cargo.Requirement(d.Version.Text)
				if i < 0 || !single || base != moves[i].old {
					return
				}
				if changes[file] == nil {
					changes[file] = map[int]string{}
				}
				changes[file][d.Version.Inner().Start] = operator + moves[i].new
			})
			for _, file := range sortedKeys(changes) {
				if err := r.set(file, document.ReadTOML, changes[file]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		lock := beside(name, "Cargo.lock")
		if err := r.follow(lock, func(string) error { return bumpCargoLock(r, Rule{Path: lock}) }); err != nil {
			return err
		}
	}
	return nil
}

// cargoRoots makes one rule of those that name packages of one workspace: a rule for its root, which knows the
// packages that were named.
func cargoRoots(src *document.Source, rules []Rule) ([]Rule, error) {
	var out []Rule
	for _, rule := range rules {
		if rule.Type != "cargo" {
			out = append(out, rule)
			continue
		}
		root, err := cargo.Root(src, rule.Path)
		if errors.Is(err, document.ErrRead) {
			return nil, err
		}
		if err != nil || root == rule.Path { // what is wrong with it is said when it is bumped
			root = rule.Path
		} else {
			rule.members = []string{path.Dir(rule.Path)}
		}
		i := slices.IndexFunc(out, func(o Rule) bool { return o.Type == "cargo" && o.Path == root })
		switch {
		case i < 0:
			rule.Path = root
			out = append(out, rule)
		case rule.members == nil || out[i].members == nil:
			out[i].members = nil
		default:
			out[i].members = append(out[i].members, rule.members...)
		}
	}
	return out, nil
}

// cargoVersion returns the version of the first package that the rules name, or of the whole workspace.
func cargoVersion(w *cargo.Workspace, rule Rule) (document.Value, error) {
	for _, dir := range rule.members {
		c := w.ByDir[dir]
		switch {
		case c == nil || c.Version == "":
		case c.Inherits:
			return w.Version, nil
		default:
			return c.At, nil
		}
	}
	if rule.members != nil {
		return document.Value{}, nil
	}
	return w.Anchor()
}

// cargoLocks bumps Cargo.lock and cargo-vet's records where they are.
func (r *run) cargoLocks(w *cargo.Workspace) error {
	for _, f := range []struct {
		path string
		bump func(*run, Rule) error
	}{
		{beside(w.Manifest, "Cargo.lock"), bumpCargoLock},
		{beside(w.Manifest, "supply-chain/imports.lock"), bumpCargoVet},
	} {
		if slices.ContainsFunc(r.rules, func(o Rule) bool { return o.Path == f.path }) {
			continue // a rule of its own
		}
		if err := r.follow(f.path, func(lock string) error { return f.bump(r, Rule{Path: lock}) }); err != nil {
			return err
		}
	}
	return nil
}

// cargoMoves says which packages get which version, and records the companions.
func (r *run) cargoMoves(w *cargo.Workspace, rule Rule) ([]move, error) {
	var out []move
	bound := boundVersions(w, r.from)
	for _, c := range w.Crates {
		v, err := version.Parse(c.Version)
		switch {
		case c.Version == "":
			continue
		case err == nil && v.Compare(r.from) == 0:
			out = append(out, move{c, c.Version, r.to.String()})
			continue
		case err != nil:
			return nil, document.At(c.Manifest, c.At.Line, "%w", err)
		case rule.members != nil || !r.opts.Lockstep.takes(c, v, r.from, bound):
			continue
		}
		if r.to.Major != r.from.Major || r.to.Minor != r.from.Minor {
			return nil, document.At(c.Manifest, c.At.Line, "%w: %q moves in step with %q, and %q is more than its next patch; set lockstep to none or bump it by hand",
				ErrRule, c.Version, r.from.String(), r.to.String())
		}
		next := v.WithPatch(r.to)
		out = append(out, move{c, c.Version, next.String()})
		r.companions = append(r.companions, Companion{Name: c.Name, From: c.Version, To: next.String()})
	}
	return out, nil
}

// takes reports whether a package that does not have the anchor's version moves with it. Every new
// package has the patch number 0: beside an anchor with that number it must also have one of the bound
// versions.
func (l Lockstep) takes(c *cargo.Crate, v, anchor version.Version, bound map[string]bool) bool {
	if l.None || c.Inherits {
		return false
	}
	if len(l.Only) > 0 {
		return slices.ContainsFunc(l.Only, func(pattern string) bool {
			ok, err := path.Match(pattern, c.Name)
			return ok && err == nil
		})
	}
	return c.Publish && v.Patch == anchor.Patch && v.Pre == anchor.Pre && !v.Short() &&
		(anchor.Patch != 0 || bound[c.Version])
}

// boundVersions lists the versions of packages that a manifest of the workspace requires by that very
// version.
func boundVersions(w *cargo.Workspace, anchor version.Version) map[string]bool {
	out := map[string]bool{}
	if anchor.Patch != 0 {
		return out
	}
	w.Requirements(func(_ string, d cargo.Dependency, target *cargo.Crate) {
		if _, base, ok := cargo.Requirement(d.Version.Text); ok && base == target.Version {
			out[base] = true
		}
	})
	return out
}

// cargoChanges lists what moves mean for each manifest: package versions, the workspace's own, and the
// requirements that name exactly the old version of the package at their path.
func (r *run) cargoChanges(w *cargo.Workspace, moves []move) map[string]map[int]string {
	out := map[string]map[int]string{}
	set := func(name string, v document.Value, text string) {
		if out[name] == nil {
			out[name] = map[int]string{}
		}
		out[name][v.Inner().Start] = text
	}
	byCrate := map[*cargo.Crate]move{}
	for _, m := range moves {
		byCrate[m.crate] = m
		if !m.crate.Inherits {
			set(m.crate.Manifest, m.crate.At, m.new)
		}
	}
	if text, ok := r.respell(w.Version.Text); ok {
		set(w.Manifest, w.Version, text)
	}
	w.Requirements(func(name string, d cargo.Dependency, target *cargo.Crate) {
		m, ok := byCrate[target]
		if operator, base, single := cargo.Requirement(d.Version.Text); ok && single && base == m.old {
			set(name, d.Version, operator+m.new)
		}
	})
	return out
}

// cargoAnchor reads the version of a workspace.
func cargoAnchor(src *document.Source, rule Rule) (Anchor, error) {
	w, err := cargo.Load(src, rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	v, err := cargoVersion(w, rule)
	if err != nil || v.Kind != document.String {
		return Anchor{}, err
	}
	a := Anchor{Path: w.Manifest, Line: v.Line, Version: v.Text}
	for _, c := range w.Crates {
		if v.Of(c.Doc) {
			a.Path = c.Manifest
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
