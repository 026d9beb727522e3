package propose

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/policy"
)

func day(t *testing.T, s string) policy.Date {
	t.Helper()
	d, err := policy.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// seen makes what a repository shows from words: "stable-2.18" is a branch, "v2.18.0@2024-05-20" a tag.
func seen(t *testing.T, asOf, words string, trees map[string]fstest.MapFS) Seen {
	t.Helper()
	s := Seen{Main: "main", Facts: policy.Facts{AsOf: day(t, asOf)}}
	for _, w := range strings.Fields(words) {
		name, date, isTag := strings.Cut(w, "@")
		if isTag {
			s.Facts.Tags = append(s.Facts.Tags, policy.TagFact{Name: name, Date: day(t, date)})
			continue
		}
		s.Facts.Branches = append(s.Facts.Branches, policy.BranchFact{Name: name, Tip: name})
	}
	s.Tree = func(tip string) (fs.FS, error) {
		if tree, ok := trees[tip]; ok {
			return tree, nil
		}
		return fstest.MapFS{}, nil
	}
	return s
}

// Shapes of public projects. What is proposed loads, has no fatal problem, and its live lines have branches.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, words, want, live string }{
		{"many branches of one old line", "release1.6.0 release1.6.1 release1.6.2 release1.6.3 stable-2.16 stable-2.17 v1.6.0@2014-01-01 v1.6.1@2014-01-02 v2.16.0@2023-05-20 v2.17.0@2024-05-20",
			`branch = ["stable-{major}.{minor}"]`, "2.17 2.16"},
		{"a branch per patch release", "release/v7.4.10 release/v7.4.9 release/v7.5.1 v7.4.0@2023-11-01 v7.4.9@2024-01-10 v7.5.0@2024-02-01",
			`several = "highest"`, "7.5 7.4"},
		{"two families, of which one continues the other", "25.0 28.x docker-29.x v25.0.0@2023-01-10 v25.0.1@2024-01-10 v28.0.0@2024-02-10 v28.1.0@2024-03-10 docker-v29.0.0@2024-05-10",
			`"docker-v{version}"`, "29 28"},
		{"one number", "v256-stable v257-stable v256@2023-12-10 v256.1@2024-01-10 v257@2024-05-10",
			`tag    = ["v{major}[.{patch}]"]`, "257 256"},
		{"underscores", "REL_15_STABLE REL_16_STABLE REL_15_0@2022-10-10 REL_15_1@2023-11-10 REL_16_0@2023-09-14 REL_16_1@2023-11-10 REL_16_RC1@2023-08-30",
			`branch = ["REL_{major}_STABLE"]`, "16 15"},
		{"module tags beside the project's", "release-3.1 release-3.2 v3.1.0@2024-01-10 v0.301.0@2024-01-10 v3.2.0@2024-03-10 v0.302.0@2024-03-10",
			`from   = "3.1"`, "3.2 3.1"},
		{"four numbers", "7-1-stable 8-0-stable v7.1.0@2023-10-10 v7.1.3.1@2024-02-10 v8.0.0@2024-04-10",
			`"v{major}.{minor}.{patch}[.{build}]"`, "8.0 7.1"},
		{"calendar numbers of two digits", "4.08 4.14 4.08.0@2019-06-14 4.14.0@2022-03-28", `"{major}.{minor:02}"`, "4.14 4.08"},
		{"topic branches", "fix/1234-it dependabot/go/x-1.2.3 v6.x v7.x v6.0.0@2023-01-10 v6.1.0@2023-05-10 v7.0.0@2024-01-10 v7.1.0@2024-02-10", `branch = ["v{major}.x"]`, "7 6"},
		{"edits in the browser", "alice-patch-1 release/v1.6 release/v1.7 v1.6.0@2024-01-10 v1.7.0@2024-03-10", `branch = ["release/v{major}.{minor}"]`, "1.7 1.6"},
		{"somebody's work", "bob-01/split-it alpine-3.21 v1.6.0@2024-01-10 v1.7.0@2024-03-10 try-v1.35.0-s3@2024-03-11", `branch = []`, ""},
		{"nothing", "", `branch = []`, ""},
		{"tags alone", "v1.0.0@2024-01-10 v1.1.0@2024-02-10", `branch = []`, ""},
		{"branches alone", "release-1.0 release-1.1", `schema = 1`, ""},
	} {
		p, err := Propose(seen(t, "2024-06-01", c.words, nil))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !strings.Contains(p.Text, c.want) {
			t.Errorf("%s: no %s in\n%s", c.name, c.want, p.Text)
		}
		var live []string
		for _, l := range p.Live {
			live = append(live, l.Line)
			if l.Branch == "" || l.Next == "" {
				t.Errorf("%s: %+v", c.name, l)
			}
		}
		if got := strings.Join(live, " "); got != c.live {
			t.Errorf("%s: live %s, want %s\n%s", c.name, got, c.live, p.Text)
		}
	}
}

// A version file is proposed where it holds the version of every live line, and nowhere else.
func TestVersionFiles(t *testing.T) {
	t.Parallel()
	words := "release-1.2 release-1.3 v1.2.0@2024-01-10 v1.3.0@2024-03-10"
	file := func(name, data string) fstest.MapFS { return fstest.MapFS{name: {Data: []byte(data)}} }
	for _, c := range []struct {
		name     string
		old, new fstest.MapFS
		want     bool
	}{
		{"held", file("VERSION", "1.2.0\n"), file("VERSION", "1.3.0\n"), true},
		{"bumped already", file("VERSION", "1.2.1\n"), file("VERSION", "1.3.0\n"), true},
		{"of one line alone", file("VERSION", "1.2.0\n"), file("VERSION", "1.2.0\n"), false},
		{"a placeholder", file("package.json", `{"name": "x", "version": "0.0.0-development"}`), file("package.json", `{"name": "x", "version": "0.0.0-development"}`), false},
		{"of a helper", file("Cargo.toml", "[package]\nname = \"h\"\nversion = \"0.1.0\"\n"), file("Cargo.toml", "[package]\nname = \"h\"\nversion = \"0.1.0\"\n"), false},
		{"missing on one", file("README", ""), file("VERSION", "1.3.0\n"), false},
	} {
		p, err := Propose(seen(t, "2024-06-01", words, map[string]fstest.MapFS{"release-1.2": c.old, "release-1.3": c.new}))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(p.Text, "[[bump.file]]"); got != c.want {
			t.Errorf("%s: proposed %v, want %v\n%s", c.name, got, c.want, p.Text)
		}
		if !c.want && len(p.Left) == 0 && c.name != "missing on one" {
			t.Errorf("%s: nothing says why", c.name)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	words := "release-1.2 v1.2.0@2024-01-10"
	for _, c := range []struct {
		data string
		want bool
	}{
		{"# Changelog\n\n## 1.2.0\n\n- it\n", true},
		{"# Versioning and Release\n\nHow we release.\n", false},
		{"# Changelog\n\n## 1.1.0\n\n- it\n", false},
	} {
		p, err := Propose(seen(t, "2024-06-01", words, map[string]fstest.MapFS{"release-1.2": {"CHANGELOG.md": {Data: []byte(c.data)}}}))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(p.Text, "[notes]"); got != c.want {
			t.Errorf("%q: %v\n%s", c.data, got, p.Text)
		}
	}
}

// Even minor versions live three years, odd ones half a year; one old line is patched long after.
func TestRulesFromLifetimes(t *testing.T) {
	t.Parallel()
	var words strings.Builder
	start := day(t, "2015-01-10")
	for n := range 16 {
		released := start.AddMonths(6 * n)
		fmt.Fprintf(&words, "release-1.%d v1.%d.0@%s ", n, n, released)
		months := 8
		if n%2 == 0 {
			months = 35
		}
		for m := 2; m <= months; m += 3 {
			if d := released.AddMonths(m); !d.After(day(t, "2022-08-01")) {
				fmt.Fprintf(&words, "v1.%d.%d@%s ", n, m, d)
			}
		}
	}
	words.WriteString("v1.3.99@2022-07-20 ")
	p, err := Propose(seen(t, "2022-08-01", words.String(), nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`component = "minor", divisible_by = 2`, `until = "6 releases"`, `every = "6 months"`, "line  = \"1.3\"\nclass = \"kept\"", "patched on 2022-07-20, after the rule's end"} {
		if !strings.Contains(p.Text, want) {
			t.Errorf("no %s in\n%s", want, p.Text)
		}
	}
	cfg, err := config.Load(config.FileName, []byte(p.Text), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Policy.Branches) != 1 {
		t.Errorf("%d rows", len(cfg.Policy.Branches))
	}
}

// Branches that the names do not tell are found by the tags on them.
func TestBoundByTags(t *testing.T) {
	t.Parallel()
	s := seen(t, "2024-06-01", "rust-1.74.0 rust-1.75.0 rust-1.76.0 0.75.0@2023-11-16 0.76.0@2023-12-28 0.77.0@2024-02-08", nil)
	s.Owned = func([]policy.BranchFact) (map[string][]string, error) {
		return map[string][]string{"rust-1.74.0": {"0.75.0"}, "rust-1.75.0": {"0.76.0"}, "rust-1.76.0": {"0.77.0"}}, nil
	}
	p, err := Propose(s)
	if err != nil || !strings.Contains(p.Text, `branch = ["rust-1.{minor-1}.0"]`) || len(p.Live) == 0 || p.Live[0].Branch != "rust-1.76.0" {
		t.Errorf("%v %+v\n%s", err, p.Live, p.Text)
	}
	s = seen(t, "2024-06-01", "stable/yoga stable/2023.1 25.0.0@2022-03-30 25.1.0@2023-04-01 27.0.0@2023-03-22 27.1.0@2023-06-01", nil)
	s.Owned = func([]policy.BranchFact) (map[string][]string, error) {
		return map[string][]string{"stable/2023.1": {"27.0.0", "27.1.0"}}, nil
	}
	p, err = Propose(s)
	if err != nil || !strings.Contains(p.Text, "line  = \"27\"\nname  = \"stable/2023.1\"") || len(p.Live) != 1 {
		t.Errorf("%v %+v\n%s", err, p.Live, p.Text)
	}
}

// Whatever the names are, what is proposed loads.
func FuzzPropose(f *testing.F) {
	f.Add("release-1.2 release-1.3 v1.2.0@2024-01-10", "x")
	f.Add("a\"b 1 2.x {major} 99999999999999999999.1", "v1.0.0")
	f.Fuzz(func(t *testing.T, branches, tags string) {
		s := Seen{Facts: policy.Facts{AsOf: policy.Date{Year: 2024, Month: 6, Day: 1}}}
		for i, b := range strings.Fields(branches) {
			if i < 40 {
				s.Facts.Branches = append(s.Facts.Branches, policy.BranchFact{Name: b, Tip: b})
			}
		}
		for i, tag := range strings.Fields(tags) {
			if i < 40 {
				s.Facts.Tags = append(s.Facts.Tags, policy.TagFact{Name: tag, Date: policy.Date{Year: 2023, Month: 1, Day: 1}.AddDays(30 * i)})
			}
		}
		p, err := Propose(s)
		if err != nil {
			t.Fatalf("%q %q: %v", branches, tags, err)
		}
		if _, err := config.Load(config.FileName, []byte(p.Text), nil); err != nil {
			t.Fatalf("%v\n%s", err, p.Text)
		}
	})
}
