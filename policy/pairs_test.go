package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/policy"
)

// pairFacts are CCF's first releases, with those of its table.
func pairFacts(asOf string) policy.Facts {
	day := func(s string) policy.Date {
		d, err := policy.ParseDate(s)
		if err != nil {
			panic(err)
		}
		return d
	}
	f := policy.Facts{AsOf: day(asOf)}
	for _, row := range [][2]string{
		{"ccf-1.0.0", "2021-04-30"}, {"ccf-1.0.18", "2022-02-28"}, {"ccf-1.0.19", "2022-04-01"},
		{"ccf-2.0.0-rc0", "2022-04-10"}, {"ccf-2.0.0-rc1", "2022-04-20"}, {"ccf-2.0.0", "2022-05-17"}, {"ccf-2.0.1", "2022-06-17"}, {"ccf-2.0.10", "2022-11-01"},
		{"ccf-3.0.0-rc0", "2022-11-10"}, {"ccf-3.0.0", "2022-11-24"}, {"ccf-3.0.1", "2023-01-10"}, {"ccf-4.0.0-dev1", "2022-12-01"}, {"ccf-4.0.0-dev2", "2023-01-20"},
	} {
		f.Tags = append(f.Tags, policy.TagFact{Name: row[0], Date: day(row[1])})
	}
	return f
}

// TestPairs holds the rules against what CCF's release policy says of its releases, on several days.
func TestPairs(t *testing.T) {
	t.Parallel()
	cfg, err := config.Preset("ccf")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ asOf, subject, tag, rule, want string }{
		{"2022-06-20", "2.0.2", "", "same-line", "2.0.0 2.0.1"},           // candidates do not count
		{"2022-06-20", "2.0.1", "ccf-2.0.1", "same-line", "2.0.0"},        // never with itself
		{"2022-12-31", "2.0.1", "ccf-2.0.1", "same-line", "2.0.0 2.0.10"}, // forward and backward, numbers and not text
		{"2022-06-20", "2.0.2", "", "previous-line-latest", "1.0.19"},     // the last patch of 1.0
		{"2022-03-01", "1.0.19", "", "previous-line-latest", ""},          // there is none before
		{"2022-03-01", "1.0.19", "", "next-line-first", ""},               // what is released later is not there yet
		{"2022-04-15", "1.0.20", "", "next-line-first", "2.0.0-rc0"},      // the only candidate
		{"2022-04-25", "1.0.20", "", "next-line-first", "2.0.0-rc1"},      // the newest one
		{"2022-06-20", "1.0.20", "", "next-line-first", "2.0.0"},          // the first release, and no longer the candidate
		{"2023-01-31", "1.0.20", "", "next-line-first", "2.0.0"},          // of the next line, not of a later one
		{"2023-01-31", "3.0.2", "", "next-line-first", "4.0.0-dev2"},      //
		{"2022-06-20", "2.0.2", "", "all-older", "1.0.0 1.0.18 1.0.19 2.0.0 2.0.1"},
		{"2022-12-31", "2.0.1", "ccf-2.0.1", "all-older", "1.0.0 1.0.18 1.0.19 2.0.0"}, // nothing from its future
		{"2022-12-31", "2.0.11", "", "upgrade", "3.0.0"},
		{"2022-12-31", "3.0.1", "", "upgrade", "2.0.10"},
	} {
		v, id := c.subject, policy.LineID{Major: uint32(c.subject[0] - '0')}
		_, sv, ok := cfg.Policy.ReadTag("ccf-" + v)
		if !ok {
			t.Fatal(v)
		}
		got := ""
		subject := policy.Release{Line: id, Version: sv, Text: v, Tag: c.tag}
		for _, p := range policy.Pairs(cfg.Policy, pairFacts(c.asOf), []policy.Release{subject}, []policy.PairRule{policy.PairRule(c.rule)}) {
			got += " " + p.With.Text
		}
		if strings.TrimSpace(got) != c.want {
			t.Errorf("%s on %s by %s: %q, want %q", c.subject, c.asOf, c.rule, strings.TrimSpace(got), c.want)
		}
	}
}

func TestUpgradePath(t *testing.T) {
	t.Parallel()
	id := func(n uint32) policy.LineID { return policy.LineID{Major: n} }
	c := policy.Calendar{Upgrades: []policy.Upgrade{{From: id(24), To: id(36)}, {From: id(36), To: id(48)}, {From: id(24), To: id(25)}}}
	for _, test := range []struct {
		from, to uint32
		want     string
	}{{24, 48, "24>36 36>48"}, {36, 48, "36>48"}, {48, 24, ""}, {25, 48, ""}, {24, 24, ""}} {
		got := []string{}
		for _, u := range c.UpgradePath(id(test.from), id(test.to)) {
			got = append(got, fmt.Sprintf("%s>%s", u.From, u.To))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%d to %d: %v, want %q", test.from, test.to, got, test.want)
		}
	}
}
