package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/git-backport/git-backport/internal/report"
)

// A fix is a real one: the commit on main, the day of its release, and the commit by which the
// maintainers brought it to each branch, newest first, found in the clone by subject and date.
type fix struct {
	commit, day, kind string
	theirs            []backported
}

type backported struct{ branch, commit string }

func fixes() []fix {
	return []fix{
		{"e884fd61e5", "2026-08-20", "security", []backported{
			{"release-48.0.0", "f821ba610e"}, {"release-47.0.0", "a32843fed4"}, {"release-46.0.0", "85348be7ab"},
			{"release-36.0.0", "e7fabd2bea"}, {"release-24.0.0", "0becfa41a3"},
		}},
		{"f069f125cb", "2026-06-15", "security", []backported{
			{"release-46.0.0", "7535c0255b"}, {"release-45.0.0", "e9fbe974c9"}, {"release-44.0.0", "100bfe2725"},
			{"release-36.0.0", "36b305d827"}, {"release-24.0.0", "72493b11ed"},
		}},
		{"0f950304e5", "2026-01-26", "security", []backported{
			{"release-41.0.0", "799585fc36"}, {"release-40.0.0", "728fa07184"}, {"release-36.0.0", "ac92d9bb72"}, {"release-24.0.0", "588c319a91"},
		}},
	}
}

// plan runs git-backport plan and reads its document; exit codes of outcomes are no errors.
func (r *replay) plan(args ...string) (report.PlanV1, error) {
	out, runErr := r.tool(r.clone, append([]string{"plan", "--json", "--date", "@1787000000 +0000"}, args...)...).Output()
	var doc report.PlanV1
	if err := json.Unmarshal(out, &doc); err != nil {
		return doc, fmt.Errorf("plan %s: %w (%w)", strings.Join(args, " "), err, runErr)
	}
	if doc.Error != nil {
		return doc, fmt.Errorf("plan %s: %s", strings.Join(args, " "), doc.Error.Message)
	}
	return doc, nil
}

// verdicts compares, for each fix, the branches the policy requires with those the maintainers patched.
func (r *replay) verdicts() error {
	r.printf("\n## Which branches\n\n`plan FIX --config preset:wasmtime --kind security --as-of DAY`: the lines the policy requires on the day of the\nrelease, and where the maintainers brought the fix. Tips are today's, so most of the fixes are there already.\n")
	for _, f := range fixes() {
		doc, err := r.plan(f.commit, "--config", "preset:wasmtime", "--kind", f.kind, "--as-of", f.day)
		if err != nil {
			return err
		}
		r.printf("\n### %s %s, %s\n\n| branch | policy | why | maintainers | today |\n|---|---|---|---|---|\n", f.commit, doc.Fix.Subject, f.day)
		theirs := map[string]string{}
		for _, b := range f.theirs {
			theirs[b.branch] = b.commit
		}
		for _, t := range doc.Targets {
			r.printf("| %s | %s | %s | %s | %s |\n", t.Branch, deref(t.Verdict), standing(t), orDash(theirs[t.Branch]), t.Status)
			delete(theirs, t.Branch)
		}
		for _, l := range doc.Left {
			if commit := theirs[deref(l.Branch)]; commit != "" {
				r.printf("| %s | %s | %s | %s | not taken |\n", deref(l.Branch), l.Verdict, deref(l.Hint), commit)
			}
		}
	}
	return nil
}

func standing(t report.TargetV1) string {
	s := deref(t.Class) + " " + deref(t.Phase)
	if t.Until != nil {
		s += " until " + *t.Until
	}
	return s
}

// picks takes each fix onto the parent of the maintainers' own backport, and compares the trees.
func (r *replay) picks() error {
	r.printf("\n## Picks\n\n`plan FIX --onto P`, P the parent of the maintainers' backport on the branch: our outcome, and our tree against theirs.\nTheir commits often hold more than the one fix: release notes, other fixes of the day. What differs is listed.\n\n| fix | branch | outcome | conflicts | tree against theirs |\n|---|---|---|---|---|\n")
	for _, f := range fixes() {
		for _, b := range f.theirs {
			doc, err := r.plan(f.commit, "--onto", b.commit+"^", "--config", "preset:wasmtime")
			if err != nil {
				return err
			}
			t := doc.Targets[0]
			compared, err := r.compare(f, b, t)
			if err != nil {
				return err
			}
			r.printf("| %s | %s | %s | %s | %s |\n", f.commit, b.branch, t.Status, conflictList(t), compared)
		}
	}
	return nil
}

func conflictList(t report.TargetV1) string {
	var out []string
	for _, k := range t.Picks {
		for _, c := range k.Conflicts {
			out = append(out, fmt.Sprintf("`%s` %s", c.Path, c.Kind))
		}
	}
	return orDash(strings.Join(out, ", "))
}

// compare lands our pick in a scratch clone that shares the objects, and lists the paths in which it
// differs from their commit.
func (r *replay) compare(f fix, b backported, t report.TargetV1) (string, error) {
	if t.Status != "ready" {
		return "-", nil
	}
	name := f.commit + "-" + b.commit
	out, runErr := r.tool(r.scratch, "apply", f.commit, "--onto", b.commit+"^", "--config", "preset:wasmtime",
		"--no-bump", "--name", name, "--json").Output()
	var doc report.PlanV1
	if err := json.Unmarshal(out, &doc); err != nil || !doc.Applied {
		return "", fmt.Errorf("apply %s onto %s^: %w", f.commit, b.commit, errors.Join(err, runErr))
	}
	diff, err := exec.Command(r.git, "-C", r.scratch, "diff", "--name-only", *doc.Targets[0].Head, b.commit).Output()
	if err != nil {
		return "", err
	}
	paths := strings.Fields(string(diff))
	switch {
	case len(paths) == 0:
		return "the same", nil
	case len(paths) > 4:
		return fmt.Sprintf("differs in %d files", len(paths)), nil
	}
	return "differs in `" + strings.Join(paths, "`, `") + "`", nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
