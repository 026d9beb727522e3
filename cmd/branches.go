package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

func (a *app) branchesCommand() *cobra.Command {
	var kind, format string
	var classes []string
	var check bool
	cmd := &cobra.Command{
		Use: "branches", Aliases: []string{"lines"}, GroupID: "look", Args: noArgs,
		Short: "Show the release lines: class, phase, window, next version, verdict and why",
		Long: `Shows each release line as the policy sees it today, newest first: its class and phase, the last
supported day, the next version by its tags, and what the policy says about a change of the given kind.

--format names prints the branches that a change is required on, one a line; matrix prints one line for
a GitHub Actions strategy.matrix. An empty matrix makes a workflow fail: guard the job with
  if: ${{ fromJSON(needs.NAME.outputs.matrix).include[0] }}` + exitStatus(ExitOK, ExitUsage, ExitRefused, ExitRepository),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format == "json" {
				a.json, format = true, "table"
			}
			in, err := a.open(cmd.Context(), project.NeedPolicy)
			if err != nil {
				return err
			}
			k := policy.Kind(kind)
			if err := in.CheckKind(k); err != nil {
				return err
			}
			doc := report.NewBranches(in.Lines, policy.Decide(in.Config.Policy, in.Lines, policy.Change{Kind: k}), report.BranchesHeader{
				Version: version(), AsOf: in.AsOf, Kind: k, PolicySource: in.Source, PolicyRev: in.Rev, Remote: in.Remote, Warnings: in.Warnings,
			})
			if check {
				return a.checkBranches(cmd.Context(), in)
			}
			if err := onlyClasses(&doc, in.Config.Policy, classes); err != nil {
				return err
			}
			return a.showBranches(in, doc, format)
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "security", "the `KIND` of change to decide for")
	cmd.Flags().StringVar(&format, "format", "table", "table, names, json or matrix")
	cmd.Flags().StringSliceVar(&classes, "class", nil, "only lines of the class `NAME`, may be repeated")
	cmd.Flags().BoolVar(&check, "check", false, "check the policy against the branches and tags")
	return cmd
}

// onlyClasses leaves the lines of some classes in the document.
func onlyClasses(doc *report.BranchesV1, p *policy.Policy, classes []string) error {
	if len(classes) == 0 {
		return nil
	}
	var known []string
	for _, c := range p.Classes {
		known = append(known, c.Name)
	}
	for _, c := range classes {
		if !slices.Contains(known, c) {
			return usageError(fmt.Errorf("--class %q: the policy has no such class", c), "classes: "+strings.Join(known, ", "))
		}
	}
	doc.Branches = slices.DeleteFunc(doc.Branches, func(b report.BranchV1) bool {
		return b.Class == nil || !slices.Contains(classes, *b.Class)
	})
	return nil
}

func (a *app) showBranches(in *project.Project, doc report.BranchesV1, format string) error {
	if a.json {
		return a.writeJSON(doc)
	}
	for _, text := range in.Warnings {
		a.warn(text)
	}
	if in.Guessed() {
		a.warn("no backport.toml: the two newest lines are guessed ('git backport init' writes a policy)")
	}
	switch format {
	case "table":
		return report.BranchesTable(a.streams.Out, doc, report.TextOptions{Width: a.streams.Width, Color: a.streams.Color, Verbose: a.verbose, Quiet: a.quiet})
	case "names":
		return report.BranchNames(a.streams.Out, doc)
	case "matrix":
		return report.BranchMatrix(a.streams.Out, doc)
	}
	return usageError(fmt.Errorf("--format %q: want table, names, json or matrix", format), "")
}

// checkBranches fails when the policy and the repository do not agree.
func (a *app) checkBranches(ctx context.Context, in *project.Project) error {
	problems := policy.Check(in.Config.Policy, in.Facts)
	drifted, err := drifted(ctx, in)
	if err != nil {
		return err
	}
	problems = append(problems, drifted...)
	if a.json {
		if err := a.writeJSON(report.Problems("branches", version(), problems)); err != nil {
			return err
		}
	} else if err := a.listProblems(a.streams.Out, problems); err != nil {
		return err
	}
	if len(problems) > 0 {
		a.code = ExitRefused
	}
	return nil
}

func (a *app) listProblems(w io.Writer, problems []policy.Problem) error {
	var err error
	for _, p := range problems {
		_, e := fmt.Fprintf(w, "%s: %s\n", p.Code, p.Message)
		err = errors.Join(err, e)
	}
	if len(problems) == 0 {
		_, err = fmt.Fprintln(w, "the policy agrees with the branches and tags")
	}
	return err
}
