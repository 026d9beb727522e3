package cmd_test

import "strings"

// keyCases has a case for each key of the policy file.
func keyCases() []keyCase {
	return append(append(lineCases(), kindCases()...), append(stageCases(), rowCases()...)...)
}

// classMatch is a policy of two classes, of which the first takes the lines of a match.
func classMatch(match string) string {
	return "[class.a]\nmatch = " + match + "\nphases = [{ name = \"x\", until = \"9 years\" }]\n[class.b]\nphases = [{ name = \"y\", until = \"9 years\" }]\n"
}

// audited is the audit of a fix that the policy requires on all lines.
const audited = "audit FIX --kind security --json"

func decision(fix, line, more string) string {
	return "[[decision]]\nfix = \"" + fix + "\"\nlines = [\"" + line + "\"]\nstatus = \"wont-fix\"\nreason = \"rare\"\n" + more
}

func plan(text string) string { return "[dates]\nplan = { " + text + " }\n" }

// lineCases are the keys that say which lines there are and how long they live.
func lineCases() []keyCase {
	const every = "every = \"6 months\""
	return []keyCase{
		{"schema", "", "schema = 2\n", "branches --json"},
		{"extends", "", "extends = \"base.toml\"\n", "branches --json"},
		{"repo.main", "", "[repo]\nbranch = [\"release-{major}\"]\nmain = \"trunk\"\n", "plan TRUNK --to 3 --json"},
		{"repo.branch", "", "[repo]\nbranch = [\"stable-{major}\"]\n", "branches --json"},
		{"repo.tag", "", "[repo]\nbranch = [\"release-{major}\"]\ntag = [\"rel-{version}\"]\n", "branches --json"},
		{"repo.line", "", "[repo]\nbranch = [\"release-{major}\"]\nline = \"minor\"\n", "branches --json"},
		{"repo.several", "[repo]\nbranch = [\"release-{major}\", \"stable-{major}\"]\nseveral = \"first\"\n",
			"[repo]\nbranch = [\"stable-{major}\", \"release-{major}\"]\nseveral = \"first\"\n", "branches --json"},
		{"repo.merges", "", "[repo]\nbranch = [\"release-{major}\"]\nmerges = \"squash\"\n", "plan #12 --to 3 --json"},
		{"repo.ignore", "", "[repo]\nbranch = [\"release-{major}\"]\nignore = [\"release-2\"]\n", "branches --json"},
		{"repo.from", "", "[repo]\nbranch = [\"release-{major}\"]\nfrom = \"2\"\n", "branches --json"},
		{"dates.source", "", "[dates]\nsource = \"table\"\n", "branches --json"},
		{"dates.plan.line", plan("line = \"3\", date = 2025-06-10, " + every), plan("line = \"2\", date = 2025-06-10, " + every), "schedule --json --next 2"},
		{"dates.plan.date", plan("line = \"3\", date = 2025-06-10, " + every), plan("line = \"3\", date = 2025-07-10, " + every), "schedule --json --next 2"},
		{"dates.plan.every", plan("line = \"3\", date = 2025-06-10, " + every), plan("line = \"3\", date = 2025-06-10, every = \"9 months\""), "schedule --json --next 2"},
		{"dates.plan.minors", "[repo]\nbranch = []\nline = \"minor\"\n" + plan("line = \"1.0\", date = 2025-06-10, "+every),
			"[repo]\nbranch = []\nline = \"minor\"\n" + plan("line = \"1.0\", date = 2025-06-10, minors = 2, "+every), "schedule --json --next 4"},
		{"dates.branch_lead", "", "[dates]\nbranch_lead = \"1 day\"\n", "branches --json --as-of 2025-06-01"},
		{"dates.end_is", "", "[dates]\nend_is = \"first-unsupported-day\"\n", "branches --json"},
		{"class.NAME.match.component", "[repo]\nbranch = [\"release-{major}\"]\n" + classMatch(`{ equals = 0 }`),
			"[repo]\nbranch = [\"release-{major}\"]\n" + classMatch(`{ component = "minor", equals = 0 }`), "branches --json"},
		{"class.NAME.match.divisible_by", classMatch("{ divisible_by = 3 }"), classMatch("{ divisible_by = 2 }"), "branches --json"},
		{"class.NAME.match.remainder", classMatch("{ divisible_by = 2 }"), classMatch("{ divisible_by = 2, remainder = 1 }"), "branches --json"},
		{"class.NAME.match.equals", classMatch("{ equals = 1 }"), classMatch("{ equals = 2 }"), "branches --json"},
		{"class.NAME.match.lines", classMatch("{ lines = [\"1\"] }"), classMatch("{ lines = [\"1\", \"3\"] }"), "branches --json"},
		{"class.NAME.match.from", classMatch("{ divisible_by = 1 }"), classMatch("{ divisible_by = 1, from = \"2\" }"), "branches --json"},
		{"class.NAME.match.to", classMatch("{ divisible_by = 1 }"), classMatch("{ divisible_by = 1, to = \"2\" }"), "branches --json"},
		{"class.NAME.phases.name", "", "[class.all]\nphases = [{ name = \"maintenance\", until = \"3 years\" }]\n", "branches --json"},
		{"class.NAME.phases.until", "", "[class.all]\nphases = [{ name = \"active\", until = \"1 year\" }]\n", "branches --json"},
		{"class.NAME.phases.round", "", "[class.all]\nphases = [{ name = \"active\", until = \"3 years\", round = \"month-end\" }]\n", "branches --json"},
		{"class.NAME.pin", "", "[class.all]\nphases = [{ name = \"active\", until = \"3 years\" }]\npin = \"warn\"\n", "plan PINS --to 3 --json"},
		{"pairs.rules", "", "[pairs]\nrules = [\"all-older\"]\n", "schedule --pairs --json"},
		{"import.format", "", "[import]\nformat = \"csv\"\nfile = \"schedule.csv\"\n", "branches --json"},
		{"import.file", "", "[import]\nformat = \"csv\"\nfile = \"schedule.csv\"\n", "branches --json"},
	}
}

// kindCases are the keys that say what is taken, and when.
func kindCases() []keyCase {
	const versioned = "[bump]\n[[bump.file]]\ntype = \"version-file\"\npath = \"VERSION\"\n"
	const monthly = versioned + "[cadence]\nmin_interval = \"12 months\"\n"
	const soaked = "[soak]\nbugfix = { min = \"14 days\" }\n"
	published := func(day string) string { return "plan FIX --json --kind bugfix --also 3 --published " + day }
	return []keyCase{
		{"phase.NAME.NAME", "", "[phase.active]\nbugfix = \"required\"\n", "branches --json --kind bugfix"},
		{"kind.NAME.like", "[kind.odd]\nlike = \"feature\"\n", "[kind.odd]\nlike = \"security\"\n", "branches --json --kind odd"},
		{"kind.NAME.labels", "", "[kind.bugfix]\nlabels = [\"bug\"]\n", "apply FIX --to 3"},
		{"rules.main_first", "", "[rules]\nmain_first = \"off\"\n", "plan TOPIC --to 3 --json"},
		{"rules.pending", "", "[rules]\npending = false\n", "branches --json"},
		{"rules.grace", "[class.all]\nphases = [{ name = \"active\", until = \"1 release\" }]\n",
			"[rules]\ngrace = \"1 year\"\n[class.all]\nphases = [{ name = \"active\", until = \"1 release\" }]\n", "branches --json"},
		{"rules.equal_patch", versioned, versioned + "[rules]\nequal_patch = false\n", "bump 2 --dry-run --json"},
		{"cadence.min_interval", versioned, monthly, "bump 3 --dry-run --json --kind bugfix"},
		{"cadence.exempt", monthly, monthly + "exempt = [\"bugfix\"]\n", "bump 3 --dry-run --json --kind bugfix"},
		{"cadence.from", monthly, monthly + "from = \"4\"\n", "bump 3 --dry-run --json --kind bugfix"},
		{"cadence.from_date", monthly, monthly + "from_date = 2026-02-01\n", "bump 3 --dry-run --json --kind bugfix"},
		{"soak.NAME.min", "", soaked, published("2026-01-10")},
		{"soak.NAME.strict", soaked, "[soak]\nbugfix = { min = \"14 days\", strict = true }\n", published("2026-01-01")},
		{"soak.NAME.since", soaked, "[soak]\nbugfix = { min = \"14 days\", since = \"released\" }\n", published("2026-01-10")},
		{"soak.exempt", soaked, soaked + "exempt = [\"bugfix\"]\n", published("2026-01-10")},
		{"soak.from", soaked, soaked + "from = \"4\"\n", published("2026-01-10")},
		{"soak.from_date", soaked, soaked + "from_date = 2026-02-01\n", published("2026-01-10")},
		{"soak.at", soaked, soaked + "at = \"release\"\n", published("2026-01-10")},
	}
}

// stageCases are the keys of pins, bumps, notes, paths and pull requests.
func stageCases() []keyCase {
	const gated, followed = "plan PINS --to 3 --json", "[pin]\nrule = \"follow\"\nfollow = \"go.toml\"\n"
	const custom = "[[pin.custom]]\nfile = \"build.env\"\nregex = '(?m)^SDK=(.*)$'\n"
	const file = "[bump]\nwhen = \"pick\"\n[[bump.file]]\ntype = \"version-file\"\npath = \"VERSION\"\n"
	const cargo = "[[bump.file]]\ntype = \"cargo\"\npath = \"Cargo.toml\"\n"
	const regex = "[[bump.file]]\ntype = \"regex\"\npath = \"version.txt\"\npattern = '([0-9.]+)'\n"
	const bump, notes = "bump 3 --dry-run --json --kind security", "[notes]\nfile = \"CHANGELOG.md\"\n"
	const moved = "[[path]]\nmatch = \"CHANGELOG.md\"\non_conflict = \"notes\"\n"
	const rule = "[[path]]\nmatch = \"conf\"\non_conflict = \"theirs\"\n"
	return []keyCase{
		{"pin.rule", "", "[pin]\nrule = \"warn\"\n", gated},
		{"pin.selector", "", "[pin]\nselector = \"warn\"\n", gated},
		{"pin.ci", "", "[pin]\nci = \"fixed\"\n", gated},
		{"pin.image", "", "[pin]\nimage = \"fixed\"\n", gated},
		{"pin.baseline", "", "[pin]\nbaseline = \"tip\"\n", gated},
		{"pin.exclude", "", "[pin]\nexclude = [\"go.mod\"]\n", gated},
		{"pin.follow", followed, "[pin]\nrule = \"follow\"\nfollow = \"preset:go\"\n", gated},
		{"pin.unread", "", "[pin]\nunread = \"allow\"\n", "gate --branch release-3 UNREAD"},
		{"pin.custom.file", custom, "[[pin.custom]]\nfile = \"other.env\"\nregex = '(?m)^SDK=(.*)$'\n", gated},
		{"pin.custom.regex", custom, "[[pin.custom]]\nfile = \"build.env\"\nregex = '(?m)^API=(.*)$'\n", gated},
		{"pin.custom.compare", custom, custom + "compare = \"string\"\n", gated},
		{"pin.custom.role", custom, custom + "role = \"image\"\n", gated},
		{"bump.when", file, "[bump]\nwhen = \"separate\"\n[[bump.file]]\ntype = \"version-file\"\npath = \"VERSION\"\n", "plan FIX --to 3 --json"},
		{"bump.commit", file, "[bump]\ncommit = \"Release {version}\"\n[[bump.file]]\ntype = \"version-file\"\npath = \"VERSION\"\n", bump},
		{"bump.anchor", "[bump]\nwhen = \"pick\"\n", "[bump]\nanchor = \"VERSION\"\n", bump},
		{"bump.lockstep", "[bump]\nlockstep = \"auto\"\n" + cargo, "[bump]\nlockstep = \"none\"\n" + cargo, bump},
		{"bump.file.type", "[bump]\n" + cargo, "[bump]\n[[bump.file]]\ntype = \"version-file\"\npath = \"Cargo.toml\"\n", bump},
		{"bump.file.path", file, "[bump]\nwhen = \"pick\"\n[[bump.file]]\ntype = \"version-file\"\npath = \"version.txt\"\n", bump},
		{"bump.file.pattern", "[bump]\n" + regex, "[bump]\n[[bump.file]]\ntype = \"regex\"\npath = \"version.txt\"\npattern = 'v([0-9.]+)'\n", bump},
		{"bump.file.value", file + regex, file + regex + "value = \"{major}.x\"\n", bump},
		{"bump.file.count", file + regex, file + regex + "count = 2\n", bump},
		{"bump.file.min", file + regex, file + regex + "min = 2\n", bump},
		{"bump.file.max", file + "[[bump.file]]\ntype = \"regex\"\npath = \"twice.txt\"\npattern = '([0-9.]+)'\n",
			file + "[[bump.file]]\ntype = \"regex\"\npath = \"twice.txt\"\npattern = '([0-9.]+)'\nmax = 1\n", bump},
		{"notes.file", file, file + notes, bump},
		{"notes.style", file + notes, file + notes + "style = \"wasmtime\"\n", "bump --check 3 --json"},
		{"notes.on_pick", moved, moved + "[notes]\nfile = \"CHANGELOG.md\"\non_pick = \"drop\"\n", "plan NOTES --to 3 --json"},
		{"notes.date", file + notes, file + notes + "date = \"%d %B %Y\"\n", bump},
		{"path.match", rule, "[[path]]\nmatch = \"other\"\non_conflict = \"theirs\"\n", "plan CONF --to 3 --json"},
		{"path.on_conflict", rule, "[[path]]\nmatch = \"conf\"\non_conflict = \"manual\"\n", "plan CONF --to 3 --json"},
		{"path.note", rule, rule + "note = \"because\"\n", "plan CONF --to 3"},
		{"audit.grace", "", "[audit]\ngrace = 3\n", "audit COPIED --json"},
		{"audit.uneven", "", "[audit]\nuneven = \"missing\"\n", "audit COPIED --grace 1 --json"},
		{"decision.fix", "", decision("#7", "3", ""), audited},
		{"decision.lines", decision("#7", "3", ""), decision("#7", "2", ""), audited},
		{"decision.status", decision("#7", "3", ""), strings.ReplaceAll(decision("#7", "3", ""), "wont-fix", "not-affected"), audited},
		{"decision.reason", decision("#7", "3", ""), strings.ReplaceAll(decision("#7", "3", ""), "rare", "odd"), audited},
		{"decision.until", decision("#7", "3", ""), decision("#7", "3", "until = 2026-01-10\n"), audited},
		{"pr.title", "", "[pr]\ntitle = \"{subject} for {line}\"\n", "plan FIX --to 3 --json"},
		{"pr.body", "", "[pr]\nbody = \"See {subject}.\"\n", "plan FIX --to 3 --json"},
		{"pr.draft", "", "[pr]\ndraft = true\n", "apply FIX --to 3"},
		{"pr.labels", "", "[pr]\nlabels = [\"backport\"]\n", "apply FIX --to 3"},
		{"pr.reviewers", "", "[pr]\nreviewers = [\"alice\"]\n", "apply FIX --to 3"},
		{"pr.assignees", "", "[pr]\nassignees = [\"bob\"]\n", "apply FIX --to 3"},
		{"pr.milestone", "", "[pr]\nmilestone = \"{line}\"\n", "apply FIX --to 3"},
		{"pr.comment", "", "[pr]\ncomment = true\n", "apply FIX --to 3"},
		{"pr.auto_merge", "", "[pr]\nauto_merge = true\n", "apply FIX --to 3"},
	}
}

// rowCases are the keys of [[branch]] rows.
func rowCases() []keyCase {
	const row = "[[branch]]\nline = \"3\"\n"
	classes := classMatch("{ equals = 1 }")
	return []keyCase{
		{"branch.line", row + "frozen = true\n", "[[branch]]\nline = \"2\"\nfrozen = true\n", "branches --json"},
		{"branch.name", row, row + "name = \"stable-2\"\n", "branches --json"},
		{"branch.class", classes + row, classes + row + "class = \"a\"\n", "branches --json"},
		{"branch.released", row, row + "released = 2025-01-01\n", "branches --json"},
		{"branch.end", row + "note = \"n\"\n", row + "end = 2026-01-01\nnote = \"n\"\n", "branches --json"},
		{"branch.note", row, row + "note = \"kept\"\n", "branches --json"},
		{"branch.frozen", row, row + "frozen = true\n", "branches --json"},
		{"branch.skip", row, row + "skip = [\"security\"]\n", "branches --json"},
		{"branch.burned", row, row + "burned = [\"3.0.1\"]\n", "branches --json"},
		{"branch.PHASE_until", row, row + "active_until = 2026-01-01\n", "branches --json"},
		{"branch.pin.go", row, row + "pin = { go = \"1.21\" }\n", "plan PINS --to 3 --json"},
	}
}
