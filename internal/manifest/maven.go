package manifest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// ErrModules says that the modules of a Maven project form no tree.
var ErrModules = errors.New("invalid maven modules")

// readXML lists the texts of a pom.xml's leaf elements, keyed by their path: "project/version",
// "project/dependencies/dependency#2/version". Texts with entities or CDATA have no span: they are never
// edited.
func readXML(data []byte) ([]entry, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	w := xmlWalk{data: data, counts: []map[string]int{{}}}
	for {
		start := int(dec.InputOffset())
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) && len(w.path) == 0 {
			return w.out, nil
		}
		if err != nil {
			return nil, &FileError{Line: lineOf(data, min(int(dec.InputOffset()), len(data))), Err: err}
		}
		if err := w.token(tok, Span{start, int(dec.InputOffset())}); err != nil {
			return nil, err
		}
	}
}

// xmlWalk follows the elements of an XML file.
type xmlWalk struct {
	data   []byte
	path   []string
	counts []map[string]int // per level: how often an element of a name came
	text   *entry           // the text of the element that is open, while it has no other content
	out    []entry
}

func (w *xmlWalk) token(tok xml.Token, s Span) error {
	switch t := tok.(type) {
	case xml.StartElement:
		if len(w.path) >= maxDepth || len(w.out) >= maxValues {
			return at("", lineOf(w.data, s.Start), "%w: elements", ErrTooDeep)
		}
		name := t.Name.Local
		counts := w.counts[len(w.counts)-1]
		counts[name]++
		if n := counts[name]; n > 1 {
			name = fmt.Sprintf("%s#%d", name, n)
		}
		w.path = append(w.path, name)
		w.counts = append(w.counts, map[string]int{})
		w.text = &entry{key: strings.Join(w.path, "/"), span: Span{-1, -1}}
	case xml.EndElement:
		if len(w.path) == 0 || strings.Split(w.path[len(w.path)-1], "#")[0] != t.Name.Local {
			return at("", lineOf(w.data, s.Start), "unexpected </%s>", t.Name.Local)
		}
		if w.text != nil {
			w.out = append(w.out, *w.text)
		}
		w.path, w.counts, w.text = w.path[:len(w.path)-1], w.counts[:len(w.counts)-1], nil
	case xml.CharData:
		if w.text != nil {
			w.chars(string(t), s)
		}
	}
	return nil
}

// chars takes the text of a leaf; its span leaves white space out.
func (w *xmlWalk) chars(text string, s Span) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return
	}
	if w.text.text != "" { // in several pieces, around a comment
		w.text.text, w.text.span = w.text.text+trimmed, Span{-1, -1}
		return
	}
	w.text.text = trimmed
	if raw := string(w.data[s.Start:s.End]); raw == text {
		start := s.Start + strings.Index(text, trimmed)
		w.text.span = Span{start, start + len(trimmed)}
	}
}

// A pom is one module of a Maven build.
type pom struct {
	path string
	data []byte
	list []entry
}

func readPom(src *source, name string) (*pom, error) {
	data, err := src.read(name)
	if err != nil {
		return nil, err
	}
	list, err := readXML(data)
	if err != nil {
		return nil, InFile(name, err)
	}
	return &pom{path: name, data: data, list: list}, nil
}

func (p *pom) get(key string) (entry, bool) {
	for _, e := range p.list {
		if e.key == key {
			return e, true
		}
	}
	return entry{}, false
}

// version returns where the project's version is written: its own element, or the property revision
// that it stands for. A version that is the parent's is none.
func (p *pom) version() (entry, bool) {
	v, ok := p.get("project/version")
	if ok && v.text == "${revision}" {
		return p.get("project/properties/revision")
	}
	return v, ok
}

func (p *pom) line(e entry) int { return lineOf(p.data, max(e.span.Start, 0)) }

func mavenAnchor(src *source, rule Rule) (Anchor, error) {
	p, err := readPom(src, rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	v, ok := p.version()
	if !ok {
		return Anchor{}, nil
	}
	if _, err := parseVersion(v.text); err != nil {
		return Anchor{}, at(p.path, p.line(v), "%w", err)
	}
	return Anchor{Path: p.path, Line: p.line(v), Version: v.text}, nil
}

// bumpMaven bumps a project, its modules, and the version of the parent where that is one of them.
func bumpMaven(r *run, rule Rule) error {
	poms, err := mavenModules(r.src, rule.Path)
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for _, p := range poms {
		if id, ok := p.get("project/artifactId"); ok {
			ours[id.text] = true
		}
	}
	for i, p := range poms {
		changes := map[int]string{}
		v, ok := p.version()
		if i == 0 && !ok {
			return at(p.path, 0, "%w: no version in the project", ErrRule)
		}
		text, same := r.respell(v.text)
		if ok && !same && i == 0 {
			return at(p.path, p.line(v), "%w: %q, not %q", ErrVersionMoved, v.text, r.from)
		}
		if ok && same {
			changes[v.span.Start] = text
		}
		for _, e := range p.list {
			if id, ok := p.get(strings.TrimSuffix(e.key, "version") + "artifactId"); ok && firstParty(e.key) && ours[id.text] {
				if text, same := r.respell(e.text); same {
					changes[e.span.Start] = text
				}
			}
		}
		if _, ok := changes[-1]; ok {
			return at(p.path, p.line(v), "%w: the version is written with entities or comments within", ErrRule)
		}
		if err := r.set(p.path, readXML, changes); err != nil {
			return err
		}
	}
	return nil
}

// firstParty tells whether a key is the version of a parent, a dependency or a plugin.
func firstParty(key string) bool {
	dir, leaf := path.Split(key)
	element, _, _ := strings.Cut(path.Base(dir), "#")
	return leaf == "version" && (element == "parent" || element == "dependency" || element == "plugin")
}

// mavenModules reads a project and the modules it names, each once.
func mavenModules(src *source, root string) ([]*pom, error) {
	var out []*pom
	queue := []string{root}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if slices.ContainsFunc(out, func(p *pom) bool { return p.path == name }) {
			return nil, at(name, 0, "%w: this module is reached twice", ErrModules)
		}
		if len(out) >= maxMembers {
			return nil, at(root, 0, "%w: over %d modules", ErrTooLarge, maxMembers)
		}
		p, err := readPom(src, name)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
		for _, e := range p.list {
			element, _, _ := strings.Cut(path.Base(e.key), "#")
			if path.Dir(e.key) != "project/modules" || element != "module" {
				continue
			}
			dir, err := join(path.Dir(name), e.text)
			if err != nil {
				return nil, at(name, p.line(e), "module: %w", err)
			}
			if path.Ext(dir) != ".xml" {
				dir = path.Join(dir, "pom.xml")
			}
			queue = append(queue, dir)
		}
	}
	return out, nil
}
