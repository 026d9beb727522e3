package gitconfig

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/git-backport/git-backport/internal/gittest"
)

// A world is a directory tree with a home, a system file and a repository, and an environment in
// which git and this package are asked the same question.
type world struct {
	t    testing.TB
	root string
	env  map[string]string
}

// newWorld makes root/home and an empty repository root/repo; $ROOT in file names, contents and
// variables is the root.
func newWorld(t testing.TB, files, env map[string]string) *world {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, root: root, env: map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": root + "/home", "GIT_CONFIG_SYSTEM": root + "/system", "LC_ALL": "C", "TZ": "UTC",
	}}
	w.mkdir("home")
	w.mkdir("repo/.git/objects")
	w.mkdir("repo/.git/refs/heads")
	w.write("repo/.git/HEAD", "ref: refs/heads/main\n")
	w.write("repo/.git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n")
	for name, content := range files {
		w.write(name, content)
	}
	for name, value := range env {
		if value == "UNSET" {
			delete(w.env, name)
			continue
		}
		w.env[name] = w.expand(value)
	}
	return w
}

func (w *world) expand(s string) string { return strings.ReplaceAll(s, "$ROOT", w.root) }

func (w *world) path(name string) string { return filepath.Join(w.root, filepath.FromSlash(name)) }

func (w *world) mkdir(name string) {
	w.t.Helper()
	if err := os.MkdirAll(w.path(name), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(name, content string) {
	w.t.Helper()
	w.mkdir(filepath.Dir(name))
	if err := os.WriteFile(w.path(name), []byte(w.expand(content)), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// environment is what this package is given, the machine's own facts left out.
func (w *world) environment(dir string) Environment {
	return Environment{
		Lookup: func(name string) (string, bool) { v, ok := w.env[name]; return v, ok },
		Dir:    w.path(dir), UID: os.Geteuid(), HomeOf: homeOf, Zone: time.UTC,
	}
}

// git runs the oracle in dir.
func (w *world) git(dir string, args ...string) (stdout, stderr string, ok bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, gittest.Oracle(w.t), args...)
	cmd.Dir = w.path(dir)
	for name, value := range w.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if _, ok := w.env["PWD"]; !ok {
		cmd.Env = append(cmd.Env, "PWD="+cmd.Dir)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return out.String(), errs.String(), err == nil
}

// load is Discover and Load from dir; outside a repository, Load alone.
func (w *world) load(dir string) (*Config, error) {
	env := w.environment(dir)
	layout, err := Discover(env, "")
	var none *NotARepository
	if err != nil && !errors.As(err, &none) {
		return nil, err
	}
	return Load(env, layout)
}

// needGit skips a case that gits older than 2.minor decide otherwise.
func needGit(t testing.TB, minor int) {
	t.Helper()
	if minor == 0 {
		return
	}
	if major, have := gittest.OracleVersion(t); major == 2 && have < minor {
		t.Skipf("git 2.%d decides this otherwise; the behaviour here is 2.%d's", have, minor)
	}
}
