package msrv

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// workflows are documents in the style of GitHub's workflow files.
var workflows = map[string]string{
	"plain": `name: CI
on: [push, pull_request]
env:
  GO_VERSION: '1.22'
jobs:
  build:
    runs-on: ubuntu-22.04 # pinned
    strategy:
      matrix:
        go-version: [ "1.21", 1.22.x ,'1.23' ]
        include:
          - os: linux
            node-version: 18
          - os: windows
            node-version: 20
    steps:
      - uses: actions/checkout@v4
      - name: "Go: set up"
        uses: actions/setup-go@v5
        with:
          go-version: ${{ matrix.go-version }}
      - run: |
          go-version: 9.9
          rustup install nightly-2026-01-02
      - uses: dtolnay/rust-toolchain@master
        with: # the pin
          toolchain: nightly-2024-01-01
          components: rustfmt, clippy
`,
	"items at the key's column": `jobs:
  a:
    steps:
    - with:
        node-version: "18"
    -   with:
          python-version: 3.12
    container:
      image: rust:1.86
    empty:
    last: "x # y"
`,
	"matrix lists": `jobs:
  a:
    strategy:
      matrix:
        rust-version:
          - 1.86.0
          - "stable"
        python-version:
        - 3.10
        - '3.11'
`,
	"folded and keep": `a:
  b: >-
    toolchain: no

    more
  c: |+
    x

  toolchain: 1.90
`,
	"quoted keys": `"on": push
'env':
  "NODE_VERSION": '20'
`,
}

// TestScanYAML compares the values found in each style of YAML with what they mean.
func TestScanYAML(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"block":      {"a:\n  b: 1.20\n  c: 'x # y'\n", "a.b = 1.20; a.c = x # y"},
		"flow":       {"a: {b: \"1.2\", c: [x, y]}\n", "a.b = 1.2; a.c = x; a.c = y"},
		"flow lines": {"a: {\n  b: 1,\n  'c d': 2 }\n", "a.b = 1; a.c d = 2"},
		"folded":     {"a: >-\n  one\n  two\nb: |\n  x\n", "a = one two; b = x"},
		"anchor":     {"a: &v 1.70.0\nb: *v\n", "a = 1.70.0; b = 1.70.0"},
		"merge":      {"x: &base {go: 1, rust: 2}\ny:\n  <<: *base\n  z: 3\n", "x.go = 1; x.rust = 2; y.go = 1; y.rust = 2; y.z = 3"},
		"tags":       {"a: !!str 1.20\nb: ! x\n", "a = 1.20; b = x"},
		"documents":  {"a: 1\n---\nb: 2\n", "a = 1; b = 2"},
		"items":      {"a:\n- b: 1\n-   c: 2\n- - d\n", "a = d; a.b = 1; a.c = 2"},
		"crlf":       {"a:\r\n  b: 1\r\n  c: x\r\n", "a.b = 1; a.c = x"},
		"lines":      {"a: one\n  two\nb: \"x\n  y\"\n", "a = one two; b = x y"},
		"other text": {"ä: é\nb: [ü, {c: ö}]\n", "b = ü; b.c = ö; ä = é"},
	} {
		t.Run(name, func(t *testing.T) {
			f, problem, _ := load(mapFS(map[string]string{"x.yml": tc.text}), "x.yml", maxFile)
			if problem != nil {
				t.Fatal(problem)
			}
			scalars, err := scanYAML(f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range scalars {
				got = append(got, strings.Join(s.path, ".")+" = "+s.text)
				raw := tc.text[s.span.Start:s.span.End]
				if raw != s.text && !strings.Contains(s.text, " ") {
					t.Errorf("%q stands at %q", s.text, raw)
				}
			}
			slices.Sort(got)
			if diff := gocmp.Diff(tc.want, strings.Join(got, "; ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestScanYAMLRefuses demands an error for what cannot be read, or would take too long.
func TestScanYAMLRefuses(t *testing.T) {
	laughs := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for i, name := range strings.Split("bcdefgh", "") {
		before := string(rune('a' + i))
		laughs += name + ": &" + name + " [" + strings.TrimSuffix(strings.Repeat("*"+before+",", 10), ",") + "]\n"
	}
	for name, text := range map[string]string{
		"syntax": "a: [b\nc: d\n", "tab": "a:\n\tb: c\n", "alias of nothing": "a: *b\n", "key twice": "a: 1\na: 2\n", "laughs": laughs,
		"deep flow": strings.Repeat("[", 100_000), "deep items": strings.Repeat("- ", 100_000) + "x", "large": "a: " + strings.Repeat("x", maxYAML),
		"own alias": "a: &a\n  b: *a\n",
	} {
		f, problem, _ := load(mapFS(map[string]string{"x.yml": text}), "x.yml", maxFile)
		if problem != nil {
			t.Fatal(problem)
		}
		if out, err := scanYAML(f); err == nil {
			t.Errorf("%s: %d values and no error", name, len(out))
		}
	}
}

// YAML reads an unquoted 1.20 as a number, and so does whoever runs the workflow.
func TestYAMLFloat(t *testing.T) {
	read := func(value string) Reading {
		return ReadPins(mapFS(map[string]string{".github/workflows/ci.yml": "jobs:\n  a:\n    with:\n      go-version: " + value + "\n"}), []string{".github/workflows/ci.yml"}, Options{})
	}
	v := Gate(GateInput{Tip: read("1.20"), Result: read(`"1.20"`)})
	if f := v.Findings[0]; f.Outcome != Raised || f.Was != "1.20" || f.Now != "1.20" || f.Level != LevelWarn {
		t.Error(show(v))
	}
}
