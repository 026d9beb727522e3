package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// A topic is a help page that belongs to no verb.
type topic struct {
	name, short, long string
}

// topics are the help pages, in the order help lists them.
func topics() []topic {
	return []topic{
		{"policy", "the policy file, backport.toml", policyTopic},
		{"exit-codes", "how the program ends", "Exit codes, the same for every verb:\n\n" + exitLines("  %-4d %s\n") + "\nNever 0 for a partial result. A program takes a code it does not know as failure."},
		{"json", "the documents of --json", jsonTopic},
		{"environment", "the variables and settings that are heeded", environmentTopic},
		{"merge", "what a pick is, and what it is not", mergeTopic},
	}
}

func exitLines(format string) string {
	var b strings.Builder
	for _, row := range exitTable() {
		fmt.Fprintf(&b, format, row.Code, row.Meaning)
	}
	return b.String()
}

// topicCommands are the help pages as commands without a run: cobra lists them apart.
func topicCommands() []*cobra.Command {
	out := make([]*cobra.Command, 0, len(topics()))
	for _, t := range topics() {
		out = append(out, &cobra.Command{Use: t.name, Short: t.short, Long: t.long})
	}
	return out
}

// ExitCodesMarkdown is docs/exit-codes.md.
func ExitCodesMarkdown() string {
	var b strings.Builder
	b.WriteString("# Exit codes\n\nMade from the program's own table; the same for every verb.\n\n| code | `error.code` | meaning |\n|--:|---|---|\n")
	for _, row := range exitTable() {
		fmt.Fprintf(&b, "| %d | `%s` | %s |\n", row.Code, row.Name, row.Meaning)
	}
	b.WriteString("\nNever 0 for a partial result. A target's own trouble is its `error.code` in the JSON document; the process's code is\nthe first that applies of 1, 6, 4, 5, 3. Programs take a code they do not know as failure.\n")
	return b.String()
}

// Root is the command tree, for making the documentation.
func Root(host Host) *cobra.Command {
	return (&app{host: host}).rootCommand()
}

const policyTopic = `The policy is the file backport.toml at the root of main's tip: a branch cannot know today's policy, and
the commit being picked cannot change its own. While main has none, a copy in the work tree is used, and
said. --config takes a FILE, REV:PATH, or preset:NAME. Without any, the two newest lines are guessed, and
apply wants the lines named.

The file is data only: no commands, no environment, no remotes, no tokens. An unknown key is an error
with its place and the nearest known key. docs/policy.md explains every key. A small one:

  schema = 1

  [repo]
  branch = ["release-{major}.0.0"]
  tag = ["v{version}"]

  [class.lts]
  match = { divisible_by = 12, from = "24" }
  phases = [{ name = "lts", until = "24 months" }]

  [class.normal]
  phases = [{ name = "current", until = "2 releases" }]`

const jsonTopic = `With --json a verb prints one document and nothing else on standard output, errors included. It names
its schema, as in "git-backport/plan/v1". A version only grows: ignore fields you do not know, and take
a status you do not know as failure. Object ids are strings; a path that is not UTF-8 comes as
{"base64": "…"}. docs/json.md describes the fields.

'apply --plan FILE' lands a document that 'plan --json' printed, to the very ids, or exits 4 and names
what moved.`

const environmentTopic = `git's own variables are heeded as git heeds them: GIT_DIR, GIT_COMMON_DIR, GIT_WORK_TREE,
GIT_OBJECT_DIRECTORY, GIT_ALTERNATE_OBJECT_DIRECTORIES, GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM,
GIT_CONFIG_NOSYSTEM, GIT_CONFIG_COUNT and its pairs, GIT_CEILING_DIRECTORIES, GIT_COMMITTER_NAME,
GIT_COMMITTER_EMAIL, GIT_COMMITTER_DATE. So is the configuration: identity, safe.directory, core.*.

The date of new commits is --date, else GIT_COMMITTER_DATE, else SOURCE_DATE_EPOCH, else now.
The user's own settings are in git's configuration: backport.remote names the remote whose branches count.
Colour: --color, else NO_COLOR, FORCE_COLOR, TERM=dumb, else whether the output is a terminal.

Settings of git that would change what a pick results in (merge.renames, diff.algorithm and others) are
warned about and left aside, so that two maintainers get the same tree.`

const mergeTopic = `A pick is the three-way merge of a commit's change onto a tip, to the byte what git cherry-pick of git
2.55 makes with its default configuration and the release branch's .gitattributes. Renames and renamed
directories are followed; what git calls a conflict is one here, and so is a submodule that both sides
changed. A merge driver of the user's is never run: a path that asks for one is a conflict that says so.

Not offered: -X and --strategy, because nobody would see what they settled; -e, --ff.

The commit keeps the author, byte for byte. The committer is you. The message is as git writes it, with
"(cherry picked from commit …)" when main contains the source. Signatures are not copied. Hooks do not
run. Notes are not copied.`

// refuseUnknownHelp makes help about what is neither a verb nor a topic a usage error; cobra shows the general help.
func (a *app) refuseUnknownHelp(root *cobra.Command) {
	show := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if verb := cmd.Flags().Arg(0); cmd == root && verb != "" {
			a.code = a.fail(root, args, notAVerb(root, verb))
			return
		}
		show(cmd, args)
	})
	root.SetHelpCommand(&cobra.Command{
		Use: "help [VERB | TOPIC]", Short: "Show the help of a verb or a topic", GroupID: "more",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || cmd == root && len(rest) > 0 {
				return notAVerb(root, args[0])
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	})
}

func notAVerb(root *cobra.Command, name string) *Error {
	hint := "git backport help lists the verbs and the topics"
	if near := root.SuggestionsFor(name); len(near) > 0 {
		hint = "did you mean '" + near[0] + "'?"
	}
	return usageError(fmt.Errorf("%q is neither a verb nor a help topic", name), hint)
}
