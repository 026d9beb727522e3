package resolve

import (
	"bytes"
	"fmt"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
)

// lookUntouched doubts a file of a directory that is as the merge left it. One with markers is refused for
// them; of one without, a version of one side for example, nobody has said that it is to be taken.
func (r *Resolution) lookUntouched(c operation.Conflict, now gitops.Stage) error {
	left, err := r.session.Entry(r.target.Markers, string(c.Path))
	if err == nil && left != nil && *left == now {
		r.doubtful = append(r.doubtful, fmt.Sprintf("%q is as the merge left it, without markers, and nobody settled it", c.Path))
	}
	return err
}

// lookFiltered refuses a file whose blob a filter of git makes, unless it is a blob that a side has: the
// bytes of a directory are never filtered.
func (r *Resolution) lookFiltered(f checkout.File) error {
	filter, err := r.session.FilterOf(r.target.Ours, f.Path)
	if err != nil || filter == "" {
		return err
	}
	c, _ := r.conflictAt(f.Path)
	for _, st := range Stages(c) {
		if st == nil || !st.Regular() {
			continue
		}
		side, err := r.session.Blob(st.ID)
		if err != nil {
			return err
		}
		if bytes.Equal(side, f.Data) {
			return nil
		}
	}
	r.never = append(r.never, fmt.Sprintf("%q has the attribute filter=%s, and the bytes of a directory are not filtered: settle it in a work tree (resolve --worktree)",
		f.Path, filter))
	return nil
}
