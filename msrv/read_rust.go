package msrv

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// rustToolchain reads rust-toolchain.toml and rust-toolchain; side by side they must say the same.
func (r *reader) rustToolchain(f file) {
	start := len(r.out.Pins)
	r.toolchainFile(f)
	twin := "rust-toolchain"
	if path.Base(f.path) == twin {
		twin += ".toml"
	}
	p := path.Join(path.Dir(f.path), twin)
	if slices.Contains(r.out.Files, p) {
		return // both were asked for, and compared when the first was read
	}
	g, problem, there := load(r.tree, p, maxFile)
	if !there {
		return
	}
	g.role = f.role
	other := &reader{tree: r.tree}
	if problem != nil {
		problem.Role = f.role
		other.out.Problems = append(other.out.Problems, *problem)
	} else {
		other.begin()
		other.toolchainFile(g)
	}
	r.out.Problems = append(r.out.Problems, other.out.Problems...)
	for _, a := range r.out.Pins[start:] {
		for _, b := range other.out.Pins {
			if change(a.Version, b.Version) != Unchanged {
				r.problem(f, a.Line, spec{key: a.Key, role: a.Role}, TroubleContradictory,
					fmt.Errorf("%q here, %q in %s", clip(a.Value), clip(b.Value), b.Place()))
			}
		}
	}
}

// toolchainFile reads one of the two, in either of its forms: TOML, or a bare line in the one without .toml.
func (r *reader) toolchainFile(f file) {
	s := spec{key: "toolchain.channel", eco: Rust, role: RoleSelector, scheme: SchemeChannel}
	data, skipped := f.text()
	line := strings.TrimSpace(string(data))
	if path.Base(f.path) == "rust-toolchain" && !strings.ContainsAny(line, "\n[=") {
		if line == "" {
			r.problem(f, 0, s, TroubleValue, errors.New("is empty"))
			return
		}
		at := skipped + strings.Index(string(data), line)
		r.pin(f, s, document.Span{Start: at, End: at + len(line)})
		return
	}
	doc, err := document.TOMLOf(r.tree, f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	if v, ok := doc.Get("toolchain", "channel"); ok {
		r.stringValue(f, s, v)
	}
	if v, ok := doc.Get("toolchain", "path"); ok {
		s.key, s.scheme = "toolchain.path", SchemeText
		r.stringValue(f, s, v)
	}
}

// clippy reads clippy's msrv.
func (r *reader) clippy(f file) {
	doc, err := document.TOMLOf(r.tree, f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	if v, ok := doc.Get("msrv"); ok {
		r.stringValue(f, spec{key: "msrv", eco: Rust, role: RoleSelector, scheme: SchemeRust}, v)
	}
}

// stringValue records a pin of a TOML or JSON document whose value must be a string.
func (r *reader) stringValue(f file, s spec, v document.Value) {
	if v.Kind != document.String {
		r.problem(f, v.Line, s, TroubleValue, fmt.Errorf("want a string, have a %v", v.Kind))
		return
	}
	r.value(f, s, v.Text, v.Inner())
}
