package msrv

import (
	"fmt"
	"path"
	"regexp"

	"github.com/git-backport/git-backport/internal/document"
)

// A Custom is a pin that a project describes itself: a group of a regular expression in some files.
type Custom struct {
	file   string
	re     *regexp.Regexp
	scheme Scheme
	role   Role
	key    string
}

// NewCustom makes a custom pin. file is a glob on the whole path (** crosses directories), expr has
// exactly one group, which is the value; compare is one of Compares, semver where it is empty, and role floor,
// selector, ci or image, floor where it is empty. name becomes the pin's key; empty, the expression does.
func NewCustom(name, file, expr, compare, role string) (Custom, error) {
	if compare == "" {
		compare = "semver"
	}
	if role == "" {
		role = RoleFloor.String()
	}
	schemes := map[string]Scheme{"semver": SchemeSemver, "int": SchemeInt, "date": SchemeDate, "string": SchemeText}
	c := Custom{file: file, key: name, scheme: schemes[compare]}
	if c.key == "" {
		c.key = expr
	}
	if c.scheme == 0 {
		return c, fmt.Errorf("compare %q: want semver, int, date or string", compare)
	}
	if _, err := path.Match(file, ""); err != nil || file == "" {
		return c, fmt.Errorf("file %q is no glob", file)
	}
	var err error
	if c.role, err = ParseRole(role); err != nil {
		return c, err
	}
	if c.re, err = regexp.Compile("(?m)" + expr); err != nil {
		return c, fmt.Errorf("regexp %q: %w", expr, err)
	}
	if n := c.re.NumSubexp(); n != 1 {
		return c, fmt.Errorf("regexp %q has %d groups, want exactly one around the version", expr, n)
	}
	return c, nil
}

// Compares lists how the values of a custom pin can be compared, the default first.
func Compares() []string { return []string{"semver", "int", "date", "string"} }

// maxMatches bounds the places of one custom pin in one file.
const maxMatches = 1000

// custom reads one custom pin. Several places must hold the same value.
func (r *reader) custom(c Custom, f file) {
	for _, m := range c.re.FindAllSubmatchIndex(f.data, maxMatches) {
		if m[2] < 0 {
			continue
		}
		r.pin(f, spec{key: c.key, eco: Ecosystem("custom"), role: c.role, scheme: c.scheme}, document.Span{Start: m[2], End: m[3]})
	}
}
