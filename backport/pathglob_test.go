package backport

import (
	"strings"
	"testing"
)

func TestMatchPath(t *testing.T) {
	for _, c := range []struct {
		glob, name string
		want       bool
	}{
		{"RELEASES.md", "RELEASES.md", true},
		{"RELEASES.md", "docs/RELEASES.md", false},
		{"**/Cargo.lock", "Cargo.lock", true},
		{"**/Cargo.lock", "a/b/Cargo.lock", true},
		{"**/Cargo.lock", "a/b/Cargo.lock.txt", false},
		{"supply-chain/**", "supply-chain/audits.toml", true},
		{"supply-chain/**", "supply-chain/a/b", true},
		{"supply-chain/**", "supply-chain", false},
		{"*.md", "a.md", true},
		{"*.md", "a/b.md", false},
		{"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true},
		{"a/**/b", "a/x/y/c", false},
		{"**", "anything/at/all", true},
		{"file?.txt", "file1.txt", true},
		{"file?.txt", "file10.txt", false},
		{"[a", "[a", false},
	} {
		if got := matchPath(c.glob, c.name); got != c.want {
			t.Errorf("matchPath(%q, %q) = %v", c.glob, c.name, got)
		}
	}
	for _, bad := range []string{"", "/a", "[a"} {
		if CheckGlob(bad) == nil {
			t.Errorf("CheckGlob(%q) accepts it", bad)
		}
	}
	deep := strings.Repeat("a/", 400) + "b"
	if matchPath("**/a/**/a/**/a/**/c", deep) {
		t.Error("a deep path matches what it does not end in")
	}
}
