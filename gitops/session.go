package gitops

import (
	"fmt"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
	"github.com/git-backport/git-backport/internal/merge"
)

// A Session reads through to a repository and keeps what it makes in memory, until Land writes what
// the new heads reach. It is safe for concurrent use.
type Session struct {
	Style ConflictStyle // of the markers in files; set it before the session is used

	repo  *Repo
	mem   *odb.Overlay
	spans merge.SpanCache
	trees mergeTrees
	kept  kept
}

// NewSession starts a session with nothing in it.
func (r *Repo) NewSession() *Session {
	return &Session{repo: r, mem: odb.NewOverlay(r.db)}
}

// Repo returns the repository the session reads from.
func (s *Session) Repo() *Repo { return s.repo }

// Commit returns a commit of the repository or of the session.
func (s *Session) Commit(id ID) (*object.Commit, error) { return s.mem.Commit(id) }

// TreeOf returns the tree of a commit.
func (s *Session) TreeOf(commit ID) (ID, error) {
	c, err := s.Commit(commit)
	if err != nil {
		return ID{}, err
	}
	return c.Tree, nil
}

// WriteCommit keeps a commit, after git's fsck rules have passed on it, and returns its id. An author that
// was copied may break those rules that git copies too.
func (s *Session) WriteCommit(c *object.Commit) (ID, error) {
	data := c.Encode()
	if err := object.CheckPicked(data); err != nil {
		return ID{}, fmt.Errorf("the new commit would be malformed: %w", err)
	}
	return s.mem.Write(object.KindCommit, data)
}

// mergeStore lets the merge engine read and write through a session.
type mergeStore struct{ s *Session }

func (m mergeStore) Tree(id merge.ID) ([]merge.Entry, error) {
	if out, ok := m.s.trees.get(id); ok {
		return out, nil
	}
	entries, err := m.s.mem.Tree(ID(id))
	if err != nil {
		return nil, err
	}
	out := make([]merge.Entry, len(entries))
	for i, e := range entries {
		out[i] = merge.Entry{Name: e.Name, Mode: merge.Mode(e.Mode.Canonical()), ID: merge.ID(e.ID)}
	}
	m.s.trees.keep(id, out)
	return out, nil
}

func (m mergeStore) Blob(id merge.ID) ([]byte, error) { return m.s.kept.blob(m.s.mem, ID(id)) }

func (m mergeStore) BlobSize(id merge.ID) (int64, error) {
	_, size, err := m.s.mem.Header(ID(id))
	return size, err
}

func (m mergeStore) WriteBlob(data []byte) (merge.ID, error) {
	id, err := m.s.mem.Write(object.KindBlob, data)
	return merge.ID(id), err
}

func (m mergeStore) WriteTree(entries []merge.Entry) (merge.ID, error) {
	out := make([]object.TreeEntry, len(entries))
	for i, e := range entries {
		out[i] = object.TreeEntry{Name: e.Name, Mode: object.Mode(e.Mode), ID: ID(e.ID)}
	}
	id, err := m.s.writeTree(out)
	return merge.ID(id), err
}

// writeTree keeps a tree, after git's fsck rules have passed on it.
func (s *Session) writeTree(entries []object.TreeEntry) (ID, error) {
	if err := object.CheckTree(entries); err != nil {
		return ID{}, fmt.Errorf("a tree that would have to be written is malformed: %w", err)
	}
	return s.mem.WriteTree(entries)
}
