package release

import (
	"context"

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
			changes, err := m.Session.Changes(ctx, parent, c.Tree, nil)
			if err != nil {
				return nil, err
			}
			var paths []string
			for _, ch := range changes {
				paths = append(paths, ch.Path)
			}
			out = append(out, paths)
		}
		id = c.Parents[0]
	}
	return out, nil
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
