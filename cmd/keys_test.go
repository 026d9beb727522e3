package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/git-backport/git-backport/cmd"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/gittest"
)

// A keyCase sets a key of the policy file in one section, and says where the effect is to be seen.
type keyCase struct {
	key     string
	off, on string // the policy without and with the key: sections, which replace the usual ones by name
	run     string // command of the fixture
}

// usual is what a policy of these cases says where the case does not.
const usual = `[repo]
branch = ["release-{major}"]
[class.all]
phases = [{ name = "active", until = "3 years" }]
[bump]
when = "never"
`

// sections cuts a text into its tables by the first part of their names.
func sections(text string) (order []string, byName map[string]string) {
	byName = map[string]string{}
	name := ""
	for _, line := range strings.SplitAfter(text, "\n") {
		if strings.HasPrefix(line, "[") {
			name = strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("[].\n", r) })[0]
		}
		if _, ok := byName[name]; !ok {
			order = append(order, name)
		}
		byName[name] += line
	}
	return order, byName
}

// policyText is a policy of the usual sections with others in their place.
func policyText(text string) string {
	order, parts := sections(usual)
	more, own := sections(text)
	maps.Copy(parts, own)
	out := own[""] + "\n"
	if !strings.Contains(out, "schema") {
		out = "schema = 1\n" + out
	}
	for _, name := range append(order, more...) {
		out += parts[name]
		delete(parts, name)
	}
	return out
}

// TestEveryKeyHasAnEffect sets each key of the policy file and demands that something the program says or
// makes is another one, or that the file is refused by name.
func TestEveryKeyHasAnEffect(t *testing.T) {
	t.Parallel()
	f := newKeyFixture(t)
	if a, b := f.run(t, "plan FIX", policyText("")), f.run(t, "plan FIX", policyText("# a comment\n")); a != b {
		t.Fatalf("a comment has an effect:\n%s\n%s", a, b)
	}
	done := map[string]bool{}
	for _, c := range keyCases() {
		done[c.key] = true
		off, on := f.run(t, c.run, policyText(c.off)), f.run(t, c.run, policyText(c.on))
		if strings.Contains(off, "\nexit 2") {
			t.Errorf("%s: the policy without it is refused: %s", c.key, off)
		}
		if strings.Contains(on, "\nexit 2") && !strings.Contains(on, c.key[strings.LastIndexByte(c.key, '.')+1:]) {
			t.Errorf("%s: refused, and not by name: %s", c.key, on)
		}
		if off == on {
			t.Errorf("%s has no effect on %q:\n%s", c.key, c.run, c.on)
		}
	}
	for _, key := range schemaKeys(t) {
		if !done[key] {
			t.Errorf("no case sets %s", key)
		}
	}
}

// schemaKeys lists the keys that hold a value, "class.NAME.match.equals".
func schemaKeys(t *testing.T) []string {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(config.JSONSchema(), &root); err != nil {
		t.Fatal(err)
	}
	var out []string
	var walk func(v map[string]any, path string)
	walk = func(v map[string]any, path string) {
		if of, ok := v["anyOf"].([]any); ok {
			v = of[0].(map[string]any)
		}
		if items, ok := v["items"].(map[string]any); ok {
			v = items
		}
		leaf := true
		for _, key := range []string{"properties", "patternProperties"} {
			props, _ := v[key].(map[string]any)
			for name, sub := range props {
				leaf = false
				walk(sub.(map[string]any), path+"."+strings.ReplaceAll(name, "_until$", "PHASE_until"))
			}
		}
		if sub, ok := v["additionalProperties"].(map[string]any); ok {
			leaf = false
			walk(sub, path+".NAME")
		}
		if leaf {
			out = append(out, strings.TrimPrefix(pinOf(path), "."))
		}
	}
	walk(root, "")
	slices.Sort(out)
	return out
}

// pinOf makes one key of the floors of all toolchains.
func pinOf(path string) string {
	if strings.HasPrefix(path, ".branch.pin.") {
		return ".branch.pin.go"
	}
	return path
}

// A keyFixture is a small project with lines 1, 2, 3 and a pending 4, and changes of several sorts.
type keyFixture struct {
	repo *gittest.Repo
	revs map[string]string
}

func newKeyFixture(t *testing.T) keyFixture {
	t.Helper()
	r := gittest.New(t)
	f := keyFixture{repo: r, revs: map[string]string{}}
	on := func(day string) {
		r.Env = append(r.Env, "GIT_AUTHOR_DATE="+day+"T12:00:00Z", "GIT_COMMITTER_DATE="+day+"T12:00:00Z")
	}
	on("2024-01-10")
	for name, text := range keyFiles() {
		r.Write(name, text)
	}
	r.Commit("feat: begin")
	for i, day := range []string{"2024-01-10", "2024-06-10", "2025-06-10", "2025-12-10"} {
		n := i + 1
		on(day)
		r.Write("VERSION", fmt.Sprintf("%d.0.0\n", n))
		r.Write("version.txt", fmt.Sprintf("%d.0.0\n", n))
		r.Write("twice.txt", fmt.Sprintf("%d.0.0\n%d.0.0\n", n, n))
		r.Write("Cargo.toml", strings.ReplaceAll(keyFiles()["Cargo.toml"], "1.0.0", fmt.Sprintf("%d.0.0", n)))
		r.Write("CHANGELOG.md", fmt.Sprintf("# Changes\n\n## [Unreleased]\n\n## [%d.0.0] - %s\n\n- begin\n", n, day))
		r.Write("conf", fmt.Sprintf("line %d\n", n))
		r.Commit(fmt.Sprintf("chore: %d.0.0", n))
		r.Git("branch", fmt.Sprintf("release-%d", n))
		if n < 4 {
			r.Git("tag", fmt.Sprintf("v%d.0.0", n))
		}
	}
	r.Git("branch", "stable-2", "release-1")
	on("2026-01-05")
	change := func(name, message string, files map[string]string) {
		for file, text := range files {
			r.Write(file, text)
		}
		f.revs[name] = r.Commit(message)
	}
	change("FIX", "fix: the sum (#7)", map[string]string{"code": "1\n2\n3\n"})
	change("PINS", "ci: newer tools", map[string]string{
		"go.mod": "module example.org/tool\n\ngo 1.24\n", ".go-version": "1.21\n", "Dockerfile": "FROM golang:1.21\n", "build.env": "SDK=10\n",
		".github/workflows/ci.yml": strings.ReplaceAll(keyFiles()[".github/workflows/ci.yml"], "1.20", "1.21"),
		"examples/go.mod":          "module example.org/examples\n\ngo 1.21\n",
	})
	change("NOTES", "fix: the difference", map[string]string{"code": "1\n2\n3\n4\n",
		"CHANGELOG.md": "# Changes\n\n## [Unreleased]\n\n- the difference is right\n\n## [4.0.0] - 2025-12-10\n\n- begin\n"})
	change("CONF", "fix: the configuration", map[string]string{"conf": "line 5\n"})
	change("COPIED", "fix: the product (#9)", map[string]string{"more": "first line\nthird line\n"})
	r.Git("checkout", "-q", "release-3")
	r.Git("cherry-pick", "-x", f.revs["COPIED"])
	r.Git("checkout", "-q", "-b", "side", "main")
	change("SIDE", "fix: beside", map[string]string{"side": "1\n"})
	r.Git("checkout", "-q", "main")
	r.Git("merge", "-q", "--no-ff", "-m", "Merge pull request #12 from user/side", "side")
	r.Git("checkout", "-q", "-b", "topic", "main")
	change("TOPIC", "fix: elsewhere", map[string]string{"code": "0\n1\n2\n3\n4\n"})
	r.Git("checkout", "-q", "-b", "odd", "release-3")
	change("UNREAD", "fix: an odd declaration\n\n(cherry picked from commit "+f.revs["FIX"]+")", map[string]string{"dune-project": "(lang dune 3.16)\n"})
	r.Git("checkout", "-q", "release-2")
	r.Write("code", "1\n2\n2\n")
	r.Commit("fix: CVE-2026-0001")
	r.Git("checkout", "-q", "-b", "trunk", "main")
	r.Write("backport.toml", "schema = 1\n")
	r.Commit("chore: trunk")
	change("TRUNK", "fix: on trunk alone", map[string]string{"conf": "line 6\n"})
	r.Git("checkout", "-q", "main")
	return f
}

func keyFiles() map[string]string {
	return map[string]string{
		"code": "1\n2\n", "more": "first line\nsecond line\n", "dune-project": "(lang dune 3.0)\n", "twice.txt": "1.0.0 1.0.0\n", "build.env": "SDK=9\n", "Dockerfile": "FROM golang:1.20\n", ".go-version": "1.20\n",
		"go.mod": "module example.org/tool\n\ngo 1.20\n", "examples/go.mod": "module example.org/examples\n\ngo 1.20\n",
		".github/workflows/ci.yml": "jobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/setup-go@v5\n        with:\n          go-version: '1.20'\n",
		"Cargo.toml":               "[workspace]\nmembers = [\"part\"]\n\n[package]\nname = \"tool\"\nversion = \"1.0.0\"\n\n[dependencies]\npart = { path = \"part\", version = \"0.5.0\" }\n",
		"part/Cargo.toml":          "[package]\nname = \"part\"\nversion = \"0.5.0\"\n",
	}
}

// run runs a command of the fixture under a policy, and returns all that it says, and its code. apply runs
// on a copy, and also returns what is recorded.
func (f keyFixture) run(t *testing.T, command, text string) string {
	t.Helper()
	dir := f.repo.Dir
	files := filepath.Join(t.TempDir(), "policy")
	if strings.HasPrefix(command, "apply") {
		dir = filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(dir, os.DirFS(f.repo.Dir)); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range map[string]string{"p.toml": text, "go.toml": keyCalendar, "schedule.csv": "line,released\n1,2023-01-01\n", "base.toml": "schema = 1\n[rules]\ngrace = \"3 years\"\n"} {
		if err := os.MkdirAll(files, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(files, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, rev := range f.revs {
		command = strings.ReplaceAll(command, name, rev)
	}
	args := append([]string{"-C", dir, "--config", filepath.Join(files, "p.toml"), "--as-of", "2026-01-15"}, strings.Fields(command)...)
	var out, err bytes.Buffer
	env := map[string]string{}
	for _, kv := range f.repo.Env {
		key, value, _ := strings.Cut(kv, "=")
		env[key] = value
	}
	code := cmd.Main(args, cmd.Host{In: strings.NewReader(""), Out: &out, Err: &err,
		Lookup: func(key string) (string, bool) { v, ok := env[key]; return v, ok },
		Getwd:  os.Getwd, Now: func() time.Time { return time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC) }})
	said := out.String() + err.String()
	if strings.HasPrefix(command, "apply") {
		said = recorded(t, dir)
	}
	said = strings.NewReplacer(files, "POLICY", dir, "REPO").Replace(said)
	return fmt.Sprintf("%s\nexit %d", said, code)
}

// recorded is what the operations on record say of the pull requests.
func recorded(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, ".git", "backport", "ops", "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no operation on record: %v", err)
	}
	out := ""
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Operation struct {
				Targets []struct {
					PR map[string]any `json:"pr"`
				} `json:"targets"`
			} `json:"operation"`
		}
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		out += fmt.Sprint(file.Operation.Targets)
	}
	return out
}

const keyCalendar = `schema = 1
[repo]
tag  = ["go{major}.{minor}"]
line = "minor"
[class.release]
phases = [{ name = "supported", until = "2 releases" }]
[[branch]]
line     = "1.21"
released = 2024-01-01
`
