package operation_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/txfs"
)

// TestPowerLoss lays out what a power cut can leave of each verb. After recovery the branches are as
// before or as after, and the records say the same: no record outruns the refs, nor the other way.
func TestPowerLoss(t *testing.T) {
	base, total := template(t), 0
	every := 30
	if os.Getenv("GIT_BACKPORT_CAMPAIGN") != "" {
		every = 3
	}
	for _, sc := range scenarios() {
		start := copyOf(t, base)
		for _, do := range sc.before {
			if err := do(open(t, start, gittest.Unflushed{})); err != nil {
				t.Fatal(err)
			}
		}
		before := open(t, start, gittest.Unflushed{}).refs()
		dir := copyOf(t, start)
		rec, err := txfs.NewRecorder(dir)
		if err != nil {
			t.Fatal(err)
		}
		w := open(t, dir, rec)
		if err := sc.act(w); err != nil {
			t.Fatal(err)
		}
		after, trace := w.refs(), rec.Trace()
		scratch, n := t.TempDir(), 0
		for s := range trace.States(3, rand.New(rand.NewPCG(1, 2))) {
			if n++; n%every != 0 && s.Cut != trace.Len() {
				continue
			}
			total++
			powerState(t, sc, trace, s, start, filepath.Join(scratch, "r"), before, after)
		}
	}
	t.Logf("%d states", total)
}

func powerState(t *testing.T, sc scenario, trace *txfs.Trace, s txfs.State, start, dir, before, after string) {
	t.Helper()
	if err := trace.Materialize(s, start, dir); err != nil {
		t.Fatal(err)
	}
	w := open(t, dir, gittest.Unflushed{})
	if err := w.store.Recover(context.Background(), 30); err != nil {
		t.Errorf("%s: %v: recovery: %v", sc.name, s, err)
	}
	got := w.refs()
	if got != before && got != after || s.Cut == trace.Len() && got != after {
		t.Errorf("%s: %v: the branches hold %s, before %s, after %s", sc.name, s, got, before, after)
	}
	if said := w.said(); said != got {
		t.Errorf("%s: %v: the records say %s, and the branches hold %s", sc.name, s, said, got)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
}
