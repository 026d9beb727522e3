package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/msrv"
)

// floorLine finds, by words alone, a changed line that declares a floor or a selector, not in CI.
var floorLine = regexp.MustCompile(`(?i)^\s*(?:(rust-version)\s*=|(edition)\s*=|.*(python_requires)\b|(requires-python)\s*=|.*(required_ruby_version)|(go)\s+(?:1\.\d)|(toolchain)\s+go|` +
	`.*(meson_version)\s*:|(AC_PREREQ)|(cmake_minimum_required)|(channel)\s*=|"(node)"\s*:|.*<(TargetFrameworks?)>|.*(sourceCompatibility)|(\d+(?:\.\d+)+)$)`)

// commits asks the gate about the commits of a clone that change a pin file, as picks onto their parents,
// and compares what it stops with what the changed lines say by their words.
func (p *replay) commits(dir, git, since string) error {
	repo, err := open(dir, git)
	if err != nil {
		return err
	}
	defer repo.close()
	list, err := repo.pinCommits(since)
	if err != nil {
		return err
	}
	name := strings.ReplaceAll(filepath.Base(filepath.Dir(dir)), "+", "/")
	commits, touching, rising, stopped, unread, other := 0, 0, 0, 0, 0, 0
	for _, commit := range list {
		paths, err := repo.changed(commit+"^1", commit)
		if err != nil {
			continue // a root commit
		}
		commits++
		v := msrv.Compare(msrv.Trees{Tip: repo.tree(commit + "^1"), Result: repo.tree(commit)}, paths, msrv.Options{}, msrv.GateInput{})
		moved := slices.ContainsFunc(v.Findings, func(f msrv.Finding) bool {
			return f.Outcome != msrv.Unchanged && f.Role <= msrv.RoleSelector
		})
		rises, err := repo.linesRise(commit+"^1", commit, paths)
		if err != nil {
			return err
		}
		if moved || rises != "" {
			touching++
		}
		if rises != "" {
			rising++
		}
		if v.Unread {
			unread++
			p.showUnread(name, commit, v)
		}
		if !v.OK {
			stopped++
		}
		if (rises != "") == !v.OK {
			continue
		}
		other++
		subject, err := repo.text("log", "-1", "--format=%s", commit)
		if err != nil {
			return err
		}
		said := "passed"
		for _, f := range v.Findings {
			if f.Level == msrv.LevelStop || v.OK && f.Outcome != msrv.Unchanged && f.Role <= msrv.RoleSelector {
				said = fmt.Sprintf("%s %s %s:%d %s %q → %q", f.Level, f.Cause, f.Path, f.Line, f.Key, f.Was, f.Now)
				break
			}
		}
		fmt.Fprintf(p.out, "%s %.10s %s\n    lines: %s\n    gate: %s\n", name, commit, subject, rises, said)
	}
	fmt.Fprintf(p.out, "%s since %s: %d commits change a pin file, %d of them a floor or selector; %d raise one by their lines; stopped %d, unread %d; the two differ in %d\n\n",
		name, since, commits, touching, rising, stopped, unread, other)
	return p.out.Flush()
}

// showUnread prints, with -v, what of a commit could not be read.
func (p *replay) showUnread(name, commit string, v msrv.Verdict) {
	if !p.verbose {
		return
	}
	for _, f := range v.Findings {
		if f.Cause == msrv.CauseUnread {
			fmt.Fprintf(p.out, "%s %.10s unread: %s %s:%d %q → %q: %v\n", name, commit, f.Path, f.Key, f.Line, f.Was, f.Now, f.Problem)
		}
	}
}

// pinCommits lists the commits since a date that change a file that some reader reads; merges are left out.
func (r *repo) pinCommits(since string) ([]string, error) {
	text, err := r.text("log", "--no-merges", "--no-renames", "--since", since, "--format=%x00%H", "--name-only", "HEAD")
	if err != nil {
		return nil, err
	}
	var out []string
	for entry := range strings.SplitSeq(text, "\x00") {
		commit, paths, _ := strings.Cut(strings.TrimSpace(entry), "\n")
		if slices.ContainsFunc(strings.Split(paths, "\n"), msrv.IsPinFile) {
			out = append(out, commit)
		}
	}
	return out, nil
}

// linesRise returns a changed line between two trees that declares a higher version than the line that it
// replaces, by words alone; a line of a new file does not count.
func (r *repo) linesRise(from, to string, paths []string) (string, error) {
	if len(paths) == 0 {
		return "", nil
	}
	diff, err := r.text(append([]string{"diff", "-U0", "--no-renames", "--diff-filter=M", from, to, "--"}, paths...)...)
	if err != nil {
		return "", err
	}
	was := map[string][]string{}
	for line := range strings.SplitSeq(diff, "\n") {
		if line == "" {
			continue
		}
		if strings.HasPrefix(line, "@@") || strings.HasPrefix(line, "+++") {
			was = map[string][]string{}
			continue
		}
		m := floorLine.FindStringSubmatch(line[1:])
		version := anyNumber.FindString(line[1:])
		if m == nil || version == "" {
			continue
		}
		key := strings.ToLower(strings.Join(m[1:len(m)-1], ""))
		switch line[0] {
		case '-':
			was[key] = append(was[key], version)
		case '+':
			if old := was[key]; len(old) > 0 {
				was[key] = old[1:]
				a, errA := msrv.ParseVersion(msrv.SchemeLoose, old[0])
				b, errB := msrv.ParseVersion(msrv.SchemeLoose, version)
				if order, ok := a.Compare(b); errA == nil && errB == nil && ok && order < 0 {
					return old[0] + " → " + strings.TrimSpace(line[1:]), nil
				}
			}
		}
	}
	return "", nil
}

var anyNumber = regexp.MustCompile(`\d+(?:\.\d+)*`)
