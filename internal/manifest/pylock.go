package manifest

import (
	"path"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// bumpUvLock sets, in a uv.lock, the versions of our projects, and what they require of each other.
func (r *run) bumpUvLock(lock string, members []*pyproject, ours map[string]bool) error {
	doc, err := r.src.TOML(lock)
	if err != nil {
		return err
	}
	dirs := map[string]bool{}
	for _, p := range members {
		dirs[p.dir] = true
	}
	changes := map[int]string{}
	packages, _ := doc.Get("package")
	for _, p := range packages.Items() {
		name, _ := p.Get("name")
		if !uvLocal(p, path.Dir(lock), dirs) {
			continue
		}
		r.uvRequires(p, ours, changes)
		v, ok := p.Get("version") // without one it is found out when the project is built
		if !ok || !ours[plainName(name.Text)] {
			continue
		}
		text, same := r.respell(v.Text)
		if !same {
			return document.At(lock, v.Line, "%w: %s is %q here and %q in pyproject.toml", ErrLock, name.Text, v.Text, r.from)
		}
		changes[v.Inner().Start] = text
	}
	return r.set(lock, document.ReadTOML, changes)
}

// uvLocal reports whether an entry of a uv.lock is a project of ours, by the directory that is its source.
func uvLocal(p document.Value, dir string, dirs map[string]bool) bool {
	for _, kind := range []string{"editable", "virtual", "directory"} {
		if v, ok := p.Get("source", kind); ok {
			at, err := document.Join(dir, v.Text)
			return err == nil && dirs[at]
		}
	}
	return false
}

// uvRequires adds the specifiers of an entry's metadata that name the old version of one of ours.
func (r *run) uvRequires(p document.Value, ours map[string]bool, changes map[int]string) {
	metadata, _ := p.Get("metadata")
	list, _ := metadata.Get("requires-dist")
	lists := []document.Value{list}
	dev, _ := metadata.Get("requires-dev")
	for _, l := range dev.Members() {
		lists = append(lists, l)
	}
	for _, l := range lists {
		for _, req := range l.Items() {
			name, _ := req.Get("name")
			v, ok := req.Get("specifier")
			base := strings.TrimLeft(v.Text, "=~> ")
			if next, same := r.respell(base); ok && same && ours[plainName(name.Text)] {
				changes[v.Inner().Start] = strings.TrimSuffix(v.Text, base) + next
			}
		}
	}
}

// bumpPoetryLock sets, in a poetry.lock, the versions of our projects that it takes from a directory, and what
// they require of each other.
func (r *run) bumpPoetryLock(lock string, ours map[string]bool) error {
	doc, err := r.src.TOML(lock)
	if err != nil {
		return err
	}
	changes := map[int]string{}
	packages, _ := doc.Get("package")
	for _, p := range packages.Items() {
		kind, _ := p.Get("source", "type")
		name, _ := p.Get("name")
		v, ok := p.Get("version")
		if kind.Text != "directory" || !ok || !ours[plainName(name.Text)] {
			continue
		}
		text, same := r.respell(v.Text)
		if !same {
			return document.At(lock, v.Line, "%w: %s is %q here, not %q", ErrLock, name.Text, v.Text, r.from)
		}
		changes[v.Inner().Start] = text
		needs, _ := p.Get("dependencies")
		for name, req := range needs.Members() {
			if inner, ok := req.Get("version"); ok {
				req = inner
			}
			if next, ok := r.respellRange(req.Text); ok && ours[plainName(name)] && req.Kind == document.String {
				changes[req.Inner().Start] = next
			}
		}
	}
	return r.set(lock, document.ReadTOML, changes)
}
