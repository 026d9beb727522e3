package checkout

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/git-backport/git-backport/internal/txfs"
)

func TestRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	files := []File{{Path: "a/b/c", Data: []byte("x\r\n")}, {Path: "run", Exec: true, Data: []byte("#!")}, {Path: "z", Data: []byte{}}}
	if err := Write(txfs.Real{}, dir, files); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	if err != nil || !reflect.DeepEqual(got, files) {
		t.Errorf("%+v, %v", got, err)
	}
	var e *PathError
	if err := Write(txfs.Real{}, dir, files); !errors.As(err, &e) {
		t.Errorf("a directory with files in it: %v", err)
	}
}

func TestHostilePaths(t *testing.T) {
	for _, p := range []string{"../x", "a/../../x", "/etc/x", "", ".", "a//b", "a/", ".git/config", "a/.GIT/x", "git~1/x", ".git ./x", ".git.", "a/./b"} {
		dir := filepath.Join(t.TempDir(), "d")
		var e *PathError
		if err := Write(txfs.Real{}, dir, []File{{Path: p, Data: []byte("x")}}); !errors.As(err, &e) {
			t.Errorf("%q is written: %v", p, err)
		}
	}
	for _, p := range []string{".gitattributes", ".github/x", "gitx", "a.git"} {
		if err := Write(txfs.Real{}, filepath.Join(t.TempDir(), "d"), []File{{Path: p}}); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestLinks(t *testing.T) {
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"file": filepath.Join(outside, "secret"), "dir": outside, "inside": "x"} {
		dir := t.TempDir()
		if err := os.Symlink(target, filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
		var e *PathError
		if files, err := Read(dir); !errors.As(err, &e) {
			t.Errorf("%s: %v, %v", name, files, err)
		}
	}
	// A directory that is a link itself is the user's choice; a link below it is not followed.
	dir := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := writeOne(root, File{Path: "a/x", Data: []byte("y")}); err == nil {
		t.Error("written through a link")
	}
}

func TestReadHostile(t *testing.T) {
	put := func(t *testing.T, path string, size int64) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path)
		if err == nil {
			err = errors.Join(f.Truncate(size), f.Close())
		}
		if err != nil {
			t.Skipf("this file system has no such file: %v", err)
		}
	}
	for name, c := range map[string]struct {
		path string
		size int64
	}{
		"a repository": {"sub/.git/HEAD", 1}, "in disguise": {"sub/.GiT/HEAD", 1}, "short": {"git~1/x", 1}, "too large": {"big", maxFile + 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "good"), 1)
			put(t, filepath.Join(dir, c.path), c.size)
			var e *PathError
			if files, err := Read(dir); !errors.As(err, &e) {
				t.Errorf("%d files, %v", len(files), err)
			}
		})
	}
	t.Run("many", func(t *testing.T) {
		dir := t.TempDir()
		for i := range maxFiles + 1 {
			if err := os.Mkdir(filepath.Join(dir, fmt.Sprint(i)), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		var e *PathError
		if _, err := Read(dir); !errors.As(err, &e) {
			t.Errorf("%v", err)
		}
	})
	t.Run("names", func(t *testing.T) {
		dir := t.TempDir()
		want := []string{"-x", "a\nb", "caf\xe9/d\x1b[m", "q\"'"}
		for _, p := range want {
			put(t, filepath.Join(dir, p), 1)
		}
		files, err := Read(dir)
		if err != nil || len(files) != len(want) {
			t.Fatalf("%+v, %v", files, err)
		}
		for i, f := range files {
			if f.Path != want[i] {
				t.Errorf("%q, want %q", f.Path, want[i])
			}
		}
	})
}
