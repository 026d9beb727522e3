package manifest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
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

func readDefines(data []byte) ([]entry, error) { return matches(defineLine())(data) }

// wholeVersion takes the string defines that hold a version.
func wholeVersion(e entry) bool {
	_, err := strconv.Atoi(e.text)
	return versionName().MatchString(e.key) && err != nil
}

// triple is a version written as three numbers.
type triple struct {
	prefix string
	parts  [3]*entry // major, minor, patch
}

// triples collects the complete ones, in the order of the file.
func triples(list []entry) []triple {
	byPrefix := map[string]*triple{}
	var order []string
	for i := range list {
		m := componentName().FindStringSubmatch(list[i].key)
		if _, err := strconv.ParseUint(list[i].text, 10, 63); m == nil || err != nil {
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
	return fmt.Sprintf("%s.%s.%s", t.parts[0].text, t.parts[1].text, t.parts[2].text)
}

func cHeaderAnchor(src *source, rule Rule) (Anchor, error) {
	a, err := namedAnchor(src, rule, readDefines, wholeVersion)
	if err != nil || a.Path != "" {
		return a, err
	}
	data, err := src.read(rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	list, err := readDefines(data)
	if err != nil {
		return Anchor{}, InFile(rule.Path, err)
	}
	found := triples(list)
	if len(found) != 1 {
		return Anchor{}, at(rule.Path, 0, "%w: %d versions defined by number, not one", ErrRule, len(found))
	}
	return Anchor{Path: rule.Path, Line: lineOf(data, found[0].parts[0].span.Start), Version: found[0].String()}, nil
}

// bumpCHeader sets the strings and numbers that hold the old version. Defines with other versions (of an
// interface, of a file format) stay as they are, but one of either sort must hold it.
func bumpCHeader(r *run, rule Rule) error {
	data, err := r.src.read(rule.Path)
	if err != nil {
		return err
	}
	list, err := readDefines(data)
	if err != nil {
		return InFile(rule.Path, err)
	}
	changes := map[int]string{}
	for _, e := range list {
		if text, ok := r.respell(e.text); ok && wholeVersion(e) {
			changes[e.span.Start] = text
		}
	}
	for _, t := range triples(list) {
		if t.String() != fill("{major}.{minor}.{patch}", r.from) {
			continue
		}
		for i, field := range []string{"{major}", "{minor}", "{patch}"} {
			changes[t.parts[i].span.Start] = fill(field, r.to)
		}
	}
	if len(changes) == 0 {
		return at(rule.Path, 0, "%w: nothing defined as %q", ErrVersionMoved, r.from)
	}
	return r.set(rule.Path, readDefines, changes)
}
