package gitconfig

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse compares the parser with git on arbitrary files: the same variables, or both refuse,
// at the same line.
func FuzzParse(f *testing.F) {
	for _, s := range syntaxCases() {
		f.Add([]byte(s))
	}
	needGit(f, 45)
	shared := newWorld(f, nil, nil)
	f.Fuzz(func(t *testing.T, src []byte) {
		var got []string
		err := parseFile(src, "file", func(v variable) error {
			if v.line < 1 || v.line > strings.Count(string(src), "\n")+1 {
				t.Errorf("line %d of %q", v.line, src)
			}
			text := v.key
			if !v.bare {
				text += "\n" + v.value
			}
			got = append(got, text)
			return nil
		})
		var syntax *SyntaxError
		if err != nil && (!errors.As(err, &syntax) || syntax.Line < 1) {
			t.Fatalf("%q: %v", src, err)
		}
		w := &world{t: t, root: shared.root, env: shared.env}
		if err := os.WriteFile(w.path("file"), src, 0o600); err != nil {
			t.Fatal(err)
		}
		out, stderr, ok := w.git("", "config", "--no-includes", "--file", "file", "--list", "-z")
		if ok != (err == nil) {
			t.Fatalf("%q: git %s; %v", src, stderr, err)
		}
		if m := badLine.FindStringSubmatch(stderr); m != nil && !strings.HasPrefix(err.Error(), "file:"+m[1]+":") {
			t.Errorf("%q: git %s; %v", src, stderr, err)
		}
		var want []string
		if ok && out != "" {
			want = strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
		}
		if ok {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q: -git +here\n%s", src, diff)
			}
		}
	})
}

// FuzzParameters never panics, and what it reads are keys git could have.
func FuzzParameters(f *testing.F) {
	for _, c := range commandCases() {
		f.Add(c.env["GIT_CONFIG_PARAMETERS"])
	}
	f.Fuzz(func(t *testing.T, s string) {
		env := Environment{Lookup: func(name string) (string, bool) { return s, name == "GIT_CONFIG_PARAMETERS" }}
		l := &loader{env: env}
		if l.command() != nil {
			return
		}
		for _, e := range l.entries {
			if again, err := CanonicalKey(e.Key); err != nil || again != e.Key {
				t.Errorf("%q gives the key %q", s, e.Key)
			}
		}
	})
}

// FuzzParseDate: what is accepted reads the same when it is written out again.
func FuzzParseDate(f *testing.F) {
	same, refused := dateTexts()
	for _, s := range append(same, refused...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		now := time.Unix(1700000000, 0).UTC()
		d, err := ParseDate(s, now)
		if err != nil {
			return
		}
		again, err := ParseDate("@"+d.String(), now)
		if err != nil || again != d || d.Seconds < 0 {
			t.Errorf("%q: %v, again %v, %v", s, d, again, err)
		}
	})
}

// FuzzGlob: a pattern without special bytes matches itself alone, and matching ends.
func FuzzGlob(f *testing.F) {
	f.Add("a/**/b*[c-d]", "a/x/bc")
	f.Add("[[:alpha:]", "a")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		matched := compileGlob(pattern, false).match(text)
		if !strings.ContainsAny(pattern, `*?[\`) && matched != (pattern == text) {
			t.Errorf("%q, %q: %v", pattern, text, matched)
		}
		if utf8.ValidString(pattern) && matched && !compileGlob(pattern, true).match(text) {
			t.Errorf("%q matches %q only in its own case", pattern, text)
		}
	})
}
