package gitops

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// TestMultiPackIndexAsConfigured: one of no use is warned about where core.multiPackIndex has git read it.
func TestMultiPackIndexAsConfigured(t *testing.T) {
	r := gittest.New(t)
	tip := r.Commit("one")
	r.Git("repack", "-adq")
	path := filepath.Join(r.Dir, ".git", "objects", "pack", "multi-pack-index")
	if err := os.WriteFile(path, []byte("not what it should be"), 0o600); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]int{"": 1, "true": 1, "false": 0, "off": 0} {
		extra := []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.multipackindex", "GIT_CONFIG_VALUE_0=" + value}
		if value == "" {
			extra = nil
		}
		repo := openRepo(t, r, extra...)
		if got := repo.Warnings(); len(got) != want || want > 0 && !strings.Contains(got[0], path) {
			t.Errorf("core.multiPackIndex=%q: warnings %q, want %d", value, got, want)
		}
		if _, err := repo.readCommitInfo(id(t, tip)); err != nil {
			t.Errorf("core.multiPackIndex=%q: %v", value, err)
		}
	}
}
