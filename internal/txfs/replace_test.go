package txfs

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestReplaceIsWholeOrNot(t *testing.T) {
	for at := 0; ; at++ {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
			t.Fatal(err)
		}
		faulty := &Faulty{Under: Real{}, At: at, Kind: ErrOnce, Err: syscall.ENOSPC}
		if at == 0 {
			faulty.Kind = NoFault
		}
		err := Replace(faulty, path, []byte("new"), 0o600)
		got, readErr := os.ReadFile(path)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if string(got) != "new" && (err == nil || string(got) != "old") {
			t.Fatalf("fault at %d (%s): file %q, error %v", at, faulty.Hit(), got, err)
		}
		if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
			t.Fatalf("fault at %d (%s): left %v, %v", at, faulty.Hit(), entries, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
			t.Fatalf("fault at %d: mode %v, %v", at, info.Mode(), err)
		}
		if at > 0 && faulty.Hit() == "" {
			return
		}
	}
}

func TestReplaceNewAndLink(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "new")
	if err := Replace(Real{}, path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := Replace(Real{}, link, []byte("other"), 0o600); err == nil {
		t.Fatal("a symbolic link was replaced")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "text" {
		t.Fatalf("%q, %v", got, err)
	}
	if err := Replace(Real{}, filepath.Join(dir, "no", "such"), nil, 0o600); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("missing directory: %v", err)
	}
}
