package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/propose"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/txfs"
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
		Long: `Looks at the branches, the tags, how long each line was patched, the toolchain pins and the version
files, and writes a policy that fits them to backport.toml at the root of the work tree. Before it is
written the policy is tried: it is loaded, it decides about each line, its rules are held against the
patch releases of the last two years, and the next version of each live line is made in memory. What
does not work is left out, and said. It is a proposal: read it, change it, commit it on main. A file that is there is never overwritten without --force. With --preset the file is a copy of
that preset: ` + strings.Join(config.Presets(), ", ") + `.` + exitStatus(ExitOK, ExitUsage, ExitRepository),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.initPolicy(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.preset, "preset", "", "copy the preset `P` instead of looking")
	cmd.Flags().BoolVar(&f.stdout, "stdout", false, "print the file instead of writing it")
	cmd.Flags().BoolVar(&f.force, "force", false, "overwrite a backport.toml that is there")
	return cmd
}

func (a *app) initPolicy(ctx context.Context, f initFlags) error {
	in, err := a.openProject(a.Request)
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
	p, err := a.proposal(ctx, in, f)
	if err != nil {
		return err
	}
	if !f.stdout {
		if err := txfs.Replace(txfs.Real{}, path, []byte(p.Text), 0o666); err != nil {
			return fmt.Errorf("writing %s: %w", config.FileName, err)
		}
	}
	return a.initDone(in, f, p)
}

// proposal is the policy file to write: a preset's, or one that is made for the repository and tried on it.
func (a *app) proposal(ctx context.Context, in *project.Project, f initFlags) (propose.Proposal, error) {
	if f.preset != "" {
		text, err := config.PresetText(strings.TrimPrefix(f.preset, config.PresetPrefix))
		if err != nil {
			return propose.Proposal{}, usageError(err, "presets: "+strings.Join(config.Presets(), ", "))
		}
		return propose.Proposal{Text: string(text)}, nil
	}
	if _, err := in.Names(); err != nil {
		return propose.Proposal{}, err
	}
	seen, err := propose.See(ctx, in.Session, in.Remote, baseOf(a.Request), in.AsOf)
	if err != nil {
		return propose.Proposal{}, err
	}
	return propose.Propose(seen)
}

// initDone prints the file, or says where it is and what it makes of the repository.
func (a *app) initDone(in *project.Project, f initFlags, p propose.Proposal) error {
	if a.json {
		return a.writeJSON(report.NewInit(p, config.FileName, !f.stdout))
	}
	if f.stdout {
		_, err := fmt.Fprint(a.streams.Out, p.Text)
		return err
	}
	if err := report.InitText(a.streams.Out, p); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.streams.Out, "wrote %s\nnext: read it, see what it makes of the lines, and commit it on main\n  git backport %s\n",
		filepath.Join(in.Repo.Layout.WorkTree, config.FileName), a.quoted([]string{"branches"}))
	return err
}
