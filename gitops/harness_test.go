package gitops

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/gittest"
)

// environment is the environment of a test's git, as ours takes it.
func environment(t testing.TB, r *gittest.Repo, extra ...string) gitconfig.Environment {
	t.Helper()
	vars := map[string]string{}
	for _, kv := range append(append([]string(nil), r.Env...), extra...) {
		k, v, _ := strings.Cut(kv, "=")
		vars[k] = v
	}
	env, err := gitconfig.Host(func(k string) (string, bool) { v, ok := vars[k]; return v, ok }, r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func openRepo(t testing.TB, r *gittest.Repo, extra ...string) *Repo {
	t.Helper()
	repo, err := Open(environment(t, r, extra...))
	if err != nil {
		t.Fatalf("opening %s: %v", r.Dir, err)
	}
	t.Cleanup(func() {
		if err := repo.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return repo
}

func id(t testing.TB, hex string) ID {
	t.Helper()
	out, err := ParseID(hex)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func hexes(ids []ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

// importer feeds commits to git fast-import, thousands in one process.
type importer struct {
	t     testing.TB
	in    strings.Builder
	marks int
}

// commit adds a commit to a ref; parents are marks. It returns the commit's mark. Each line of files is
// a command of fast-import such as "M 100644 inline f\ndata 1\nx".
func (im *importer) commit(ref string, date int64, message string, parents []int, files ...string) int {
	im.marks++
	fmt.Fprintf(&im.in, "reset %s\n\ncommit %s\nmark :%d\ncommitter C O Mitter <c@example.com> %d +0000\ndata %d\n%s\n", ref, ref, im.marks, date, len(message), message)
	for i, p := range parents {
		word := "merge"
		if i == 0 {
			word = "from"
		}
		fmt.Fprintf(&im.in, "%s :%d\n", word, p)
	}
	for _, f := range files {
		im.in.WriteString(f + "\n")
	}
	im.in.WriteByte('\n')
	return im.marks
}

// run imports and returns the ids by mark.
func (im *importer) run(r *gittest.Repo) []ID {
	im.t.Helper()
	marks := filepath.Join(im.t.TempDir(), "marks")
	r.GitIn([]byte(im.in.String()), "fast-import", "--quiet", "--force", "--export-marks="+marks)
	data, err := os.ReadFile(marks)
	if err != nil {
		im.t.Fatal(err)
	}
	out := make([]ID, im.marks+1)
	for line := range strings.Lines(string(data)) {
		var mark int
		var hex string
		if _, err := fmt.Sscanf(line, ":%d %s", &mark, &hex); err != nil {
			im.t.Fatal(err)
		}
		if mark < len(out) {
			out[mark] = id(im.t, hex)
		}
	}
	return out
}
