package gitops

import "context"

// maxAhead bounds the files that are read ahead for one commit.
const maxAhead = 64

// ReadAhead reads what picks of some commits onto some branches will need, while other things are found
// out. Revisions are abbreviated or full ids, or short names of branches. What fails here fails again
// where it is needed, and is said there.
func (s *Session) ReadAhead(ctx context.Context, commits, branches []string) {
	for _, spec := range commits {
		if !isHex(spec) || len(spec) < 7 {
			continue
		}
		id, err := s.repo.Resolve(ctx, spec)
		if err != nil {
			continue
		}
		paths := s.readChange(ctx, id)
		for _, name := range branches {
			if tip, err := s.repo.Ref("refs/heads/" + name); err == nil {
				s.readPaths(ctx, tip, paths)
			}
		}
	}
}

// readChange reads the files that a commit changes, before and after, and returns their paths.
func (s *Session) readChange(ctx context.Context, id ID) (paths []string) {
	c, err := s.Commit(id)
	if err != nil || len(c.Parents) != 1 {
		return nil
	}
	before, err := s.TreeOf(c.Parents[0])
	if err != nil {
		return nil
	}
	changes, err := s.Changes(ctx, before, c.Tree, nil)
	if err != nil || len(changes) > maxAhead {
		return nil
	}
	for _, ch := range changes {
		paths = append(paths, ch.Path)
		for _, st := range []*Stage{ch.Old, ch.New} {
			if st != nil && st.Regular() {
				_, _ = s.kept.blob(s.mem, st.ID)
			}
		}
	}
	return paths
}

// readPaths reads some files of a commit.
func (s *Session) readPaths(ctx context.Context, commit ID, paths []string) {
	tree, err := s.TreeOf(commit)
	if err != nil {
		return
	}
	for _, p := range paths {
		if ctx.Err() != nil {
			return
		}
		if st, err := s.Entry(tree, p); err == nil && st != nil && st.Regular() {
			_, _ = s.kept.blob(s.mem, st.ID)
		}
	}
}
