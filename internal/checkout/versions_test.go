package checkout_test

import (
	"testing"

	"github.com/git-backport/git-backport/internal/checkout"
)

// TestVersionNames names versions after their file, and apart from every other name.
func TestVersionNames(t *testing.T) {
	paths := []string{"a/lib.rs", "Makefile", ".gitignore", "a.b/c", "x.tar.gz", "twice.c", "twice_LOCAL.c"}
	got := checkout.VersionNames(paths)
	for path, want := range map[string]checkout.Versions{
		"a/lib.rs":      {"a/lib_BASE.rs", "a/lib_LOCAL.rs", "a/lib_REMOTE.rs"},
		"Makefile":      {"Makefile_BASE", "Makefile_LOCAL", "Makefile_REMOTE"},
		".gitignore":    {".gitignore_BASE", ".gitignore_LOCAL", ".gitignore_REMOTE"},
		"a.b/c":         {"a.b/c_BASE", "a.b/c_LOCAL", "a.b/c_REMOTE"},
		"x.tar.gz":      {"x.tar_BASE.gz", "x.tar_LOCAL.gz", "x.tar_REMOTE.gz"},
		"twice.c":       {"twice_BASE.c", "twice_LOCAL_.c", "twice_REMOTE.c"},
		"twice_LOCAL.c": {"twice_LOCAL_BASE.c", "twice_LOCAL_LOCAL.c", "twice_LOCAL_REMOTE.c"},
	} {
		if got[path] != want {
			t.Errorf("%s: %q, want %q", path, got[path], want)
		}
	}
}
