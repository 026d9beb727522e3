package verify

import (
	"path"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/msrv"
)

// A tool is what a toolchain takes: what is set, what comes before the command, and how it shows that it
// is the one that was asked for.
type tool struct {
	eco     msrv.Ecosystem
	env     []string // set for the command, and for version
	path    string   // a directory that comes first on PATH
	wrap    []string // what comes before the command
	version []string // prints the version
	want    string   // what the version has to begin with; "" for any
	install string   // the command that installs it
	missing string   // why it cannot be used; "" when it can
}

// A prober runs a small program in the directory of the unit, with more variables than the unit's, and
// returns what it prints.
type prober func(env []string, argv ...string) (out string, ok bool)

// ecosystemOf is the ecosystem whose toolchain a program belongs to.
func ecosystemOf(argv []string, shell bool) (msrv.Ecosystem, bool) {
	if shell || len(argv) == 0 {
		return "", false
	}
	name := strings.TrimSuffix(path.Base(argv[0]), ".exe")
	for eco, programs := range map[msrv.Ecosystem][]string{
		msrv.Rust:   {"cargo", "rustc", "cross", "rustdoc", "maturin"},
		msrv.Go:     {"go", "gofmt", "golangci-lint", "goreleaser", "staticcheck"},
		msrv.Node:   {"node", "npm", "npx", "yarn", "pnpm", "corepack"},
		msrv.Python: {"python", "python3", "pytest", "tox", "nox", "uv", "pip", "pip3", "poetry", "hatch"},
		msrv.Java:   {"java", "javac", "mvn", "mvnw", "gradle", "gradlew", "ant"},
	} {
		if slices.Contains(programs, name) {
			return eco, true
		}
	}
	return "", false
}

// known are the ecosystems whose toolchains are found here.
func known() []msrv.Ecosystem {
	return []msrv.Ecosystem{msrv.Rust, msrv.Go, msrv.Node, msrv.Python, msrv.Java}
}

// inPlay are the ecosystems whose toolchains a command uses: the program's own, else those that files at the
// root of the tree declare.
func inPlay(pins []msrv.Pin, argv []string, shell bool) []msrv.Ecosystem {
	if eco, ok := ecosystemOf(argv, shell); ok {
		return []msrv.Ecosystem{eco}
	}
	var out []msrv.Ecosystem
	for _, eco := range known() {
		if slices.ContainsFunc(pins, func(p msrv.Pin) bool { return p.Ecosystem == eco && atRoot(p) && p.Role <= msrv.RoleSelector }) {
			out = append(out, eco)
		}
	}
	return out
}

func atRoot(p msrv.Pin) bool { return !strings.Contains(p.Path, "/") }

// A finder finds the tools of one tree.
type finder struct {
	pins  []msrv.Pin
	probe prober
	home  string                           // of the user
	paths func(name string) (string, bool) // finds a program on the user's PATH
}

// find finds the tool of an ecosystem that a name asks for. ok is false where the tree declares none, so
// that there is nothing to choose.
func (f *finder) find(eco msrv.Ecosystem, name string) (t tool, ok bool) {
	switch name {
	case Selected:
		if eco == msrv.Rust && f.rustFile() {
			return f.rustSelected(), true
		}
		if v := f.selected(eco); v != "" {
			return f.release(eco, v), true
		}
		return tool{}, false
	case Floor:
		v := f.floor(eco)
		if v == "" {
			return tool{}, false
		}
		t := f.release(eco, v)
		if eco == msrv.Go {
			t.env = append(t.env, "GOFLAGS+=-mod=readonly")
		}
		return t, true
	}
	return f.release(eco, name), true
}

// release finds a release of an ecosystem's toolchain.
func (f *finder) release(eco msrv.Ecosystem, v string) tool {
	switch eco {
	case msrv.Rust:
		return f.rust(v)
	case msrv.Go:
		return f.golang(v)
	case msrv.Node:
		return f.node(v)
	case msrv.Python:
		return f.python(v)
	case msrv.Java:
		return f.java(v)
	}
	return tool{eco: eco, missing: "its toolchains are not known here"}
}

// floor is the least release that the tree promises for a toolchain; "" for none.
func (f *finder) floor(eco msrv.Ecosystem) string {
	if eco == msrv.Go { // the module in which the command runs
		for _, p := range f.pins {
			if p.Ecosystem == eco && p.Role == msrv.RoleFloor && p.Path == "go.mod" {
				return goRelease(p.Version.Least())
			}
		}
	}
	var shipped []msrv.Pin
	for _, p := range f.pins {
		if msrv.PartOf(p.Path) == msrv.PartShipped && !p.Implied {
			shipped = append(shipped, p)
		}
	}
	p, ok := msrv.EffectiveFloor(shipped, eco)
	if !ok {
		return ""
	}
	if eco == msrv.Go {
		return goRelease(p.Version.Least())
	}
	return p.Version.Least()
}

// selected is the release that developers of the tree use; "" for none.
func (f *finder) selected(eco msrv.Ecosystem) string {
	for _, p := range f.pins {
		if p.Ecosystem != eco || p.Role != msrv.RoleSelector || !atRoot(p) {
			continue
		}
		if v := p.Version.Least(); v != "" {
			if eco == msrv.Node || eco == msrv.Python || eco == msrv.Java {
				return strings.TrimPrefix(strings.TrimSpace(p.Value), "v") // 20 is the newest 20 that is there
			}
			return v
		}
	}
	return f.floor(eco)
}

// goRelease is how a release of Go is called: 1.26 is 1.26.0 from 1.21 on.
func goRelease(v string) string {
	major, rest, _ := strings.Cut(v, ".")
	if major == "1" && rest != "" && !strings.ContainsAny(rest, ".rb") && (len(rest) > 2 || rest >= "21" && len(rest) == 2) {
		return v + ".0"
	}
	return v
}

// begins reports whether a version is another one, or begins with its numbers: 20.11.1 with 20.
func begins(version, with string) bool {
	version, with = strings.TrimPrefix(version, "v"), strings.TrimPrefix(with, "v")
	return version == with || strings.HasPrefix(version, with+".") || strings.HasPrefix(version, with+"-")
}
