package main

import (
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/merge"
)

// files makes a listing of "path=version" words.
func files(words string) listing {
	l := listing{}
	for _, word := range strings.Fields(words) {
		path, v, _ := strings.Cut(word, "=")
		l[path] = merge.Version{Mode: merge.ModeRegular, ID: merge.ID{v[0]}}
	}
	return l
}

func TestOnlyDifferencesAboutLostFilesAreNamed(t *testing.T) {
	onto, source := strings.Repeat("a", 40), strings.Repeat("b", 40)
	suggests := "CONFLICT (file location): old/k added in " + source + " inside a directory that was renamed in " + onto + ", suggesting it should perhaps be moved to new/k."
	blocked := "CONFLICT (implicit dir rename): Existing file/dir at new/k in the way of implicit directory rename(s) putting the following path(s) there: old/k."
	for _, c := range []struct {
		name                   string
		base, ours, their, git string // files of base, of the branch, of the fix, and of git's tree; ours adds old/k
		stage                  string
		named                  bool
	}{
		{"git drops a file of the branch's", "", "new/k=1 new/z=2", "old/k=1", "new/k=1", "new/k", true},
		{"git puts another file in its place", "", "new/k=1", "old/k=9", "new/k=9", "new/k", true},
		{"nothing is lost", "", "new/k=1", "old/k=1", "new/k=1", "new/k", false},
		{"the fix removed the file", "new/z=2", "new/k=1 new/z=2", "old/k=1", "new/k=1", "new/k", false},
		{"a stage elsewhere differs too", "", "new/k=1 new/z=2", "old/k=1", "new/k=1", "far", false},
		{"a file elsewhere differs too", "", "new/k=1 new/z=2", "old/k=1", "new/k=1 far=3", "new/k", false},
	} {
		lists := [5]listing{files(c.base), files(c.ours), files(c.their), files(c.ours), files(c.git)}
		lists[3]["old/k"] = lists[2]["old/k"]
		lost := lostFiles(lists, []string{suggests})
		got := len(lost) > 0 && explained(lists, lost, answer{messages: []string{blocked}}, answer{messages: []string{suggests}, stages: []string{"100644 x 3\t" + c.stage}})
		if got != c.named {
			t.Errorf("%s: named %v, lost %v", c.name, got, lost)
		}
	}
}
