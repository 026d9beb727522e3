package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/verify"
)

// verifyRev is the target that --rev names.
func (a *app) verifyRev(ctx context.Context, in *project.Project, f *verifyFlags) ([]verify.Target, error) {
	head, err := in.Repo.Resolve(ctx, f.rev)
	if err != nil {
		return nil, err
	}
	tree, err := in.Session.TreeOf(head)
	if err != nil {
		return nil, err
	}
	t := verify.Target{Branch: f.rev, Head: head, Tree: tree}
	if f.branch == "" {
		return []verify.Target{t}, nil
	}
	t.Branch = f.branch
	for _, l := range in.Lines {
		if l.Branch == f.branch || l.ID.String() == f.branch {
			t.Line, t.Branch = l.ID.String(), l.Branch
			return []verify.Target{t}, nil
		}
	}
	var known []string
	for _, l := range in.Lines {
		known = append(known, l.Branch)
	}
	return nil, &operation.LookupError{What: "release branch " + f.branch, Known: known}
}

// verifyTargets are the targets of the operation that is named, else of the only one that is not over.
func (a *app) verifyTargets(ctx context.Context, in *project.Project, id string, lines []string) (*operation.Operation, []verify.Target, error) {
	log, err := in.Operations()
	if err != nil {
		return nil, nil, err
	}
	op, standings, err := a.verifiable(ctx, in.Session, log, id)
	if err != nil {
		return nil, nil, err
	}
	var out []verify.Target
	named := map[string]bool{}
	var known []string
	for _, st := range standings {
		known = append(known, st.Target.Branch)
		asked := len(lines) == 0
		for _, l := range lines {
			if l == st.Target.Line || l == st.Target.Branch {
				asked, named[l] = true, true
			}
		}
		if asked {
			t, err := verifyTarget(in.Session, st)
			if err != nil {
				return nil, nil, err
			}
			out = append(out, t)
		}
	}
	for _, l := range lines {
		if !named[l] {
			return nil, nil, &operation.LookupError{What: fmt.Sprintf("target %s in operation %.8s", l, op.ID), Known: known}
		}
	}
	return op, out, nil
}

// verifyTarget is a target with the commit that its branch holds now.
func verifyTarget(s *gitops.Session, st backport.Standing) (verify.Target, error) {
	t := verify.Target{Line: st.Target.Line, Branch: st.Target.Branch, Head: st.Target.Head}
	switch st.State {
	case backport.StandingLanded:
		t.Skip = "it has landed"
	case backport.StandingAmended:
		t.Head = st.Now
	case backport.StandingUnmade, backport.StandingOpen, backport.StandingBaseMoved, backport.StandingMissing:
	}
	switch {
	case t.Skip != "":
	case st.Target.Open():
		t.Skip, t.Open = "it is "+st.Target.Status, true
	case st.Target.Status != operation.TargetReady:
		t.Skip = "it is " + st.Target.Status
	case !s.Repo().HasCommit(t.Head):
		t.Skip, t.Open = "its commit is not here any more", true
	}
	if t.Skip != "" {
		return t, nil
	}
	var err error
	t.Tree, err = s.TreeOf(t.Head)
	return t, err
}

// verifiable finds the operation to verify.
func (a *app) verifiable(ctx context.Context, s *gitops.Session, log *operation.Log, id string) (*operation.Operation, []backport.Standing, error) {
	var found []*operation.Operation
	var standings []backport.Standing
	if id != "" {
		op, err := log.Find(id)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, op)
		if standings, err = backport.Stand(ctx, s, op); err != nil {
			return nil, nil, err
		}
	}
	for _, op := range log.All() {
		state := log.State(op)
		if id != "" || op.Kind != operation.KindApply || state != operation.StateApplied && state != operation.StateOpen {
			continue
		}
		st, err := backport.Stand(ctx, s, op)
		if err != nil {
			return nil, nil, err
		}
		if !allLanded(st) {
			found, standings = append(found, op), st
		}
	}
	switch len(found) {
	case 1:
		return found[0], standings, nil
	case 0:
		return nil, nil, usageError(errors.New("there is no operation to verify: none has branches that have not landed"),
			"git backport verify --rev REV -- CMD runs on a commit")
	}
	var names []string
	for _, op := range found {
		names = append(names, a.say("verify", op.ID)+" -- CMD")
	}
	return nil, nil, usageError(fmt.Errorf("%d operations have branches to verify: name one", len(found)), strings.Join(names, "\n"))
}

// recordVerified puts on record what ran to its end.
func (a *app) recordVerified(ctx context.Context, in *project.Project, op *operation.Operation, argv []string, shell bool, results []verify.Result) error {
	if op == nil {
		return nil
	}
	var list []operation.Verification
	for _, r := range results {
		if r.Status == "" || r.Status == verify.Skipped {
			continue
		}
		list = append(list, operation.Verification{
			Branch: r.Target.Branch, Toolchain: r.Toolchain, Argv: argv, Shell: shell, Digest: verify.Digest(argv, shell), Tools: r.Tools,
			Status: string(r.Status), Exit: r.Exit, Seconds: r.Seconds, Head: r.Target.Head, Tree: r.Target.Tree, Log: r.Log, At: a.now(),
		})
	}
	if len(list) == 0 {
		return nil
	}
	return operation.Open(in.Repo).Verify(ctx, op.ID, list, a.now())
}
