package gitops

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
)

// A RefUpdate changes one ref: a zero Old demands that it does not exist, a zero New deletes it.
type RefUpdate struct {
	Name     string
	Old, New ID
}

// A RefVerify demands that a ref still holds a value when the others change.
type RefVerify struct {
	Name string
	Old  ID
}

// A Landing is a set of refs that changes wholly or not at all, with the new objects it needs.
type Landing struct {
	OpID      string // names the operation: letters, digits and '-'
	Updates   []RefUpdate
	Verify    []RefVerify
	Committer string // for the reflog: "name <email> seconds zone"
	Message   string // for the reflog
	Hold      bool   // keep the pack from being repacked: the operation is not over
}

// Land writes the objects that the new heads reach as one pack, then changes all refs or none.
func (s *Session) Land(ctx context.Context, l Landing) error {
	tx := refs.Tx{OpID: l.OpID, Committer: l.Committer, Bare: s.repo.Layout.Bare}
	var heads []ID
	for _, u := range l.Updates {
		tx.Updates = append(tx.Updates, refs.Update{Name: u.Name, Old: u.Old, New: u.New, Message: l.Message})
		if !u.New.IsZero() {
			heads = append(heads, u.New)
		}
	}
	for _, v := range l.Verify {
		tx.Verifies = append(tx.Verifies, refs.Verify{Name: v.Name, Old: v.Old})
	}
	ids, err := s.mem.List(heads...)
	if err != nil {
		return fmt.Errorf("listing the new objects: %w", err)
	}
	if len(ids) > 0 {
		pack, index, sum, err := s.encodePack(ids)
		if err != nil {
			return err
		}
		tx.Pack = &refs.PackFile{Name: "pack-" + sum.String(), Data: pack, Index: index, Hold: l.Hold}
		tx.Pack.Dir = filepath.Join(s.repo.Layout.ObjectsDir, "pack")
	}
	tx.HasObject = func(id object.ID) bool {
		has, err := s.mem.Has(id)
		return err == nil && has
	}
	if err := s.repo.settings(&tx); err != nil {
		return err
	}
	return s.repo.refs.Commit(ctx, tx)
}

// settings takes from the configuration what git would heed when it changes refs.
func (r *Repo) settings(tx *refs.Tx) error {
	shared, _, err := r.Config.String("core.sharedRepository")
	if err != nil {
		return err
	}
	if tx.Shared, err = refs.ParseShared(shared); err != nil {
		return err
	}
	mode, err := r.Config.Reflog()
	if err != nil {
		return err
	}
	switch mode {
	case gitconfig.ReflogAlways:
		tx.Log = refs.LogAll
	case gitconfig.ReflogNormal:
		tx.Log = refs.LogBranches
	case gitconfig.ReflogNone:
		tx.Log = refs.LogNever
	}
	if tx.RefTimeout, err = timeout(r.Config.FilesRefLockTimeout()); err != nil {
		return err
	}
	if tx.PackedTimeout, err = timeout(r.Config.PackedRefsTimeout()); err != nil {
		return err
	}
	tx.HooksDir = filepath.Join(r.Layout.CommonDir, "hooks")
	hooks, ok, err := r.Config.Path("core.hookspath")
	if err != nil {
		return err
	}
	if ok && hooks != "" {
		if !filepath.IsAbs(hooks) {
			hooks = filepath.Join(r.hooksRoot(), hooks)
		}
		tx.HooksDir = hooks
	}
	return nil
}

// timeout turns git's 0, try once, into the one of package refs.
func timeout(d time.Duration, err error) (time.Duration, error) {
	if d == 0 {
		d = refs.NoWait
	}
	return d, err
}

// hooksRoot is where a relative core.hooksPath starts: where git runs hooks.
func (r *Repo) hooksRoot() string {
	if r.Layout.WorkTree != "" {
		return r.Layout.WorkTree
	}
	return r.Layout.GitDir
}

// Recover finishes or takes back what an earlier process left half done. It looks at nothing but the
// journal of the ref transactions.
func (r *Repo) Recover(ctx context.Context) error { return r.refs.Recover(ctx) }

// Pending returns the journals of transactions that a process left; Recover settles them.
func (r *Repo) Pending() ([]string, error) { return r.refs.Pending() }

// ExistingUpdates returns those of the updates whose ref exists already with the value wanted, and the
// others.
func (r *Repo) ExistingUpdates(updates []RefUpdate) (there, missing []RefUpdate, err error) {
	for _, u := range updates {
		id, err := r.Ref(u.Name)
		switch {
		case errors.Is(err, ErrNoRef):
			missing = append(missing, u)
		case err != nil:
			return nil, nil, err
		case id == u.New:
			there = append(there, u)
		default:
			missing = append(missing, u)
		}
	}
	return there, missing, nil
}
