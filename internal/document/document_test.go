package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// dump lists the scalars of a document: path, kind, text, bytes and line.
func dump(d *Document) []string {
	var out []string
	var walk func(prefix string, v Value)
	walk = func(prefix string, v Value) {
		for k, kid := range v.Members() {
			walk(prefix+"/"+k, kid)
		}
		for i, kid := range v.Items() {
			walk(fmt.Sprintf("%s/%d", prefix, i), kid)
		}
		if v.Kind != Table && v.Kind != Array {
			out = append(out, fmt.Sprintf("%s %v %q %s %d", prefix, v.Kind, v.Text, d.Data()[v.Raw.Start:v.Raw.End], v.Line))
		}
	}
	walk("", d.Root())
	return out
}

var tomlCases = []struct {
	name, in string
	want     []string
	err      string
}{
	{name: "empty"},
	{name: "plain", in: "a = \"1\"\nb='x' # c\n", want: []string{`/a string "1" "1" 1`, `/b string "x" 'x' 2`}},
	{name: "BOM and crlf", in: "\xef\xbb\xbf[p]\r\nv = \"1.0\"\r\n", want: []string{`/p/v string "1.0" "1.0" 2`}},
	{name: "dotted and quoted", in: "a.\"b.c\" . 'd' = 1", want: []string{`/a/b.c/d integer "1" 1 1`}},
	{name: "header after use", in: "[a.b]\nx=1\n[a]\ny=2", want: []string{`/a/b/x integer "1" 1 2`, `/a/y integer "2" 2 4`}},
	{name: "inline", in: "d = { path = \"p\", v = '=1', n.m = true }", want: []string{`/d/path string "p" "p" 1`, `/d/v string "=1" '=1' 1`, `/d/n/m boolean "true" true 1`}},
	{name: "arrays", in: "m = [ # x, \"no\"\n  'a', [\"b\",],\n  { c = 1 }\n]\nz = 1.5", want: []string{
		`/m/0 string "a" 'a' 2`, `/m/1/0 string "b" "b" 2`, `/m/2/c integer "1" 1 3`, `/z float "1.5" 1.5 5`}},
	{name: "array tables", in: "[[p]]\nn='a'\n[p.q]\nr=1\n[[p]]\nn='b'", want: []string{
		`/p/0/n string "a" 'a' 2`, `/p/0/q/r integer "1" 1 4`, `/p/1/n string "b" 'b' 6`}},
	{name: "subtable of dotted", in: "[f]\na.b=1\n[f.a.c]\nd=1", want: []string{`/f/a/b integer "1" 1 2`, `/f/a/c/d integer "1" 1 4`}},
	{name: "escapes", in: `a = "\u0031\t"`, want: []string{`/a string "1\t" "\u0031\t" 1`}},
	{name: "multi-line", in: "a = \"\"\"\n1\"\"\"\nb = 1979-05-27", want: []string{"/a string \"1\" \"\"\"\n1\"\"\" 1", `/b date "1979-05-27" 1979-05-27 3`}},
	{name: "duplicate key", in: "a=1\n\na=2", err: `line 3: duplicate key: "a" is already there (line 1)`},
	{name: "duplicate table", in: "[a]\n[b]\n[a]", err: `line 3: duplicate key: table "a" is already there (line 1)`},
	{name: "header for dotted", in: "a.b=1\n[a]", err: `line 2: duplicate key: table "a" is already there (line 1)`},
	{name: "dotted into header", in: "[a.b]\nx=1\n[a]\nb.y=1", err: `line 4: duplicate key: "b" is already there and cannot be added to (line 1)`},
	{name: "inline is closed", in: "a={b=1}\n[a.c]", err: `line 2: duplicate key: "a" is already there and cannot be added to (line 1)`},
	{name: "array is closed", in: "a=[{}]\n[[a]]", err: `line 2: duplicate key: "a" is already there and no array of tables (line 1)`},
	{name: "table is no array", in: "[a]\n[[a]]", err: `line 2: duplicate key: "a" is already there and no array of tables (line 1)`},
	{name: "duplicate in inline", in: "\na={b=1,b=2}", err: `line 2: duplicate key: "b" is already there (line 2)`},
	{name: "syntax", in: "a=1\nb=\n", err: "line 2: unexpected character U+000A at start of value"},
	{name: "merge markers", in: "a=1\n<<<<<<< HEAD\nb=1\n", err: "line 2: invalid character at start of key: U+003C '<'"},
	{name: "unterminated", in: "a = [1,\n2", err: "line 2: array is incomplete"},
	{name: "deep key", in: strings.Repeat("a.", 300) + "a=1", err: "line 1: nested too deeply: a dotted key"},
	{name: "deep value", in: "a=" + strings.Repeat("[", 300) + strings.Repeat("]", 300), err: "line 1: nested too deeply: a value"},
}

func TestTOML(t *testing.T) {
	for _, tc := range tomlCases {
		t.Run(tc.name, func(t *testing.T) {
			d, err := TOML([]byte(tc.in))
			if msg := errText(err); msg != tc.err {
				t.Fatalf("error %q, want %q", msg, tc.err)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tc.want, dump(d)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var jsonCases = []struct {
	name, in string
	want     []string
	err      string
}{
	{name: "lock", in: "{\n \"version\": \"1.0\",\n \"packages\": {\"\": {\"version\" : \"1.0\"}, \"node_modules/a.b\": {\"x\": [1, 2.5, null, true]}}\n}\n", want: []string{
		`/version string "1.0" "1.0" 2`, `/packages//version string "1.0" "1.0" 3`, `/packages/node_modules/a.b/x/0 integer "1" 1 3`,
		`/packages/node_modules/a.b/x/1 float "2.5" 2.5 3`, `/packages/node_modules/a.b/x/2 null "null" null 3`, `/packages/node_modules/a.b/x/3 boolean "true" true 3`}},
	{name: "BOM and crlf", in: "\xef\xbb\xbf{\r\n\"v\":\"\\u0031\"}", want: []string{`/v string "1" "\u0031" 2`}},
	{name: "scalar", in: `"x"`, want: []string{` string "x" "x" 1`}},
	{name: "duplicate", in: "{\"a\":1,\n\"a\":2}", err: `line 2: duplicate key: "a" is already there (line 1)`},
	{name: "empty", err: "line 1: unexpected EOF"},
	{name: "cut", in: "{\n\"a\":", err: "line 2: unexpected EOF"},
	{name: "trailing", in: "{}\n{}", err: "line 2: text after the end of the value: one JSON value is read"},
	{name: "trailing comma", in: "{\n\"a\": 1,\n}", err: "line 3: invalid character '}' looking for beginning of object key string"},
	{name: "comment", in: "{\n// no\n}", err: "line 2: invalid character '/'"},
	{name: "deep", in: strings.Repeat("[", 300) + strings.Repeat("]", 300), err: "line 1: nested too deeply: a value"},
}

func TestJSON(t *testing.T) {
	for _, tc := range jsonCases {
		t.Run(tc.name, func(t *testing.T) {
			d, err := JSON([]byte(tc.in))
			if msg := errText(err); msg != tc.err {
				t.Fatalf("error %q, want %q", msg, tc.err)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tc.want, dump(d)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDocumentGet(t *testing.T) {
	d, err := TOML([]byte("x = 1\n[[p]]\nn = 'a'\n[[p]]\nn = 'b'\n[t.'x.y']\nz = [1, 2]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"x": "1", "p/1/n": "b", "t/x.y/z/1": "2", "p/01/n": "", "p/-1/n": "", "p/2/n": "", "t/x/y": "", "x/y": "", "t/x.y/z/k": "",
	} {
		v, ok := d.Get(strings.Split(path, "/")...)
		if v.Text != want || ok != (want != "") {
			t.Errorf("Get(%s) = %q, %v; want %q", path, v.Text, ok, want)
		}
	}
	if _, ok := (Value{}).Get("a"); ok {
		t.Error("the zero Value has a member")
	}
	if v, ok := d.Get("p"); !ok || v.Kind != Array || v.Len() != 2 {
		t.Errorf("p = %+v, %v", v, ok)
	}
}

func TestTooLarge(t *testing.T) {
	big := make([]byte, 50<<20)
	if _, err := TOML(big); !errors.Is(err, ErrTooLarge) {
		t.Errorf("TOML: %v", err)
	}
	if _, err := JSON(big); !errors.Is(err, ErrTooLarge) {
		t.Errorf("JSON: %v", err)
	}
	many := []byte("[" + strings.Repeat("1,", MaxValues) + "1]")
	if _, err := JSON(many); !errors.Is(err, ErrTooLarge) {
		t.Errorf("JSON, many values: %v", err)
	}
	if _, err := TOML(append([]byte("a="), many...)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("TOML, many values: %v", err)
	}
}

func TestInFile(t *testing.T) {
	_, err := TOML([]byte("a=1\na=2"))
	err = InFile("Cargo.toml", err)
	if got, want := err.Error(), `Cargo.toml:2: duplicate key: "a" is already there (line 1)`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(err, ErrDuplicate) || InFile("x", nil) != nil {
		t.Error("InFile lost the cause, or made an error of nil")
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// sameSpans checks that each value, cut out and parsed alone, is that value again.
func sameSpans(t *testing.T, v Value, data []byte, alone func(raw []byte) (Value, error)) {
	for _, kid := range v.Members() {
		sameSpans(t, kid, data, alone)
	}
	for _, kid := range v.Items() {
		sameSpans(t, kid, data, alone)
	}
	raw := data[v.Raw.Start:v.Raw.End]
	if v.Kind == Table && raw[0] != '{' || v.Kind == Array && raw[0] != '[' {
		return // made by a header or a dotted key
	}
	got, err := alone(raw)
	if err != nil {
		t.Fatalf("%q of %q alone: %v", raw, data, err)
	}
	if got.Kind != v.Kind || got.Text != v.Text || got.Len() != v.Len() {
		t.Fatalf("%q of %q alone is %v %q, not %v %q", raw, data, got.Kind, got.Text, v.Kind, v.Text)
	}
	if in := v.Inner(); in.Start < v.Raw.Start || in.End > v.Raw.End || in.Start > in.End {
		t.Fatalf("inner %v of %v", in, v.Raw)
	}
}

func FuzzTOML(f *testing.F) {
	for _, tc := range tomlCases {
		f.Add([]byte(tc.in))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := TOML(data)
		var into map[string]any
		judge := toml.Unmarshal(data, &into)
		if err != nil {
			fe, ok := errors.AsType[*FileError](err)
			if !ok || fe.Line < 1 {
				t.Fatalf("error without a line: %v", err)
			}
			if judge == nil && !errors.Is(err, ErrTooDeep) {
				t.Fatalf("%q is refused (%v), and it is TOML", data, err)
			}
			return
		}
		for _, v := range d.Root().Members() {
			sameSpans(t, v, data, func(raw []byte) (Value, error) {
				one, err := TOML(append([]byte("v = "), raw...))
				if err != nil {
					return Value{}, err
				}
				v, _ := one.Get("v")
				return v, nil
			})
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, tc := range jsonCases {
		f.Add([]byte(tc.in))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := JSON(data)
		if body := strings.TrimPrefix(string(data), "\xef\xbb\xbf"); err == nil != json.Valid([]byte(body)) &&
			!errors.Is(err, ErrDuplicate) && !errors.Is(err, ErrTooDeep) {
			t.Fatalf("%q: %v, encoding/json says valid=%v", data, err, json.Valid([]byte(body)))
		}
		if err != nil {
			return
		}
		sameSpans(t, d.Root(), data, func(raw []byte) (Value, error) {
			one, err := JSON(raw)
			if err != nil {
				return Value{}, err
			}
			return one.Root(), nil
		})
	})
}
