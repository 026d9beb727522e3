package manifest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// A workspace of each kind, made here and without packages from outside, is judged by its own package
// manager before and after the bump: it must be consistent both times, and no file of the tree may name the
// old version any longer. Each archive of testdata/manifest/tools is a case as in TestCases, with the
// command in a line "$ judge".
func TestTools(t *testing.T) {
	files, err := filepath.Glob("../../testdata/manifest/tools/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var judge []string
			var rest []string
			for line := range strings.Lines(string(ar.Comment)) {
				if cmd, ok := strings.CutPrefix(line, "$ judge "); ok {
					judge = strings.Fields(cmd)
					continue
				}
				rest = append(rest, line)
			}
			ar.Comment = []byte(strings.Join(rest, ""))
			tool, err := exec.LookPath(judge[0])
			if err != nil {
				t.Skipf("%s is not here", judge[0])
			}
			c := readCase(t, ar)
			dir := t.TempDir()
			for name, f := range c.tree {
				put(t, dir, name, f.Data)
			}
			run := func(when string) {
				cmd := exec.Command(tool, judge[1:]...)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off", "GOWORK=", "GOTOOLCHAIN=local", "CARGO_NET_OFFLINE=true")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%s the bump: %v: %v\n%s", when, judge, err, out)
				}
			}
			run("before")
			res, err := Bump(c.tree, c.opts)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range res.Left {
				t.Error(l)
			}
			after := map[string]string{}
			for name, f := range c.tree {
				after[name] = string(f.Data)
			}
			for _, f := range res.Files {
				after[f.Path] = string(f.Data)
				put(t, dir, f.Path, f.Data)
			}
			for name, text := range after {
				if strings.Contains(text, res.From) {
					t.Errorf("%s still names %s:\n%s", name, res.From, text)
				}
			}
			run("after")
		})
	}
}

func put(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
