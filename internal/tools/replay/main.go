// Command replay runs the program on a full clone of a project and writes a page of docs/: what became
// of the backports that its maintainers made, picked again onto the branches as they stood, and what the
// means against conflicts make of those that conflict. On Wasmtime also what the policy says about the
// days of real security releases and what the maintainers did, and how three real fixes fare on each of
// their branches. It reads the clone and changes nothing in it.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/config"
)

func main() {
	r := &replay{}
	flag.StringVar(&r.clone, "C", "", "a full clone")
	flag.StringVar(&r.git, "git", "git", "the git to compare with")
	flag.StringVar(&r.name, "name", "Wasmtime", "the project, as the page calls it")
	flag.StringVar(&r.source, "policy", "preset:wasmtime", "the policy: preset:NAME, or init for what init proposes")
	flag.IntVar(&r.limit, "limit", 0, "how many fixes, at most; 0 is all that are found")
	flag.BoolVar(&r.verbose, "v", false, "say on stderr what is replayed")
	only := flag.Bool("conflicts", false, "only the section about conflicts")
	out := flag.String("o", "docs/wasmtime.md", "the page to write")
	flag.Parse()
	signal.Notify(make(chan os.Signal, 1), os.Interrupt) // ends the program that runs; then we end, and clean up
	if err := r.write(*only, *out); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

// write makes the page, in a directory that goes whatever happens.
func (r *replay) write(only bool, out string) error {
	dir, err := os.MkdirTemp("", "replay-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r.program, r.scratch = filepath.Join(dir, "git-backport"), filepath.Join(dir, "clone.git")
	r.ruled, r.unruled = filepath.Join(dir, "ruled.toml"), filepath.Join(dir, "unruled.toml")
	if err := r.run(only); err != nil {
		return err
	}
	return os.WriteFile(out, r.page.Bytes(), 0o644)
}

type replay struct {
	clone, git, name, source string
	limit                    int
	verbose                  bool

	program, scratch string // the built program, and a clone that shares the objects
	ruled, unruled   string // policy files: as it is, and without its path rules
	config           *config.Config
	session          *gitops.Session // on the clone
	applied          int
	tags             []tag
	page             bytes.Buffer
}

func (r *replay) run(only bool) error {
	if err := r.open(); err != nil {
		return err
	}
	head, err := r.gitOut("rev-parse", "HEAD")
	if err != nil {
		return err
	}
	version, err := r.gitOut("--version")
	if err != nil {
		return err
	}
	r.printf("# On %s\n\nMade by `internal/tools/replay` on %s from a full clone, HEAD %s; %s beside it.\n",
		r.name, time.Now().UTC().Format("2006-01-02"), head, version)
	steps := []func() error{r.verdicts, r.picks, r.conflicts, r.days}
	if only {
		steps = []func() error{r.conflicts}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// open builds the program, clones, and reads the policy.
func (r *replay) open() error {
	build := exec.Command("go", "build", "-o", r.program, "./cmd/git-backport")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building the program: %w", err)
	}
	if out, err := exec.Command(r.git, "clone", "-q", "--bare", "--shared", r.clone, r.scratch).CombinedOutput(); err != nil {
		return fmt.Errorf("cloning: %w\n%s", err, out)
	}
	text, err := r.policy()
	if err != nil {
		return err
	}
	if r.config, err = config.Load(r.source, text, nil); err != nil {
		return err
	}
	if err := r.policies(text); err != nil {
		return err
	}
	repo, err := gitops.Open(gitconfig.Environment{Lookup: os.LookupEnv, Dir: r.clone, UID: os.Geteuid()})
	if err != nil {
		return err
	}
	r.session = repo.NewSession()
	return r.readTags()
}

// policy returns the text of the policy.
func (r *replay) policy() ([]byte, error) {
	switch name, preset := strings.CutPrefix(r.source, config.PresetPrefix); {
	case preset:
		return config.PresetText(name)
	case r.source == "init":
		return exec.Command(r.program, "-C", r.clone, "init", "--stdout").Output()
	}
	return nil, errors.New("-policy: want preset:NAME or init")
}

// tool is the built program in a repository, with a committer of its own.
func (r *replay) tool(dir string, args ...string) *exec.Cmd {
	c := exec.Command(r.program, append([]string{"-C", dir}, args...)...)
	c.Env = append(os.Environ(), "GIT_COMMITTER_NAME=Replay", "GIT_COMMITTER_EMAIL=replay@example.com")
	return c
}

func (r *replay) printf(format string, args ...any) { fmt.Fprintf(&r.page, format, args...) }

func (r *replay) gitOut(args ...string) (string, error) { return r.gitIn(r.clone, args...) }

func (r *replay) gitIn(dir string, args ...string) (string, error) {
	out, err := exec.Command(r.git, append([]string{"-C", dir}, args...)...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// pickTree picks a commit onto the tree of another.
func (r *replay) pickTree(source, onto string) (clean bool, tree string, err error) {
	src, err := gitops.ParseID(source)
	if err != nil {
		return false, "", err
	}
	at, err := gitops.ParseID(onto)
	if err != nil {
		return false, "", err
	}
	ours, err := r.session.TreeOf(at)
	if err != nil {
		return false, "", err
	}
	res, err := r.session.PickOnto(context.Background(), ours, src, 0)
	return len(res.Conflicts) == 0, res.Tree.String(), err
}
