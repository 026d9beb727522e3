package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/ci"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/publish"
	"github.com/git-backport/git-backport/internal/report"
)

// The verbs below are what the written workflows call; help does not list them.

func (a *app) ciRunCommand() *cobra.Command {
	var workflow, branch string
	var wait, issue bool
	cmd := &cobra.Command{
		Use: "run --workflow FILE --branch BRANCH", Hidden: true, Args: noArgs,
		Short: "Dispatch a workflow on a branch, wait for it, and keep an issue while it is red",
		Long: `Dispatches a workflow on a branch through gh. With --wait it waits until the run has ended: exit 0 when it
is green, 5 when it is not, 1 when it does not appear in two minutes. With --issue it keeps one open issue
for the branch while it is red, and closes it when it is green.` + exitStatus(ExitOK, ExitFailure, ExitUsage, ExitRefused),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if workflow == "" || branch == "" {
				return usageError(errors.New("ci run wants --workflow and --branch"), "")
			}
			return a.ciRun(cmd.Context(), workflow, branch, wait || issue, issue)
		},
	}
	cmd.Flags().StringVar(&workflow, "workflow", "", "the `FILE` below .github/workflows")
	cmd.Flags().StringVar(&branch, "branch", "", "the `BRANCH`")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the run has ended")
	cmd.Flags().BoolVar(&issue, "issue", false, "keep one issue while the branch is red")
	return cmd
}

// ciLabel is the label by which the issues are found that are kept.
const ciLabel = "git-backport"

func (a *app) ciRun(ctx context.Context, workflow, branch string, wait, issue bool) error {
	server, err := a.ciServer()
	if err != nil {
		return err
	}
	run, err := server.Dispatch(ctx, workflow, branch)
	if errors.Is(err, ci.ErrNotFound) {
		return &Error{Exit: ExitFailure, Code: "run-not-found", Err: err, Hint: "see " + workflow + " on the forge's page of runs: was it dispatched on " + branch + "?"}
	}
	if err != nil {
		return err
	}
	if wait {
		if run, err = server.Wait(ctx, run); err != nil {
			return err
		}
		if !run.Green() {
			a.code = ExitRefused
		}
	}
	doc := report.CIRun{Version: version(), Workflow: workflow, Branch: branch, Run: run}
	if issue {
		doc.Issue, err = server.Keep(ctx, report.RunIssue(branch, workflow, run, ciLabel), !run.Green())
		if err != nil {
			return err
		}
	}
	doc.Exit = int(a.code)
	return a.render(report.NewCIRun(doc), func(w io.Writer) error { return report.CIRunText(w, doc) })
}

// ciServer is the repository of GitHub that the workflow runs in.
func (a *app) ciServer() (*ci.Server, error) {
	repo := a.host.getenv("GITHUB_REPOSITORY")
	if owner, name, ok := strings.Cut(repo, "/"); !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		return nil, usageError(fmt.Errorf("GITHUB_REPOSITORY is %q: want OWNER/NAME", repo), "")
	}
	host := "github.com"
	if server := a.host.getenv("GITHUB_SERVER_URL"); server != "" {
		_, host, _ = strings.Cut(strings.TrimSuffix(server, "/"), "://")
	}
	run, err := a.tool("gh")
	if err != nil {
		return nil, usageError(fmt.Errorf("workflows are dispatched by gh: %w", err), "")
	}
	client := publish.NewClient("gh", host, run, a.waitFor)
	return &ci.Server{Call: client.Call, Repo: repo, Now: a.host.Now, Sleep: sleep}, nil
}

// sleep waits, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (a *app) ciIssueCommand() *cobra.Command {
	var name, title, text, state string
	cmd := &cobra.Command{
		Use: "issue --name NAME --title TITLE --text FILE --state CODE", Hidden: true, Args: noArgs,
		Short: "Keep one issue with a report while an exit code is not 0",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if name == "" || title == "" || state == "" {
				return usageError(errors.New("ci issue wants --name, --title, --text and --state"), "")
			}
			return a.ciIssue(cmd.Context(), ci.Issue{Name: name, Title: title, Label: ciLabel}, text, state != "0")
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "the `NAME` of the report")
	cmd.Flags().StringVar(&title, "title", "", "the issue's `TITLE`")
	cmd.Flags().StringVar(&text, "text", "", "a `FILE` with the report, Markdown")
	cmd.Flags().StringVar(&state, "state", "", "the exit `CODE` of the verb that made the report: 0 closes the issue")
	return cmd
}

// maxIssue bounds the text of an issue, as the forge does.
const maxIssue = 65000

func (a *app) ciIssue(ctx context.Context, issue ci.Issue, file string, wrong bool) error {
	data, err := checkout.ReadNamed(file, 1<<20)
	if err != nil {
		return usageError(fmt.Errorf("--text: %w", err), "")
	}
	issue.Text = strings.ToValidUTF8(string(data[:min(len(data), maxIssue)]), "")
	server, err := a.ciServer()
	if err != nil {
		return err
	}
	kept, err := server.Keep(ctx, issue, wrong)
	if err != nil {
		return err
	}
	if wrong {
		a.code = ExitRefused
	}
	return a.render(report.NewCIIssue(version(), kept, int(a.code)), func(w io.Writer) error { return report.CIIssueText(w, kept) })
}

func (a *app) ciEventCommand() *cobra.Command {
	return &cobra.Command{
		Use: "event", Hidden: true, Args: noArgs,
		Short: "Read the event of a workflow, and set outputs where it asks for a backport",
		Long: `Reads the file that GITHUB_EVENT_PATH names. A merged pull request with a label "backport LINE", "backport
all" or "backport security", or a comment "/backport LINE…" of a member on one, sets the outputs fix, number,
kind, to and also in the file that GITHUB_OUTPUT names. Anything else sets none, says why, and is exit 0.` + exitStatus(ExitOK, ExitUsage),
		RunE: func(*cobra.Command, []string) error { return a.ciEvent() },
	}
}

// maxEvent bounds an event, in bytes: a forge's are below 25 MB.
const maxEvent = 32 << 20

func (a *app) ciEvent() error {
	file := a.host.getenv("GITHUB_EVENT_PATH")
	if file == "" {
		return usageError(errors.New("GITHUB_EVENT_PATH names no event: this verb runs in a workflow"), "")
	}
	data, err := checkout.ReadNamed(file, maxEvent)
	if err != nil {
		return usageError(fmt.Errorf("reading the event: %w", err), "")
	}
	order, err := ci.ReadEvent(a.host.getenv("GITHUB_EVENT_NAME"), data)
	if err != nil {
		return usageError(err, "")
	}
	if out := a.host.getenv("GITHUB_OUTPUT"); out != "" && order.Number > 0 {
		f, err := os.OpenFile(out, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600) //nolint:forbidigo // the runner's file, not a repository's
		if err != nil {
			return fmt.Errorf("writing the outputs: %w", err)
		}
		_, err = io.WriteString(f, order.Outputs())
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("writing the outputs: %w", err)
		}
	}
	return a.render(report.NewCIEvent(version(), order), func(w io.Writer) error { return report.CIEventText(w, order) })
}

func (a *app) ciChildrenCommand() *cobra.Command {
	return &cobra.Command{
		Use: "children", Hidden: true, Args: noArgs,
		Short: "Print a pipeline of GitLab that starts one on each supported release branch",
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, err := a.open(cmd.Context(), project.NeedPolicy)
			if err != nil {
				return err
			}
			text, err := ci.Children(supportedBranches(in))
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.streams.Out, text)
			return err
		},
	}
}
