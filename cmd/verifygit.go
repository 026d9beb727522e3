package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/child"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/internal/txfs"
)

// A DifferenceError is a pick that git makes otherwise.
type DifferenceError struct {
	Ours, Theirs string // what each made of it
	Dir          string // the reproducer
}

func (e *DifferenceError) Error() string {
	return fmt.Sprintf("git makes another merge of it: %s, and here %s; kept in %s", e.Theirs, e.Ours, e.Dir)
}

// verifier returns what --verify-with-git asks of each pick: the same merge by the user's git.
func (a *app) verifier(ctx context.Context, in *project.Project) (func(ctx context.Context, base, ours, theirs gitops.ID) error, error) {
	git, err := child.Find("git")
	if err != nil {
		return nil, usageError(fmt.Errorf("--verify-with-git: %w", err), "it needs git 2.41 or newer on PATH")
	}
	env := []string{
		"PATH=" + a.host.getenv("PATH"), "HOME=" + os.DevNull, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CEILING_DIRECTORIES=" + os.TempDir(), "GIT_ALLOW_PROTOCOL=none", "GIT_ATTR_NOSYSTEM=1",
	}
	res, err := git.Run(ctx, child.Call{Args: []string{"--version"}, Env: env})
	if err != nil {
		return nil, err
	}
	// --attr-source and merge-tree --merge-base are what it takes.
	if version := strings.TrimSpace(string(res.Stdout)); !atLeast(version, 2, 41) {
		return nil, usageError(fmt.Errorf("--verify-with-git: %s cannot be told whose attributes count", version), "it needs git 2.41 or newer")
	}
	return func(ctx context.Context, base, ours, theirs gitops.ID) error {
		dir, err := os.MkdirTemp("", "git-backport-verify-")
		if err != nil {
			return err
		}
		err = verifyOne(ctx, git, env, in.Session, dir, base, ours, theirs)
		var differs *DifferenceError
		if !errors.As(err, &differs) {
			err = errors.Join(err, os.RemoveAll(dir))
		}
		return err
	}, nil
}

func verifyOne(ctx context.Context, git child.Program, env []string, s *gitops.Session, dir string, base, ours, theirs gitops.ID) error {
	c, err := s.LayOut(ctx, txfs.Real{}, dir, base, ours, theirs)
	if err != nil {
		return err
	}
	args := []string{"--git-dir=" + dir, "--attr-source=" + c.Ours.String(), "merge-tree", "--write-tree", "-z", "--no-messages", "--merge-base=" + c.Base.String(), c.Ours.String(), c.Theirs.String()}
	res, err := git.Run(ctx, child.Call{Args: args, Env: env, Dir: dir})
	if err != nil {
		return err
	}
	if res.Code > 1 {
		return fmt.Errorf("git merge-tree: exit %d: %s", res.Code, bytes.TrimSpace(res.Stderr))
	}
	want, got := gitAnswer(res), ourAnswer(c.Want)
	if want == got {
		return nil
	}
	script := "#!/bin/sh\n# The merge that git and git-backport make differently.\nexec git " + streams.QuoteAll(args) + "\n"
	note := "git:\n" + want + "\n\ngit-backport:\n" + got + "\n"
	for name, text := range map[string]string{"reproduce.sh": script, "difference.txt": note} {
		if err := txfs.Replace(txfs.Real{}, filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return &DifferenceError{Theirs: firstLine(want), Ours: firstLine(got), Dir: dir}
}

func firstLine(answer string) string {
	line, _, _ := strings.Cut(answer, "\n")
	return line
}

// gitAnswer is what git merge-tree -z said: status, tree, and the unmerged entries.
func gitAnswer(res child.Result) string {
	fields := strings.Split(string(res.Stdout), "\x00")
	var entries []string
	for _, f := range fields[1:] {
		if f == "" {
			break
		}
		entries = append(entries, f)
	}
	slices.Sort(entries)
	return answerText(res.Code == 0, fields[0], entries)
}

// ourAnswer is the same of a pick.
func ourAnswer(r gitops.PickResult) string {
	var entries []string
	for _, c := range r.Conflicts {
		for i, st := range []*gitops.Stage{c.Base, c.Ours, c.Theirs} {
			if st != nil {
				entries = append(entries, fmt.Sprintf("%06o %s %d\t%s", st.Mode, st.ID, i+1, c.Path))
			}
		}
	}
	slices.Sort(entries)
	return answerText(len(r.Conflicts) == 0, r.Tree.String(), entries)
}

func answerText(clean bool, tree string, entries []string) string {
	status := "a conflict"
	if clean {
		status = "clean"
	}
	return strings.Join(append([]string{status + ", tree " + tree}, entries...), "\n")
}
