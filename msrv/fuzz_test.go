package msrv

import (
	"strings"
	"testing"
	"testing/fstest"
)

// checkReading tells what must hold for whatever bytes a pin file has: every pin lies where it says, keys
// are unique, problems have a place, and a tree judged against itself raises nothing.
func checkReading(t *testing.T, p, text string) Reading {
	t.Helper()
	tree := fstest.MapFS{p: {Data: []byte(text), Mode: 0o644}}
	r := ReadPins(tree, []string{p}, Options{})
	seen := map[string]bool{}
	for _, pin := range r.Pins {
		if pin.Path != p || seen[pin.Key] || pin.Role == 0 || pin.Ecosystem == "" && !strings.Contains(text, "@") && pin.Key == "" {
			t.Fatalf("%+v", pin)
		}
		seen[pin.Key] = true
		if pin.Span.Start < 0 || pin.Span.End < pin.Span.Start || pin.Span.End > len(text) {
			t.Fatalf("%s: span %v of %d bytes", pin.Key, pin.Span, len(text))
		}
		if want := 1 + strings.Count(text[:pin.Span.Start], "\n"); pin.From == "" && pin.Line != want {
			t.Fatalf("%s: line %d, want %d", pin.Key, pin.Line, want)
		}
	}
	for _, problem := range r.Problems {
		if problem.Path == "" || problem.Err == nil || problem.Role == 0 || problem.Trouble == 0 {
			t.Fatalf("%+v", problem)
		}
	}
	v := Gate(GateInput{Baseline: &r, Tip: r, Result: r})
	for _, f := range v.Findings {
		if f.Level == LevelStop {
			t.Fatalf("against itself: %+v", f)
		}
	}
	return r
}

// fuzzReader fuzzes the reader of one kind of file, and the taking out of its pins.
func fuzzReader(f *testing.F, p string, seeds ...string) {
	for _, tc := range hostile {
		if strings.HasSuffix(tc.path, p) && len(tc.bad) < 1000 {
			seeds = append(seeds, tc.good, tc.bad)
		}
	}
	for _, tc := range stripCases {
		if tc.path == p {
			seeds = append(seeds, tc.tip, tc.result)
		}
	}
	for i, seed := range seeds {
		f.Add(seed, seeds[(i+1)%len(seeds)])
	}
	f.Fuzz(func(t *testing.T, was, now string) {
		if len(was)+len(now) > 1<<16 {
			return
		}
		tip, result := checkReading(t, p, was), checkReading(t, p, now)
		v := Gate(GateInput{Tip: tip, Result: result})
		trees := [2]fstest.MapFS{{p: {Data: []byte(was)}}, {p: {Data: []byte(now)}}}
		out := StripPins(trees[0], trees[1], v, Options{})
		for _, s := range out.Files {
			if s.Deleted {
				continue
			}
			after := ReadPins(fstest.MapFS{p: {Data: s.Data}}, []string{p}, Options{})
			again := Gate(GateInput{Tip: tip, Result: after})
			if len(out.Left) == 0 && !again.OK {
				t.Fatalf("after the pins were taken out:\n%s\n%q", show(again), s.Data)
			}
		}
		if was == now && PinOnly([]Change{{p, []byte(was), []byte(now)}}, Options{}) {
			t.Fatal("nothing was changed")
		}
	})
}

func FuzzCargo(f *testing.F)     { fuzzReader(f, "Cargo.toml", cargoToml) }
func FuzzCargoLock(f *testing.F) { fuzzReader(f, "Cargo.lock", lockBefore) }
func FuzzRustToolchain(f *testing.F) {
	fuzzReader(f, "rust-toolchain", "nightly-2024-01-01\n", "[toolchain]\nchannel='1.86'")
}
func FuzzClippy(f *testing.F) { fuzzReader(f, "clippy.toml", "msrv = '1.86'\n") }
func FuzzGoMod(f *testing.F)  { fuzzReader(f, "go.mod", goModText) }
func FuzzGoWork(f *testing.F) { fuzzReader(f, "go.work", "go 1.25\n\ntoolchain go1.25.1\n\nuse ./a\n") }
func FuzzPackageJSON(f *testing.F) {
	fuzzReader(f, "package.json", pkgJSON, `{"volta":{"node":"18","extends":"../x"},"devEngines":{"runtime":[{"name":"node","version":">=18"}]}}`)
}
func FuzzVersionFile(f *testing.F) { fuzzReader(f, ".nvmrc", "lts/*\n", "# x\nv18.1\n") }
func FuzzVersionList(f *testing.F) { fuzzReader(f, ".python-version", "3.12\n3.11\n") }
func FuzzToolVersions(f *testing.F) {
	fuzzReader(f, ".tool-versions", "golang 1.22.3 1.21.9\nnodejs lts # x\n")
}
func FuzzMise(f *testing.F) {
	fuzzReader(f, "mise.toml", "[tools]\ngo='1'\nnode=['18',{version='20'}]\n")
}
func FuzzPyproject(f *testing.F) {
	fuzzReader(f, "pyproject.toml", "[project]\nrequires-python='>=3.9'\n[tool.poetry.dependencies]\npython={version='^3.8'}\n")
}
func FuzzSetupCfg(f *testing.F) {
	fuzzReader(f, "setup.cfg", "[options]\npython_requires =\n  >=3.8\n")
}
func FuzzCMake(f *testing.F) {
	fuzzReader(f, "CMakeLists.txt", "#[=[x]=]\ncmake_minimum_required(VERSION 3.9...3.20 FATAL_ERROR)\n", "cmake_minimum_required(VERSION ${V})")
}
func FuzzWorkflow(f *testing.F) {
	fuzzReader(f, ".github/workflows/ci.yml", workflows["plain"], workflows["items at the key's column"], workflows["matrix lists"], workflows["folded and keep"])
}
func FuzzDockerfile(f *testing.F) {
	fuzzReader(f, "Dockerfile", "FROM --platform=x a/b:1.2-c@sha256:d AS e\nFROM e\n")
}

func FuzzVersion(f *testing.F) {
	for _, tc := range orders {
		parts := strings.Split(tc.chain, " < ")
		for i := range parts {
			f.Add(uint8(tc.scheme), parts[i], parts[(i+1)%len(parts)], parts[0])
		}
	}
	f.Fuzz(func(t *testing.T, scheme uint8, x, y, z string) {
		var v [3]Version
		for i, text := range []string{x, y, z} {
			var err error
			if v[i], err = ParseVersion(Scheme(scheme), text); err != nil {
				return
			}
			if v[i].IsZero() || change(v[i], v[i]) != Unchanged {
				t.Fatalf("%q against itself: %v", text, change(v[i], v[i]))
			}
		}
		ab, ok := v[0].Compare(v[1])
		ba, back := v[1].Compare(v[0])
		if ok != back || ab != -ba {
			t.Fatalf("%q and %q: %d and %d", x, y, ab, ba)
		}
		bc, ok2 := v[1].Compare(v[2])
		ac, ok3 := v[0].Compare(v[2])
		oneWay := ab <= 0 && bc <= 0 || ab >= 0 && bc >= 0 // target frameworks have an order in part
		if ok && ok2 && oneWay && (!ok3 || ab <= 0 && bc <= 0 && ac > 0 || ab < 0 && bc <= 0 && ac >= 0) {
			t.Fatalf("%q %d %q %d %q, but %d", x, ab, y, bc, z, ac)
		}
	})
}

func FuzzGlob(f *testing.F) {
	f.Add("**/a/*.go", "x/y/a/b.go")
	f.Add("**/**/a", "a/a/a/b")
	f.Fuzz(func(t *testing.T, pattern, p string) {
		if matchGlob(pattern, p) && !strings.Contains(pattern, "*") && !strings.ContainsAny(pattern, `?[\`) && pattern != p {
			t.Fatalf("%q matches %q", pattern, p)
		}
	})
}

func TestGlob(t *testing.T) {
	for pattern, paths := range map[string][2][]string{
		"**/a.txt":   {{"a.txt", "x/a.txt", "x/y/a.txt"}, {"a.txt/b", "xa.txt"}},
		"a/**/b":     {{"a/b", "a/x/b", "a/x/y/b"}, {"b", "a/b/c"}},
		"a/**":       {{"a/b", "a/b/c", "a"}, {"b/a"}},
		"*.txt":      {{"a.txt"}, {"x/a.txt"}},
		"**/x/**/y?": {{"x/y1", "a/x/b/y2", "x/x/y/y3"}, {"x/y", "y1"}},
	} {
		for i, list := range paths {
			for _, p := range list {
				if got := matchGlob(pattern, p); got != (i == 0) {
					t.Errorf("%s, %s: %v", pattern, p, got)
				}
			}
		}
	}
}

func TestIsPinFile(t *testing.T) {
	for _, p := range []string{"Cargo.toml", "a/b/Cargo.toml", "Cargo.lock", "rust-toolchain", ".clippy.toml", "go.mod", "x/go.work", "package.json", ".nvmrc", "a/.tool-versions",
		"mise.toml", ".config/mise.toml", "a/.mise/config.toml", "pyproject.toml", "setup.cfg", "CMakeLists.txt", ".github/workflows/x.yaml", "action/action.yml", "Dockerfile", "a/Dockerfile.dev"} {
		if !IsPinFile(p) {
			t.Errorf("%s is no pin file", p)
		}
	}
	for _, p := range []string{"", "cargo.toml", "Cargo.toml.orig", "vendor/a/Cargo.toml", "a/vendor/go.mod", "examples/x/package.json", "a/node_modules/b/package.json", "fuzz/Cargo.toml",
		"config.toml", "workflows/x.yml", "a/.github/workflows/x.yml", "go.sum", "package-lock.json", "src/Dockerfile.go/x"} {
		if IsPinFile(p) {
			t.Errorf("%s is a pin file", p)
		}
	}
	if !(Options{Exclude: []string{}}).IsPinFile("vendor/a/Cargo.toml") {
		t.Error("an empty list excludes")
	}
}

func TestNewCustomRefuses(t *testing.T) {
	for _, c := range [][5]string{
		{"x", "", "(a)", "int", "floor"}, {"x", "a[", "(a)", "int", "floor"}, {"x", "f", "(a", "int", "floor"}, {"x", "f", "a", "int", "floor"},
		{"x", "f", "(a)(b)", "int", "floor"}, {"x", "f", "(a)", "version", "floor"}, {"x", "f", "(a)", "int", "exact"}, {"x", "f", "(a)", "int", "none"},
	} {
		if _, err := NewCustom(c[0], c[1], c[2], c[3], c[4]); err == nil {
			t.Errorf("%q is taken", c)
		}
	}
}
