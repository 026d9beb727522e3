package propose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/manifest"
)

// A Former is a release as it was made: the trees before and after the commit that set its version.
type Former struct {
	Tag           string
	From, To      string
	Before, After fs.FS
}

// lookBack is how many commits before a tag the one is looked for that made the version.
const lookBack = 60

// formerOf looks for the commit that made the version of a tag, by what a reading of trees says. It returns
// nil where none of the commits before the tag set it.
func formerOf(ctx context.Context, s *gitops.Session, tag, version string, read func(fs.FS) string) (*Former, error) {
	repo := s.Repo()
	at, err := repo.Resolve(ctx, "refs/tags/"+tag)
	if err != nil {
		return nil, err
	}
	if at, err = repo.Peel(at); err != nil {
		return nil, err
	}
	c, err := s.Commit(at)
	if err != nil {
		return nil, err
	}
	after := s.TreeFS(c.Tree)
	now := read(after)
	if release(now) != version {
		return nil, nil //nolint:nilnil // the tree of the tag holds another version: none made it
	}
	for range lookBack {
		if len(c.Parents) == 0 {
			break
		}
		if c, err = s.Commit(c.Parents[0]); err != nil {
			return nil, err
		}
		before := s.TreeFS(c.Tree)
		switch was := read(before); {
		case was == "":
			return nil, nil //nolint:nilnil // as above
		case was != now:
			return &Former{Tag: tag, From: was, To: now, Before: before, After: after}, nil
		}
		after = before
	}
	return nil, nil //nolint:nilnil // as above
}

// release is a version without what is built onto it, "1.2.3" of "1.2.3+unknown".
func release(version string) string {
	version, _, _ = strings.Cut(version, "+")
	return version
}

// errOther says that a bump makes a file other than the project made it.
var errOther = errors.New("the project makes it otherwise")

// Again makes the version of the release again with the rules, and reports the first file that is another one
// than the project made. What it cannot make again is no fault of the files.
func (f Former) Again(rules []manifest.Rule) error {
	res, err := manifest.Bump(f.Before, manifest.BumpOptions{From: f.From, To: f.To, Files: rules, Release: true})
	if err != nil {
		return fmt.Errorf("of %s: %w", f.Tag, err)
	}
	for _, file := range res.Files {
		real, err := fs.ReadFile(f.After, file.Path)
		if err != nil || !bytes.Equal(manifest.OwnPart(file.Path, real), manifest.OwnPart(file.Path, file.Data)) {
			return fmt.Errorf("%w: %s of %s", errOther, file.Path, f.Tag)
		}
	}
	return nil
}

// Version is the version that the rules read in a tree, empty where they can read none.
func Version(tree fs.FS, rules []manifest.Rule) string {
	a, err := manifest.ReadAnchor(tree, rules)
	if err != nil {
		return ""
	}
	return a.Version
}

// again makes the newest patch release of each live line again, where the commit is found that made it.
func (d *draft) again(tips []tip, rules []manifest.Rule) error {
	if d.former == nil {
		return nil
	}
	for _, t := range tips {
		if t.patchTag == "" {
			continue
		}
		f, err := d.former(t.patchTag, t.patch, func(tree fs.FS) string { return Version(tree, rules) })
		if err != nil {
			return err
		}
		if f == nil {
			continue
		}
		if err := f.Again(rules); err != nil {
			return err
		}
	}
	return nil
}
