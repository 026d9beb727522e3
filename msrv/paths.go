package msrv

import (
	"path"
	"slices"
	"strings"
)

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

// A kind is a kind of pin file: how it is known by path, what its strongest pin is, and its reader.
type kind struct {
	role  Role
	names []string // base names
	match func(p, base string) bool
	read  func(*reader, file)
	limit int64 // bytes; 0 is maxFile
}

// kinds lists what is read; the first that matches a path is its kind.
var kinds = []kind{
	{role: RoleFloor, names: []string{"Cargo.toml"}, read: (*reader).cargo},
	{role: RoleFloor, names: []string{"Cargo.lock"}, read: (*reader).cargoLock, limit: maxLock},
	{role: RoleSelector, names: []string{"rust-toolchain", "rust-toolchain.toml"}, read: (*reader).rustToolchain},
	{role: RoleSelector, names: []string{"clippy.toml", ".clippy.toml"}, read: (*reader).clippy},
	{role: RoleFloor, names: []string{"go.mod"}, read: (*reader).goMod},
	{role: RoleFloor, names: []string{"go.work"}, read: (*reader).goWork},
	{role: RoleFloor, names: []string{"package.json"}, read: (*reader).packageJSON},
	{role: RoleSelector, names: []string{".go-version", ".python-version", ".ruby-version"}, read: (*reader).versionList},
	{role: RoleSelector, names: []string{".nvmrc", ".node-version", ".java-version"}, read: (*reader).versionFile},
	{role: RoleSelector, names: []string{".tool-versions"}, read: (*reader).toolVersions},
	{role: RoleSelector, match: isMise, read: (*reader).mise},
	{role: RoleFloor, names: []string{"pyproject.toml"}, read: (*reader).pyproject},
	{role: RoleFloor, names: []string{"setup.cfg"}, read: (*reader).setupCfg},
	{role: RoleFloor, names: []string{"CMakeLists.txt"}, read: (*reader).cmake},
	{role: RoleCI, match: isWorkflow, read: (*reader).workflow},
	{role: RoleImage, match: isDockerfile, read: (*reader).dockerfile},
}

func isMise(p, base string) bool {
	switch base {
	case "mise.toml", ".mise.toml":
		return true
	case "config.toml":
		dir := path.Base(path.Dir(p))
		return dir == "mise" || dir == ".mise"
	}
	return p == ".config/mise.toml" || strings.HasSuffix(p, "/.config/mise.toml")
}

func isWorkflow(p, base string) bool {
	return (strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml")) &&
		(strings.HasPrefix(p, ".github/") || base == "action.yml" || base == "action.yaml")
}

func isDockerfile(_, base string) bool {
	return base == "Dockerfile" || base == "Containerfile" || strings.HasPrefix(base, "Dockerfile.") || strings.HasSuffix(base, ".Dockerfile")
}

// kindOf returns the kind of the file at p.
func kindOf(p string) (kind, bool) {
	base := path.Base(p)
	for _, k := range kinds {
		if slices.Contains(k.names, base) || k.match != nil && k.match(p, base) {
			return k, true
		}
	}
	return kind{}, false
}

// IsPinFile tells by its path alone whether a file may hold pins under the default options.
func IsPinFile(p string) bool { return Options{}.IsPinFile(p) }

// IsPinFile tells by its path alone whether a file may hold pins.
func (o Options) IsPinFile(p string) bool {
	if slices.ContainsFunc(o.Custom, func(c Custom) bool { return matchGlob(c.file, p) }) {
		return true
	}
	_, known := kindOf(p)
	return known && !o.excluded(p)
}

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
