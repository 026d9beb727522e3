package msrv

import (
	"errors"
	"path"
	"slices"
	"strings"
)

var errTooMany = errors.New("more pin files than are read")

// Options say which files hold pins, beyond those known by name. The zero value is the default.
type Options struct {
	// Exclude are the patterns of paths that are no pin files: "name/" is any directory of that name,
	// "a/b/" that directory, anything else a glob on the whole path in which ** crosses directories.
	// nil means DefaultExclude.
	Exclude []string
	// Custom are the pins that a project describes itself. Exclude does not touch them.
	Custom []Custom
}

// DefaultExclude returns the directories left out unless Options says otherwise: code of others, and
// code that is not part of what is released.
func DefaultExclude() []string { return []string{"examples/", "fuzz/", "node_modules/", "vendor/"} }

// IsPinFile reports by its path alone whether a file may hold pins under the default options.
func IsPinFile(p string) bool { return Options{}.IsPinFile(p) }

// IsPinFile reports by its path alone whether a file may hold pins.
func (o Options) IsPinFile(p string) bool {
	if slices.ContainsFunc(o.Custom, func(c Custom) bool { return matchGlob(c.file, p) }) {
		return true
	}
	return kindAt(p) >= 0 && !o.excluded(p)
}

// Excluded reports whether a pin file is left out by the directories or patterns of Exclude.
func (o Options) Excluded(p string) bool {
	return kindAt(p) >= 0 && o.excluded(p) && !o.IsPinFile(p)
}

// anyCustomBelow reports whether a custom pin may be in a directory that is excluded.
func (o Options) anyCustomBelow() bool { return len(o.Custom) > 0 }

// Excludes reports whether a path of any kind is left out.
func (o Options) Excludes(p string) bool { return o.excluded(p) }

func (o Options) excluded(p string) bool {
	patterns := o.Exclude
	if patterns == nil {
		patterns = DefaultExclude()
	}
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		dir, isDir := strings.CutSuffix(pattern, "/")
		switch {
		case !isDir:
			return matchGlob(pattern, p)
		case strings.Contains(dir, "/"):
			return strings.HasPrefix(p, strings.TrimPrefix(pattern, "/"))
		}
		return strings.HasPrefix(p, pattern) || strings.Contains(p, "/"+pattern)
	})
}

// matchGlob matches a path with a glob in which a component ** stands for any number of components.
func matchGlob(pattern, p string) bool {
	return matchParts(strings.Split(pattern, "/"), strings.Split(p, "/"))
}

// matchParts is linear in the product of both lengths: a later ** takes over from an earlier one.
func matchParts(pattern, parts []string) bool {
	star, from := -1, 0
	i, j := 0, 0
	for j < len(parts) {
		if i < len(pattern) && pattern[i] == "**" {
			star, from = i, j
			i++
			continue
		}
		if i < len(pattern) {
			if ok, err := path.Match(pattern[i], parts[j]); err == nil && ok {
				i++
				j++
				continue
			}
		}
		if star < 0 {
			return false
		}
		from++
		i, j = star+1, from
	}
	for i < len(pattern) && pattern[i] == "**" {
		i++
	}
	return i == len(pattern)
}
