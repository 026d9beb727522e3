package operation

import (
	"context"
	"slices"

	"github.com/git-backport/git-backport/gitops"
)

// keep stores with an operation what it needs later and no lasting ref holds: the fix, the commits that are
// ready, what is known of conflicts and what persons made of them, and more where that is given. Nothing of
// it is left to the pack of another operation, or to a branch that may be deleted.
func (s *Store) keep(ctx context.Context, session *gitops.Session, op *Operation, more ...gitops.ID) error {
	n := gitops.Needs{Heads: append(op.needed(), more...), Sources: op.Sources, Lasting: s.lasting(ctx, op)}
	name, err := session.Keep(ctx, op.ID, n)
	if err == nil && name != "" && !slices.Contains(op.Packs, name) {
		op.Packs = append(op.Packs, name)
	}
	return err
}

// needed are the objects that an operation that is not over refers to.
func (op *Operation) needed() []gitops.ID {
	heads := slices.Clone(op.Sources)
	for _, u := range op.ready() {
		heads = append(heads, u.New)
	}
	for _, t := range op.Targets {
		if t.BaseRef == "" {
			heads = append(heads, t.Base)
		}
		heads = append(heads, t.Markers, t.Ours)
		for _, c := range t.Conflicts {
			for _, st := range []*Stage{c.Base, c.Ours, c.Theirs} { // a merge of names has made some that no tree has
				if st != nil && st.Mode != gitlink {
					heads = append(heads, st.ID)
				}
			}
		}
		for _, r := range t.Resolved {
			heads = append(heads, r.Source, r.Tree, r.Ours)
		}
	}
	return heads
}

// gitlink is the mode of a submodule: its commit is in another repository.
const gitlink = 0o160000

// lasting are the refs whose commits stay without an operation: main, and the branches that the targets
// were made from, which have to be as they were when the operation lands.
func (s *Store) lasting(ctx context.Context, op *Operation) []string {
	main := op.Main
	if main == "" {
		if b, err := s.repo.Main(ctx, op.Remote, "", gitops.BaseAuto); err == nil {
			main = b.Ref
		}
	}
	var names []string
	if main != "" {
		names = append(names, main)
	}
	for _, t := range op.Targets {
		if t.BaseRef != "" && !slices.Contains(names, t.BaseRef) {
			names = append(names, t.BaseRef)
		}
	}
	return names
}
