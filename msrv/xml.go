package msrv

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// An element is an element of an XML file.
type element struct {
	name   string
	text   string // without blanks around, of an element without children
	span   document.Span
	kids   []*element
	parent *element
}

// maxElements and maxElementDepth bound an XML file.
const (
	maxElements     = 200_000
	maxElementDepth = 200
)

// parseXML reads an XML file.
func parseXML(f file) (*element, error) {
	data, skipped := f.text()
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 text
	root := &element{}
	at, depth := root, 0
	for n := 0; ; n++ {
		before := skipped + int(d.InputOffset())
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if n > maxElements || depth > maxElementDepth {
			return nil, fmt.Errorf("more than %d elements, or %d within each other", maxElements, maxElementDepth)
		}
		switch t := token.(type) {
		case xml.StartElement:
			e := &element{name: t.Name.Local, parent: at, span: document.Span{Start: skipped + int(d.InputOffset()), End: skipped + int(d.InputOffset())}}
			at.kids = append(at.kids, e)
			at = e
			depth++
		case xml.EndElement:
			if at.parent == nil {
				return nil, errors.New("an end without a beginning")
			}
			at = at.parent
			depth--
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); s != "" && at != root {
				raw := string(f.data[before : skipped+int(d.InputOffset())])
				at.text += s
				at.span = document.Span{Start: before + max(0, strings.Index(raw, s)), End: before + max(0, strings.Index(raw, s)) + len(s)}
			}
		}
	}
	if len(root.kids) == 0 {
		return nil, errors.New("has no element")
	}
	return root, nil
}

// walk visits all elements from the outermost.
func (e *element) walk(visit func(*element)) {
	for _, kid := range e.kids {
		visit(kid)
		kid.walk(visit)
	}
}

// under reports whether the elements around e are called so, from the nearest.
func (e *element) under(names ...string) bool {
	for _, name := range names {
		if e = e.parent; e == nil || e.name != name {
			return false
		}
	}
	return true
}

// child returns the text of the first child of a name.
func (e *element) child(name string) string {
	for _, kid := range e.kids {
		if kid.name == name {
			return kid.text
		}
	}
	return ""
}

var xmlVariable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\$[({]([\w.-]+)[)}]$`) })

// xmlPin records the pin that an element's text is; a property is looked up among those of the file.
func (r *reader) xmlPin(f file, root *element, p spec, e *element) {
	if e.text == "" {
		return
	}
	at := e
	for range maxNames {
		m := xmlVariable().FindStringSubmatch(at.text)
		if m == nil {
			break
		}
		var found []*element
		root.walk(func(k *element) {
			if k.name == m[1] && k != e {
				found = append(found, k)
			}
		})
		if len(found) != 1 {
			break
		}
		at = found[0]
	}
	if strings.Contains(at.text, "$(") || strings.Contains(at.text, "${") {
		r.problemOf(f, []byte(compact(e.text)), f.lineAt(e.span.Start), p, TroubleForm, errForm)
		return
	}
	r.value(f, p, at.text, at.span)
}

// pom reads what a Maven project asks of Java and of Maven.
func (r *reader) pom(f file) {
	root, err := parseXML(f)
	if err != nil {
		r.problem(f, 0, spec{}, TroubleSyntax, err)
		return
	}
	root.walk(func(e *element) {
		p := spec{key: e.name, eco: Java, role: RoleFloor, scheme: SchemeJava, many: true}
		switch {
		case e.under("properties") && javaKey().MatchString(e.name):
			if len(e.kids) > 0 || !javaName().MatchString(e.text) && xmlVariable().FindString(e.text) == "" {
				return
			}
		case e.name == "version" && e.under("requireJavaVersion"):
			p.key, p.scheme = "requireJavaVersion", SchemeJavaRange
		case e.name == "version" && e.under("requireMavenVersion") || e.name == "maven" && e.under("prerequisites"):
			p.key, p.eco, p.scheme = e.parent.name, Maven, SchemeLooseRange
		case (e.name == "release" || e.name == "source" || e.name == "target") && e.compiler():
			p.key = "maven-compiler-plugin." + e.name
		default:
			return
		}
		r.xmlPin(f, root, p, e)
	})
}

// compiler reports whether an element is in the configuration of Maven's compiler.
func (e *element) compiler() bool {
	for up := e.parent; up != nil; up = up.parent {
		if up.name == "plugin" {
			return strings.HasSuffix(up.child("artifactId"), "compiler-plugin")
		}
		if up.name != "configuration" && up.name != "execution" && up.name != "executions" {
			return false
		}
	}
	return false
}

// msbuild reads the frameworks and the language of a project of .NET.
func (r *reader) msbuild(f file) {
	root, err := parseXML(f)
	if err != nil {
		r.problem(f, 0, spec{}, TroubleSyntax, err)
		return
	}
	root.walk(func(e *element) {
		p := spec{key: e.name, eco: Dotnet, role: RoleFloor, scheme: SchemeFramework, many: true}
		switch {
		case len(e.kids) > 0 || !e.under("PropertyGroup"):
			return
		case strings.EqualFold(e.name, "TargetFramework") || strings.EqualFold(e.name, "TargetFrameworks"):
			p.key = "TargetFramework"
		case strings.EqualFold(e.name, "TargetFrameworkVersion"):
			p.eco, p.scheme = "netfx", SchemeLoose
		case strings.EqualFold(e.name, "LangVersion"):
			p.eco, p.role, p.scheme = "csharp", RoleSelector, SchemeTool
		default:
			return
		}
		r.xmlPin(f, root, p, e)
	})
}

// globalJSON reads which SDK a checkout of .NET is built with. Its JSON may have comments.
func (r *reader) globalJSON(f file) {
	src := scan(f, dialect{line: []string{"//"}, block: [2]string{"/*", "*/"}, quotes: `"`})
	plain := bytes.Clone(f.data)
	for i, b := range src.mask {
		if b == ' ' && plain[i] != ' ' {
			plain[i] = ' '
		}
	}
	doc, err := document.JSON(plain)
	if err != nil {
		r.syntax(f, err)
		return
	}
	v, ok := doc.Get("sdk", "version")
	if !ok {
		return
	}
	r.stringValue(f, spec{key: "sdk.version", eco: Dotnet + "-sdk", role: RoleSelector, scheme: SchemeLoose}, v)
	roll := spec{key: "sdk.rollForward", eco: "rollForward", role: RoleSelector, scheme: SchemeRollForward}
	if w, ok := doc.Get("sdk", "rollForward"); ok {
		r.stringValue(f, roll, w)
		return
	}
	r.value(f, roll, "latestPatch", document.Span{Start: v.Raw.Start, End: v.Raw.Start})
}
