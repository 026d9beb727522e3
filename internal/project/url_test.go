package project

import "testing"

func TestParseAddress(t *testing.T) {
	for url, want := range map[string]address{
		"https://github.com/O/R/pull/12":                       {"github.com", "o/r", 12, ""},
		"https://github.com/o/r/pull/12/files#diff-1":          {"github.com", "o/r", 12, ""},
		"http://git.example.org/o/r/pulls/7?x=1":               {"git.example.org", "o/r", 7, ""},
		"https://github.com/o/r/pull/12/commits/ABCDEF0":       {"github.com", "o/r", 12, "abcdef0"},
		"https://gitlab.com/a/b/c/-/merge_requests/3/diffs":    {"gitlab.com", "a/b/c", 3, ""},
		"https://gitlab.com/a/b/c/-/commit/0123456789":         {"gitlab.com", "a/b/c", 0, "0123456789"},
		"https://github.com/o/r/commit/0123456789abcdef.patch": {"github.com", "o/r", 0, "0123456789abcdef"},
		"https://codeberg.org/o/r/commit/0123456789abcdef#L1":  {"codeberg.org", "o/r", 0, "0123456789abcdef"},
		"https://github.com/o/r/commit/main":                   {},
		"https://github.com/o/r/issues/12":                     {},
		"https://github.com/o/r":                               {},
		"ftp://github.com/o/r/pull/12":                         {},
		"https://github.com/o/r/pull/12345678901":              {},
	} {
		got, ok := parseAddress(url)
		if got != want || ok != (want != address{}) {
			t.Errorf("%s: %+v, %v; want %+v", url, got, ok, want)
		}
	}
}

func TestAddressIsOfRemote(t *testing.T) {
	a := address{host: "github.com", path: "o/r"}
	for url, want := range map[string]bool{
		"https://github.com/o/r.git": true, "https://github.com/O/R/": true, "git@github.com:o/r.git": true,
		"ssh://git@ssh.github.com:443/o/r.git": true, "https://token@github.com/o/r": true, "work:o/r": true,
		"https://github.com/o/r2": false, "https://example.com/o/r": false, "git@github.com:other/r.git": false,
		"https://notgithub.com/o/r": false, "/srv/git/o/r": false, "file:///github.com/o/r": false, "../o/r": false, "": false,
	} {
		if got := a.isOf(url); got != want {
			t.Errorf("%q: %v, want %v", url, got, want)
		}
	}
}
