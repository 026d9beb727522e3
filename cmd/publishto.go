package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/child"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/publish"
)

// destination finds the remote, the forge behind it and the programs that speak to both.
func (a *app) destination(ctx context.Context, repo *gitops.Repo, op *operation.Operation, named string, p *publish.Plan) error {
	known := repo.Config.Subsections("remote")
	if len(known) == 0 {
		return usageError(errors.New("this repository has no remote to publish to"), "git remote add origin URL")
	}
	p.Remote = a.pushRemote(repo, op, named, known)
	if !slices.Contains(known, p.Remote) {
		return &gitops.NoRemoteError{Name: p.Remote, Known: known}
	}
	if op.Embargo {
		if err := a.mayLeave(repo, named, p.Remote); err != nil {
			return err
		}
	}
	p.URL = publish.WithoutUser(remoteURL(repo, p.Remote))
	base := op.Remote
	if base == "" || !slices.Contains(known, base) {
		base = p.Remote
	}
	p.From, _ = forgeRepository(repo, p.Remote)
	var ok bool
	if p.Base, ok = forgeRepository(repo, base); ok {
		p.Forge = a.forgeOf(ctx, repo, p.Base.Host)
	}
	var err error
	if p.Git, err = a.pushGit(repo); err != nil || !p.Requests {
		return err
	}
	return a.forgeTool(ctx, p, base)
}

// pushRemote is where git would push the branches.
func (a *app) pushRemote(repo *gitops.Repo, op *operation.Operation, named string, known []string) string {
	candidates := []string{named}
	for _, key := range []string{"remote.pushdefault", "backport.pushremote"} {
		v, _ := repo.Config.Get(key)
		candidates = append(candidates, v.Value)
	}
	for _, name := range append(candidates, op.Remote) {
		if name != "" {
			return name
		}
	}
	if slices.Contains(known, "origin") || len(known) == 0 {
		return "origin"
	}
	return known[0]
}

// mayLeave refuses to publish what is under embargo to a remote that is not meant for it.
func (a *app) mayLeave(repo *gitops.Repo, named, remote string) error {
	listed := false
	for _, e := range repo.Config.All("backport.embargoremote") {
		listed = listed || e.Value == remote
	}
	if named == remote && listed {
		return nil
	}
	return &Error{
		Exit: ExitRefused, Code: "embargo", Err: fmt.Errorf("the operation is under embargo, and remote %q is not named as one that may have it; nothing was pushed", remote),
		Hint: "for a private fork: git config --add backport.embargoRemote NAME, then publish --remote NAME",
	}
}

// remoteURL is the address that git pushes to, as the configuration writes it.
func remoteURL(repo *gitops.Repo, remote string) string {
	for _, key := range []string{"pushurl", "url"} {
		if v, ok := repo.Config.Get("remote." + remote + "." + key); ok && v.Value != "" {
			return v.Value
		}
	}
	return ""
}

// forgeRepository reads which repository of a forge a remote is. An address is rewritten as git does; one that
// then is a path of this machine is read as it stands.
func forgeRepository(repo *gitops.Repo, remote string) (publish.Repository, bool) {
	v, _ := repo.Config.Get("remote." + remote + ".url")
	if r, ok := publish.ParseURL(rewritten(repo, v.Value)); ok {
		return r, true
	}
	return publish.ParseURL(v.Value)
}

// rewritten applies url.BASE.insteadOf: the longest prefix counts.
func rewritten(repo *gitops.Repo, address string) string {
	best, out := 0, address
	for _, base := range repo.Config.Subsections("url") {
		for _, e := range repo.Config.All("url." + base + ".insteadof") {
			if n := len(e.Value); n > best && strings.HasPrefix(address, e.Value) {
				best, out = n, base+address[n:]
			}
		}
	}
	return out
}

// forgeOf returns the forge of a host: backport.forge, the host's name, or gh and glab, when one of them is logged
// in there.
func (a *app) forgeOf(ctx context.Context, repo *gitops.Repo, host string) publish.Forge {
	if v, ok := repo.Config.Get("backport.forge"); ok {
		return publish.Forge(strings.ToLower(v.Value))
	}
	if f := publish.ForgeOf(host); f != "" {
		return f
	}
	if run, err := a.tool("gh"); err == nil && loggedIn(ctx, run, publish.GitHub, host) {
		return publish.GitHub
	}
	if run, err := a.tool("glab"); err == nil && loggedIn(ctx, run, publish.GitLab, host) {
		return publish.GitLab
	}
	return ""
}

// forgeTool finds the program that opens the pull requests. It refuses before anything is pushed.
func (a *app) forgeTool(ctx context.Context, p *publish.Plan, remote string) error {
	const cure = "git backport publish --no-pr pushes the branches and prints the page for each pull request"
	name := ""
	switch p.Forge {
	case publish.GitHub:
		name = "gh"
	case publish.GitLab:
		name = "glab"
	case publish.Gitea:
		p.Requests = false // the pages are printed
		return nil
	case publish.None:
		p.Requests = false
		return nil
	default:
		if p.Base.IsZero() {
			return usageError(fmt.Errorf("remote %q is not a repository of a forge (%s): no pull request can be opened there", remote, p.URL), cure)
		}
		return usageError(fmt.Errorf("the kind of forge at %q is not known; nothing was pushed", p.Base.Host),
			"git config backport.forge github (or gitlab, gitea, none); "+cure)
	}
	run, err := a.tool(name)
	if err != nil {
		return usageError(fmt.Errorf("pull requests are opened by %s: %w; nothing was pushed", name, err), cure)
	}
	if !loggedIn(ctx, run, p.Forge, p.Base.Host) {
		return usageError(fmt.Errorf("%s is not logged in to %s; nothing was pushed", name, p.Base.Host), name+" auth login --hostname "+p.Base.Host+"\n"+cure)
	}
	p.Tool = run
	return nil
}

// loggedIn reports whether a tool has a token for a host. No request is made.
func loggedIn(ctx context.Context, run publish.Run, f publish.Forge, host string) bool {
	args := []string{"auth", "token", "--hostname", host}
	if f == publish.GitLab {
		args = []string{"config", "get", "token", "--host", publish.WithoutPort(host)}
	}
	res, err := run(ctx, nil, args...)
	return err == nil && res.Code == 0 && len(strings.TrimSpace(string(res.Stdout))) > 0
}

// tool finds gh or glab. It sees where the user and their settings are, its own variables, and no more.
func (a *app) tool(name string) (publish.Run, error) {
	program, err := child.Find(name)
	if err != nil {
		return nil, err
	}
	env := a.environment(
		"PATH", "HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR", "DBUS_SESSION_BUS_ADDRESS",
		"http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_CONFIG_DIR",
		"GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN", "GLAB_CONFIG_DIR",
	)
	env = append(env, "GH_PROMPT_DISABLED=1", "GH_NO_UPDATE_NOTIFIER=1", "NO_PROMPT=1", "NO_COLOR=1", "LC_ALL=C")
	return func(ctx context.Context, stdin []byte, args ...string) (child.Result, error) {
		return program.Run(ctx, child.Call{Args: args, Env: env, Stdin: stdin, Timeout: 2 * time.Minute})
	}, nil
}

// pushGit finds the user's git for pushing. Unlike in work trees, the user's hooks and credential helpers run: it
// is the user's own push. Nothing asks on the terminal.
func (a *app) pushGit(repo *gitops.Repo) (publish.Run, error) {
	git, err := child.Find("git")
	if err != nil {
		return nil, usageError(fmt.Errorf("branches are pushed by git: %w", err), "")
	}
	env := append(a.environment(
		"PATH", "HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "TMPDIR", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS",
		"SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "GIT_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GNUPGHOME",
		"http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "GIT_SSL_CAINFO", "GIT_PROXY_COMMAND",
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_PARAMETERS",
	), a.configPairs()...)
	env = append(env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
	return func(ctx context.Context, stdin []byte, args ...string) (child.Result, error) {
		args = append([]string{"--git-dir=" + repo.Layout.GitDir, "-c", "core.fsmonitor=false"}, args...)
		return git.Run(ctx, child.Call{Args: args, Env: env, Dir: repo.Layout.GitDir, Stdin: stdin, Timeout: 30 * time.Minute})
	}, nil
}

// dryCommands are the commands and requests of a run, as they would be made where nothing is there yet.
func dryCommands(dir string, p publish.Plan) []string {
	var heads []*publish.Head
	for _, h := range p.Heads {
		if h.Skip == "" {
			heads = append(heads, h)
		}
	}
	git := []string{"git"}
	if dir != "" {
		git = append(git, "-C", dir)
	}
	var out []string
	if p.NoAtomic {
		for _, h := range heads {
			out = append(out, quoteAll(append(git[:len(git):len(git)], publish.PushArgs(p.Remote, []*publish.Head{h}, false)...)))
		}
	} else if len(heads) > 0 {
		out = append(out, quoteAll(append(git, publish.PushArgs(p.Remote, heads, true)...)))
	}
	for _, h := range heads {
		if p.Tool == nil || p.Forge != publish.GitHub {
			continue
		}
		head := h.Branch()
		if p.From != p.Base {
			head = p.From.Owner + ":" + head
		}
		args := []string{
			"gh", "api", "--hostname", p.Base.Host, "--method", "POST", "repos/" + p.Base.Path() + "/pulls",
			"-f", "title=" + h.Text.Title, "-f", "base=" + h.Base, "-f", "head=" + head, "-F", fmt.Sprintf("draft=%t", h.Text.Draft),
		}
		out = append(out, quoteAll(args)+"  # with the body and "+decorations(h.Text))
	}
	return out
}

// decorations says what decorates a pull request, as JSON.
func decorations(t publish.Text) string {
	data, err := json.Marshal(map[string]any{"labels": t.Labels, "reviewers": t.Reviewers, "assignees": t.Assignees, "milestone": t.Milestone, "auto_merge": t.AutoMerge})
	if err != nil {
		return ""
	}
	return string(data)
}
