package msrv

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"
)

func utf16le(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

const (
	cargoToml = "[package]\nname = \"a\"\nrust-version = \"1.86\"\n"
	pkgJSON   = "{\n \"engines\": {\"node\": \">=18\"}\n}\n"
	goModText = "module m\n\ngo 1.22\n"
)

// hostile are files that a fix brings into a branch whose own file is fine. Each must stop the branch.
var hostile = []struct {
	name, path string
	good, bad  string
	mode       fs.FileMode
	trouble    Trouble
	line       int // where the trouble is; 0 is the whole file
}{
	{name: "binary", path: "Cargo.toml", good: cargoToml, bad: "\x7fELF\x02\x00\x00\x01", trouble: TroubleEncoding},
	{name: "NUL at the end", path: "Cargo.toml", good: cargoToml, bad: cargoToml + "\x00", trouble: TroubleEncoding},
	{name: "UTF-16", path: "Cargo.toml", good: cargoToml, bad: string(utf16le(cargoToml)), trouble: TroubleEncoding},
	{name: "UTF-16 version file", path: ".nvmrc", good: "18\n", bad: string(utf16le("20\n")), trouble: TroubleEncoding},
	{name: "Latin-1", path: "package.json", good: pkgJSON, bad: "{\"name\": \"caf\xe9\", \"engines\": {\"node\": \">=18\"}}", trouble: TroubleEncoding},
	{name: "huge", path: "go.mod", good: goModText, bad: goModText + strings.Repeat("// x\n", 1<<20), trouble: TroubleTooLarge},
	{name: "symbolic link", path: "rust-toolchain.toml", good: "[toolchain]\nchannel = \"1.86\"\n", bad: "../elsewhere", mode: fs.ModeSymlink, trouble: TroubleNotFile},
	{name: "submodule", path: "go.mod", good: goModText, bad: "x", mode: fs.ModeDir, trouble: TroubleNotFile},
	{name: "device", path: ".nvmrc", good: "18\n", bad: "x", mode: fs.ModeDevice, trouble: TroubleNotFile},
	{name: "empty version file", path: ".nvmrc", good: "18\n", bad: "", trouble: TroubleValue},
	{name: "blank version file", path: ".python-version", good: "3.12\n", bad: "\n  \n# none\n", trouble: TroubleValue},
	{name: "empty rust-toolchain", path: "a/rust-toolchain", good: "1.86\n", bad: " \n", trouble: TroubleValue},
	{name: "two versions", path: ".nvmrc", good: "18\n", bad: "18\n20\n", trouble: TroubleAmbiguous, line: 2},
	{name: "tool without version", path: ".tool-versions", good: "nodejs 18.0.0\n", bad: "golang 1.22\nnodejs\n", trouble: TroubleValue, line: 2},
	{name: "tool twice", path: ".tool-versions", good: "nodejs 18.0.0\n", bad: "nodejs 18.0.0\nnodejs 20.0.0\n", trouble: TroubleAmbiguous, line: 2},
	{name: "duplicate TOML key", path: "Cargo.toml", good: cargoToml, bad: cargoToml + "rust-version = \"1.90\"\n", trouble: TroubleAmbiguous, line: 4},
	{name: "duplicate TOML table", path: "Cargo.toml", good: cargoToml, bad: cargoToml + "[package]\nrust-version = \"1.90\"\n", trouble: TroubleAmbiguous, line: 4},
	{name: "duplicate JSON key", path: "package.json", good: pkgJSON, bad: "{\"engines\": {\"node\": \">=18\",\n\"node\": \">=20\"}}", trouble: TroubleAmbiguous, line: 2},
	{name: "duplicate JSON object", path: "package.json", good: pkgJSON, bad: "{\"engines\": {},\n\"engines\": {\"node\": \">=20\"}}", trouble: TroubleAmbiguous, line: 2},
	{name: "second go line", path: "go.mod", good: goModText, bad: goModText + "go 1.23\n", trouble: TroubleAmbiguous, line: 4},
	{name: "second toolchain line", path: "go.mod", good: goModText, bad: goModText + "toolchain go1.22.1\ntoolchain go1.23.1\n", trouble: TroubleAmbiguous, line: 5},
	{name: "second call", path: "CMakeLists.txt", good: "cmake_minimum_required(VERSION 3.10)\n", bad: "cmake_minimum_required(VERSION 3.10)\nCMAKE_MINIMUM_REQUIRED(VERSION 3.20)\n", trouble: TroubleAmbiguous, line: 2},
	{name: "merge markers", path: "Cargo.toml", good: cargoToml, bad: "[package]\n<<<<<<< a\nrust-version = \"1.86\"\n=======\nrust-version = \"1.90\"\n>>>>>>> b\n", trouble: TroubleSyntax, line: 2},
	{name: "merge markers in go.mod", path: "go.mod", good: goModText, bad: "module m\n<<<<<<< a\ngo 1.22\n=======\ngo 1.23\n>>>>>>> b\n", trouble: TroubleAmbiguous, line: 5},
	{name: "merge markers in JSON", path: "package.json", good: pkgJSON, bad: "{\n<<<<<<< a\n}\n", trouble: TroubleSyntax, line: 2},
	{name: "cut off", path: "package.json", good: pkgJSON, bad: "{\"engines\": {\"node\": \">=", trouble: TroubleSyntax, line: 1},
	{name: "JSON list", path: "package.json", good: pkgJSON, bad: "[]", trouble: TroubleSyntax, line: 1},
	{name: "deep JSON", path: "package.json", good: pkgJSON, bad: strings.Repeat("[", 100_000), trouble: TroubleSyntax, line: 1},
	{name: "deep TOML", path: "pyproject.toml", good: "[project]\nrequires-python = \">=3.9\"\n", bad: "a = " + strings.Repeat("[", 100_000), trouble: TroubleSyntax, line: 1},
	{name: "number for a string", path: "Cargo.toml", good: cargoToml, bad: "[package]\nrust-version = 1.90\n", trouble: TroubleValue, line: 2},
	{name: "pre-release floor", path: "Cargo.toml", good: cargoToml, bad: "[package]\nrust-version = \"1.90.0-nightly\"\n", trouble: TroubleValue, line: 2},
	{name: "digits of another script", path: "Cargo.toml", good: cargoToml, bad: "[package]\nrust-version = \"1.٩٠\"\n", trouble: TroubleValue, line: 2},
	{name: "unknown edition", path: "Cargo.toml", good: cargoToml, bad: cargoToml + "edition = \"2027\"\n", trouble: TroubleValue, line: 4},
	{name: "huge number", path: "Cargo.toml", good: cargoToml, bad: "[package]\nrust-version = \"1." + strings.Repeat("9", 500) + "\"\n", trouble: TroubleValue, line: 2},
	{name: "inherits from nothing", path: "a/Cargo.toml", good: cargoToml, bad: "[package]\nrust-version.workspace = true\n", trouble: TroubleMissing, line: 2},
	{name: "inherits nothing", path: "a/Cargo.toml", good: cargoToml, bad: "[package]\nworkspace = \"../../..\"\nrust-version = { workspace = true }\n", trouble: TroubleMissing, line: 3},
	{name: "inherits false", path: "Cargo.toml", good: cargoToml, bad: "[package]\nrust-version.workspace = false\n", trouble: TroubleValue, line: 2},
	{name: "lock version of text", path: "Cargo.lock", good: "version = 3\n", bad: "version = \"4\"\n", trouble: TroubleValue, line: 1},
	{name: "unknown lock version", path: "Cargo.lock", good: "version = 3\n", bad: "version = 99\n", trouble: TroubleValue, line: 1},
	{name: "impossible range", path: "package.json", good: pkgJSON, bad: "{\"engines\": {\"node\": \">=20 <18\"}}", trouble: TroubleValue, line: 1},
	{name: "no range", path: "package.json", good: pkgJSON, bad: "{\"engines\": {\n\"node\": \"new enough\"}}", trouble: TroubleValue, line: 2},
	{name: "engines of text", path: "package.json", good: pkgJSON, bad: "{\"engines\": \"node >= 20\"}", trouble: TroubleValue, line: 1},
	{name: "packageManager without version", path: "package.json", good: pkgJSON, bad: "{\"packageManager\": \"pnpm\"}", trouble: TroubleValue, line: 1},
	{name: "no set", path: "setup.cfg", good: "[options]\npython_requires = >=3.9\n", bad: "[options]\npython_requires =\n  >=3.9\n  3.10\n", trouble: TroubleValue, line: 3},
	{name: "toolchain without go", path: "go.mod", good: goModText, bad: goModText + "toolchain 1.23.1\n", trouble: TroubleValue, line: 4},
	{name: "go with patch wildcard", path: "go.mod", good: goModText, bad: "module m\n\ngo 1.23.x\n", trouble: TroubleValue, line: 3},
	{name: "go.work below its module", path: "go.work", good: "go 1.25\nuse ./m\n", bad: "go 1.22\nuse ./m\n", trouble: TroubleContradictory, line: 1},
	{name: "two toolchain files", path: "rust-toolchain", good: "1.85\n", bad: "1.80\n", trouble: TroubleContradictory, line: 1},
	{name: "path out of the tree", path: "../Cargo.toml", bad: cargoToml, trouble: TroubleIO},
	{name: "custom pin twice", path: "VERSIONS", good: "tool=1.2\n", bad: "tool=1.2\ntool=1.3\n", trouble: TroubleAmbiguous, line: 2},
	{name: "custom pin of another kind", path: "VERSIONS", good: "tool=1.2\n", bad: "tool=one\n", trouble: TroubleValue, line: 1},
}

// beside are files that are the same in all trees of the hostile cases.
var beside = fstest.MapFS{
	"m/go.mod":            {Data: []byte("module m\n\ngo 1.24\n")},
	"rust-toolchain.toml": {Data: []byte("[toolchain]\nchannel = \"1.85\"\n")},
}

func TestHostile(t *testing.T) {
	custom, err := NewCustom("tool", "VERSIONS", `^tool=(.*)$`, "semver", "selector")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Custom: []Custom{custom}}
	for _, tc := range hostile {
		t.Run(tc.name, func(t *testing.T) {
			tree := func(text string, mode fs.FileMode) lying {
				all := fstest.MapFS{}
				for p, f := range beside {
					all[p] = f
				}
				if text != "" || mode == 0 {
					all[tc.path] = &fstest.MapFile{Data: []byte(text), Mode: mode | 0o644}
				}
				return lying{all}
			}
			paths := []string{tc.path}
			tip := ReadPins(tree(tc.good, 0), paths, o)
			if len(tip.Problems) > 0 && tc.good != "" {
				t.Fatalf("the good file: %v", tip.Problems)
			}
			result := ReadPins(tree(tc.bad, tc.mode), paths, o)
			verdict := Gate(GateInput{Baseline: &tip, Tip: tip, Result: result})
			if verdict.OK {
				t.Fatal("the gate lets it pass")
			}
			found := false
			for _, f := range verdict.At(LevelStop) {
				if p := f.Problem; p != nil && p.Trouble == tc.trouble && p.Path == tc.path && p.Line == tc.line {
					found = true
				}
			}
			if !found {
				t.Errorf("want %v at %s:%d, have %v", tc.trouble, tc.path, tc.line, result.Problems)
			}
		})
	}
	if len(hostile) < 30 {
		t.Errorf("only %d fixtures", len(hostile))
	}
}

// lying is a tree that shows symbolic links as such, as a git tree does.
type lying struct{ fstest.MapFS }

func (l lying) Stat(name string) (fs.FileInfo, error) { return l.Lstat(name) }
func (l lying) Lstat(name string) (fs.FileInfo, error) {
	if f, ok := l.MapFS[name]; ok && f.Mode&fs.ModeType != 0 {
		return fakeInfo{name, f.Mode}, nil
	}
	return fs.Stat(l.MapFS, name)
}
func (l lying) ReadLink(name string) (string, error) { return string(l.MapFS[name].Data), nil }

type fakeInfo struct {
	name string
	mode fs.FileMode
}

func (f fakeInfo) Name() string      { return f.name }
func (f fakeInfo) Mode() fs.FileMode { return f.mode }

// Files that look odd and are read all the same: the pins of the second are those of the first, at the same value.
func TestOddButReadable(t *testing.T) {
	for name, tc := range map[string]struct{ path, plain, odd string }{
		"BOM in TOML":           {"Cargo.toml", cargoToml, "\xef\xbb\xbf" + cargoToml},
		"CRLF in TOML":          {"Cargo.toml", cargoToml, strings.ReplaceAll(cargoToml, "\n", "\r\n")},
		"BOM in JSON":           {"package.json", pkgJSON, "\xef\xbb\xbf" + pkgJSON},
		"BOM and CRLF in nvmrc": {".nvmrc", "18.1\n", "\xef\xbb\xbf18.1\r\n"},
		"CRLF in go.mod":        {"go.mod", goModText, strings.ReplaceAll(goModText, "\n", "\r\n")},
		"no final newline":      {"rust-toolchain", "1.86\n", "1.86"},
		"CRLF in CMake":         {"CMakeLists.txt", "cmake_minimum_required(VERSION 3.10...3.20)\n", "# x (\r\ncmake_minimum_required(\r\n  VERSION 3.10...3.20 FATAL_ERROR)\r\n"},
		"dotted TOML":           {"Cargo.toml", cargoToml, "package.rust-version = '1.86'\n"},
		"inline TOML":           {"Cargo.toml", cargoToml, "package = { rust-version = \"\"\"1.86\"\"\" }\n"},
		"escaped JSON":          {"package.json", pkgJSON, `{"engines": {"n\u006fde": "\u003e=18"}}`},
		"tool-versions":         {".tool-versions", "nodejs 18\n", "# tools\r\n\r\n  nodejs\t18 # why\r\n"},
		"setup.cfg":             {"setup.cfg", "[options]\npython_requires = >=3.9\n", "[metadata]\npython_requires = >=9\n[options]\npython-requires:\n  >=3.9\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var readings [2]Reading
			for i, text := range []string{tc.plain, tc.odd} {
				readings[i] = ReadPins(fstest.MapFS{tc.path: {Data: []byte(text)}}, []string{tc.path}, Options{})
			}
			v := Gate(GateInput{Tip: readings[0], Result: readings[1]})
			if !v.OK || len(v.Findings) == 0 {
				t.Error(show(v))
			}
			for _, f := range v.Findings {
				if f.Outcome != Unchanged {
					t.Error(show(v))
				}
			}
		})
	}
}

// A file that could not be read at the tip and is not touched does not stop the branch; one that could
// not be read and is changed does.
func TestUnreadableTip(t *testing.T) {
	broken := ReadPins(fstest.MapFS{"go.mod": {Data: []byte("go 1.x\n")}}, []string{"go.mod"}, Options{})
	if v := Gate(GateInput{Baseline: &Reading{}, Tip: broken, Result: broken}); !v.OK || len(v.At(LevelWarn)) != 1 || v.Findings[0].Cause != CauseDrift {
		t.Error(show(v))
	}
	fixed := ReadPins(fstest.MapFS{"go.mod": {Data: []byte("go 1.22\n")}}, []string{"go.mod"}, Options{})
	if v := Gate(GateInput{Tip: broken, Result: fixed}); v.OK || v.Findings[0].Problem == nil {
		t.Error(show(v))
	}
	if v := Gate(GateInput{Baseline: &fixed, Tip: broken, Result: fixed}); !v.OK {
		t.Error(show(v))
	}
}

type failing struct{ error }

func (f failing) Open(name string) (fs.File, error) { return nil, f.error }

// A tree that cannot give an object is a problem, never an absent file.
func TestMissingObject(t *testing.T) {
	missing := errors.New("object 1234 is missing")
	r := ReadPins(failing{missing}, []string{"Cargo.toml"}, Options{})
	if len(r.Problems) != 1 || !errors.Is(r.Problems[0], missing) {
		t.Fatalf("%+v", r)
	}
	if v := Gate(GateInput{Tip: r, Result: r}); v.OK {
		t.Error("the gate lets it pass: the same failure twice is not the same file")
	}
}

func TestManyPins(t *testing.T) {
	var b bytes.Buffer
	for range 50_000 {
		b.WriteString("tool 1.2\n")
	}
	for i := range 20_000 {
		b.WriteString(strings.Repeat("x", 1+i%50) + " 1." + strings.Repeat("9", 1+i%7) + "\n")
	}
	r := ReadPins(fstest.MapFS{".tool-versions": {Data: b.Bytes()}}, []string{".tool-versions"}, Options{})
	if len(r.Problems) == 0 || len(r.Problems) > maxTroubles+1 || len(r.Pins) > maxPins {
		t.Errorf("%d pins, %d problems", len(r.Pins), len(r.Problems))
	}
}

func (f fakeInfo) Size() int64        { return 1 }
func (f fakeInfo) ModTime() time.Time { return time.Time{} }
func (f fakeInfo) IsDir() bool        { return f.mode.IsDir() }
func (f fakeInfo) Sys() any           { return nil }
