package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/git-backport/git-backport/msrv"
)

// A line is a release branch: where it left main, its first tag, and its tip.
type line struct {
	major              int
	branch, point, tip string
	tag                string
	commits            []string // the branch's own, by first parent, oldest first
}

var branchName = regexp.MustCompile(`^refs/(?:heads|remotes/[^/]+)/(release-(\d+)\.0\.0)$`)

// branches lists the release branches from the oldest.
func (r *repo) branches() ([]line, error) {
	refs, err := r.text("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/remotes")
	if err != nil {
		return nil, err
	}
	var out []line
	for ref := range strings.SplitSeq(refs, "\n") {
		name, tip, _ := strings.Cut(ref, " ")
		m := branchName.FindStringSubmatch(name)
		if m == nil || slices.ContainsFunc(out, func(l line) bool { return l.branch == m[1] }) {
			continue
		}
		l := line{branch: m[1], tip: tip}
		if l.major, err = strconv.Atoi(m[2]); err != nil {
			return nil, err
		}
		own, err := r.text("rev-list", "--first-parent", "--reverse", "main.."+tip)
		if err != nil {
			return nil, err
		}
		l.point = tip
		if own != "" {
			l.commits = strings.Split(own, "\n")
			if l.point, err = r.text("rev-parse", l.commits[0]+"^1"); err != nil {
				return nil, err
			}
		}
		tag := fmt.Sprintf("v%d.0.0", l.major)
		if _, code, _ := r.run("rev-parse", "-q", "--verify", "refs/tags/"+tag+"^{commit}"); code == 0 {
			l.tag = tag
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b line) int { return a.major - b.major })
	return out, nil
}

// rustVersion returns the rust-version of the workspace at a revision, as it is written, or "-".
func (p *replay) rustVersion(rev string) (string, error) {
	if rev == "" {
		return "no tag", nil
	}
	t := p.repo.tree(rev)
	reading := msrv.ReadPins(t, []string{"Cargo.toml"}, msrv.Options{})
	for _, key := range []string{"workspace.package.rust-version", "package.rust-version"} {
		for _, pin := range reading.Pins {
			if pin.Key == key {
				return pin.Value, nil
			}
		}
	}
	for _, problem := range reading.Problems {
		return "", problem
	}
	return "-", nil
}

// table prints rust-version at branch point, first tag and tip, and every pin that moved on the branch.
func (p *replay) table() error {
	fmt.Fprintf(p.out, "rust-version by branch\n%-16s %-10s %-10s %-10s %s\n", "branch", "point", "first tag", "tip", "pins that moved between branch point and tip")
	declared, moved := 0, 0
	for _, l := range p.lines {
		var values [3]string
		for i, rev := range []string{l.point, l.tag, l.tip} {
			var err error
			if values[i], err = p.rustVersion(rev); err != nil {
				return fmt.Errorf("%s: %w", l.branch, err)
			}
		}
		verdict, err := p.gate(l.point, l.point, l.tip)
		if err != nil {
			return err
		}
		if values[0] != "-" {
			declared++
		}
		if values[0] != values[2] || values[1] != "no tag" && values[1] != values[0] {
			moved++
		}
		note := ""
		for _, f := range verdict.At(msrv.LevelNotice) {
			note += fmt.Sprintf("; %s %s %s %q -> %q", f.Level, f.Outcome, f.Path+" "+f.Key, f.Was, f.Now)
			if f.Problem != nil {
				note += " " + f.Problem.Error()
			}
		}
		fmt.Fprintf(p.out, "%-16s %-10s %-10s %-10s %s\n", l.branch, values[0], values[1], values[2], strings.TrimPrefix(note, "; "))
	}
	fmt.Fprintf(p.out, "%d branches, %d with a rust-version, %d of them moved it\n\n", len(p.lines), declared, moved)
	return nil
}

// gate judges a result against a tip and a baseline, reading only the pin files that differ.
func (p *replay) gate(baseline, tip, result string) (msrv.Verdict, error) {
	paths, err := p.repo.changed(tip, result)
	if err != nil {
		return msrv.Verdict{}, err
	}
	if baseline != tip {
		more, err := p.repo.changed(baseline, result)
		if err != nil {
			return msrv.Verdict{}, err
		}
		paths = append(paths, more...)
	}
	slices.Sort(paths)
	return p.gatePaths(baseline, tip, result, slices.Compact(paths))
}

func (p *replay) gatePaths(baseline, tip, result string, paths []string) (msrv.Verdict, error) {
	var readings [3]msrv.Reading
	for i, rev := range []string{baseline, tip, result} {
		t := p.repo.tree(rev)
		readings[i] = msrv.ReadPins(t, paths, msrv.Options{})
	}
	return msrv.Gate(msrv.GateInput{Baseline: &readings[0], Tip: readings[1], Result: readings[2]}), nil
}
