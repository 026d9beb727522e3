package streams

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain text":          "plain text",
		"naïve 東京":            "naïve 東京",
		"a\x1b[31mred":        `a\u{1b}[31mred`,
		"a\nb\tc\rd":          `a\nb\tc\u{d}d`,
		"\xff\xfe":            `\xff\xfe`,
		"abc\u202edef":        `abc\u{202e}def`,
		"zero\u200bwidth":     `zero\u{200b}width`,
		"c1 \u009b1m":         `c1 \u{9b}1m`,
		"del\x7f":             `del\u{7f}`,
		"nbsp\u00a0sep\u2028": `nbsp\u{a0}sep\u{2028}`,
		"arabic\u061cmark":    `arabic\u{61c}mark`,
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b]0;title\x07b")
	f.Add("\u2066\u2069\xc3\x28")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Clean(%q) is not UTF-8", s)
		}
		for _, r := range got {
			if !shown(r) {
				t.Fatalf("Clean(%q) = %q keeps %U", s, got, r)
			}
		}
		if strings.Contains(CleanText(s), "\x1b") {
			t.Fatalf("CleanText(%q) keeps an escape", s)
		}
	})
}

func TestColorWanted(t *testing.T) {
	for _, c := range []struct {
		tty  bool
		env  map[string]string
		want bool
	}{
		{true, nil, true},
		{false, nil, false},
		{true, map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1"}, false},
		{false, map[string]string{"FORCE_COLOR": "1"}, true},
		{true, map[string]string{"TERM": "dumb"}, false},
	} {
		if got := colorWanted(c.tty, func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("colorWanted(%v, %v) = %v", c.tty, c.env, got)
		}
	}
}
