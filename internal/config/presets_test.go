package config

import (
	"fmt"
	"testing"

	"github.com/Masterminds/semver/v3"

	"github.com/git-backport/git-backport/policy"
)

// fitting are repositories that the presets fit: their newest lines with the days of their first releases.
func fitting() map[string][][2]string {
	return map[string][][2]string{
		"wasmtime":             monthly(24, 47, "2024-08-20"),
		"wasmtime-issue-10161": monthly(30, 41, "2025-02-20"),
		"ccf":                  {{"1.0.0", "2025-04-30"}, {"2.0.0", "2026-05-17"}},
		"wazero":               {{"1.0.0", "2023-03-20"}, {"1.1.0", "2023-05-01"}},
		"node":                 {{"22.0.0", "2024-04-24"}, {"24.0.0", "2025-05-06"}, {"25.0.0", "2025-10-15"}, {"27.0.0", "2026-10-28"}},
		"go":                   {{"1.25.0", "2025-08-12"}, {"1.26.0", "2026-02-10"}},
		"kubernetes":           {{"1.34.0", "2025-08-27"}, {"1.35.0", "2025-12-17"}},
		"django":               {{"5.2.0", "2025-04-02"}, {"6.0.0", "2025-12-03"}, {"6.1.0", "2026-08-05"}},
		"containerd":           {{"1.6.0", "2022-02-15"}, {"1.7.0", "2023-03-10"}, {"2.0.0", "2024-11-05"}, {"2.1.0", "2025-05-07"}, {"2.2.0", "2025-11-05"}, {"2.3.0", "2026-04-30"}},
		"etcd":                 {{"3.4.0", "2019-08-30"}, {"3.5.0", "2021-06-15"}, {"3.6.0", "2025-05-15"}},
		"postgres":             {{"12.0.0", "2019-10-03"}, {"17.0.0", "2024-09-26"}, {"18.0.0", "2025-09-25"}},
		"envoy":                {{"1.38.0", "2026-04-23"}, {"1.39.0", "2026-07-14"}},
		"dotnet":               {{"7.0.0", "2022-11-08"}, {"8.0.0", "2023-11-14"}, {"9.0.0", "2024-11-12"}},
		"openssl":              {{"3.0.0", "2021-09-07"}, {"3.4.0", "2024-10-22"}, {"3.5.0", "2025-04-08"}, {"3.6.0", "2025-10-01"}},
		"two-newest":           {{"1.0.0", "2026-01-01"}, {"2.0.0", "2026-02-01"}},
	}
}

// monthly are the first releases of lines that come on a day of each month.
func monthly(from, to int, first string) [][2]string {
	day, err := policy.ParseDate(first)
	if err != nil {
		panic(err)
	}
	var out [][2]string
	for n := from; n <= to; n++ {
		out = append(out, [2]string{fmt.Sprintf("%d.0.0", n), day.AddMonths(n - from).String()})
	}
	return out
}

// TestPresetsAreSilent checks each preset beside a repository that it fits: there is nothing to remark.
func TestPresetsAreSilent(t *testing.T) {
	t.Parallel()
	for _, name := range Presets() {
		lines, ok := fitting()[name]
		if !ok {
			t.Errorf("no repository for preset %s", name)
			continue
		}
		cfg, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		f := policy.Facts{AsOf: policy.Date{Year: 2026, Month: 11, Day: 1}}
		if name == "wasmtime" {
			f.AsOf = policy.Date{Year: 2026, Month: 8, Day: 1}
		}
		if name == "wasmtime-issue-10161" {
			f.AsOf = policy.Date{Year: 2026, Month: 2, Day: 1}
		}
		for _, row := range lines {
			v := semver.MustParse(row[0])
			if len(cfg.Policy.Repo.Branches) > 0 {
				f.Branches = append(f.Branches, policy.BranchFact{Name: cfg.Policy.Repo.Branches[0].Format(v)})
			}
			f.Tags = append(f.Tags, policy.TagFact{Name: cfg.Policy.Repo.Tags[0].Format(v), Date: parseDay(t, row[1])})
		}
		for _, p := range policy.Check(cfg.Policy, f) {
			t.Errorf("%s: %s: %s", name, p.Code, p.Message)
		}
		decided := fmt.Sprint(len(policy.Decide(cfg.Policy, mustLines(cfg.Policy, f), policy.Change{Kind: policy.Security})))
		if decided != fmt.Sprint(len(lines)) {
			t.Errorf("%s: %s lines of %d", name, decided, len(lines))
		}
	}
}

// TestPresetsSayHowOldTheyAre demands the day of presets that hold dates, also where another policy extends them.
func TestPresetsSayHowOldTheyAre(t *testing.T) {
	t.Parallel()
	for _, name := range Presets() {
		cfg, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if dated := len(cfg.Policy.Branches) > 0; dated && cfg.Known.On.IsZero() {
			t.Errorf("%s holds dates and does not say how old they are", name)
		}
	}
	cfg, err := Load(FileName, []byte("extends = \"preset:etcd\"\n"), nil)
	if err != nil || cfg.Known != (Known{"preset:etcd", policy.Date{Year: 2026, Month: 8, Day: 22}}) {
		t.Errorf("%+v, %v", cfg, err)
	}
	if cfg, err = Load(FileName, []byte("# as of 2020-01-01\n"), nil); err != nil || !cfg.Known.On.IsZero() {
		t.Errorf("a policy of one's own: %+v, %v", cfg, err)
	}
}

func mustLines(p *policy.Policy, f policy.Facts) []policy.Line {
	lines, _ := policy.Lines(p, f)
	return lines
}
