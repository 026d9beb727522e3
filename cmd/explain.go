package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/resolve"
	"github.com/git-backport/git-backport/policy"
)

// explanations lists, in order, how typed errors are told to the user. The first that knows an error counts.
func explanations() []func(error) *Error {
	return []func(error) *Error{explainPolicy, explainResolve, explainOpening, explainObjects, explainRefs, explainRevision, explainPick, explainOperation, explainGit}
}

// as finds a typed error, and says whether there is one.
func as[E error](err error) (E, bool) {
	var e E
	ok := errors.As(err, &e)
	return e, ok
}

func explainOpening(err error) *Error {
	if _, ok := as[*gitconfig.NotARepository](err); ok {
		return &Error{Exit: ExitRepository, Code: "not-a-repository", Hint: "run it in a clone, or name one with -C DIR"}
	}
	if _, ok := as[*gitconfig.InvalidGitFile](err); ok {
		return &Error{Exit: ExitRepository, Code: "not-a-repository", Hint: "the .git file has to name the directory of a repository"}
	}
	if e, ok := as[*gitconfig.UntrustedRepository](err); ok {
		return &Error{Exit: ExitRepository, Code: "untrusted", Hint: e.Hint}
	}
	if e, ok := as[*gitconfig.UnsupportedRepository](err); ok {
		return &Error{Exit: ExitRepository, Code: "unsupported", Hint: e.Hint}
	}
	if e, ok := as[*gitops.UnsupportedError](err); ok {
		return &Error{Exit: ExitRepository, Code: "unsupported", Hint: e.Hint}
	}
	if e, ok := as[*gitconfig.IdentityError](err); ok {
		hint := strings.Join(e.Advice, "\n")
		if hint == "" {
			hint = identityAdvice
		}
		return &Error{Exit: ExitUsage, Code: "no-identity", Hint: hint}
	}
	for _, known := range []error{as2[*gitconfig.SyntaxError](err), as2[*gitconfig.ValueError](err), as2[*gitconfig.IncludeError](err), as2[*gitconfig.DateError](err)} {
		if known != nil {
			return &Error{Exit: ExitUsage, Code: "git-config", Hint: "git would stop here too: mend the configuration"}
		}
	}
	return nil
}

// as2 is as, for a list.
func as2[E error](err error) error {
	if e, ok := as[E](err); ok {
		return e
	}
	return nil
}

func explainObjects(err error) *Error {
	if e, ok := as[*gitops.ShallowError](err); ok {
		return &Error{Exit: ExitRepository, Code: "shallow", Hint: fmt.Sprintf("git fetch --deepen=1 origin %s, or git fetch --unshallow", e.Commit)}
	}
	if e, ok := as[*odb.MissingError](err); ok {
		return &Error{Exit: ExitRepository, Code: "missing-object", Hint: fmt.Sprintf("the clone lacks %s: git fetch --refetch --no-filter brings it in a partial clone, git fsck tells more", e.ID)}
	}
	if _, ok := as[*odb.CorruptError](err); ok {
		return &Error{Exit: ExitRepository, Code: "corrupt-object", Hint: "git fsck tells more; a fresh clone is the sure cure"}
	}
	if _, ok := as[*odb.TooLargeError](err); ok {
		return &Error{Exit: ExitRepository, Code: "too-large", Hint: "files that both sides changed are merged up to 128 MiB; merge this one by hand"}
	}
	if _, ok := as[*gitops.LimitError](err); ok {
		return &Error{Exit: ExitRepository, Code: "too-large", Hint: "that much is not merged here; merge this one by hand"}
	}
	for _, bad := range []error{as2[*object.TreeError](err), as2[*object.CommitError](err)} {
		if bad != nil {
			return &Error{Exit: ExitRepository, Code: "malformed-object", Hint: "git fsck --strict tells more"}
		}
	}
	if _, ok := as[*object.FsckError](err); ok {
		return &Error{Exit: ExitRefused, Code: "fsck", Hint: "git fsck --strict would refuse it; nothing like it is stored"}
	}
	return nil
}

func explainRefs(err error) *Error {
	if e, ok := as[*refs.UnfinishedError](err); ok {
		hint := "whether the branches are changed is settled by the next run of any verb"
		if e.Committed {
			hint = "the branches are changed; what is left is done by the next run of any verb"
		}
		return &Error{Exit: ExitFailure, Code: "unfinished", Hint: hint}
	}
	if _, ok := as[*refs.MovedError](err); ok {
		return &Error{Exit: ExitMoved, Code: "moved", Hint: "nothing was changed; run the same command again"}
	}
	if _, ok := as[*refs.ExistsError](err); ok {
		return &Error{Exit: ExitMoved, Code: "branch-exists", Hint: "nothing was changed; a branch that exists is never overwritten: choose another --name, or delete it"}
	}
	if _, ok := as[*refs.ConflictError](err); ok {
		return &Error{Exit: ExitMoved, Code: "ref-conflict", Hint: "nothing was changed; choose another --name, or rename the branch that is in the way"}
	}
	if e, ok := as[*backport.NameTakenError](err); ok {
		hint := fmt.Sprintf("rename it: git branch -m %s NEW", quoteArg(e.Other))
		if e.Named {
			hint = "choose another --name"
		}
		return &Error{Exit: ExitMoved, Code: "ref-conflict", Hint: hint}
	}
	if _, ok := as[*refs.LockedError](err); ok {
		return &Error{Exit: ExitMoved, Code: "ref-locked", Hint: "nothing was changed; wait for the other git process. If it died, remove the lock file by hand: locks of others are never removed here"}
	}
	if _, ok := as[*refs.BusyError](err); ok {
		return &Error{Exit: ExitBusy, Code: "busy", Hint: "nothing was changed; wait for the other run to end"}
	}
	if _, ok := as[*refs.CheckedOutError](err); ok {
		return &Error{Exit: ExitMoved, Code: "checked-out", Hint: "nothing was changed; a branch that a work tree uses is never touched"}
	}
	if _, ok := as[*refs.HookError](err); ok {
		return &Error{Exit: ExitRepository, Code: "ref-hook", Hint: "nothing was changed; the hook wants to see each change of a ref"}
	}
	if _, ok := as[*refs.ReadOnlyError](err); ok {
		return &Error{Exit: ExitFailure, Code: "read-only", Hint: "nothing was changed; plan works here, apply does not"}
	}
	if _, ok := as[*refs.JournalError](err); ok {
		return &Error{Exit: ExitRepository, Code: "journal", Hint: "nothing is done while it is not understood; a newer version of this program may know it"}
	}
	if _, ok := as[*refs.BrokenError](err); ok {
		return &Error{Exit: ExitRepository, Code: "broken-ref", Hint: "git for-each-ref tells more"}
	}
	return nil
}

func explainRevision(err error) *Error {
	if e, ok := as[*gitops.RevisionError](err); ok {
		hint := "git rev-parse shows what git makes of it"
		if len(e.Candidates) > 0 {
			hint = "it may mean:\n  " + strings.Join(e.Candidates, "\n  ")
		}
		return &Error{Exit: ExitUsage, Code: "revision", Hint: hint}
	}
	if e, ok := as[*backport.PullRequestError](err); ok {
		hint := "name the commit"
		if len(e.Candidates) > 0 {
			hint = "name one of:\n  " + strings.Join(e.Candidates, "\n  ")
		}
		return &Error{Exit: ExitUsage, Code: "pull-request", Hint: hint}
	}
	if e, ok := as[*gitops.NoRemoteError](err); ok {
		_ = e
		return &Error{Exit: ExitUsage, Code: "remote", Hint: "git remote lists them"}
	}
	if errors.Is(err, gitops.ErrNoRef) {
		return &Error{Exit: ExitUsage, Code: "no-ref", Hint: "git branch -a lists the branches"}
	}
	return nil
}

// explainResolve explains what is wrong with what a person made of a conflict.
func explainResolve(err error) *Error {
	if e, ok := as[*resolve.InputError](err); ok {
		return &Error{Exit: ExitUsage, Code: "usage", Hint: e.Cure}
	}
	e, ok := as[*resolve.RefusedError](err)
	if !ok {
		return nil
	}
	hint := "nothing was changed; mend it and run the same command again"
	switch {
	case e.Cure != "":
		hint = "nothing was changed; " + e.Cure
	case e.Acceptable:
		hint += ", or take it as it is with --accept"
	}
	return &Error{Exit: ExitPerson, Code: "resolution", Hint: hint}
}

func explainPolicy(err error) *Error {
	if e, ok := as[*project.NoMainError](err); ok {
		return &Error{Exit: ExitRepository, Code: "no-main", Err: e.Err, Hint: "fetch it, or name it in the policy: [repo] main = \"…\""}
	}
	if e, ok := as[*project.InputError](err); ok {
		return &Error{Exit: ExitUsage, Code: "usage", Hint: e.Cure}
	}
	if _, ok := as[config.Errors](err); ok {
		return &Error{Exit: ExitUsage, Code: "policy", Hint: "git backport help policy explains the file"}
	}
	if _, ok := as[*config.Error](err); ok {
		return &Error{Exit: ExitUsage, Code: "policy", Hint: "git backport help policy explains the file"}
	}
	if e, ok := as[*backport.ReasonError](err); ok {
		return &Error{Exit: ExitUsage, Code: "reason", Hint: fmt.Sprintf("nothing was changed; give --reason TEXT: %s would go without the fix", e.Branch)}
	}
	if e, ok := as[*backport.BranchMissingError](err); ok {
		return &Error{Exit: ExitRepository, Code: "branch-missing", Hint: fetchLine(e)}
	}
	if e, ok := as[*backport.LineError](err); ok {
		hint := "git backport branches lists the lines"
		if len(e.Known) > 0 {
			hint = "lines with a branch: " + strings.Join(e.Known, ", ")
		}
		return &Error{Exit: ExitUsage, Code: "line", Hint: hint}
	}
	if e, ok := as[*project.ProblemError](err); ok {
		switch e.Problem.Code {
		case policy.NoTags:
			if e.There != "" {
				return &Error{Exit: ExitRepository, Code: "no-tags", Hint: "say so: [repo] tag in backport.toml; or, where tags are missing, git fetch --tags"}
			}
			return &Error{Exit: ExitRepository, Code: "no-tags", Hint: "git fetch --tags"}
		case policy.TwoBranches:
			return &Error{Exit: ExitUsage, Code: "two-branches", Hint: "name the one that counts: [[branch]] line and name in the policy"}
		}
		return &Error{Exit: ExitUsage, Code: "policy"}
	}
	if e, ok := as[*project.NoBranchesError](err); ok {
		hint := "fetch them, or say how they are called: [repo] branch in backport.toml; --onto REV picks onto any commit"
		if e.Remote != "" {
			hint = "git fetch " + e.Remote + "; or " + hint
		}
		return &Error{Exit: ExitUsage, Code: "no-branches", Hint: hint}
	}
	return nil
}

func explainPick(err error) *Error {
	if _, ok := as[*gitops.SignError](err); ok {
		return &Error{Exit: ExitFailure, Code: "signing", Hint: "commits are never left unsigned in silence; git commit -S shows what is wrong with the key"}
	}
	if e, ok := as[*DifferenceError](err); ok {
		return &Error{Exit: ExitRefused, Code: "verify-difference", Hint: "report it with what is in " + e.Dir + ", which holds the three trees: look first whether they are public"}
	}
	if e, ok := as[*gitops.MergeCommitError](err); ok {
		return &Error{Exit: ExitUsage, Code: "merge-commit", Hint: fmt.Sprintf(
			"-m 1 takes it as one change to its first parent; '%s^1..%s^2' takes the commits that it merged", e.Commit, e.Commit)}
	}
	if _, ok := as[*gitops.MainlineError](err); ok {
		return &Error{Exit: ExitUsage, Code: "mainline", Hint: "count the parents with git cat-file -p"}
	}
	return nil
}

// fetchLine is what brings the branch of a line: its own line in full, since a clone of one branch does not
// fetch others by itself.
func fetchLine(e *backport.BranchMissingError) string {
	if e.Remote == "" {
		return "there is no remote to fetch it from: make the branch, or leave the line out with --skip LINE --reason TEXT"
	}
	name := e.Branch
	if name == "" {
		name = "*"
	}
	return "git fetch " + quoteArg(e.Remote) + " " + quoteArg(fmt.Sprintf("+refs/heads/%s:refs/remotes/%s/%s", name, e.Remote, name))
}
