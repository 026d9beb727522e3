package main

import (
	"bytes"
	"io/fs"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/internal/propose"
	"github.com/git-backport/git-backport/policy"
)

// lookBack is how many commits before a tag the one is looked for that made the version.
const lookBack = 60

// tryBumps makes the last real release of each live line again, from the commit before it, and compares the
// files that the policy names.
func (j *judgement) tryBumps(s *gitops.Session, repo *gitops.Repo, cfg *config.Config, seen propose.Seen) error {
	if len(cfg.Bump.Files) == 0 {
		return nil
	}
	var rules []manifest.Rule
	for _, f := range cfg.Bump.Files {
		rules = append(rules, manifest.Rule{Type: f.Type, Path: f.Path, Pattern: f.Pattern, Value: f.Value, Min: f.Min, Max: f.Max, Exactly: f.Count})
	}
	lines, _ := policy.Lines(cfg.Policy, seen.Facts)
	for _, l := range lines {
		if l.State != policy.StateSupported || l.Branch == "" || l.LatestTag == "" || l.Latest.Patch() == 0 {
			continue
		}
		id, err := repo.Resolve(nil, "refs/tags/"+l.LatestTag) //nolint:staticcheck // it takes no context
		if err != nil {
			return err
		}
		if id, err = repo.Peel(id); err != nil {
			return err
		}
		if err := j.tryBump(s, id, l.LatestText, rules); err != nil {
			return err
		}
	}
	return nil
}

func (j *judgement) tryBump(s *gitops.Session, at gitops.ID, version string, rules []manifest.Rule) error {
	for range lookBack {
		c, err := s.Commit(at)
		if err != nil || len(c.Parents) == 0 {
			return err
		}
		after := s.TreeFS(c.Tree)
		tree, err := s.TreeOf(c.Parents[0])
		if err != nil {
			return err
		}
		before := s.TreeFS(tree)
		was, now := versionOf(before, rules), versionOf(after, rules)
		if was == "" || now != version {
			return nil
		}
		if was == now {
			at = c.Parents[0]
			continue
		}
		j.bumps[1]++
		if bumpEquals(before, after, was, version, rules) {
			j.bumps[0]++
		}
		return nil
	}
	return nil
}

// versionOf is the version that a tree holds, empty where none can be read.
func versionOf(tree fs.FS, rules []manifest.Rule) string {
	a, err := manifest.ReadAnchor(tree, rules)
	if err != nil {
		return ""
	}
	return a.Version
}

// bumpEquals reports whether the bump makes what the maintainers made, in the files that it changes.
func bumpEquals(before, after fs.FS, from, to string, rules []manifest.Rule) bool {
	res, err := manifest.Bump(before, manifest.BumpOptions{From: from, To: to, Files: rules, Release: true})
	if err != nil {
		return false
	}
	for _, f := range res.Files {
		real, err := fs.ReadFile(after, f.Path)
		if err != nil || !bytes.Equal(real, f.Data) {
			return false
		}
	}
	return true
}
