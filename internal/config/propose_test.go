package config

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/policy"
)

// TestProposeOnClones looks at real repositories, when their clones lie beside GIT_BACKPORT_CLONE.
func TestProposeOnClones(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("GIT_BACKPORT_CLONE")
	if dir == "" {
		t.Skip("GIT_BACKPORT_CLONE is not set: no clones to propose a policy for")
	}
	for _, c := range []struct {
		name string
		want []string // what the proposal holds
		live []string // lines that are targets of a security fix under it
	}{
		{"wasmtime", []string{`branch = ["release-{major}.0.0"]`, `tag    = ["v{version}"]`, `line   = "major"`, `every = "1 month"`, `{ divisible_by = 12, from = "24" }`, `until = "24 months"`, `until = "2 releases"`, `path = "Cargo.toml"`}, []string{"24", "36", "47", "48"}},
		{"etcd", []string{`branch = ["release-{major}.{minor}"]`, `tag    = ["v{version}"]`, `line   = "minor"`, `path = "api/version/version.go"`}, nil},
		{"containerd", []string{`branch = ["release/{major}.{minor}"]`, `tag    = ["v{version}"]`, `line   = "minor"`, `path = "version/version.go"`}, nil},
		{"ocaml", []string{`branch = ["{major}.{minor}", "{major}.{minor:02}"]`, `tag    = ["{version}", "{major}.{minor:02}[.{patch}]"]`, `line   = "minor"`}, nil},
	} {
		clone := filepath.Join(filepath.Dir(dir), c.name+".git")
		if _, err := os.Stat(clone); err != nil {
			t.Logf("no clone of %s", c.name)
			continue
		}
		seen := Seen{Facts: cloneFacts(t, clone), Main: "main"}
		seen.Facts.AsOf = policy.Date{Year: 2026, Month: 8, Day: 20}
		out, err := exec.Command("git", "-C", clone, "ls-tree", "-r", "--name-only", "HEAD").Output()
		if err == nil {
			seen.Paths = strings.Split(string(out), "\n")
		}
		text := Propose(seen)
		t.Logf("%s:\n%s", c.name, text)
		cfg, err := Load(FileName, []byte(text), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the proposal has no %s", c.name, want)
			}
		}
		lines, problems := policy.Lines(cfg.Policy, seen.Facts)
		for _, p := range problems {
			t.Logf("%s: %s", p.Code, p.Message)
			if p.Fatal {
				t.Errorf("%s: %s", c.name, p.Message)
			}
		}
		var live []string
		for _, d := range policy.Decide(cfg.Policy, lines, policy.Change{Kind: policy.Security}) {
			if d.Verdict == policy.Required {
				live = append([]string{d.Name()}, live...)
			}
		}
		t.Logf("%s: targets %v", c.name, live)
		if len(live) == 0 || c.live != nil && fmt.Sprint(live) != fmt.Sprint(c.live) {
			t.Errorf("%s: targets %v, want %v", c.name, live, c.live)
		}
	}
}

func TestProposeWithoutClones(t *testing.T) {
	t.Parallel()
	train := func(branch, tag string, from, to int) (f policy.Facts) {
		f.AsOf = policy.Date{Year: 2026, Month: 8, Day: 21}
		for n := from; n <= to; n++ {
			f.Branches = append(f.Branches, policy.BranchFact{Name: fmt.Sprintf(branch, n)})
			f.Tags = append(f.Tags, policy.TagFact{Name: fmt.Sprintf(tag, n), Date: policy.Date{Year: 2026, Month: 8, Day: 20}.AddMonths(n - to)})
		}
		return f
	}
	for _, c := range []struct {
		facts policy.Facts
		want  []string
	}{
		{train("release-%d.0.0", "v%d.0.0", 30, 48), []string{`"release-{major}.0.0"`, `"v{version}"`, `every = "1 month"`, "divisible_by = 12"}},
		{train("release/%d.x", "ccf-%d.0.0", 1, 4), []string{`"release/{major}.x"`, `"ccf-{version}"`, `line   = "major"`}},
		{train("release-branch.go1.%d", "go1.%d", 20, 27), []string{`"release-branch.go{major}.{minor}"`, `"go{major}.{minor}[.{patch}]"`, `line   = "minor"`}},
		{train("stable/5.%d.x", "5.%d", 0, 2), []string{`"stable/{major}.{minor}.x"`, `"{major}.{minor}[.{patch}]"`}},
		{train("fix-%d", "v%d.0.0", 1001, 1003), []string{`branch = ["fix-{major}"]`}},
		{policy.Facts{Branches: []policy.BranchFact{{Name: "main"}, {Name: "fix-12"}}}, []string{"no release branches", "no release tags"}},
		{policy.Facts{Tags: []policy.TagFact{{Name: "v1.0.0", Date: policy.Date{Year: 2020, Month: 1, Day: 1}}}}, []string{`tag    = ["v{version}"]`}},
	} {
		if len(c.facts.Tags) > 18 { // line 36 is patched to the end
			c.facts.Tags = append(c.facts.Tags, policy.TagFact{Name: "v36.0.9", Date: c.facts.AsOf}, policy.TagFact{Name: "v47.0.1", Date: c.facts.AsOf})
			c.want[len(c.want)-1] = `lines = ["36"]`
		}
		text := Propose(Seen{Facts: c.facts, Main: "trunk"})
		if _, err := Load(FileName, []byte(text), nil); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("the proposal has no %s:\n%s", want, text)
			}
		}
		if cfg := Guess(c.facts); cfg == nil || cfg.Source == "" {
			t.Error("nothing is guessed")
		}
	}
}

func FuzzPropose(f *testing.F) {
	f.Add("release-36.0.0\nrelease-37.0.0", "v36.0.0 v36.0.1 v37.0.0", "trunk")
	f.Add("v1.0.x\n4.02\nx\"]\n#", "1.2.3 ccf-1.2 \x00", "ma\"in\\\n")
	f.Fuzz(func(t *testing.T, branches, tags, main string) {
		s := Seen{Main: main, Facts: policy.Facts{AsOf: policy.Date{Year: 2026, Month: 1, Day: 1}}}
		for _, b := range strings.Split(branches, "\n") {
			s.Facts.Branches = append(s.Facts.Branches, policy.BranchFact{Name: b})
			s.Paths = append(s.Paths, b)
		}
		for i, name := range strings.Fields(tags) {
			s.Facts.Tags = append(s.Facts.Tags, policy.TagFact{Name: name, Date: policy.Date{Year: 2024, Month: 1, Day: 1}.AddDays(i * 7)})
		}
		if _, err := Load(FileName, []byte(Propose(s)), nil); err != nil {
			t.Fatal(err)
		}
		if Guess(s.Facts) == nil {
			t.Fatal("nothing is guessed")
		}
	})
}
