package ledger

import (
	"context"
	"crypto/sha1"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
)

// A world is commits with what each adds to a file; it is the Source of these tests.
type world struct {
	commits map[object.ID]*Commit
	adds    map[object.ID]map[string][]string
	removes map[object.ID]map[string][]string
	brought map[object.ID][]object.ID
	gone    map[object.ID]bool
	clock   int64
}

func newWorld() *world {
	return &world{
		commits: map[object.ID]*Commit{}, adds: map[object.ID]map[string][]string{}, removes: map[object.ID]map[string][]string{},
		brought: map[object.ID][]object.ID{}, gone: map[object.ID]bool{}, clock: 1_700_000_000,
	}
}

const day = 24 * 3600

// commit makes a commit a day younger than the one before; its author is its own.
func (w *world) commit(message, path string, adds ...string) *Commit {
	w.clock += day
	return w.authored(fmt.Sprintf("A <a@example.org> %d +0000", w.clock), message, path, adds...)
}

func (w *world) authored(author, message, path string, adds ...string) *Commit {
	w.clock++
	id := object.ID(sha1.Sum(fmt.Append(nil, w.clock, message)))
	c := NewCommit(id, &object.Commit{Author: []byte(author), Committer: fmt.Appendf(nil, "C <c@example.org> %d +0000", w.clock), Message: []byte(message)})
	w.commits[id], w.adds[id] = &c, map[string][]string{path: adds}
	return &c
}

func (w *world) Commit(_ context.Context, id string) (*Commit, error) {
	var found *Commit
	for full, c := range w.commits {
		if strings.HasPrefix(full.String(), id) {
			if found != nil {
				return nil, nil
			}
			found = c
		}
	}
	return found, nil
}

func (w *world) Changed(_ context.Context, ids []object.ID, scope *Scope) ([]Changes, error) {
	var out []Changes
	for _, id := range ids {
		if w.gone[id] {
			return nil, &MissingError{ID: id}
		}
		c := Changes{}
		for p := range w.adds[id] {
			if scope.Has(p) {
				c.Paths = append(c.Paths, p)
			} else {
				c.More = true
			}
		}
		out = append(out, NewChanges(c.Paths, c.More))
	}
	return out, nil
}

func (w *world) Lines(_ context.Context, id object.ID, path string) (Delta, error) {
	return Delta{Added: w.adds[id][path], Removed: w.removes[id][path]}, nil
}

func (w *world) PatchID(_ context.Context, id object.ID) (string, error) {
	return fmt.Sprint(w.adds[id], w.removes[id]), nil
}

func (w *world) Brought(_ context.Context, merge object.ID) ([]object.ID, error) {
	return w.brought[merge], nil
}

func (w *world) File(context.Context, object.ID, string) ([]string, error) { return nil, nil }

// match finds the copies of fixes, oldest first, among the commits of a branch, oldest first.
func (w *world) match(t *testing.T, fixes, own []*Commit) map[object.ID][]Copy {
	t.Helper()
	fixes, own = slices.Clone(fixes), slices.Clone(own)
	slices.Reverse(fixes)
	slices.Reverse(own)
	b, err := ReadBranch(t.Context(), w, own)
	if err != nil {
		t.Fatal(err)
	}
	x := NewIndex(w, fixes, nil)
	if err := x.Prepare(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	found, err := x.Match(t.Context(), b, own, nil)
	if err != nil {
		t.Fatal(err)
	}
	return found.Copies
}

var someLines = []string{"the first new line", "the second new line", "the third new line", "the fourth new line"}

func TestEvidence(t *testing.T) {
	const author = "A <a@example.org> 1700000000 +0100"
	for name, c := range map[string]struct {
		fix, copy func(w *world, fix *Commit) *Commit
		want      []Kind // of the copy; none: it is no copy
	}{
		"trailer": {copy: func(w *world, f *Commit) *Commit {
			return w.commit("Something\n\n(cherry picked from commit "+f.ID.String()[:12]+")\n", "b.go", "else at all")
		}, want: []Kind{Trailer}},
		"a trailer of a private fork": {copy: func(w *world, _ *Commit) *Commit {
			return w.commit("Something\n\n(cherry picked from commit "+strings.Repeat("ab", 20)+")\n", "b.go", "else at all")
		}},
		"equal patches": {copy: func(w *world, _ *Commit) *Commit { return w.commit("Something", "a.go", someLines...) }, want: []Kind{PatchID, Lines}},
		"most lines": {copy: func(w *world, _ *Commit) *Commit {
			return w.commit("Something", "a.go", append([]string{"and one more"}, someLines[:3]...)...)
		}, want: []Kind{Lines}},
		"half of the lines": {copy: func(w *world, _ *Commit) *Commit {
			return w.commit("Something", "a.go", someLines[0], someLines[1], "new")
		}},
		"number":             {copy: func(w *world, _ *Commit) *Commit { return w.commit("Make it work (#77) (#90)", "a.go", "otherwise") }, want: []Kind{Number}},
		"a number elsewhere": {copy: func(w *world, _ *Commit) *Commit { return w.commit("Make it work (#77)", "docs/x.md", "otherwise") }},
		"subject": {copy: func(w *world, _ *Commit) *Commit {
			return w.commit("[2.0.x] Mend the parser again (#91)", "a.go", "otherwise")
		}, want: []Kind{Subject}},
		"quoted": {copy: func(w *world, _ *Commit) *Commit {
			return w.commit("Several backports (#92)\n\n* Mend the parser again (#77)\n* Something else altogether\n", "a.go", "otherwise")
		}, want: []Kind{Quoted}},
		"author and date": {copy: func(w *world, _ *Commit) *Commit { return w.authored(author, "Something", "a.go", someLines[0], "own") }, want: []Kind{Author}},
		"a revert": {copy: func(w *world, f *Commit) *Commit {
			return w.commit("Revert \"Mend the parser again (#77)\"\n\nThis reverts commit "+f.ID.String()+".\n", "a.go", "old")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			fix := w.authored(author, "Mend the parser again (#77)", "a.go", someLines...)
			other := w.commit("Another change of it (#78)", "a.go", "nothing in common")
			own := c.copy(w, fix)
			found := w.match(t, []*Commit{fix, other}, []*Commit{own})
			var got []Kind
			for _, cp := range found[fix.ID] {
				for _, e := range cp.Evidence {
					got = append(got, e.Kind)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("evidence %v, want %v", got, c.want)
			}
			if n := len(found[other.ID]); n > 0 {
				t.Errorf("the other commit has %d copies", n)
			}
		})
	}
}

func TestSubjectOfSeveralIsNoEvidence(t *testing.T) {
	w := newWorld()
	first := w.commit("Update wasm-tools dependencies again", "a.go", "one")
	second := w.commit("Update wasm-tools dependencies again", "a.go", "two")
	own := w.commit("Update wasm-tools dependencies again", "a.go", "three")
	if found := w.match(t, []*Commit{first, second}, []*Commit{own}); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestForwardPort(t *testing.T) {
	w := newWorld()
	own := w.commit("Mend it there first", "a.go", "one")
	w.clock += 90 * day
	fix := w.commit("Mend it\n\n(cherry picked from commit "+own.ID.String()+")\n", "a.go", "another")
	if got := w.match(t, []*Commit{fix}, []*Commit{own})[fix.ID]; len(got) != 1 || !got[0].Strong() {
		t.Errorf("got %v", got)
	}
}

func TestYoungerFix(t *testing.T) {
	for days, want := range map[int64]int{10: 1, 20: 0} {
		w := newWorld()
		own := w.commit("Mend the parser again", "a.go", "one")
		w.clock += (days - 1) * day
		fix := w.commit("Mend the parser again (#5)", "a.go", "another")
		if got := len(w.match(t, []*Commit{fix}, []*Commit{own})[fix.ID]); got != want {
			t.Errorf("a fix %d days younger: %d copies, want %d", days, got, want)
		}
	}
}

func TestUndone(t *testing.T) {
	trailer := func(f *Commit) string { return "\n\n(cherry picked from commit " + f.ID.String() + ")\n" }
	reverts := func(c *Commit) string { return "\n\nThis reverts commit " + c.ID.String() + ".\n" }
	for name, c := range map[string]struct {
		own    func(w *world, f *Commit) []*Commit
		stands bool
	}{
		"by its own id": {own: func(w *world, f *Commit) []*Commit {
			cp := w.commit("Mend"+trailer(f), "a.go", "one")
			return []*Commit{cp, w.commit("Back out"+reverts(cp), "a.go", "old")}
		}},
		"by main's id": {own: func(w *world, f *Commit) []*Commit {
			cp := w.commit("Mend"+trailer(f), "a.go", "one")
			return []*Commit{cp, w.commit("Revert \"Mend\""+reverts(f), "a.go", "old")}
		}},
		"the revert reverted": {stands: true, own: func(w *world, f *Commit) []*Commit {
			cp := w.commit("Mend"+trailer(f), "a.go", "one")
			r := w.commit("Back out"+reverts(cp), "a.go", "old")
			return []*Commit{cp, r, w.commit("Back in"+reverts(r), "a.go", "one")}
		}},
		"with the merge that brought it": {own: func(w *world, f *Commit) []*Commit {
			cp := w.commit("Mend"+trailer(f), "a.go", "one")
			m := w.commit("Merge pull request #50 from u/bp", "a.go", "one")
			m.Parents = []object.ID{f.ID, cp.ID}
			w.brought[m.ID] = []object.ID{cp.ID}
			return []*Commit{cp, m, w.commit("Take it out"+reverts(m), "a.go", "old")}
		}},
		"by its subject and the inverse patch": {own: func(w *world, f *Commit) []*Commit {
			cp := w.commit("Mend the parser again"+trailer(f), "a.go", "one")
			r := w.commit("Revert \"Mend the parser again\" (#60)", "a.go", "old")
			w.removes[r.ID] = map[string][]string{"a.go": {"one"}}
			return []*Commit{cp, r}
		}},
		"by its subject alone": {stands: true, own: func(w *world, f *Commit) []*Commit {
			cp := w.commit("Mend the parser again"+trailer(f), "a.go", "one")
			return []*Commit{cp, w.commit("Revert \"Mend the parser again\" (#60)", "b.go", "else")}
		}},
		"another commit": {stands: true, own: func(w *world, f *Commit) []*Commit {
			cp, o := w.commit("Mend"+trailer(f), "a.go", "one"), w.commit("Other", "a.go", "two")
			return []*Commit{cp, o, w.commit("Back out"+reverts(o), "a.go", "old")}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			fix := w.commit("Mend the parser again (#77)", "a.go", someLines...)
			got := w.match(t, []*Commit{fix}, c.own(w, fix))[fix.ID]
			if len(got) == 0 || got[0].Stands() != c.stands {
				t.Errorf("got %+v, want one that stands: %v", got, c.stands)
			}
		})
	}
}
