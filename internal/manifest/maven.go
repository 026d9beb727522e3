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

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// ErrModules says that the modules of a Maven project form no tree.
var ErrModules = errors.New("invalid maven modules")

// readXML lists the texts of a pom.xml's leaf elements, keyed by their path: "project/version",
// "project/dependencies/dependency#2/version". Texts with entities or CDATA have no span: they are never
// edited.
func readXML(data []byte) ([]document.Entry, error) {
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
			return nil, &document.FileError{Line: document.LineOf(data, min(int(dec.InputOffset()), len(data))), Err: err}
		}
		if err := w.token(tok, document.Span{Start: start, End: int(dec.InputOffset())}); err != nil {
			return nil, err
		}
	}
}

// xmlWalk follows the elements of an XML file.
type xmlWalk struct {
	data   []byte
	path   []string
	counts []map[string]int // per level: how often an element of a name came
	text   *document.Entry  // the text of the element that is open, while it has no other content
	out    []document.Entry
}

func (w *xmlWalk) token(tok xml.Token, s document.Span) error {
	switch t := tok.(type) {
	case xml.StartElement:
		if len(w.path) >= document.MaxDepth || len(w.out) >= document.MaxValues {
			return document.At("", document.LineOf(w.data, s.Start), "%w: elements", document.ErrTooDeep)
		}
		name := t.Name.Local
		counts := w.counts[len(w.counts)-1]
		counts[name]++
		if n := counts[name]; n > 1 {
			name = fmt.Sprintf("%s#%d", name, n)
		}
		w.path = append(w.path, name)
		w.counts = append(w.counts, map[string]int{})
		w.text = &document.Entry{Key: strings.Join(w.path, "/"), Span: document.Span{Start: -1, End: -1}}
	case xml.EndElement:
		if len(w.path) == 0 || strings.Split(w.path[len(w.path)-1], "#")[0] != t.Name.Local {
			return document.At("", document.LineOf(w.data, s.Start), "unexpected </%s>", t.Name.Local)
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
func (w *xmlWalk) chars(text string, s document.Span) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return
	}
	if w.text.Text != "" { // in several pieces, around a comment
		w.text.Text, w.text.Span = w.text.Text+trimmed, document.Span{Start: -1, End: -1}
		return
	}
	w.text.Text = trimmed
	if raw := string(w.data[s.Start:s.End]); raw == text {
		start := s.Start + strings.Index(text, trimmed)
		w.text.Span = document.Span{Start: start, End: start + len(trimmed)}
	}
}

// A pom is one module of a Maven build.
type pom struct {
	path string
	data []byte
	list []document.Entry
}

func readPom(src *document.Source, name string) (*pom, error) {
	data, err := src.Read(name)
	if err != nil {
		return nil, err
	}
	list, err := readXML(data)
	if err != nil {
		return nil, document.InFile(name, err)
	}
	return &pom{path: name, data: data, list: list}, nil
}

func (p *pom) get(key string) (document.Entry, bool) {
	for _, e := range p.list {
		if e.Key == key {
			return e, true
		}
	}
	return document.Entry{}, false
}

// version returns where the project's version is written: its own element, or the property revision
// that it stands for. A version that is the parent's is none.
func (p *pom) version() (document.Entry, bool) {
	v, ok := p.get("project/version")
	if ok && v.Text == "${revision}" {
		return p.get("project/properties/revision")
	}
	return v, ok
}

func (p *pom) line(e document.Entry) int { return document.LineOf(p.data, max(e.Span.Start, 0)) }

func mavenAnchor(src *document.Source, rule Rule) (Anchor, error) {
	p, err := readPom(src, rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	v, ok := p.version()
	if !ok {
		return Anchor{}, nil
	}
	if _, err := version.Parse(v.Text); err != nil {
		return Anchor{}, document.At(p.path, p.line(v), "%w", err)
	}
	return Anchor{Path: p.path, Line: p.line(v), Version: v.Text}, nil
}

// bumpMaven bumps the projects of the reactor that a pom.xml is of, whichever of them the rule names, and the
// versions of parents, dependencies and plugins where those are among them.
func bumpMaven(r *run, rule Rule) error {
	root, poms, err := mavenReactor(r.src, rule.Path)
	if err != nil {
		return err
	}
	if r.done["maven "+root] {
		return nil
	}
	named := poms[slices.IndexFunc(poms, func(p *pom) bool { return p.path == rule.Path })]
	v, ok := named.version()
	if !ok {
		return document.At(rule.Path, 0, "%w: no version in the project", ErrNone)
	}
	if _, same := r.respell(v.Text); !same {
		return document.At(rule.Path, named.line(v), "%w: %q, not %q", ErrVersionMoved, v.Text, r.from)
	}
	r.done["maven "+root] = true
	ours := map[string][]string{}
	for _, p := range poms {
		if id, ok := p.get("project/artifactId"); ok {
			ours[id.Text] = append(ours[id.Text], p.group())
		}
	}
	for _, p := range poms {
		if err := r.mavenPom(p, ours); err != nil {
			return err
		}
	}
	return nil
}

// mavenPom sets the versions of one project.
func (r *run) mavenPom(p *pom, ours map[string][]string) error {
	changes := map[int]string{}
	v, ok := p.version()
	if text, same := r.respell(v.Text); ok && same {
		changes[v.Span.Start] = text
	}
	for _, e := range p.list {
		element := strings.TrimSuffix(e.Key, "version")
		id, ok := p.get(element + "artifactId")
		if !ok || !firstParty(e.Key) {
			continue
		}
		group, _ := p.get(element + "groupId")
		if !slices.ContainsFunc(ours[id.Text], func(g string) bool {
			return g == "" || group.Text == "" || strings.HasPrefix(group.Text, "${") || g == group.Text
		}) {
			continue
		}
		if text, same := r.respell(e.Text); same {
			changes[e.Span.Start] = text
		}
	}
	if _, ok := changes[-1]; ok {
		return document.At(p.path, p.line(v), "%w: the version is written with entities or comments within", ErrNone)
	}
	return r.set(p.path, readXML, changes)
}

// group returns the group of a project: its own, or the parent's.
func (p *pom) group() string {
	for _, key := range []string{"project/groupId", "project/parent/groupId"} {
		if e, ok := p.get(key); ok {
			return e.Text
		}
	}
	return ""
}

// mavenReactor returns the projects of the reactor that a pom.xml is of: those that the highest pom.xml above
// it which reaches it by its modules reaches.
func mavenReactor(src *document.Source, name string) (root string, poms []*pom, err error) {
	if poms, err = mavenModules(src, name); err != nil {
		return "", nil, err
	}
	root = name
	for dir := path.Dir(name); dir != "."; {
		dir = path.Dir(dir)
		above := path.Join(dir, "pom.xml")
		if ok, err := src.Exists(above); err != nil {
			return "", nil, err
		} else if !ok {
			continue
		}
		all, err := mavenModules(src, above)
		if err != nil || !slices.ContainsFunc(all, func(p *pom) bool { return p.path == name }) {
			continue // not of this reactor, or the one above cannot be read
		}
		root, poms = above, all
	}
	return root, poms, nil
}

// firstParty reports whether a key is the version of a parent, a dependency or a plugin.
func firstParty(key string) bool {
	dir, leaf := path.Split(key)
	element, _, _ := strings.Cut(path.Base(dir), "#")
	return leaf == "version" && (element == "parent" || element == "dependency" || element == "plugin")
}

// mavenModules reads a project and the modules it names, each once.
func mavenModules(src *document.Source, root string) ([]*pom, error) {
	var out []*pom
	queue := []string{root}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if slices.ContainsFunc(out, func(p *pom) bool { return p.path == name }) {
			return nil, document.At(name, 0, "%w: this module is reached twice", ErrModules)
		}
		if len(out) >= document.MaxMembers {
			return nil, document.At(root, 0, "%w: over %d modules", document.ErrTooLarge, document.MaxMembers)
		}
		p, err := readPom(src, name)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
		for _, e := range p.list {
			element, _, _ := strings.Cut(path.Base(e.Key), "#")
			if path.Dir(e.Key) != "project/modules" || element != "module" {
				continue
			}
			dir, err := document.Join(path.Dir(name), e.Text)
			if err != nil {
				return nil, document.At(name, p.line(e), "module: %w", err)
			}
			if path.Ext(dir) != ".xml" {
				dir = path.Join(dir, "pom.xml")
			}
			queue = append(queue, dir)
		}
	}
	return out, nil
}
