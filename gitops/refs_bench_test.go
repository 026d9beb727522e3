package gitops

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// BenchmarkBranchesAmongAMillion lists release branches and tags of a repository with a million packed
// refs, nearly all of them of pull requests.
func BenchmarkBranchesAmongAMillion(b *testing.B) {
	r := gittest.NewBare(b)
	im := &importer{t: b}
	m := im.commit("refs/heads/main", 1700000000, "m", nil)
	tip := im.run(r)[m]
	var text strings.Builder
	text.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
	for i := range 60 {
		fmt.Fprintf(&text, "%s refs/heads/release-%03d.0.0\n", tip, i)
	}
	for i := range 1_000_000 {
		fmt.Fprintf(&text, "%s refs/pull/%07d/head\n", tip, i)
	}
	for i := range 300 {
		fmt.Fprintf(&text, "%s refs/tags/v%03d.0.0\n", tip, i)
	}
	if err := os.WriteFile(filepath.Join(r.Dir, "packed-refs"), []byte(text.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		repo, err := Open(environment(b, r))
		if err != nil {
			b.Fatal(err)
		}
		branches, err := repo.Branches("", BaseAuto)
		if err != nil || len(branches) != 61 {
			b.Fatalf("%d branches, %v", len(branches), err)
		}
		tags, err := repo.Tags(func(string) bool { return true })
		if err != nil || len(tags) != 300 {
			b.Fatalf("%d tags, %v", len(tags), err)
		}
		if remotes, err := repo.Remotes(); err != nil || len(remotes) != 0 {
			b.Fatalf("remotes %v, %v", remotes, err)
		}
		if err := repo.db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
