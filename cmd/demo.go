package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/demo"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "demo [DIR]", GroupID: "more",
		Short: "Build a small project, and plan and apply a security fix on it",
		Long: `Builds a small bare repository in DIR, which must be empty or not exist (default: a new temporary
directory): a project with long-term support, four supported release lines, and a security fix that
conflicts on the oldest. Then it plans and applies the fix there, and explains each step.` + exitStatus(ExitOK, ExitFailure, ExitUsage),
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.json {
				return usageError(errors.New("the demonstration is for people and has no JSON"), "plan --json, in what it built, has")
			}
			dir, err := a.demoDir(args)
			if err != nil {
				return err
			}
			shown := dir
			if len(args) > 0 {
				shown = args[0]
			}
			return a.demo(cmd.Context(), dir, shown)
		},
	}
}

func (a *app) demoDir(args []string) (string, error) {
	if len(args) == 0 {
		return os.MkdirTemp("", "git-backport-demo-")
	}
	dir := args[0]
	if !filepath.IsAbs(dir) {
		wd, err := a.host.Getwd()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(wd, a.dir, dir)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return "", usageError(fmt.Errorf("%q is not empty, and nothing in it is touched", dir), "name an empty or a new directory")
	}
	return dir, nil
}

// A demoStep is a command of the demonstration, with what to say before it.
type demoStep struct {
	say  string
	args []string
}

// demo builds the repository in dir, which is called shown, and runs the steps there.
func (a *app) demo(ctx context.Context, dir, shown string) error {
	env, err := gitconfig.Host(a.host.Lookup, dir)
	if err != nil {
		return err
	}
	env.Lookup = hermetic(a.host.Lookup)
	project, err := demo.Build(ctx, env, dir)
	if err != nil {
		return err
	}
	fix := project.Repo.Short(project.Fix)
	out := a.streams.Out
	fmt.Fprintf(out, "A small project was built in %s. It is the %s;\nthe fix for GHSA-2c4f-6h8j-9m3p landed on main yesterday, as %s.\n", shown, demo.AsOf, fix)
	for _, step := range demoSteps(fix) {
		fmt.Fprintf(out, "\n# %s\n$ git backport %s\n", strings.ReplaceAll(step.say, "\n", "\n# "), quoteAll(step.args))
		inner := &app{host: a.host, streams: a.streams}
		inner.host.Lookup = env.Lookup
		inner.host.Getwd = func() (string, error) { return dir, nil }
		inner.streams.Err = out
		if code := inner.run(ctx, step.args); code != ExitOK {
			fmt.Fprintf(out, "[exit status %d]\n", code)
		}
	}
	fmt.Fprintf(out, "\nThe new branches are in %s; look at them with\n  git -C %s log --oneline --graph --all\n", shown, quoteArg(shown))
	return nil
}

func demoSteps(fix string) []demoStep {
	day := []string{"--as-of", demo.AsOf}
	date := append(day[:2:2], "--date", demo.Date)
	return []demoStep{
		{"Which lines does the policy support today, and why?", append([]string{"branches"}, day...)},
		{"Where does the fix have to go, and does it apply? Nothing is written.", append([]string{"plan", fix}, date...)},
		{"Line 24 needs a person: its decoder was written before the split. All branches or none:", append([]string{"apply", fix}, date...)},
		{"Take line 24 out for now, with a reason, and land the others in one transaction.", append([]string{"apply", fix, "--skip", "24", "--reason", "written by hand"}, date...)},
		{"The same command again changes nothing.", append([]string{"apply", fix, "--skip", "24", "--reason", "written by hand", "-q"}, date...)},
	}
}

func quoteAll(args []string) string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = quoteArg(arg)
	}
	return strings.Join(out, " ")
}

// hermetic hides the user's git from the demonstration, so that it is the same everywhere.
func hermetic(lookup func(string) (string, bool)) func(string) (string, bool) {
	return func(key string) (string, bool) {
		switch key {
		case "GIT_CONFIG_NOSYSTEM":
			return "1", true
		case "GIT_CONFIG_GLOBAL":
			return os.DevNull, true
		case "SOURCE_DATE_EPOCH":
			return "", false
		}
		if strings.HasPrefix(key, "GIT_") {
			return "", false
		}
		return lookup(key)
	}
}
