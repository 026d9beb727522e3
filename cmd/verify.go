package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/internal/txfs"
	"github.com/git-backport/git-backport/internal/verify"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	lines, toolchains, allow []string
	rev, branch              string
	jobs                     int
	timeout                  time.Duration
	shell, workTree, keep    bool
	network, logs            string
}

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use: "verify [OP] [flags] -- CMD [ARG...]", GroupID: "do",
		Short: "Run a command on each target, with that line's own toolchain",
		Long: `Runs CMD in the tree of each target of an operation, with the toolchain that the tree names: selected,
what the files of that branch select (rust-toolchain.toml, go.mod's toolchain line, .nvmrc, …), or floor,
the oldest that the branch promises (rust-version, the go directive, engines, requires-python). The gate
sees pins; only a build sees code that needs a newer compiler.

CMD is yours: from the command line, or from git config backport.verify (one word per value); never from a
file of the repository. It runs the branch's code as you, without a shell unless --shell is given. Your
GIT_* variables, tokens (*_TOKEN) and SSH agent are kept from it; --env NAME lets one through, and
--network=off takes the network away, with unshare or bwrap.

The tree is written to a directory of its own, without .git; --worktree has your git make a linked work
tree instead, for builds that ask git. Both are removed afterwards, with every process that CMD left
behind. Your own checkout is not touched.

A toolchain that is not there makes the target unverified, and the command that installs it is printed;
nothing is installed here. What was found is on record for that very tree: status shows it, pull requests
tell it, and an amended branch is not verified any more.

Without OP it is the only operation whose branches have not landed; --rev runs on a commit instead, and
records nothing.` + exitStatus(ExitOK, ExitFailure, ExitUsage, ExitPerson, ExitRefused, ExitRepository, ExitInterrupted),
		Example: `  git backport verify -- cargo check --workspace
  git backport verify --toolchain floor -- go vet ./...
  git backport verify --toolchain selected,floor --line 36 -- make check
  git backport verify --rev HEAD --toolchain floor -- go build ./...`,
		Args: func(cmd *cobra.Command, args []string) error {
			n := cmd.ArgsLenAtDash()
			if n < 0 {
				n = len(args)
			}
			if n > 1 {
				return usageError(fmt.Errorf("%q and %q: the command goes after --", args[0], args[1]), "git backport verify -- CMD")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			id, argv := first(args), []string(nil)
			if n := cmd.ArgsLenAtDash(); n >= 0 {
				id, argv = first(args[:n]), args[n:]
			}
			return a.verify(cmd.Context(), &f, id, argv)
		},
	}
	fs := cmd.Flags()
	fs.StringSliceVar(&f.lines, "line", nil, "only these `LINE`s")
	fs.StringVar(&f.rev, "rev", "", "run on the commit `REV`, and record nothing")
	fs.StringVar(&f.branch, "branch", "", "with --rev: the release `BRANCH` or line that it is for")
	fs.StringSliceVar(&f.toolchains, "toolchain", []string{verify.Selected}, "`NAME`: selected, floor, none, or a version; several run one after another")
	fs.IntVar(&f.jobs, "jobs", 0, "how many run at a time, `N` (default: one on fewer than 8 cores, else a quarter of them)")
	fs.DurationVar(&f.timeout, "timeout", 0, "end it after `D`, 90s or 20m, per target (default: none; 60m where CI is set)")
	fs.BoolVar(&f.shell, "shell", false, "CMD is a text for sh -c")
	fs.BoolVar(&f.workTree, "worktree", false, "run in a linked work tree that your git makes")
	fs.BoolVar(&f.keep, "keep", false, "leave the directories")
	fs.StringVar(&f.network, "network", "on", "on, or `off` to take the network away")
	fs.StringSliceVar(&f.allow, "env", nil, "let the variable `NAME` through")
	fs.StringVar(&f.logs, "log", "", "write the logs to `DIR`")
	return cmd
}

// verifyGuardCommand is what guards a command: hidden, since only verify starts it.
func (a *app) verifyGuardCommand() *cobra.Command {
	var entries string
	var keep bool
	cmd := &cobra.Command{
		Use: verify.GuardVerb + " DIR", Hidden: true, Args: cobra.ExactArgs(1), Short: "Guard a command of verify",
		RunE: func(_ *cobra.Command, args []string) error {
			return verify.Serve(a.streams.In, a.streams.Out, args[0], entries, keep)
		},
	}
	cmd.Flags().StringVar(&entries, "entries", "", "where the repository notes work trees")
	cmd.Flags().BoolVar(&keep, "keep", false, "leave the directory")
	return cmd
}

// verify runs the command on the targets of an operation, or on a revision.
func (a *app) verify(ctx context.Context, f *verifyFlags, id string, argv []string) error {
	if err := f.check(id); err != nil {
		return err
	}
	in, err := a.openProject(a.Request)
	if err != nil {
		return err
	}
	if len(argv) == 0 {
		if argv, err = in.Repo.Config.Strings("backport.verify"); err != nil {
			return err
		}
	}
	if len(argv) == 0 || argv[0] == "" {
		return usageError(errors.New("there is no command to run"), "git backport verify -- CMD, or git config --add backport.verify WORD, once per word")
	}
	if err := in.Fill(ctx, project.NeedBranches); err != nil { // the policy may say which files hold pins
		return err
	}
	rule, err := in.GateRule()
	if err != nil {
		return err
	}
	v := report.Verification{Command: argv, Shell: f.shell}
	plan := &verify.Plan{
		Session: in.Session, Argv: argv, Shell: f.shell, Toolchains: f.toolchains, Jobs: f.jobs, Timeout: f.timeout, Keep: f.keep,
		NoNetwork: f.network == "off", Pins: rule.Options, Allow: f.allow, Now: a.host.Now, Grace: 10 * time.Second,
	}
	var op *operation.Operation
	if f.rev != "" {
		plan.Targets, err = a.verifyRev(ctx, in, f)
	} else if op, plan.Targets, err = a.verifyTargets(ctx, in, id, f.lines); op != nil {
		v.Operation = op.ID
	}
	if err != nil {
		return err
	}
	if err := a.verifyPlaces(ctx, in, f, plan); err != nil {
		return err
	}
	progress := streams.NewProgress(a.streams.Err, a.streams.Width, a.host.Now(), a.host.Now)
	plan.Told = progress.Show
	v.Results, err = plan.Run(ctx)
	progress.Close()
	if recErr := a.recordVerified(context.WithoutCancel(ctx), in, op, argv, f.shell, v.Results); err == nil {
		err = recErr
	}
	if err != nil {
		return verifyError(err)
	}
	a.code = verifyExit(v.Results)
	return a.render(report.Verify(version(), v, int(a.code)), func(w io.Writer) error {
		if a.quiet && a.code == ExitOK {
			return nil
		}
		return report.VerifyText(w, v, a.textOptions(in.Repo))
	})
}

// check refuses flags that contradict each other, and gives the others their defaults.
func (f *verifyFlags) check(id string) error {
	switch {
	case f.rev != "" && id != "":
		return usageError(fmt.Errorf("the operation %q and --rev %q: one of them says what is verified", id, f.rev), "")
	case f.rev == "" && f.branch != "":
		return usageError(errors.New("--branch says which branch --rev is for; without --rev it is --line"), "")
	case f.network != "on" && f.network != "off":
		return usageError(fmt.Errorf("--network %q: want on or off", f.network), "")
	case f.jobs < 0:
		return usageError(fmt.Errorf("--jobs %d: want a number from 1 on", f.jobs), "")
	case f.timeout < 0:
		return usageError(fmt.Errorf("--timeout %s: want a duration such as 90s or 20m", f.timeout), "")
	case slices.Contains(f.toolchains, "") || len(f.toolchains) == 0:
		return usageError(errors.New("--toolchain: want selected, floor, none or a version"), "")
	}
	if f.jobs == 0 {
		f.jobs = 1
		if n := runtime.NumCPU(); n >= 8 {
			f.jobs = n / 4
		}
	}
	slices.Sort(f.toolchains)
	f.toolchains = slices.Compact(f.toolchains)
	return nil
}

// verifyPlaces finds where directories, caches and logs are made.
func (a *app) verifyPlaces(ctx context.Context, in *project.Project, f *verifyFlags, plan *verify.Plan) error {
	var err error
	if plan.Self, err = a.host.Self(); err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	plan.Environ = a.host.Environ()
	if f.timeout == 0 && a.host.getenv("CI") != "" {
		plan.Timeout = time.Hour
	}
	if plan.Temp, err = filepath.Abs(os.TempDir()); err != nil {
		return err
	}
	entries := filepath.Join(in.Repo.Layout.CommonDir, "worktrees")
	verify.Sweep(plan.Temp, entries)
	plan.Cache = a.cacheDir(in.Repo)
	if plan.Logs = f.logs; f.logs == "" {
		plan.Logs = filepath.Join(plan.Cache, "logs")
	} else if !filepath.IsAbs(f.logs) {
		plan.Logs = filepath.Join(in.Env.Dir, f.logs)
	}
	if plan.Cache == "" && f.logs == "" {
		plan.Logs = ""
	}
	if !f.workTree {
		return nil
	}
	git, env, settings, err := a.findGit(ctx, true)
	if err != nil {
		return err
	}
	plan.WorkTree = &verify.WorkTree{
		Git: append(append([]string{git.Path()}, settings...), "--git-dir="+in.Repo.Layout.GitDir),
		Env: append(a.environment("GIT_COMMON_DIR"), env...), Dir: in.Env.Dir, Entries: entries,
	}
	return nil
}

// cacheDir is where build directories and logs of a repository are kept; "" where the user has no place for
// such.
func (a *app) cacheDir(repo *gitops.Repo) string {
	base := a.host.getenv("XDG_CACHE_HOME")
	if home := a.host.getenv("HOME"); !filepath.IsAbs(base) && filepath.IsAbs(home) {
		base = filepath.Join(home, ".cache")
	}
	if !filepath.IsAbs(base) {
		return ""
	}
	return filepath.Join(base, "git-backport", verify.Digest([]string{repo.Layout.CommonDir}, false)[:16])
}

// verifyExit is the code of a run that ended.
func verifyExit(results []verify.Result) ExitCode {
	code := ExitOK
	for _, r := range results {
		switch r.Status {
		case verify.Failed, verify.Timeout, verify.Unverified:
			return ExitRefused
		case verify.Skipped:
			if r.Target.Open {
				code = ExitPerson
			}
		case verify.Passed:
		}
	}
	return code
}

// verifyError explains what kept the command from being run.
func verifyError(err error) error {
	if e, ok := as[*verify.CommandError](err); ok {
		return usageError(e, "the command goes after --: git backport verify -- CMD; --shell takes a text for sh")
	}
	if e, ok := as[*verify.NetworkError](err); ok {
		return &Error{Exit: ExitRefused, Code: "no-isolation", Err: e, Hint: "leave --network=off out, or run it in a container that has no network"}
	}
	return err
}

// pruneCaches removes build directories and logs that have not been used since a day.
func (a *app) pruneCaches(repo *gitops.Repo, before int64) error {
	var err error
	cache := a.cacheDir(repo)
	for _, dir := range []string{"target", "logs"} {
		list, _ := os.ReadDir(filepath.Join(cache, dir)) // none, where there is none
		for _, e := range list {
			info, infoErr := e.Info()
			path := filepath.Join(cache, dir, e.Name())
			switch {
			case cache == "" || infoErr != nil || info.ModTime().Unix() >= before:
			case e.IsDir():
				err = errors.Join(err, verify.Remove(path))
			default:
				err = errors.Join(err, txfs.Real{}.Unlink(path))
			}
		}
	}
	return err
}
