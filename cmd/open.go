package cmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/policy"
)

// openRepo opens the repository that the command line means, once.
func (a *app) openRepo() (*gitops.Repo, gitconfig.Environment, error) {
	if a.repo != nil {
		return a.repo, a.env, nil
	}
	dir := a.dir
	wd, err := a.host.Getwd()
	if err != nil {
		return nil, gitconfig.Environment{}, fmt.Errorf("finding the current directory: %w", err)
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(wd, dir)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, gitconfig.Environment{}, usageError(fmt.Errorf("-C %q: not a directory", a.dir), "")
	}
	env, err := gitconfig.Host(a.host.Lookup, dir)
	if err != nil {
		return nil, gitconfig.Environment{}, err
	}
	repo, err := gitops.Open(env)
	if err != nil {
		return repo, env, err
	}
	a.repo, a.env = repo, env
	repo.Late = a.warn
	return repo, env, a.settle(repo)
}

// settle finishes or takes back what a process left half done. Where that cannot be done here, it is named,
// and a verb that only looks goes on with what there is.
func (a *app) settle(repo *gitops.Repo) error {
	store := operation.Open(repo)
	left, err := store.Unsettled()
	if err != nil || !left {
		return err
	}
	err = store.Recover(context.Background(), a.now())
	if err == nil {
		return nil
	}
	a.unsettled = true
	a.warn("a change of branches was interrupted, or is under way, and is not settled: " + err.Error() + "; what is shown may be half of it")
	return nil
}

// open opens the project and finds what is needed of it.
func (a *app) open(ctx context.Context, need project.Need) (*project.Project, error) {
	in, err := a.openProject(a.Request)
	if err != nil {
		return nil, err
	}
	return in, in.Fill(ctx, need)
}

// openProject opens the repository alone, as a request has it.
func (a *app) openProject(r operation.Request) (*project.Project, error) {
	defer a.trace.stage("repository", "")()
	repo, env, err := a.openRepo()
	if err != nil {
		return nil, err
	}
	today := policy.DateOf(a.host.Now().UTC())
	o := project.Options{Policy: r.Policy, Remote: r.Remote, Base: baseOf(r), AsOf: today, Today: today, Store: a.caches()}
	if a.trace != nil {
		o.Stage = a.trace.stage
	}
	if r.AsOf != "" {
		if o.AsOf, err = parseDay("--as-of", r.AsOf); err != nil {
			return nil, err
		}
	}
	return project.New(repo, env, o), nil
}

// parseDay reads the value of a flag that is a day.
func parseDay(flag, text string) (policy.Date, error) {
	d, err := policy.ParseDate(text)
	if err != nil {
		return d, usageError(fmt.Errorf("%s %q: %w", flag, text, err), "write a day as 2026-01-31")
	}
	return d, nil
}

// baseOf says which branch is a line's tip.
func baseOf(r operation.Request) gitops.Base {
	switch r.Base {
	case "local":
		return gitops.BaseLocal
	case "remote":
		return gitops.BaseRemote
	}
	return gitops.BaseAuto
}
