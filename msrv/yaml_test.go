package msrv

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
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

// TestYAMLAgainstParser compares the scalars found with those of a full parser.
func TestYAMLAgainstParser(t *testing.T) {
	for name, text := range workflows {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range scanYAML(file{data: []byte(text)}, func(string, string) bool { return true }) {
				if s.block {
					continue
				}
				if raw := text[s.span.Start:s.span.End]; raw != s.text {
					t.Errorf("%q stands at %q", s.text, raw)
				}
				got = append(got, strings.Join(s.path, ".")+" = "+s.text)
			}
			doc, err := parser.ParseBytes([]byte(text), 0)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, d := range doc.Docs {
				flatten(d.Body, "", &want)
			}
			slices.SortFunc(got, cmp.Compare[string])
			slices.SortFunc(want, cmp.Compare[string])
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("parser, here: %s", diff)
			}
		})
	}
}

func flatten(n ast.Node, prefix string, out *[]string) {
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			flatten(v, prefix, out)
		}
	case *ast.MappingValueNode:
		key := n.Key.GetToken().Value
		flatten(n.Value, strings.TrimPrefix(prefix+"."+key, "."), out)
	case *ast.SequenceNode:
		for _, v := range n.Values {
			flatten(v, prefix, out)
		}
	case *ast.LiteralNode, *ast.NullNode, nil:
	default:
		*out = append(*out, fmt.Sprintf("%s = %s", prefix, n.GetToken().Value))
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

// FuzzScanBoth checks that what scanBoth leaves out is the same in both versions: the rest is equal just
// when all is.
func FuzzScanBoth(f *testing.F) {
	for _, text := range workflows {
		for at := 0; at < len(text); at += 7 {
			f.Add(text, at, at, "      ")
			f.Add(text, at, at+12, "\n")
			f.Add(text, at, min(at+3, len(text)), ": |\n   nightly-2024-01-01\n")
		}
	}
	f.Fuzz(func(t *testing.T, text string, from, to int, by string) {
		if from < 0 || from > to || to > len(text) {
			return
		}
		was, now := file{data: []byte(text)}, file{data: []byte(text[:from] + by + text[to:])}
		same := func(a, b yamlScalar) bool {
			return a.text == b.text && a.quoted == b.quoted && a.block == b.block && slices.Equal(a.path, b.path)
		}
		a, b := scanBoth(was, now, ciKeyOrNightly)
		all, allNow := scanYAML(was, ciKeyOrNightly), scanYAML(now, ciKeyOrNightly)
		if got, want := slices.EqualFunc(a, b, same), slices.EqualFunc(all, allNow, same); got != want {
			t.Fatalf("same: %v, want %v\n%q\n%q", got, want, was.data, now.data)
		}
		if len(a) > len(all) || len(b) > len(allNow) {
			t.Fatalf("%d and %d scalars of %d and %d", len(a), len(b), len(all), len(allNow))
		}
	})
}
