package backport

import (
	"context"
	"slices"

	"github.com/git-backport/git-backport/gitops"
)

// maxSame bounds how many commits of main are compared with one that is not there.
const maxSame = 2000

// SameChange returns a commit of main, not among a commit's ancestors, that is the same change: the one it
// says it is a copy of, or the youngest with the same lines in the same paths. It is zero when there is none.
func SameChange(ctx context.Context, s *gitops.Session, main, commit gitops.ID) (gitops.ID, error) {
	repo := s.Repo()
	c, err := s.Commit(commit)
	if err != nil || len(c.Parents) != 1 {
		return gitops.ID{}, err
	}
	for _, ref := range gitops.PickedFrom(c.Message) {
		id, err := repo.Expand(ref.ID)
		if err != nil || ref.ID == "" || ref.Repairs() {
			continue
		}
		if on, err := repo.IsAncestor(ctx, id, main); err == nil && on {
			return id, nil
		}
	}
	before, err := s.TreeOf(c.Parents[0])
	if err != nil {
		return gitops.ID{}, err
	}
	paths, err := changedPaths(ctx, s, before, c.Tree)
	if err != nil {
		return gitops.ID{}, err
	}
	list, err := repo.Between(ctx, commit, main)
	if err != nil {
		return gitops.ID{}, err
	}
	for _, id := range list[:min(len(list), maxSame)] {
		other, err := s.Commit(id)
		if err != nil || len(other.Parents) != 1 {
			continue
		}
		from, err := s.TreeOf(other.Parents[0])
		if err != nil {
			continue // beyond a shallow clone
		}
		if its, err := changedPaths(ctx, s, from, other.Tree); err != nil || !slices.Equal(paths, its) {
			continue
		}
		if differs, err := s.PatchDifference(ctx, before, c.Tree, from, other.Tree); err == nil && len(differs) == 0 {
			return id, nil
		}
	}
	return gitops.ID{}, nil
}

func changedPaths(ctx context.Context, s *gitops.Session, before, after gitops.ID) ([]string, error) {
	changes, err := s.Changes(ctx, before, after, nil)
	if err != nil {
		return nil, err
	}
	paths := make([]string, 0, len(changes))
	for _, ch := range changes {
		paths = append(paths, ch.Path)
	}
	return paths, nil
}
