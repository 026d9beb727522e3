package msrv

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// pyproject reads project.requires-python and Poetry's python.
func (r *reader) pyproject(f file) {
	doc, err := document.TOML(f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	if v, ok := doc.Get("project", "requires-python"); ok {
		r.stringValue(f, spec{key: "project.requires-python", eco: Python, role: RoleFloor, scheme: SchemePEP440}, v)
	}
	if v, ok := doc.Get("tool", "poetry", "dependencies", "python"); ok {
		if version, ok := v.Get("version"); ok && v.Kind == document.Table {
			v = version
		}
		r.stringValue(f, spec{key: "tool.poetry.dependencies.python", eco: Python, role: RoleFloor, scheme: SchemePoetry}, v)
	}
}

// setupCfg reads options.python_requires, in both its spellings. The value may go on in indented lines.
func (r *reader) setupCfg(f file) {
	data, at := f.text()
	section, open := "", -1
	s := spec{key: "options.python_requires", eco: Python, role: RoleFloor, scheme: SchemePEP440}
	var span document.Span
	flush := func() {
		if open >= 0 {
			value := strings.Join(strings.Fields(string(f.data[span.Start:span.End])), " ")
			r.value(f, s, value, span)
		}
		open = -1
	}
	for line := range strings.Lines(string(data)) {
		start := at
		at += len(line)
		trimmed := strings.TrimSpace(line)
		indented := line[0] == ' ' || line[0] == '\t'
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
			continue
		case indented && open >= 0:
			if span.Start == span.End {
				span.Start = start + strings.Index(line, trimmed)
			}
			span.End = start + strings.Index(line, trimmed) + len(trimmed)
			continue
		case indented:
			continue
		}
		flush()
		if trimmed[0] == '[' {
			section, _, _ = strings.Cut(trimmed[1:], "]")
			continue
		}
		key, value, ok := cutAny(line, "=:")
		key = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(key)), "-", "_")
		if !ok || section != "options" || key != "python_requires" {
			continue
		}
		value = strings.TrimSpace(value)
		from := start + strings.IndexAny(line, "=:") + 1
		if value != "" {
			from = start + strings.IndexAny(line, "=:") + 1 + strings.Index(line[strings.IndexAny(line, "=:")+1:], value)
		}
		open, span = from, document.Span{Start: from, End: from + len(value)}
	}
	flush()
}

// cutAny cuts s at the first of the bytes in seps.
func cutAny(s, seps string) (before, after string, found bool) {
	i := strings.IndexAny(s, seps)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// toolEcosystem returns what a version manager's name for a tool stands for.
func toolEcosystem(name string) Ecosystem {
	name = strings.TrimPrefix(name, "core:")
	switch name {
	case "golang":
		return Go
	case "nodejs":
		return Node
	case "dotnet-core":
		return Dotnet
	}
	return Ecosystem(name)
}

// mise reads the [tools] of a mise.toml. Tools of other backends ("npm:prettier") are no toolchains.
func (r *reader) mise(f file) {
	doc, err := document.TOML(f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	tools, _ := doc.Get("tools")
	for name, v := range tools.Members() {
		if strings.Contains(strings.TrimPrefix(name, "core:"), ":") {
			continue
		}
		s := spec{key: "tools." + name, eco: toolEcosystem(name), role: RoleSelector, scheme: SchemeTool}
		switch v.Kind {
		case document.Array:
			for i, item := range v.Items() {
				if i > 0 {
					s.key = fmt.Sprintf("tools.%s[%d]", name, i)
				}
				r.miseTool(f, s, item)
			}
		default:
			r.miseTool(f, s, v)
		}
	}
}

func (r *reader) miseTool(f file, s spec, v document.Value) {
	if v.Kind == document.Table {
		version, ok := v.Get("version")
		if !ok {
			return
		}
		v = version
	}
	r.stringValue(f, s, v)
}

// pipfile reads the interpreter that a Pipfile asks for.
func (r *reader) pipfile(f file) {
	doc, err := document.TOML(f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	for _, key := range []string{"python_version", "python_full_version"} {
		if v, ok := doc.Get("requires", key); ok {
			r.stringValue(f, spec{key: "requires." + key, eco: Python, role: RoleSelector, scheme: SchemeTool}, v)
		}
	}
}
