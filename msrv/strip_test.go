package msrv

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func mapFS(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for p, text := range files {
		out[p] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return out
}

var stripCases = []struct {
	name, path        string
	tip, result, want string // "" is no such file
	dropped           string // "key was>now, …"
	left              string // keys that stay
}{
	{name: "value in a changed file", path: "Cargo.toml",
		tip:     "[package]\r\nversion = \"1.0.0\"\r\nrust-version = '1.86' # policy\r\n",
		result:  "[package]\r\nversion = \"1.0.1\"\r\nrust-version = \"1.90.0\" # new policy\r\nedition = \"2021\"\r\n",
		want:    "[package]\r\nversion = \"1.0.1\"\r\nrust-version = \"1.86\" # new policy\r\nedition = \"2021\"\r\n",
		dropped: "package.rust-version 1.86>1.90.0"},
	{name: "edition that the floor does not cover", path: "Cargo.toml",
		tip:     "[package]\nrust-version = \"1.80\"\nedition = \"2021\"\n",
		result:  "[package]\nrust-version = \"1.85\"\nedition = \"2024\"\n",
		want:    "[package]\nrust-version = \"1.80\"\nedition = \"2021\"\n",
		dropped: "package.rust-version 1.80>1.85, package.edition 2021>2024"},
	{name: "added line", path: "Cargo.toml",
		tip:     "[package]\nname = \"a\"\n\n[lib]\n",
		result:  "[package]\nname = \"a\"\nrust-version = \"1.90.0\" # new\n\n[lib]\n",
		want:    "[package]\nname = \"a\"\n\n[lib]\n",
		dropped: "package.rust-version >1.90.0"},
	{name: "added with an edition that only it covers", path: "Cargo.toml",
		tip: "[package]", result: "[package]\nrust-version = \"1.85\"\nedition = \"2024\"\n", want: "[package]\n",
		dropped: "package.rust-version >1.85, package.edition >2024"},
	{name: "added in an inline table", path: "Cargo.toml",
		tip: "package = { name = \"a\" }\n", result: "package = { name = \"a\", rust-version = \"1.90\" }\n",
		left: "package.rust-version"},
	{name: "no longer inherited", path: "Cargo.toml",
		tip:    "[workspace.package]\nrust-version = \"1.86\"\n[package]\nrust-version.workspace = true\n",
		result: "[workspace.package]\nrust-version = \"1.86\"\n[package]\nrust-version = \"1.90\"\n",
		left:   "package.rust-version"},
	{name: "lock", path: "Cargo.lock", tip: "version = 3\n\n[[package]]\nname = \"a\"\n", result: "version = 4\n\n[[package]]\nname = \"b\"\n",
		want: "version = 3\n\n[[package]]\nname = \"b\"\n", dropped: "version 3>4"},
	{name: "go and toolchain", path: "go.mod",
		tip:     "module m\n\ngo 1.22\n\nrequire a v1.0.0\n",
		result:  "module m\n\ngo 1.23.0\n\ntoolchain go1.23.1\n\nrequire a v1.0.1\n",
		want:    "module m\n\ngo 1.22\n\nrequire a v1.0.1\n",
		dropped: "go 1.22>1.23.0, toolchain >go1.23.1"},
	{name: "toolchain at the end", path: "go.mod", tip: "module m\n\ngo 1.22\n", result: "module m\n\ngo 1.22\n\ntoolchain go1.23.1\n",
		want: "module m\n\ngo 1.22\n", dropped: "toolchain >go1.23.1"},
	{name: "last member", path: "package.json",
		tip:     "{\n  \"engines\": {\n    \"npm\": \">=9\"\n  }\n}\n",
		result:  "{\n  \"engines\": {\n    \"npm\": \">=10\",\n    \"node\": \">=20\"\n  }\n}\n",
		want:    "{\n  \"engines\": {\n    \"npm\": \">=9\"\n  }\n}\n",
		dropped: "engines.npm >=9>>=10, engines.node >>=20"},
	{name: "package manager with hash", path: "package.json",
		tip: `{"packageManager": "pnpm@9.1.0+sha512.aa"}`, result: `{"packageManager": "pnpm@9.2.0+sha512.bb"}`,
		want: `{"packageManager": "pnpm@9.1.0+sha512.aa"}`, dropped: "packageManager 9.1.0+sha512.aa>9.2.0+sha512.bb"},
	{name: "another package manager", path: "package.json",
		tip: `{"packageManager": "pnpm@9.1.0"}`, result: `{"packageManager": "yarn@4.1.0"}`, left: "packageManager"},
	{name: "new selector file", path: "rust-toolchain.toml", result: "[toolchain]\nchannel = \"1.90\"\n", dropped: "toolchain.channel >1.90"},
	{name: "selector", path: ".nvmrc", tip: "v18\n", result: "lts/*\n", want: "v18\n", dropped: "version v18>lts/*"},
	{name: "tools", path: ".tool-versions", tip: "golang 1.22.1 1.21.9\n", result: "golang 1.23.1 1.21.9\nnodejs 20.0.0\n",
		want: "golang 1.22.1 1.21.9\n", dropped: "golang 1.22.1>1.23.1, nodejs >20.0.0"},
	{name: "set over lines", path: "setup.cfg", tip: "[options]\npython_requires = >=3.8\n", result: "[options]\npython_requires =\n    >=3.9\n    ,<4\n",
		want: "[options]\npython_requires =\n    >=3.8\n", dropped: "options.python_requires >=3.8>>=3.9 ,<4"},
	{name: "unreadable", path: "package.json", tip: "{}", result: "{", left: ""},
	{name: "lowered stays", path: "go.mod", tip: "go 1.23\n", result: "go 1.22\n"},
}

func TestStripPins(t *testing.T) {
	for _, tc := range stripCases {
		t.Run(tc.name, func(t *testing.T) {
			trees := [2]fstest.MapFS{{}, {}}
			for i, text := range []string{tc.tip, tc.result} {
				if text != "" {
					trees[i][tc.path] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
				}
			}
			paths := []string{tc.path}
			gate := func() Verdict {
				return Gate(GateInput{Tip: ReadPins(trees[0], paths, Options{}), Result: ReadPins(trees[1], paths, Options{})})
			}
			verdict := gate()
			out := StripPins(trees[0], trees[1], verdict, Options{})
			var dropped, left []string
			for _, d := range out.Dropped {
				dropped = append(dropped, d.Key+" "+d.Was+">"+d.Now)
			}
			for _, l := range out.Left {
				left = append(left, l.Key)
			}
			if diff := cmp.Diff(tc.dropped, strings.Join(dropped, ", ")); diff != "" {
				t.Errorf("dropped: %s\n%+v", diff, out.Left)
			}
			if diff := cmp.Diff(tc.left, strings.Join(left, ", ")); diff != "" {
				t.Errorf("left: %s\n%+v", diff, out.Left)
			}
			for _, f := range out.Files {
				if f.Deleted != (f.Data == nil) || f.Path != tc.path {
					t.Errorf("%+v", f)
				}
				delete(trees[1], f.Path)
				if !f.Deleted {
					trees[1][f.Path] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
				}
			}
			if tc.dropped == "" {
				if len(out.Files) > 0 {
					t.Errorf("files changed: %+v", out.Files)
				}
				return
			}
			got := ""
			if f := trees[1][tc.path]; f != nil {
				got = string(f.Data)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if after := gate(); !after.OK {
				t.Error(show(after))
			}
		})
	}
}

func TestStripInherited(t *testing.T) {
	member := "[package]\nversion = \"1.0.1\"\nrust-version.workspace = true\n"
	tip := mapFS(map[string]string{"Cargo.toml": "[workspace.package]\nrust-version = \"1.86\"\n", "a/Cargo.toml": strings.Replace(member, "1.0.1", "1.0.0", 1)})
	result := mapFS(map[string]string{"Cargo.toml": "[workspace.package]\nrust-version = \"1.90\"\n", "a/Cargo.toml": member})
	paths := []string{"Cargo.toml", "a/Cargo.toml"}
	v := Gate(GateInput{Tip: ReadPins(tip, paths, Options{}), Result: ReadPins(result, paths, Options{})})
	if len(v.At(LevelStop)) != 2 {
		t.Fatal(show(v))
	}
	out := StripPins(tip, result, v, Options{})
	if len(out.Files) != 1 || string(out.Files[0].Data) != string(tip["Cargo.toml"].Data) || len(out.Left) != 0 {
		t.Errorf("%+v", out)
	}
}

func TestStripInheritedInOneFile(t *testing.T) {
	file := func(rust, version string) string {
		return "[package]\nname = \"a\"\nversion = \"" + version + "\"\nrust-version.workspace = true\n\n[workspace.package]\nrust-version = \"" + rust + "\"\n"
	}
	tip, result := mapFS(map[string]string{"Cargo.toml": file("1.86", "1.0.0")}), mapFS(map[string]string{"Cargo.toml": file("1.90", "1.0.1")})
	v := Gate(GateInput{Tip: ReadPins(tip, []string{"Cargo.toml"}, Options{}), Result: ReadPins(result, []string{"Cargo.toml"}, Options{})})
	out := StripPins(tip, result, v, Options{})
	if len(v.At(LevelStop)) != 2 || len(out.Left) != 0 || len(out.Files) != 1 || string(out.Files[0].Data) != file("1.86", "1.0.1") {
		t.Errorf("%s\n%+v", show(v), out)
	}
}

func TestPinOnly(t *testing.T) {
	cargo := func(version, rust string) []byte {
		return []byte("[package]\nversion = \"" + version + "\"\n" + rust)
	}
	for name, tc := range map[string]struct {
		changes []Change
		want    bool
	}{
		"nothing": {nil, false},
		"raise":   {[]Change{{"Cargo.toml", cargo("1.0.0", "rust-version = \"1.86\"\n"), cargo("1.0.0", "rust-version = \"1.87\"\n")}}, true},
		"raise and CI": {[]Change{
			{"Cargo.toml", cargo("1.0.0", "rust-version = \"1.86\"\n"), cargo("1.0.0", "rust-version = \"1.87\"\n")},
			{".github/actions/install-rust/action.yml", []byte("runs:\n  steps:\n    - run: |\n        echo nightly-2026-01-01\n        echo x\n"),
				[]byte("runs:\n  steps:\n    - run: |\n        echo nightly-2026-02-01\n        echo x\n")}}, true},
		"raise and code": {[]Change{
			{"Cargo.toml", cargo("1.0.0", "rust-version = \"1.86\"\n"), cargo("1.0.0", "rust-version = \"1.87\"\n")},
			{"src/lib.rs", []byte("a"), []byte("b")}}, false},
		"raise and version": {[]Change{{"Cargo.toml", cargo("1.0.0", "rust-version = \"1.86\"\n"), cargo("1.0.1", "rust-version = \"1.87\"\n")}}, false},
		"added":             {[]Change{{"Cargo.toml", cargo("1.0.0", ""), cargo("1.0.0", "rust-version = \"1.87\"\n")}}, true},
		"removed":           {[]Change{{"Cargo.toml", cargo("1.0.0", "rust-version = \"1.87\"\n"), cargo("1.0.0", "")}}, true},
		"new selector":      {[]Change{{".nvmrc", nil, []byte("20\n")}}, true},
		"new package":       {[]Change{{"package.json", nil, []byte(pkgJSON)}}, false},
		"same bytes":        {[]Change{{"src/lib.rs", nil, []byte("x")}}, false},
		"a comment":         {[]Change{{"go.mod", []byte("go 1.22\n"), []byte("go 1.22 // x\n")}}, false},
		"go with toolchain": {[]Change{{"go.mod", []byte("go 1.22\n"), []byte("go 1.23.0\n\ntoolchain go1.23.1\n")}}, true},
		"unreadable":        {[]Change{{"go.mod", []byte("go 1.22\n"), []byte("go (\n")}}, false},
		"excluded":          {[]Change{{"vendor/a/go.mod", []byte("go 1.22\n"), []byte("go 1.23\n")}}, false},
	} {
		if got := PinOnly(tc.changes, Options{}); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
