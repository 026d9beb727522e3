package manifest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// A C header defines the version as a string, as three numbers, or as both:
//
//	#define APP_VERSION "1.2.3"
//	#define APP_VERSION_MAJOR 1
//	#define APP_VERSION_MINOR 2
//	#define APP_VERSION_PATCH 3

var (
	defineLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[ \t]*#[ \t]*define[ \t]+(?P<k>[A-Za-z_]\w*)[ \t]+(?:"(?P<v>[^"\\\r\n]*)"|(?P<v>\d+))[ \t]*(?:/[/*].*)?\r?$`)
	})
	// versionName is the name of a whole version; componentName that of one number of it.
	versionName   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(?:^|_)VERSION(?:_STRING|_STR)?$`) })
	componentName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^(.*?)(MAJOR|MINOR|PATCH|MICRO|PATCHLEVEL)(_VERSION|_VER)?$`)
	})
)

func readDefines(data []byte) ([]document.Entry, error) { return matches(defineLine())(data) }

// wholeVersion takes the string defines that hold a version.
func wholeVersion(e document.Entry) bool {
	_, err := strconv.Atoi(e.Text)
	return versionName().MatchString(e.Key) && err != nil
}

// triple is a version written as three numbers.
type triple struct {
	prefix string
	parts  [3]*document.Entry // major, minor, patch
}

// triples collects the complete ones, in the order of the file.
func triples(list []document.Entry) []triple {
	byPrefix := map[string]*triple{}
	var order []string
	for i := range list {
		m := componentName().FindStringSubmatch(list[i].Key)
		if _, err := strconv.ParseUint(list[i].Text, 10, 63); m == nil || err != nil {
			continue
		}
		prefix := m[1] + m[3]
		if byPrefix[prefix] == nil {
			byPrefix[prefix] = &triple{prefix: prefix}
			order = append(order, prefix)
		}
		part := map[string]int{"MAJOR": 0, "MINOR": 1}
		n, ok := part[strings.ToUpper(m[2])]
		if !ok {
			n = 2
		}
		byPrefix[prefix].parts[n] = &list[i]
	}
	var out []triple
	for _, prefix := range order {
		if t := byPrefix[prefix]; t.parts[0] != nil && t.parts[1] != nil && t.parts[2] != nil {
			out = append(out, *t)
		}
	}
	return out
}

func (t triple) String() string {
	return fmt.Sprintf("%s.%s.%s", t.parts[0].Text, t.parts[1].Text, t.parts[2].Text)
}

func cHeaderAnchor(src *document.Source, rule Rule) (Anchor, error) {
	a, err := namedAnchor(src, rule, readDefines, wholeVersion)
	if err != nil || a.Path != "" {
		return a, err
	}
	data, err := src.Read(rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	list, err := readDefines(data)
	if err != nil {
		return Anchor{}, document.InFile(rule.Path, err)
	}
	found := triples(list)
	if len(found) == 0 {
		return Anchor{}, nil
	}
	if len(found) > 1 {
		return Anchor{}, document.At(rule.Path, 0, "%w: %d versions defined by number, not one", ErrAnchors, len(found))
	}
	return Anchor{Path: rule.Path, Line: document.LineOf(data, found[0].parts[0].Span.Start), Version: found[0].String()}, nil
}

// bumpCHeader sets the strings and numbers that hold the old version. Defines with other versions (of an
// interface, of a file format) stay as they are, but one of either sort must hold it.
func bumpCHeader(r *run, rule Rule) error {
	data, err := r.src.Read(rule.Path)
	if err != nil {
		return err
	}
	list, err := readDefines(data)
	if err != nil {
		return document.InFile(rule.Path, err)
	}
	changes := map[int]string{}
	for _, e := range list {
		if text, ok := r.respell(e.Text); ok && wholeVersion(e) {
			changes[e.Span.Start] = text
		}
	}
	for _, t := range triples(list) {
		r.setTriple(t, changes)
	}
	if len(changes) == 0 {
		return document.At(rule.Path, 0, "%w: nothing defined as %q", ErrVersionMoved, r.from)
	}
	return r.set(rule.Path, readDefines, changes)
}

// setTriple sets the numbers of a version that is written as three, where it is the old one.
func (r *run) setTriple(t triple, changes map[int]string) {
	if t.String() != fill("{major}.{minor}.{patch}", r.from) {
		return
	}
	for i, field := range []string{"{major}", "{minor}", "{patch}"} {
		changes[t.parts[i].Span.Start] = fill(field, r.to)
	}
}
