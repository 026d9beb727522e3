package manifest

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// A Go file holds the version in a string constant or variable called Version, or as the rule's pattern
// says.

// readGoStrings lists the string literals that package-level constants and variables are set to.
func readGoStrings(data []byte) ([]entry, error) {
	if len(data) > maxText {
		return nil, at("", 0, "%w: %d bytes, at most %d are read", ErrTooLarge, len(data), maxText)
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", data, parser.SkipObjectResolution)
	if err != nil {
		if list, ok := errors.AsType[scanner.ErrorList](err); ok && len(list) > 0 {
			return nil, at("", list[0].Pos.Line, "%s", list[0].Msg)
		}
		return nil, err
	}
	var out []entry
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range gen.Specs {
			spec, ok := s.(*ast.ValueSpec)
			if !ok || len(spec.Names) != len(spec.Values) {
				continue
			}
			for i, v := range spec.Values {
				lit, ok := v.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					continue
				}
				start := set.PositionFor(lit.Pos(), false).Offset
				text, err := strconv.Unquote(lit.Value)
				if err != nil || len(text) != len(lit.Value)-2 {
					continue // with escapes: not a version
				}
				out = append(out, entry{key: spec.Names[i].Name, text: text, span: Span{start + 1, start + 1 + len(text)}})
			}
		}
	}
	return out, nil
}

func goName(rule Rule) func(entry) bool {
	return func(e entry) bool {
		return e.key == rule.Pattern || rule.Pattern == "" && strings.EqualFold(e.key, "version")
	}
}

func goConstAnchor(src *source, rule Rule) (Anchor, error) {
	return namedAnchor(src, rule, readGoStrings, goName(rule))
}

func bumpGoConst(r *run, rule Rule) error { return r.bumpNamed(rule, readGoStrings, goName(rule)) }
