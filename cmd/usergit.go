package cmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/child"
)

// A GitError is a run of the user's git that ended badly.
type GitError struct {
	Verb string // "worktree add"
	Said string // the line in which git says why
}

func (e *GitError) Error() string { return fmt.Sprintf("git %s: %s", e.Verb, e.Said) }

// oldestGit knows all that is asked of git in a work tree.
var oldestGit = [2]int{2, 20}

// userGit finds the user's git for work trees of a repository. The child sees what tells git who and
// where the user is, and what git is told by variables; of the repository at hand, and not of another one
// that variables name. Hooks do not run, and nothing is left running. Filters run only where that is asked
// for: in a work tree that resolve made. Without them git fetches nothing either.
func (a *app) userGit(ctx context.Context, repo *gitops.Repo, dir string, filters bool) (checkout.Git, error) {
	git, env, settings, err := a.findGit(ctx, filters)
	if err != nil {
		return nil, err
	}
	run := func(ctx context.Context, in string, stdin []byte, args ...string) ([]byte, error) {
		call := child.Call{Args: append(append([]string{}, settings...), args...), Env: env, Dir: in, Stdin: stdin, Timeout: 30 * time.Minute}
		if in == "" {
			call.Dir, call.Args = dir, append([]string{"--git-dir=" + repo.Layout.GitDir}, call.Args...)
			call.Env = append(a.environment("GIT_COMMON_DIR"), env...)
		}
		res, err := git.Run(ctx, call)
		if err == nil && res.Code != 0 {
			err = &GitError{Verb: gitVerb(args), Said: complaint(res.Stderr)}
		}
		return res.Stdout, err
	}
	if filters {
		return run, nil
	}
	return checkout.WithoutFilters(run), nil
}

// gitVerb is what git was asked to do, for a message.
func gitVerb(args []string) string {
	for len(args) > 2 && args[0] == "-c" {
		args = args[2:]
	}
	if args[0] == "worktree" {
		return strings.Join(args[:2], " ")
	}
	return args[0]
}

// hookEvents are the events of hooks that the configuration may name, which core.hooksPath does not switch
// off.
func hookEvents() []string {
	return []string{
		"post-index-change", "post-checkout", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman", "post-commit", "pre-commit",
		"prepare-commit-msg", "commit-msg", "post-merge", "post-rewrite", "pre-push",
	}
}

// environment picks variables out of the environment.
func (a *app) environment(keys ...string) []string {
	var env []string
	for _, key := range keys {
		if v, ok := a.host.Lookup(key); ok {
			env = append(env, key+"="+v)
		}
	}
	return env
}

// configPairs are the variables by which git is given configuration in pairs.
func (a *app) configPairs() []string {
	const most = 1000
	n, err := strconv.Atoi(a.host.getenv("GIT_CONFIG_COUNT"))
	if err != nil || n <= 0 || n > most {
		return nil
	}
	keys := []string{"GIT_CONFIG_COUNT"}
	for i := range n {
		keys = append(keys, fmt.Sprintf("GIT_CONFIG_KEY_%d", i), fmt.Sprintf("GIT_CONFIG_VALUE_%d", i))
	}
	return a.environment(keys...)
}

// complaint is the line in which git says what is wrong.
func complaint(stderr []byte) string {
	for line := range bytes.Lines(stderr) {
		for _, word := range []string{"fatal: ", "error: "} {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(string(line)), word); ok {
				return rest
			}
		}
	}
	return lastLine(stderr)
}

var gitVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^git version (\d+)\.(\d+)`) })

// atLeast reports whether what git says of its version is a number or a later one.
func atLeast(version string, major, minor int) bool {
	m := gitVersion().FindStringSubmatch(version)
	if m == nil {
		return false
	}
	x, _ := strconv.Atoi(m[1]) // digits, by the pattern
	y, _ := strconv.Atoi(m[2])
	return x > major || x == major && y >= minor
}

// explainGit explains what the user's git could not do.
func explainGit(err error) *Error {
	if _, ok := as[*GitError](err); ok {
		return &Error{Exit: ExitFailure, Code: "git", Hint: "nothing was changed; resolve LINE --into DIR and continue LINE --from DIR need no git"}
	}
	return nil
}

// findGit finds the user's git, the environment it is to have and the settings it is to run with.
func (a *app) findGit(ctx context.Context, filters bool) (git child.Program, env, settings []string, err error) {
	const cure = "resolve LINE --into DIR and continue LINE --from DIR need no git"
	git, err = child.Find("git")
	if err != nil {
		return git, nil, nil, usageError(fmt.Errorf("a work tree is made by git: %w", err), cure)
	}
	env = append(a.environment(
		"PATH", "HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME", "TMPDIR", "SSH_AUTH_SOCK", "SSH_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND",
		"http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY",
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_PARAMETERS",
	), a.configPairs()...)
	env = append(env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat")
	if !filters {
		env = append(env, "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none")
	}
	res, err := git.Run(ctx, child.Call{Args: []string{"--version"}, Env: env})
	if err != nil {
		return git, nil, nil, err
	}
	if v := strings.TrimSpace(string(res.Stdout)); !atLeast(v, oldestGit[0], oldestGit[1]) {
		return git, nil, nil, usageError(fmt.Errorf("%s is too old for work trees", v), fmt.Sprintf("it takes git %d.%d or newer; %s", oldestGit[0], oldestGit[1], cure))
	}
	settings = []string{
		"-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
		"-c", "worktree.useRelativePaths=false", // it would change the configuration
	}
	for _, event := range hookEvents() {
		settings = append(settings, "-c", "hook."+event+".enabled=false")
	}
	return git, env, settings, nil
}
