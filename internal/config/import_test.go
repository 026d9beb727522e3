package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/policy"
)

func importFrom(format, line, text string) (*Config, error) {
	file := fmt.Sprintf("[repo]\nline = %q\nbranch = [\"r{major}.{minor}\"]\n[class.c]\nphases = [{ name = \"bugfix\", until = \"1 year\" }, { name = \"security\", until = \"2 years\" }]\n[import]\nformat = %q\nfile = \"x\"\n", line, format)
	return Load(FileName, []byte(file), func(string) ([]byte, error) { return []byte(text), nil })
}

// rows writes the imported rows one to a line.
func rows(cfg *Config) string {
	var b strings.Builder
	for _, o := range cfg.Policy.Branches {
		fmt.Fprintf(&b, "%s %s", o.Line, o.Released)
		for _, ph := range o.Phases {
			fmt.Fprintf(&b, " %s..%s", ph.Name, ph.End)
		}
		for _, phase := range []string{"bugfix", "security"} {
			if d, ok := o.Until[phase]; ok {
				fmt.Fprintf(&b, " %s_until=%s", phase, d)
			}
		}
		if !o.End.IsZero() {
			fmt.Fprintf(&b, " end=%s", o.End)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, line, text, want string }{
		{"node", "major", `{"v0.12": {"start": "2015-02-06", "end": "2016-12-31"}, "v18": {"start": "2022-04-19", "lts": "2022-10-25", "maintenance": "2023-10-18", "end": "2025-04-30", "codename": "Hydrogen"}}`,
			"0.12 2015-02-06 current..2016-12-31\n18 2022-04-19 current..2022-10-24 active..2023-10-17 maintenance..2025-04-30\n"},
		{"python", "minor", `{"3.13": {"branch": "3.13", "status": "bugfix", "first_release": "2024-10-07", "end_of_life": "2029-10"}}`, "3.13 2024-10-07 end=2029-10-31\n"},
		{"kubernetes", "minor", "schedules:\n- release: 1.30\n  releaseDate: 2024-04-17\n  maintenanceModeStartDate: 2025-04-28\n  endOfLifeDate: 2025-06-28\n- release: \"1.31\"\n  releaseDate: 2024-08-13\n  maintenanceModeStartDate: 2025-08-28\n  endOfLifeDate: 2025-10-28\n",
			"1.30 2024-04-17 active..2025-04-27 maintenance..2025-06-28\n1.31 2024-08-13 active..2025-08-27 maintenance..2025-10-28\n"},
		{"kubernetes", "minor", "branches:\n- release: \"1.20\"\n  finalPatchRelease: 1.20.15\n  endOfLifeDate: \"2022-02-28\"\n", "1.20  end=2022-02-28\n"},
		{"endoflife", "minor", "---\ntitle: X\nreleases:\n-   releaseCycle: 1.20\n    releaseDate: 2024-01-01\n    eoas: 2024-06-30\n    eol: 2025-01-01\n    latest: 1.20.3\n-   releaseCycle: \"1.19\"\n    releaseDate: 2023-01-01\n    eol: true\n-   releaseCycle: \"1.21\"\n    releaseDate: 2024-07-01\n    eoas: false\n    eol: false\n---\nprose: [\n",
			"1.20 2024-01-01 active..2024-06-30 maintenance..2025-01-01\n1.19 2023-01-01\n1.21 2024-07-01 active..\n"},
		{"endoflife", "minor", `[{"cycle": "1.20", "releaseDate": "2024-01-01", "support": "2024-06-30", "eol": "2025-01-01"}]`, "1.20 2024-01-01 active..2024-06-30 maintenance..2025-01-01\n"},
		{"csv", "minor", "line, released, bugfix_until, end, note\n1.0, 2024-01-01, 2024-06-30, 2025-01-01, \"a, b\"\n1.1,2024-07-01,,,\n", "1.0 2024-01-01 bugfix_until=2024-06-30 end=2025-01-01\n1.1 2024-07-01\n"},
	} {
		cfg, err := importFrom(c.format, c.line, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.format, err)
			continue
		}
		if got := rows(cfg); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.format, got, c.want)
		}
	}
}

func TestBadImports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, text, want string }{
		{"node", "{", "unexpected"}, {"node", "{}", "no line in it"}, {"node", `{"vx": {}}`, "not a release line"}, {"node", `{"v1": {"start": "soon"}}`, "not a date"},
		{"node", `{"v1": {"start": "2024-01-01", "end": "2023-01-01"}}`, "before it starts"},
		{"csv", "line,realeased\n1,2024-01-01\n", "unknown column"}, {"csv", "line,released\n1,2024-01-01\n1,2024-01-01\n", "stands in it twice"},
		{"csv", "line,released\n1\n", "wrong number of fields"}, {"csv", "released\n2024-01-01\n", "no line"}, {"csv", "line,class\n1,x\n", "unknown class"}, {"csv", "", "header"},
		{"kubernetes", "schedules: 3\n", ""}, {"kubernetes", "a: &a [x]\nb: *a\n", "anchors"}, {"endoflife", strings.Repeat("[", 100_000), "nested too deeply"},
		{"endoflife", strings.Repeat("- ", 100_000), ""}, {"kubernetes", strings.Repeat("a:\n ", 1000), ""}, {"python", strings.Repeat(`{"a":`, 100_000), ""},
	} {
		_, err := importFrom(c.format, "major", c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "backport.toml:8:8") {
			t.Errorf("%s %.40q: %v, want %q", c.format, c.text, err, c.want)
		}
	}
}

func TestExplicitRowsWinOverImports(t *testing.T) {
	t.Parallel()
	file := "[import]\nformat = \"node\"\nfile = \"x\"\n[[branch]]\nline = \"18\"\nend = 2026-01-31\nnote = \"paid\"\n"
	cfg, err := Load(FileName, []byte(file), func(string) ([]byte, error) {
		return []byte(`{"v18": {"start": "2022-04-19", "maintenance": "2023-10-18", "end": "2025-04-30"}}`), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f := policy.Facts{AsOf: policy.Date{Year: 2026, Month: 1, Day: 31}, Branches: []policy.BranchFact{{Name: "v18.x"}}}
	lines, _ := policy.Lines(cfg.Policy, f)
	if len(lines) != 1 || lines[0].Phase != "maintenance" || lines[0].Until.String() != "2026-01-31" || lines[0].DatedBy != "x" {
		t.Errorf("%+v", lines)
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x = " + strings.Repeat("[", 500_000), "x = " + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000), strings.Repeat("a.", 300_000) + "a = 1", "[" + strings.Repeat("a.", 300_000) + "a]", "x = " + strings.Repeat("{a=", 200_000), "x = " + strings.Repeat("[#]\n", 100_000)} {
		if _, err := Load(FileName, []byte(text), nil); err == nil {
			t.Errorf("%.20q… is read", text)
		}
	}
}

// One odd row never refuses a schedule: it is left out, and said.
func TestOddRowsAreSkipped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, line, text, want, remark string }{
		{"node", "major", `{"v1": {"start": "soon"}, "v2": {"start": "2024-01-01", "end": "2025-01-01"}}`, "2 2024-01-01 current..2025-01-01\n", "v1: "},
		{"endoflife", "minor", "releases:\n- releaseCycle: bookworm\n- releaseCycle: \"1.2\"\n  releaseDate: 2024-01-01\n  eol: 2023-01-01\n- releaseCycle: \"1.3\"\n  releaseDate: 2024-01-01\n  eol: false\n",
			"1.3 2024-01-01 active..\n", "bookworm"},
		{"endoflife", "minor", "releases:\n- releaseCycle: bookworm\n", "", "bookworm"},
		{"kubernetes", "minor", "schedules:\n- release: main\n- release: \"1.31\"\n  releaseDate: 2024-08-13\n", "1.31 2024-08-13 active..\n", "main"},
	} {
		cfg, err := importFrom(c.format, c.line, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.format, err)
			continue
		}
		if got := rows(cfg); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.format, got, c.want)
		}
		if len(cfg.Remarks) != 1 || !strings.Contains(cfg.Remarks[0], c.remark) {
			t.Errorf("%s: remarks %q", c.format, cfg.Remarks)
		}
	}
}

// TestEndOfLifeFiles reads every product of a clone of endoflife-date/endoflife.date, as lines by one and by
// two numbers.
func TestEndOfLifeFiles(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("GIT_BACKPORT_ENDOFLIFE")
	files, err := filepath.Glob(filepath.Join(dir, "products", "*.md"))
	if dir == "" || err != nil || len(files) == 0 {
		t.Skip("GIT_BACKPORT_ENDOFLIFE names no work tree of endoflife.date")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"major", "minor"} {
			if _, err := importFrom("endoflife", line, string(data)); err != nil {
				t.Errorf("%s by %s: %v", filepath.Base(file), line, err)
			}
		}
	}
	t.Logf("%d products", len(files))
}
