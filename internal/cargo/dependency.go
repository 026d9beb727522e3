package cargo

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// Requirements visits each dependency with a version on a package of the workspace, by its path.
func (w *Workspace) Requirements(visit func(manifest string, d Dependency, target *Crate)) {
	w.Outer(w, visit)
}

// A Dependency is one entry of a dependency table.
type Dependency struct {
	Key       string         // the name within the manifest; the package may be called otherwise
	Path      string         // as written; empty when there is none
	Inherited bool           // workspace = true
	Version   document.Value // where the requirement is written, if it is
}

// dependencies ranges over the dependencies of all tables of a manifest; those of [workspace] are
// included when asked for.
func dependencies(doc *document.Document, ofWorkspace bool) func(yield func(Dependency) bool) {
	return func(yield func(Dependency) bool) {
		tables := dependencyTables(doc.Root())
		targets, _ := doc.Get("target")
		for _, target := range targets.Members() {
			tables = append(tables, dependencyTables(target)...)
		}
		if v, ok := doc.Get("workspace", "dependencies"); ok && ofWorkspace {
			tables = append(tables, v)
		}
		for _, table := range tables {
			for key, v := range table.Members() {
				if !yield(newDependency(key, v)) {
					return
				}
			}
		}
	}
}

func dependencyTables(v document.Value) []document.Value {
	var out []document.Value
	for _, name := range []string{"dependencies", "dev-dependencies", "dev_dependencies", "build-dependencies", "build_dependencies"} {
		if t, ok := v.Get(name); ok {
			out = append(out, t)
		}
	}
	return out
}

func newDependency(key string, v document.Value) Dependency {
	d := Dependency{Key: key}
	if p, ok := v.Get("path"); ok && p.Kind == document.String {
		d.Path = p.Text
	}
	if from, ok := v.Get("workspace"); ok {
		d.Inherited = from.Text == "true"
	}
	if req, ok := v.Get("version"); ok && req.Kind == document.String {
		d.Version = req
	}
	return d
}

// Requirement splits "=1.2.3" into its operator and its version. ok is false for what names no single
// version: "*", "1", ">=1, <2".
func Requirement(s string) (operator, base string, ok bool) {
	base = strings.TrimLeft(s, "=^~ ")
	operator = s[:len(s)-len(base)]
	_, err := version.Parse(base)
	return operator, base, err == nil && strings.Count(operator, "=")+strings.Count(operator, "^")+strings.Count(operator, "~") <= 1
}

func (c *Crate) String() string { return fmt.Sprintf("%s %s (%s)", c.Name, c.Version, c.Manifest) }
