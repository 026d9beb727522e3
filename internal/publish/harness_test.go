package publish

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/git-backport/git-backport/internal/child"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/publish/forgetest"
)

// A bench is a clone with two release branches and their backports, a bare remote, and a forge.
type bench struct {
	t      *testing.T
	dir    string
	clone  string
	remote string
	forge  *forgetest.Server
	plan   Plan
	saved  map[string]operation.Receipt // what was recorded, by ref
	waited []time.Duration
}

func (b *bench) git(args ...string) string {
	b.t.Helper()
	return b.in(b.clone, args...)
}

func (b *bench) in(dir string, args ...string) string {
	b.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = gitEnv(b.dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func gitEnv(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.org", "LC_ALL=C", "GIT_AUTHOR_DATE=1700000000 +0000", "GIT_COMMITTER_DATE=1700000000 +0000",
	}
}

// newBench makes the repositories. Without gh on this machine the test is skipped.
func newBench(t *testing.T) *bench {
	t.Helper()
	gh, err := child.Find("gh")
	if err != nil {
		t.Skip("gh is not on PATH: nothing speaks to the forge")
	}
	b := &bench{t: t, dir: t.TempDir(), saved: map[string]operation.Receipt{}}
	b.clone, b.remote = filepath.Join(b.dir, "clone"), filepath.Join(b.dir, "app.git")
	b.in(b.dir, "init", "-q", "--bare", b.remote)
	b.in(b.dir, "init", "-q", "-b", "main", b.clone)
	b.git("commit", "-q", "--allow-empty", "-m", "start")
	b.git("remote", "add", "origin", b.remote)
	for _, line := range []string{"2.0", "1.0"} {
		b.git("branch", "release-"+line)
	}
	b.git("push", "-q", "origin", "main", "release-2.0", "release-1.0")
	b.forge = &forgetest.Server{Host: "github.com", Owner: "acme", Name: "app", Repos: map[string]string{"acme": b.remote}}
	b.forge.Start(t, b.dir)
	config := filepath.Join(b.dir, "gh")
	if err := os.Mkdir(config, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "config.yml"), []byte("http_unix_socket: "+b.forge.Socket+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	repo := Repository{"github.com", "acme", "app"}
	b.plan = Plan{
		Remote: "origin", Base: repo, From: repo, Forge: GitHub, Requests: true,
		Git:  b.run("git", b.clone, gitEnv(b.dir)),
		Tool: runner(gh, "", []string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.dir, "GH_CONFIG_DIR=" + config, "GH_TOKEN=t", "GH_PROMPT_DISABLED=1", "NO_COLOR=1"}),
		Record: func(_ context.Context, h *Head) error {
			b.saved[h.Ref] = h.Receipt
			return nil
		},
		Body: func(h *Head, siblings []Sibling) string {
			body := h.Text.Body
			for _, s := range siblings {
				body += fmt.Sprintf("\n- [ ] #%d %s", s.Number, s.Head.Base)
			}
			return body
		},
		Wait: func(_ context.Context, d time.Duration, _ string) error { b.waited = append(b.waited, d); return nil },
		Now:  func() int64 { return 1700000000 },
	}
	b.heads()
	return b
}

func (b *bench) run(name, dir string, env []string) Run {
	p, err := child.Find(name)
	if err != nil {
		b.t.Skip(name + " is not on PATH")
	}
	return runner(p, dir, env)
}

func runner(p child.Program, dir string, env []string) Run {
	return func(ctx context.Context, stdin []byte, args ...string) (child.Result, error) {
		return p.Run(ctx, child.Call{Args: args, Env: env, Dir: dir, Stdin: stdin})
	}
}

// heads makes the plan's heads anew, with what is on record.
func (b *bench) heads() {
	b.plan.Heads = nil
	for _, line := range []string{"2.0", "1.0"} {
		ref := "refs/heads/backport/fix/release-" + line
		id := b.git("commit-tree", "-p", "release-"+line, "-m", "fix for "+line, "release-"+line+"^{tree}")
		h := &Head{Line: line, Base: "release-" + line, Ref: ref, ID: id, Text: Text{
			Title: "Fix it (backport to release-" + line + ")", Body: "Backport of it.\n", Draft: true, Labels: []string{"backport"},
		}}
		h.Receipt = b.saved[ref]
		h.Expected = h.Receipt.Pushed
		b.plan.Heads = append(b.plan.Heads, h)
	}
}

// again runs the plan once more, as a new process would.
func (b *bench) again() (Summary, error) {
	b.t.Helper()
	b.heads()
	return b.plan.Run(b.t.Context())
}

func (b *bench) must() Summary {
	b.t.Helper()
	s, err := b.again()
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// at returns what a branch of the remote holds; "" when there is none.
func (b *bench) at(branch string) string {
	cmd := exec.Command("git", "-C", b.remote, "rev-parse", "-q", "--verify", "refs/heads/"+branch)
	out, _ := cmd.Output()
	return strings.TrimSpace(string(out))
}

func states(s Summary) string {
	var out []string
	for _, r := range s.Results {
		out = append(out, string(r.State))
	}
	return strings.Join(out, " ")
}
