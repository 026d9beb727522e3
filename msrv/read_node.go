package msrv

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// packageJSON reads engines, packageManager, volta and devEngines.
func (r *reader) packageJSON(f file) {
	doc, err := document.JSON(f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	if doc.Root().Kind != document.Table {
		r.problem(f, 1, spec{}, TroubleSyntax, fmt.Errorf("want an object, have a %v", doc.Root().Kind))
		return
	}
	r.nodeTable(f, doc, "engines", RoleFloor, SchemeRange)
	r.nodeTable(f, doc, "volta", RoleSelector, SchemeTool)
	if v, ok := doc.Get("packageManager"); ok {
		r.packageManager(f, v)
	}
	for _, group := range []string{"runtime", "packageManager"} {
		if v, ok := doc.Get("devEngines", group); ok {
			r.devEngine(f, "devEngines."+group, v)
		}
	}
}

// nodeTable reads an object of tool names and versions. engines as a list is npm's oldest form; nothing
// reads it any more.
func (r *reader) nodeTable(f file, doc *document.Document, table string, role Role, scheme Scheme) {
	v, ok := doc.Get(table)
	if !ok || v.Kind == document.Null || v.Kind == document.Array {
		return
	}
	if v.Kind != document.Table {
		r.problem(f, v.Line, spec{key: table, role: role}, TroubleValue, fmt.Errorf("want an object, have a %v", v.Kind))
		return
	}
	for name, entry := range v.Members() {
		s := spec{key: table + "." + name, eco: Ecosystem(name), role: role, scheme: scheme}
		if name == "extends" {
			s.scheme = SchemeText
		}
		r.stringValue(f, s, entry)
	}
}

// packageManager reads name@version+hash; the hash is left out of the comparison.
func (r *reader) packageManager(f file, v document.Value) {
	s := spec{key: "packageManager", role: RoleSelector, scheme: SchemeSemver}
	name, version, ok := strings.Cut(v.Text, "@")
	if v.Kind != document.String || !ok || name == "" {
		r.problem(f, v.Line, s, TroubleValue, fmt.Errorf("%q: want name@version", clip(v.Text)))
		return
	}
	s.eco = Ecosystem(name)
	if strings.Contains(version, "://") {
		s.scheme = SchemeText
	}
	span := v.Inner()
	if string(f.data[span.Start:span.End]) == v.Text {
		span.Start += len(name) + 1
	}
	r.value(f, s, version, span)
}

// devEngine reads one entry {name, version} of devEngines, or a list of them.
func (r *reader) devEngine(f file, key string, v document.Value) {
	if v.Kind == document.Array {
		for _, item := range v.Items() {
			if item.Kind != document.Array {
				r.devEngine(f, key, item)
			}
		}
		return
	}
	name, ok := v.Get("name")
	if !ok || name.Kind != document.String {
		r.problem(f, v.Line, spec{key: key, role: RoleSelector}, TroubleValue, fmt.Errorf("has no name"))
		return
	}
	if version, ok := v.Get("version"); ok {
		r.stringValue(f, spec{key: key + "." + name.Text, eco: Ecosystem(name.Text), role: RoleSelector, scheme: SchemeRange}, version)
	}
}
