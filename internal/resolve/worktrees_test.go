package resolve_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/resolve"
)

func TestVersions(t *testing.T) {
	s := newScene(t)
	list, err := resolve.Versions(s.session, s.target)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	var names []string
	for _, v := range list {
		for _, f := range v.Files() {
			names = append(names, f.Path+"="+string(bytes.TrimSpace(f.Data)))
		}
	}
	want := "a_BASE=1\n2\n3 a_LOCAL=1\nbranch\n3 a_REMOTE=1\nfix\n3 b_BASE.txt=x b_LOCAL.txt=branch b_REMOTE.txt=fix"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	odd := *s.target
	odd.Conflicts = append([]operation.Conflict{}, s.target.Conflicts...)
	odd.Conflicts[0].Ours = &operation.Stage{Mode: 0o120000, ID: odd.Conflicts[0].Ours.ID}
	if list, err := resolve.Versions(s.session, &odd); err != nil || len(list) != 1 || resolve.Regular(odd.Conflicts[0]) {
		t.Errorf("a link has versions: %v, %v", list, err)
	}
	if !resolve.Alike(*s.target, odd) {
		t.Error("the paths are the same, and the targets are not alike")
	}
	odd.Conflicts = odd.Conflicts[1:]
	if resolve.Alike(*s.target, odd) {
		t.Error("other paths are alike")
	}
}

// TestWorkTrees has a work tree of resolve that is needed, then settled, then removed.
func TestWorkTrees(t *testing.T) {
	s := newScene(t)
	ctx := context.Background()
	git, err := s.git(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	id, err := operation.NewID()
	if err != nil {
		t.Fatal(err)
	}
	store := operation.Open(s.session.Repo())
	op := &operation.Operation{
		ID: id, Kind: operation.KindApply, Name: "n", Sources: []gitops.ID{s.target.Conflicts[0].Source}, Committer: "A <a@example.com> 1 +0000",
		Targets: []operation.Target{*s.target}, Changes: []operation.Change{},
	}
	op.Targets[0].Commits = []gitops.ID{}
	if _, err := store.Record(ctx, s.session, op, 1); err != nil {
		t.Fatal(err)
	}
	repo := open(t, s.Repo)
	if w, err := resolve.WorkTree(repo, s.target); err != nil || w != nil {
		t.Fatalf("a work tree before there is one: %v, %v", w, err)
	}
	dir := filepath.Join(t.TempDir(), "w")
	c := checkout.Conflict{
		Mark:   checkout.Mark{Branch: "b", Source: s.target.Conflicts[0].Source, Head: s.target.Base, Ours: s.target.Ours, Tree: s.target.Markers},
		Merged: s.target.Markers, Message: []byte("the fix\n"), Comment: "#",
	}
	for _, cf := range s.target.Conflicts {
		c.Unmerged = append(c.Unmerged, checkout.Unmerged{Path: string(cf.Path), Stages: resolve.Stages(cf), Exists: true})
	}
	if _, err := checkout.MakeWorkTree(ctx, git, repo.FS(), dir, c); err != nil {
		t.Fatal(err)
	}
	if w, err := resolve.WorkTree(repo, s.target); err != nil || w == nil || w.Dir != dir {
		t.Fatalf("the work tree: %v, %v", w, err)
	}
	log, err := store.Load()
	if err != nil {
		t.Fatal(err)
	}
	if left, err := resolve.Left(repo, log); err != nil || len(left) != 0 {
		t.Errorf("needed, and left: %v, %v", left, err)
	}
	if gone, err := resolve.Tidy(ctx, repo, s.Dir, log, s.git); err != nil || len(gone) != 0 {
		t.Errorf("needed, and removed: %v, %v", gone, err)
	}
	if _, err := store.Abort(ctx, op.ID, 2); err != nil {
		t.Fatal(err)
	}
	if log, err = store.Load(); err != nil {
		t.Fatal(err)
	}
	if left, err := resolve.Left(repo, log); err != nil || len(left) != 1 || left[0] != dir {
		t.Errorf("left: %v, %v", left, err)
	}
	if gone, err := resolve.Tidy(ctx, repo, dir, log, s.git); err != nil || len(gone) != 1 || gone[0].Kept != "you are in it" {
		t.Errorf("the work tree one is in: %v, %v", gone, err)
	}
	s.At(dir).Write("a", "1\nwork\n3\n")
	if gone, err := resolve.Tidy(ctx, repo, s.Dir, log, s.git); err != nil || len(gone) != 1 || gone[0].Kept == "" {
		t.Errorf("work would be lost: %v, %v", gone, err)
	}
}
