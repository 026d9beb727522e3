package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/policy"
)

// loadPolicy finds the policy: the one that is named, else backport.toml at main's tip, else the one of
// the work tree, else the two newest lines are guessed. The remote is chosen by where the release branches
// are, which the policy names; so a policy is looked for on the remote main that would be chosen without one.
func (p *Project) loadPolicy(ctx context.Context) error {
	find := p.policyOfMain
	if p.options.Policy != "" {
		find = p.namedPolicy
	}
	err := find(ctx)
	if err != nil {
		return err
	}
	p.Remote, err = p.Repo.ChooseRemote(p.options.Remote, func(name string) bool { _, ok := p.Config.Policy.ReadBranch(name); return ok })
	return err
}

func (p *Project) namedPolicy(ctx context.Context) error {
	named := p.options.Policy
	var err error
	switch rev, path, isRev := strings.Cut(named, ":"); {
	case strings.HasPrefix(named, config.PresetPrefix):
		p.Source = named
		p.Config, err = config.Preset(strings.TrimPrefix(named, config.PresetPrefix))
		if err != nil {
			return &InputError{Err: err}
		}
		p.howOld()
		return nil
	case isRev && !filepath.IsAbs(named):
		return p.policyAt(ctx, rev, path)
	}
	name := named
	if !filepath.IsAbs(name) {
		name = filepath.Join(p.Env.Dir, name)
	}
	data, err := readPolicyFile(name)
	if err != nil {
		return &InputError{Err: fmt.Errorf("reading the policy: %w", err)}
	}
	dir := filepath.Dir(name)
	return p.load(named, named, data, func(file string) ([]byte, error) { return checkout.ReadBelow(dir, file, maxPolicy) })
}

// load reads a policy file, and keeps how the files that it names are read.
func (p *Project) load(source, name string, data []byte, read func(string) ([]byte, error)) error {
	var err error
	p.Source, p.read = source, read
	if p.Config, err = config.Load(name, data, read); err == nil {
		p.Warnings = append(p.Warnings, p.Config.Remarks...)
		p.howOld()
	}
	return err
}

// howOld says how old the dates are that a preset brings along: what was announced since is not among them.
func (p *Project) howOld() {
	if k := p.Config.Known; !k.On.IsZero() && p.AsOf.After(k.On) {
		p.warn(fmt.Sprintf("%s: the dates and lines in it are as of %s, %d days before %s; [[branch]] rows of your own win", k.Preset, k.On, p.AsOf.DaysSince(k.On), p.AsOf))
	}
}

// UseTree makes the policy at the root of a commit's tree the one that holds, or the default one where
// it has none. Branch is what the commit is called.
func (p *Project) UseTree(branch string, commit gitops.ID) error {
	tree, err := p.Session.TreeOf(commit)
	if err != nil {
		return err
	}
	files := p.Session.TreeFS(tree)
	text, err := files.ReadFile(config.FileName)
	if err != nil {
		p.Source = guessed
		p.Config, err = config.Preset("two-newest")
		return err
	}
	return p.load(branch+":"+config.FileName, config.FileName, text, files.ReadFile)
}

// maxPolicy is the size above which a policy file is refused: 1 MiB.
const maxPolicy = 1 << 20

func readPolicyFile(name string) ([]byte, error) {
	return checkout.ReadNamed(name, maxPolicy)
}

// policyAt reads the policy from a path in a commit.
func (p *Project) policyAt(ctx context.Context, rev, path string) error {
	id, err := p.Repo.Resolve(ctx, rev)
	if err != nil {
		return err
	}
	tree, err := p.Session.TreeOf(id)
	if err != nil {
		return err
	}
	files := p.Session.TreeFS(tree)
	data, err := files.ReadFile(path)
	if err != nil {
		return &InputError{Err: fmt.Errorf("reading the policy at %s: %w", p.options.Policy, err)}
	}
	p.Rev = id
	return p.load(rev+":"+path, path, data, files.ReadFile)
}

// policyOfMain reads backport.toml from main's tip, or from the work tree while main has none.
func (p *Project) policyOfMain(ctx context.Context) error {
	remote, err := p.Repo.ChooseRemote(p.options.Remote, func(string) bool { return true })
	if err != nil {
		return err
	}
	worktree, wtErr := p.workTreePolicy()
	if wtErr != nil && !errors.Is(wtErr, fs.ErrNotExist) {
		p.warn(config.FileName + " in the work tree is not looked at: " + wtErr.Error())
	}
	main, err := p.Repo.Main(ctx, remote, "", p.options.Base)
	if err == nil {
		found, err := p.policyOn(main, worktree, wtErr)
		if _, missing := gitops.MissingObject(err); missing && p.PolicyOptional {
			p.warn(fmt.Sprintf("the policy on %s cannot be read, and nothing here needs it: %v", main.Name, err))
			err = nil
		}
		if found || err != nil {
			return err
		}
	}
	if wtErr == nil {
		p.warn(config.FileName + " is taken from the work tree, because main has none yet")
		top := p.Repo.Layout.WorkTree
		return p.load("worktree:"+config.FileName, config.FileName, worktree, func(file string) ([]byte, error) { return checkout.ReadBelow(top, file, maxPolicy) })
	}
	facts, err := p.Names()
	if err != nil {
		return err
	}
	p.Source, p.Config = guessed, config.Guess(facts)
	return nil
}

// policyOn reads backport.toml from main's tip, if it is there.
func (p *Project) policyOn(main gitops.Branch, worktree []byte, wtErr error) (found bool, err error) {
	tree, err := p.Session.TreeOf(main.Tip)
	if err != nil {
		return false, err
	}
	files := p.Session.TreeFS(tree)
	data, err := files.ReadFile(config.FileName)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading the policy on %s: %w", main.Name, err)
	}
	if wtErr == nil && string(worktree) != string(data) {
		p.warn(fmt.Sprintf("%s in the work tree differs from the one on %s, which counts", config.FileName, main.Name))
	}
	p.Rev = main.Tip
	return true, p.load(main.Name+":"+config.FileName, config.FileName, data, files.ReadFile)
}

func (p *Project) workTreePolicy() ([]byte, error) {
	if p.Repo.Layout.WorkTree == "" {
		return nil, fs.ErrNotExist
	}
	return checkout.ReadBelow(p.Repo.Layout.WorkTree, config.FileName, maxPolicy)
}

func (p *Project) warn(text string) { p.Warnings = append(p.Warnings, text) }

// Names lists every branch and tag by its name, and chooses the remote by them.
func (p *Project) Names() (policy.Facts, error) {
	facts := policy.Facts{AsOf: p.AsOf}
	var err error
	if p.Remote, err = p.Repo.ChooseRemote(p.options.Remote, func(name string) bool { return name != "" }); err != nil {
		return facts, err
	}
	branches, err := p.Repo.Branches(p.Remote, p.options.Base)
	if err != nil {
		return facts, err
	}
	for _, b := range branches {
		facts.Branches = append(facts.Branches, policy.BranchFact{Name: b.Name, Tip: b.Tip.String()})
	}
	tags, err := p.Repo.TagNames()
	for _, name := range tags {
		facts.Tags = append(facts.Tags, policy.TagFact{Name: name})
	}
	return facts, err
}
