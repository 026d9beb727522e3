// Package gitopstest opens repositories that tests made with git.
package gitopstest

import (
	"os"
	"testing"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/gittest"
)

// Open returns a session on a repository, read with no configuration but its own.
func Open(t testing.TB, r *gittest.Repo) *gitops.Session {
	t.Helper()
	env, err := gitconfig.Host(func(key string) (string, bool) {
		value, set := map[string]string{"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.DevNull}[key]
		return value, set
	}, r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	repo, err := gitops.Open(env)
	if err != nil {
		t.Fatal(err)
	}
	return repo.NewSession()
}
