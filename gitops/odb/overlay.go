package odb

import (
	"fmt"
	"sync"

	"github.com/git-backport/git-backport/gitops/object"
)

// An Overlay holds new objects in memory over a DB. Objects are only added, by content, so it is safe
// for concurrent use and the order of writers does not show. What it returns is shared and must not
// be modified.
type Overlay struct {
	db      *DB
	trees   parsedCache[[]object.TreeEntry]
	commits parsedCache[*object.Commit]

	mu   sync.RWMutex
	news map[object.ID]stored
}

type stored struct {
	kind object.Kind
	data []byte
}

// NewOverlay returns an empty overlay over db.
func NewOverlay(db *DB) *Overlay { return &Overlay{db: db, news: map[object.ID]stored{}} }

// DB returns what the overlay lies over.
func (o *Overlay) DB() *DB { return o.db }

// Write stores an object and returns its id. It keeps data, which must not be modified any more. A
// tree or commit that git's fsck would refuse is an *object.FsckError and is not stored.
func (o *Overlay) Write(kind object.Kind, data []byte) (object.ID, error) {
	if !kind.Valid() {
		return object.ID{}, fmt.Errorf("object kind %q is unknown", string(kind))
	}
	if err := object.Check(kind, data); err != nil {
		return object.ID{}, err
	}
	id := object.Hash(kind, data)
	o.put(id, kind, data)
	return id, nil
}

// WriteTree stores a tree of entries, in git's order, and returns its id. It keeps entries.
func (o *Overlay) WriteTree(entries []object.TreeEntry) (object.ID, error) {
	if err := object.CheckTree(entries); err != nil {
		return object.ID{}, err
	}
	data, err := object.EncodeTree(entries)
	if err != nil {
		return object.ID{}, err
	}
	id := object.Hash(object.KindTree, data)
	o.put(id, object.KindTree, data)
	o.trees.put(id, entries, len(data))
	return id, nil
}

func (o *Overlay) put(id object.ID, kind object.Kind, data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.news[id]; !ok {
		o.news[id] = stored{kind, data}
	}
}

func (o *Overlay) get(id object.ID) (stored, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	s, ok := o.news[id]
	return s, ok
}

// IsNew reports whether id was written to the overlay.
func (o *Overlay) IsNew(id object.ID) bool {
	_, ok := o.get(id)
	return ok
}

// Read returns an object of the overlay or of the DB, as DB.Read does.
func (o *Overlay) Read(id object.ID) (object.Kind, []byte, error) {
	if s, ok := o.get(id); ok {
		return s.kind, s.data, nil
	}
	return o.db.Read(id)
}

// ReadLimited is Read for objects of at most limit bytes, as DB.ReadLimited.
func (o *Overlay) ReadLimited(id object.ID, limit int64) (object.Kind, []byte, error) {
	s, ok := o.get(id)
	if !ok {
		return o.db.ReadLimited(id, limit)
	}
	if int64(len(s.data)) > limit {
		return "", nil, &TooLargeError{ID: id, Size: int64(len(s.data)), Limit: limit}
	}
	return s.kind, s.data, nil
}

// Header returns kind and size of an object of the overlay or of the DB, as DB.Header does.
func (o *Overlay) Header(id object.ID) (object.Kind, int64, error) {
	if s, ok := o.get(id); ok {
		return s.kind, int64(len(s.data)), nil
	}
	return o.db.Header(id)
}

// Has reports whether the overlay or the DB has an object.
func (o *Overlay) Has(id object.ID) (bool, error) {
	if o.IsNew(id) {
		return true, nil
	}
	return o.db.Has(id)
}

// Tree returns the entries of a tree, parsed once. The error is a *KindError when id names something else.
func (o *Overlay) Tree(id object.ID) ([]object.TreeEntry, error) {
	if entries, ok := o.trees.get(id); ok {
		return entries, nil
	}
	data, err := o.expect(id, object.KindTree)
	if err != nil {
		return nil, err
	}
	entries, err := object.ParseTree(data)
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", id, err)
	}
	o.trees.put(id, entries, len(data))
	return entries, nil
}

// Commit returns a commit, parsed once. The error is a *KindError when id names something else.
func (o *Overlay) Commit(id object.ID) (*object.Commit, error) {
	if c, ok := o.commits.get(id); ok {
		return c, nil
	}
	data, err := o.expect(id, object.KindCommit)
	if err != nil {
		return nil, err
	}
	c, err := object.ParseCommit(data)
	if err != nil {
		return nil, fmt.Errorf("commit %s: %w", id, err)
	}
	o.commits.put(id, c, len(data))
	return c, nil
}

// CommitHeader returns what a walk needs of a commit.
func (o *Overlay) CommitHeader(id object.ID) (object.CommitHeader, error) {
	data, err := o.expect(id, object.KindCommit)
	if err != nil {
		return object.CommitHeader{}, err
	}
	h, err := object.ParseCommitHeader(data)
	if err != nil {
		return object.CommitHeader{}, fmt.Errorf("commit %s: %w", id, err)
	}
	return h, nil
}

// Blob returns the bytes of a blob.
func (o *Overlay) Blob(id object.ID) ([]byte, error) { return o.expect(id, object.KindBlob) }

func (o *Overlay) expect(id object.ID, want object.Kind) ([]byte, error) {
	kind, data, err := o.Read(id)
	if err != nil {
		return nil, err
	}
	if kind != want {
		return nil, &KindError{ID: id, Want: want, Got: kind}
	}
	return data, nil
}
