package mergetest

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
)

// Want describes a result for people: status, files of the tree, stages, messages.
func Want(s *Store, r merge.Result) (string, error) {
	var b strings.Builder
	status := "conflict"
	if r.Clean() {
		status = "clean"
	}
	fmt.Fprintf(&b, "%s\n", status)
	if err := listTree(&b, s, r.Tree, ""); err != nil {
		return "", err
	}
	for _, stage := range AnswerOf(r, nil).Stages {
		f := strings.SplitN(stage, " ", 3)
		fmt.Fprintf(&b, "unmerged %s %s %s\n", f[0], f[1][:7], f[2])
	}
	for _, c := range r.Conflicts {
		fmt.Fprintf(&b, "%s\n", c.Message)
	}
	return b.String(), nil
}

func listTree(b *strings.Builder, s *Store, id merge.ID, prefix string) error {
	entries, err := s.Tree(id)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Mode == merge.ModeTree {
			if err := listTree(b, s, e.ID, prefix+e.Name+"/"); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(b, "%06o %s\t%s\n", e.Mode, e.ID.String()[:7], prefix+e.Name)
	}
	return nil
}
