package backport

import (
	"errors"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/gitops"
)

// A NameTakenError is a branch that cannot be made, because another one stands where it, or a directory of
// it, would be.
type NameTakenError struct {
	Branch, Other string // without refs/heads/
	Named         bool   // another <name> would do
}

func (e *NameTakenError) Error() string {
	return fmt.Sprintf("branch %q cannot be made while there is a branch %q: git keeps branches like files, and one of the two would be a directory",
		e.Branch, e.Other)
}

// checkNames finds the branches of ready targets that cannot be made. One that is there already with
// another commit is warned about: it may be an earlier operation's.
func (r *runner) checkNames(o *Outcome) error {
	if o.Status != StatusReady || o.Target.Trial {
		return nil
	}
	names := map[string]gitops.ID{o.Branch: o.Head}
	if o.Bump != nil && o.Bump.Branch != "" {
		names[o.Bump.Branch] = o.Bump.Commit
	}
	repo := r.session.Repo()
	for name, made := range names {
		other, err := repo.InTheWay("refs/heads/" + name)
		if err != nil {
			return err
		}
		if other = strings.TrimPrefix(other, "refs/heads/"); other != "" {
			// A branch that does not hold the name in its own stands there whatever the name is.
			*o = failed(*o, &NameTakenError{Branch: name, Other: other, Named: strings.Contains(other, r.opts.Name)})
			return nil
		}
		there, err := repo.Ref("refs/heads/" + name)
		switch {
		case errors.Is(err, gitops.ErrNoRef):
		case err != nil:
			return err
		case !made.IsZero() && there != made && r.opts.Seal.Sign == nil:
			o.Target.Warnings = append(o.Target.Warnings, fmt.Sprintf(
				"branch %s is there already, at %s: apply does not overwrite it; --replace moves one that an earlier apply left, --name makes another",
				name, repo.Short(there)))
		}
	}
	return nil
}
