package gitops

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// A dag is a random history: commit i has parents with smaller numbers.
type dag struct {
	parents [][]int
	marks   []int
	dates   []int64
	skewed  bool
}

func randomDAG(rnd *rand.Rand, im *importer, n int) dag {
	d := dag{skewed: rnd.Intn(2) == 0}
	number := im.marks
	for i := range n {
		var parents []int
		switch k := rnd.Intn(10); {
		case i == 0 || k == 0 && rnd.Intn(3) == 0: // a root
		case k < 7:
			parents = []int{max(0, i-1-rnd.Intn(3))}
		default:
			for range 2 + rnd.Intn(2) {
				if p := rnd.Intn(i); !slices.Contains(parents, p) {
					parents = append(parents, p)
				}
			}
		}
		date := int64(1700000000 + 86400*i)
		if d.skewed {
			switch rnd.Intn(4) {
			case 0:
				date = rnd.Int63n(2000000000)
			case 1:
				date -= rnd.Int63n(100 * 86400)
			}
		} else if rnd.Intn(5) == 0 && i > 0 {
			date = d.dates[i-1] // commits of one second
		}
		marks := make([]int, len(parents))
		for j, p := range parents {
			marks[j] = d.marks[p]
		}
		ref := fmt.Sprintf("refs/dag/%d/%d", number, i)
		d.parents, d.dates = append(d.parents, parents), append(d.dates, date)
		d.marks = append(d.marks, im.commit(ref, date, fmt.Sprintf("%d of %d", i, number), marks))
	}
	return d
}

// closure is what can be reached from a commit, itself included: the definition.
func (d dag) closure(from int) map[int]bool {
	in := map[int]bool{from: true}
	for i := from; i >= 0; i-- {
		if in[i] {
			for _, p := range d.parents[i] {
				in[p] = true
			}
		}
	}
	return in
}

// branchPoint is the definition: the first parent of the oldest commit of the first-parent line that
// main does not have.
func (d dag) branchPoint(main, tip int) (int, bool) {
	onMain := d.closure(main)
	for at := tip; ; at = d.parents[at][0] {
		if onMain[at] {
			return at, true
		}
		if len(d.parents[at]) == 0 {
			return 0, false
		}
	}
}

// graphs are the ways in which a commit-graph knows a history: not at all, whole, in part, and in
// part by a chain of files.
var graphs = []string{"none", "whole", "part", "chain"}

// writeGraph lets git write a commit-graph of the random histories.
func writeGraph(r *gittest.Repo, rnd *rand.Rand, graph string, ids []ID) {
	some := func() []byte {
		var in strings.Builder
		for _, id := range ids[1:] {
			if rnd.Intn(25) == 0 {
				fmt.Fprintln(&in, id)
			}
		}
		return []byte(in.String())
	}
	switch graph {
	case "whole":
		r.Git("commit-graph", "write", "--reachable")
	case "part":
		r.GitIn(some(), "commit-graph", "write", "--stdin-commits")
	case "chain":
		for range 3 {
			r.GitIn(some(), "commit-graph", "write", "--stdin-commits", "--split=no-merge")
		}
	}
}

// TestAncestryOnRandomHistories asks git about one in four histories; about each, where
// GIT_BACKPORT_HISTORIES is set.
func TestAncestryOnRandomHistories(t *testing.T) {
	for _, graph := range graphs {
		t.Run(graph, func(t *testing.T) { ancestryOnRandomHistories(t, graph) })
	}
}

func ancestryOnRandomHistories(t *testing.T, graph string) {
	r := gittest.NewBare(t)
	rnd := rand.New(rand.NewSource(7))
	im := &importer{t: t}
	dags := make([]dag, 150)
	for i := range dags {
		dags[i] = randomDAG(rnd, im, 4+rnd.Intn(28))
	}
	ids := im.run(r)
	writeGraph(r, rnd, graph, ids)
	repo := openRepo(t, r)
	if g, err := repo.db.CommitGraph(); err != nil || (g != nil) != (graph != "none") {
		t.Fatalf("commit-graph %s: there is one: %v (%v)", graph, g != nil, err)
	}
	for i, d := range dags {
		asked := 0
		for range 40 {
			a, b := rnd.Intn(len(d.marks)), rnd.Intn(len(d.marks))
			want := d.closure(b)[a]
			got, err := repo.IsAncestor(t.Context(), ids[d.marks[a]], ids[d.marks[b]])
			if err != nil || got != want {
				t.Fatalf("history %d, skewed %v: IsAncestor(%d, %d) = %v, %v; want %v", i, d.skewed, a, b, got, err, want)
			}
			if asked == 0 && a != b && (i%4 == 0 || os.Getenv("GIT_BACKPORT_HISTORIES") != "") { // the definition above is git's
				asked++
				_, _, code := r.Try(nil, "merge-base", "--is-ancestor", ids[d.marks[a]].String(), ids[d.marks[b]].String())
				if (code == 0) != want || code > 1 {
					t.Fatalf("history %d: git merge-base --is-ancestor %d %d: exit %d, want %v", i, a, b, code, want)
				}
			}
		}
	}
}

func TestHistoriesOnRandomHistories(t *testing.T) {
	for _, graph := range graphs {
		t.Run(graph, func(t *testing.T) { historiesOnRandomHistories(t, graph) })
	}
}

func historiesOnRandomHistories(t *testing.T, graph string) {
	r := gittest.NewBare(t)
	rnd := rand.New(rand.NewSource(8))
	im := &importer{t: t}
	dags := make([]dag, 150)
	for i := range dags {
		dags[i] = randomDAG(rnd, im, 6+rnd.Intn(30))
	}
	ids := im.run(r)
	writeGraph(r, rnd, graph, ids)
	repo := openRepo(t, r)
	if g, err := repo.db.CommitGraph(); err != nil || (g != nil) != (graph != "none") {
		t.Fatalf("commit-graph %s: there is one: %v (%v)", graph, g != nil, err)
	}
	for i, d := range dags {
		number := map[ID]int{}
		for k, m := range d.marks {
			number[ids[m]] = k
		}
		main := rnd.Intn(len(d.marks))
		tips := []int{rnd.Intn(len(d.marks)), len(d.marks) - 1, main, rnd.Intn(len(d.marks))}
		var tipIDs []ID
		for _, k := range tips {
			tipIDs = append(tipIDs, ids[d.marks[k]])
		}
		got, err := repo.Histories(t.Context(), ids[d.marks[main]], tipIDs)
		if err != nil {
			t.Fatal(err)
		}
		onMain := d.closure(main)
		for j, tip := range tips {
			var want, have []int
			for k := range d.closure(tip) {
				if !onMain[k] {
					want = append(want, k)
				}
			}
			for _, id := range got[j].Commits {
				have = append(have, number[id])
			}
			order := slices.Clone(have)
			slices.Sort(want)
			slices.Sort(have)
			if !slices.Equal(want, have) {
				t.Fatalf("history %d, skewed %v: %d has %v that %d does not have; want %v", i, d.skewed, tip, have, main, want)
			}
			if !d.skewed && !slices.IsSortedFunc(order, func(a, b int) int { return int(d.dates[b] - d.dates[a]) }) {
				t.Errorf("history %d: %v is not youngest first", i, order)
			}
			var point ID
			if k, ok := d.branchPoint(main, tip); ok {
				point = ids[d.marks[k]]
			}
			if got[j].Point != point {
				t.Fatalf("history %d, skewed %v: branch point of %d from %d is %s, want %s", i, d.skewed, tip, main, got[j].Point, point)
			}
		}
		if i%15 == 0 && !d.skewed {
			judgeBranchPoint(t, r, tipIDs[0], ids[d.marks[main]], got[0].Point)
		}
	}
}

// judgeBranchPoint lets git find the branch point, by the definition in the documentation of Histories.
func judgeBranchPoint(t *testing.T, r *gittest.Repo, tip, main, got ID) {
	t.Helper()
	own := strings.Fields(r.Git("rev-list", "--first-parent", "--topo-order", "--reverse", main.String()+".."+tip.String()))
	want := tip.String()
	if len(own) > 0 {
		out, _, code := r.Try(nil, "rev-parse", "-q", "--verify", own[0]+"^1")
		want = strings.TrimSpace(out)
		if code != 0 {
			want = ID{}.String()
		}
	}
	if got.String() != want {
		t.Fatalf("branch point of %s from %s is %s, git says %s", tip, main, got, want)
	}
}

// A line with main merged into the branch, and the branch into main: the usual shapes, judged by git.
func TestBranchPointShapes(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	at := int64(1700000000)
	commit := func(ref string, parents ...int) int {
		at += 60
		return im.commit("refs/heads/"+ref, at, fmt.Sprintf("%s %d", ref, im.marks), parents)
	}
	m1 := commit("main")
	m2 := commit("main", m1)
	b1 := commit("plain", m2)
	b2 := commit("plain", b1)
	m3 := commit("main", m2)
	w1 := commit("merged-into", m2)
	w2 := commit("merged-into", w1, m3)
	w3 := commit("merged-into", w2)
	m4 := commit("main", m3, b1) // the branch plain as it was
	x1 := commit("unrelated")
	x2 := commit("unrelated", x1)
	ids := im.run(r)
	repo := openRepo(t, r)
	tips := []ID{ids[b2], ids[w3], ids[m4], ids[m1], ids[x2]}
	got, err := repo.Histories(t.Context(), ids[m4], tips)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []ID{ids[b1], ids[m2], ids[m4], ids[m1], {}} {
		if got[i].Point != want {
			t.Errorf("branch point of %d is %s, want %s", i, got[i].Point, want)
		}
		judgeBranchPoint(t, r, tips[i], ids[m4], got[i].Point)
	}
}

func TestHistoriesOfShallowClone(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	var main, branch int
	for i := range 12 {
		var parents []int
		if i > 0 {
			parents = []int{main}
		}
		main = im.commit("refs/heads/main", int64(1700000000+i), fmt.Sprint("m", i), parents)
		if i == 6 {
			branch = main
		}
	}
	for i := range 3 {
		branch = im.commit("refs/heads/release-1.0", int64(1700000100+i), fmt.Sprint("b", i), []int{branch})
	}
	ids := im.run(r)
	for _, depth := range []string{"2", "8"} {
		dir := t.TempDir()
		r.Git("clone", "-q", "--bare", "--no-single-branch", "--depth="+depth, "file://"+r.Dir, dir)
		clone := r.At(dir)
		repo := openRepo(t, clone)
		if !repo.IsShallow() {
			t.Fatal("the clone is not shallow")
		}
		got, err := repo.Histories(t.Context(), ids[main], []ID{ids[branch]})
		if err != nil {
			t.Fatal(err)
		}
		judgeBranchPoint(t, clone, ids[branch], ids[main], got[0].Point)
		own := strings.Fields(clone.Git("rev-list", "main..release-1.0"))
		if !slices.Equal(hexes(got[0].Commits), own) {
			t.Errorf("depth %s: the branch's own are %v, git says %v", depth, got[0].Commits, own)
		}
	}
}

func TestWalkStopsWhenCancelled(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	root := im.commit("refs/heads/other", 1, "other", nil)
	a := im.commit("refs/heads/main", 2, "a", nil)
	b := im.commit("refs/heads/main", 3, "b", []int{a})
	ids := im.run(r)
	repo := openRepo(t, r)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := repo.IsAncestor(ctx, ids[root], ids[b]); err != context.Canceled {
		t.Errorf("IsAncestor under a cancelled context: %v", err)
	}
	if in, err := repo.IsAncestor(t.Context(), ids[a], ids[b]); !in || err != nil {
		t.Errorf("and afterwards: %v, %v", in, err)
	}
}
