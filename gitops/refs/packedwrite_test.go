package refs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
)

func writeTestFile(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// memory is a directory in memory where there is one.
func memory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "git-backport-test-") //nolint:usetesting // in memory: thousands of repositories
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestMergePackedProperty changes random files and compares with a model: a map. Lines of others
// stay byte for byte.
func TestMergePackedProperty(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	headers := []string{"# pack-refs with: peeled fully-peeled sorted \n", "# pack-refs with: peeled fully-peeled \n", "# pack-refs with: sorted new-trait \n", ""}
	for range 10000 {
		header := headers[rng.IntN(len(headers))]
		model := map[string]string{}
		var names []string
		for range rng.IntN(12) {
			name := fmt.Sprintf("refs/heads/%x%s", rng.IntN(30), []string{"", "/x", "-x", ".x"}[rng.IntN(4)])
			if model[name] != "" {
				continue
			}
			text := fmt.Sprintf("%040x %s\n", rng.IntN(1000)+1, name)
			if rng.IntN(3) == 0 {
				text += fmt.Sprintf("^%040x\n", rng.IntN(1000)+1)
			}
			model[name], names = text, append(names, name)
		}
		if strings.Contains(header, "sorted") {
			slices.Sort(names)
		}
		var in strings.Builder
		in.WriteString(header)
		for _, n := range names {
			in.WriteString(model[n])
		}
		var changes []packedChange
		for i := range rng.IntN(5) {
			c := packedChange{Name: fmt.Sprintf("refs/heads/%x", rng.IntN(40)), New: object.ID{byte(i + 1)}}
			if rng.IntN(3) == 0 {
				c.New = object.ID{}
			}
			if slices.ContainsFunc(changes, func(o packedChange) bool { return o.Name == c.Name }) {
				continue
			}
			changes = append(changes, c)
			delete(model, c.Name)
			if !c.New.IsZero() {
				model[c.Name] = fmt.Sprintf("%s %s\n", c.New, c.Name)
			}
		}
		slices.SortFunc(changes, func(a, b packedChange) int { return strings.Compare(a.Name, b.Name) })
		checkMerged(t, in.String(), header, changes, model)
	}
}

func checkMerged(t *testing.T, in, header string, changes []packedChange, model map[string]string) {
	t.Helper()
	var out bytes.Buffer
	changed, err := mergePacked(&out, "packed-refs", []byte(in), changes)
	if err != nil {
		t.Fatalf("%q: %v", in, err)
	}
	names := make([]string, 0, len(model))
	for n := range model {
		names = append(names, n)
	}
	slices.Sort(names)
	want := ""
	for _, n := range names {
		want += model[n]
	}
	first, rest, _ := strings.Cut(out.String(), "\n")
	if rest != want || !strings.HasSuffix(first, " sorted ") && first+"\n" != header {
		t.Fatalf("%q with %v:\n%s\nwant:\n%s", in, changes, out.String(), want)
	}
	for trait := range strings.FieldsSeq(header) {
		if !strings.Contains(first, trait) {
			t.Fatalf("%q lost %q: %q", header, trait, first)
		}
	}
	if strings.Contains(first, "peeled") && !strings.Contains(header, "peeled") && in != "" {
		t.Fatalf("%q claims what %q does not", first, header)
	}
	if !changed && rest != strings.TrimPrefix(in, header) && strings.Contains(header, "sorted") {
		t.Fatalf("%q: said to be unchanged: %q", in, out.String())
	}
}

func TestMergePackedRefusesDamage(t *testing.T) {
	id := strings.Repeat("1", 40)
	for _, in := range []string{"# pack-refs with: sorted \n" + id + " refs/heads/b\n" + id + " refs/heads/a\n", id + " refs/heads/a", id + "refs/heads/a\n", "\n", "^" + id + "\n",
		id + " refs/heads/a\n^123\n", "# something\n", id + " refs/heads/a\n^" + id + "\n^" + id + "\n", id + " refs/heads/a\n" + id + " refs/heads/a\n", strings.Repeat("z", 40) + " refs/heads/a\n"} {
		var broken *BrokenError
		if _, err := mergePacked(&bytes.Buffer{}, "packed-refs", []byte(in), []packedChange{{"refs/heads/x", object.ID{1}}}); !errors.As(err, &broken) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func FuzzMergePacked(f *testing.F) {
	id := strings.Repeat("1", 40)
	f.Add([]byte("# pack-refs with: peeled fully-peeled sorted \n"+id+" refs/heads/a\n^"+id+"\n"), "refs/heads/b")
	f.Add([]byte(id+" refs/heads/b\n"+id+" refs/heads/a\n"), "refs/heads/a")
	f.Add([]byte(""), "refs/heads/a")
	dir := memory(f)
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		if CheckName(name) != nil || len(name) > 200 {
			t.Skip("no name of ours")
		}
		want := object.ID{7}
		var out bytes.Buffer
		if _, err := mergePacked(&out, "packed-refs", data, []packedChange{{name, want}}); err != nil {
			return
		}
		writeTestFile(t, dir+"/packed-refs", out.String())
		ref, err := Open(dir, dir).Read(name)
		if perWorktree(name) || !strings.HasPrefix(name, "refs/") {
			return
		}
		if err != nil || ref.ID != want {
			t.Errorf("%q: %s, %v in %q", name, ref.ID, err, out.String())
		}
	})
}

func BenchmarkCommitFiveBesideHundredThousand(b *testing.B) {
	dir := memory(b)
	var text strings.Builder
	text.WriteString(fullHeader + "\n")
	for i := range 100000 {
		fmt.Fprintf(&text, "%040x refs/heads/many/%07d\n", i+1, i)
	}
	writeTestFile(b, dir+"/packed-refs", text.String())
	if err := os.MkdirAll(dir+"/refs/heads", 0o755); err != nil {
		b.Fatal(err)
	}
	s := Open(dir, dir)
	for n := 0; b.Loop(); n++ {
		tx := Tx{OpID: fmt.Sprint("op", n), Committer: "a <b> 1 +0000"}
		for i := range 5 {
			tx.Updates = append(tx.Updates, Update{Name: fmt.Sprintf("refs/heads/backport/%d/%d", n, i), New: object.ID{1}})
		}
		if err := s.Commit(context.Background(), tx); err != nil {
			b.Fatal(err)
		}
	}
}
