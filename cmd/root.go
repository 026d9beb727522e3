package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/streams"
)

// An app is one run of the program: the outside, the streams and the flags every verb has.
type app struct {
	host    Host
	streams streams.Streams
	running bool         // a verb has begun
	done    bool         // what was to be changed is changed, or on record
	code    ExitCode     // set by a verb that ends well but not with 0
	repo    *gitops.Repo // once it is opened
	env     gitconfig.Environment

	unsettled bool // a change of branches is half done, and could not be settled

	asked
	trace   *trace // nil where nobody asked for it
	started time.Time
}

// run executes one command line.
func (a *app) run(ctx context.Context, args []string) ExitCode {
	root := a.rootCommand()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if traceErr := a.trace.write(a.streams.Err, a.verbose); err == nil {
		err = traceErr
	}
	if a.done && errors.Is(err, context.Canceled) { // what was to be shown is not, and what was to be done is
		err = nil
	}
	if err == nil {
		a.done = true
		return a.code
	}
	if e := explain(err); !a.running && e.Exit == ExitFailure { // the command line did not get past its parser
		err = flagError(cmd, err)
	}
	return a.fail(cmd, args, err)
}

// fail shows an error, as JSON when JSON was asked for, and returns its code.
func (a *app) fail(cmd *cobra.Command, args []string, err error) ExitCode {
	e := explain(err)
	if e.Exit == ExitPipe {
		return e.Exit
	}
	if verb, rest, _ := strings.Cut(e.Run, " "); verb != "" {
		e.Hint += a.say(verb, strings.Fields(rest)...)
	}
	if wantsJSON(args) {
		a.json = true
		name := "error"
		if cmd != nil && cmd.HasParent() {
			name = cmd.Name()
		}
		_ = a.writeJSON(report.ErrorDocument(name, version(), e.Code, e.Error(), e.Hint, int(e.Exit)))
		return e.Exit
	}
	fmt.Fprintf(a.streams.Err, "git-backport: error: %s\n", streams.Message(e.Error()))
	a.hint(e.Hint)
	return e.Exit
}

func (a *app) hint(text string) {
	if text == "" {
		return
	}
	for _, line := range strings.Split(text, "\n") {
		fmt.Fprintf(a.streams.Err, "git-backport: hint: %s\n", streams.CleanText(line))
	}
}

func (a *app) warn(text string) {
	fmt.Fprintf(a.streams.Err, "git-backport: warning: %s\n", streams.Message(text))
}

// wantsJSON looks for --json before flags are parsed, so that a usage error is JSON too.
func wantsJSON(args []string) bool {
	for i, arg := range args {
		switch {
		case arg == "--":
			return false
		case arg == "--json", arg == "--json=true", arg == "--format=json":
			return true
		case arg == "--format" && i+1 < len(args) && args[i+1] == "json":
			return true
		}
	}
	return false
}

// writeJSON prints one document, indented, and nothing else.
func (a *app) writeJSON(v any) error {
	return report.WriteJSON(a.streams.Out, v)
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "git-backport",
		Short: "Pick a fix onto every release branch that the support policy requires",
		Long: `git-backport reads a local clone, decides from a support policy which release branches must get a fix,
picks the fix onto all of them in memory, checks that the toolchain pin has not moved, bumps patch
versions, and creates branches ready for pull requests: all of them or none. The work tree, the index,
HEAD and the configuration are never touched.`,
		SilenceErrors: true, SilenceUsage: true, DisableAutoGenTag: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError(fmt.Errorf("%q is not a verb", args[0]), unknownVerbHint(cmd, args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.streams.In)
	root.SetOut(a.streams.Out)
	root.SetErr(a.streams.Err)
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(flagError)
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return a.checkCommon() }
	addFlags(root.PersistentFlags(), everyVerb, &a.asked)
	root.AddGroup(&cobra.Group{ID: "do", Title: "Working:"}, &cobra.Group{ID: "look", Title: "Looking:"}, &cobra.Group{ID: "more", Title: "More:"})
	root.SetHelpCommandGroupID("more")
	root.SetCompletionCommandGroupID("more")
	root.AddCommand(a.verbs()...)
	for _, cmd := range root.Commands() {
		run := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			a.running = true
			return run(cmd, args)
		}
	}
	root.AddCommand(topicCommands()...)
	a.refuseUnknownHelp(root)
	return root
}

func (a *app) checkCommon() error {
	if !a.streams.SetColor(a.color) {
		return usageError(fmt.Errorf("--color %q: want auto, always or never", a.color), "")
	}
	if !slices.Contains([]string{"auto", "local", "remote"}, a.Base) {
		return usageError(fmt.Errorf("--base %q: want auto, local or remote", a.Base), "")
	}
	if a.timed {
		a.trace = &trace{now: a.host.Now, start: a.started}
		a.trace.stageFrom(a.started, "command line", "")()
	}
	if a.quiet && a.verbose {
		return usageError(errors.New("-q and -v contradict each other"), "")
	}
	return nil
}

// flagError turns what the flag parser says into a usage error with the flags' help as the cure.
func flagError(cmd *cobra.Command, err error) error {
	return usageError(err, fmt.Sprintf("'%s --help' lists the flags", cmd.CommandPath()))
}

// unknownVerbHint guesses what was meant: a verb misspelt, or a fix given without a verb.
func unknownVerbHint(cmd *cobra.Command, arg string) string {
	if near := cmd.SuggestionsFor(arg); len(near) > 0 {
		return "did you mean '" + near[0] + "'?"
	}
	return "to see where a fix would go: git backport plan " + quoteArg(arg)
}

// render writes text that a verb made, unless JSON was asked for.
func (a *app) render(doc any, text func(w io.Writer) error) error {
	if a.json {
		return a.writeJSON(doc)
	}
	return text(a.streams.Out)
}
