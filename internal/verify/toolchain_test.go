package verify_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/verify"
)

// Code that needs an API of the newer Go passes with the branch's own toolchain, and fails with the floor
// that it promises.
func TestGoForReal(t *testing.T) {
	need(t, "go")
	const floor = "go1.25.0"
	show := exec.CommandContext(t.Context(), "go", "version")
	show.Dir, show.Env = t.TempDir(), append(os.Environ(), "GOTOOLCHAIN="+floor, "GOFLAGS=")
	if out, err := show.CombinedOutput(); err != nil {
		t.Skipf("%s cannot be had here: %s", floor, out)
	}
	b := newBench(t, map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.25.0\n\ntoolchain " + runtime.Version() + "\n",
		"m.go":   "// Package m needs an API that came with Go 1.26.\npackage m\n\nimport (\n\t\"errors\"\n\t\"io/fs\"\n)\n\nfunc Path(err error) (*fs.PathError, bool) { return errors.AsType[*fs.PathError](err) }\n",
	})
	b.Toolchains, b.Argv = []string{verify.Floor, verify.Selected}, []string{"go", "build", "./..."}
	results, err := b.Run(t.Context())
	if err != nil || len(results) != 2 {
		t.Fatalf("%v, %v", results, err)
	}
	if r := results[0]; r.Status != verify.Failed || !strings.Contains(string(r.Tail), "AsType") || !slices.ContainsFunc(r.Tools, has("go1.25.0")) {
		t.Errorf("floor: %s (%s), %q\n%s", r.Status, r.Reason, r.Tools, r.Tail)
	}
	if r := results[1]; r.Status != verify.Passed || !slices.ContainsFunc(r.Tools, has(runtime.Version())) {
		t.Errorf("selected: %s (%s), %q\n%s", r.Status, r.Reason, r.Tools, r.Tail)
	}
	b.empty(t)
}

func has(part string) func(string) bool {
	return func(s string) bool { return strings.Contains(s, part) }
}

func TestGoThatIsNotThere(t *testing.T) {
	need(t, "go")
	b := newBench(t, map[string]string{"go.mod": "module example.com/m\n\ngo 1.21.77\n"})
	b.Environ = append(b.Environ, "GOTOOLCHAIN=auto")
	b.Toolchains = []string{verify.Floor}
	r := b.one(t, "go", "version")
	if r.Status != verify.Unverified || r.Install != "GOTOOLCHAIN=go1.21.77 go version" || r.Exit != -1 {
		t.Errorf("%+v", r)
	}
}

// standIn makes programs that record how they are called.
func standIn(t *testing.T, b *bench, programs map[string]string) (record string) {
	t.Helper()
	dir := t.TempDir()
	record = filepath.Join(dir, "record")
	for name, script := range programs {
		text := "#!/bin/sh\necho \"${0##*/} $* [$RUSTUP_TOOLCHAIN] [$RUSTUP_AUTO_INSTALL]\" >>" + record + "\n" + script + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.Environ = []string{"PATH=" + dir + ":/usr/bin:/bin", "HOME=" + dir}
	return record
}

func rustStandIn() map[string]string {
	return map[string]string{
		"rustup": `case "$1 $2" in
"toolchain list") echo "stable-x86_64-unknown-linux-gnu (default)"; echo "1.94.0-x86_64-unknown-linux-gnu"; echo "1.86-x86_64-unknown-linux-gnu" ;;
"show active-toolchain") grep -q 1.96.0 rust-toolchain.toml && echo 1.96.0 ;;
esac`,
		"rustc": `case "$RUSTUP_TOOLCHAIN" in
1.94.0-*) echo "rustc 1.94.0 (4a4ef493e 2026-03-02)" ;;
1.86-*) echo "rustc 1.86.0 (05f9846f8 2025-03-31)" ;;
*) echo "rustc 1.96.0 (abcdef012 2026-05-28)" ;;
esac`,
		"cargo": `case "$RUSTUP_TOOLCHAIN" in 1.94.0-*) echo "error[E0658]: use of unstable library feature" >&2; exit 101 ;; esac`,
	}
}

func TestRustupStandIn(t *testing.T) {
	files := map[string]string{
		"Cargo.toml":          "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition = \"2021\"\nrust-version = \"1.94\"\n",
		"src/lib.rs":          "",
		"rust-toolchain.toml": "[toolchain]\nchannel = \"1.96.0\"\n",
	}
	b := newBench(t, files)
	record := standIn(t, &b, rustStandIn())
	b.Toolchains, b.Argv = []string{verify.Floor, verify.Selected, "1.86", "1.70.0"}, []string{"cargo", "check", "--workspace"}
	results, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		status  verify.Status
		tool    string
		install string
	}{
		{verify.Failed, "rustc 1.94.0", ""}, {verify.Passed, "rustc 1.96.0", ""}, {verify.Passed, "rustc 1.86.0", ""},
		{verify.Unverified, "", "rustup toolchain install 1.70.0 --profile minimal"},
	} {
		r := results[i]
		if r.Status != want.status || r.Install != want.install || want.tool != "" && !slices.ContainsFunc(r.Tools, has(want.tool)) {
			t.Errorf("%s: %s (%s), %q, %q", r.Toolchain, r.Status, r.Reason, r.Tools, r.Install)
		}
	}
	log, err := os.ReadFile(record)
	if err != nil || !strings.Contains(string(log), "cargo check --workspace [1.94.0-x86_64-unknown-linux-gnu] [0]\n") ||
		!strings.Contains(string(log), "cargo check --workspace [] [0]\n") || strings.Contains(string(log), "install 1") {
		t.Errorf("%s, %v", log, err)
	}
}

// A cargo that does not heed rustup is not taken for what was asked for.
func TestCargoThatIsNotRustups(t *testing.T) {
	b := newBench(t, map[string]string{"Cargo.toml": "[package]\nname = \"a\"\nversion = \"1.0.0\"\nrust-version = \"1.94\"\n"})
	programs := rustStandIn()
	programs["rustc"] = `echo "rustc 1.75.0 (82e1608df 2023-12-21)"`
	standIn(t, &b, programs)
	b.Toolchains = []string{verify.Floor}
	if r := b.one(t, "cargo", "check"); r.Status != verify.Unverified || !strings.Contains(r.Reason, "rustc 1.75.0") {
		t.Errorf("%+v", r)
	}
}

func TestRustForReal(t *testing.T) {
	need(t, "cargo")
	out, err := exec.CommandContext(t.Context(), "rustc", "-V").Output()
	words := strings.Fields(string(out))
	if err != nil || len(words) < 2 {
		t.Skipf("rustc does not run here: %v", err)
	}
	b := newBench(t, map[string]string{
		"Cargo.toml": "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition = \"2021\"\nrust-version = \"" + words[1] + "\"\n",
		"src/lib.rs": "pub fn one() -> u32 { 1 }\n",
	})
	b.Cache = t.TempDir()
	b.Toolchains = []string{verify.Floor}
	r := b.one(t, "cargo", "check", "--offline")
	if r.Status != verify.Passed || !slices.ContainsFunc(r.Tools, has(words[1])) {
		t.Errorf("%s (%s)\n%s", r.Status, r.Reason, r.Tail)
	}
	if _, err := os.Stat(filepath.Join(b.Cache, "target", "release-1.x")); err != nil {
		t.Errorf("the build directory: %v", err)
	}
}

func TestNodeForReal(t *testing.T) {
	need(t, "node")
	out, err := exec.CommandContext(t.Context(), "node", "--version").Output()
	if err != nil {
		t.Skipf("node does not run here: %v", err)
	}
	version := strings.TrimPrefix(strings.TrimSpace(string(out)), "v")
	major, _, _ := strings.Cut(version, ".")
	b := newBench(t, map[string]string{
		"package.json": `{"name": "a", "version": "1.0.0", "engines": {"node": ">=9.8.7"}}`, ".nvmrc": "v" + major + "\n",
	})
	b.Toolchains, b.Argv = []string{verify.Floor, verify.Selected}, []string{"node", "-e", "process.exit(0)"}
	results, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r := results[0]; r.Status != verify.Unverified || !strings.Contains(r.Install, "9.8.7") {
		t.Errorf("floor: %+v", r)
	}
	if r := results[1]; r.Status != verify.Passed || !slices.ContainsFunc(r.Tools, has(version)) {
		t.Errorf("selected: %+v", r)
	}
}
