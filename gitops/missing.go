package gitops

import (
	"context"
	"errors"

	"github.com/git-backport/git-backport/gitops/odb"
)

// MissingObject returns the object whose absence an error is about: damage, or a partial clone.
func MissingObject(err error) (ID, bool) {
	var m *odb.MissingError
	if errors.As(err, &m) {
		return m.ID, true
	}
	return ID{}, false
}

// Since returns the commits reachable from tip and not from start, youngest first, at most limit of them.
func (r *Repo) Since(ctx context.Context, start, tip ID, limit int) ([]ID, error) {
	a, err := r.ancestryOf(start)
	if err != nil {
		return nil, err
	}
	return a.missing(ctx, tip, limit)
}

// NewMissing is the error of an object that is not there.
func NewMissing(id ID) error { return &odb.MissingError{ID: id} }
