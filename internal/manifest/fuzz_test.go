package manifest

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// fuzzRules are the handlers of one file each, and where that file is.
var fuzzRules = map[string]Rule{
	"cargo":          {Type: "cargo", Path: "Cargo.toml"},
	"npm":            {Type: "npm", Path: "package.json"},
	"pyproject":      {Type: "pyproject", Path: "pyproject.toml"},
	"python-version": {Type: "python-version", Path: "__init__.py"},
	"version-file":   {Type: "version-file", Path: "VERSION"},
	"c-header":       {Type: "c-header", Path: "v.h"},
	"go-const":       {Type: "go-const", Path: "v.go"},
	"cmake":          {Type: "cmake", Path: "CMakeLists.txt"},
	"maven":          {Type: "maven", Path: "pom.xml"},
	"regex":          {Type: "regex", Path: "v.txt", Pattern: `(?m)^version[ =]+"?([^"\s]+)"?`},
}

// fuzzBump bumps whatever version a single file holds by one patch, and checks that what differs is the
// version alone: the bytes between the changed places are the same, and putting the old versions back
// gives the old file.
func fuzzBump(t *testing.T, rule Rule, data []byte) {
	t.Helper()
	tree := fstest.MapFS{rule.Path: {Data: data, Mode: 0o644}}
	anchor, err := ReadAnchor(tree, []Rule{rule})
	if err != nil || anchor.Path == "" {
		return
	}
	from, err := version.Parse(anchor.Version)
	if err != nil {
		return
	}
	to := from.NextPatch()
	to.Patch += 70
	res, err := Bump(tree, BumpOptions{To: to.String(), Files: []Rule{rule}, Release: true})
	if errors.Is(err, document.ErrEffect) || errors.Is(err, document.ErrOverlap) {
		t.Fatalf("%s: %q: %v", rule.Type, data, err)
	}
	if err != nil {
		return
	}
	if len(res.Files) != 1 {
		t.Fatalf("%s: %q: %d files changed", rule.Type, data, len(res.Files))
	}
	after := res.Files[0].Data
	again, err := ReadAnchor(fstest.MapFS{rule.Path: {Data: after, Mode: 0o644}}, []Rule{rule})
	if err != nil {
		t.Fatalf("%s: %q became %q: %v", rule.Type, data, after, err)
	}
	if v, err := version.Parse(again.Version); err != nil || v.Compare(to) != 0 {
		t.Fatalf("%s: %q became %q, which is %q, not %q", rule.Type, data, after, again.Version, to)
	}
	prefix := commonPrefix(data, after)
	suffix := commonPrefix(reversed(data[prefix:]), reversed(after[prefix:]))
	changed := data[prefix : len(data)-suffix]
	if bytes.Count(data, []byte("\n")) != bytes.Count(after, []byte("\n")) || strings.TrimSpace(string(changed)) == "" && len(changed) > 0 {
		t.Fatalf("%s: %q became %q", rule.Type, data, after)
	}
}

func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[len(b)-1-i] = c
	}
	return out
}

// seeds are, for each handler, files of the cases and a few oddities.
func seeds(f *testing.F, kind string) {
	for _, s := range map[string][]string{
		"cargo":          {"[package]\nname = 'a'\nversion = '1.2.3'\n", "\xef\xbb\xbf[package]\r\nname = \"a\"\r\nversion = \"1.2.3\" # c\r\n[dependencies]\r\nb = \"1.2.3\"", "package = { name = \"a\", version = \"\"\"\n1.2.3\"\"\" }", "[workspace.package]\nversion = \"1.2.3\"\n[workspace]\nmembers = [\"x*\"]\n[package]\nname=\"a\"\nversion.workspace=true"},
		"npm":            {`{"version": "1.2.3", "dependencies": {"a": "^1.2.3"}, "name": "a"}`, "\xef\xbb\xbf{\r\n\t\"version\" :\"1.2.3-rc.1\"}", `{"version":"\u0031.2.3"}`},
		"pyproject":      {"[project]\nversion = '4.2'\n", "tool.poetry.version = \"1.2.3.dev0\"\nproject = { version = \"1.2.3.dev0\" }"},
		"python-version": {"__version__ = '1.2.3'\n", "__version__: str = \"1.2.3rc1\" # x\r\n__version__='1.2.3rc1'"},
		"version-file":   {"1.2.3\n", "\xef\xbb\xbf v1.2.3\r\n\r\n", "1.2"},
		"c-header":       {"#define A_VERSION \"1.2.3\"\n#define A_VERSION_MAJOR 1\n#define A_VERSION_MINOR 2\n#define A_VERSION_PATCH 3\n", "# define X_MAJOR 1 // a\r\n#define X_MINOR 2\r\n#define X_MICRO 0 /* b */\r\n"},
		"go-const":       {"package v\n\nconst Version = \"1.2.3+unknown\"\n", "package v\nvar (\n\tversion, b = `v1.2.3`, \"1.2.3\"\n)"},
		"cmake":          {"project(A VERSION 1.2.3 LANGUAGES C)\n", "# project(A VERSION 1.2.3)\nproject(\n A\n VERSION \"1.2.3\")"},
		"maven":          {"<project><version>1.2.3</version></project>", "<?xml version=\"1.0\"?>\n<project>\r\n<parent><version>1.2.3</version></parent><version><!-- c --> 1.2.3-SNAPSHOT </version></project>", "<project><version>${revision}</version><properties><revision>1.2.3</revision></properties></project>"},
		"regex":          {"version = \"1.2.3\"\n", "version 1.2.3\nversion=1.2.3\r\n"},
	}[kind] {
		f.Add([]byte(s))
	}
}

func FuzzCargo(f *testing.F)         { fuzzHandler(f, "cargo") }
func FuzzNpm(f *testing.F)           { fuzzHandler(f, "npm") }
func FuzzPyproject(f *testing.F)     { fuzzHandler(f, "pyproject") }
func FuzzPythonVersion(f *testing.F) { fuzzHandler(f, "python-version") }
func FuzzVersionFile(f *testing.F)   { fuzzHandler(f, "version-file") }
func FuzzCHeader(f *testing.F)       { fuzzHandler(f, "c-header") }
func FuzzGoConst(f *testing.F)       { fuzzHandler(f, "go-const") }
func FuzzCMake(f *testing.F)         { fuzzHandler(f, "cmake") }
func FuzzMaven(f *testing.F)         { fuzzHandler(f, "maven") }
func FuzzRegex(f *testing.F)         { fuzzHandler(f, "regex") }

func fuzzHandler(f *testing.F, kind string) {
	seeds(f, kind)
	f.Fuzz(func(t *testing.T, data []byte) { fuzzBump(t, fuzzRules[kind], data) })
}

// FuzzLocks bumps Cargo.lock and cargo-vet's records beside a workspace of one package.
func FuzzLocks(f *testing.F) {
	f.Add([]byte("[[package]]\nname = \"a\"\nversion = \"1.2.3\"\ndependencies = [\"a 1.2.3\"]\n"), []byte("\n[[unpublished.a]]\nversion = \"1.2.3\"\naudited_as = \"1.2.2\"\n"))
	f.Add([]byte("version = 3\r\n\r\n[[package]]\r\nname = \"a\"\r\nversion = \"1.2.3\""), []byte("[[unpublished.a]]\nversion = \"1.2.5\"\naudited_as = \"1.2.2\""))
	f.Fuzz(func(t *testing.T, lock, vet []byte) {
		_, err := Bump(fstest.MapFS{
			"Cargo.toml":                {Data: []byte("[package]\nname = \"a\"\nversion = \"1.2.3\"\n"), Mode: 0o644},
			"Cargo.lock":                {Data: lock, Mode: 0o644},
			"supply-chain/imports.lock": {Data: vet, Mode: 0o644},
			"supply-chain/config.toml":  {Data: []byte("[policy.a]\naudit-as-crates-io = true\n"), Mode: 0o644},
		}, BumpOptions{To: "1.2.4"})
		if errors.Is(err, document.ErrEffect) || errors.Is(err, document.ErrOverlap) {
			t.Fatalf("%q\n%q\n%v", lock, vet, err)
		}
	})
}

// FuzzGoMod bumps the requirements of a go.mod beside a version file.
func FuzzGoMod(f *testing.F) {
	f.Add([]byte("module a\n\nreplace b => ./b\n\nrequire b v1.2.3 // v1.2.3\n"))
	f.Add([]byte("module a\r\nrequire (\r\n\tb/v2 v2.305.3 // indirect\r\n\t\"c\" v1.2.3\r\n)\r\nreplace (\r\n\tb/v2 => ../b\r\n\tc v1.2.3 => ../c\r\n)"))
	f.Fuzz(func(t *testing.T, data []byte) {
		res, err := Bump(fstest.MapFS{
			"VERSION": {Data: []byte("1.2.3\n"), Mode: 0o644},
			"go.mod":  {Data: data, Mode: 0o644},
		}, BumpOptions{To: "1.2.4", Files: []Rule{{Type: "version-file"}, {Type: "go-mod"}}})
		if errors.Is(err, document.ErrEffect) || errors.Is(err, document.ErrOverlap) {
			t.Fatalf("%q: %v", data, err)
		}
		if err != nil {
			return
		}
		for _, file := range res.Files {
			if file.Path == "go.mod" && bytes.Count(file.Data, []byte("\n")) != bytes.Count(data, []byte("\n")) {
				t.Fatalf("%q became %q", data, file.Data)
			}
		}
	})
}

// A Bump of a workspace of 60 packages with its lock.
func BenchmarkBump(b *testing.B) {
	tree := fstest.MapFS{"Cargo.toml": {Data: []byte("[workspace]\nmembers = [\"c/*\"]\n[workspace.package]\nversion = \"1.2.3\"\n"), Mode: 0o644}}
	var lock strings.Builder
	for i := range 60 {
		name := "c" + strings.Repeat("x", i)
		tree["c/"+name+"/Cargo.toml"] = &fstest.MapFile{Data: []byte("[package]\nname = \"" + name + "\"\nversion.workspace = true\n[dependencies]\nc = { path = \"../c\", version = \"=1.2.3\" }\n"), Mode: 0o644}
		lock.WriteString("[[package]]\nname = \"" + name + "\"\nversion = \"1.2.3\"\n\n")
	}
	tree["Cargo.lock"] = &fstest.MapFile{Data: []byte(lock.String()), Mode: 0o644}
	b.ReportAllocs()
	for b.Loop() {
		if res, err := Bump(tree, BumpOptions{To: "1.2.4"}); err != nil || len(res.Files) < 60 {
			b.Fatal(err, len(res.Files))
		}
	}
}
