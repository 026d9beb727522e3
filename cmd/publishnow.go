package cmd

import (
	"context"
	"errors"

	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/publish"
)

// publishRemote is the remote to publish to after apply or continue, whose --remote says something else: whose
// branches count. Only under embargo it has to be named, and names both.
func (a *app) publishRemote(embargo bool) string {
	if embargo {
		return a.Remote
	}
	return ""
}

func twoDocuments() error {
	return usageError(errors.New("--publish and --json: each step has a document of its own, and one is printed"),
		"leave out --publish, then run git backport publish --json")
}

// mayPublish finds out, before anything is made, whether what is made can be published.
func (a *app) mayPublish(ctx context.Context, p *plannedFix, f *planRun) error {
	if !a.andPublish {
		return nil
	}
	if a.json {
		return twoDocuments()
	}
	op := &operation.Operation{Remote: p.project.Remote, Embargo: f.Embargo}
	return a.destination(ctx, p.project.Repo, op, a.publishRemote(f.Embargo), &publish.Plan{Requests: true})
}

// publishNow publishes an operation that was just landed. A code that says that a part is open stays.
func (a *app) publishNow(ctx context.Context, id, remote string) error {
	before := a.code
	if id == "" {
		return &Error{Exit: ExitFailure, Code: "not-recorded", Err: errors.New("the branches are there, and no operation on record made them: nothing was published")}
	}
	err := a.publish(ctx, &publishFlags{remote: remote}, id)
	if err != nil {
		a.warn("the branches are made, here; " + a.say("publish", id) + " goes on")
		return err
	}
	if a.code == ExitOK {
		a.code = before
	}
	return nil
}
