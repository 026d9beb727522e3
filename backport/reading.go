package backport

import (
	"context"
	"sync"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// A Reading hands the ledger what it reads of a repository. It is safe for concurrent use.
type Reading struct {
	session *gitops.Session

	mu      sync.Mutex
	commits map[gitops.ID]*ledger.Commit
	named   map[string]*ledger.Commit
	brought map[gitops.ID][]gitops.ID
	patches map[gitops.ID]string
	blobs   map[change][2]gitops.ID
}

// A change is a path that a commit changes.
type change struct {
	id   gitops.ID
	path string
}

// NewReading returns a reading of a session's repository.
func NewReading(s *gitops.Session) *Reading {
	return &Reading{
		session: s, commits: map[gitops.ID]*ledger.Commit{}, named: map[string]*ledger.Commit{}, brought: map[gitops.ID][]gitops.ID{},
		patches: map[gitops.ID]string{}, blobs: map[change][2]gitops.ID{},
	}
}

// Read reads one commit.
func (r *Reading) Read(id gitops.ID) (*ledger.Commit, error) {
	r.mu.Lock()
	c, known := r.commits[id]
	r.mu.Unlock()
	if known {
		return c, nil
	}
	o, err := r.session.Commit(id)
	if err != nil {
		return nil, translate(err)
	}
	read := ledger.NewCommit(id, o)
	r.mu.Lock()
	r.commits[id] = &read
	r.mu.Unlock()
	return &read, nil
}

// ReadAll reads commits in their order.
func (r *Reading) ReadAll(ctx context.Context, ids []gitops.ID) ([]*ledger.Commit, error) {
	out := make([]*ledger.Commit, len(ids))
	for i, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var err error
		if out[i], err = r.Read(id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Commit returns the commit that an id names; nil where none does, or several.
func (r *Reading) Commit(_ context.Context, id string) (*ledger.Commit, error) {
	r.mu.Lock()
	c, known := r.named[id]
	r.mu.Unlock()
	if known {
		return c, nil
	}
	full, err := r.session.Repo().Expand(id)
	if err == nil && r.session.Repo().HasCommit(full) {
		if c, err = r.Read(full); err != nil {
			return nil, err
		}
	}
	r.mu.Lock()
	r.named[id] = c
	r.mu.Unlock()
	return c, nil
}

// Changed returns the paths that commits change.
func (r *Reading) Changed(ctx context.Context, ids []gitops.ID, scope *ledger.Scope) ([]ledger.Changes, error) {
	var in gitops.PathScope
	if scope != nil {
		in = gitops.PathScope{Enter: scope.Enters, Keep: scope.Has}
	}
	lists, err := r.session.ChangedPaths(ctx, ids, in)
	if err != nil {
		return nil, translate(err)
	}
	out := make([]ledger.Changes, len(lists))
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, l := range lists {
		for j, p := range l.List {
			r.blobs[change{ids[i], p}] = l.Blobs[j]
		}
		out[i] = ledger.NewChanges(l.List, l.More)
	}
	return out, nil
}

// Lines returns what a commit adds and removes at a path.
func (r *Reading) Lines(_ context.Context, id gitops.ID, path string) (ledger.Delta, error) {
	r.mu.Lock()
	blobs, known := r.blobs[change{id, path}]
	r.mu.Unlock()
	var added, removed []string
	var err error
	if known {
		added, removed, err = r.session.BlobDelta(blobs[0], blobs[1])
	} else {
		added, removed, err = r.session.LineDelta(id, path)
	}
	return ledger.Delta{Added: added, Removed: removed}, translate(err)
}

// PatchID returns the same text for commits with equal patches.
func (r *Reading) PatchID(ctx context.Context, id gitops.ID) (string, error) {
	r.mu.Lock()
	text, known := r.patches[id]
	r.mu.Unlock()
	if known {
		return text, nil
	}
	text, err := r.session.PatchID(ctx, id)
	if err != nil {
		return "", translate(err)
	}
	r.mu.Lock()
	r.patches[id] = text
	r.mu.Unlock()
	return text, nil
}

// Brought returns what a merge brought to its first parent's history.
func (r *Reading) Brought(ctx context.Context, merge gitops.ID) ([]gitops.ID, error) {
	r.mu.Lock()
	ids, known := r.brought[merge]
	r.mu.Unlock()
	if known {
		return ids, nil
	}
	c, err := r.session.Commit(merge)
	if err != nil {
		return nil, translate(err)
	}
	if len(c.Parents) > 1 {
		if ids, err = r.session.Repo().Between(ctx, c.Parents[0], merge); err != nil {
			return nil, translate(err)
		}
		ids = ids[1:] // the merge itself is the youngest
	}
	r.mu.Lock()
	r.brought[merge] = ids
	r.mu.Unlock()
	return ids, nil
}

// File returns the lines of a file of a commit.
func (r *Reading) File(_ context.Context, id gitops.ID, path string) ([]string, error) {
	lines, err := r.session.FileLines(id, path)
	return lines, translate(err)
}

// translate says in the ledger's words that an object is missing.
func translate(err error) error {
	if id, gone := gitops.MissingObject(err); gone {
		return &ledger.MissingError{ID: id}
	}
	return err
}
