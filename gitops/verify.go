package gitops

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/txfs"
)

// A MergeCase is one merge, laid out for another program to repeat: a bare repository of its own that
// borrows the objects of this one and has the default configuration, with a commit for each side.
type MergeCase struct {
	Dir                string // the repository
	Base, Ours, Theirs ID     // commits; Ours and Theirs are children of Base
	Want               PickResult
}

// LayOut writes a merge case into dir, which must be empty, and merges it here with the ids as labels,
// as git merge-tree does.
func (s *Session) LayOut(ctx context.Context, fsys txfs.FS, dir string, base, ours, theirs ID) (MergeCase, error) {
	c := MergeCase{Dir: dir}
	if base.IsZero() {
		empty, err := s.mem.WriteTree(nil)
		if err != nil {
			return c, err
		}
		base = empty
	}
	const who = "Merge Case <case@example.com> 0 +0000"
	side := func(tree ID, parents ...ID) (ID, error) {
		return s.WriteCommit(&object.Commit{Tree: tree, Parents: parents, Author: []byte(who), Committer: []byte(who), Message: []byte("case\n")})
	}
	var err error
	if c.Base, err = side(base); err != nil {
		return c, err
	}
	if c.Ours, err = side(ours, c.Base); err != nil {
		return c, err
	}
	if c.Theirs, err = side(theirs, c.Base); err != nil {
		return c, err
	}
	if err := s.writeCase(fsys, c); err != nil {
		return c, fmt.Errorf("laying out a merge for git: %w", err)
	}
	c.Want, err = s.Merge(ctx, base, ours, theirs, Labels{Base: c.Base.String(), Ours: c.Ours.String(), Theirs: c.Theirs.String()})
	return c, err
}

// writeCase writes the repository of a merge case.
func (s *Session) writeCase(fsys txfs.FS, c MergeCase) error {
	ids, err := s.mem.List(c.Base, c.Ours, c.Theirs)
	if err != nil {
		return err
	}
	pack, index, sum, err := s.encodePack(ids)
	if err != nil {
		return err
	}
	config := "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
	for _, d := range []string{"objects", "objects/pack", "objects/info", "refs", "refs/heads", "info"} {
		if err := fsys.Mkdir(filepath.Join(c.Dir, d), 0o700); err != nil && !os.IsExist(err) {
			return err
		}
	}
	files := []struct{ name, text string }{
		{"objects/pack/pack-" + sum.String() + ".pack", string(pack)},
		{"objects/pack/pack-" + sum.String() + ".idx", string(index)},
		{"objects/info/alternates", strings.Join(s.repo.db.Dirs(), "\n") + "\n"},
		{"config", config},
		{"HEAD", "ref: refs/heads/none\n"},
	}
	for _, f := range files {
		if err := writeNew(fsys, filepath.Join(c.Dir, f.name), f.text); err != nil {
			return err
		}
	}
	return nil
}

// TreeOfBase returns the tree that a source commit is a change to; see SourceBase.
func (s *Session) TreeOfBase(source ID, mainline int) (base, tree ID, err error) {
	c, err := s.Commit(source)
	if err != nil {
		return ID{}, ID{}, err
	}
	base, _, err = s.SourceBase(source, c, mainline)
	return base, c.Tree, err
}
