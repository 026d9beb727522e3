package msrv

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// A Lock is a file that lists the dependencies of a project with their versions: a lock file, or go.mod.
type Lock struct {
	Path      string
	Manifest  string    // the file whose floor the dependencies are measured by
	Ecosystem Ecosystem // of that floor
	kind      lockKind
}

// A lockKind is how the dependencies in a kind of lock file are found.
type lockKind struct {
	name      string // base name
	manifest  string // base name, in the same directory
	ecosystem Ecosystem
	shows     string // how the documentation says where a floor is found; empty: such a file is not read
	list      func(tree fs.FS, lock string, before []byte, floor Version, store Store) ([]Dependency, error)
}

func lockKinds() []lockKind {
	return []lockKind{
		{"Cargo.lock", "Cargo.toml", Rust, "vendored manifests, else Cargo's registry cache", CargoDependencies},
		{"go.mod", "go.mod", Go, "vendor/modules.txt, else the module cache", GoDependencies},
		{"package-lock.json", "package.json", Node, "engines in the lock file itself", npmDependencies},
		{"npm-shrinkwrap.json", "package.json", Node, "engines in the lock file itself", npmDependencies},
		{"composer.lock", "composer.json", PHP, "require.php in the lock file itself", composerDependencies},
		{"poetry.lock", "pyproject.toml", Python, "python-versions in the lock file itself", pythonDependencies},
		{"uv.lock", "pyproject.toml", Python, "nowhere: all are unknown", pythonDependencies},
		{"pdm.lock", "pyproject.toml", Python, "requires_python in the lock file itself", pythonDependencies},
		{name: "yarn.lock", manifest: "package.json", ecosystem: Node},
		{name: "pnpm-lock.yaml", manifest: "package.json", ecosystem: Node},
		{name: "bun.lock", manifest: "package.json", ecosystem: Node},
		{name: "Gemfile.lock", manifest: "Gemfile", ecosystem: Ruby},
		{name: "Pipfile.lock", manifest: "Pipfile", ecosystem: Python},
		{name: "mix.lock", manifest: "mix.exs", ecosystem: Elixir},
		{name: "packages.lock.json", manifest: "global.json", ecosystem: Dotnet},
	}
}

// LockOf returns what is known of the lock file at a path by its name.
func LockOf(p string) (Lock, bool) {
	base := path.Base(p)
	for _, k := range lockKinds() {
		if k.name == base {
			return Lock{Path: p, Manifest: path.Join(path.Dir(p), k.manifest), Ecosystem: k.ecosystem, kind: k}, true
		}
	}
	return Lock{}, false
}

// Read reports whether the dependencies of such a file are read.
func (l Lock) Read() bool { return l.kind.list != nil }

// Dependencies lists what the lock file in tree has and before, its former bytes (nil for none), does not have,
// and measures what each needs against floor.
func (l Lock) Dependencies(tree fs.FS, before []byte, floor Version, store Store) ([]Dependency, error) {
	if l.kind.list == nil {
		return nil, nil
	}
	return l.kind.list(tree, l.Path, before, floor, store)
}

// A LockFile is a kind of lock file, as the documentation lists it.
type LockFile struct {
	Name      string
	Ecosystem Ecosystem
	Shows     string // where a dependency's floor is found; empty: the file is not read
}

// LockFiles lists the kinds of lock files, those that are read first.
func LockFiles() []LockFile {
	var out []LockFile
	for _, k := range lockKinds() {
		out = append(out, LockFile{k.name, k.ecosystem, k.shows})
	}
	return out
}

// A Store is the manifests that package managers keep outside of the tree. A nil field is none. What it
// shows is said and stops nothing, so that two machines with other caches come to the same result.
type Store struct {
	Cargo fs.FS // CARGO_HOME/registry/src: INDEX/NAME-VERSION/Cargo.toml
	Go    fs.FS // GOMODCACHE/cache/download: MODULE/@v/VERSION.mod
}

// A locked is a dependency in a lock file that declares itself what it needs.
type locked struct {
	name, version, source string
	needs                 string // "" where it declares nothing
	line                  int
}

// newLocked measures what now has and was does not have.
func newLocked(lock string, now, was []locked, scheme Scheme, floor Version) []Dependency {
	old := map[[3]string]bool{}
	for _, d := range was {
		old[[3]string{d.name, d.version, d.source}] = true
	}
	var out []Dependency
	for _, d := range now {
		id := [3]string{d.name, d.version, d.source}
		if old[id] {
			continue
		}
		old[id] = true
		dep := Dependency{Name: d.name, Version: d.version, Source: d.source}
		if v, err := ParseVersion(scheme, d.needs); err == nil && d.needs != "" {
			dep.measure(v, floor, true, lock, d.line)
		}
		out = append(out, dep)
	}
	return out
}

// lockedIn reads a lock file of a tree, and what it was before, with one reader.
func lockedIn(tree fs.FS, lock string, before []byte, read func([]byte) ([]locked, error)) (now, was []locked, err error) {
	f, problem, there := load(tree, lock, maxLock)
	if problem != nil {
		return nil, nil, problem
	}
	if !there {
		return nil, nil, nil
	}
	if now, err = read(f.data); err != nil {
		return nil, nil, document.InFile(lock, err)
	}
	if len(before) > 0 {
		if was, err = read(before); err != nil {
			return nil, nil, fmt.Errorf("%s before the change: %w", lock, err)
		}
	}
	return now, was, nil
}

// npmDependencies reads "packages" of npm's lock files, where each entry repeats its engines. Packages of
// the workspace, and those that only development needs, are left out.
func npmDependencies(tree fs.FS, lock string, before []byte, floor Version, _ Store) ([]Dependency, error) {
	now, was, err := lockedIn(tree, lock, before, func(data []byte) ([]locked, error) {
		doc, err := document.JSON(data)
		if err != nil {
			return nil, err
		}
		var out []locked
		packages, _ := doc.Get("packages")
		for at, v := range packages.Members() {
			i := strings.LastIndex(at, "node_modules/")
			if i < 0 || isTrue(v, "link") || isTrue(v, "dev") {
				continue
			}
			node, _ := v.Get("engines", "node")
			out = append(out, locked{name: at[i+len("node_modules/"):], version: textAt(v, "version"), needs: node.Text, line: max(v.Line, node.Line)})
		}
		return out, nil
	})
	return newLocked(lock, now, was, SchemeRange, floor), err
}

// composerDependencies reads "packages" of composer.lock, where each entry repeats its requirements.
func composerDependencies(tree fs.FS, lock string, before []byte, floor Version, _ Store) ([]Dependency, error) {
	now, was, err := lockedIn(tree, lock, before, func(data []byte) ([]locked, error) {
		doc, err := document.JSON(data)
		if err != nil {
			return nil, err
		}
		var out []locked
		packages, _ := doc.Get("packages")
		for _, v := range packages.Items() {
			php, _ := v.Get("require", "php")
			out = append(out, locked{name: textAt(v, "name"), version: textAt(v, "version"), needs: php.Text, line: max(v.Line, php.Line)})
		}
		return out, nil
	})
	return newLocked(lock, now, was, SchemeComposer, floor), err
}

// pythonDependencies reads the packages of the lock files of Poetry, PDM and uv; the project's own are
// left out.
func pythonDependencies(tree fs.FS, lock string, before []byte, floor Version, _ Store) ([]Dependency, error) {
	now, was, err := lockedIn(tree, lock, before, func(data []byte) ([]locked, error) {
		doc, err := document.TOML(data)
		if err != nil {
			return nil, err
		}
		var out []locked
		packages, _ := doc.Get("package")
		for _, v := range packages.Items() {
			if source, ok := v.Get("source"); ok && slices.ContainsFunc([]string{"editable", "virtual", "directory"},
				func(own string) bool { _, is := source.Get(own); return is }) {
				continue
			}
			d := locked{name: textAt(v, "name"), version: textAt(v, "version"), line: v.Line}
			for _, key := range []string{"python-versions", "requires_python"} {
				if needs, ok := v.Get(key); ok && needs.Text != "*" {
					d.needs, d.line = needs.Text, needs.Line
				}
			}
			out = append(out, d)
		}
		return out, nil
	})
	return newLocked(lock, now, was, SchemePoetry, floor), err
}

func textAt(v document.Value, key string) string { t, _ := v.Get(key); return t.Text }

func isTrue(v document.Value, key string) bool {
	b, ok := v.Get(key)
	return ok && b.Text == "true"
}
