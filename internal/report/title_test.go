package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTitleNeutral(t *testing.T) {
	for in, want := range map[string]string{
		"Fix overflow in the parser (backport to release-36.0.0)": "Fix overflow in the parser (backport to release-36.0.0)",
		"fix: handle empty lists (#1234)":                         "fix: handle empty lists (#1234)",
		"Fixes #12":                                               "Fixes ＃12",
		"closes: #1, #2 and #3; see #4":                           "closes: ＃1, ＃2 and ＃3; see #4",
		"Resolve owner/repo#7":                                    "Resolve owner/repo＃7",
		"fix GH-9":                                                "fix GH\u20109",
		"Closes https://example.org/o/r/issues/5":                 "Closes https：//example.org/o/r/issues/5",
		"Implements group/sub/project!8":                          "Implements group/sub/project！8",
		"thanks @octocat, and @org/team":                          "thanks ＠octocat, and ＠org/team",
		"@octocat":                                                "＠octocat",
		"mail a@example.org, decorator(@cached)":                  "mail a@example.org, decorator(＠cached)",
		"at 5 @ once":                                             "at 5 @ once",
		"a <img src=x> <!-- b --> </b> 1 < 2":                     "a ＜img src=x> ＜!-- b --> ＜/b> 1 < 2",
		"![x](https://example.org/x.png)":                         "！[x](https://example.org/x.png)",
		"a\nb\u202e":                                              `a\nb\u{202e}`,
		"":                                                        "",
	} {
		if got := Title(in); got != want {
			t.Errorf("Title(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Title(strings.Repeat("é", 500)); utf8.RuneCountInString(got) != maxTitle {
		t.Errorf("%d characters", utf8.RuneCountInString(got))
	}
}

func FuzzTitle(f *testing.F) {
	f.Add("Fixes #12 @me <a> ![b](c)")
	f.Add("closes a/b#1,c/d#2")
	f.Fuzz(func(t *testing.T, s string) {
		got := Title(s)
		for _, pattern := range []string{closing().FindString(got), mention().FindString(got), markup().FindString(got)} {
			if pattern != "" {
				t.Fatalf("Title(%q) = %q keeps %q", s, got, pattern)
			}
		}
		if strings.Contains(got, "![") || !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxTitle {
			t.Fatalf("Title(%q) = %q", s, got)
		}
	})
}
