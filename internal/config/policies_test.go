package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/git-backport/git-backport/policy"
)

var update = flag.Bool("update", false, "rewrite the tables of testdata/policy")

// TestPolicies runs testdata/policy/*.txtar: a policy, what a repository shows, and what is to be
// decided. testdata/policy/README.md says how they are written.
func TestPolicies(t *testing.T) {
	files, err := filepath.Glob("../../testdata/policy/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d policy cases found, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runCase(t, file)
		})
	}
}

func runCase(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range archive.Files {
		parts[f.Name] = f.Data
	}
	cfg, err := Load(FileName, parts["policy.toml"], func(name string) ([]byte, error) {
		if data, ok := parts[name]; ok {
			return data, nil
		}
		return nil, os.ErrNotExist
	})
	if err != nil {
		t.Fatal(err)
	}
	facts := readFacts(t, parts)
	asked := 0
	for i, f := range archive.Files {
		fields := strings.Fields(f.Name)
		got := ""
		switch fields[0] {
		case "decide":
			got = decideTable(t, cfg.Policy, facts, fields[1:])
		case "problems", "check":
			facts.AsOf = parseDay(t, fields[1])
			problems := policy.Check(cfg.Policy, facts)
			if fields[0] == "problems" {
				_, problems = policy.Lines(cfg.Policy, facts)
			}
			for _, p := range problems {
				got += fmt.Sprintf("%s fatal=%v: %s\n", p.Code, p.Fatal, p.Message)
			}
		case "sets":
			checkSets(t, cfg.Policy, facts, string(f.Data), len(fields) > 1)
			asked++
			continue
		case "ends", "upgrades":
			checkCalendar(t, cfg.Policy, facts, fields, string(f.Data))
			asked++
			continue
		default:
			continue
		}
		asked++
		if *update {
			archive.Files[i].Data = []byte(got)
		} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
	if asked == 0 {
		t.Error("the case asks nothing")
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func parseDay(t *testing.T, s string) policy.Date {
	t.Helper()
	d, err := policy.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func readFacts(t *testing.T, parts map[string][]byte) (f policy.Facts) {
	t.Helper()
	for _, line := range strings.Split(string(parts["branches"]), "\n") {
		for _, name := range expand(t, strings.Fields(line)) {
			f.Branches = append(f.Branches, policy.BranchFact{Name: name[0]})
		}
	}
	for _, line := range strings.Split(string(parts["tags"]), "\n") {
		for _, tag := range expand(t, strings.Fields(line)) {
			f.Tags = append(f.Tags, policy.TagFact{Name: tag[0], Date: parseDay(t, tag[1])})
		}
	}
	return f
}

// expand turns "train v{N}.0.0 20..50 2024-04-20 monthly" into one row for each N.
func expand(t *testing.T, fields []string) [][]string {
	t.Helper()
	if len(fields) == 0 {
		return nil
	}
	if fields[0] != "train" {
		return [][]string{fields}
	}
	a, b, _ := strings.Cut(fields[2], "..")
	from, err1 := strconv.Atoi(a)
	to, err2 := strconv.Atoi(b)
	if err1 != nil || err2 != nil {
		t.Fatalf("%q is not a train", fields)
	}
	var out [][]string
	for n := from; n <= to; n++ {
		row := []string{strings.ReplaceAll(fields[1], "{N}", strconv.Itoa(n))}
		if len(fields) > 3 {
			row = append(row, parseDay(t, fields[3]).AddMonths(n-from).String())
		}
		out = append(out, row)
	}
	return out
}

func decideTable(t *testing.T, p *policy.Policy, f policy.Facts, args []string) string {
	t.Helper()
	f.AsOf = parseDay(t, args[0])
	c := policy.Change{Kind: policy.Kind(args[1])}
	for _, a := range args[2:] {
		if a == "releasing" {
			c.Releasing = true
		} else if day, ok := strings.CutPrefix(a, "published="); ok {
			c.Published = parseDay(t, day)
		}
	}
	lines, _ := policy.Lines(p, f)
	var b strings.Builder
	for _, d := range policy.Decide(p, lines, c) {
		until := d.Until.String()
		if until == "" {
			until = "~" + d.Planned.String()
		}
		fmt.Fprintf(&b, "%s %s | %s %s | %s | %s/%s until %s | next %s | %s\n", d.Name(), d.Branch, d.Verdict, d.Cause, d.Rule, d.Class, d.Phase, until, d.Next, d.Detail)
	}
	return b.String()
}

// checkSets compares "2026-07-25: 24 36 46/current" with the lines that are required for a security
// fix and released; "2026-07-25 pending:" and "2026-07-25 ask:" with those lines.
func checkSets(t *testing.T, p *policy.Policy, f policy.Facts, want string, onMain bool) {
	t.Helper()
	for _, row := range strings.Split(strings.TrimSpace(want), "\n") {
		head, list, _ := strings.Cut(row, ":")
		fields := strings.Fields(head)
		f.AsOf = parseDay(t, fields[0])
		lines, _ := policy.Lines(p, f)
		got := []string{}
		for _, d := range policy.Decide(p, lines, policy.Change{Kind: policy.Security}) {
			in := d.Verdict == policy.Required && d.State == policy.StateSupported
			if onMain {
				in = d.Branch == "" && d.State == policy.StateSupported
			}
			if len(fields) > 1 {
				in = d.Verdict == policy.Ask
				if fields[1] == "pending" {
					in = d.Verdict == policy.Required && d.State == policy.StatePending
				}
			}
			if in {
				got = append(got, d.Name()+"/"+d.Phase)
			}
		}
		slices.Reverse(got)
		items := strings.Fields(list)
		ok := len(items) == len(got)
		for i := 0; ok && i < len(items); i++ {
			name, _, _ := strings.Cut(got[i], "/")
			ok = items[i] == got[i] || items[i] == name
		}
		if !ok {
			t.Errorf("%s: got %v, want %v", head, got, items)
		}
	}
}

func checkCalendar(t *testing.T, p *policy.Policy, f policy.Facts, fields []string, want string) {
	t.Helper()
	f.AsOf = parseDay(t, fields[1])
	c := policy.Schedule(p, f, 40)
	rows := map[string]bool{}
	if fields[0] == "upgrades" {
		for _, u := range c.Upgrades {
			planned := ""
			if u.Planned {
				planned = " planned"
			}
			rows[fmt.Sprintf("%s %s %s %s %s%s", u.Class, u.From, u.To, u.Start, u.End, planned)] = true
		}
	} else {
		for _, l := range c.Lines {
			end := l.Until.String()
			if end == "" {
				end = "open"
			}
			rows[fmt.Sprintf("%s %s %s", l.Name(), l.Released, end)] = true
		}
	}
	for _, row := range strings.Split(strings.TrimSpace(want), "\n") {
		if !rows[row] {
			t.Errorf("%s: no row %q among %v", fields, row, slices.Sorted(keysOf(rows)))
		}
	}
}

func keysOf(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
