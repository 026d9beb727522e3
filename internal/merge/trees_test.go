package merge_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/merge"
	"github.com/git-backport/git-backport/internal/merge/mergetest"
)

var update = flag.Bool("update", false, "rewrite the want listings of testdata/merge/trees")

const treeCases = "../../testdata/merge/trees"

// oracle returns the judge, or nil where there is no git; current reports whether it is the version
// whose behaviour is ours.
func oracle(t testing.TB) (j *mergetest.Judge, current bool) {
	git := gittest.Oracle(t)
	major, minor := gittest.OracleVersion(t)
	if major == 2 && minor < 40 && minor != 39 {
		t.Skip("the git that judges has no merge-tree --stdin")
	}
	j, err := mergetest.NewJudge(git, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return j, major > 2 || minor >= 55
}

type treeCase struct {
	mergetest.Case
	path, comment, want string
}

func readTreeCases(t testing.TB) []treeCase {
	paths, err := filepath.Glob(filepath.Join(treeCases, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in %s (%v)", treeCases, err)
	}
	var cases []treeCase
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c, comment, want, err := mergetest.ParseCase(strings.TrimSuffix(filepath.Base(path), ".txtar"), data)
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, treeCase{c, path, comment, want})
	}
	return cases
}

func TestTreeCases(t *testing.T) {
	for _, c := range readTreeCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			s := mergetest.NewStore()
			r, err := c.Merge(s, merge.Labels{Base: "base", Ours: "ours", Theirs: "theirs"})
			if err != nil {
				t.Fatal(err)
			}
			got, err := mergetest.Want(s, r)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				data, _ := os.ReadFile(c.path)
				head, _, _ := bytes.Cut(data, []byte("-- want --\n"))
				if err := os.WriteFile(c.path, append(head, "-- want --\n"+got...), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestTreeCasesOracle compares the cases with git. A case whose comment starts with "git: differs:"
// must differ; one with "git before 2.N: differs:" must differ from those before, and from no other.
func TestTreeCasesOracle(t *testing.T) {
	judge, current := oracle(t)
	var cases []mergetest.Case
	all := readTreeCases(t)
	for _, c := range all {
		cases = append(cases, c.Case)
	}
	answers, err := judge.Merge(cases)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range all {
		ours := mergetest.AnswerOf(c.Merge(mergetest.NewStore(), mergetest.Labels(i)))
		what := ours.Diff(answers[i])
		differs := strings.HasPrefix(c.comment, "git: differs:") ||
			!current && strings.HasPrefix(c.comment, "git before 2.55: differs:")
		switch {
		case what == "" && differs:
			t.Errorf("%s: git agrees, but the case says it differs", c.Name)
		case what != "" && !differs:
			t.Errorf("%s: %s differs\nours %+v\ngit  %+v", c.Name, what, ours, answers[i])
		}
	}
}

// randomCases returns cases of all kinds from a seed; as many as a short test bears.
func randomCases(seed uint64, n int) []mergetest.Case {
	cases := make([]mergetest.Case, n)
	kinds := mergetest.Kinds()
	for i := range cases {
		cases[i] = kinds[i%len(kinds)].Random(rand.New(rand.NewPCG(seed, uint64(i))))
	}
	return cases
}

func TestTreesRandomOracle(t *testing.T) {
	judge, current := oracle(t)
	if !current {
		t.Skip("the git that judges is older than 2.55: directory renames were mended since")
	}
	cases := randomCases(1, 250)
	answers, err := judge.Merge(cases)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		compare(t, judge, c, i, answers[i])
	}
}

// compare reports a difference from git that has no name.
func compare(t *testing.T, judge *mergetest.Judge, c mergetest.Case, i int, git mergetest.Answer) {
	t.Helper()
	s := mergetest.NewStore()
	r, err := c.Merge(s, mergetest.Labels(i))
	ours := mergetest.AnswerOf(r, err)
	what := ours.Diff(git)
	if what == "" || git.Err != "" || ours.Known(git) != "" {
		return
	}
	if !git.Clean && !ours.Clean {
		files, err := s.List(r.Tree)
		if err != nil {
			t.Fatal(err)
		}
		broken, err := judge.Broken(c, git, files)
		if err != nil {
			t.Fatal(err)
		}
		if broken != "" {
			return
		}
	}
	t.Errorf("%s differs\nours %+v\ngit  %+v\n%s", what, ours, git, c.Format())
}

func TestTreesProperties(t *testing.T) {
	for _, c := range randomCases(2, 300) {
		s := mergetest.NewStore()
		base, ours, theirs := s.AddTree(c.Base), s.AddTree(c.Ours), s.AddTree(c.Theirs)
		for _, p := range []struct {
			name               string
			base, a, b, result merge.ID
		}{
			{"ours untouched", base, base, theirs, theirs},
			{"theirs untouched", base, ours, base, ours},
			{"both the same", base, ours, ours, ours},
			{"nothing changed", ours, ours, ours, ours},
		} {
			r, err := merge.Trees(context.Background(), s, p.base, p.a, p.b, merge.Options{})
			if err != nil {
				t.Fatalf("%s: %v\n%s", p.name, err, c.Format())
			}
			if !r.Clean() || r.Tree != p.result {
				t.Errorf("%s: got %s %v, want %s\n%s", p.name, r.Tree, r.Conflicts, p.result, c.Format())
			}
		}
		checkResult(t, s, c, base, ours, theirs)
	}
}

// checkResult checks what holds of any merge: paths that all sides share keep their content, a clean
// result has no marker, and the same input gives the same result.
func checkResult(t *testing.T, s *mergetest.Store, c mergetest.Case, base, ours, theirs merge.ID) {
	t.Helper()
	o := merge.Options{Labels: merge.Labels{Base: "base", Ours: "ours", Theirs: "theirs"}}
	r, err := merge.Trees(context.Background(), s, base, ours, theirs, o)
	if err != nil {
		t.Fatalf("%v\n%s", err, c.Format())
	}
	again, err := merge.Trees(context.Background(), s, base, ours, theirs, o)
	if err != nil || again.Tree != r.Tree || len(again.Conflicts) != len(r.Conflicts) {
		t.Errorf("a second merge gives %s, the first %s\n%s", again.Tree, r.Tree, c.Format())
	}
	files, err := s.List(r.Tree)
	if err != nil {
		t.Fatal(err)
	}
	for path, f := range c.Base {
		if c.Ours[path] == f && c.Theirs[path] == f && files[path] != f {
			t.Errorf("%s is the same on all sides, but not in the result\n%s", path, c.Format())
		}
	}
	for path, f := range files {
		if r.Clean() && strings.Contains(f.Data, "\n>>>>>>> theirs") {
			t.Errorf("the merge is clean, but %s has conflict markers\n%s", path, c.Format())
		}
	}
}

func FuzzTrees(f *testing.F) {
	kinds := mergetest.Kinds()
	for kind := range kinds {
		f.Add(uint8(kind), uint64(1))
	}
	judge, current := oracle(f)
	f.Fuzz(func(t *testing.T, kind uint8, seed uint64) {
		c := kinds[int(kind)%len(kinds)].Random(rand.New(rand.NewPCG(seed, 11)))
		s := mergetest.NewStore()
		checkResult(t, s, c, s.AddTree(c.Base), s.AddTree(c.Ours), s.AddTree(c.Theirs))
		if !current {
			return
		}
		answers, err := judge.Merge([]mergetest.Case{c})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, judge, c, 0, answers[0])
	})
}

func TestTreesMalformed(t *testing.T) {
	s := mergetest.NewStore()
	blob, _ := s.WriteBlob([]byte("x\n"))
	good := s.AddTree(mergetest.Files{"a": {Mode: merge.ModeRegular, Data: "x\n"}})
	entry := func(name string, mode merge.Mode) merge.Entry { return merge.Entry{Name: name, Mode: mode, ID: blob} }
	sub := func(name string) merge.Entry { return merge.Entry{Name: name, Mode: merge.ModeTree, ID: good} }
	for name, entries := range map[string][]merge.Entry{
		"twice":              {entry("a", merge.ModeRegular), entry("a", merge.ModeExec)},
		"out of order":       {entry("b", merge.ModeRegular), entry("a", merge.ModeRegular)},
		"file and directory": {entry("a", merge.ModeRegular), entry("a.c", merge.ModeRegular), sub("a")},
		"slash":              {entry("a/b", merge.ModeRegular)},
		"empty name":         {entry("", merge.ModeRegular)},
		"no id":              {{Name: "a", Mode: merge.ModeRegular}},
	} {
		bad, err := s.WriteTree(entries)
		if err != nil {
			t.Fatal(err)
		}
		for side := range 3 {
			trees := [3]merge.ID{good, good, good}
			trees[side] = bad
			_, err := merge.Trees(context.Background(), s, trees[0], trees[1], trees[2], merge.Options{})
			var malformed *merge.MalformedTreeError
			if !errors.As(err, &malformed) || malformed.Tree != bad {
				t.Errorf("%s, side %d: got %v, want a MalformedTreeError about %s", name, side, err, bad)
			}
		}
	}
}

func TestTreesMissingObject(t *testing.T) {
	s := mergetest.NewStore()
	gone := merge.ID{1}
	base, _ := s.WriteTree([]merge.Entry{{Name: "a", Mode: merge.ModeRegular, ID: gone}})
	ours := s.AddTree(mergetest.Files{"a": {Mode: merge.ModeRegular, Data: "1\n"}})
	theirs := s.AddTree(mergetest.Files{"a": {Mode: merge.ModeRegular, Data: "2\n"}})
	_, err := merge.Trees(context.Background(), s, base, ours, theirs, merge.Options{})
	if err == nil || !strings.Contains(err.Error(), gone.String()) || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("got %v, want an error that names the path and the blob", err)
	}
}

func TestTreesCancelled(t *testing.T) {
	s := mergetest.NewStore()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := merge.Trees(ctx, s, merge.ID{}, merge.ID{}, merge.ID{}, merge.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestTreesEmptyBase(t *testing.T) {
	s := mergetest.NewStore()
	ours := s.AddTree(mergetest.Files{"a": {Mode: merge.ModeRegular, Data: "1\n"}})
	theirs := s.AddTree(mergetest.Files{"b": {Mode: merge.ModeRegular, Data: "2\n"}})
	r, err := merge.Trees(context.Background(), s, merge.ID{}, ours, theirs, merge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := s.AddTree(mergetest.Files{"a": {Mode: merge.ModeRegular, Data: "1\n"}, "b": {Mode: merge.ModeRegular, Data: "2\n"}})
	if !r.Clean() || r.Tree != want {
		t.Errorf("got %s, want %s", r.Tree, want)
	}
}
