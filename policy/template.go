package policy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A Template is a pattern for branch or tag names, "release-{major}.0.0", "go{major}.{minor}[.{patch}]".
//
// Fields are {major}, {minor}, {patch}, whole numbers without leading zeros ({minor:02} is padded to
// two digits, {minor-1} is one less than the version's), {build}, a fourth number, {pre}, a pre-release written right behind a number (rc1, beta2),
// and {version}, a semantic version with or without a pre-release part. What stands in
// square brackets may be absent; it counts as zero then. Everything else stands for itself.
// The zero Template matches nothing.
type Template struct {
	text  string
	parts []part
	names []string // the fields it has
}

type part struct {
	literal string
	field   string // major, minor, patch, version; empty for a literal or a group
	width   int
	offset  int // what the name's number is more than the version's
	group   []part
}

const maxTemplate = 200

// ParseTemplate reads a template. It must have {version} or {major}, and no field twice.
func ParseTemplate(text string) (Template, error) {
	fail := func(format string, args ...any) (Template, error) {
		return Template{}, fmt.Errorf("template %q: "+format, append([]any{text}, args...)...)
	}
	if len(text) > maxTemplate {
		return Template{}, fmt.Errorf("template of %d bytes: at most %d", len(text), maxTemplate)
	}
	p := templateParser{rest: text, seen: map[string]bool{}}
	parts, err := p.parse(0)
	if err != nil {
		return fail("%w", err)
	}
	if p.rest != "" {
		return fail("%q closes nothing", "]")
	}
	if p.seen["version"] && p.seen["major"] || !p.seen["version"] && !p.seen["major"] && !p.moved {
		return fail("want exactly one of {major} and {version}")
	}
	if p.seen["build"] && !p.seen["patch"] {
		return fail("{build} is the number after {patch}")
	}
	if p.seen["version"] && len(p.seen) > 1 {
		return fail("{version} already holds the other fields")
	}
	if _, err := apart(parts, false); err != nil {
		return fail("%w", err)
	}
	return Template{text: text, parts: parts, names: p.names}, nil
}

type templateParser struct {
	rest  string
	seen  map[string]bool
	names []string
	moved bool // a field has an offset: the major number may be 0 and in no name
}

func (p *templateParser) parse(depth int) ([]part, error) {
	var parts []part
	for p.rest != "" {
		switch i := strings.IndexAny(p.rest, "{}[]"); {
		case i != 0:
			if i < 0 {
				i = len(p.rest)
			}
			parts = append(parts, part{literal: p.rest[:i]})
			p.rest = p.rest[i:]
		case p.rest[0] == '{':
			f, err := p.field()
			if err != nil {
				return nil, err
			}
			parts = append(parts, f)
		case p.rest[0] == '[':
			if depth == 3 {
				return nil, fmt.Errorf("brackets nested too deeply")
			}
			p.rest = p.rest[1:]
			group, err := p.parse(depth + 1)
			if err != nil {
				return nil, err
			}
			if !strings.HasPrefix(p.rest, "]") {
				return nil, fmt.Errorf("%q is never closed", "[")
			}
			if !hasField(group) {
				return nil, fmt.Errorf("an optional part needs a field, as in %q", "[.{patch}]")
			}
			p.rest = p.rest[1:]
			parts = append(parts, part{group: group})
		case p.rest[0] == ']' && depth > 0:
			return parts, nil
		default:
			return nil, fmt.Errorf("%q closes nothing", p.rest[:1])
		}
	}
	return parts, nil
}

// apart demands that something stands between two fields: without it 1.21 and 12.1 are written alike.
// after says whether a field may stand right before the parts; the answer, whether one may right after.
func apart(parts []part, after bool) (bool, error) {
	for _, p := range parts {
		switch {
		case p.literal != "":
			after = false
		case p.field == "pre": // begins with a letter
			after = true
		case p.field != "" && after:
			return false, fmt.Errorf("{%s} follows another field with nothing between them", p.field)
		case p.field != "":
			after = true
		default:
			inside, err := apart(p.group, after)
			if err != nil {
				return false, err
			}
			after = after || inside
		}
	}
	return after, nil
}

func hasField(parts []part) bool {
	for _, p := range parts {
		if p.field != "" || hasField(p.group) {
			return true
		}
	}
	return false
}

func (p *templateParser) field() (part, error) {
	end := strings.IndexByte(p.rest, '}')
	if end < 0 {
		return part{}, fmt.Errorf("%q is never closed", "{")
	}
	text := p.rest[1:end]
	p.rest = p.rest[end+1:]
	name, width, padded := strings.Cut(text, ":")
	f := part{}
	if i := strings.IndexAny(name, "+-"); i > 0 && (name[:i] == "major" || name[:i] == "minor") {
		n, ok := component(name[i+1:])
		if !ok || n > 9999 {
			return part{}, fmt.Errorf("field %q: want a number as in {minor-1}", "{"+text+"}")
		}
		if f.offset = int(n); name[i] == '-' {
			f.offset = -f.offset
		}
		p.moved = true
		name = name[:i]
	}
	f.field = name
	switch name {
	case "major", "minor", "patch", "build", "pre", "version":
	default:
		return part{}, fmt.Errorf("unknown field %q: want {major}, {minor}, {patch}, {build}, {pre} or {version}", "{"+text+"}")
	}
	if padded {
		if name == "version" || name == "pre" || len(width) != 2 || width[0] != '0' || width[1] < '2' || width[1] > '9' {
			return part{}, fmt.Errorf("field %q: want a width as in {minor:02}", "{"+text+"}")
		}
		f.width = int(width[1] - '0')
	}
	if p.seen[name] {
		return part{}, fmt.Errorf("field %q stands twice", "{"+name+"}")
	}
	p.seen[name] = true
	p.names = append(p.names, name)
	return f, nil
}

// String returns the template as it was written.
func (t Template) String() string { return t.text }

// Match reads name and returns the version it holds. Fields that the template does not have are zero.
func (t Template) Match(name string) (*semver.Version, bool) {
	if t.parts == nil || len(name) > maxName {
		return nil, false
	}
	var m match
	if !m.parts(t.parts, name, func(rest string) bool { return rest == "" }) {
		return nil, false
	}
	if m.version != nil {
		return m.version, true
	}
	build := ""
	if m.n[3] != 0 {
		build = buildMark + strconv.FormatUint(m.n[3], 10)
	}
	return semver.New(m.n[0], m.n[1], m.n[2], m.pre, build), true
}

// buildMark begins the metadata of a version that has a fourth number, which no semantic version has.
const buildMark = "4th-number."

func fieldIndex(field string) int {
	switch field {
	case "minor":
		return 1
	case "patch":
		return 2
	case "build":
		return 3
	}
	return 0
}

// Text writes a version as the template writes its numbers, without what stands around them.
func (t Template) Text(v *semver.Version) string {
	return strings.NewReplacer("_", ".").Replace(t.numbers(v))
}

func (t Template) numbers(v *semver.Version) string {
	parts := t.parts
	for len(parts) > 0 && parts[0].literal != "" {
		parts = parts[1:]
	}
	for len(parts) > 0 && parts[len(parts)-1].literal != "" {
		parts = parts[:len(parts)-1]
	}
	var b strings.Builder
	format(&b, parts, v)
	return b.String()
}

// next returns the version of the patch release after v. Where the template has no patch number the last
// number that it has is counted on: v257.3 → v257.4.
func (t Template) next(v *semver.Version) *semver.Version {
	if t.parts == nil || t.HasField("patch") || !t.HasField("minor") {
		n := v.IncPatch()
		return &n
	}
	n := v.IncMinor()
	return &n
}

// HasField reports whether the template reads the field: major, minor or patch.
func (t Template) HasField(field string) bool {
	for _, n := range t.names {
		if n == field || n == "version" {
			return true
		}
	}
	return false
}

// Format writes the name of version v. Optional parts whose fields are all zero are left out.
func (t Template) Format(v *semver.Version) string {
	var b strings.Builder
	format(&b, t.parts, v)
	return b.String()
}

// format writes the parts and reports whether a field among them was not zero.
func format(b *strings.Builder, parts []part, v *semver.Version) bool {
	n := [4]uint64{v.Major(), v.Minor(), v.Patch(), buildOf(v)}
	set := false
	for _, p := range parts {
		switch {
		case p.field == "version":
			b.WriteString(v.String())
			set = true
		case p.field == "pre":
			pre := strings.Replace(v.Prerelease(), ".", "", 1)
			b.WriteString(pre)
			set = set || pre != ""
		case p.field != "":
			fmt.Fprintf(b, "%0*d", p.width, max(int64(n[fieldIndex(p.field)])+int64(p.offset), 0))
			set = set || n[fieldIndex(p.field)] != 0
		case p.group != nil:
			var g strings.Builder
			if format(&g, p.group, v) {
				b.WriteString(g.String())
				set = true
			}
		default:
			b.WriteString(p.literal)
		}
	}
	return set
}

// buildOf returns the fourth number of a version, 0 when it has none.
func buildOf(v *semver.Version) uint64 {
	text, ok := strings.CutPrefix(v.Metadata(), buildMark)
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0
	}
	return n
}

func (t Template) minorWidth(parts []part) int {
	for _, p := range parts {
		if p.field == "minor" && p.width > 0 {
			return p.width
		}
		if w := t.minorWidth(p.group); w > 0 {
			return w
		}
	}
	return 0
}

// write writes the name of a line's first version, without the parts that may be absent.
func (t Template) write(parts []part, id LineID) (string, bool) {
	var b strings.Builder
	for _, p := range parts {
		n := uint64(0)
		switch p.field {
		case "":
			b.WriteString(p.literal)
			continue
		case "major":
			n = uint64(id.Major)
		case "minor":
			n = uint64(id.Minor)
		case "patch":
		case "version":
			fmt.Fprintf(&b, "%d.%d.0", id.Major, id.Minor)
			continue
		default:
			return "", false
		}
		if int64(n)+int64(p.offset) < 0 {
			return "", false
		}
		fmt.Fprintf(&b, "%0*d", p.width, int64(n)+int64(p.offset))
	}
	return b.String(), true
}
