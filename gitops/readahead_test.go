package gitops

import (
	"slices"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// What is read ahead is there afterwards, and what cannot be read is nobody's error.
func TestReadAhead(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	base := im.commit("refs/heads/main", 1700000000, "base", nil, "M 100644 inline a\ndata 2\n1\n", "M 100644 inline b\ndata 2\nb\n")
	fix := im.commit("refs/heads/main", 1700000100, "fix", []int{base}, "M 100644 inline a\ndata 2\n2\n")
	branch := im.commit("refs/heads/release-1", 1700000050, "branch", []int{base}, "M 100644 inline a\ndata 2\n3\n")
	ids := im.run(r)
	s := openRepo(t, r).NewSession()
	s.ReadAhead(t.Context(), []string{"nosuch", "0123456789", ids[fix].String()[:12], "HEAD~1"}, []string{"nosuch", "release-1"})
	var got []string
	for _, m := range []int{base, fix, branch} {
		tree, err := s.TreeOf(ids[m])
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []string{"a", "b"} {
			st, err := s.Entry(tree, p)
			if err != nil {
				t.Fatal(err)
			}
			if kept, ok := s.kept.get(blobKey(st.ID)); ok {
				got = append(got, p+string(kept.([]byte)))
			}
		}
	}
	if want := []string{"a1\n", "a2\n", "a3\n"}; !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
}
