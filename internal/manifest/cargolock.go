package manifest

import (
	"errors"
	"path"

	"github.com/git-backport/git-backport/internal/cargo"
	"github.com/git-backport/git-backport/internal/document"
)

// ErrLock says that a lock file does not fit its manifests: bring it up to date first.
var ErrLock = errors.New("the lock file disagrees with the manifests")

// bumpCargoLock sets the versions of the moved packages in a Cargo.lock: in their own entries, those
// without a source, and where a dependency is listed as "name version".
func bumpCargoLock(r *run, rule Rule) error {
	doc, err := r.src.TOML(rule.Path)
	if err != nil {
		return err
	}
	moved := map[string]move{}
	for _, m := range r.moved {
		moved[m.crate.Name+" "+m.old] = m
	}
	changes := map[int]string{}
	found := map[string]bool{}
	other := map[string]document.Value{} // packages of the tree by name, whatever their version
	packages, _ := doc.Get("package")
	for _, p := range packages.Items() {
		name, _ := p.Get("name")
		version, ok := p.Get("version")
		if _, foreign := p.Get("source"); ok && !foreign {
			key := name.Text + " " + version.Text
			other[name.Text] = version
			if m, ok := moved[key]; ok {
				found[key] = true
				changes[version.Inner().Start] = m.new
			}
		}
		list, _ := p.Get("dependencies")
		for _, dep := range list.Items() {
			if m, ok := moved[dep.Text]; ok {
				changes[dep.Inner().Start] = m.crate.Name + " " + m.new
			}
		}
	}
	if err := r.lockAgrees(rule.Path, found, other); err != nil {
		return err
	}
	return r.set(rule.Path, document.ReadTOML, changes)
}

// lockAgrees checks that a lock holds the packages of its workspace as the manifests have them.
func (r *run) lockAgrees(lock string, found map[string]bool, other map[string]document.Value) error {
	for _, m := range r.moved {
		v, listed := other[m.crate.Name]
		switch {
		case found[m.crate.Name+" "+m.old]:
		case listed:
			return document.At(lock, v.Line, "%w: %s is %q here and %q in %s", ErrLock, m.crate.Name, v.Text, m.old, m.crate.Manifest)
		case r.ownLock(lock, m.crate):
			return document.At(lock, 0, "%w: no entry for %s", ErrLock, m.crate)
		}
	}
	return nil
}

// ownLock reports whether a lock file is that of a crate's workspace.
func (r *run) ownLock(lock string, c *cargo.Crate) bool {
	for _, w := range r.workspaces {
		if w.ByDir[c.Dir] == c && path.Dir(lock) == w.Dir {
			return true
		}
	}
	return false
}
