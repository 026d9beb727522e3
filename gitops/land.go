package gitops

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/gitops/odb"
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

	Sources []ID     // commits that the new heads were made from, as in Needs
	Lasting []string // refs that stay by themselves, as in Needs; those of Verify do too
}

// Land writes as one pack what the new heads reach and no lasting ref does, new objects and others, then
// changes all refs or none. Before the first ref changes, while the pack cannot be pruned, it looks on the
// disk that the new heads reach nothing that is not there.
func (s *Session) Land(ctx context.Context, l Landing) error {
	tx := refs.Tx{OpID: l.OpID, Committer: l.Committer, Bare: s.repo.Layout.Bare}
	needs := Needs{Sources: l.Sources, Lasting: slices.Clone(l.Lasting)}
	for _, u := range l.Updates {
		tx.Updates = append(tx.Updates, refs.Update{Name: u.Name, Old: u.Old, New: u.New, Message: l.Message})
		needs.Heads = append(needs.Heads, u.New)
	}
	for _, v := range l.Verify {
		tx.Verifies = append(tx.Verifies, refs.Verify{Name: v.Name, Old: v.Old})
		needs.Lasting = append(needs.Lasting, v.Name)
	}
	ids, err := s.repo.reach(ctx, s.mem, needs, nil)
	if err != nil {
		return fmt.Errorf("listing the objects to land: %w", err)
	}
	if len(ids) > 0 {
		pack, index, sum, err := s.encodePack(ids)
		if err != nil {
			return err
		}
		tx.Pack = &refs.PackFile{Name: "pack-" + sum.String(), Data: pack, Index: index, Hold: l.Hold}
		tx.Pack.Dir = s.repo.packDir()
	}
	tx.Connected = func(ctx context.Context) error { return s.repo.connected(ctx, needs, ids) }
	if err := s.repo.settings(&tx); err != nil {
		return err
	}
	return s.repo.refs.Commit(ctx, tx)
}

// connected looks, with nothing but what is on the disk now, that heads reach nothing but what was packed
// for them and what lasting refs have.
func (r *Repo) connected(ctx context.Context, n Needs, packed []ID) error {
	db, err := r.openObjects(nil)
	if err != nil {
		return err
	}
	in := make(map[ID]bool, len(packed))
	for _, id := range packed {
		in[id] = true
	}
	_, err = r.reach(ctx, odb.NewOverlay(db), n, in)
	if errors.Is(err, errUnkept) {
		err = fmt.Errorf("%w: a branch that had it moved meanwhile", err)
	}
	return errors.Join(err, db.Close())
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
	if hook, ok := r.Config.Hook("reference-transaction"); ok {
		tx.Hook = hook.Origin.String() + ", " + hook.Key
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
