package manifest

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// A Go file holds the version in a string constant or variable called Version, or as the rule's pattern
// says.

// readGoStrings lists the string literals that package-level constants and variables are set to.
func readGoStrings(data []byte) ([]document.Entry, error) {
	if len(data) > document.MaxText {
		return nil, document.At("", 0, "%w: %d bytes, at most %d are read", document.ErrTooLarge, len(data), document.MaxText)
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", data, parser.SkipObjectResolution)
	if err != nil {
		if list, ok := errors.AsType[scanner.ErrorList](err); ok && len(list) > 0 {
			return nil, document.At("", list[0].Pos.Line, "%s", list[0].Msg)
		}
		return nil, err
	}
	var out []document.Entry
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
				out = append(out, document.Entry{Key: spec.Names[i].Name, Text: text, Span: document.Span{Start: start + 1, End: start + 1 + len(text)}})
			}
		}
	}
	return out, nil
}

func goName(rule Rule) func(document.Entry) bool {
	return func(e document.Entry) bool {
		return e.Key == rule.Pattern || rule.Pattern == "" && strings.EqualFold(e.Key, "version")
	}
}
