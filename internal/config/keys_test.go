package config

import (
	"fmt"
	"strings"
)

// documentedKeys returns the documented keys of the file with their descriptions, in the order of the schema:
// "repo.branch", "class.NAME.match.divisible_by", "branch[].end".
func documentedKeys() [][2]string {
	var out [][2]string
	walk(root(), "", func(path string, s shape) {
		out = append(out, [2]string{path, describeShape(s)})
	})
	return out
}

func walk(s shape, path string, visit func(string, shape)) {
	if path != "" {
		visit(path, s)
	}
	at := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	switch s.form {
	case formTable:
		for _, k := range s.keys {
			walk(k.shape, at(k.name), visit)
		}
		if s.tail != nil {
			walk(*s.tail, at("PHASE_until"), visit)
		}
		if s.free != nil {
			walk(*s.free, at("NAME"), visit)
		}
	case formArray:
		if s.item.form == formTable {
			walk(*s.item, path+"[]", visit)
		}
	case formString, formInt, formFloat, formBool, formDate, formTime:
	}
}

func describeShape(s shape) string {
	if len(s.enum) > 0 {
		return strings.TrimSpace(s.doc + " One of " + strings.Join(s.enum, ", ") + ".")
	}
	if s.read != "" {
		return strings.TrimSpace(fmt.Sprintf("%s (%s)", s.doc, s.read))
	}
	return s.doc
}
