package gitops

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// Where clocks are right, or a commit-graph is there, Contains is exact; where they are wrong it may
// miss an ancestor, and never makes one up.
func TestContainsOnRandomHistories(t *testing.T) {
	for _, graph := range graphs[:3] {
		t.Run(graph, func(t *testing.T) {
			r := gittest.NewBare(t)
			rnd := rand.New(rand.NewSource(9))
			im := &importer{t: t}
			dags := make([]dag, 40)
			for i := range dags {
				dags[i] = randomDAG(rnd, im, 4+rnd.Intn(60))
			}
			ids := im.run(r)
			writeGraph(r, rnd, graph, ids)
			repo := openRepo(t, r)
			for i, d := range dags {
				for range 40 {
					a, b := rnd.Intn(len(d.marks)), rnd.Intn(len(d.marks))
					want := d.closure(b)[a]
					got, err := repo.Contains(t.Context(), ids[d.marks[b]], ids[d.marks[a]])
					if err != nil || got && !want || want && !got && (!d.skewed || graph == "whole") {
						t.Fatalf("history %d, skewed %v: Contains(%d, %d) = %v, %v; want %v", i, d.skewed, b, a, got, err, want)
					}
				}
			}
		})
	}
}

// A line of 400 days with clocks that were wrong for a few commits in a row.
func TestContainsBehindWrongClocks(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	var marks []int
	for i := range 400 {
		date := int64(1700000000 + i*day)
		switch {
		case i == 350, i >= 200 && i < 200+clockRun:
			date = 1000000000
		case i == 300:
			date += 1000 * day
		}
		var parents []int
		if i > 0 {
			parents = marks[i-1:]
		}
		marks = append(marks, im.commit("refs/heads/main", date, fmt.Sprint(i), parents))
	}
	other := im.commit("refs/heads/other", 1700000000+100*day, "other", nil)
	ids := im.run(r)
	repo := openRepo(t, r)
	tip := ids[marks[399]]
	for _, i := range []int{0, 100, 199, 200, 250, 300, 349, 350, 399} {
		in, err := repo.Contains(t.Context(), tip, ids[marks[i]])
		if err != nil || !in {
			t.Errorf("Contains(%d) = %v, %v", i, in, err)
		}
	}
	if in, err := repo.Contains(t.Context(), tip, ids[other]); err != nil || in {
		t.Errorf("an unrelated commit: %v, %v", in, err)
	}
}

func TestRecent(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	var marks []int
	for i := range 200 {
		var parents []int
		if i > 0 {
			parents = marks[i-1:]
		}
		marks = append(marks, im.commit("refs/heads/main", int64(1700000000+i*day), fmt.Sprint(i), parents))
	}
	fix := im.commit("refs/heads/fix", 1700000000+150*day, "fix", marks[:1])
	ids := im.run(r)
	got, err := openRepo(t, r).Recent(t.Context(), ids[marks[199]], []ID{ids[fix], ids[marks[180]]})
	if err != nil {
		t.Fatal(err)
	}
	var want []ID
	for i := 199; i >= 136; i-- { // fourteen days before the older of the two
		want = append(want, ids[marks[i]])
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d commits, from %s to %s; want %d, to %s", len(got), got[0], got[len(got)-1], len(want), want[len(want)-1])
	}
	got, err = openRepo(t, r).Recent(t.Context(), ids[marks[199]], []ID{ids[marks[180]], ids[fix]})
	if err != nil {
		t.Fatal(err)
	}
	if want = want[:19]; !slices.Equal(got, want) { // without what the first stands on
		t.Errorf("%d commits, want the %d that are younger than the first", len(got), len(want))
	}
}
