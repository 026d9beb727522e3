package backport

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/policy"
)

// Bumped is the result of the bump stage: the tree of the bump commit, zero when there is none.
type Bumped struct {
	Gated
	Outcome *BumpOutcome
	Tree    gitops.ID
	Message string
}

// defaultBumpMessage is the message of a bump commit.
const defaultBumpMessage = "Release {version}\n"

// bump makes the patch bump of a target, where there is one to make. Why there is none is said.
func (r *runner) bump(_ context.Context, t Target, g Gated) (Bumped, error) {
	out := Bumped{Gated: g, Outcome: &BumpOutcome{}}
	if t.Onto != "" && t.Decision.First == nil {
		out.Outcome.Skipped = "not a release branch"
		return out, nil
	}
	separate := r.opts.Bump.When == BumpSeparate
	tree := g.Picked.Tree
	if separate {
		tree = g.TipTree
	}
	fsys := r.session.TreeFS(tree)
	next, err := r.nextVersion(t, fsys)
	if err != nil {
		return out, err
	}
	out.Outcome.From, out.Outcome.To = next.From, next.Version
	if out.Outcome.Skipped = r.noBump(t, next); out.Outcome.Skipped != "" {
		return out, nil
	}
	res, err := manifest.Bump(fsys, manifest.BumpOptions{
		From: next.From, To: next.Version, Files: r.opts.Bump.Files, Lockstep: r.opts.Bump.Lockstep,
	})
	if err != nil {
		return out, fmt.Errorf("bumping %s to %s: %w", t.Name(), next.Version, err)
	}
	if res.TagOnly || len(res.Files) == 0 {
		out.Outcome.Skipped = "no file holds the version: it is only a tag"
		return out, nil
	}
	return r.bumped(t, out, res, tree, separate)
}

// nextVersion finds the version that comes next on a target's line, from its tags and a tree of it.
func (r *runner) nextVersion(t Target, fsys fs.FS) (manifest.NextResult, error) {
	anchor, err := manifest.ReadAnchor(fsys, r.opts.Bump.Files)
	if err != nil {
		return manifest.NextResult{}, fmt.Errorf("finding the version of %s: %w", t.Name(), err)
	}
	if t.Decision.First == nil {
		return manifest.NextResult{}, fmt.Errorf("%s is no release line", t.Name())
	}
	next, err := manifest.Next(manifest.NextInput{
		Line: t.Decision.Name(), Tags: t.Versions, Tree: anchor.Version, Burned: t.Burned,
	})
	if err != nil {
		return next, fmt.Errorf("next version of %s: %w", t.Name(), err)
	}
	return next, nil
}

// bumped writes the bumped tree and says what it holds.
func (r *runner) bumped(t Target, out Bumped, res manifest.BumpResult, tree gitops.ID, separate bool) (Bumped, error) {
	files := map[string][]byte{}
	for _, f := range res.Files {
		files[f.Path] = f.Data
		out.Outcome.Files = append(out.Outcome.Files, f.Path)
	}
	for _, c := range res.Companions {
		out.Outcome.Companions = append(out.Outcome.Companions, c.Name+" "+c.To)
	}
	if separate {
		out.Outcome.Branch = r.bumpBranchFor(t)
	}
	message := r.opts.Bump.Message
	if message == "" {
		message = defaultBumpMessage
	}
	out.Message = Fill(message, map[string]string{
		"version": res.To, "line": t.Decision.Name(), "branch": t.Branch, "name": r.opts.Bump.Project,
	})
	var err error
	out.Tree, err = r.session.ReplaceFiles(tree, files)
	return out, err
}

// noBump says why a target's version is not bumped; "" when it is.
func (r *runner) noBump(t Target, next manifest.NextResult) string {
	switch {
	case r.opts.NoBump:
		return "--no-bump"
	case t.Decision.State == policy.StatePending:
		return "the line is not released yet"
	case next.State == manifest.StateTagOnly:
		return "no file holds the version: it is only a tag"
	case !next.Bump:
		return next.Why
	case r.opts.Bump.When == BumpNever:
		return `[bump] when = "never"`
	case r.opts.Bump.When == BumpRelease:
		return `[bump] when = "release": the verb bump makes it`
	case r.fix.Kind == policy.CI || r.fix.Kind == policy.Docs:
		return "a change of kind " + string(r.fix.Kind) + " alone makes no release"
	case r.opts.Bump.HeldBack[t.Decision.ID] != "":
		return r.opts.Bump.HeldBack[t.Decision.ID]
	}
	return ""
}
