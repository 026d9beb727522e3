package config

import (
	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/internal/notes"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// A shape is what may stand at a place of the file. The tables below are read by the check of the
// file, by the JSON schema for editors, and by nothing else: a key is named once.
type shape struct {
	form form
	doc  string
	enum []string // of a string
	keys []key    // of a table
	free *shape   // of a table: any other key
	tail *shape   // of a table: any other key that ends in _until
	item *shape   // of an array
	lone bool     // of an array: one item may stand without brackets
	read string   // of a string: how it is read further; see readable
}

type key struct {
	name  string
	shape shape
}

func text(doc string) shape           { return shape{form: formString, doc: doc} }
func read(how, doc string) shape      { return shape{form: formString, read: how, doc: doc} }
func yesNo(doc string) shape          { return shape{form: formBool, doc: doc} }
func count(doc string) shape          { return shape{form: formInt, doc: doc} }
func day(doc string) shape            { return shape{form: formDate, doc: doc} }
func table(doc string, k []key) shape { return shape{form: formTable, doc: doc, keys: k} }

func choice(doc string, values ...string) shape {
	return shape{form: formString, doc: doc, enum: values}
}

func list(doc string, item shape) shape {
	return shape{form: formArray, doc: doc, item: &item}
}

func oneOrMore(doc string, item shape) shape {
	return shape{form: formArray, doc: doc, item: &item, lone: true}
}

func named(doc string, item shape) shape {
	return shape{form: formTable, doc: doc, free: &item}
}

// What the strings of the file are read as further.
const (
	asTemplate = "template"
	asLine     = "line"
	asDuration = "duration"
	asEnd      = "end"
	asVersion  = "version"
	asRegexp   = "regexp"
	asGlob     = "glob"
	asName     = "name"
	asRounding = "rounding"
)

func verdicts() []string { return []string{"required", "allowed", "ask", "refused"} }

func pairRules() []string {
	var out []string
	for _, r := range policy.PairRules() {
		out = append(out, string(r))
	}
	return out
}

func root() shape {
	return table("Support policy of git-backport.", []key{
		{"schema", count("Version of this file's schema: 1.")},
		{"extends", text("A policy that this one adds to: preset:NAME, or a path beside this file.")},
		{"repo", repoShape()},
		{"dates", datesShape()},
		{"class", named("Classes of lines, tried in the order of the file; the one without match is the default.", classShape())},
		{"phase", named("Verdicts of a phase; [phase.\"*\"] for every phase.", named("Kind of change = verdict; \"*\" for every kind.", choice("Verdict.", verdicts()...)))},
		{"kind", named("Kinds of change added to the built-in ones.", table("", []key{
			{"like", text("The kind it is treated as where nothing else is said.")},
			{"labels", list("Labels of its pull requests, besides those of [pr].", text(""))},
		}))},
		{"rules", rulesShape()},
		{"cadence", table("Least time between two releases of a line.", []key{
			{"min_interval", read(asDuration, "Since the line's last stable tag, \"1 month\".")},
			{"exempt", list("Kinds that need not wait.", text(""))},
			{"from", read(asLine, "Holds on this line and newer ones.")},
			{"from_date", day("Holds on this day and later.")},
		})},
		{"soak", soakShape()},
		{"pairs", table("Which releases must work together.", []key{
			{"rules", list("By which rules schedule --pairs pairs them.", choice("", pairRules()...))},
		})},
		{"pin", pinShape()},
		{"bump", bumpShape()},
		{"notes", notesShape()},
		{"path", list("What to do with paths that conflict.", table("", []key{
			{"match", read(asGlob, "Glob of paths: *, ?, ** across directories.")},
			{"on_conflict", choice("Applied only to paths that conflict, and always shown.", backport.Actions()...)},
			{"note", text("Why; shown where the rule is used.")},
		}))},
		{"pr", table("Pull requests.", []key{
			{"title", text("Fields: {subject} {fixes} {branch} {line} {version} {kind}.")},
			{"body", text("Placed above the generated evidence; the same fields.")},
			{"draft", yesNo("Open as drafts.")},
			{"labels", list("Labels.", text(""))},
			{"reviewers", list("Who is asked for a review: logins, or ORG/TEAM.", text(""))},
			{"assignees", list("Logins.", text(""))},
			{"milestone", text("Title of an open milestone; fields: {line} {branch}.")},
			{"comment", yesNo("Tell the fix's own pull request what became of its backports, in one comment.")},
			{"auto_merge", yesNo("Ask the forge to merge when all checks pass; never of a draft.")},
		})},
		{"audit", table("The audit of fixes and lines.", []key{
			{"grace", count("Days in which a fix that is no security fix is due and not missing; default 14.")},
			{"uneven", choice("What a fix is that a newer line got and an older one did not: candidate (default), or missing where it applies and its code is there.", "candidate", "missing")},
		})},
		{"decision", list("What a person said of a fix that a line does not have.", table("", []key{
			{"fix", text("Digits of a commit of main, \"#12321\", or an advisory.")},
			{"lines", oneOrMore("The lines it is about.", read(asLine, ""))},
			{"status", choice("What was decided.", audit.DecisionStatuses()...)},
			{"reason", text("Why.")},
			{"until", day("The last day on which it holds; absent: always.")},
		}))},
		{"branch", list("Explicit facts about one line; they win over rules.", branchShape())},
		{"import", oneOrMore("A schedule of another form, read as [[branch]] rows; explicit rows win.", table("", []key{
			{"format", choice("Its form.", "node", "endoflife", "kubernetes", "python", "csv")},
			{"file", text("Path beside this file.")},
		}))},
	})
}

func repoShape() shape {
	return table("How branches and tags name the release lines.", []key{
		{"main", text("Branch where changes land first; default: the remote's HEAD, else main, else master.")},
		{"branch", oneOrMore("Templates of release branches, \"release-{major}.0.0\"; the first one names new branches. Empty: lines live on main.", read(asTemplate, ""))},
		{"tag", oneOrMore("Templates of release tags, \"v{version}\".", read(asTemplate, ""))},
		{"line", choice("What names a line; versions 0.x always belong to line 0.x.", "major", "minor")},
		{"several", choice("Which of several branches of a line counts: that with the highest version in its name, or that of the first template. Without it two are an error.", "highest", "first")},
		{"merges", choice("What a pull request that was merged is taken for: the commits that it merges (default), or one commit as a squash would have made it.", "commits", "squash")},
		{"ignore", oneOrMore("Globs of branches that are never targets and count for nothing.", text(""))},
		{"from", read(asLine, "The oldest line that is looked at.")},
	})
}

func datesShape() shape {
	return table("Where release dates come from.", []key{
		{"source", choice("tags: day of the line's first stable tag (default); plan: the planned day; table: [[branch]] rows and imports.", "tags", "plan", "table")},
		{"plan", table("When lines are released: used for what is still to come, and for everything with source = \"plan\".", []key{
			{"line", read(asLine, "A line.")},
			{"date", day("Its release.")},
			{"every", read(asDuration, "Time between two lines, \"1 month\".")},
			{"minors", count("Lines of one major number, after which the next number begins; default 0: it never does.")},
		})},
		{"branch_lead", read(asDuration, "How long before its release a branch is cut.")},
		{"end_is", choice("What an end date means; last-day is the default.", "last-day", "first-unsupported-day")},
	})
}

func classShape() shape {
	return table("", []key{
		{"match", oneOrMore("Rules on the line's number; all must hold. None: the default class.", table("", []key{
			{"component", choice("The number that is looked at; default major.", "major", "minor")},
			{"divisible_by", count("Lines whose number it divides.")},
			{"remainder", count("With this remainder; default 0.")},
			{"equals", count("Lines with this number.")},
			{"lines", list("These lines.", read(asLine, ""))},
			{"from", read(asLine, "From this line on.")},
			{"to", read(asLine, "Up to this line.")},
		}))},
		{"phases", list("Stretches of the line's life, in order. Empty: supported until the first stable release only.", table("", []key{
			{"name", read(asName, "Name of the phase, and of its [phase.NAME].")},
			{"until", read(asEnd, "\"24 months\", \"2 releases\", \"class(+1) + 2 months\", \"2027-08-20\", \"max(…, …)\"; absent: no end is known.")},
			{"round", read(asRounding, "Moves the end: month-end, \"day 28\", \"2nd thursday of february, may, august, november\".")},
		}))},
		{"pin", choice("The gate's rule for floors of these lines, instead of pin.rule.", msrv.RuleNames()...)},
	})
}

func rulesShape() shape {
	return table("Switches.", []key{
		{"main_first", choice("Must a change be on main first? Security fixes are only warned about.", "required", "warn", "off")},
		{"pending", yesNo("Lines that are cut and not released are targets; default true.")},
		{"grace", read(asDuration, "After the end, what was taken becomes ask; default 0 days.")},
		{"equal_patch", yesNo("No release of one line before every required line has the fix; default true.")},
	})
}

func soakShape() shape {
	s := table("How long a change must have been out, by kind; \"*\" for the others.", []key{
		{"exempt", list("Kinds that need not wait.", text(""))},
		{"from", read(asLine, "Holds on this line and newer ones.")},
		{"from_date", day("Holds on this day and later.")},
		{"at", choice("When the time must have passed: at the pick (default), or at the release that has it.", "pick", "release")},
	})
	rule := table("", []key{
		{"min", read(asDuration, "Least time, \"14 days\".")},
		{"strict", yesNo("More than min; default false: min is enough.")},
		{"since", choice("What the time is counted from; default published.", "published", "released")},
	})
	s.free = &rule
	return s
}

func pinShape() shape {
	levels := msrv.RuleNames()
	return table("The toolchain gate.", []key{
		{"rule", choice("For floors (rust-version, the go directive …); default fixed.", levels...)},
		{"selector", choice("For toolchain selector files; default fixed.", levels...)},
		{"ci", choice("For CI inputs; default warn.", levels...)},
		{"image", choice("For container and runner images; default notice.", levels...)},
		{"baseline", choice("What a pin is compared with; default branch-point.", "branch-point", "first-tag", "tip")},
		{"exclude", list("Globs of paths that are not read.", read(asGlob, ""))},
		{"follow", text("Calendar whose oldest supported release is the limit, for rule = \"follow\": preset:NAME or a path.")},
		{"unread", choice("What declares a toolchain, and no reader can read: stop (default) makes gate fail, allow takes it for fine.", "stop", "allow")},
		{"custom", list("Pins the program does not know.", table("", []key{
			{"file", read(asGlob, "Glob of paths.")},
			{"regex", read(asRegexp, "With exactly one group: the value.")},
			{"compare", choice("How values are ordered; default semver.", msrv.Compares()...)},
			{"role", choice("Default floor.", msrv.RoleNames()...)},
		}))},
	})
}

// promisedShape is the floors that the policy states for a line, by toolchain.
func promisedShape() shape {
	var keys []key
	for _, eco := range msrv.Ecosystems() {
		keys = append(keys, key{string(eco), text("Floor, as the ecosystem writes it.")})
	}
	return table("Baseline of a toolchain, rust = \"1.78.0\".", keys)
}

func bumpShape() shape {
	return table("The patch bump.", []key{
		{"when", choice("pick: last commit of the backport (default); separate: a branch of its own; release: only by the verb bump; never.", "pick", "separate", "release", "never")},
		{"commit", text("Message; fields {version} {line} {branch} {name}.")},
		{"anchor", text("File that says which version the tree is: one of the files below, or, without any, the only one that is bumped.")},
		{"lockstep", oneOrMore("Companion packages that move along: auto, none, or globs of names.", text(""))},
		{"file", list("Version files; default: those that are found.", table("", []key{
			{"type", choice("Kind of file. "+manifest.About()+".", manifest.Types()...)},
			{"path", text("Path in the tree.")},
			{"pattern", read(asRegexp, "For regex: one group, the value.")},
			{"value", text("For regex: what is written, \"{patch}\"; default {version}.")},
			{"count", count("Exact number of matches.")},
			{"min", count("Least number of matches; default 1.")},
			{"max", count("Greatest number of matches.")},
		}))},
	})
}

func notesShape() shape {
	return table("Release notes.", []key{
		{"file", text("Path of the notes.")},
		{"style", choice("How sections are written, which bump --check demands; none: the notes are a file like any other.", notes.Styles()...)},
		{"on_pick", choice("What becomes of hunks to the notes; default move.", "drop", "keep", "move")},
		{"date", text("How a date is written, in strftime's letters; default %Y-%m-%d.")},
	})
}

func branchShape() shape {
	s := table("", []key{
		{"line", read(asLine, "The line.")},
		{"name", text("Branch that does not follow the template.")},
		{"class", text("Class, whatever the rules say.")},
		{"released", day("Release date.")},
		{"end", day("Last day of support (see dates.end_is); needs a note.")},
		{"note", text("Shown in the calendar.")},
		{"frozen", yesNo("Never a target, still in the calendar.")},
		{"skip", oneOrMore("Kinds refused here.", text(""))},
		{"burned", list("Versions never to be used.", read(asVersion, ""))},
		{"pin", promisedShape()},
	})
	tail := day("End of the phase named before _until.")
	s.tail = &tail
	return s
}
