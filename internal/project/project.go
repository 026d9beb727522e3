// Package project is a repository with the policy that holds for it, and what the policy sees there.
//
// Its main words: a project has a remote, a main branch, release branches, the tags and lines that these
// are, and the operations on record. It turns what a person names (fixes, lines, revisions) into what
// package backport works on. It takes values, decides nothing about a fix and writes nothing.
package project

import (
	"context"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// Options are what a user chooses of a project.
type Options struct {
	Policy string      // a file, REV:PATH or preset:NAME; "" looks for the policy
	Remote string      // whose branches count; "" chooses
	Base   gitops.Base // which branch is a line's tip
	AsOf   policy.Date // the policy's day
	Today  policy.Date // the day it is; zero: not known
	Store  msrv.Store  // what the package managers have downloaded
	// Stage, if not nil, is told when a stage of the reading begins, and with what it returns when it ends.
	Stage func(name, target string) (end func())
}

// A Project is a repository with the policy that holds for it and what the policy sees in it.
type Project struct {
	Repo     *gitops.Repo
	Session  *gitops.Session
	Env      gitconfig.Environment
	Config   *config.Config
	Source   string    // of the policy: "main:backport.toml", "preset:wasmtime", "guessed"
	Rev      gitops.ID // the commit the policy was read from; zero when it was not read from one
	Remote   string
	Main     gitops.Branch
	Branches []gitops.Branch // release branches, by the policy's templates
	Tags     map[policy.LineID][]gitops.Tag
	AsOf     policy.Date
	Facts    policy.Facts
	Lines    []policy.Line
	Warnings []string

	// PolicyOptional is set where a policy that this clone lacks is done without.
	PolicyOptional bool

	options Options
	read    func(path string) ([]byte, error) // files that the policy names; nil when it can name none
	log     *operation.Log                    // as it was first read
}

// New is a project of which only the repository is known.
func New(repo *gitops.Repo, env gitconfig.Environment, o Options) *Project {
	p := &Project{Repo: repo, Session: repo.NewSession(), Env: env, AsOf: o.AsOf, options: o}
	p.Warnings = append(p.Warnings, repo.Warnings()...)
	return p
}

// A Need is what a verb cannot do without.
type Need int

// What a verb needs. Where the policy is left aside, a missing main or missing tags are not an error.
const (
	NeedBranches Need = iota // which branches are release branches, of which lines, and what their tags are called
	NeedLines                // and when these were made
	NeedPolicy               // and that the policy can decide
)

// Fill reads the policy and finds the release lines.
func (p *Project) Fill(ctx context.Context, need Need) error {
	end := p.stage("policy file")
	err := p.loadPolicy(ctx)
	end()
	if err != nil {
		return err
	}
	defer p.stage("branches and tags")()
	if err := p.findMain(ctx); err != nil && need == NeedPolicy {
		return err
	}
	if err := p.findBranches(); err != nil {
		return err
	}
	if need == NeedBranches {
		return p.findTagNames()
	}
	if err := p.findLines(); err != nil && need == NeedPolicy {
		return err
	}
	return nil
}

func (p *Project) stage(name string) (end func()) {
	if p.options.Stage == nil {
		return func() {}
	}
	return p.options.Stage(name, "")
}

// Guessed reports whether no policy was found and the two newest lines are taken.
func (p *Project) Guessed() bool { return p.Source == guessed }

const guessed = "guessed"

// Operations returns the operations on record. They are read once.
func (p *Project) Operations() (*operation.Log, error) {
	if p.log != nil {
		return p.log, nil
	}
	log, err := operation.Open(p.Repo).Load()
	if err == nil {
		p.log = log
	}
	return log, err
}

// Name is what the project is called: the last part of the remote's address, else of the repository's
// directory.
func (p *Project) Name() string {
	where := p.Repo.Layout.WorkTree
	if where == "" {
		where = p.Repo.Layout.CommonDir
	}
	if v, ok := p.Repo.Config.Get("remote." + p.Remote + ".url"); ok && p.Remote != "" {
		where = v.Value
	}
	where = strings.TrimSuffix(strings.TrimRight(where, "/"), ".git")
	return where[strings.LastIndexAny(where, "/:")+1:]
}
