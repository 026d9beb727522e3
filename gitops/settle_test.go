package gitops

import (
	"os/exec"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// TestSetStages puts files in the places of directories and the other way round, and empties a tree.
func TestSetStages(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git on PATH")
	}
	r := gittest.New(t)
	for _, p := range []string{"a", "b/x", "b/y", "caf\xe9/z"} {
		r.Write(p, p)
	}
	r.Commit("one")
	s := openRepo(t, r).NewSession()
	tree := id(t, r.Git("rev-parse", "HEAD^{tree}"))
	blob, err := s.WriteBlob([]byte("new"))
	if err != nil {
		t.Fatal(err)
	}
	file := &Stage{Mode: uint32(object.ModeRegular), ID: blob}
	for name, c := range map[string]struct {
		edit map[string]*Stage
		want map[string]bool
	}{
		"a file becomes a directory": {map[string]*Stage{"a": nil, "a/n": file}, map[string]bool{"a/n": true, "b/x": true, "b/y": true}},
		"a directory becomes a file": {map[string]*Stage{"b": file, "b/x": nil, "b/y": nil}, map[string]bool{"a": true, "b": true, "b/x": false}},
		"no file of that name":       {map[string]*Stage{"b": nil, "b/x": file}, map[string]bool{"a": true, "b/x": true, "b/y": true}},
		"a directory goes":           {map[string]*Stage{"b/x": nil, "b/y": nil}, map[string]bool{"a": true, "b": false}},
		"not UTF-8":                  {map[string]*Stage{"caf\xe9/z": nil, "caf\xe9/w": file}, map[string]bool{"caf\xe9/z": false, "caf\xe9/w": true}},
	} {
		got, err := s.SetStages(tree, c.edit)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for p, want := range c.want {
			st, err := s.Entry(got, p)
			if err != nil || (st != nil) != want {
				t.Errorf("%s: %q: %+v, %v", name, p, st, err)
			}
		}
	}
	empty, err := s.SetStages(tree, map[string]*Stage{"a": nil, "b/x": nil, "b/y": nil, "caf\xe9/z": nil})
	if err != nil || empty.String() != "4b825dc642cb6eb9a060e54bf8d69288fbee4904" {
		t.Errorf("the empty tree: %s, %v", empty, err)
	}
}
