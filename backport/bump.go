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
	Notes   []string // what a person has to see to
}

// defaultBumpMessage is the message of a bump commit.
const defaultBumpMessage = "Release {version}\n"

// bump makes the patch bump of a target, where there is one to make. Why there is none is said.
func (r *runner) bump(ctx context.Context, t Target, g Gated) (Bumped, error) {
	out := Bumped{Gated: g, Outcome: &BumpOutcome{}}
	if why := r.neverBump(); why != "" {
		// No manifest is looked at: one that cannot be read is no matter of a pick that bumps nothing.
		out.Outcome.Skipped = why
		if t.Decision.Next != nil {
			out.Outcome.To = t.Decision.Next.String()
		}
		return out, nil
	}
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
	return r.bumped(ctx, t, out, res, tree, separate)
}

// nextVersion finds the version that comes next on a target's line, from its tags and a tree of it.
func (r *runner) nextVersion(t Target, fsys fs.FS) (manifest.NextResult, error) {
	next, _, err := r.nextOf(t, fsys, manifest.NextInput{})
	return next, err
}

// nextOf is nextVersion with something asked for, and says where the tree holds its version.
func (r *runner) nextOf(t Target, fsys fs.FS, in manifest.NextInput) (manifest.NextResult, manifest.Anchor, error) {
	anchor, err := manifest.ReadAnchor(fsys, r.opts.Bump.Files)
	if err != nil {
		return manifest.NextResult{}, anchor, fmt.Errorf("finding the version of %s: %w", t.Name(), err)
	}
	if t.Decision.First == nil {
		return manifest.NextResult{}, anchor, fmt.Errorf("%s is no release line", t.Name())
	}
	in.Line, in.Tags, in.Tree, in.Burned = t.Decision.Name(), t.Versions, anchor.Version, t.Burned
	next, err := manifest.Next(in)
	if err != nil {
		return next, anchor, fmt.Errorf("next version of %s: %w", t.Name(), err)
	}
	return next, anchor, nil
}

// bumpMessage is the message of a release commit.
func (r *runner) bumpMessage(t Target, version string) string {
	message := r.opts.Bump.Message
	if message == "" {
		message = defaultBumpMessage
	}
	return Fill(message, map[string]string{
		"version": version, "line": t.Decision.Name(), "branch": t.Branch, "name": r.opts.Bump.Project,
	})
}

// bumped writes the bumped tree and says what it holds.
func (r *runner) bumped(ctx context.Context, t Target, out Bumped, res manifest.BumpResult, tree gitops.ID, separate bool) (Bumped, error) {
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
	out.Message, out.Notes = r.bumpMessage(t, res.To), res.Warnings
	former, err := r.formerBumps(ctx, t, res.Anchor)
	if err != nil {
		return out, fmt.Errorf("looking at the former bumps of %s: %w", t.Name(), err)
	}
	out.Outcome.Unhandled = manifest.Unhandled(out.Outcome.Files, former...)
	out.Tree, err = r.session.ReplaceFiles(tree, files)
	return out, err
}

// neverBump says why no target's version is bumped; "" when some may be.
func (r *runner) neverBump() string {
	switch {
	case r.opts.NoBump:
		return "--no-bump"
	case r.opts.Bump.When == BumpNever:
		return `[bump] when = "never"`
	case r.opts.Bump.When == BumpRelease:
		return `[bump] when = "release": the verb bump makes it`
	}
	return ""
}

// noBump says why a target's version is not bumped; "" when it is.
func (r *runner) noBump(t Target, next manifest.NextResult) string {
	switch {
	case t.Decision.State == policy.StatePending:
		return "the line is not released yet"
	case next.State == manifest.StateTagOnly:
		return "no file holds the version: it is only a tag"
	case !next.Bump:
		return next.Why
	case r.fix.Kind == policy.CI || r.fix.Kind == policy.Docs:
		return "a change of kind " + string(r.fix.Kind) + " alone makes no release"
	case r.opts.Bump.HeldBack[t.Decision.ID] != "":
		return r.opts.Bump.HeldBack[t.Decision.ID]
	}
	return ""
}
