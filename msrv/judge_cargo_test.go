package msrv

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// cargoAt writes a package with a line of its own in its manifest, and runs cargo there.
func cargoAt(t *testing.T, line string, args ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	manifest := "[package]\nname = \"x\"\nversion = \"0.1.0\"\n" + line + "\n"
	if err := os.WriteFile(filepath.Join(dir, "Cargo.toml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "lib.rs"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "cargo", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func cargoVersion(t *testing.T) (major, minor int) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "cargo", "--version").Output()
	m := regexp.MustCompile(`cargo (\d+)\.(\d+)`).FindSubmatch(out)
	if err != nil || m == nil {
		t.Skipf("cargo cannot judge here: %v %s", err, out)
	}
	if _, err := fmt.Sscanf(string(m[0]), "cargo %d.%d", &major, &minor); err != nil {
		t.Fatal(err)
	}
	return major, minor
}

// What cargo takes as a rust-version, we take, and nothing else.
func TestRustVersionAgainstCargo(t *testing.T) {
	cargoVersion(t)
	for _, text := range []string{"1.56", "1", "1.70.0", "1.70.1", "2.0", "1.070", "01.70", "1.70.0.0", "1.70-nightly", "1.70.0-beta.1", "1.70.0+x", "^1.70", ">=1.70", "=1.70",
		"~1.70", "1.x", "1.*", "", "v1.70", "stable", "1..70", "1.70.", ".70", "1,70", "1.70 ", " 1.70"} {
		out, err := cargoAt(t, fmt.Sprintf("edition = \"2015\"\nrust-version = %q\n[lib]\npath = \"lib.rs\"", text), "metadata", "--no-deps", "--offline", "--format-version", "1")
		_, ours := ParseVersion(SchemeRust, text)
		if (err == nil) != (ours == nil) {
			t.Errorf("%q: cargo: %v, here: %v\n%s", text, err, ours, out)
		}
	}
}

// Cargo refuses to build exactly what declares more than the compiler it has.
func TestRustOrderAgainstCargo(t *testing.T) {
	major, minor := cargoVersion(t)
	own, err := ParseVersion(SchemeRust, fmt.Sprintf("%d.%d", major, minor))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprintf("%d.%d", major, minor), fmt.Sprintf("%d.%d.0", major, minor), fmt.Sprintf("%d.%d", major, minor-1), fmt.Sprintf("%d.%d.9", major, minor-1),
		fmt.Sprintf("%d.%d", major, minor+1), fmt.Sprintf("%d.%d.0", major, minor+1), fmt.Sprintf("%d.9", major), fmt.Sprint(major), fmt.Sprint(major + 1), fmt.Sprintf("%d.0.1", major+1)} {
		out, err := cargoAt(t, fmt.Sprintf("edition = \"2015\"\nrust-version = %q\n[lib]\npath = \"lib.rs\"", text), "check", "--offline", "--quiet")
		v, ours := ParseVersion(SchemeRust, text)
		if ours != nil {
			t.Fatal(ours)
		}
		order, ok := own.Compare(v)
		if !ok || (order < 0) != (err != nil) {
			t.Errorf("%q: cargo %d.%d: %v, here %d\n%s", text, major, minor, err, order, out)
		}
	}
}

// The editions and resolvers of the table are those that cargo takes.
func TestEditionsAgainstCargo(t *testing.T) {
	cargoVersion(t)
	for key, values := range map[string][]string{"edition": {"2015", "2018", "2021", "2024", "2020", "2027", "21"}, "resolver": {"1", "2", "3", "4", "0", "v2"}} {
		scheme := map[string]Scheme{"edition": SchemeEdition, "resolver": SchemeResolver}[key]
		for _, text := range values {
			out, err := cargoAt(t, fmt.Sprintf("%s = %q\n[lib]\npath = \"lib.rs\"", key, text), "metadata", "--no-deps", "--offline", "--format-version", "1")
			v, ours := ParseVersion(scheme, text)
			if err == nil && ours != nil {
				t.Errorf("%s %q: cargo takes it, here: %v", key, text, ours)
			}
			if err != nil && ours == nil {
				t.Errorf("%s %q is %v here, cargo refuses it:\n%s", key, text, v, out)
			}
		}
	}
}
