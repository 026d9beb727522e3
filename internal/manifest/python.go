package manifest

import (
	"regexp"
	"strings"
	"sync"
)

var (
	pythonAssign = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^(?P<k>[A-Za-z_]\w*)[ \t]*(?::[ \t]*[\w.\[\]]+[ \t]*)?=[ \t]*(?:"(?P<v>[^"\\\r\n]*)"|'(?P<v>[^'\\\r\n]*)')[ \t]*(?:#.*)?\r?$`)
	})
	pythonName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[-_.]+`) })
)

func readAssignments(data []byte) ([]entry, error) { return matches(pythonAssign())(data) }

func assigned(rule Rule) func(entry) bool {
	return func(e entry) bool {
		return e.key == rule.Pattern || rule.Pattern == "" && e.key == "__version__"
	}
}

// A Python module holds its version in __version__ = "1.2.3", or in the variable the rule's pattern names.

func pythonAnchor(src *source, rule Rule) (Anchor, error) {
	return namedAnchor(src, rule, readAssignments, assigned(rule))
}

func bumpPython(r *run, rule Rule) error { return r.bumpNamed(rule, readAssignments, assigned(rule)) }

// pyprojectVersions are the places of a pyproject.toml that hold the version, as the keys of a reading.
func pyprojectVersions(e entry) bool {
	return e.key == `/"project"/"version"` || e.key == `/"tool"/"poetry"/"version"`
}

func pyprojectAnchor(src *source, rule Rule) (Anchor, error) {
	return namedAnchor(src, rule, readTOML, pyprojectVersions)
}

// bumpPyproject bumps a pyproject.toml, and the entry of the project itself in a uv.lock beside it.
func bumpPyproject(r *run, rule Rule) error {
	doc, err := r.src.toml(rule.Path)
	if err != nil {
		return err
	}
	if err := r.bumpNamed(rule, readTOML, pyprojectVersions); err != nil {
		return err
	}
	name, ok := doc.Get("project", "name")
	lock := beside(rule.Path, "uv.lock")
	found, err := r.src.exists(lock)
	if err != nil || !found || !ok {
		return err
	}
	return r.bumpUvLock(lock, name.Text)
}

// bumpUvLock sets the version of the one package of a uv.lock that is the project.
func (r *run) bumpUvLock(lock, name string) error {
	doc, err := r.src.toml(lock)
	if err != nil {
		return err
	}
	packages, _ := doc.Get("package")
	for _, p := range packages.Items() {
		editable, _ := p.Get("source", "editable")
		virtual, _ := p.Get("source", "virtual")
		has, _ := p.Get("name")
		v, ok := p.Get("version")
		if editable.Text != "." && virtual.Text != "." || !ok || plainName(has.Text) != plainName(name) {
			continue
		}
		text, ok := r.respell(v.Text)
		if !ok {
			return at(lock, v.Line, "%w: %s is %q here and %q in pyproject.toml", ErrLock, name, v.Text, r.from)
		}
		return r.set(lock, readTOML, map[int]string{v.Inner().Start: text})
	}
	return nil // the version is found out when the project is built
}

// plainName spells a distribution's name as Python compares it.
func plainName(s string) string { return strings.ToLower(pythonName().ReplaceAllString(s, "-")) }
