package msrv

import (
	"path"
	"slices"
	"strings"
	"sync"
)

// A kind is a kind of pin file: how it is known by path, what its strongest pin is, and its reader.
type kind struct {
	role  Role
	names []string // base names
	ends  []string // or what base names end with
	match func(p, base string) bool
	read  func(*reader, file)
	limit int64 // bytes; 0 is maxFile
	// called is how the documentation calls files that match knows.
	called string
	keys   []Key
	// unread is, for a kind without a reader, what the lines match that declare a toolchain. Where it has a
	// group, only what the group matches counts, once, wherever it stands.
	unread string
}

// A Key is a key that a reader reads, as the documentation lists it.
type Key struct {
	Name      string
	Ecosystem Ecosystem
	Role      Role
	Compared  string // what a value is
}

// A FileKind is a kind of pin file, as the documentation lists it.
type FileKind struct {
	Files []string
	Keys  []Key // none: there is no reader
}

// FileKinds lists the kinds of files that are read, and then those that are only known to declare a toolchain.
func FileKinds() []FileKind {
	var out, unread []FileKind
	for _, k := range kinds() {
		f := FileKind{Files: slices.Clone(k.names), Keys: slices.Clone(k.keys)}
		for _, end := range k.ends {
			f.Files = append(f.Files, "*"+end)
		}
		if k.called != "" {
			f.Files = append(f.Files, k.called)
		}
		if k.unread != "" {
			unread = append(unread, f)
		} else {
			out = append(out, f)
		}
	}
	return append(out, unread...)
}

// kinds lists what is known; the first that matches a path is its kind.
var kinds = sync.OnceValue(func() []kind {
	return slices.Concat(rustKinds(), goKinds(), nodeKinds(), pythonKinds(), rubyKinds(), phpKinds(), dotnetKinds(), javaKinds(), buildKinds(),
		plainKinds(), ciKinds(), unreadKinds())
})

// kindIndex finds a kind by base name.
var kindIndex = sync.OnceValue(func() map[string]int {
	out := map[string]int{}
	for i, k := range kinds() {
		for _, name := range k.names {
			if _, again := out[name]; !again {
				out[name] = i
			}
		}
	}
	return out
})

// kindAt returns the index of the kind of the file at p, or -1.
func kindAt(p string) int {
	base := path.Base(p)
	if i, ok := kindIndex()[base]; ok {
		return i
	}
	for i, k := range kinds() {
		if k.match != nil && k.match(p, base) || slices.ContainsFunc(k.ends, func(end string) bool { return strings.HasSuffix(base, end) && base != end }) {
			return i
		}
	}
	return -1
}

// kindOf returns the kind of the file at p.
func kindOf(p string) (kind, bool) {
	if i := kindAt(p); i >= 0 {
		return kinds()[i], true
	}
	return kind{}, false
}

// sameKind reports whether two paths are of one kind of pin file.
func sameKind(a, b string) bool { return kindAt(a) == kindAt(b) }

func rustKinds() []kind {
	return []kind{
		{role: RoleFloor, names: []string{"Cargo.toml"}, read: (*reader).cargo, keys: []Key{
			{"package.rust-version", Rust, RoleFloor, "one to three numbers; inherited from the workspace or its own"},
			{"workspace.package.rust-version", Rust, RoleFloor, "one to three numbers"},
			{"package.metadata.msrv", Rust, RoleFloor, "where there is no rust-version"},
			{"package.edition, workspace.package.edition", Rust, RoleFloor, "the release that it needs; below the rust-version it is no raise"},
			{"package.resolver, workspace.resolver", Rust, RoleFloor, "the release that it needs; below the rust-version it is no raise"},
		}},
		{role: RoleFloor, names: []string{"Cargo.lock"}, read: (*reader).cargoLock, limit: maxLock, keys: []Key{
			{"version", Rust, RoleFloor, "the release that the format needs; below the rust-version beside it it is no raise"},
		}},
		{role: RoleSelector, names: []string{"rust-toolchain", "rust-toolchain.toml"}, read: (*reader).rustToolchain, keys: []Key{
			{"toolchain.channel, toolchain.path", Rust, RoleSelector, "a release, or a dated channel of the same name; other names have no order"},
		}},
		{role: RoleSelector, names: []string{"clippy.toml", ".clippy.toml"}, read: (*reader).clippy, keys: []Key{{"msrv", Rust, RoleSelector, "one to three numbers"}}},
	}
}

func goKinds() []kind {
	keys := []Key{
		{"go", Go, RoleFloor, "as go/version orders: 1.25 is below 1.25.0"},
		{"toolchain", Go, RoleSelector, "as go/version orders; what follows a dash is left out"},
	}
	return []kind{
		{role: RoleFloor, names: []string{"go.mod"}, read: (*reader).goMod, keys: keys},
		{role: RoleFloor, names: []string{"go.work"}, read: (*reader).goWork, keys: keys},
	}
}

func nodeKinds() []kind {
	return []kind{{role: RoleFloor, names: []string{"package.json"}, read: (*reader).packageJSON, keys: []Key{
		{"engines.*", Node, RoleFloor, "the least version of the range; a range that takes less is not compared"},
		{"packageManager", "as named", RoleSelector, "semver; the hash is left out"},
		{"volta.*", "as named", RoleSelector, "a version"},
		{"devEngines.runtime, devEngines.packageManager", "as named", RoleSelector, "the least version of the range"},
	}}}
}

func pythonKinds() []kind {
	requires := func(name string) []Key {
		return []Key{{name, Python, RoleFloor, "the least version of the PEP 440 set"}}
	}
	return []kind{
		{role: RoleFloor, names: []string{"pyproject.toml"}, read: (*reader).pyproject, keys: append(requires("project.requires-python"),
			Key{"tool.poetry.dependencies.python", Python, RoleFloor, "the least version of Poetry's constraint"})},
		{role: RoleFloor, names: []string{"setup.cfg"}, read: (*reader).setupCfg, keys: requires("options.python_requires")},
		{role: RoleFloor, names: []string{"setup.py"}, read: (*reader).setupPy, keys: requires("python_requires")},
		{role: RoleSelector, names: []string{"Pipfile"}, read: (*reader).pipfile, keys: []Key{
			{"requires.python_version, requires.python_full_version", Python, RoleSelector, "a version"}}},
		{role: RoleFloor, match: func(p, _ string) bool { return p == "meta/runtime.yml" || strings.HasSuffix(p, "/meta/runtime.yml") }, called: "meta/runtime.yml",
			read: (*reader).ansible, keys: []Key{{"requires_ansible", Ansible, RoleFloor, "the least version of the PEP 440 set"}}},
	}
}

func rubyKinds() []kind {
	return []kind{
		{role: RoleFloor, ends: []string{".gemspec"}, read: (*reader).gemspec, keys: []Key{
			{"required_ruby_version", Ruby, RoleFloor, "the least version of the requirements, as Gem::Requirement reads them"},
			{"required_rubygems_version", "rubygems", RoleFloor, "the least version of the requirements"},
		}},
		{role: RoleSelector, names: []string{"Gemfile", "gems.rb"}, read: (*reader).gemfile, keys: []Key{
			{"ruby", Ruby, RoleSelector, "the least version of the requirements; ruby file: is read in that file"}}},
	}
}

func phpKinds() []kind {
	return []kind{{role: RoleFloor, names: []string{"composer.json"}, read: (*reader).composer, keys: []Key{
		{"require.php, require.php-64bit", PHP, RoleFloor, "the least version of the constraint, as Composer reads it"},
		{"require.composer-runtime-api, require.composer-plugin-api", "composer", RoleFloor, "the least version of the constraint"},
		{"config.platform.php", PHP, RoleSelector, "a version"},
	}}}
}

func dotnetKinds() []kind {
	return []kind{
		{role: RoleSelector, names: []string{"global.json"}, read: (*reader).globalJSON, keys: []Key{
			{"sdk.version", Dotnet, RoleSelector, "numbers, and a pre-release"},
			{"sdk.rollForward", Dotnet, RoleSelector, "what lets fewer SDKs do is above; latestPatch where it is not given"},
		}},
		{role: RoleFloor, ends: []string{".csproj", ".fsproj", ".vbproj", ".props", ".targets"}, read: (*reader).msbuild, keys: []Key{
			{"TargetFramework, TargetFrameworks", Dotnet, RoleFloor, "the least of each name; one that goes is a raise"},
			{"TargetFrameworkVersion", "netfx", RoleFloor, "numbers"},
			{"LangVersion", "csharp", RoleSelector, "numbers; latest and preview have no order"},
		}},
	}
}
