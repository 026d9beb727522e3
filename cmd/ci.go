package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/internal/ci"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/publish"
	"github.com/git-backport/git-backport/internal/report"
)

// ciFlags are the flags of ci init.
type ciFlags struct {
	forge, workflow, action string
	stdout, check, force    bool
}

// actionName is the repository that holds git-backport's action.
const actionName = "git-backport/git-backport"

func (a *app) ciCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "ci", GroupID: "more", Args: noArgs,
		Short: "Write workflows that run git-backport for the repository",
		Long:  `'git backport ci init' writes workflows for GitHub, GitLab or Forgejo, filled from the repository.`,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetHelpCommand(&cobra.Command{Hidden: true})
	cmd.AddCommand(a.ciInitCommand(), a.ciRunCommand(), a.ciEventCommand(), a.ciIssueCommand(), a.ciChildrenCommand())
	for _, sub := range cmd.Commands() {
		run := sub.RunE
		sub.RunE = func(cmd *cobra.Command, args []string) error {
			a.running = true
			return run(cmd, args)
		}
	}
	return cmd
}

func (a *app) ciInitCommand() *cobra.Command {
	var f ciFlags
	cmd := &cobra.Command{
		Use:   "init [WORKFLOW...]",
		Short: "Write workflows filled from the repository",
		Long: `Writes one file for each WORKFLOW, filled from the repository: the main branch, the names of the release
branches, and the workflow that is main's CI. Without a WORKFLOW it lists them, with what each does and
the rights that it needs. A file that was written before is written again, and what people put between its
"# keep" marks stays; one that was changed elsewhere is not overwritten without --force.

For release-lines it looks at the CI workflow of main and of each supported branch, and says what a
dispatched run lacks there, and which jobs could publish something.` + exitStatus(ExitOK, ExitUsage, ExitRefused, ExitRepository),
		Example: `  git backport ci init
  git backport ci init release-lines gate
  git backport ci init gate --forge gitlab --stdout`,
		ValidArgs: workflowNames(),
		RunE:      func(cmd *cobra.Command, args []string) error { return a.ciInit(cmd.Context(), f, args) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.forge, "forge", "", "github, gitlab or forgejo (default: by the address of the remote, else github)")
	fs.StringVar(&f.workflow, "workflow", "", "the `FILE` below .github/workflows that is the project's CI (default: found)")
	fs.StringVar(&f.action, "action", "", "where the action of git-backport is: `OWNER/NAME@ID` (default: "+actionName+" at the commit of this program)")
	fs.BoolVar(&f.stdout, "stdout", false, "print the files instead of writing them")
	fs.BoolVar(&f.check, "check", false, "write nothing; exit 5 when a file is not what would be written now")
	fs.BoolVar(&f.force, "force", false, "overwrite files that were changed or not written by git-backport")
	return cmd
}

func workflowNames() []string {
	var out []string
	for _, w := range ci.Workflows() {
		out = append(out, w.Name)
	}
	return out
}

func (a *app) ciInit(ctx context.Context, f ciFlags, names []string) error {
	if len(names) == 0 && !f.check {
		return a.render(report.NewWorkflows(version()), report.WorkflowsText)
	}
	in, err := a.open(ctx, project.NeedLines)
	if err != nil {
		return err
	}
	top := in.Repo.Layout.WorkTree
	if top == "" && !f.stdout {
		return usageError(errors.New("a bare repository has no work tree to write workflows into"), "--stdout prints them")
	}
	facts, forge, err := a.ciFacts(in, f)
	if err != nil {
		return err
	}
	if f.check && len(names) == 0 {
		if forge == ci.GitLab {
			return usageError(errors.New("--check wants the names of the workflows: GitLab has one file for all"), "workflows: "+strings.Join(workflowNames(), ", "))
		}
		names = writtenBefore(top, forge)
	}
	files, err := ci.Write(forge, names, facts)
	if err != nil {
		return usageError(err, ciHint(err))
	}
	doc := report.CIInit{Version: version(), Forge: string(forge), Written: !f.stdout && !f.check}
	if slices.Contains(names, "release-lines") && forge == ci.GitHub {
		doc.Findings = a.ciFindings(in, facts.CI)
	}
	for _, file := range files {
		state, text, err := placeWorkflow(top, file, f)
		if err != nil {
			return usageError(fmt.Errorf("%s: %w; nothing was written", file.Path, err), "--stdout prints what would be written; --force overwrites the file")
		}
		doc.Files = append(doc.Files, report.CIFile{Path: file.Path, State: state, Text: text})
	}
	if doc.Written {
		for _, file := range doc.Files {
			if err := writeBelow(top, file.Path, file.Text); err != nil {
				return err
			}
		}
	}
	for _, file := range doc.Files {
		if f.check && file.State != report.CIFileSame {
			a.code = ExitRefused
		}
	}
	doc.Exit = int(a.code)
	return a.showCI(doc, in, f)
}

func ciHint(err error) string {
	if errors.Is(err, ci.ErrNoCI) {
		return "name it: --workflow FILE"
	}
	return "workflows: " + strings.Join(workflowNames(), ", ")
}

func (a *app) showCI(doc report.CIInit, in *project.Project, f ciFlags) error {
	if a.json {
		return a.writeJSON(report.NewCIInit(doc))
	}
	for _, text := range in.Warnings {
		a.warn(text)
	}
	if f.stdout {
		return report.CIFilesText(a.streams.Out, doc)
	}
	return report.CIInitText(a.streams.Out, doc)
}

// ciFacts is what the workflows are filled with.
func (a *app) ciFacts(in *project.Project, f ciFlags) (ci.Facts, ci.Forge, error) {
	facts := ci.Facts{Main: in.Main.Name, Version: version(), CI: f.workflow}
	forge := ci.Forge(f.forge)
	if r, ok := forgeRepository(in.Repo, in.Remote); ok {
		facts.Repository = r.Path()
		if kind := publish.ForgeOf(r.Host); forge == "" && kind != "" {
			forge = map[publish.Forge]ci.Forge{publish.GitHub: ci.GitHub, publish.GitLab: ci.GitLab, publish.Gitea: ci.Forgejo}[kind]
		}
	}
	if forge == "" {
		forge = ci.GitHub
	}
	if !slices.Contains(ci.Forges(), forge) {
		return facts, forge, usageError(fmt.Errorf("--forge %q: want github, gitlab or forgejo", f.forge), "")
	}
	for _, t := range in.Config.Policy.Repo.Branches {
		facts.Templates = append(facts.Templates, t.String())
	}
	if in.Guessed() {
		return facts, forge, usageError(errors.New("workflows follow the policy, and main has no backport.toml"), "git backport init writes one; commit it on main first")
	}
	if facts.CI == "" {
		facts.CI = ci.MainCI(workflowsAt(in, in.Main.Tip))
	}
	var err error
	facts.Action, err = actionPin(f.action)
	return facts, forge, err
}
