package resolve

import (
	"bytes"
	"slices"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/operation"
)

// Regular reports whether a conflict is about regular files alone.
func Regular(c operation.Conflict) bool {
	for _, st := range []*operation.Stage{c.Base, c.Ours, c.Theirs} {
		if st != nil && st.Mode != uint32(object.ModeRegular) && st.Mode != uint32(object.ModeExec) {
			return false
		}
	}
	return true
}

// Stages are the stages of a conflict as the repository knows them.
func Stages(c operation.Conflict) [3]*gitops.Stage {
	return [3]*gitops.Stage{c.Base.Git(), c.Ours.Git(), c.Theirs.Git()}
}

// Alike reports whether two targets conflict on the same tree in the same paths. Where a merge of names
// has made a stage, it has markers, and their style.
func Alike(a, b operation.Target) bool {
	return a.Ours == b.Ours && slices.EqualFunc(a.Conflicts, b.Conflicts, func(x, y operation.Conflict) bool {
		return x.Source == y.Source && x.Kind == y.Kind && bytes.Equal(x.Path, y.Path)
	})
}
