// Package gittest is for tests only: repositories made with the git command in a hermetic
// environment, and the oracle, the git that judges ours.
//
// GIT_BACKPORT_ORACLE names the oracle; without it the git on PATH judges. Where neither is there a
// test that needs one is skipped, saying so.
package gittest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Env returns the hermetic environment: fixed identity and dates, no user or system configuration.
func Env(home string, extra ...string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, ".config"),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=A U Thor", "GIT_AUTHOR_EMAIL=author@example.com", "GIT_AUTHOR_DATE=1700000000 +0100",
		"GIT_COMMITTER_NAME=C O Mitter", "GIT_COMMITTER_EMAIL=committer@example.com", "GIT_COMMITTER_DATE=1700000100 +0000",
		"TZ=UTC", "LC_ALL=C", "GIT_MERGE_AUTOEDIT=no", "GIT_EDITOR=true",
	}
	return append(env, extra...)
}

// Oracle returns the path of the git that judges, or skips the test.
func Oracle(t testing.TB) string {
	t.Helper()
	if p := os.Getenv("GIT_BACKPORT_ORACLE"); p != "" {
		return p
	}
	p, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git on PATH and GIT_BACKPORT_ORACLE is not set: nothing to compare with")
	}
	return p
}

// OracleVersion returns major and minor of the git that judges, 2 and 55.
func OracleVersion(t testing.TB) (major, minor int) {
	t.Helper()
	out, err := exec.CommandContext(context.Background(), Oracle(t), "--version").Output()
	if err != nil {
		t.Fatalf("running the oracle git: %v", err)
	}
	fields := strings.Fields(string(out))
	parts := strings.Split(fields[len(fields)-1], ".")
	for _, f := range fields {
		if strings.Count(f, ".") >= 1 && f[0] >= '0' && f[0] <= '9' {
			parts = strings.Split(f, ".")
			break
		}
	}
	major, _ = strconv.Atoi(parts[0])
	minor, _ = strconv.Atoi(parts[1])
	return major, minor
}

// A Repo is a repository on disk, driven by the oracle git.
type Repo struct {
	Dir string   // where commands run: the work tree, or the bare repository
	Env []string // the hermetic environment
	git string
	t   testing.TB
}

// New makes an empty repository with a work tree, on branch main.
func New(t testing.TB) *Repo { t.Helper(); return initRepo(t) }

// NewBare makes an empty bare repository whose HEAD is main.
func NewBare(t testing.TB) *Repo { t.Helper(); return initRepo(t, "--bare") }

func initRepo(t testing.TB, flags ...string) *Repo {
	t.Helper()
	dir := t.TempDir()
	r := &Repo{Dir: filepath.Join(dir, "repo"), Env: Env(dir), git: Oracle(t), t: t}
	args := append([]string{"init", "-q", "-b", "main"}, flags...)
	cmd := exec.CommandContext(context.Background(), r.git, append(args, r.Dir)...)
	cmd.Env = r.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	r.Git("config", "maintenance.auto", "false") // no process of git's own goes on behind a test
	return r
}

// At returns a handle on the repository in dir, in r's environment.
func (r *Repo) At(dir string) *Repo { return &Repo{Dir: dir, Env: r.Env, git: r.git, t: r.t} }

// Git runs git and returns its standard output without the final newline; a failure fails the test.
func (r *Repo) Git(args ...string) string { r.t.Helper(); return r.GitIn(nil, args...) }

// GitIn is Git with standard input.
func (r *Repo) GitIn(stdin []byte, args ...string) string {
	r.t.Helper()
	out, stderr, code := r.Try(stdin, args...)
	if code != 0 {
		r.t.Fatalf("git %s: exit %d\n%s%s", strings.Join(args, " "), code, out, stderr)
	}
	return strings.TrimSuffix(out, "\n")
}

// Try runs git and returns its output and exit code.
func (r *Repo) Try(stdin []byte, args ...string) (stdout, stderr string, code int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.git, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.Dir, r.Env, bytes.NewReader(stdin)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	if exit, ok := err.(*exec.ExitError); ok {
		return o.String(), e.String(), exit.ExitCode()
	}
	if err != nil {
		r.t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return o.String(), e.String(), 0
}

// Write writes a file of the work tree, making its directories.
func (r *Repo) Write(path, content string) {
	r.t.Helper()
	full := filepath.Join(r.Dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// Commit adds everything in the work tree, commits it and returns the commit's id.
func (r *Repo) Commit(message string) string {
	r.t.Helper()
	r.Git("add", "-A")
	r.GitIn([]byte(message), "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-")
	return r.Git("rev-parse", "HEAD")
}
