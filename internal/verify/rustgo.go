package verify

import (
	"strings"

	"github.com/git-backport/git-backport/msrv"
)

// rustFile reports whether the tree's root has a file that selects a toolchain: rustup's own shims read it.
func (f *finder) rustFile() bool {
	for _, p := range f.pins {
		if p.Path == "rust-toolchain" || p.Path == "rust-toolchain.toml" {
			return true
		}
	}
	return false
}

// rustSelected is the toolchain that the tree's file selects. rustup is told to install nothing.
func (f *finder) rustSelected() tool {
	t := tool{eco: msrv.Rust, env: []string{"RUSTUP_AUTO_INSTALL=0", "-RUSTUP_TOOLCHAIN"}, version: []string{"rustc", "-V"}}
	if _, ok := f.paths("rustup"); !ok {
		return t // whatever rustc is there; its version is on record
	}
	if out, ok := f.probe(t.env, "rustup", "show", "active-toolchain"); !ok {
		t.missing, t.install = "the toolchain that the tree's file selects is not installed: "+lastWords(out), "rustup toolchain install"
	}
	return t
}

// rust finds a release of Rust: by rustup, else a cargo that is that one.
func (f *finder) rust(v string) tool {
	t := tool{eco: msrv.Rust, version: []string{"rustc", "-V"}, want: v}
	if _, ok := f.paths("rustup"); !ok {
		out, ok := f.probe(nil, "cargo", "-V")
		if ok && saysRelease(out, v) {
			return t
		}
		t.missing, t.install = "there is no rustup, and no cargo "+v, "rustup toolchain install "+v+" --profile minimal"
		return t
	}
	t.env = []string{"RUSTUP_AUTO_INSTALL=0"}
	list, _ := f.probe(t.env, "rustup", "toolchain", "list") // none, where it fails
	for line := range strings.Lines(list) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if channel, _, _ := strings.Cut(name, "-"); channel == "stable" || channel == "beta" { // which release is that?
			env := append(t.env[:1:1], "RUSTUP_TOOLCHAIN="+name)
			if out, ok := f.probe(env, "rustc", "-V"); ok && saysRelease(out, v) {
				t.env = env
				return t
			}
		}
		for _, form := range []string{v, strings.TrimSuffix(v, ".0")} {
			if name == form || strings.HasPrefix(name, form+"-") {
				t.env = append(t.env, "RUSTUP_TOOLCHAIN="+name)
				if strings.Trim(v, "0123456789.") != "" {
					t.want = "" // nightly, or a name of the user's
				}
				return t
			}
		}
	}
	t.missing, t.install = "Rust "+v+" is not installed", "rustup toolchain install "+v+" --profile minimal"
	return t
}

// saysRelease reports whether what "rustc -V" printed is a release: "rustc 1.94.0 (…)".
func saysRelease(out, v string) bool {
	words := strings.Fields(out)
	return len(words) > 1 && begins(words[1], v)
}

// golang finds a release of Go: the go on PATH switches to it, and may not fetch it.
func (f *finder) golang(v string) tool {
	v = strings.TrimPrefix(v, "go")
	t := tool{eco: msrv.Go, env: []string{"GOTOOLCHAIN=go" + v}, version: []string{"go", "version"}, want: v}
	if _, ok := f.paths("go"); !ok {
		t.missing, t.install = "there is no go on PATH", "see https://go.dev/dl"
		return t
	}
	if out, ok := f.probe(append([]string{"GOPROXY=off", "GOWORK=off", "GOFLAGS="}, t.env...), "go", "version"); !ok {
		t.missing, t.install = "Go "+v+" is not there: "+lastWords(out), "GOTOOLCHAIN=go"+v+" go version"
	}
	return t
}

// lastWords is the last line of what a program says.
func lastWords(out string) string {
	out = strings.TrimSpace(out)
	return out[strings.LastIndexByte(out, '\n')+1:]
}
