package backport

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitopstest"
	"github.com/git-backport/git-backport/internal/gittest"
)

// history makes commits in a session, one on the other.
type history struct {
	t    testing.TB
	s    *gitops.Session
	tree gitops.ID
	tip  gitops.ID
	n    int
}

func newHistory(t testing.TB, s *gitops.Session) *history {
	tree, err := s.ReplaceFiles(gitops.ID{}, map[string][]byte{"f": []byte("x\n")})
	if err != nil {
		t.Fatal(err)
	}
	return &history{t: t, s: s, tree: tree}
}

func (h *history) commit(message string) gitops.ID {
	h.t.Helper()
	h.n++
	line := fmt.Appendf(nil, "A <a@b> %d +0000", 1700000000+h.n)
	c := &gitops.Commit{Tree: h.tree, Author: line, Committer: line, Message: []byte(message)}
	if !h.tip.IsZero() {
		c.Parents = []gitops.ID{h.tip}
	}
	id, err := h.s.WriteCommit(c)
	if err != nil {
		h.t.Fatal(err)
	}
	h.tip = id
	return id
}

// ledgerOf reads the ledger of commits given oldest first.
func ledgerFor(t testing.TB, s *gitops.Session, commits ...gitops.ID) *messages {
	t.Helper()
	youngest := make([]gitops.ID, len(commits))
	for i, id := range commits {
		youngest[len(commits)-1-i] = id
	}
	l, err := readLedger(t.Context(), s, youngest)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func pickMessage(of gitops.ID) string {
	return "Fix it\n\n(cherry picked from commit " + of.String() + ")\n"
}

func revertMessage(of gitops.ID) string {
	return "Revert \"Fix it\"\n\nThis reverts commit " + of.String() + ".\n"
}

func TestLedger(t *testing.T) {
	s := gitopstest.Open(t, gittest.NewBare(t))
	main := newHistory(t, s)
	src := main.commit("Fix it (#12)\n")
	rev := main.commit(revertMessage(src))
	reapply := main.commit("Reapply \"Fix it\"\n\nThis reverts commit " + rev.String() + ".\n")
	copyOf := func(message string) func(*history) gitops.ID {
		return func(h *history) gitops.ID { return h.commit(message) }
	}
	for _, c := range []struct {
		name string
		make func(h *history) []gitops.ID
		want bool
	}{
		{"a pick", func(h *history) []gitops.ID { return []gitops.ID{h.commit(pickMessage(src))} }, true},
		{"nothing", func(h *history) []gitops.ID { return []gitops.ID{h.commit("Fix it\n")} }, false},
		{"a pick of another", func(h *history) []gitops.ID { return []gitops.ID{h.commit(pickMessage(rev))} }, false},
		{"an abbreviated pick", func(h *history) []gitops.ID {
			return []gitops.ID{copyOf("Fix\n\n(cherry picked from commit " + src.String()[:12] + ")\n")(h)}
		}, true},
		{"what repairs the fix is not the fix", func(h *history) []gitops.ID {
			return []gitops.ID{h.commit("Do it right\n\nFixes: " + src.String()[:12] + " (\"Fix it\")\n"), h.commit("Again\n\nFixes: " + src.String() + "\n")}
		}, false},
		{"reverted", func(h *history) []gitops.ID {
			p := h.commit(pickMessage(src))
			return []gitops.ID{p, h.commit(revertMessage(p))}
		}, false},
		{"reverted by main's revert", func(h *history) []gitops.ID {
			p := h.commit(pickMessage(src))
			return []gitops.ID{p, h.commit(revertMessage(src) + "(cherry picked from commit " + rev.String() + ")\n")}
		}, false},
		{"and reapplied by main's", func(h *history) []gitops.ID {
			p := h.commit(pickMessage(src))
			r := h.commit(revertMessage(src) + "(cherry picked from commit " + rev.String() + ")\n")
			return []gitops.ID{p, r, h.commit(revertMessage(rev) + "(cherry picked from commit " + reapply.String() + ")\n")}
		}, true},
		{"reverted and picked again", func(h *history) []gitops.ID {
			p := h.commit(pickMessage(src))
			r := h.commit(revertMessage(p))
			return []gitops.ID{p, r, h.commit(pickMessage(src))}
		}, true},
		{"revert of the revert", func(h *history) []gitops.ID {
			p := h.commit(pickMessage(src))
			r := h.commit(revertMessage(p))
			return []gitops.ID{p, r, h.commit(revertMessage(r))}
		}, true},
		{"reverted before it was picked", func(h *history) []gitops.ID {
			r := h.commit(revertMessage(src))
			return []gitops.ID{r, h.commit(pickMessage(src))}
		}, true},
	} {
		h := newHistory(t, s)
		l := ledgerFor(t, s, c.make(h)...)
		if _, got := l.copyOf(src); got != c.want {
			t.Errorf("%s: has it %v, want %v", c.name, got, c.want)
		}
	}
}

// Random chains of picks, reverts and reverts of reverts, against the definition: a commit is taken
// back when a younger one that is not taken back itself names it or what it is a copy of.
func TestRevertChains(t *testing.T) {
	s := gitopstest.Open(t, gittest.NewBare(t))
	main := newHistory(t, s)
	sources := []gitops.ID{main.commit("one\n"), main.commit("two\n"), main.commit("three\n")}
	rnd := rand.New(rand.NewSource(4))
	for round := range 400 {
		type entry struct {
			id, names, copies gitops.ID // names: what it reverts
		}
		var entries []entry
		h := newHistory(t, s)
		for range 1 + rnd.Intn(12) {
			var e entry
			switch {
			case len(entries) > 0 && rnd.Intn(2) == 0:
				of := entries[rnd.Intn(len(entries))]
				e.names = of.id
				if !of.copies.IsZero() && rnd.Intn(3) == 0 {
					e.names = of.copies
				}
				e.id = h.commit(revertMessage(e.names))
			default:
				e.copies = sources[rnd.Intn(len(sources))]
				e.id = h.commit(pickMessage(e.copies))
			}
			entries = append(entries, e)
		}
		var standing func(i int) bool
		standing = func(i int) bool {
			for j := i + 1; j < len(entries); j++ {
				n := entries[j].names
				if !n.IsZero() && (n == entries[i].id || n == entries[i].copies) && standing(j) {
					return false
				}
			}
			return true
		}
		var commits []gitops.ID
		want := map[gitops.ID]bool{}
		for i, e := range entries {
			commits = append(commits, e.id)
			if !e.copies.IsZero() && standing(i) {
				want[e.copies] = true
			}
		}
		l := ledgerFor(t, s, commits...)
		for i, e := range entries {
			if l.undone[e.id] == standing(i) {
				t.Fatalf("round %d: commit %d of %+v: undone %v", round, i, entries, l.undone[e.id])
			}
		}
		for _, src := range sources {
			if _, has := l.copyOf(src); has != want[src] {
				t.Fatalf("round %d: %+v: has %s %v, want %v", round, entries, src, has, want[src])
			}
		}
	}
}
