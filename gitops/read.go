package gitops

import (
	"context"
	"errors"
	"fmt"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
)

// ErrNoRef is a ref that is not there.
var ErrNoRef = errors.New("no such ref")

// maxMessageObject bounds the commits and tags that are read: 16 MiB.
const maxMessageObject = 16 << 20

func (r *Repo) readSmall(id ID) (object.Kind, []byte, error) {
	return r.db.ReadLimited(id, maxMessageObject)
}

// Ref returns the object a full ref name points at, through symbolic refs; ErrNoRef when it is not there.
func (r *Repo) Ref(name string) (ID, error) {
	ref, err := r.refs.Read(name)
	if errors.Is(err, refs.ErrNotFound) {
		return ID{}, fmt.Errorf("ref %q: %w", name, ErrNoRef)
	}
	return ref.ID, err
}

// Short returns the abbreviation of id that git would print.
func (r *Repo) Short(id ID) string {
	s, err := r.db.Shorten(id, r.abbrev)
	if err != nil {
		return id.String()
	}
	return s
}

// Expand returns the full id of an abbreviated one, if exactly one object begins so.
func (r *Repo) Expand(prefix string) (ID, error) {
	if id, err := object.ParseID(prefix); err == nil {
		return id, nil
	}
	return r.resolveShort(prefix, prefix)
}

// Between returns the commits reachable from tip and not from start, youngest first.
func (r *Repo) Between(ctx context.Context, start, tip ID) ([]ID, error) {
	a, err := r.ancestryOf(start)
	if err != nil {
		return nil, err
	}
	return a.missing(ctx, tip, maxBranchCommits)
}

// CommitTime returns the committer's date of a commit, in seconds since 1970.
func (r *Repo) CommitTime(id ID) (int64, error) {
	info, err := r.commitInfo(id)
	return info.date, err
}

// HasCommit reports whether id is a commit of the repository.
func (r *Repo) HasCommit(id ID) bool {
	kind, _, err := r.db.Header(id)
	return err == nil && kind == object.KindCommit
}
