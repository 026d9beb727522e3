package why

import (
	"context"
	"slices"

	"github.com/git-backport/git-backport/gitops"
)

// candidates lists the commits of main that changed a conflicted file.
func (s *search) candidates(ctx context.Context, f *failure) error {
	paths := map[gitops.ID][]string{}
	for _, sp := range f.spots {
		for at := sp.at; at != (fileAt{}); {
			e, err := s.lineage.edition(ctx, at, s.known, &s.budget)
			if err != nil {
				return err
			}
			if e == nil {
				break
			}
			if at = (fileAt{}); len(e.from) > 0 {
				at = e.from[0]
			}
			if lacks, err := s.lacks(ctx, e.commit); err != nil {
				return err
			} else if !lacks || len(e.from) > 1 {
				continue
			}
			if paths[e.commit] == nil && len(paths) == maxCandidates {
				s.why.Cut = true
				break
			}
			paths[e.commit] = append(paths[e.commit], e.path)
		}
	}
	ids := make([]gitops.ID, 0, len(paths))
	for id := range paths {
		ids = append(ids, id)
	}
	var err error
	if s.why.Candidates, err = s.named(ids); err != nil {
		return err
	}
	for i, c := range s.why.Candidates {
		s.why.Candidates[i].Paths = paths[c.Commit]
	}
	return nil
}

// named gives commits their subjects, newest first.
func (s *search) named(ids []gitops.ID) ([]Candidate, error) {
	slices.SortFunc(ids, func(a, b gitops.ID) int { return s.absent[a] - s.absent[b] })
	var out []Candidate
	for _, id := range ids {
		c, err := s.session.Commit(id)
		if err != nil {
			return nil, err
		}
		out = append(out, Candidate{Commit: id, Subject: gitops.Subject(gitops.MessageText(c))})
	}
	return out, nil
}

// known reports whether the branch has a commit of main.
func (s *search) known(id gitops.ID) bool {
	_, absent := s.absent[id]
	return !absent
}

// lacks reports whether a commit is not of the fix, and the branch has no copy of it either.
func (s *search) lacks(ctx context.Context, id gitops.ID) (bool, error) {
	if slices.Contains(s.Fix, id) {
		return false, nil
	}
	there, err := s.Branch.HasCopy(ctx, id)
	return !there, err
}
