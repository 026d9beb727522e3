package merge

import (
	"bytes"
	"strings"
)

// The limits of gitattributes files, git's own.
const (
	maxAttributesFile = 100 << 20 // bytes; a file of this size or more is ignored
	maxAttributesLine = 2048      // bytes; a line of this length or more is ignored
)

// An attrState is what an attribute is for a path.
type attrState int

const (
	attrUnspecified attrState = iota
	attrSet
	attrUnset
	attrValue
)

// An attribute is a name with its state: "text", "-text", "!text" or "text=auto".
type attribute struct {
	name  string
	state attrState
	value string // where state is attrValue
}

// String returns a as a gitattributes file writes it.
func (a attribute) String() string {
	switch a.state {
	case attrSet:
		return a.name
	case attrUnset:
		return "-" + a.name
	case attrValue:
		return a.name + "=" + a.value
	default:
		return "!" + a.name
	}
}

// An attrRule is one line of a gitattributes file: a pattern, or the name of a macro, with attributes.
type attrRule struct {
	macro      string // the macro the line defines; else it has a pattern
	pattern    string
	literal    int  // bytes of pattern before its first wildcard
	basename   bool // the pattern has no slash and is matched against the last component
	attributes []attribute
}

const attrBlank = " \t\r\n"

// parseAttributes reads a gitattributes file. Lines that git ignores are left out. Macros are only
// allowed in files of the whole repository, not in those of its directories.
func parseAttributes(data []byte, macros bool) []attrRule {
	if len(data) >= maxAttributesFile {
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var rules []attrRule
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte{'\n'})
		data, line = rest, bytes.TrimSuffix(line, []byte{'\r'})
		if n := bytes.IndexByte(line, 0); n >= 0 {
			line = line[:n]
		}
		if len(line) >= maxAttributesLine {
			continue
		}
		if r, ok := parseAttrRule(string(line)); ok && (macros || r.macro == "") {
			rules = append(rules, r)
		}
	}
	return rules
}

func parseAttrRule(line string) (r attrRule, ok bool) {
	line = strings.TrimLeft(line, attrBlank)
	if line == "" || line[0] == '#' {
		return r, false
	}
	pattern, rest, quoted := unquotePattern(line)
	if !quoted {
		pattern, rest = cutBlank(line)
	}
	if name, is := strings.CutPrefix(pattern, "[attr]"); is && name != "" {
		if r.macro, _ = cutBlank(strings.TrimLeft(name, attrBlank)); !validAttrName(r.macro) {
			return r, false
		}
	} else if !r.setPattern(pattern) {
		return r, false
	}
	for rest = strings.TrimLeft(rest, attrBlank); rest != ""; rest = strings.TrimLeft(rest, attrBlank) {
		var word string
		word, rest = cutBlank(rest)
		a, ok := parseAttribute(word)
		if !ok {
			return r, false
		}
		r.attributes = append(r.attributes, a)
	}
	return r, true
}

// cutBlank splits s at its first blank.
func cutBlank(s string) (word, rest string) {
	if n := strings.IndexAny(s, attrBlank); n >= 0 {
		return s[:n], s[n:]
	}
	return s, ""
}

// setPattern takes a pattern apart; false where it is of no use: a negative one, or a directory's,
// which no file matches.
func (r *attrRule) setPattern(pattern string) bool {
	if strings.HasPrefix(pattern, "!") || strings.HasSuffix(pattern, "/") {
		return false
	}
	r.pattern = pattern
	r.basename = !strings.Contains(pattern, "/")
	r.literal = len(pattern)
	if n := strings.IndexAny(pattern, `*?[\`); n >= 0 {
		r.literal = n
	}
	return true
}

func parseAttribute(word string) (attribute, bool) {
	var a attribute
	name, value, isValue := strings.Cut(word, "=")
	switch {
	case word[0] == '-':
		a.state, name = attrUnset, name[1:]
	case word[0] == '!':
		a.state, name = attrUnspecified, name[1:]
	case isValue:
		a.state, a.value = attrValue, value
	default:
		a.state = attrSet
	}
	a.name = name
	return a, validAttrName(name) && !strings.HasPrefix(name, "builtin_")
}

func validAttrName(name string) bool {
	if name == "" || name[0] == '-' {
		return false
	}
	for _, c := range []byte(name) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// unquotePattern reads a pattern in double quotes, escaped as in C.
func unquotePattern(s string) (pattern, rest string, ok bool) {
	if s[0] != '"' {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; c {
		case '"':
			pattern, _, _ = strings.Cut(b.String(), "\x00")
			return pattern, s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
			if n := strings.IndexByte(`abfnrtv"\`, s[i]); n >= 0 {
				b.WriteByte("\a\b\f\n\r\t\v\"\\"[n])
				continue
			}
			if i+2 >= len(s) || s[i] > '3' || !octal(s[i]) || !octal(s[i+1]) || !octal(s[i+2]) {
				return "", "", false
			}
			b.WriteByte((s[i]-'0')<<6 | (s[i+1]-'0')<<3 | (s[i+2] - '0'))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

func octal(c byte) bool { return '0' <= c && c <= '7' }

// matches reports whether r, of the attributes file in directory dir ("" for the root), is about path.
func (r *attrRule) matches(dir, path string) bool {
	if r.macro != "" {
		return false
	}
	if r.basename {
		name := path[strings.LastIndexByte(path, '/')+1:]
		if r.literal == len(r.pattern) {
			return name == r.pattern
		}
		return wildmatch(r.pattern, name, false)
	}
	if dir != "" {
		path = path[len(dir)+1:]
	}
	pattern, literal := r.pattern, r.literal
	if pattern[0] == '/' {
		pattern, literal = pattern[1:], literal-1
	}
	if literal > len(path) || path[:literal] != pattern[:literal] {
		return false
	}
	return wildmatch(pattern, path, true)
}
