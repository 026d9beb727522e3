package msrv

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// workspaces are trees for which cargo says who the members are and what rust-version each has.
var workspaces = []struct {
	name  string
	files map[string]string
}{
	{"virtual with globs", map[string]string{
		"Cargo.toml":             "[workspace]\nmembers = ['crates/*', 'tools/x?']\nexclude = ['crates/out']\n[workspace.package]\nrust-version = '1.70'\nedition = '2021'\n",
		"crates/a/Cargo.toml":    "[package]\nname = 'a'\nversion = '1.0.0'\nrust-version.workspace = true\nedition.workspace = true\n",
		"crates/b/Cargo.toml":    "[package]\nname = 'b'\nversion = '1.0.0'\nrust-version = '1.60'\n",
		"crates/c/Cargo.toml":    "[package]\nname = 'c'\nversion = '1.0.0'\nrust-version = { workspace = true }\n",
		"crates/out/Cargo.toml":  "[package]\nname = 'out'\nversion = '1.0.0'\nrust-version = '1.75'\n",
		"tools/xy/Cargo.toml":    "[package]\nname = 'xy'\nversion = '1.0.0'\n",
		"tools/other/Cargo.toml": "[package]\nname = 'other'\nversion = '1.0.0'\n",
	}},
	{"root package, path dependencies", map[string]string{
		"Cargo.toml": "[package]\nname = 'root'\nversion = '1.0.0'\nrust-version.workspace = true\n[workspace]\nexclude = ['out']\n[workspace.package]\nrust-version = '1.66.1'\n" +
			"[workspace.dependencies]\nfar = { path = 'deep/far' }\n[dependencies]\nnear = { path = 'near' }\nout = { path = 'out' }\n[dev-dependencies]\nfar.workspace = true\n",
		"near/Cargo.toml":        "[package]\nname = 'near'\nversion = '1.0.0'\nrust-version.workspace = true\n[target.'cfg(unix)'.build-dependencies]\nnested = { path = 'nested' }\n",
		"near/nested/Cargo.toml": "[package]\nname = 'nested'\nversion = '1.0.0'\nrust-version = '1.50'\n",
		"deep/far/Cargo.toml":    "[package]\nname = 'far'\nversion = '1.0.0'\nworkspace = '../..'\nrust-version.workspace = true\n",
		"out/Cargo.toml":         "[package]\nname = 'out'\nversion = '1.0.0'\n",
		"loose/Cargo.toml":       "[package]\nname = 'loose'\nversion = '1.0.0'\n",
	}},
	{"any depth", map[string]string{
		"Cargo.toml":            "[workspace]\nmembers = ['lib/**/c?']\n",
		"lib/c1/Cargo.toml":     "[package]\nname = 'c1'\nversion = '1.0.0'\nrust-version = '1.31'\n",
		"lib/x/y/c2/Cargo.toml": "[package]\nname = 'c2'\nversion = '1.0.0'\n",
		"lib/x/d3/Cargo.toml":   "[package]\nname = 'd3'\nversion = '1.0.0'\n",
	}},
	{"a member that exclude names too", map[string]string{
		"Cargo.toml":       "[workspace]\nmembers = ['x/in']\nexclude = ['x']\n[workspace.package]\nrust-version = '1.80'\n",
		"x/in/Cargo.toml":  "[package]\nname = 'in'\nversion = '1.0.0'\nrust-version.workspace = true\n",
		"x/out/Cargo.toml": "[package]\nname = 'out'\nversion = '1.0.0'\n",
	}},
	{"legacy project table and metadata", map[string]string{
		"Cargo.toml": "[package]\nname = 'a'\nversion = '1.0.0'\nrust-version = '1.31'\nedition = '2018'\n[package.metadata]\nmsrv = '1.90'\n",
	}},
}

func TestMembersAgainstCargo(t *testing.T) {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		t.Skip("no cargo on PATH to judge")
	}
	if err := exec.CommandContext(t.Context(), cargo, "metadata", "--help").Run(); err != nil {
		t.Skipf("cargo cannot judge here: %v", err)
	}
	for _, tc := range workspaces {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			for p, text := range tc.files {
				full := filepath.Join(dir, filepath.FromSlash(p))
				if err := os.MkdirAll(filepath.Join(filepath.Dir(full), "src"), 0o755); err != nil {
					t.Fatal(err)
				}
				for name, data := range map[string]string{full: text, filepath.Join(filepath.Dir(full), "src", "lib.rs"): ""} {
					if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			cmd := exec.CommandContext(t.Context(), cargo, "metadata", "--offline", "--no-deps", "--format-version=1")
			cmd.Dir = dir
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("cargo metadata: %v", err)
			}
			compareMetadata(t, dir, out)
		})
	}
}

// compareMetadata compares members, rust-version and edition with what cargo metadata prints.
func compareMetadata(t *testing.T, dir string, out []byte) {
	var metadata struct {
		Packages []struct {
			Manifest string `json:"manifest_path"`
			Rust     string `json:"rust_version"`
			Edition  string `json:"edition"`
		}
	}
	if err := json.Unmarshal(out, &metadata); err != nil {
		t.Fatal(err)
	}
	var paths []string
	want := map[string]string{}
	for _, p := range metadata.Packages {
		rel, err := filepath.Rel(dir, p.Manifest)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, filepath.ToSlash(rel))
		if p.Edition == "2015" {
			p.Edition = "" // what cargo says where a manifest says nothing
		}
		want[filepath.ToSlash(rel)] = p.Rust + " " + p.Edition
	}
	slices.Sort(paths)
	tree := os.DirFS(dir)
	members, err := Members(tree, "Cargo.toml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(paths, members); diff != "" {
		t.Errorf("members (cargo, here): %s", diff)
	}
	reading := ReadPins(tree, paths, Options{})
	for _, p := range reading.Problems {
		t.Error(p)
	}
	for _, path := range paths {
		var rust, edition string
		for _, pin := range reading.Pins {
			switch {
			case pin.Path != path:
			case pin.Key == "package.rust-version":
				rust = pin.Value
			case pin.Key == "package.edition":
				edition = pin.Value
			}
		}
		if v, err := ParseVersion(SchemeRust, rust); err == nil {
			if judged, err := ParseVersion(SchemeRust, strings.Fields(want[path] + " -")[0]); err != nil || change(v, judged) != Unchanged {
				t.Errorf("%s: rust-version %q, cargo says %q", path, rust, want[path])
			}
		} else if !strings.HasPrefix(want[path], " ") {
			t.Errorf("%s: no rust-version, cargo says %q", path, want[path])
		}
		if got := " " + edition; !strings.HasSuffix(want[path], got) || edition == "" && !strings.HasSuffix(want[path], " ") {
			t.Errorf("%s: edition %q, cargo says %q", path, edition, want[path])
		}
	}
}

func TestEffectiveFloor(t *testing.T) {
	tree := mapFS(workspaces[0].files)
	members, err := Members(tree, "Cargo.toml")
	if err != nil {
		t.Fatal(err)
	}
	floor, ok := EffectiveFloor(ReadPins(tree, members, Options{}).Pins, Rust)
	if !ok || floor.Value != "1.70" || floor.Place() != "crates/a/Cargo.toml:4" {
		t.Errorf("%+v, %v", floor, ok)
	}
	if _, ok := EffectiveFloor(nil, Rust); ok {
		t.Error("no pins have a floor")
	}
}

func TestMembersErrors(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no root":       {},
		"broken member": {"Cargo.toml": "[workspace]\nmembers = ['a']\n", "a/Cargo.toml": "["},
		"broken glob":   {"Cargo.toml": "[workspace]\nmembers = ['a[']\n", "a/Cargo.toml": "[package]\n"},
	} {
		if got, err := Members(mapFS(files), "Cargo.toml"); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
