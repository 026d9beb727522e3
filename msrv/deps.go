package msrv

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/git-backport/git-backport/internal/document"
)

// Known says what is known of a dependency's floor. The zero Known is nothing.
type Known uint8

// What can be known without a registry.
const (
	FloorUnknown Known = iota // no manifest of it in the tree, or one that declares no floor
	FloorWithin               // declares a floor that the pin meets
	FloorAbove                // needs more than the pin promises
)

var knownNames = [...]string{"unknown", "within", "above"}

// String returns the name used in JSON, "above".
func (k Known) String() string { return nameOf(knownNames[:], int(k), "known") }

// A Dependency is one that a change brings in, or moves to another version.
type Dependency struct {
	Name, Version, Source string
	Known                 Known
	Floor                 Version // what it declares; the zero Version is nothing known
	Path                  string  // the file of the tree that declares it; empty when unknown
	Line                  int
}

// CargoDependencies lists the packages of the Cargo.lock at lock in tree that before, its former bytes
// (nil for none), does not have, and measures the rust-version and edition of those that are vendored
// or in the store against floor. Packages of the workspace itself are left out: their pins are read as pins.
func CargoDependencies(tree fs.FS, lock string, before []byte, floor Version, store Store) ([]Dependency, error) {
	f, problem, there := load(tree, lock, maxLock)
	if problem != nil {
		return nil, problem
	}
	if !there {
		return nil, nil
	}
	now, err := lockPackages(f.data)
	if err != nil {
		return nil, document.InFile(lock, err)
	}
	was, err := lockPackages(before)
	if err != nil {
		return nil, fmt.Errorf("%s before the change: %w", lock, err)
	}
	old := map[[3]string]bool{}
	for _, d := range was {
		old[[3]string{d.Name, d.Version, d.Source}] = true
	}
	now = slices.DeleteFunc(now, func(d Dependency) bool { return old[[3]string{d.Name, d.Version, d.Source}] })
	r := &reader{tree: tree, cargoDocs: map[string]*cargoDoc{}}
	dirs := r.vendorDirs(path.Dir(lock))
	cached, indexes := store.cargo()
	for i := range now {
		if !now[i].cargoFloor(r, dirs, floor) && strings.HasPrefix(now[i].Source, "registry+") {
			now[i].cargoFloor(cached, indexes, floor)
		}
	}
	return now, nil
}

// lockPackages lists the packages of a Cargo.lock that come from elsewhere.
func lockPackages(data []byte) ([]Dependency, error) {
	doc, err := document.TOML(data)
	if err != nil {
		return nil, err
	}
	var out []Dependency
	packages, _ := doc.Get("package")
	for _, v := range packages.Items() {
		text := func(key string) string { t, _ := v.Get(key); return t.Text }
		if source := text("source"); source != "" {
			out = append(out, Dependency{Name: text("name"), Version: text("version"), Source: source})
		}
	}
	return out, nil
}

// vendorDirs returns the directories that .cargo/config.toml names as sources, else vendor.
func (r *reader) vendorDirs(dir string) []string {
	var out []string
	for _, name := range []string{".cargo/config.toml", ".cargo/config"} {
		c, err := r.cargoManifest(path.Join(dir, name))
		if err != nil || c == nil {
			continue
		}
		sources, _ := c.doc.Get("source")
		for _, v := range sources.Members() {
			if d, ok := v.Get("directory"); ok && d.Kind == document.String && d.Text != "" {
				out = append(out, path.Join(dir, d.Text))
			}
		}
	}
	if len(out) == 0 {
		out = append(out, path.Join(dir, "vendor"))
	}
	return out
}

// cargo returns what reads Cargo's registry cache, and the directories of its indexes.
func (s Store) cargo() (*reader, []string) {
	if s.Cargo == nil {
		return nil, nil
	}
	entries, _ := fs.ReadDir(s.Cargo, ".") // none where there is no cache
	var dirs []string
	for _, e := range entries {
		dirs = append(dirs, e.Name())
	}
	return &reader{tree: s.Cargo, cargoDocs: map[string]*cargoDoc{}}, dirs
}

// cargoFloor reads the floor from the manifest of exactly this version below one of some directories, and
// reports whether there is one.
func (d *Dependency) cargoFloor(r *reader, dirs []string, floor Version) bool {
	for _, dir := range dirs {
		for _, name := range []string{d.Name + "-" + d.Version, d.Name} {
			c, err := r.cargoManifest(path.Join(dir, name, "Cargo.toml"))
			if err != nil || c == nil {
				continue
			}
			if v, _ := c.doc.Get("package", "version"); v.Text != d.Version {
				continue
			}
			if v, ok := c.doc.Get("package", "rust-version"); ok {
				if version, err := ParseVersion(SchemeRust, v.Text); err == nil {
					d.measure(version, floor, true, c.path, v.Line)
				}
			}
			if v, ok := c.doc.Get("package", "edition"); ok {
				if version, err := ParseVersion(SchemeEdition, v.Text); err == nil {
					d.measure(version, floor, false, c.path, v.Line)
				}
			}
			return true
		}
	}
	return false
}

// measure notes a declared floor if it is the highest yet. What only follows from something else can
// prove that too much is needed, never that it is not.
func (d *Dependency) measure(version, floor Version, declared bool, p string, line int) {
	order, ok := floor.Compare(version)
	above := ok && order < 0
	if !above && (!declared || d.Known == FloorAbove) {
		return
	}
	if c, ok := d.Floor.Compare(version); ok && c >= 0 {
		return
	}
	d.Floor, d.Path, d.Line, d.Known = version, p, line, FloorWithin
	if above {
		d.Known = FloorAbove
	} else if !ok {
		d.Known = FloorUnknown
	}
}

// GoDependencies lists the modules that the go.mod at mod in tree requires and before, its former bytes
// (nil for none), does not, and measures the go lines that vendor/modules.txt beside it, or the store, has
// of them against floor.
func GoDependencies(tree fs.FS, mod string, before []byte, floor Version, store Store) ([]Dependency, error) {
	f, problem, there := load(tree, mod, maxFile)
	if problem != nil {
		return nil, problem
	}
	if !there {
		return nil, nil
	}
	now, err := modfile.ParseLax(mod, f.data, nil)
	if err != nil {
		return nil, err
	}
	was, err := modfile.ParseLax(mod, before, nil)
	if err != nil {
		return nil, fmt.Errorf("before the change: %w", err)
	}
	vendored, at := modulesTxt(tree, path.Join(path.Dir(mod), "vendor/modules.txt"))
	var out []Dependency
	for _, req := range now.Require {
		if slices.ContainsFunc(was.Require, func(w *modfile.Require) bool { return w.Mod == req.Mod }) {
			continue
		}
		d := Dependency{Name: req.Mod.Path, Version: req.Mod.Version}
		if v, ok := vendored[req.Mod.Path+" "+req.Mod.Version]; ok {
			d.measure(v.version, floor, true, at, v.line)
		} else if v, from, ok := store.goLine(req.Mod.Path, req.Mod.Version); ok {
			d.measure(v.version, floor, true, from, v.line)
		}
		out = append(out, d)
	}
	return out, nil
}

type goLine struct {
	version Version
	line    int
}

// goLine returns the go line that the module cache has of a module; none where it has no such line.
func (s Store) goLine(modulePath, version string) (line goLine, from string, ok bool) {
	escaped, err := module.EscapePath(modulePath)
	escapedVersion, err2 := module.EscapeVersion(version)
	if s.Go == nil || err != nil || err2 != nil {
		return goLine{}, "", false
	}
	from = path.Join(escaped, "@v", escapedVersion+".mod")
	f, problem, there := load(s.Go, from, maxFile)
	if problem != nil || !there {
		return goLine{}, "", false
	}
	mod, err := modfile.ParseLax(from, f.data, nil)
	if err != nil || mod.Go == nil {
		return goLine{}, "", false
	}
	v, err := ParseVersion(SchemeGo, mod.Go.Version)
	return goLine{v, mod.Go.Syntax.Start.Line}, from, err == nil
}

// modulesTxt reads which go line each vendored module has: "# path version", then "## explicit; go 1.21".
func modulesTxt(tree fs.FS, p string) (map[string]goLine, string) {
	out := map[string]goLine{}
	f, problem, there := load(tree, p, maxFile)
	if !there || problem != nil {
		return out, p
	}
	module := ""
	lines := bufio.NewScanner(bytes.NewReader(f.data))
	lines.Buffer(nil, maxFile+1)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, "## "); ok {
			for part := range strings.SplitSeq(rest, ";") {
				text, ok := strings.CutPrefix(strings.TrimSpace(part), "go ")
				if v, err := ParseVersion(SchemeGo, text); ok && err == nil && module != "" {
					out[module] = goLine{v, n}
				}
			}
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			module, _, _ = strings.Cut(rest, " => ")
		}
	}
	return out, p
}

// EffectiveFloor returns the highest floor that pins declare for a toolchain, and the pin that does: what
// someone needs who builds everything. ok is false where none declares one.
func EffectiveFloor(pins []Pin, e Ecosystem) (floor Pin, ok bool) {
	for _, p := range pins {
		if p.Role != RoleFloor || p.Ecosystem != e || !p.Version.Ordered() {
			continue
		}
		if order, comparable := floor.Version.Compare(p.Version); !ok || comparable && order < 0 {
			floor, ok = p, true
		}
	}
	return floor, ok
}
