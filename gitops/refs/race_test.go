package refs_test

import (
	"testing"

	"github.com/git-backport/git-backport/gitops/refs/refstest"
)

func TestRaces(t *testing.T) {
	w := world(t, refstest.Scenarios()[1])
	for _, o := range refstest.Opponents() {
		r := w.Race(o, 20, 5)
		t.Logf("%s: %d rounds, %d changes of ours, %d refused, lost %d", o.Name, r.Rounds, r.Commits, r.Refused, r.Lost)
		for _, err := range r.Bad {
			t.Error(err)
		}
		if r.Commits == r.Refused {
			t.Errorf("%s: none of our changes was made", o.Name)
		}
	}
}

func TestReadersSeeAllOrNone(t *testing.T) {
	w := world(t, refstest.Scenarios()[1])
	commits, err := w.Readers(20000)
	if err != nil {
		t.Fatal(err)
	}
	if commits == 0 {
		t.Error("nothing was changed while reading")
	}
}
