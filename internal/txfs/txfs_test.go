package txfs_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/git-backport/git-backport/internal/txfs"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, fsys txfs.FS, path, content string, sync bool) error {
	t.Helper()
	f, err := fsys.Create(path, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte(content))
	if err == nil && sync {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// tree is every name below a directory with its content, sorted.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		b.WriteString(strings.TrimPrefix(path, dir+string(filepath.Separator)))
		if !d.IsDir() {
			data, err := os.ReadFile(path)
			must(t, err)
			b.WriteString("=" + string(data))
		}
		b.WriteString(" ")
		return nil
	}))
	return strings.TrimSpace(b.String())
}

func TestRealRefuses(t *testing.T) {
	dir := t.TempDir()
	r := txfs.Real{}
	file, sub, link := filepath.Join(dir, "file"), filepath.Join(dir, "sub"), filepath.Join(dir, "link")
	must(t, write(t, r, file, "one", true))
	must(t, r.Mkdir(sub, 0o777))
	must(t, os.Symlink("nowhere", link))
	for name, err := range map[string]error{
		"create over a file": write(t, r, file, "two", false), "create through a dangling link": write(t, r, link, "two", false),
		"link over a file": r.Link(file, file), "mkdir over a directory": r.Mkdir(sub, 0o777),
	} {
		if !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r.Unlink(sub) == nil || r.Rmdir(file) == nil {
		t.Error("a directory was unlinked, or a file removed as a directory")
	}
	if _, err := r.Append(filepath.Join(dir, "none"), 0o644, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("append to nothing: %v", err)
	}
	must(t, r.SyncDir(dir))
	if got := tree(t, sub) + read(t, file); got != "one" {
		t.Error(got)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}

func TestLockExcludes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	release, err := txfs.Real{}.Lock(path, "the first holder, with a long name")
	must(t, err)
	if _, err := (txfs.Real{}).Lock(path, "second"); !errors.Is(err, txfs.ErrHeld) {
		t.Errorf("%v", err)
	}
	must(t, release())
	release, err = txfs.Real{}.Lock(path, "third")
	must(t, err)
	if got := read(t, path); got != "third\n" {
		t.Errorf("the note is %q", got)
	}
	must(t, release())
}

func TestFaultKinds(t *testing.T) {
	for kind, want := range map[txfs.FaultKind]string{
		txfs.NoFault: "a=abcd b=abcd c=abcd", txfs.Kill: "a=abcd b=", txfs.TornKill: "a=abcd b=ab", txfs.ErrOnce: "a=abcd b=ab c=abcd", txfs.ErrAlways: "a=abcd b=ab",
	} {
		dir := t.TempDir()
		f := &txfs.Faulty{Under: txfs.Real{}, At: 6, Kind: kind, Err: syscall.ENOSPC} // create, write, fsync, close; create, write
		var got []error
		for _, name := range []string{"a", "b", "c"} {
			got = append(got, write(t, f, filepath.Join(dir, name), "abcd", true))
		}
		if tree(t, dir) != want {
			t.Errorf("%s: %s, want %s", kind, tree(t, dir), want)
		}
		killed := kind == txfs.Kill || kind == txfs.TornKill
		if got[0] != nil || killed != errors.Is(got[1], txfs.ErrDead) || killed != errors.Is(got[2], txfs.ErrDead) || !killed && kind != txfs.NoFault != errors.Is(got[1], syscall.ENOSPC) {
			t.Errorf("%s: %v", kind, got)
		}
		if struck := f.Hit() != ""; struck != (kind != txfs.NoFault) {
			t.Errorf("%s: struck %q", kind, f.Hit())
		}
	}
}

func TestDeathReleasesTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	f := &txfs.Faulty{Under: txfs.Real{}, At: 2, Kind: txfs.Kill}
	_, err := f.Lock(path, "it")
	must(t, err)
	if err := f.Mkdir(path+"d", 0o777); !errors.Is(err, txfs.ErrDead) {
		t.Fatal(err)
	}
	release, err := txfs.Real{}.Lock(path, "next")
	must(t, err)
	must(t, release())
}

// recorded does a little of everything: durable is flushed whole, loose is not.
func recorded(t *testing.T) (base, dir string, trace *txfs.Trace) {
	t.Helper()
	base, dir = filepath.Join(t.TempDir(), "base"), filepath.Join(t.TempDir(), "run")
	for _, d := range []string{base, dir} {
		must(t, os.Mkdir(d, 0o755))
		must(t, os.WriteFile(filepath.Join(d, "log"), []byte("old\n"), 0o644))
	}
	r, err := txfs.NewRecorder(dir)
	must(t, err)
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, r.Mkdir(at("d"), 0o755))
	must(t, write(t, r, at("d/durable"), "whole", true))
	must(t, r.SyncDir(at("d")))
	must(t, r.SyncDir(dir))
	must(t, write(t, r, at("loose"), "half", false))
	must(t, r.Link(at("loose"), at("d/link")))
	must(t, r.Rename(at("loose"), at("moved")))
	f, err := r.Append(at("log"), 0o644, true)
	must(t, err)
	_, err = f.Write([]byte("new\n"))
	must(t, errors.Join(err, f.Close()))
	return base, dir, r.Trace()
}

func TestPowerLossStates(t *testing.T) {
	base, dir, trace := recorded(t)
	seen := map[string]bool{}
	for s := range trace.States(20, rand.New(rand.NewPCG(1, 1))) {
		dest := filepath.Join(t.TempDir(), "disk")
		must(t, trace.Materialize(s, base, dest))
		got := tree(t, dest)
		if s.Cut == trace.Len() {
			seen[got] = true
			if !strings.Contains(got, "d/durable=whole") {
				t.Errorf("%v lost what was flushed: %s", s, got)
			}
		}
		if len(s.Lost) == 0 && s.Torn < 0 && s.Cut == trace.Len() && got != tree(t, dir) {
			t.Errorf("nothing lost: %s, want %s", got, tree(t, dir))
		}
	}
	for _, want := range []string{
		"d d/durable=whole log=old\n",                             // everything lost
		"d d/durable=whole d/link=half log=old\nnew\n moved=half", // nothing
		"d d/durable=whole d/link=ha log=old\nnew\n moved=ha",     // torn
		"d d/durable=whole d/link= log=old\nnew\n moved=",         // the names without the bytes
		"d d/durable=whole d/link=half log=old\nnew\n loose=half", // the rename lost
		"d d/durable=whole d/link=half log=old\n moved=half",      // the append lost
	} {
		if !seen[strings.TrimSpace(want)] {
			t.Errorf("no state %q", want)
		}
	}
}

func TestMaterializeKeepsLinks(t *testing.T) {
	base, _, trace := recorded(t)
	dest := filepath.Join(t.TempDir(), "disk")
	must(t, trace.Materialize(txfs.State{Cut: trace.Len(), Torn: -1}, base, dest))
	a, err := os.Lstat(filepath.Join(dest, "moved"))
	must(t, err)
	b, err := os.Lstat(filepath.Join(dest, "d/link"))
	must(t, err)
	if !os.SameFile(a, b) {
		t.Error("two names of one file became two files")
	}
}
