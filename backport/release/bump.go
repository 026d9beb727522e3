package release

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/policy"
)

// A Maker makes bumps and release commits in one repository.
type Maker struct {
	Session   *gitops.Session
	Rule      Rule
	Notes     NotesRule
	History   History
	Committer []byte        // "name <email> seconds zone"; nil makes no commits
	Sign      gitops.Signer // nil: unsigned
}

// A Bump is a tree with the next version in it, and the commit that it asks for.
type Bump struct {
	Outcome  Outcome
	Tree     gitops.ID // zero when there is no bump
	Message  string
	Warnings []string // what a person has to see to
}

// Never says why no version is bumped beside a pick; "" when some may be.
func (r Rule) Never() string {
	switch r.When {
	case WhenNever:
		return `[bump] when = "never"`
	case WhenRelease:
		return `[bump] when = "release": the verb bump makes it`
	case WhenPick, WhenSeparate:
	}
	return ""
}

// Patch bumps a tree of a line to the line's next version, for a change of a kind. Why there is no bump is
// in the outcome.
func (m Maker) Patch(ctx context.Context, line Line, tree gitops.ID, kind policy.Kind) (Bump, error) {
	var out Bump
	if line.Decision.State == policy.StatePending { // nothing is read: whatever its files hold, it is not bumped
		out.Outcome.Skipped = "the line is not released yet"
		if line.Decision.Next != nil {
			out.Outcome.To = line.Decision.Next.String()
		}
		return out, nil
	}
	next, found, err := m.next(line, m.Session.TreeFS(tree), manifest.NextInput{})
	if err != nil {
		return out, err
	}
	out.Outcome.From, out.Outcome.To = next.From, next.Version
	if out.Outcome.Skipped = m.skipped(line, next, kind); out.Outcome.Skipped != "" {
		if next.State == manifest.StateTagOnly {
			out.Warnings, out.Outcome.Waits = leftWarnings(found.left), m.Rule.HeldBack[line.Decision.ID]
		}
		return out, nil
	}
	res, err := m.manifests(line, tree, next, false)
	if err != nil {
		return out, err
	}
	if res.TagOnly || len(res.Files) == 0 {
		out.Outcome.Skipped, out.Warnings = tagOnly, leftWarnings(res.Left)
		return out, nil
	}
	files := map[string][]byte{}
	out.note(res, files)
	return out, m.finish(ctx, line, &out, tree, files, res.Anchor)
}

// skipped says why a line's version is not bumped beside a pick; "" when it is.
func (m Maker) skipped(line Line, next manifest.NextResult, kind policy.Kind) string {
	switch {
	case next.State == manifest.StateTagOnly:
		return tagOnly
	case !next.Bump:
		return next.Why
	case kind == policy.CI || kind == policy.Docs:
		return "a change of kind " + string(kind) + " alone makes no release"
	}
	return m.Rule.HeldBack[line.Decision.ID]
}

// Next returns the version that comes next on a line, from its tags and a tree of it.
func (m Maker) Next(line Line, tree gitops.ID) (manifest.NextResult, error) {
	next, _, err := m.next(line, m.Session.TreeFS(tree), manifest.NextInput{})
	return next, err
}

// tagOnly says that there is nothing to bump.
const tagOnly = "no file holds the version: it is only a tag"

// A holding is where a tree holds its version, and the files that do not though they were looked at.
type holding struct {
	manifest.Anchor
	left []manifest.Left
}

// next is Next with something asked for, and says where the tree holds its version.
func (m Maker) next(line Line, fsys fs.FS, in manifest.NextInput) (manifest.NextResult, holding, error) {
	var found holding
	if line.Decision.First == nil {
		return manifest.NextResult{}, found, fmt.Errorf("%s is not a release line", line.Branch)
	}
	var err error
	if found.Anchor, found.left, err = manifest.Find(fsys, m.Rule.Files, line.Decision.Name()); err != nil {
		return manifest.NextResult{}, found, fmt.Errorf("finding the version of %s: %w", line.Branch, err)
	}
	in.Line, in.Tags, in.Tree, in.Burned = line.Decision.Name(), line.Versions, found.Version, line.Burned
	in.Numbers = m.Rule.Numbers
	next, err := manifest.Next(in)
	if err != nil {
		return next, found, fmt.Errorf("next version of %s: %w", line.Branch, err)
	}
	return next, found, nil
}

// maxWarnings bounds the lines that files left alone, or left out, take for one line.
const maxWarnings = 3

// leftWarnings says which files are left alone, in few lines.
func leftWarnings(left []manifest.Left) []string {
	var out []string
	for i, l := range left {
		if i == maxWarnings-1 && len(left) > maxWarnings {
			return append(out, fmt.Sprintf("%s and %d more files are left alone", l.Path, len(left)-i-1))
		}
		out = append(out, l.String())
	}
	return out
}

// manifests bumps the version files of a tree.
func (m Maker) manifests(line Line, tree gitops.ID, next manifest.NextResult, given bool) (manifest.BumpResult, error) {
	res, err := manifest.Bump(m.Session.TreeFS(tree), manifest.BumpOptions{
		From: next.From, To: next.Version, Files: m.Rule.Files, Lockstep: m.Rule.Lockstep, Release: given,
		Line: line.Decision.Name(), Numbers: m.Rule.Numbers,
	})
	if err != nil {
		return res, fmt.Errorf("bumping %s to %s: %w", line.Branch, next.Version, err)
	}
	return res, nil
}

// note keeps what the bump of the version files did.
func (b *Bump) note(res manifest.BumpResult, files map[string][]byte) {
	for _, f := range res.Files {
		files[f.Path] = f.Data
		b.Outcome.Files = append(b.Outcome.Files, f.Path)
	}
	for _, c := range res.Companions {
		b.Outcome.Companions = append(b.Outcome.Companions, c.Name+" "+c.To)
	}
	b.Warnings = append(append(b.Warnings, res.Warnings...), leftWarnings(res.Left)...)
}

// finish makes the tree and the message, and names the files that former bumps changed and this one does
// not.
func (m Maker) finish(ctx context.Context, line Line, b *Bump, tree gitops.ID, files map[string][]byte, anchor string) error {
	former, err := m.formerBumps(ctx, line, anchor)
	if err != nil {
		return fmt.Errorf("looking at the former bumps of %s: %w", line.Branch, err)
	}
	b.Outcome.Unhandled = manifest.Unhandled(b.Outcome.Files, former...)
	b.Message = m.message(line, b.Outcome.To)
	b.Tree, err = m.Session.ReplaceFiles(tree, files)
	return err
}

// defaultMessage is the message of a release commit.
const defaultMessage = "Release {version}\n"

func (m Maker) message(line Line, version string) string {
	message := m.Rule.Message
	if message == "" {
		message = defaultMessage
	}
	return Fill(message, map[string]string{
		"version": version, "line": line.Decision.Name(), "branch": line.Branch, "name": m.Rule.Project,
	})
}

// Seal makes the commit of a bump, whose author is the user.
func (m Maker) Seal(b Bump, parent gitops.ID) (gitops.ID, error) {
	return m.Session.SignCommit(&gitops.Commit{
		Tree: b.Tree, Parents: []gitops.ID{parent}, Author: m.Committer, Committer: m.Committer, Message: []byte(b.Message),
	}, m.Sign)
}
