package msrv

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lockCases are lock files of which the first entry is there before the change.
var lockCases = []struct {
	path, before, after, manifest, floor string
	want                                 []string
}{
	{"web/package-lock.json",
		`{"packages":{"":{"name":"x"},"node_modules/old":{"version":"1.0.0","engines":{"node":">=99"}}}}`,
		"{\"packages\":{\"\":{\"name\":\"x\",\"engines\":{\"node\":\">=99\"}},\"packages/own\":{\"version\":\"1.0.0\"},\n" +
			"\"node_modules/own\":{\"resolved\":\"packages/own\",\"link\":true},\n\"node_modules/old\":{\"version\":\"1.0.0\",\"engines\":{\"node\":\">=99\"}},\n" +
			"\"node_modules/a\":{\"version\":\"2.0.0\",\"engines\":{\"node\":\">=16\"}},\n\"node_modules/a/node_modules/@s/b\":{\"version\":\"3.0.0\",\"engines\":{\"node\":\"^20.1 || >=22\"}},\n" +
			"\"node_modules/c\":{\"version\":\"1.0.0\"},\n\"node_modules/d\":{\"version\":\"1.0.0\",\"dev\":true,\"engines\":{\"node\":\">=22\"}}}}",
		"web/package.json", `{"engines":{"node":">=18"}}`,
		[]string{"a 2.0.0 within >=16 web/package-lock.json:4", "@s/b 3.0.0 above ^20.1 || >=22 web/package-lock.json:5", "c 1.0.0 unknown  :0"}},
	{"composer.lock",
		`{"packages":[{"name":"a/old","version":"1.0","require":{"php":">=9"}}]}`,
		"{\"packages\":[{\"name\":\"a/old\",\"version\":\"1.1\",\"require\":{\"php\":\"^8.2\"}},\n{\"name\":\"a/b\",\"version\":\"v2\",\"require\":{\"php\":\">=7.1\"}},\n" +
			"{\"name\":\"a/c\",\"version\":\"v2\",\"require\":{\"ext-x\":\"*\"}}],\n\"packages-dev\":[{\"name\":\"a/d\",\"version\":\"v2\",\"require\":{\"php\":\">=9\"}}]}",
		"composer.json", `{"require":{"php":"^7.4 || ^8.0"}}`,
		[]string{"a/old 1.1 above ^8.2 composer.lock:1", "a/b v2 within >=7.1 composer.lock:2", "a/c v2 unknown  :0"}},
	{"poetry.lock", "",
		"[[package]]\nname = 'a'\nversion = '1'\npython-versions = '>=3.12'\n[[package]]\nname = 'b'\nversion = '1'\npython-versions = '>=3.6,<4'\n[[package]]\nname = 'c'\nversion = '1'\npython-versions = '*'\n",
		"pyproject.toml", "[project]\nrequires-python = '>=3.9'\n",
		[]string{"a 1 above >=3.12 poetry.lock:4", "b 1 within >=3.6,<4 poetry.lock:8", "c 1 unknown  :0"}},
	{"uv.lock", "[[package]]\nname = 'a'\nversion = '1'\nsource = { registry = 'x' }\n",
		"[[package]]\nname = 'a'\nversion = '1'\nsource = { registry = 'x' }\n[[package]]\nname = 'own'\nversion = '1'\nsource = { editable = '.' }\n[[package]]\nname = 'b'\nversion = '2'\nsource = { registry = 'x' }\n",
		"pyproject.toml", "[project]\nrequires-python = '>=3.9'\n", []string{"b 2 unknown  :0"}},
}

func TestLocks(t *testing.T) {
	for _, tc := range lockCases {
		t.Run(tc.path, func(t *testing.T) {
			lock, ok := LockOf(tc.path)
			if !ok || !lock.Read() || lock.Manifest != tc.manifest {
				t.Fatalf("%+v, %v", lock, ok)
			}
			tree := mapFS(map[string]string{tc.path: tc.after, tc.manifest: tc.floor})
			floor, ok := EffectiveFloor(ReadPins(tree, []string{tc.manifest}, Options{}).Pins, lock.Ecosystem)
			if !ok {
				t.Fatal("no floor")
			}
			var before []byte
			if tc.before != "" {
				before = []byte(tc.before)
			}
			deps, err := lock.Dependencies(tree, before, floor.Version, Store{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, listed(deps)); diff != "" {
				t.Error(diff)
			}
			if _, err := lock.Dependencies(mapFS(map[string]string{tc.path: "{<<<<<<<"}), nil, floor.Version, Store{}); err == nil {
				t.Error("a broken lock file gives no error")
			}
		})
	}
	for _, l := range LockFiles() {
		if lock, ok := LockOf("a/" + l.Name); !ok || lock.Read() != (l.Shows != "") {
			t.Errorf("%s: %v, %v", l.Name, ok, lock.Read())
		}
	}
	if _, ok := LockOf("go.sum"); ok {
		t.Error("go.sum lists no dependencies")
	}
}

func TestStore(t *testing.T) {
	store := Store{
		Cargo: mapFS(map[string]string{
			"index-1/absent-2.0.0/Cargo.toml": "[package]\nname = 'absent'\nversion = '2.0.0'\nrust-version = '1.71'\n",
			"index-1/low-2.0.0/Cargo.toml":    "[package]\nname = 'low'\nversion = '2.0.0'\nrust-version = '1.99'\n",
			"index-2/high-1.0.0/Cargo.toml":   "[package]\nname = 'high'\nversion = '1.0.0'\nrust-version = '1.1'\n",
		}),
		Go: mapFS(map[string]string{
			"example.com/!b/@v/v1.2.0.mod": "module example.com/B\n\ngo 1.24\n",
			"example.com/c/@v/v1.0.0.mod":  "module example.com/c\n",
			"example.com/d/@v/v1.0.0.mod":  "module (\n",
		}),
	}
	files := map[string]string{"Cargo.lock": lockAfter(), "vendor/low/Cargo.toml": "[package]\nname = 'low'\nversion = '2.0.0'\nrust-version = '1.60'\n",
		"go.mod": "module m\n\ngo 1.22\n\nrequire (\n\texample.com/B v1.2.0\n\texample.com/c v1.0.0\n\texample.com/d v1.0.0\n)\n"}
	floor := func(s Scheme, text string) Version {
		v, err := ParseVersion(s, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	crates, err := CargoDependencies(mapFS(files), "Cargo.lock", []byte(lockBefore), floor(SchemeRust, "1.70"), store)
	if err != nil {
		t.Fatal(err)
	}
	modules, err := GoDependencies(mapFS(files), "go.mod", nil, floor(SchemeGo, "1.22"), store)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"low 2.0.0 within 1.60 vendor/low/Cargo.toml:4", "high 2.0.0 unknown  :0", "absent 2.0.0 above 1.71 index-1/absent-2.0.0/Cargo.toml:4",
		"example.com/B v1.2.0 above 1.24 example.com/!b/@v/v1.2.0.mod:3", "example.com/c v1.0.0 unknown  :0", "example.com/d v1.0.0 unknown  :0"}
	got := slices.DeleteFunc(listed(append(crates, modules...)), func(s string) bool { return !slices.Contains(want, s) && s[len(s)-2:] == ":0" })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzLocks reads any bytes as each kind of lock file: what is listed has a place in the file, and a lock
// file beside itself lists nothing.
func FuzzLocks(f *testing.F) {
	for i, tc := range lockCases {
		f.Add(uint8(i), tc.after)
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		kinds := LockFiles()
		lock, _ := LockOf(kinds[int(kind)%len(kinds)].Name)
		tree := mapFS(map[string]string{lock.Path: text})
		if _, err := lock.Dependencies(tree, nil, Version{}, Store{}); err != nil {
			return
		}
		if same, err := lock.Dependencies(tree, []byte(text), Version{}, Store{}); err != nil || len(same) > 0 {
			t.Fatalf("beside itself: %v, %v", listed(same), err)
		}
	})
}
