package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/policy"
)

// A workspace is a repository with the policy that holds for it and what the policy sees in it.
type workspace struct {
	repo     *gitops.Repo
	session  *gitops.Session
	env      gitconfig.Environment
	config   *config.Config
	read     func(path string) ([]byte, error) // files that the policy names; nil when it can name none
	source   string                            // of the policy: "main:backport.toml", "preset:wasmtime", "guessed"
	rev      gitops.ID                         // the commit the policy was read from; zero when it was not read from one
	remote   string
	main     gitops.Branch
	branches []gitops.Branch // release branches, by the policy's templates
	tags     map[policy.LineID][]gitops.Tag
	asOf     policy.Date
	facts    policy.Facts
	lines    []policy.Line
	signing  string // the format commits are signed in; "" when they are not
	warnings []string
	log      *operation.Log // nil where nobody asked for it
}

// guessed tells whether no policy was found and the two newest lines are taken.
func (w *workspace) guessed() bool { return w.source == "guessed" }

// openRepo opens the repository the command line means.
func (a *app) openRepo() (*gitops.Repo, gitconfig.Environment, error) {
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
	return repo, env, err
}

// A need says what of a workspace a verb cannot do without.
type need int

// What a verb needs. Where the policy is left aside, a missing main or missing tags are no error.
const (
	needBranches need = iota // which branches are release branches, of which lines, and what their tags are called
	needLines                // and when these were made
	needPolicy               // and that the policy can decide
)

// open opens the repository, reads the policy and finds the release lines.
func (a *app) open(ctx context.Context, needs need) (*workspace, error) {
	w, err := a.openWorkspace()
	if err != nil {
		return nil, err
	}
	return w, a.fill(ctx, w, needs)
}

// openWorkspace opens the repository alone.
func (a *app) openWorkspace() (*workspace, error) {
	defer a.trace.stage("repository", "")()
	repo, env, err := a.openRepo()
	if err != nil {
		return nil, err
	}
	w := &workspace{repo: repo, session: repo.NewSession(), env: env}
	w.warnings = append(w.warnings, repo.Warnings()...)
	w.asOf, err = a.policyDay()
	return w, err
}

// fill reads the policy and finds the release lines.
func (a *app) fill(ctx context.Context, w *workspace, needs need) error {
	end := a.trace.stage("policy file", "")
	err := a.loadPolicy(ctx, w)
	end()
	if err != nil {
		return err
	}
	defer a.trace.stage("branches and tags", "")()
	if err := a.findMain(ctx, w); err != nil && needs == needPolicy {
		return err
	}
	if err := a.findBranches(w); err != nil {
		return err
	}
	if needs == needBranches {
		return w.tagNames()
	}
	if err := a.findLines(w); err != nil && needs == needPolicy {
		return err
	}
	return nil
}

func (a *app) policyDay() (policy.Date, error) {
	if a.asOf == "" {
		return policy.DateOf(a.host.Now().UTC()), nil
	}
	d, err := policy.ParseDate(a.asOf)
	if err != nil {
		return policy.Date{}, usageError(fmt.Errorf("--as-of %q: %w", a.asOf, err), "write a day as 2026-01-31")
	}
	return d, nil
}

func (a *app) baseKind() gitops.Base {
	switch a.base {
	case "local":
		return gitops.BaseLocal
	case "remote":
		return gitops.BaseRemote
	}
	return gitops.BaseAuto
}

// loadPolicy finds the policy: --config, else backport.toml at main's tip, else the one of the work
// tree, else the two newest lines are guessed. The remote is chosen by where the release branches are,
// which the policy names; so a policy is looked for on the remote main that would be chosen without one.
func (a *app) loadPolicy(ctx context.Context, w *workspace) error {
	var err error
	if a.config != "" {
		err = a.namedPolicy(ctx, w)
	} else {
		err = a.policyOfMain(ctx, w)
	}
	if err != nil {
		return err
	}
	if w.remote, err = w.repo.ChooseRemote(a.remote, func(name string) bool { _, ok := w.config.Policy.ReadBranch(name); return ok }); err != nil {
		return err
	}
	return nil
}

func (a *app) namedPolicy(ctx context.Context, w *workspace) error {
	var err error
	switch rev, path, isRev := strings.Cut(a.config, ":"); {
	case strings.HasPrefix(a.config, config.PresetPrefix):
		w.source = a.config
		w.config, err = config.Preset(strings.TrimPrefix(a.config, config.PresetPrefix))
		if err != nil {
			return usageError(err, "")
		}
		return nil
	case isRev && !filepath.IsAbs(a.config):
		return a.policyAt(ctx, w, rev, path)
	}
	name := a.config
	if !filepath.IsAbs(name) {
		name = filepath.Join(w.env.Dir, name)
	}
	data, err := readPolicyFile(name)
	if err != nil {
		return usageError(fmt.Errorf("reading the policy: %w", err), "")
	}
	w.source = a.config
	dir := filepath.Dir(name)
	err = w.load(a.config, data, func(p string) ([]byte, error) { return readPolicyFile(filepath.Join(dir, p)) })
	return err
}

// load reads a policy file, and keeps how the files that it names are read.
func (w *workspace) load(name string, data []byte, read func(string) ([]byte, error)) error {
	var err error
	w.read = read
	w.config, err = config.Load(name, data, read)
	return err
}

// maxPolicy is the size above which a policy file is refused: 1 MiB.
const maxPolicy = 1 << 20

func readPolicyFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxPolicy {
		return nil, fmt.Errorf("%s: %d bytes, and a policy has 1 MiB at most", name, info.Size())
	}
	return os.ReadFile(name)
}

// policyAt reads the policy from a path in a commit.
func (a *app) policyAt(ctx context.Context, w *workspace, rev, path string) error {
	id, err := w.repo.Resolve(ctx, rev)
	if err != nil {
		return err
	}
	tree, err := w.session.TreeOf(id)
	if err != nil {
		return err
	}
	files := w.session.TreeFS(tree)
	data, err := files.ReadFile(path)
	if err != nil {
		return usageError(fmt.Errorf("reading the policy at %s: %w", a.config, err), "")
	}
	w.source, w.rev = rev+":"+path, id
	err = w.load(path, data, files.ReadFile)
	return err
}

// policyOfMain reads backport.toml from main's tip, or from the work tree while main has none.
func (a *app) policyOfMain(ctx context.Context, w *workspace) error {
	remote, err := w.repo.ChooseRemote(a.remote, func(string) bool { return true })
	if err != nil {
		return err
	}
	worktree, wtErr := a.workTreePolicy(w)
	main, err := w.repo.Main(ctx, remote, "", a.baseKind())
	if err == nil {
		tree, err := w.session.TreeOf(main.Tip)
		if err != nil {
			return err
		}
		files := w.session.TreeFS(tree)
		data, err := files.ReadFile(config.FileName)
		if err == nil {
			if wtErr == nil && string(worktree) != string(data) {
				w.warnings = append(w.warnings, fmt.Sprintf("%s in the work tree differs from the one on %s, which counts", config.FileName, main.Name))
			}
			w.source, w.rev = main.Name+":"+config.FileName, main.Tip
			err = w.load(config.FileName, data, files.ReadFile)
			return err
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("reading the policy on %s: %w", main.Name, err)
		}
	}
	if wtErr == nil {
		w.warnings = append(w.warnings, config.FileName+" is taken from the work tree, because main has none yet")
		w.source = "worktree:" + config.FileName
		top := w.repo.Layout.WorkTree
		err = w.load(config.FileName, worktree, func(p string) ([]byte, error) { return readPolicyFile(filepath.Join(top, p)) })
		return err
	}
	facts, err := a.names(w)
	if err != nil {
		return err
	}
	w.source, w.config = "guessed", config.Guess(facts)
	return nil
}

func (a *app) workTreePolicy(w *workspace) ([]byte, error) {
	if w.repo.Layout.WorkTree == "" {
		return nil, fs.ErrNotExist
	}
	return readPolicyFile(filepath.Join(w.repo.Layout.WorkTree, config.FileName))
}

func (a *app) findMain(ctx context.Context, w *workspace) error {
	var err error
	w.main, err = w.repo.Main(ctx, w.remote, w.config.Policy.Repo.Main, a.baseKind())
	if err != nil {
		return &Error{Exit: ExitRepository, Code: "no-main", Err: err, Hint: "fetch it, or name it in the policy: [repo] main = \"…\""}
	}
	if w.main.Ahead() {
		w.warnings = append(w.warnings, fmt.Sprintf("local branch %s differs from the one on %s, which counts (--base local takes the local one)", w.main.Name, w.remote))
	}
	return nil
}

// findBranches finds the release branches, and the lines they are by their names alone.
func (a *app) findBranches(w *workspace) error {
	p := w.config.Policy
	all, err := w.repo.Branches(w.remote, a.baseKind())
	if err != nil {
		return err
	}
	for _, b := range all {
		id, ok := p.ReadBranch(b.Name)
		if !ok {
			continue
		}
		w.branches = append(w.branches, b)
		w.lines = append(w.lines, policy.Line{ID: id, Branch: b.Name})
		if b.Ahead() {
			w.warnings = append(w.warnings, fmt.Sprintf("local branch %s differs from the one on %s, which counts", b.Name, w.remote))
		}
	}
	return nil
}

// findLines shows the policy the branches and tags of the repository.
func (a *app) findLines(w *workspace) error {
	p := w.config.Policy
	facts := policy.Facts{AsOf: w.asOf}
	for _, b := range w.branches {
		facts.Branches = append(facts.Branches, policy.BranchFact{Name: b.Name, Tip: b.Tip.String()})
	}
	var err error
	if facts.Tags, err = w.tagFacts(); err != nil {
		return err
	}
	lines, problems := policy.Lines(p, facts)
	w.facts, w.lines = facts, lines
	for _, pr := range problems {
		if pr.Fatal {
			return &ProblemError{Problem: pr}
		}
		w.warnings = append(w.warnings, pr.Message)
	}
	if len(w.branches) == 0 && (len(p.Repo.Branches) > 0 || w.guessed()) {
		return &NoBranchesError{Remote: w.remote, Source: w.source}
	}
	return nil
}

// tagNames finds the tags of the lines by their names alone.
func (w *workspace) tagNames() error {
	names, err := w.repo.TagNames()
	w.tags = map[policy.LineID][]gitops.Tag{}
	for _, name := range names {
		if line, _, ok := w.config.Policy.ReadTag(name); ok {
			w.tags[line] = append(w.tags[line], gitops.Tag{Name: name})
		}
	}
	return err
}

func (w *workspace) tagFacts() ([]policy.TagFact, error) {
	p := w.config.Policy
	w.tags = map[policy.LineID][]gitops.Tag{}
	tags, err := w.repo.Tags(func(name string) bool { _, _, ok := p.ReadTag(name); return ok })
	if err != nil {
		return nil, err
	}
	out := make([]policy.TagFact, 0, len(tags))
	for _, t := range tags {
		seconds, err := w.repo.TagDate(t)
		if err != nil {
			return nil, fmt.Errorf("date of tag %q: %w", t.Name, err)
		}
		out = append(out, policy.TagFact{Name: t.Name, Date: policy.DateOf(time.Unix(seconds, 0).UTC())})
		if line, _, ok := p.ReadTag(t.Name); ok {
			w.tags[line] = append(w.tags[line], t)
		}
	}
	return out, nil
}

// A ProblemError is something in the repository that the policy cannot make sense of.
type ProblemError struct{ Problem policy.Problem }

func (e *ProblemError) Error() string { return e.Problem.Message }

// A NoBranchesError is a repository without a release branch.
type NoBranchesError struct{ Remote, Source string }

func (e *NoBranchesError) Error() string {
	where := "locally"
	if e.Remote != "" {
		where = "on " + e.Remote
	}
	return fmt.Sprintf("no release branch is here, %s, by the policy's templates (%s)", where, e.Source)
}
