package refs_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/git-backport/git-backport/gitops/refs/refstest"
	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/txfs"
)

// scratch is a directory in memory where there is one: the campaigns make thousands of repositories.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "git-backport-test-") //nolint:usetesting // in memory: thousands of repositories
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func world(t testing.TB, s refstest.Scenario) *refstest.World {
	t.Helper()
	dir := scratch(t)
	w, err := refstest.Prepare(refstest.Git{Path: gittest.Oracle(t), Home: dir}, dir, s)
	if err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	return w
}

func TestFaults(t *testing.T) {
	runs := 0
	for i, s := range refstest.Scenarios() {
		w := world(t, s)
		n, err := w.Operations()
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		t.Logf("%s: %d operations", s.Name, n)
		if n < 15 {
			t.Fatalf("%s: only %d operations: nothing goes through the seam", s.Name, n)
		}
		for j, mode := range refstest.Modes() {
			for at := 1 + (i+3*j)%7; at <= n; at += 9 {
				runs++
				if err := w.Break(mode, at, at+i, runs%40 == 0); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	t.Logf("%d runs", runs)
	if runs < 400 {
		t.Errorf("only %d runs", runs)
	}
}

func TestPowerLoss(t *testing.T) {
	total := 0
	for _, s := range refstest.Scenarios() {
		w := world(t, s)
		states, bad, err := w.PowerLosses(4, 7, 130, 65)
		if err != nil || len(bad) > 0 {
			t.Fatal(err, bad)
		}
		total += states
	}
	t.Logf("%d states", total)
	if total < 1400 {
		t.Errorf("only %d states", total)
	}
}

// A forgetful file system flushes no directories, and a careless one no files.
type (
	forgetful struct{ *txfs.Recorder }
	careless  struct{ *txfs.Recorder }
	unsynced  struct{ txfs.File }
)

func (forgetful) SyncDir(string) error { return nil }

func (c careless) Create(path string, perm fs.FileMode) (txfs.File, error) {
	f, err := c.Recorder.Create(path, perm)
	return unsynced{f}, err
}

func (unsynced) Sync() error { return nil }

// TestPowerLossIsSeen demands that the harness finds what must go wrong without flushes: a harness
// that finds nothing proves nothing.
func TestPowerLossIsSeen(t *testing.T) {
	for name, through := range map[string]func(*txfs.Recorder) txfs.FS{
		"directories": func(r *txfs.Recorder) txfs.FS { return forgetful{r} },
		"files":       func(r *txfs.Recorder) txfs.FS { return careless{r} },
	} {
		for _, i := range []int{1, 7} {
			w := world(t, refstest.Scenarios()[i])
			rec, err := w.Record(through)
			if err != nil {
				t.Fatal(err)
			}
			bad := 0
			for s := range rec.Trace.States(2, rand.New(rand.NewPCG(1, 1))) {
				if w.PowerLoss(rec, s, false) != nil {
					if bad++; bad == 3 {
						break
					}
				}
			}
			if bad < 3 {
				t.Errorf("without flushing %s, only %d states of %q are bad", name, bad, w.Scenario.Name)
			}
		}
	}
}
