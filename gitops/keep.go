package gitops

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/txfs"
)

// Warn tells what went wrong after a change was made.
func (r *Repo) Warn(text string) {
	if r.Late != nil {
		r.Late(text)
	}
}

// Share gives a new file or directory of ours the mode that core.sharedRepository asks for.
func (r *Repo) Share(path string) error { return r.refs.Share(path) }

// FS is the file system that everything written to the repository goes through.
func (r *Repo) FS() txfs.FS { return r.fs }

// Keep writes what is needed, and would not stay by itself, as a pack of its own, which git neither repacks
// nor prunes until DropKeep: new objects and those that were only read, wherever from. It returns the pack's
// name; "" when there is nothing to keep.
func (s *Session) Keep(ctx context.Context, opID string, n Needs) (string, error) {
	ids, err := s.repo.reach(ctx, s.mem, n, nil)
	if err != nil {
		return "", fmt.Errorf("listing the objects to keep: %w", err)
	}
	if len(ids) == 0 {
		return "", nil
	}
	pack, index, sum, err := s.encodePack(ids)
	if err != nil {
		return "", err
	}
	var tx refs.Tx
	if err := s.repo.settings(&tx); err != nil {
		return "", err
	}
	p := &refs.PackFile{Name: "pack-" + sum.String(), Data: pack, Index: index, Dir: s.repo.packDir()}
	if err := refs.WritePack(s.repo.fs, s.repo.Layout.CommonDir, p, opID, tx.Shared); err != nil {
		return "", fmt.Errorf("keeping the new objects: %w", err)
	}
	return p.Name, nil
}

// DropKeep lets git repack and prune a pack that Keep wrote for an operation. One that is gone, or is
// not the operation's, is no error.
func (r *Repo) DropKeep(pack, opID string) error {
	return r.refs.DropKeep(r.packDir(), pack, opID)
}

// DropPack is DropKeep for a pack that a dead process may have left half written: what git does not see of
// it is removed.
func (r *Repo) DropPack(pack, opID string) error { return r.refs.DropPack(r.packDir(), pack, opID) }

func (r *Repo) packDir() string { return filepath.Join(r.Layout.ObjectsDir, "pack") }
