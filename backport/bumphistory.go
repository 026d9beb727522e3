package backport

import (
	"context"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/policy"
)

// maxFormer bounds how many commits of a branch are searched for its former bumps.
const maxFormer = 400

// formerBumps returns the paths that the line's last two bump commits changed: those of the branch's
// first-parent line that changed the version in the anchor file. A bump into the line is main's. Where the
// line has two patch releases, their bumps are met before that, and the branch point need not be known.
func (r *runner) formerBumps(ctx context.Context, t Target, anchor string) ([][]string, error) {
	if anchor == "" {
		return nil, nil
	}
	var out [][]string
	var point gitops.ID
	if len(t.Versions) < 3 {
		h, err := r.history(ctx, t)
		if err != nil {
			return nil, err
		}
		point = h.Point
	}
	id := t.Tip
	for range maxFormer {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := r.session.Commit(id)
		if err != nil {
			return nil, err
		}
		if id == point || len(c.Parents) == 0 || len(out) == 2 || !r.session.Repo().HasCommit(c.Parents[0]) {
			break
		}
		parent, err := r.session.TreeOf(c.Parents[0])
		if err != nil {
			return nil, err
		}
		was, now, err := r.bumps(parent, c.Tree, anchor)
		if err != nil {
			return nil, err
		}
		if was != now {
			if !manifest.OfLine(was, t.Decision.Name()) {
				break
			}
			changes, err := r.session.Changes(ctx, parent, c.Tree, nil)
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

// bumps returns the versions that the anchor file has in two trees; equal ones where it is the same, or
// cannot be read.
func (r *runner) bumps(before, after gitops.ID, anchor string) (was, now string, err error) {
	a, err := r.session.Entry(before, anchor)
	if err != nil {
		return "", "", err
	}
	b, err := r.session.Entry(after, anchor)
	if err != nil || a == nil || b == nil || *a == *b {
		return "", "", err
	}
	old, errOld := manifest.ReadAnchor(r.session.TreeFS(before), r.opts.Bump.Files)
	new, errNew := manifest.ReadAnchor(r.session.TreeFS(after), r.opts.Bump.Files)
	if errOld != nil || errNew != nil {
		return "", "", nil //nolint:nilerr // a version that cannot be read was not bumped
	}
	return old.Version, new.Version, nil
}

// A release is what a line has got since its last tag.
type release struct {
	tagged  bool
	commits []gitops.ID // youngest first
	kinds   map[gitops.ID]policy.Kind
	message map[gitops.ID][]byte
}

// sinceRelease lists what a line has got since its last release.
func (r *runner) sinceRelease(ctx context.Context, t Target) (release, error) {
	out := release{kinds: map[gitops.ID]policy.Kind{}, message: map[gitops.ID][]byte{}}
	repo := r.session.Repo()
	if t.Decision.LatestTag == "" {
		return out, nil
	}
	id, err := repo.Ref("refs/tags/" + t.Decision.LatestTag)
	if err != nil {
		return out, err
	}
	if id, err = repo.Peel(id); err != nil {
		return out, err
	}
	out.tagged = true
	if out.commits, err = repo.Between(ctx, id, t.Tip); err != nil {
		return out, err
	}
	for _, id := range out.commits {
		c, err := r.session.Commit(id)
		if err != nil {
			return out, err
		}
		out.kinds[id], _ = KindOf(c.Message)
		out.message[id] = c.Message
	}
	return out, nil
}

// kind is the strongest kind of the commits.
func (rel release) kind(p *policy.Policy) policy.Kind {
	kinds := []policy.Kind{}
	for _, id := range rel.commits {
		kinds = append(kinds, rel.kinds[id])
	}
	if len(kinds) == 0 || p == nil {
		return policy.Bugfix
	}
	return p.Strongest(kinds)
}

// equal tells whether a release of this kind needs the other lines to be patched too.
func (ask BumpAsk) equal(kind policy.Kind) bool {
	return len(ask.Others) > 0 && !ask.RC && ask.Policy != nil && ask.Policy.Base(kind) == policy.Security
}

// lacks are required lines without a fix that another line is about to be released with.
type lacks struct {
	lines    []string // "release-24.0.0 lacks 1a2b3c4 Fix it"
	untraced []string // fixes that name no origin, so that other branches cannot be asked
}

func (l lacks) String() string {
	return "the policy wants required lines patched equally: " + strings.Join(l.lines, "; ") + "; --skip LINE --reason TEXT for one that is not affected, --reason TEXT for all"
}

// lacking finds the required lines that lack a security fix of a release.
func (r *runner) lacking(ctx context.Context, t Target, rel release, ask BumpAsk) (lacks, error) {
	var out lacks
	for _, id := range rel.commits {
		if ask.Policy.Base(rel.kinds[id]) != policy.Security {
			continue
		}
		fix := traceOf(r.session.Repo(), id, rel.message[id])
		if r.ledgerUndone(ctx, t, id) {
			continue
		}
		name := r.session.Repo().Short(id) + " " + oneLine(gitops.Subject(rel.message[id]))
		if len(fix.sources)+len(fix.advisories) == 0 {
			out.untraced = append(out.untraced, name+" names neither its origin nor an advisory: look yourself whether the other lines have it")
			continue
		}
		for _, other := range ask.Others {
			if other.Decision.ID == t.Decision.ID {
				continue
			}
			has, err := r.hasFix(ctx, other, fix)
			if err != nil {
				return out, err
			}
			if !has {
				out.lines = append(out.lines, other.Branch+" lacks "+name)
			}
		}
	}
	return out, nil
}

// ledgerUndone tells whether a later commit of the target's branch takes a commit back.
func (r *runner) ledgerUndone(ctx context.Context, t Target, id gitops.ID) bool {
	l, err := r.ledgerOf(ctx, t)
	return err == nil && l.undone[id]
}

// A trace is what a fix can be known by on another branch.
type trace struct {
	sources    []gitops.ID
	advisories []string
}

func traceOf(repo *gitops.Repo, id gitops.ID, message []byte) trace {
	var out trace
	for _, ref := range gitops.PickedFrom(message) {
		if ref.ID == "" {
			continue
		}
		if full, err := repo.Expand(ref.ID); err == nil {
			out.sources = append(out.sources, full)
		}
	}
	for _, m := range advisory().FindAll(message, -1) {
		out.advisories = append(out.advisories, string(m))
	}
	if len(out.sources) > 0 {
		out.sources = append(out.sources, id)
	}
	return out
}

// hasFix looks for a fix on a branch: one of its sources, a copy of one, or a commit that names its
// advisory, standing.
func (r *runner) hasFix(ctx context.Context, t Target, fix trace) (bool, error) {
	for _, source := range fix.sources {
		ev, err := r.evidence(ctx, t, source)
		if err != nil || ev != nil {
			return ev != nil, err
		}
	}
	if len(fix.advisories) == 0 {
		return false, nil
	}
	l, err := r.ledgerOf(ctx, t)
	if err != nil {
		return false, err
	}
	h, err := r.history(ctx, t)
	if err != nil {
		return false, err
	}
	for _, id := range h.Commits {
		if l.undone[id] {
			continue
		}
		c, err := r.session.Commit(id)
		if err != nil {
			return false, fmt.Errorf("reading %s: %w", id, err)
		}
		for _, name := range fix.advisories {
			if strings.Contains(string(c.Message), name) {
				return true, nil
			}
		}
	}
	return false, nil
}
