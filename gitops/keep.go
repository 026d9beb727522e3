package gitops

import (
	"fmt"
	"path/filepath"

	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/txfs"
)

// FS is the file system that everything written to the repository goes through.
func (r *Repo) FS() txfs.FS { return r.fs }

// Keep writes the objects that heads reach and the repository lacks as a pack of their own, which git
// neither repacks nor prunes until DropKeep. It returns the pack's name; "" when nothing was lacking.
func (s *Session) Keep(opID string, heads []ID) (string, error) {
	ids, err := s.mem.List(heads...)
	if err != nil {
		return "", fmt.Errorf("listing the new objects: %w", err)
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

func (r *Repo) packDir() string { return filepath.Join(r.Layout.ObjectsDir, "pack") }
