package why

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitopstest"
	"github.com/git-backport/git-backport/internal/gittest"
)

func TestSplit(t *testing.T) {
	lines := func(start, count int) gitops.Lines { return gitops.Lines{Start: start, Count: count} }
	at := func(start, count, depth int) piece { return piece{Lines: lines(start, count), depth: depth} }
	for _, c := range []struct {
		name                string
		piece               piece
		changes             []gitops.LineChange
		kept, touched, rest []piece
	}{
		{"nothing changed", at(3, 2, 0), nil, []piece{at(3, 2, 0)}, nil, nil},
		{"lines came before", at(3, 2, 0), []gitops.LineChange{{Old: lines(1, 0), New: lines(1, 1)}}, []piece{at(2, 2, 0)}, nil, nil},
		{"lines went before", at(3, 2, 0), []gitops.LineChange{{Old: lines(3, 2), New: lines(3, 0)}}, []piece{at(5, 2, 0)}, nil, nil},
		{"lines came after", at(3, 2, 0), []gitops.LineChange{{Old: lines(5, 0), New: lines(5, 1)}}, []piece{at(3, 2, 0)}, nil, nil},
		{"all changed", at(3, 2, 0), []gitops.LineChange{{Old: lines(2, 3), New: lines(3, 2)}}, nil, []piece{at(2, 3, 1)}, []piece{at(3, 2, 0)}},
		{"all new", at(3, 2, 0), []gitops.LineChange{{Old: lines(3, 0), New: lines(2, 4)}}, nil, nil, []piece{at(3, 2, 0)}},
		{"the middle changed", at(3, 5, 1), []gitops.LineChange{{Old: lines(5, 1), New: lines(5, 1)}}, []piece{at(3, 2, 1), at(6, 2, 1)}, []piece{at(5, 1, 2)}, []piece{at(5, 1, 1)}},
		{"two changes", at(1, 6, 0), []gitops.LineChange{{Old: lines(1, 2), New: lines(1, 1)}, {Old: lines(5, 0), New: lines(4, 2)}},
			[]piece{at(3, 2, 0), at(5, 1, 0)}, []piece{at(1, 2, 1)}, []piece{at(1, 1, 0), at(4, 2, 0)}},
		{"a line went inside", at(3, 2, 0), []gitops.LineChange{{Old: lines(4, 1), New: lines(4, 0)}}, []piece{at(3, 1, 0), at(5, 1, 0)}, []piece{at(4, 1, 1)}, []piece{at(4, 0, 0)}},
		{"lines went at a gap", at(3, 0, 0), []gitops.LineChange{{Old: lines(3, 2), New: lines(3, 0)}}, nil, []piece{at(3, 2, 1)}, []piece{at(3, 0, 0)}},
		{"lines came at a gap", at(3, 0, 0), []gitops.LineChange{{Old: lines(2, 0), New: lines(2, 1)}}, nil, []piece{at(2, 0, 1)}, []piece{at(3, 0, 0)}},
		{"far from a gap", at(3, 0, 0), []gitops.LineChange{{Old: lines(1, 1), New: lines(1, 1)}, {Old: lines(9, 1), New: lines(9, 1)}}, []piece{at(3, 0, 0)}, nil, nil},
	} {
		kept, touched, rest := split([]piece{c.piece}, c.changes)
		for _, d := range []struct {
			what      string
			want, got []piece
		}{{"kept", c.kept, kept}, {"touched", c.touched, touched}, {"rest", c.rest, rest}} {
			if diff := cmp.Diff(d.want, d.got, cmp.AllowUnexported(piece{})); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", c.name, d.what, diff)
			}
		}
	}
}

// TestBlameIsGits makes a file by random changes, renames and merges, and wants each line to come from the
// commit that git blame names. No line is there twice, so that there is one answer.
func TestBlameIsGits(t *testing.T) {
	r := gittest.New(t)
	rnd := rand.New(rand.NewSource(7))
	name, fresh := "a.txt", 0
	line := func() string { fresh++; return fmt.Sprintf("line number %d", fresh) }
	var lines []string
	for range 30 {
		lines = append(lines, line())
	}
	change := func(list []string, from, to int) []string {
		list = slices.Clone(list)
		for range 1 + rnd.Intn(3) {
			i := from + rnd.Intn(to-from)
			switch rnd.Intn(3) {
			case 0:
				list[i] = line()
			case 1:
				list = slices.Insert(list, i, line(), line())
			case 2:
				list = slices.Delete(list, i, i+1)
				to--
			}
		}
		return list
	}
	commit := func(list []string, message string) string {
		r.Write(name, strings.Join(list, "\n")+"\n")
		return r.Commit(message)
	}
	commit(lines, "begin")
	for n := range 25 {
		switch {
		case n%8 == 5:
			r.Git("mv", name, fmt.Sprintf("moved%d.txt", n))
			name = fmt.Sprintf("moved%d.txt", n)
			r.Commit("rename")
		case n%8 == 2: // the head of the file on one side, its tail on the other
			base := r.Git("rev-parse", "HEAD")
			commit(change(lines, len(lines)/2+2, len(lines)-1), "tail")
			r.Git("checkout", "-q", "-b", fmt.Sprintf("side%d", n), strings.TrimSpace(base))
			commit(change(lines, 1, len(lines)/2-2), "head")
			r.Git("checkout", "-q", "-")
			r.Git("merge", "-q", "--no-edit", fmt.Sprintf("side%d", n))
			lines = strings.Split(strings.TrimSpace(r.Git("show", "HEAD:"+name)), "\n")
		default:
			lines = change(lines, 1, len(lines)-1)
			commit(lines, "change")
		}
	}
	session := gitopstest.Open(t, r)
	tip, err := gitops.ParseID(strings.TrimSpace(r.Git("rev-parse", "HEAD")))
	if err != nil {
		t.Fatal(err)
	}
	absent := map[gitops.ID]int{}
	for i, text := range strings.Fields(r.Git("rev-list", "HEAD")) {
		id, err := gitops.ParseID(text)
		if err != nil {
			t.Fatal(err)
		}
		absent[id] = i
	}
	s := &search{session: session, lineage: newLineage(session), absent: absent, budget: budget{left: maxPickWork}}
	var pieces []piece
	for i := range lines {
		pieces = append(pieces, piece{Lines: gitops.Lines{Start: i + 1, Count: 1}, place: i})
	}
	b, err := s.blame(t.Context(), fileAt{commit: tip, path: name}, pieces)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, len(lines))
	for _, x := range b.touches {
		if x.depth == 0 {
			got[x.place] += x.commit.String()
		}
	}
	var want []string
	for text := range strings.Lines(r.Git("blame", "-l", "--root", "HEAD", "--", name)) {
		want = append(want, text[:40])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("who wrote the lines of %s (-git +ours):\n%s", name, diff)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(want)))) < 8 {
		t.Error("the lines come from fewer than eight commits: the history is too plain to tell anything")
	}
}
