package checkout

import (
	"errors"
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
