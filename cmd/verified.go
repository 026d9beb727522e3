package cmd

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/publish"
	"github.com/git-backport/git-backport/internal/report"
)

// addVerified has pull requests say which commands passed on their very tree, and where that is required
// refuses branches on which none did, or on which one did not at last. A bump's branch is no fix, and needs none.
func addVerified(s *gitops.Session, op *operation.Operation, heads []*publish.Head, required bool) error {
	var without []string
	for _, h := range heads {
		if h.Bump || h.Skip != "" {
			continue
		}
		id, err := gitops.ParseID(h.ID)
		if err != nil {
			return err
		}
		tree, err := s.TreeOf(id)
		if err != nil {
			return err
		}
		passed, failed := 0, 0
		for _, v := range report.VerifiedOf(op, h.Base, tree) {
			if v.Passed() {
				passed++
			} else {
				failed++
			}
		}
		if passed == 0 || failed > 0 {
			without = append(without, h.Branch())
		}
		h.Text.Body = report.WithVerified(h.Text.Body, op, h.Base, tree)
	}
	if !required || len(without) == 0 {
		return nil
	}
	return &Error{
		Exit: ExitRefused, Code: "not-verified", Err: fmt.Errorf("not verified as it is now: %s; nothing was pushed", strings.Join(without, ", ")),
		Hint: "git backport verify " + op.ID[:8] + " -- CMD",
	}
}
