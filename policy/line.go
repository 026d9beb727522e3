package policy

import (
	"fmt"
	"strconv"
	"strings"
)

// A Scheme says which components of a version name its line.
type Scheme string

// The schemes. Under both, versions 0.x.y belong to line 0.x.
const (
	ByMajor Scheme = "major" // 36.0.14 belongs to line 36
	ByMinor Scheme = "minor" // 1.33.2 belongs to line 1.33
)

// maxComponent bounds the numbers of a line or version: nine digits.
const maxComponent = 999_999_999

// A LineID names a release line: "36", "1.33", "0.40". It is comparable. The zero LineID is no line.
type LineID struct {
	Major, Minor uint32
	HasMinor     bool // the line is named by two components
}

// ID returns the line that version major.minor belongs to.
func (s Scheme) ID(major, minor uint32) LineID {
	if s == ByMinor || major == 0 {
		return LineID{major, minor, true}
	}
	return LineID{Major: major}
}

// ParseLine reads "36" or "1.33" as the scheme names lines.
func (s Scheme) ParseLine(text string) (LineID, error) {
	a, b, two := strings.Cut(text, ".")
	major, ok := component(a)
	if !ok {
		return LineID{}, fmt.Errorf("%q is not a release line: want a number as in %q, or %q", text, "36", "1.33")
	}
	if !two {
		if s == ByMinor || major == 0 {
			return LineID{}, fmt.Errorf("%q is not a release line here: lines are named by major and minor, as in %q", text, a+".1")
		}
		return LineID{Major: major}, nil
	}
	minor, ok := component(strings.TrimPrefix(b, "0"))
	if b == "0" {
		minor, ok = 0, true
	}
	if !ok {
		return LineID{}, fmt.Errorf("%q is not a release line: want a number as in %q, or %q", text, "36", "1.33")
	}
	if s != ByMinor && major != 0 {
		return LineID{}, fmt.Errorf("%q is not a release line here: lines are named by the major version alone, write %q", text, a)
	}
	return LineID{major, minor, true}, nil
}

func component(s string) (uint32, bool) {
	if s == "" || len(s) > 9 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil && s[0] != '+'
}

// String writes "36" or "1.33".
func (id LineID) String() string {
	if id.HasMinor {
		return fmt.Sprintf("%d.%d", id.Major, id.Minor)
	}
	return strconv.FormatUint(uint64(id.Major), 10)
}

// MarshalText writes id as String does.
func (id LineID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// Compare orders lines by number, 0.40 before 1 before 1.2 before 36.
func (id LineID) Compare(other LineID) int {
	if c := compareUint(id.Major, other.Major); c != 0 {
		return c
	}
	if c := compareUint(id.Minor, other.Minor); c != 0 {
		return c
	}
	switch {
	case id.HasMinor == other.HasMinor:
		return 0
	case id.HasMinor:
		return 1
	}
	return -1
}

func compareUint(a, b uint32) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// lineName writes a line's name as its branch writes the numbers; without a branch, as the first
// template for branches does.
func (p *Policy) lineName(id LineID, branch string) string {
	for i, t := range p.Repo.Branches {
		if _, ok := t.Match(branch); !ok && (branch != "" || i > 0) {
			continue
		}
		if w := t.minorWidth(t.parts); id.HasMinor && w > 0 {
			return fmt.Sprintf("%d.%0*d", id.Major, w, id.Minor)
		}
		break
	}
	return id.String()
}

// BranchName returns what a line's branch is called by its [[branch]] or by the first template that can
// write it; "" where none can.
func (p *Policy) BranchName(id LineID) string {
	if o := p.override(id); o != nil && o.Name != "" {
		return o.Name
	}
	for _, t := range p.Repo.Branches {
		name, ok := t.write(t.parts, id)
		if !ok {
			continue
		}
		if back, _, read := p.read([]Template{t}, name); read && back == id {
			return name
		}
	}
	return ""
}
