package policy

import (
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
)

func TestDates(t *testing.T) {
	t.Parallel()
	day := func(s string) Date {
		d, err := ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	months := []struct {
		from string
		n    int
		want string
	}{
		{"2024-01-31", 1, "2024-02-29"}, {"2023-01-31", 1, "2023-02-28"}, {"2024-01-31", 2, "2024-03-31"},
		{"2024-02-29", 12, "2025-02-28"}, {"2024-02-29", 48, "2028-02-29"}, {"2024-08-20", 24, "2026-08-20"},
		{"2024-03-31", -1, "2024-02-29"}, {"2024-12-15", 1, "2025-01-15"}, {"2024-01-15", -1, "2023-12-15"}, {"1900-01-31", 1, "1900-02-28"},
	}
	for _, c := range months {
		if got := day(c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
	for _, bad := range []string{"", "2024-02-30", "2023-02-29", "2024-13-01", "24-01-01", "2024-1-1", "0000-01-01", "2024-01-01T00:00:00Z", " 2024-01-01"} {
		if d, err := ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) = %s, want an error", bad, d)
		}
	}
	if got := day("2024-03-01").DaysSince(day("2024-02-01")); got != 29 {
		t.Errorf("DaysSince = %d, want 29", got)
	}
	if got := day("2024-02-10").MonthEnd().String(); got != "2024-02-29" {
		t.Errorf("MonthEnd = %s", got)
	}
	var back Date
	text, err := day("2024-02-10").MarshalText()
	if err != nil || back.UnmarshalText(text) != nil || back != day("2024-02-10") {
		t.Errorf("text %q reads back as %s", text, back)
	}
}

func TestExprs(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"24 months": "2 years", "2 releases": "2 releases", "1 release": "1 release", "release(+2)": "2 releases",
		"class(+1) + 2 months": "class(+1) + 2 months", "2027-08-20": "2027-08-20", "2027-08-20 - 2 weeks": "2027-08-20 - 14 days",
		"max(1 year, release(+1) + 6 months)": "max(1 year, 1 release + 6 months)", "min( 1 year ,2 releases)": "min(1 year, 2 releases)",
		"release + 1 month - 3 days": "release + 1 month - 3 days", "1 month + 3 days": "1 month + 3 days", "release": "release",
		"max(min(1 day, 2 days), 3 days)": "max(min(1 day, 2 days), 3 days)", "13 months": "13 months", "0 days": "release", "2024-02-29 + 1 year": "2024-02-29 + 12 months",
	}
	for text, want := range good {
		e, err := ParseExpr(text)
		if err != nil {
			t.Errorf("ParseExpr(%q): %v", text, err)
			continue
		}
		if got := e.String(); got != want {
			t.Errorf("ParseExpr(%q) = %q, want %q", text, got, want)
		}
	}
	for _, bad := range []string{"", "24", "months", "24 moons", "2 releases or so", "release(0)", "release(+1001)", "class", "class()", "2024-02-30",
		"max()", "max(1 day", "min(1 day,)", "1 day +", "1 day - - 1 day", "999999999 years", "9999999999 days", strings.Repeat("max(", 20) + "1 day",
		"1 day" + strings.Repeat(" + 199 years", 3), "-1 day", "0 releases", strings.Repeat("x", 600)} {
		if e, err := ParseExpr(bad); err == nil {
			t.Errorf("ParseExpr(%q) = %q, want an error", bad, e)
		}
	}
}

func FuzzExpr(f *testing.F) {
	for _, s := range []string{"24 months", "2 releases", "class(+1) + 2 months", "max(1 year, release(+1))", "2024-02-29 - 3 days", "release"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseExpr(s)
		if err != nil {
			return
		}
		again, err := ParseExpr(e.String())
		if err != nil || again.String() != e.String() {
			t.Fatalf("%q is %q, which reads back as %q, %v", s, e, again, err)
		}
		d := draft{Line: Line{AsOf: Date{2024, 1, 31}}}
		w := windowing{b: &builder{p: &Policy{}, asOf: d.AsOf}, above: map[string]*events{}, ahead: map[string]*events{}}
		if b := w.eval(&d, "c", Date{2024, 1, 31}, e); !b.open && b.end.IsZero() {
			t.Fatalf("%q is neither open nor ended", s)
		}
	})
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	cases := []struct{ template, name, version string }{
		{"release-{major}.0.0", "release-36.0.0", "36.0.0"}, {"release-{major}.0.0", "release-036.0.0", ""}, {"release-{major}.0.0", "xrelease-36.0.0", ""},
		{"release-{major}.0.0", "release-36.0.0-rc", ""}, {"release-{major}.{minor}", "release-1.33", "1.33.0"},
		{"go{major}.{minor}[.{patch}]", "go1.21", "1.21.0"}, {"go{major}.{minor}[.{patch}]", "go1.21.3", "1.21.3"}, {"go{major}.{minor}[.{patch}]", "go1.21rc2", ""},
		{"v{version}", "v1.2.3", "1.2.3"}, {"v{version}", "v1.2.3-rc.1", "1.2.3-rc.1"}, {"v{version}", "v1.2", ""}, {"v{version}", "v1.2.3-", ""}, {"v{version}", "cranelift-v1.2.3", ""},
		{"ccf-{version}", "ccf-2.0.8", "2.0.8"}, {"REL_{major}_{patch}", "REL_17_4", "17.0.4"}, {"{major}.{minor:02}", "4.02", "4.2.0"}, {"{major}.{minor:02}", "4.2", ""},
		{"{major}.{minor:02}", "4.14", "4.14.0"}, {"{major}.{minor:02}", "4.102", "4.102.0"}, {"{major}.{minor:02}", "4.002", ""}, {"stable/{major}.{minor}.x", "stable/5.2.x", "5.2.0"},
		{"v{major}[.{minor}[.{patch}]]", "v1", "1.0.0"}, {"v{major}[.{minor}[.{patch}]]", "v1.2.3", "1.2.3"}, {"v{version}", "v9999999999.0.0", ""}, {"a.c{major}", "abc1", ""},
	}
	for _, c := range cases {
		tp, err := ParseTemplate(c.template)
		if err != nil {
			t.Errorf("ParseTemplate(%q): %v", c.template, err)
			continue
		}
		got := ""
		if v, ok := tp.Match(c.name); ok {
			got = v.String()
			if back := tp.Format(v); back != c.name {
				t.Errorf("%q: %q is read as %s and written as %q", c.template, c.name, got, back)
			}
		}
		if got != c.version {
			t.Errorf("%q on %q: got %q, want %q", c.template, c.name, got, c.version)
		}
	}
	for _, bad := range []string{"", "release", "{minor}", "{major", "major}", "{major}{major}", "{version}-{major}", "{major}[", "{major}[x]", "{major}]", "{Major}",
		"{major:2}", "{major:00}", "{version:02}", "{major}[[[[{minor}]]]]", strings.Repeat("a", 300) + "{major}"} {
		if _, err := ParseTemplate(bad); err == nil {
			t.Errorf("ParseTemplate(%q) succeeds", bad)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("release-{major}.0.0", "release-36.0.0", uint32(36), uint32(0), uint32(0))
	f.Add("go{major}.{minor}[.{patch}]", "go1.21", uint32(1), uint32(21), uint32(3))
	f.Add("v{version}", "v1.2.3-rc.1", uint32(0), uint32(40), uint32(1))
	f.Add("{major}.{minor:02}", "4.02", uint32(4), uint32(2), uint32(0))
	f.Fuzz(func(t *testing.T, text, name string, major, minor, patch uint32) {
		tp, err := ParseTemplate(text)
		if err != nil {
			return
		}
		if v, ok := tp.Match(name); ok {
			if again, ok := tp.Match(tp.Format(v)); !ok || !again.Equal(v) {
				t.Fatalf("%q: %q is read as %s, written as %q, read as %v", text, name, v, tp.Format(v), again)
			}
		}
		v := semver.New(uint64(major%1e9), uint64(minor%1e9), uint64(patch%1e9), "", "")
		if tp.HasField("major") && tp.HasField("minor") && tp.HasField("patch") {
			if got, ok := tp.Match(tp.Format(v)); !ok || !got.Equal(v) {
				t.Fatalf("%q writes %s as %q and reads %v", text, v, tp.Format(v), got)
			}
		}
	})
}

func TestLineNames(t *testing.T) {
	t.Parallel()
	cases := []struct {
		scheme Scheme
		text   string
		want   string // empty: an error
	}{
		{ByMajor, "36", "36"}, {ByMajor, "0.40", "0.40"}, {ByMajor, "0", ""}, {ByMajor, "1.2", ""}, {ByMinor, "1.33", "1.33"}, {ByMinor, "1", ""}, {ByMinor, "4.02", "4.2"},
		{ByMajor, "036", ""}, {ByMajor, "", ""}, {ByMajor, "x", ""}, {ByMajor, "-1", ""}, {ByMajor, "+1", ""}, {ByMajor, "9999999999", ""}, {ByMinor, "1.", ""}, {ByMinor, "1.0", "1.0"}, {ByMinor, "1.2.3", ""},
	}
	for _, c := range cases {
		id, err := c.scheme.ParseLine(c.text)
		if got := id.String(); err == nil && got != c.want || err != nil && c.want != "" {
			t.Errorf("%s: ParseLine(%q) = %s, %v, want %q", c.scheme, c.text, got, err, c.want)
		}
	}
}

func TestGlob(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{{"release-0.*", "release-0.40.0", true}, {"release-0.*", "release-10.0", false}, {"*", "", true}, {"a*b*c", "axxbyyc", true}, {"a*b*c", "axxbyy", false}, {"a?c", "abc", true}, {"a?c", "ac", false}, {"", "a", false}, {"**a", "bba", true}} {
		if got := glob(c.pattern, c.name); got != c.want {
			t.Errorf("glob(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}
