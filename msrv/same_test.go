package msrv

import (
	"testing"
	"testing/fstest"
)

func TestSame(t *testing.T) {
	t.Parallel()
	const root, crate = "[workspace.package]\nrust-version = \"1.80\"\n", "[package]\nrust-version.workspace = true\n"
	const flow = "jobs:\n  a:\n    steps:\n      - with:\n          toolchain: 1.80\n"
	for _, c := range []struct {
		name, path, was, now string
		root                 string // of the workspace, afterwards
		want                 bool
	}{
		{"a dependency", "a/Cargo.toml", crate, crate + "[dependencies]\nserde = \"1\"\n", root, true},
		{"the root moves", "a/Cargo.toml", crate, crate + "[dependencies]\nserde = \"1\"\n", "[workspace.package]\nrust-version = \"1.81\"\n", false},
		{"own floor in place of the root's", "a/Cargo.toml", crate, "[package]\nrust-version = \"1.80\"\n", root, false},
		{"a floor rises", "a/Cargo.toml", "[package]\nrust-version = \"1.80\"\n", "[package]\nrust-version = \"1.81\"\n", root, false},
		{"an edition comes", "a/Cargo.toml", crate, crate + "edition = \"2024\"\n", root, false},
		{"not TOML any more", "a/Cargo.toml", crate, crate + "x\n", root, false},
		{"a key twice", "a/Cargo.toml", crate, crate + "x = 1\nx = 2\n", root, false},
		{"becomes a workspace", "a/Cargo.toml", crate, crate + "[workspace]\n", root, false},
		{"the root itself", "Cargo.toml", root, root + "# comment\n", root, false},
		{"a package in the lock", "Cargo.lock", "version = 4\n\n[[package]]\nname = \"a\"\n", "version = 4\n\n[[package]]\nname = \"b\"\n", "", true},
		{"a lock with an array", "Cargo.lock", "version = 4\n", "version = 4\n\n[[package]]\nname = \"b\"\ndependencies = [\n \"a\",\n]\n", "", true},
		{"a broken lock", "Cargo.lock", "version = 4\n\n[[package]]\nname = \"a\"\n", "version = 4\n\n[[package]\nname = \"b\"\n", "", false},
		{"a key twice in a lock", "Cargo.lock", "version = 4\n\n[[package]]\nname = \"a\"\n", "version = 4\n\n[[package]]\nname = \"b\"\nname = \"c\"\n", "", false},
		{"a version below a package", "Cargo.lock", "\n[[package]]\nname = \"a\"\n", "\n[[package]]\nname = \"a\"\nversion = \"1\"\n", "", true},
		{"a newer lock", "Cargo.lock", "version = 3\n\n[[package]]\nname = \"a\"\n", "version = 4\n\n[[package]]\nname = \"a\"\n", "", false},
		{"an old lock becomes new", "Cargo.lock", "[[package]]\nname = \"a\"\n", "version = 4\n[[package]]\nname = \"a\"\n", "", false},
		{"a step", ".github/workflows/main.yml", flow, flow + "      - run: make\n", root, true},
		{"a script", ".github/workflows/main.yml", flow, flow + "      - run: |\n          make\n          make install\n", root, true},
		{"a nightly in a longer script", ".github/workflows/main.yml", flow, flow + "      - run: |\n          make\n          rustup install nightly-2026-01-01\n", root, false},
		{"a toolchain", ".github/workflows/main.yml", flow, flow + "      - with:\n          toolchain: 1.81\n", root, false},
		{"a nightly in a script", ".github/workflows/main.yml", flow, flow + "      - run: rustup install nightly-2026-01-01\n", root, false},
		{"a runner", ".github/workflows/main.yml", flow, flow + "    runs-on: ubuntu-24.04\n", root, false},
		{"a file of another kind", "go.mod", "module m\n\ngo 1.22\n", "module m\n\ngo 1.22\n// x\n", root, false},
		{"a file that goes", "a/Cargo.toml", crate, "", root, false},
	} {
		was := fstest.MapFS{"Cargo.toml": {Data: []byte(root)}, c.path: {Data: []byte(c.was)}}
		now := fstest.MapFS{"Cargo.toml": {Data: []byte(c.root)}, c.path: {Data: []byte(c.now)}}
		if c.now == "" {
			delete(now, c.path)
		}
		if got := Same(was, now, []string{c.path}, Options{}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		v := Gate(GateInput{Tip: ReadPins(was, []string{c.path}, Options{}), Result: ReadPins(now, []string{c.path}, Options{})})
		checkSame(t, was, now, c.path, v)
	}
}
