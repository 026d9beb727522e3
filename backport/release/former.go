package release

import (
	"context"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/manifest"
)

// maxFormer bounds how many commits of a branch are searched for its former bumps.
const maxFormer = 400

// formerBumps returns the paths that the line's last two bump commits changed: those of the branch's
// first-parent line that changed the version in the anchor file. A bump into the line is main's. Where the
// line has two patch releases, their bumps are met before that, and the branch point need not be known.
func (m Maker) formerBumps(ctx context.Context, line Line, anchor string) ([][]string, error) {
	if anchor == "" {
		return nil, nil
	}
	var out [][]string
	var point gitops.ID
	if len(line.Versions) < 3 {
		var err error
		if point, err = m.History.Point(ctx, line); err != nil {
			return nil, err
		}
	}
	id := line.Tip
	for range maxFormer {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := m.Session.Commit(id)
		if err != nil {
			return nil, err
		}
		if id == point || len(c.Parents) == 0 || len(out) == 2 || !m.Session.Repo().HasCommit(c.Parents[0]) {
			break
		}
		parent, err := m.Session.TreeOf(c.Parents[0])
		if err != nil {
			return nil, err
		}
		was, now, err := m.versions(parent, c.Tree, anchor)
		if err != nil {
			return nil, err
		}
		if was != now {
			if !manifest.OfLine(was, line.Decision.Name()) {
				break
			}
			paths, err := m.releaseFiles(ctx, id, anchor, now)
			if err != nil {
				return nil, err
			}
			if paths == nil {
				id = c.Parents[0]
				continue
			}
			out = append(out, paths)
		}
		id = c.Parents[0]
	}
	return out, nil
}

// maxMerged bounds how many commits of a merged branch are searched for the release commit.
const maxMerged = 50

// releaseFiles returns the paths that a release commit changed: those of the commit itself, or of the one that
// a merge brings. A commit that does more than make the release, as fixes squashed with it, is none: nil.
func (m Maker) releaseFiles(ctx context.Context, id gitops.ID, anchor, version string) ([]string, error) {
	for range maxMerged {
		c, err := m.Session.Commit(id)
		if err != nil || len(c.Parents) == 0 || !m.Session.Repo().HasCommit(c.Parents[0]) {
			return nil, err
		}
		if len(c.Parents) > 1 {
			if id = c.Parents[1]; !m.Session.Repo().HasCommit(id) {
				return nil, nil
			}
			continue
		}
		parent, err := m.Session.TreeOf(c.Parents[0])
		if err != nil {
			return nil, err
		}
		was, now, err := m.versions(parent, c.Tree, anchor)
		if err != nil {
			return nil, err
		}
		if was == now {
			id = c.Parents[0]
			continue
		}
		subject := gitops.Subject(c.Message)
		if !releaseSubject().MatchString(subject) && !strings.Contains(subject, version) {
			return nil, nil
		}
		changes, err := m.Session.Changes(ctx, parent, c.Tree, nil)
		if err != nil {
			return nil, err
		}
		paths := make([]string, 0, len(changes))
		for _, ch := range changes {
			paths = append(paths, ch.Path)
		}
		return paths, nil
	}
	return nil, nil
}

// versions returns the versions that the anchor file has in two trees; equal ones where it is the same, or
// cannot be read.
func (m Maker) versions(before, after gitops.ID, anchor string) (was, now string, err error) {
	a, err := m.Session.Entry(before, anchor)
	if err != nil {
		return "", "", err
	}
	b, err := m.Session.Entry(after, anchor)
	if err != nil || a == nil || b == nil || *a == *b {
		return "", "", err
	}
	old, errOld := manifest.ReadAnchor(m.Session.TreeFS(before), m.Rule.Files)
	new, errNew := manifest.ReadAnchor(m.Session.TreeFS(after), m.Rule.Files)
	if errOld != nil || errNew != nil {
		return "", "", nil //nolint:nilerr // a version that cannot be read was not bumped
	}
	return old.Version, new.Version, nil
}
