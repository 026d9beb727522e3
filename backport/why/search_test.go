package why

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitopstest"
	"github.com/git-backport/git-backport/internal/gittest"
)

// A plainBranch left main at a point, has no copies, and no rules.
type plainBranch struct{ point gitops.ID }

func (b plainBranch) Point(context.Context) (gitops.ID, error)         { return b.point, nil }
func (b plainBranch) HasCopy(context.Context, gitops.ID) (bool, error) { return false, nil }
func (b plainBranch) Settle(_ context.Context, _, _ gitops.ID, res gitops.PickResult) (gitops.PickResult, error) {
	return res, nil
}

// conflictRepo is main, whose commits change line 20 of f.txt one after the other, and some other lines
// besides; the last one adds to a file that came later.
func conflictRepo(t *testing.T) (r *gittest.Repo, main []gitops.ID) {
	t.Helper()
	r = gittest.New(t)
	lines := make([]string, 40)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d of it", i+1)
	}
	commit := func(message string) {
		r.Write("f.txt", strings.Join(lines, "\n")+"\n")
		r.Commit(message)
		id, err := gitops.ParseID(strings.TrimSpace(r.Git("rev-parse", "HEAD")))
		if err != nil {
			t.Fatal(err)
		}
		main = append(main, id)
	}
	commit("begin")
	for n := range 5 {
		lines[19] = fmt.Sprintf("the twentieth, written for the time %d", n)
		lines[2*n] = fmt.Sprintf("another line, written for the time %d", n)
		commit(fmt.Sprintf("step %d", n))
	}
	r.Write("late.txt", "came late\n")
	commit("a later file")
	r.Write("late.txt", "came late\nand grew\n")
	commit("grow it")
	return r, main
}

// ask asks about picks of commits of main onto its first one.
func ask(t *testing.T, s *gitops.Session, main []gitops.ID, sources ...int) []Question {
	t.Helper()
	ours, err := s.TreeOf(main[0])
	if err != nil {
		t.Fatal(err)
	}
	var out []Question
	for _, n := range sources {
		res, err := s.PickOnto(t.Context(), ours, main[n], 0)
		if err != nil {
			t.Fatal(err)
		}
		q := Question{Branch: plainBranch{main[0]}, Tip: main[0], Source: main[n], Fix: []gitops.ID{main[n]}, Ours: ours, Result: res}
		for _, c := range res.Conflicts {
			hunks, err := Hunks(s, res, c)
			if err != nil {
				t.Fatal(err)
			}
			q.Hunks = append(q.Hunks, hunks...)
		}
		out = append(out, q)
	}
	return out
}

func subjects(list []Candidate) string {
	var out []string
	for _, c := range list {
		out = append(out, c.Subject)
	}
	return strings.Join(out, ", ")
}

func TestExplain(t *testing.T) {
	r, main := conflictRepo(t)
	s := gitopstest.Open(t, r)
	questions := ask(t, s, main, 2, 4, 7)
	answers := Explain(t.Context(), s, questions)
	for i, want := range []struct{ clean, blame, absent string }{
		{"step 0", "step 0", ""},
		{"step 0, step 1, step 2", "step 2", ""},
		{"", "a later file", "late.txt"},
	} {
		a := answers[i]
		if got := subjects(a.CleanWith); got != want.clean {
			t.Errorf("question %d: clean with %q, want %q (%+v)", i, got, want.clean, a)
		}
		if len(a.Paths) != 1 || subjects(a.Paths[0].Commits) != want.blame {
			t.Errorf("question %d: the lines are from %+v, want %q", i, a.Paths, want.blame)
		}
		if a.Cut {
			t.Errorf("question %d: the search was cut", i)
		}
		if absent := len(a.Absent) == 1; absent != (want.absent != "") || absent && (a.Absent[0].Path != want.absent || a.Absent[0].Deleted) {
			t.Errorf("question %d: absent %+v, want %q", i, a.Absent, want.absent)
		}
	}
	if h := questions[1].Hunks; len(h) != 1 || subjects(h[0].Commits) != "step 2" {
		t.Errorf("the hunk is from %+v, want step 2", h)
	}
}

// The same questions have the same answers, however many processors there are.
func TestExplainIsTheSameEachTime(t *testing.T) {
	r, main := conflictRepo(t)
	var first []*Explanation
	for _, procs := range []int{1, 4, 4, 2, 1} {
		before := runtime.GOMAXPROCS(procs)
		s := gitopstest.Open(t, r)
		answers := Explain(t.Context(), s, ask(t, s, main, 2, 3, 4, 5, 7))
		runtime.GOMAXPROCS(before)
		if first == nil {
			first = answers
		}
		if diff := cmp.Diff(first, answers); diff != "" {
			t.Fatalf("with %d processors (-first +now):\n%s", procs, diff)
		}
	}
}

// A search that meets its bound stops at the same place, whatever others have found before.
func TestBudget(t *testing.T) {
	r, main := conflictRepo(t)
	s := gitopstest.Open(t, r)
	shared := newLineage(s)
	cut := false
	for _, left := range []int{0, 1, 2, 5, 10, 100, 300, 1000, maxPickWork} {
		var answers [2]*Explanation
		for i, l := range []*lineage{newLineage(s), shared} {
			one := &search{
				Question: ask(t, s, main, 4)[0], session: s, lineage: l, trials: map[trial]gitops.PickResult{}, budget: budget{left: left},
			}
			answers[i] = one.run(t.Context())
		}
		if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
			t.Errorf("with %d units (-alone +after others):\n%s", left, diff)
		}
		cut = cut || answers[0].Cut
		if left == maxPickWork && answers[0].CleanWith == nil {
			t.Error("nothing is found within the bound")
		}
	}
	if !cut {
		t.Error("no search was cut")
	}
	b := budget{left: 3}
	if b.spend(3) != nil || !errors.Is(b.spend(1), errWork) {
		t.Error("a budget of three units is spent after three")
	}
}

// An interrupted search ends.
func TestExplainInterrupted(t *testing.T) {
	r, main := conflictRepo(t)
	s := gitopstest.Open(t, r)
	questions := ask(t, s, main, 4)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if a := Explain(ctx, s, questions)[0]; !a.Cut || a.CleanWith != nil {
		t.Errorf("%+v", a)
	}
}
