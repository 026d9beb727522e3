package config

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/git-backport/git-backport/policy"
)

// checker compares a tree with the shapes of the schema: keys, types and the form of strings. What
// needs more than one value at a time is left to the reading after it.
type checker struct {
	faults
	scheme policy.Scheme
}

// maxRows bounds the rows of a table or array: no project has that many release lines.
const maxRows = 2000

func (c *checker) check(v *value, s shape, path string) {
	if s.form == formArray && s.lone && v.form != formArray {
		c.check(v, *s.item, path)
		return
	}
	if v.form == formArray && len(v.items) == 0 && s.form == formArray {
		return
	}
	if v.form != s.form {
		c.add(v.at, c.typeHint(v, s), "%s must be %s, not %s", quotePath(path), article(s), v.describe())
		return
	}
	if len(v.keys) > maxRows || len(v.items) > maxRows {
		c.add(v.at, "", "%s has more than %d rows", quotePath(path), maxRows)
		return
	}
	switch s.form {
	case formTable:
		c.keys(v, s, path)
	case formArray:
		for _, item := range v.items {
			c.check(item, *s.item, path)
		}
	case formString:
		c.text(v, s, path)
	case formInt:
		if v.num < 0 || v.num > 999_999_999 {
			c.add(v.at, "", "%s must be from 0 to 999999999", quotePath(path))
		}
	case formBool, formDate, formFloat, formTime:
	}
}

func quotePath(path string) string { return fmt.Sprintf("%q", strings.TrimPrefix(path, ".")) }

func article(s shape) string {
	switch s.form {
	case formTable:
		return "a table"
	case formArray:
		if s.lone {
			return article(*s.item) + " or an array of them"
		}
		return "an array"
	case formInt:
		return "a whole number"
	case formBool:
		return "true or false"
	case formDate:
		return "a date, YYYY-MM-DD without quotes"
	case formString, formFloat, formTime:
	}
	if len(s.enum) > 0 {
		return "one of " + strings.Join(quoted(s.enum), ", ")
	}
	return "a string"
}

func (c *checker) typeHint(v *value, s shape) string {
	switch {
	case s.form == formString && v.form == formInt:
		return fmt.Sprintf("write %q", v.str)
	case s.form == formDate && v.form == formString:
		if _, err := policy.ParseDate(v.str); err == nil {
			return "write " + v.str + ", without quotes"
		}
	case s.form == formDate && v.form == formTime:
		return "a day has no time"
	}
	return ""
}

func quoted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("%q", w)
	}
	return out
}

func (c *checker) keys(v *value, s shape, path string) {
	for _, e := range v.keys {
		if sub := s.find(e.name); sub != nil {
			if e.val != nil {
				c.check(e.val, *sub, path+"."+e.name)
			}
			continue
		}
		if c.full() {
			continue
		}
		c.add(e.at, c.keyHint(e.name, s, path), "unknown key %s", quotePath(path+"."+e.name))
	}
}

func (s shape) find(name string) *shape {
	for i := range s.keys {
		if s.keys[i].name == name {
			return &s.keys[i].shape
		}
	}
	if s.tail != nil && strings.HasSuffix(name, "_until") && len(name) > len("_until") {
		return s.tail
	}
	return s.free
}

func (c *checker) keyHint(name string, s shape, path string) string {
	switch path + "." + name {
	case ".repo.remote", ".remote":
		return "which remote is meant is each user's setting: git config backport.remote"
	case ".bump.verify", ".bump.post", ".bump.post_files", ".verify", ".hooks":
		return "a policy file holds no commands"
	}
	var known []string
	for _, k := range s.keys {
		known = append(known, k.name)
	}
	if n := nearest(name, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	for _, k := range root().keys {
		if path != "" && k.name == name {
			return fmt.Sprintf("%q stands at the top of the file", name)
		}
	}
	sort.Strings(known)
	return "known here: " + strings.Join(known, ", ")
}

func (c *checker) text(v *value, s shape, path string) {
	if len(s.enum) > 0 {
		for _, e := range s.enum {
			if e == v.str {
				return
			}
		}
		hint := "want " + strings.Join(quoted(s.enum), ", ")
		if n := nearest(v.str, s.enum); n != "" {
			hint = fmt.Sprintf("did you mean %q?", n)
		}
		c.add(v.at, hint, "%s cannot be %q", quotePath(path), v.str)
		return
	}
	var err error
	switch s.read {
	case asTemplate:
		_, err = policy.ParseTemplate(v.str)
	case asLine:
		_, err = c.scheme.ParseLine(v.str)
	case asDuration:
		_, err = policy.ParseDuration(v.str)
	case asEnd:
		_, err = policy.ParseExpr(v.str)
	case asVersion:
		if _, err = semver.StrictNewVersion(v.str); err != nil {
			err = fmt.Errorf("%q is not a semantic version, as in %q", v.str, "38.0.0")
		}
	case asRegexp:
		err = oneGroup(v.str)
	case asGlob:
		if v.str == "" || strings.HasPrefix(v.str, "/") {
			err = fmt.Errorf("%q is not a glob of paths in the tree", v.str)
		}
	case asRounding:
		_, err = policy.ParseRounding(v.str)
	case asName:
		if !isName(v.str) {
			err = fmt.Errorf("%q is not a name: letters, digits, - and _", v.str)
		}
	}
	if err != nil {
		c.add(v.at, "", "%s", err)
	}
}

const (
	alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	namePattern  = `^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`
)

// isName reports whether text matches namePattern, which takes longer to compile than all names take to read.
func isName(text string) bool {
	return 0 < len(text) && len(text) <= 64 && strings.Trim(text[:1], alphanumeric) == "" && strings.Trim(text, alphanumeric+"_-") == ""
}

func oneGroup(pattern string) error {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return fmt.Errorf("%q is not a regular expression: %w", pattern, err)
	}
	if re.NumSubexp() != 1 {
		return fmt.Errorf("%q has %d groups: want exactly one, the value", pattern, re.NumSubexp())
	}
	return nil
}
