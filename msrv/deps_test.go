package msrv

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const lockBefore = `version = 4
[[package]]
name = "own"
version = "1.0.0"
[[package]]
name = "a"
version = "1.0.0"
source = "registry+https://example.com/index"
`

func lockAfter() string {
	out := lockBefore
	for _, name := range []string{"low", "high", "silent", "modern", "absent", "stale"} {
		out += fmt.Sprintf("[[package]]\nname = %q\nversion = \"2.0.0\"\nsource = \"registry+https://example.com/index\"\n", name)
	}
	return out
}

func listed(deps []Dependency) []string {
	var out []string
	for _, d := range deps {
		out = append(out, fmt.Sprintf("%s %s %v %s %s:%d", d.Name, d.Version, d.Known, d.Floor, d.Path, d.Line))
	}
	return out
}

func TestCargoDependencies(t *testing.T) {
	files := map[string]string{
		"Cargo.lock":                   lockAfter(),
		"vendor/low/Cargo.toml":        "[package]\nname = 'low'\nversion = '2.0.0'\nedition = '2021'\nrust-version = '1.60'\n",
		"vendor/high-2.0.0/Cargo.toml": "[package]\nname = 'high'\nversion = '2.0.0'\nrust-version = '1.80'\n",
		"vendor/silent/Cargo.toml":     "[package]\nname = 'silent'\nversion = '2.0.0'\nedition = '2018'\n",
		"vendor/modern/Cargo.toml":     "[package]\nname = 'modern'\nversion = '2.0.0'\nedition = '2024'\n",
		"vendor/stale/Cargo.toml":      "[package]\nname = 'stale'\nversion = '1.9.0'\nrust-version = '1.60'\n",
	}
	floor, err := ParseVersion(SchemeRust, "1.70")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"low 2.0.0 within 1.60 vendor/low/Cargo.toml:5",
		"high 2.0.0 above 1.80 vendor/high-2.0.0/Cargo.toml:4",
		"silent 2.0.0 unknown  :0",
		"modern 2.0.0 above 2024 vendor/modern/Cargo.toml:4",
		"absent 2.0.0 unknown  :0",
		"stale 2.0.0 unknown  :0",
	}
	deps, err := CargoDependencies(mapFS(files), "Cargo.lock", []byte(lockBefore), floor, Store{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, listed(deps)); diff != "" {
		t.Error(diff)
	}
	files[".cargo/config.toml"] = "[source.crates-io]\nreplace-with = 'v'\n[source.v]\ndirectory = 'third'\n"
	files["third/absent/Cargo.toml"] = "[package]\nname = 'absent'\nversion = '2.0.0'\nrust-version = '1.71'\n"
	deps, err = CargoDependencies(mapFS(files), "Cargo.lock", []byte(lockBefore), floor, Store{})
	if err != nil || deps[4].Known != FloorAbove || deps[0].Known != FloorUnknown {
		t.Errorf("with a source directory: %v, %v", listed(deps), err)
	}
	if deps, err := CargoDependencies(mapFS(files), "Cargo.lock", nil, Version{}, Store{}); err != nil || len(deps) != 7 || deps[5].Known != FloorUnknown {
		t.Errorf("without a floor nothing is known: %v, %v", listed(deps), err)
	}
	for name, broken := range map[string]string{"lock": "[[package]]\n<<<<<<<\n", "twice": "version = 4\nversion = 4\n"} {
		if _, err := CargoDependencies(mapFS(map[string]string{"Cargo.lock": broken}), "Cargo.lock", nil, floor, Store{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestGoDependencies(t *testing.T) {
	before := "module m\n\ngo 1.22\n\nrequire example.com/a v1.0.0\n"
	files := map[string]string{
		"go.mod": "module m\n\ngo 1.22\n\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.2.0\n\texample.com/c v1.3.0\n\texample.com/d v1.4.0 // indirect\n\texample.com/e v1.5.0\n)\n",
		"vendor/modules.txt": "# example.com/a v1.0.0\n## explicit; go 1.30\nexample.com/a\n# example.com/b v1.2.0\n## explicit; go 1.21\nexample.com/b\n" +
			"# example.com/c v1.3.0 => ./c\n## explicit; go 1.23.0\nexample.com/c\n# example.com/d v1.4.0\n## explicit\nexample.com/d\n# example.com/e v1.4.9\n## explicit; go 1.18\n",
	}
	floor, err := ParseVersion(SchemeGo, "1.22")
	if err != nil {
		t.Fatal(err)
	}
	deps, err := GoDependencies(mapFS(files), "go.mod", []byte(before), floor, Store{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"example.com/b v1.2.0 within 1.21 vendor/modules.txt:5",
		"example.com/c v1.3.0 above 1.23.0 vendor/modules.txt:8",
		"example.com/d v1.4.0 unknown  :0",
		"example.com/e v1.5.0 unknown  :0",
	}
	if diff := cmp.Diff(want, listed(deps)); diff != "" {
		t.Error(diff)
	}
	if _, err := GoDependencies(mapFS(map[string]string{"go.mod": "require ("}), "go.mod", nil, floor, Store{}); err == nil {
		t.Error("a broken go.mod gives no error")
	}
}
