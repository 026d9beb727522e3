package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/txfs"
	"github.com/git-backport/git-backport/policy"
)

// initFlags are the flags of init.
type initFlags struct {
	preset        string
	stdout, force bool
}

func (a *app) initCommand() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use: "init", GroupID: "more", Args: noArgs,
		Short: "Write a commented backport.toml from what the repository shows",
		Long: `Looks at the branches, the tags, the toolchain pins and the version files, and writes a policy that fits
them to backport.toml at the root of the work tree. It is a proposal: read it, change it, commit it on
main. A file that is there is never overwritten without --force. With --preset the file is a copy of
that preset: ` + strings.Join(config.Presets(), ", ") + `.` + exitStatus(ExitOK, ExitUsage, ExitRepository),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.initPolicy(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.preset, "preset", "", "copy the preset `P` instead of looking")
	cmd.Flags().BoolVar(&f.stdout, "stdout", false, "print the file instead of writing it")
	cmd.Flags().BoolVar(&f.force, "force", false, "overwrite a backport.toml that is there")
	return cmd
}

func (a *app) initPolicy(ctx context.Context, f initFlags) error {
	in, err := a.openProject()
	if err != nil {
		return err
	}
	top := in.Repo.Layout.WorkTree
	if top == "" && !f.stdout {
		return usageError(errors.New("a bare repository has no work tree to write "+config.FileName+" into"), "--stdout prints it")
	}
	path := filepath.Join(top, config.FileName)
	if _, err := os.Lstat(path); err == nil && !f.stdout && !f.force {
		return usageError(fmt.Errorf("%s is there already", config.FileName), "--stdout prints the proposal; --force overwrites the file")
	}
	text, err := a.policyText(ctx, in, f)
	if err != nil {
		return err
	}
	if !f.stdout {
		if err := txfs.Replace(txfs.Real{}, path, []byte(text), 0o666); err != nil {
			return fmt.Errorf("writing %s: %w", config.FileName, err)
		}
	}
	return a.initDone(in, f, text)
}

// policyText is the policy file to write: a preset's, or a proposal.
func (a *app) policyText(ctx context.Context, in *project.Project, f initFlags) (string, error) {
	if f.preset != "" {
		text, err := config.PresetText(strings.TrimPrefix(f.preset, config.PresetPrefix))
		if err != nil {
			return "", usageError(err, "presets: "+strings.Join(config.Presets(), ", "))
		}
		return string(text), nil
	}
	seen, err := a.seen(ctx, in)
	if err != nil {
		return "", err
	}
	return config.Propose(seen), nil
}

// seen gathers what a proposal is made from: every branch and tag, and the names at the root of main.
func (a *app) seen(ctx context.Context, in *project.Project) (config.Seen, error) {
	var seen config.Seen
	var err error
	if seen.Facts, err = in.Names(); err != nil {
		return seen, err
	}
	tags, err := in.Repo.Tags(func(string) bool { return true })
	if err != nil {
		return seen, err
	}
	seen.Facts.Tags = nil // those that name a commit, with their dates
	for _, t := range tags {
		seconds, err := in.Repo.TagDate(t)
		if err != nil {
			return seen, fmt.Errorf("date of tag %q: %w", t.Name, err)
		}
		seen.Facts.Tags = append(seen.Facts.Tags, policy.TagFact{Name: t.Name, Date: policy.DateOf(time.Unix(seconds, 0).UTC())})
	}
	main, err := in.Repo.Main(ctx, in.Remote, "", a.baseKind())
	if errors.Is(err, gitops.ErrNoRef) {
		return seen, nil
	}
	if err != nil {
		return seen, err
	}
	seen.Main = main.Name
	seen.Paths, err = rootPaths(in, main.Tip)
	return seen, err
}

// rootPaths lists the files at the root of a commit's tree and one directory below.
func rootPaths(in *project.Project, commit gitops.ID) ([]string, error) {
	tree, err := in.Session.TreeOf(commit)
	if err != nil {
		return nil, err
	}
	files := in.Session.TreeFS(tree)
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() {
			out = append(out, e.Name())
			continue
		}
		below, err := files.ReadDir(e.Name())
		if err != nil {
			return nil, err
		}
		for _, b := range below {
			if !b.IsDir() {
				out = append(out, e.Name()+"/"+b.Name())
			}
		}
	}
	return out, nil
}

// initDone prints the file, or says where it is and what it makes of the repository.
func (a *app) initDone(in *project.Project, f initFlags, text string) error {
	if a.json {
		return a.writeJSON(struct {
			Schema  string `json:"schema"`
			File    string `json:"file"`
			Written bool   `json:"written"`
			Text    string `json:"text"`
			Exit    int    `json:"exit"`
		}{"git-backport/init/v1", config.FileName, !f.stdout, text, 0})
	}
	if f.stdout {
		_, err := fmt.Fprint(a.streams.Out, text)
		return err
	}
	_, err := fmt.Fprintf(a.streams.Out, "wrote %s\nnext: read it, see what it makes of the lines, and commit it on main\n  git backport %s\n",
		filepath.Join(in.Repo.Layout.WorkTree, config.FileName), a.quoted([]string{"branches"}))
	return err
}
