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

// supportedOn are the lines that a proposal supports on a day, by its own facts and the tags added since.
func supportedOn(t *testing.T, p Proposal, f policy.Facts, on, more string) string {
	t.Helper()
	cfg, err := config.Load(config.FileName, []byte(p.Text), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range strings.Fields(more) {
		name, date, _ := strings.Cut(w, "@")
		f.Tags = append(f.Tags, policy.TagFact{Name: name, Date: day(t, date)})
	}
	f.AsOf = day(t, on)
	lines, _ := policy.Lines(cfg.Policy, f)
	out := ""
	for _, l := range lines {
		if l.State == policy.StateSupported {
			out += " " + l.Name()
		}
	}
	return strings.TrimSpace(out)
}

// oneAfterAnother are the tags of lines that live until the next one comes: a patch a month.
func oneAfterAnother(t *testing.T, major, from, to int, first string) string {
	out, start := "", day(t, first)
	for n := from; n <= to; n++ {
		for patch := range 4 {
			out += fmt.Sprintf(" v%d.%d.%d@%s", major, n, patch, start.AddMonths(4*(n-from)+patch))
		}
	}
	return out
}

func branches(prefix string, from, to int) string {
	out := ""
	for n := from; n <= to; n++ {
		out += fmt.Sprintf("%s%d ", prefix, n)
	}
	return out
}

// What the last years do not tell, the whole history does: the last line of a major number was kept for a year,
// and so will the next one be.
func TestTheWholeHistoryTells(t *testing.T) {
	t.Parallel()
	words := branches("release-3.", 9, 17) + oneAfterAnother(t, 2, 0, 4, "2018-01-10") + " v2.4.4@2020-01-10 v2.4.5@2020-05-10 v2.4.6@2020-08-10" +
		oneAfterAnother(t, 3, 0, 17, "2019-09-10")
	s := seen(t, "2025-08-01", words, nil)
	p, err := Propose(s)
	if err != nil {
		t.Fatal(err)
	}
	if got := supportedOn(t, p, s.Facts, "2026-02-01", "v4.0.0@2025-09-10 v4.1.0@2026-01-10"); got != "4.1 3.17" {
		t.Errorf("supported %s\n%s", got, p.Text)
	}
}

// A line that is patched in its rhythm is not ended within months by days that fit no other line better.
func TestLivingLinesAreNotEndedSoon(t *testing.T) {
	t.Parallel()
	words := branches("release/1.", 2, 7) + "release/2.0 release/2.1" + oneAfterAnother(t, 1, 0, 7, "2021-07-10")
	for _, day := range []string{"2024-04-01", "2024-06-01", "2024-08-01", "2024-10-01", "2024-12-01", "2025-02-01", "2025-04-01", "2025-06-01"} {
		words += fmt.Sprintf(" v1.7.%s@%s", strings.TrimPrefix(day[2:4]+day[5:7], "0"), day)
	}
	words += " v2.0.0@2024-06-10 v2.0.1@2024-09-10 v2.0.2@2025-02-10 v2.1.0@2025-02-10 v2.1.1@2025-05-10"
	s := seen(t, "2025-06-12", words, nil)
	p, err := Propose(s)
	if err != nil {
		t.Fatal(err)
	}
	if got := supportedOn(t, p, s.Facts, "2025-11-12", ""); !strings.Contains(" "+got+" ", " 1.7 ") {
		t.Errorf("supported %s\n%s", got, p.Text)
	}
}

// A line that the rule has ended, and that is worked on since, is kept; one that is left alone is not.
func TestWorkKeepsALine(t *testing.T) {
	t.Parallel()
	words := branches("release-3.", 9, 17) + oneAfterAnother(t, 3, 0, 17, "2019-10-10")
	asOf := "2025-07-20"
	for _, c := range []struct {
		commits int
		want    bool
	}{{0, false}, {2, false}, {12, true}} {
		s := seen(t, asOf, words, nil)
		s.Work = func(list []policy.BranchFact, until policy.Date) (map[string][]policy.Date, error) {
			out := map[string][]policy.Date{}
			for _, b := range list {
				n := 20
				if b.Name == "release-3.16" {
					n = c.commits
				}
				if b.Name < "release-3.16" {
					n = 0
				}
				for range n {
					out[b.Name] = append(out[b.Name], until.AddDays(-3))
				}
			}
			return out, nil
		}
		p, err := Propose(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.Kept, " ") == "3.16"; got != c.want {
			t.Errorf("%d commits: kept %v, want %v\n%s", c.commits, p.Kept, c.want, p.Text)
		}
	}
}

// A version file is left out where the project makes its releases otherwise.
func TestFormerReleases(t *testing.T) {
	t.Parallel()
	tree := func(version, more string) fstest.MapFS {
		return fstest.MapFS{"VERSION": {Data: []byte(version + "\n")}, "package.json": {Data: []byte(fmt.Sprintf("{\"version\": %q%s}\n", version, more))}}
	}
	for _, c := range []struct {
		name          string
		before, after fstest.MapFS
		want, not     string
	}{
		{"made alike", tree("1.3.0", ""), tree("1.3.1", ""), `path = "package.json"`, "Left out"},
		{"with more in one of them", tree("1.3.0", ""), tree("1.3.1", `, "released": true`), `path = "VERSION"`, `path = "package.json"`},
		{"not found", nil, nil, `path = "package.json"`, "Left out"},
	} {
		s := seen(t, "2024-06-01", "release-1.2 release-1.3 v1.2.0@2024-01-10 v1.3.0@2024-03-10 v1.3.1@2024-04-10",
			map[string]fstest.MapFS{"release-1.2": tree("1.2.0", ""), "release-1.3": tree("1.3.1", "")})
		s.Former = func(tag, version string, read func(fs.FS) string) (*Former, error) {
			if c.before == nil || tag != "v1.3.1" {
				return nil, nil
			}
			return &Former{Tag: tag, From: read(c.before), To: version, Before: c.before, After: c.after}, nil
		}
		p, err := Propose(s)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.Text, c.want) || strings.Contains(p.Text, c.not) {
			t.Errorf("%s: want %s, and not %s:\n%s", c.name, c.want, c.not, p.Text)
		}
	}
}
