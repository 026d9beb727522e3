package cmd

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/git-backport/git-backport/internal/operation"
)

// asked is what a command line asks: a request, which is kept, and what is about this run alone.
type asked struct {
	operation.Request

	partial, dry, noSearch, andPublish bool
	planFile, expect                   string

	dir, color           string
	json, quiet, verbose bool
	timed                bool
}

// A verbSet is some of the verbs.
type verbSet int

// The verbs that flags of the table belong to.
const (
	everyVerb verbSet = 1 << iota
	planVerb
	applyVerb
	bumpVerb
)

const fixVerbs = planVerb | applyVerb

// A flagRow is a flag that has to do with what is asked.
type flagRow struct {
	verbs       verbSet
	name, short string
	value       string           // the default of a text
	field       func(*asked) any // a *string, *[]string, *bool or *int
	use         flagUse          // what becomes of it
	help        string
}

// A flagUse says what becomes of a flag after this run.
type flagUse int

// The uses of flags. Beside --plan, which says what is asked, only those are taken that cannot change it.
const (
	recorded flagUse = 1 << iota // a record, a plan document and the printed command have it
	beside                       // it may stand beside --plan
)

// flagTable is THE table of the flags that ask for something: from it they are registered, recorded,
// replayed and printed. Its order is that of help and of printed commands.
func flagTable() []flagRow {
	return []flagRow{
		{fixVerbs, "kind", "", "", func(a *asked) any { return &a.Kind }, recorded,
			"the `KIND` of the change: security, critical, bugfix, dependency, ci, docs, feature, or one of the policy's; of several, FIX=KIND"},
		{fixVerbs, "to", "", "", func(a *asked) any { return &a.To }, recorded, "exactly these `LINE`s; LINE:FIX for one of several fixes"},
		{fixVerbs, "also", "", "", func(a *asked) any { return &a.Also }, recorded, "these `LINE`s too; LINE:FIX for one of several fixes"},
		{fixVerbs, "skip", "", "", func(a *asked) any { return &a.Skip }, recorded, "not this `LINE`, or with LINE:FIX not this fix or commit on it"},
		{fixVerbs, "onto", "", "", func(a *asked) any { return &a.Onto }, recorded, "onto any commit-ish `REV`, the policy left aside"},
		{fixVerbs, "reason", "", "", func(a *asked) any { return &a.Reason }, recorded, "why a refused line is taken or a line is skipped; recorded"},
		{fixVerbs, "published", "", "", func(a *asked) any { return &a.Published }, recorded, "the `DAY` the change became public, for the policy's soak time"},
		{fixVerbs, "name", "", "", func(a *asked) any { return &a.Name }, recorded, "the `NAME` in backport/NAME/BRANCH (default: 12 digits of the first commit)"},
		{fixVerbs, "mainline", "m", "", func(a *asked) any { return &a.Mainline }, recorded, "the parent `N` that a merge commit is a change to"},
		{fixVerbs, "squash", "", "", func(a *asked) any { return &a.Squash }, recorded, "take a merge as one commit, with the author and message of the first commit that it merges"},
		{fixVerbs, "x", "x", "", func(a *asked) any { return &a.Origin }, recorded, "add \"(cherry picked from commit …)\" (default when main has the commit)"},
		{fixVerbs, "no-x", "", "", func(a *asked) any { return &a.NoOrigin }, recorded, "do not add it"},
		{fixVerbs, "signoff", "s", "", func(a *asked) any { return &a.SignOff }, recorded, "add a Signed-off-by line"},
		{fixVerbs, "gpg-sign", "S", "", func(a *asked) any { return &a.Sign }, recorded, "sign the commits"},
		{fixVerbs, "no-bump", "", "", func(a *asked) any { return &a.NoBump }, recorded, "do not bump versions"},
		{fixVerbs, "no-cascade", "", "", func(a *asked) any { return &a.NoCascade }, recorded, "do not take a pick that conflicts from the next newer branch's version of it"},
		{fixVerbs, "with-prerequisites", "", "", func(a *asked) any { return &a.Prerequisites }, recorded, "take along, where a target conflicts, the commits of main that make it clean"},
		{fixVerbs, "again", "", "", func(a *asked) any { return &a.Again }, recorded, "pick what a line has by weak evidence, or seems to have, all the same"},
		{fixVerbs, "strip-pin", "", "", func(a *asked) any { return &a.StripPin }, recorded,
			"leave out of the fix what raises a toolchain pin; recorded in the commit and the report"},
		{fixVerbs, "verify-with-git", "", "", func(a *asked) any { return &a.VerifyWithGit }, recorded | beside, "let git (2.41 or newer) repeat each pick; a difference refuses the target"},
		{fixVerbs, "embargo", "", "", func(a *asked) any { return &a.Embargo }, recorded,
			"tell nothing of the fix: a random NAME, no subject, author or number in refs, records or pull requests"},
		{fixVerbs, "ack", "", "", func(a *asked) any { return &a.Ack }, recorded | beside, "with --embargo: the words in the commit messages that would tell are known"},
		{fixVerbs, "replace", "", "", func(a *asked) any { return &a.Replace }, recorded | beside, "move branches that still hold exactly what an earlier operation left"},
		{fixVerbs, "no-why", "", "", func(a *asked) any { return &a.noSearch }, beside, "do not look for the commits of main that a conflicted target lacks"},
		{fixVerbs, "partial", "", "", func(a *asked) any { return &a.partial }, beside, "create the ready branches though others are not ready; the exit code stays 3 or 5"},

		{applyVerb, "publish", "", "", func(a *asked) any { return &a.andPublish }, beside, "then push the branches and open the pull requests, as 'publish' does"},

		{bumpVerb, "rc", "", "", func(a *asked) any { return &a.Candidate }, recorded, "make the next candidate of a pending line"},
		{bumpVerb, "notes", "", "", func(a *asked) any { return &a.Notes }, recorded, "write an entry of the release notes for each commit that they do not speak of yet"},
		{bumpVerb, "version", "", "", func(a *asked) any { return &a.Release }, recorded, "bump to this `VERSION`; needs one line"},
		{bumpVerb, "kind", "", "", func(a *asked) any { return &a.Kind }, recorded, "the `KIND` of the release (default: the strongest of its commits')"},
		{bumpVerb, "reason", "", "", func(a *asked) any { return &a.Reason }, recorded, "why the release is made though the policy holds it back"},
		{bumpVerb, "skip", "", "", func(a *asked) any { return &a.Skip }, recorded, "`LINE`s that are not affected by the fixes, for equal patching; needs --reason"},
		{bumpVerb, "gpg-sign", "S", "", func(a *asked) any { return &a.Sign }, recorded, "sign the commits"},

		{everyVerb, "config", "", "", func(a *asked) any { return &a.Policy }, recorded, "policy to use: a `FILE`, REV:PATH, or preset:NAME"},
		{everyVerb, "remote", "", "", func(a *asked) any { return &a.Remote }, recorded, "the `REMOTE` whose branches count"},
		{everyVerb, "base", "", "auto", func(a *asked) any { return &a.Base }, recorded, "which branch is a line's tip: auto, local or remote"},
		{everyVerb, "as-of", "", "", func(a *asked) any { return &a.AsOf }, recorded, "the policy's day, `YYYY-MM-DD` (default today, UTC)"},
		{fixVerbs | bumpVerb, "date", "", "", func(a *asked) any { return &a.Date }, recorded, "committer `DATE` of the new commits"},

		{applyVerb, "expect", "", "", func(a *asked) any { return &a.expect }, beside, "land only what a plan with this `DIGEST` showed, or nothing"},
		{applyVerb, "plan", "", "", func(a *asked) any { return &a.planFile }, beside, "land the plan in `FILE` ('-' is standard input)"},
		{applyVerb, "dry-run", "n", "", func(a *asked) any { return &a.dry }, beside, "only plan"},
		{bumpVerb, "dry-run", "n", "", func(a *asked) any { return &a.dry }, beside, "show what would be made"},

		{everyVerb, "directory", "C", "", func(a *asked) any { return &a.dir }, beside, "run as if started in `DIR`"},
		{everyVerb, "json", "", "", func(a *asked) any { return &a.json }, beside, "print one JSON document"},
		{everyVerb, "color", "", "auto", func(a *asked) any { return &a.color }, beside, "colour the output: auto, always or never"},
		{everyVerb, "quiet", "q", "", func(a *asked) any { return &a.quiet }, beside, "print only what needs a decision"},
		{everyVerb, "verbose", "v", "", func(a *asked) any { return &a.verbose }, beside, "print every detail"},
		{everyVerb, "trace", "", "", func(a *asked) any { return &a.timed }, beside, "say on stderr how long each stage took; with -v, for each target"},
	}
}

// addFlags registers the flags of some verbs, in the order of the table.
func addFlags(fs *pflag.FlagSet, verbs verbSet, to *asked) {
	fs.SortFlags = false
	for _, row := range flagTable() {
		if row.verbs&verbs == 0 {
			continue
		}
		switch p := row.field(to).(type) {
		case *string:
			fs.StringVarP(p, row.name, row.short, row.value, row.help)
		case *[]string:
			fs.StringSliceVarP(p, row.name, row.short, nil, row.help)
		case *bool:
			fs.BoolVarP(p, row.name, row.short, false, row.help)
		case *int:
			fs.IntVarP(p, row.name, row.short, 0, row.help)
		}
	}
}

// requestArgs are the arguments that make a request, for a verb to be typed with.
func requestArgs(r operation.Request, verb verbSet) []string {
	out := append(slices.Clone(r.Fix), r.Lines...)
	for _, row := range flagTable() {
		if row.verbs&(verb|everyVerb) == 0 || row.use&recorded == 0 {
			continue
		}
		flag := "--" + row.name
		if row.short != "" {
			flag = "-" + row.short
		}
		switch p := row.field(&asked{Request: r}).(type) {
		case *string:
			if *p != "" && *p != row.value {
				out = append(out, flag, *p)
			}
		case *[]string:
			if len(*p) > 0 {
				out = append(out, flag, listValue(*p))
			}
		case *bool:
			if *p {
				out = append(out, flag)
			}
		case *int:
			if *p != 0 {
				out = append(out, flag, fmt.Sprint(*p))
			}
		}
	}
	return out
}

// listValue is a list as one value of a flag, which is split at commas.
func listValue(list []string) string {
	if !slices.ContainsFunc(list, func(s string) bool { return strings.ContainsAny(s, ",\"\n") }) {
		return strings.Join(list, ",")
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(list) // a strings.Builder takes everything
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// requestOf is what an operation asked for. Old records hold it as it was typed, with the first digits of
// the commits, which the record names in full.
func requestOf(op *operation.Operation) (operation.Request, error) {
	if op.Request != nil {
		return *op.Request, nil
	}
	verb := verbOf(op)
	var then asked
	fs := pflag.NewFlagSet(op.Command(), pflag.ContinueOnError)
	addFlags(fs, verb|everyVerb, &then)
	if err := fs.Parse(op.Args); err != nil {
		return operation.Request{}, usageError(fmt.Errorf("what operation %.8s asked for: %w", op.ID, err), "apply it again")
	}
	r := then.Request
	r.Version = operation.RequestVersion
	if verb == bumpVerb {
		r.Lines = fs.Args()
		return r, nil
	}
	for _, id := range op.Sources {
		r.Fix = append(r.Fix, id.String())
	}
	return r, nil
}

// verbOf is the verb that made an operation.
func verbOf(op *operation.Operation) verbSet {
	if op.Command() == "bump" {
		return bumpVerb
	}
	return applyVerb
}

// besidePlan refuses the flags that would change what --plan asks for.
func besidePlan(cmd *cobra.Command) error {
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		for _, row := range flagTable() {
			if err == nil && row.name == f.Name && row.verbs&(applyVerb|everyVerb) != 0 && row.use&beside == 0 {
				err = usageError(fmt.Errorf("--%s would change what the plan shows", f.Name), "plan with it, or leave it out: --plan says what is asked")
			}
		}
	})
	return err
}

// addRefused registers the flags of git cherry-pick that have no place here, to say why.
func addRefused(fs *pflag.FlagSet) {
	for _, r := range refusedFlags() {
		fs.StringP(r.name, r.short, "", "")
		if !r.value {
			fs.Lookup(r.name).NoOptDefVal = "true"
		}
		_ = fs.MarkHidden(r.name) // it is there: it was registered a moment ago
	}
}

// A refusedFlag is a flag of git cherry-pick that has no place here, and why.
type refusedFlag struct {
	name, short string
	value       bool // it takes one
	why         string
}

func refusedFlags() []refusedFlag {
	return []refusedFlag{
		{"strategy-option", "X", true, "-X would settle conflicts in a way that git cherry-pick without it does not, and nobody would see it"},
		{"strategy", "", true, "there is one way to merge here, git's own default"},
		{"edit", "e", false, "-e needs an editor and a person at each commit; the message is taken as it is"},
		{"ff", "", false, "--ff would make the release branch contain main's commits; each pick is a commit of its own"},
	}
}

// checkFlags refuses flags of plan and apply that have no place here, or contradict each other.
func (a *app) checkFlags(cmd *cobra.Command) error {
	for _, r := range refusedFlags() {
		if cmd.Flags().Changed(r.name) {
			return usageError(fmt.Errorf("--%s is not offered: %s", r.name, r.why), "")
		}
	}
	if a.noSearch && a.Prerequisites {
		return usageError(errors.New("--with-prerequisites takes what a search finds, and --no-why leaves the search out"), "give one of them")
	}
	if a.Mainline > 0 && a.Squash {
		return usageError(errors.New("-m takes a merge with its own message, and --squash with that of the first commit that it merges"), "give one of them")
	}
	if a.Mainline < 0 {
		return usageError(fmt.Errorf("-m %d: want the number of a parent, counted from 1", a.Mainline), "")
	}
	return nil
}

// addFixFlags registers the flags of plan or apply.
func (a *app) addFixFlags(cmd *cobra.Command, verb verbSet) {
	addFlags(cmd.Flags(), verb, &a.asked)
	cmd.MarkFlagsMutuallyExclusive("x", "no-x")
	cmd.MarkFlagsMutuallyExclusive("onto", "to")
	cmd.MarkFlagsMutuallyExclusive("onto", "also")
	addRefused(cmd.Flags())
}
