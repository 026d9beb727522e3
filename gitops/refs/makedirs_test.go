package refs

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/git-backport/git-backport/internal/txfs"
)

// A tidied file system removes, a number of times, the empty directory in which another is about to be made, as
// git does when it deletes the last ref there.
type tidied struct {
	txfs.Real
	left int
	done int
}

func (f *tidied) Mkdir(path string, perm fs.FileMode) error {
	if f.left > 0 && os.Remove(filepath.Dir(path)) == nil {
		f.left--
		f.done++
	}
	return f.Real.Mkdir(path, perm)
}

func TestMakeDirsBesideGitsCleaning(t *testing.T) {
	for _, c := range []struct {
		times int
		works bool
	}{{0, true}, {1, true}, {4, true}, {1000, false}} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "refs", "heads", "backport"), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "refs", "heads", "main"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		f := &tidied{left: c.times}
		err := OpenFS(dir, dir, f).makeDirs("refs/heads/backport/x", Shared{})
		if (err == nil) != c.works {
			t.Errorf("removed %d times: %v", c.times, err)
		}
		if c.works && f.done != c.times {
			t.Errorf("removed %d times, want %d", f.done, c.times)
		}
		if _, statErr := os.Stat(filepath.Join(dir, "refs", "heads", "backport", "x")); (statErr == nil) != c.works {
			t.Errorf("removed %d times: %v", c.times, statErr)
		}
	}
}
