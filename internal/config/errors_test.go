package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestBadFiles holds a fault per row: what is written, and what the first error says.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	class := "[class.normal]\nphases = [{ name = \"current\", until = \"2 releases\" }]\n"
	for _, c := range []struct{ name, file, want string }{
		{"unknown key", "[rules]\ngrase = \"1 day\"\n", "backport.toml:2:1: unknown key \"rules.grase\"; did you mean \"grace\"?\n    2 | grase = \"1 day\"\n      | ^^^^^"},
		{"unknown section", "[rule]\n", "backport.toml:1:2: unknown key \"rule\"; did you mean \"rules\"?"},
		{"key at the wrong place", "[repo]\nbump = 1\n", "2:1: unknown key \"repo.bump\"; \"bump\" stands at the top of the file"},
		{"a remote", "[repo]\nremote = \"origin\"\n", "git config backport.remote"},
		{"a command", "[bump]\npost = [[\"cargo\", \"vet\"]]\n", "a policy file holds no commands"},
		{"syntax", "[repo\nmain = 1\n", "backport.toml:1:"},
		{"duplicate key", "schema = 1\nschema = 1\n", "backport.toml:2:"},
		{"wrong type", "[repo]\nmain = 3\n", "2:8: \"repo.main\" must be a string, not the integer 3; write \"3\""},
		{"line as a number", "[repo]\nfrom = 24\n", "write \"24\""},
		{"table as a string", "repo = \"x\"\n", "\"repo\" must be a table"},
		{"enum", "[bump]\nwhen = \"picks\"\n", "\"bump.when\" cannot be \"picks\"; did you mean \"pick\"?"},
		{"date that does not exist", "[[branch]]\nline = \"1\"\nreleased = 2023-02-29\n", "backport.toml:3:"},
		{"date in quotes", "[[branch]]\nline = \"1\"\nreleased = \"2023-02-28\"\n", "write 2023-02-28, without quotes"},
		{"date with a time", "[[branch]]\nline = \"1\"\nreleased = 2023-02-28T10:00:00Z\n", "a day has no time"},
		{"date in an end", "[class.a]\nphases = [{ name = \"p\", until = \"2023-02-29\" }]\n", "\"2023-02-29\" is not a date"},
		{"duplicate line", "[[branch]]\nline = \"1\"\n[[branch]]\nline = \"1\"\n", "4:8: line \"1\" has two [[branch]] rows, the first on line 2"},
		{"one branch for two lines", "[[branch]]\nline = \"1\"\nname = \"x\"\n[[branch]]\nline = \"2\"\nname = \"x\"\n", "branch \"x\" is given to lines 1 and 2"},
		{"row without line", "[[branch]]\nfrozen = true\n", "a [[branch]] row needs line"},
		{"end without a note", "[[branch]]\nline = \"1\"\nend = 2024-01-01\n", "an explicit end needs a note"},
		{"end before start", "[[branch]]\nline = \"1\"\nreleased = 2024-02-01\nend = 2024-01-01\nnote = \"x\"\n", "the window of line 1 ends on 2024-01-01, before it starts on 2024-02-01"},
		{"phase end before start", class + "[[branch]]\nline = \"1\"\nreleased = 2024-02-01\ncurrent_until = 2024-01-01\n", "before the line starts"},
		{"unknown phase in a row", class + "[[branch]]\nline = \"1\"\nlts_until = 2024-01-01\n", "no phase is called \"lts\"; phases: current"},
		{"overlap by duration", "[class.a]\nphases = [{ name = \"p\", until = \"2 years\" }, { name = \"q\", until = \"18 months\" }]\n", "phases overlap: \"q\" ends with \"18 months\", before \"p\" does with \"2 years\""},
		{"overlap by count", "[class.a]\nphases = [{ name = \"p\", until = \"2 releases\" }, { name = \"q\", until = \"1 release\" }]\n", "phases overlap"},
		{"overlap by dates", "[class.a]\nphases = [{ name = \"p\", until = \"1 year\" }, { name = \"q\", until = \"2 years\" }]\n[[branch]]\nline = \"1\"\np_until = 2025-01-01\nq_until = 2024-01-01\n", "phases \"q\" and \"p\" of line 1 overlap"},
		{"phase twice", "[class.a]\nphases = [{ name = \"p\", until = \"1 year\" }, { name = \"p\", until = \"2 years\" }]\n", "phase \"p\" stands twice"},
		{"phase without end in the middle", "[class.a]\nphases = [{ name = \"p\" }, { name = \"q\", until = \"2 years\" }]\n", "phase \"p\" needs until"},
		{"phase without name", "[class.a]\nphases = [{ until = \"2 years\" }]\n", "needs name"},
		{"class without phases", "[class.a]\n", "class \"a\" needs phases"},
		{"class nobody matches: from after to", "[class.a]\nmatch = { from = \"9\", to = \"3\" }\nphases = []\n", "class \"a\" matches no line: to is before from"},
		{"class nobody matches: remainder", "[class.a]\nmatch = { divisible_by = 2, remainder = 2 }\nphases = []\n", "class \"a\" matches no line"},
		{"class nobody matches: equals", "[class.a]\nmatch = { divisible_by = 2, equals = 3 }\nphases = []\n", "exclude each other"},
		{"class nobody matches: two rules", "[class.a]\nmatch = [{ equals = 2 }, { equals = 3 }]\nphases = []\n", "class \"a\" matches no line"},
		{"class nobody matches: no lines", "[class.a]\nmatch = { lines = [] }\nphases = []\n", "lines is empty"},
		{"empty rule", "[class.a]\nmatch = {}\nphases = []\n", "empty rule"},
		{"two default classes", class + strings.Replace(class, "normal", "other", 1), "both without match"},
		{"division by zero", "[class.a]\nmatch = { divisible_by = 0 }\nphases = []\n", "no number is divisible by 0"},
		{"negative number", "[class.a]\nmatch = { equals = -1 }\nphases = []\n", "must be from 0"},
		{"phase of no class", class + "[phase.curent]\nbugfix = \"ask\"\n", "no class has a phase \"curent\"; did you mean \"current\"?"},
		{"unknown kind", class + "[phase.current]\nbugfx = \"ask\"\n", "unknown kind \"bugfx\"; did you mean \"bugfix\"?"},
		{"unknown verdict", class + "[phase.current]\nbugfix = \"maybe\"\n", "cannot be \"maybe\""},
		{"kind like itself", "[kind.a]\nlike = \"b\"\n[kind.b]\nlike = \"a\"\n", "is like itself"},
		{"kind like nothing", "[kind.a]\nlabels = [\"x\"]\n", "kind \"a\" needs like"},
		{"template", "[repo]\nbranch = [\"release-{majr}\"]\n", "unknown field \"{majr}\""},
		{"template for minor lines", "[repo]\nline = \"minor\"\nbranch = [\"release-{major}\"]\n", "cannot tell one line from another"},
		{"line name", "[repo]\nline = \"minor\"\nfrom = \"24\"\n", "lines are named by major and minor"},
		{"duration", "[rules]\ngrace = \"1 moon\"\n", "unknown unit \"moon\""},
		{"end before the event", "[class.a]\nphases = [{ name = \"p\", until = \"release(+1) - 1 month\" }]\n", "needs [dates] plan"},
		{"plan without every", "[dates]\nplan = { line = \"1\", date = 2024-01-01 }\n", "dates.plan needs line, date and every"},
		{"plan missing", "[dates]\nsource = \"plan\"\n", "needs dates.plan"},
		{"burned elsewhere", "[[branch]]\nline = \"1\"\nburned = [\"2.0.0\"]\n", "version 2.0.0 does not belong to line 1"},
		{"burned nonsense", "[[branch]]\nline = \"1\"\nburned = [\"2.0\"]\n", "not a semantic version"},
		{"regexp", "[[pin.custom]]\nfile = \"x\"\nregex = \"(\"\n", "not a regular expression"},
		{"regexp groups", "[[pin.custom]]\nfile = \"x\"\nregex = \"(a)(b)\"\n", "2 groups"},
		{"bump field", "[bump]\ncommit = \"Release {versoin}\"\n", "unknown field \"{versoin}\"; did you mean \"{version}\"?"},
		{"path without action", "[[path]]\nmatch = \"x\"\n", "needs match and on_conflict"},
		{"schema", "schema = 2\n", "schema 2 is newer than this program"},
		{"unknown preset", "extends = \"preset:wasmtim\"\n", "did you mean \"wasmtime\"?"},
		{"extends outside", "extends = \"../x.toml\"\n", "not a path below"},
		{"extends absolute", "extends = \"/etc/passwd\"\n", "not a path below"},
		{"reads itself", "extends = \"backport.toml\"\n", "reads itself"},
		{"reads itself by a detour", "extends = \"a.toml\"\n", "\"a.toml\" reads itself: backport.toml → a.toml → b.toml → a.toml"},
		{"missing file", "extends = \"none.toml\"\n", "reading \"none.toml\""},
		{"fault in the other file", "extends = \"bad.toml\"\n", "bad.toml:1:1: unknown key \"nonsense\""},
		{"import of itself", class + "[import]\nformat = \"csv\"\nfile = \"backport.toml\"\n", "reads itself"},
		{"import without file", class + "[import]\nformat = \"csv\"\n", "needs format and file"},
		{"import of another form", class + "[import]\nformat = \"node\"\nfile = \"rows.csv\"\n", "\"rows.csv\" as node:"},
		{"deep arrays", "x = " + strings.Repeat("[", 3000) + strings.Repeat("]", 3000) + "\n", "backport.toml"},
		{"control characters", "\"a\x1b[2J\" = 1\n", "backport.toml:1:"},
		{"escape in a key", "\"a\\u001b[2J\" = 1\n", "unknown key"},
		{"not UTF-8", "a = \"\xff\"\n", "backport.toml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"a.toml": "extends = \"b.toml\"\n", "b.toml": "extends = \"a.toml\"\n", "bad.toml": "nonsense = 1\n", "rows.csv": "line,released\n1,2024-01-01\n"}
			_, err := Load(FileName, []byte(c.file), func(name string) ([]byte, error) {
				if text, ok := files[name]; ok {
					return []byte(text), nil
				}
				return nil, os.ErrNotExist
			})
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %s\nwant %s", err, c.want)
			}
			if strings.ContainsAny(err.Error(), "\x1b\x00") {
				t.Errorf("the error lets control characters through: %q", err)
			}
		})
	}
}

func TestLargeFilesAreRefused(t *testing.T) {
	t.Parallel()
	_, err := Load(FileName, []byte(strings.Repeat("# filler\n", 10<<20/9)), nil)
	if err == nil || !strings.Contains(err.Error(), "at most 1048576") {
		t.Errorf("10 MB: %v", err)
	}
	_, err = Load(FileName, []byte("extends = \"big.toml\"\n"), func(string) ([]byte, error) { return make([]byte, MaxSize+1), nil })
	if err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("a large file behind extends: %v", err)
	}
}

func TestManyFaultsAreCounted(t *testing.T) {
	t.Parallel()
	_, err := Load(FileName, []byte("[repo]\n"+strings.Repeat("x", 10)+"=1\n"+manyKeys(100)), nil)
	var list Errors
	if !errors.As(err, &list) || len(list) != maxErrors+1 {
		t.Fatalf("%d faults: %v", len(list), err)
	}
	for i := 1; i < maxErrors; i++ {
		if list[i].Line < list[i-1].Line {
			t.Errorf("fault on line %d comes after line %d", list[i].Line, list[i-1].Line)
		}
	}
}

// TestWideFiles: many keys, tables and faults in a file of the largest size.
func TestWideFiles(t *testing.T) {
	t.Parallel()
	for _, row := range []string{"k%d = 1\n", "[t%d]\n", "[[branch]]\nline = \"%d\"\n", "[class.c%d]\n", "[phase.p%d]\n"} {
		var b strings.Builder
		for i := 0; b.Len() < MaxSize-100; i++ {
			fmt.Fprintf(&b, row, i+1)
		}
		if _, err := Load(FileName, []byte(b.String()), nil); err == nil {
			t.Errorf("%q many times is read", row)
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("k", i+1) + " = 1\n")
	}
	return b.String()
}

func TestExtends(t *testing.T) {
	t.Parallel()
	cfg, err := Load(FileName, []byte("extends = \"preset:wasmtime\"\n[bump]\nwhen = \"pick\"\n[[branch]]\nline = \"24\"\nend = 2026-12-31\nnote = \"kept longer\"\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Bump.When != "pick" || !strings.Contains(cfg.Bump.Commit, "automatically-tag") || len(cfg.Policy.Classes) != 2 || cfg.Policy.Classes[0].Name != "lts" {
		t.Errorf("%+v", cfg)
	}
	if len(cfg.Policy.Branches) != 1 || cfg.Policy.Branches[0].Note != "kept longer" {
		t.Errorf("rows %+v", cfg.Policy.Branches)
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range Presets() {
		text, err := PresetText(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, []byte("line,released\n1,2024-01-01\n"))
	}
	f.Add([]byte("[import]\nformat = \"node\"\nfile = \"x\"\n"), []byte(`{"v1": {"start": "2024-01-01"}}`))
	f.Add([]byte("[import]\nformat = \"endoflife\"\nfile = \"x\"\n"), []byte("---\nreleases:\n- releaseCycle: 1.20\n  eol: false\n---\n"))
	f.Add([]byte("a.b.c = [1, {d = 2}]\n[[x.y]]\n[x.y.z]\n"), []byte(""))
	f.Fuzz(func(t *testing.T, file, imported []byte) {
		cfg, err := Load(FileName, file, func(string) ([]byte, error) { return imported, nil })
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x1b\x00\r") {
				t.Fatalf("the error lets control characters through: %q", err)
			}
			return
		}
		if cfg.Policy == nil {
			t.Fatal("neither a policy nor an error")
		}
	})
}
