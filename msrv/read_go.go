package msrv

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/git-backport/git-backport/internal/document"
)

// goMod reads the go and toolchain directives of a go.mod.
func (r *reader) goMod(f file) {
	parsed, err := modfile.ParseLax(f.path, f.data, nil)
	if err != nil {
		r.goSyntax(f, err)
		return
	}
	r.goDirectives(f, parsed.Syntax)
}

// goWork reads the directives of a go.work, and checks that its go is not below that of a module it uses.
func (r *reader) goWork(f file) {
	parsed, err := modfile.ParseWork(f.path, f.data, nil)
	if err != nil {
		r.goSyntax(f, err)
		return
	}
	r.goDirectives(f, parsed.Syntax)
	if parsed.Go == nil {
		return
	}
	own, err := ParseVersion(SchemeGo, parsed.Go.Version)
	if err != nil {
		return // told by goDirectives
	}
	for _, use := range parsed.Use {
		p := path.Join(path.Dir(f.path), strings.ReplaceAll(use.Path, `\`, "/"), "go.mod")
		member, problem, there := load(r.tree, p, maxFile)
		if !there || problem != nil {
			continue // outside the tree, or told where that file is read
		}
		mod, err := modfile.ParseLax(p, member.data, nil)
		if err != nil || mod.Go == nil {
			continue
		}
		if v, err := ParseVersion(SchemeGo, mod.Go.Version); err == nil && change(own, v) == Raised {
			r.problem(f, parsed.Go.Syntax.Start.Line, spec{key: "go", role: RoleFloor}, TroubleContradictory,
				fmt.Errorf("%s here, but %s:%d needs %s", own, p, mod.Go.Syntax.Start.Line, v))
		}
	}
}

// goDirectives reads go and toolchain as they are written, one at most of each.
func (r *reader) goDirectives(f file, syntax *modfile.FileSyntax) {
	for _, stmt := range syntax.Stmt {
		line, ok := stmt.(*modfile.Line)
		if !ok || len(line.Token) == 0 {
			continue
		}
		var s spec
		switch line.Token[0] {
		case "go":
			s = spec{key: "go", eco: Go, role: RoleFloor, scheme: SchemeGo}
		case "toolchain":
			s = spec{key: "toolchain", eco: Go, role: RoleSelector, scheme: SchemeToolchain}
		default:
			continue
		}
		if len(line.Token) != 2 {
			r.problem(f, line.Start.Line, s, TroubleSyntax, fmt.Errorf("want one argument, have %d", len(line.Token)-1))
			continue
		}
		if _, again := r.keys[s.key]; again {
			r.problem(f, line.Start.Line, s, TroubleAmbiguous, errors.New("a second directive of this kind"))
			continue
		}
		raw := string(f.data[line.Start.Byte:line.End.Byte]) // modfile has a lax idea of "1.23.x"
		value := strings.Trim(raw[len(s.key):], " \t\r")
		at := line.Start.Byte + strings.LastIndex(raw, value)
		r.pin(f, s, document.Span{Start: at, End: at + len(value)})
	}
}

// goSyntax records the first of modfile's errors.
func (r *reader) goSyntax(f file, err error) {
	line, trouble := 0, TroubleSyntax
	if list, ok := errors.AsType[modfile.ErrorList](err); ok && len(list) > 0 {
		line, err = list[0].Pos.Line, list[0].Err
	}
	if strings.Contains(err.Error(), "repeated") {
		trouble = TroubleAmbiguous
	}
	r.problem(f, line, spec{}, trouble, err)
}
