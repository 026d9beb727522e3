package ledger

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
)

// branch reads commits given oldest first.
func (w *world) branch(t *testing.T, commits ...*Commit) *Branch {
	t.Helper()
	youngest := slices.Clone(commits)
	slices.Reverse(youngest)
	b, err := ReadBranch(t.Context(), w, youngest)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (w *world) pick(of *Commit) *Commit {
	return w.commit("Fix it\n\n(cherry picked from commit "+of.ID.String()+")\n", "a.go", someLines...)
}

func (w *world) revert(of *Commit, more string) *Commit {
	return w.commit("Revert \"Fix it\"\n\nThis reverts commit "+of.ID.String()+".\n"+more, "a.go", "old")
}

// has reports whether a branch, oldest commit first, has a standing copy of a fix by strong evidence.
func (w *world) has(t *testing.T, fix *Commit, commits ...*Commit) bool {
	t.Helper()
	copies := w.match(t, []*Commit{fix}, commits)[fix.ID]
	return len(copies) > 0 && copies[0].Stands() && copies[0].Strong()
}

func TestRevertsOfCopies(t *testing.T) {
	for name, c := range map[string]struct {
		make func(w *world, src, rev, reapply *Commit) []*Commit
		want bool
	}{
		"a pick":  {func(w *world, src, _, _ *Commit) []*Commit { return []*Commit{w.pick(src)} }, true},
		"nothing": {func(w *world, _, _, _ *Commit) []*Commit { return []*Commit{w.commit("Fix it", "b.go", "x")} }, false},
		"another's pick": {func(w *world, _, rev, _ *Commit) []*Commit {
			return []*Commit{w.commit("It\n\n(cherry picked from commit "+rev.ID.String()+")\n", "b.go")}
		}, false},
		"what repairs it": {func(w *world, src, _, _ *Commit) []*Commit {
			return []*Commit{w.commit("Better\n\nFixes: "+src.ID.String()[:12]+" (\"Fix it\")\n", "b.go")}
		}, false},
		"reverted": {func(w *world, src, _, _ *Commit) []*Commit {
			p := w.pick(src)
			return []*Commit{p, w.revert(p, "")}
		}, false},
		"reverted by main's revert": {func(w *world, src, rev, _ *Commit) []*Commit {
			p := w.pick(src)
			return []*Commit{p, w.revert(src, "(cherry picked from commit "+rev.ID.String()+")\n")}
		}, false},
		"and reapplied by main's": {func(w *world, src, rev, reapply *Commit) []*Commit {
			p := w.pick(src)
			r := w.revert(src, "(cherry picked from commit "+rev.ID.String()+")\n")
			return []*Commit{p, r, w.revert(rev, "(cherry picked from commit "+reapply.ID.String()+")\n")}
		}, true},
		"reverted and picked again": {func(w *world, src, _, _ *Commit) []*Commit {
			p := w.pick(src)
			return []*Commit{p, w.revert(p, ""), w.pick(src)}
		}, true},
		"the revert reverted": {func(w *world, src, _, _ *Commit) []*Commit {
			p := w.pick(src)
			r := w.revert(p, "")
			return []*Commit{p, r, w.revert(r, "")}
		}, true},
		"reverted before it was picked": {func(w *world, src, _, _ *Commit) []*Commit { return []*Commit{w.revert(src, ""), w.pick(src)} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			src := w.commit("Fix it (#12)", "a.go", someLines...)
			rev := w.revert(src, "")
			reapply := w.commit("Reapply \"Fix it\"\n\nThis reverts commit "+rev.ID.String()+".\n", "a.go", someLines...)
			if got := w.has(t, src, c.make(w, src, rev, reapply)...); got != c.want {
				t.Errorf("has it %v, want %v", got, c.want)
			}
		})
	}
}

// Random chains of picks, reverts and reverts of reverts, against the definition: a commit is taken back
// when a younger one that is not taken back itself names it or what it is a copy of. A revert voids exactly
// what it names, and a copy more never takes a fix away.
func TestRevertChains(t *testing.T) {
	rnd := rand.New(rand.NewSource(4))
	for round := range 300 {
		w := newWorld()
		sources := []*Commit{w.commit("one", "1.go", "first", "second"), w.commit("two", "2.go", "first", "second"), w.commit("three", "3.go", "first", "second")}
		type entry struct {
			c             *Commit
			names, copies *Commit // names: what it reverts
		}
		var entries []entry
		var commits []*Commit
		for range 1 + rnd.Intn(12) {
			var e entry
			if len(entries) > 0 && rnd.Intn(2) == 0 {
				of := entries[rnd.Intn(len(entries))]
				if e.names = of.c; of.copies != nil && rnd.Intn(3) == 0 {
					e.names = of.copies
				}
				e.c = w.commit(fmt.Sprintf("Revert something\n\nThis reverts commit %s.\n", e.names.ID), "none.go")
			} else {
				e.copies = sources[rnd.Intn(len(sources))]
				e.c = w.commit(fmt.Sprintf("Take it\n\n(cherry picked from commit %s)\n", e.copies.ID), "none.go")
			}
			entries, commits = append(entries, e), append(commits, e.c)
		}
		var standing func(i int) bool
		standing = func(i int) bool {
			for j := i + 1; j < len(entries); j++ {
				if n := entries[j].names; n != nil && (n == entries[i].c || n == entries[i].copies) && standing(j) {
					return false
				}
			}
			return true
		}
		b := w.branch(t, commits...)
		want := map[*Commit]bool{}
		for i, e := range entries {
			if _, undone := b.UndoneBy(e.c.ID); undone == standing(i) {
				t.Fatalf("round %d: commit %d of %d: undone %v", round, i, len(entries), undone)
			}
			if e.copies != nil && standing(i) {
				want[e.copies] = true
			}
		}
		for i, src := range sources {
			if has := w.has(t, src, commits...); has != want[src] {
				t.Fatalf("round %d: has source %d: %v, want %v", round, i, has, want[src])
			}
			if more := w.commit(fmt.Sprintf("Take it\n\n(cherry picked from commit %s)\n", src.ID), "none.go"); !w.has(t, src, append(slices.Clone(commits), more)...) {
				t.Fatalf("round %d: one more copy of source %d takes it away", round, i)
			}
		}
	}
}

// Commits that remove a fix's lines are named where they do not say so.
func TestAgainst(t *testing.T) {
	w := newWorld()
	fix := w.commit("Make it right", "a.go", someLines...)
	w.removes = map[object.ID]map[string][]string{}
	back := w.commit("Prefer it as it was", "a.go", "old")
	w.removes[back.ID] = map[string][]string{"a.go": someLines[:3]}
	other := w.commit("Something else", "a.go", "new")
	w.removes[other.ID] = map[string][]string{"a.go": someLines[:1]}
	own := []*Commit{other, back}
	found, err := NewIndex(w, []*Commit{fix}, nil).Match(t.Context(), w.branch(t, back, other), own, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := found.Against[fix.ID]; len(got) != 1 || got[0] != back.ID {
		t.Errorf("against it: %v, want %v", got, back.ID)
	}
}
