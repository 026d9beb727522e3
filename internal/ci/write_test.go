package ci

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const testID = "0123456789abcdef0123456789abcdef01234567"

// variantFacts are facts of many kinds of repositories.
func variantFacts() []Facts {
	var out []Facts
	mains := []string{"main", "master", "trunk", "develop", "dev/next", "1.x"}
	templates := [][]string{
		{"release-{major}.0.0"}, {"release/{major}.{minor}"}, {"v{major}.{minor}"}, {"stable-{major}", "REL_{major}_STABLE"},
		{"maintenance/{major}.{minor}.x"}, {"{major}.{minor:02}", "{major}.{minor}"}, {"release/v{major}.{minor}[.{patch}]"},
		{"rust-1.{minor-1}.0"}, {"it's/{version}"}, {"a+b[x]{major}"}, {"release-branch.go{major}.{minor}[{pre}]"},
	}
	for i, t := range templates {
		for j, main := range mains {
			out = append(out, Facts{
				Repository: fmt.Sprintf("o%d/r%d", i, j), Main: main, Templates: t, CI: []string{"main.yml", "ci.yaml", "build_test.yml"}[(i+j)%3],
				Action: Pin{"git-backport/git-backport", testID, "v1.2.3"}, Version: "v1.2.3",
			})
		}
	}
	return out
}

// writtenFiles writes every workflow for every forge and all facts.
func writtenFiles(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for i, facts := range variantFacts() {
		for _, forge := range Forges() {
			var names []string
			for _, w := range Workflows() {
				for _, f := range w.Forges {
					if f == forge {
						names = append(names, w.Name)
					}
				}
			}
			files, err := Write(forge, names, facts)
			if err != nil {
				t.Fatalf("%+v for %s: %v", facts, forge, err)
			}
			for _, f := range files {
				out[fmt.Sprintf("%s/%d/%s", forge, i, filepath.Base(f.Path))] = f.Text
			}
		}
	}
	return out
}

func TestActionlintFindsNothing(t *testing.T) {
	lint, err := exec.LookPath("actionlint")
	if err != nil {
		t.Skip("no actionlint on PATH: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12")
	}
	dir := t.TempDir()
	args := []string{"-no-color", "-shellcheck=", "-pyflakes="}
	for name, text := range writtenFiles(t) {
		if strings.HasPrefix(name, "gitlab/") {
			continue
		}
		if strings.HasPrefix(name, "forgejo/") { // actionlint knows no actions by address, and no runner "docker"
			text = strings.ReplaceAll(strings.ReplaceAll(text, "uses: https://github.com/", "uses: "), "runs-on: docker", "runs-on: ubuntu-latest")
		}
		path := filepath.Join(dir, strings.ReplaceAll(name, "/", "-"))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if len(args) < 200 {
		t.Fatalf("only %d files", len(args))
	}
	cmd := exec.CommandContext(t.Context(), lint, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("actionlint: %v\n%.4000s", err, out)
	}
}

// runParts are the distinct scripts of the files.
func runParts(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for name, text := range writtenFiles(t) {
		root, err := parse([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		walk(root, func(key string, n *node) {
			if key == "run" {
				out[n.text] = true
			}
			if key == "script" || key == "before_script" {
				for _, i := range n.items {
					out[i.text] = true
				}
			}
		})
	}
	return out
}

func walk(n *node, visit func(key string, n *node)) {
	for _, e := range n.entries {
		visit(e.key, e.value)
		walk(e.value, visit)
	}
	for _, i := range n.items {
		walk(i, visit)
	}
}

func TestShellcheckFindsNothing(t *testing.T) {
	check, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("no shellcheck on PATH")
	}
	parts := runParts(t)
	if len(parts) < 8 {
		t.Fatalf("only %d scripts", len(parts))
	}
	for part := range parts {
		cmd := exec.CommandContext(t.Context(), check, "--shell=bash", "-")
		cmd.Stdin = strings.NewReader("set -e\n" + part)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s\n%s", part, out)
		}
	}
}

// TestSecurityRules: what is written may run beside text that anyone can write.
func TestSecurityRules(t *testing.T) {
	pinned := regexp.MustCompile(`^(https://github\.com/)?[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+@[0-9a-f]{40}$`)
	for name, text := range writtenFiles(t) {
		if strings.HasPrefix(name, "gitlab/") {
			continue
		}
		root, err := parse([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		walk(root, func(key string, n *node) {
			switch {
			case key == "run" && strings.Contains(n.text, "${{"):
				t.Errorf("%s: an expression in a script: %s", name, n.text)
			case key == "uses" && !pinned.MatchString(n.text):
				t.Errorf("%s: %q is not at a full commit id", name, n.text)
			}
		})
		for _, job := range root.at("jobs").entries {
			if job.value.at("timeout-minutes") == nil {
				t.Errorf("%s: job %s has no timeout", name, job.key)
			}
			if strings.HasPrefix(name, "github/") && job.value.at("permissions") == nil {
				t.Errorf("%s: job %s names no rights", name, job.key)
			}
			for _, step := range job.value.at("steps").items {
				checkStep(t, name, step)
			}
		}
		if root.at("concurrency", "group") == nil {
			t.Errorf("%s: no concurrency group", name)
		}
		if strings.HasPrefix(name, "github/") && (root.at("permissions") == nil || len(root.at("permissions").entries) > 0) {
			t.Errorf("%s: the workflow as a whole has rights", name)
		}
	}
}

func checkStep(t *testing.T, name string, step *node) {
	t.Helper()
	uses := step.at("uses")
	if uses == nil || !strings.Contains(uses.text, "actions/checkout@") {
		return
	}
	if c := step.at("with", "persist-credentials"); c == nil || c.text != "false" {
		t.Errorf("%s: the checkout keeps a token", name)
	}
	if strings.HasSuffix(name, "/backport.yml") {
		if ref := step.at("with", "ref"); ref == nil || strings.Contains(ref.text, "${{") {
			t.Errorf("%s: the checkout is not of the main branch", name)
		}
		if d := step.at("with", "fetch-depth"); d == nil || d.text != "0" || step.at("with", "filter") != nil {
			t.Errorf("%s: the checkout is not whole", name)
		}
	}
}

func TestFilters(t *testing.T) {
	for _, c := range []struct{ template, filters, expressions string }{
		{"release-{major}.0.0", "release-[0-9]+.0.0", `/^release-[0-9]+\.0\.0$/`},
		{"release/{major}.{minor}[.{patch}]", "release/[0-9]+.[0-9]+.[0-9]+ release/[0-9]+.[0-9]+", `/^release\/[0-9]+\.[0-9]+\.[0-9]+$/ /^release\/[0-9]+\.[0-9]+$/`},
		{"v{version}", "v*", `/^v[^\/]*$/`},
		{"a+b{major}", `a\+b[0-9]+`, `/^a\+b[0-9]+$/`},
	} {
		if got := strings.Join(Filters([]string{c.template}), " "); got != c.filters {
			t.Errorf("%s: filters %q, want %q", c.template, got, c.filters)
		}
		if got := strings.Join(Expressions([]string{c.template}), " "); got != c.expressions {
			t.Errorf("%s: expressions %q, want %q", c.template, got, c.expressions)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	good := variantFacts()[0]
	for _, c := range []struct {
		forge  Forge
		name   string
		change func(*Facts)
		want   string
	}{
		{GitHub, "nosuch", func(*Facts) {}, "unknown workflow"},
		{Forgejo, "backport", func(*Facts) {}, "not written for forgejo"},
		{GitHub, "release-lines", func(f *Facts) { f.CI = "" }, "no workflow of the main branch was found"},
		{GitHub, "gate", func(f *Facts) { f.Templates = nil }, "names none"},
		{GitHub, "gate", func(f *Facts) { f.Main = "a\nb" }, "cannot name it"},
		{GitHub, "gate", func(f *Facts) { f.Main = "${{ x }}" }, "cannot name it"},
		{GitHub, "gate", func(f *Facts) { f.Action.ID = "main" }, "full commit id"},
		{GitHub, "release-lines", func(f *Facts) { f.CI = "a.yml; rm -rf /" }, "want the name of a file"},
	} {
		facts := good
		c.change(&facts)
		if _, err := Write(c.forge, []string{c.name}, facts); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: %v, want %q", c.name, c.forge, err, c.want)
		}
	}
}

func TestWritingIsStable(t *testing.T) {
	facts := variantFacts()[3]
	for _, w := range Workflows() {
		a, err := Write(GitHub, []string{w.Name}, facts)
		if err != nil {
			t.Fatal(err)
		}
		merged, err := Merge(a[0].Text, a[0].Text, false)
		if err != nil || !bytes.Equal([]byte(merged), []byte(a[0].Text)) {
			t.Errorf("%s written twice differs: %v", w.Name, err)
		}
	}
}

// TestExamples: the workflows of docs/ci are what is written for the project of the demonstration.
func TestExamples(t *testing.T) {
	facts := Facts{
		Repository: "acme/shop", Main: "main", Templates: []string{"release-{major}.0.0"}, CI: "ci.yml",
		Action: Pin{"git-backport/git-backport", testID, "v1.2.3"}, Version: "v1.2.3",
	}
	for _, forge := range Forges() {
		var names []string
		for _, w := range Workflows() {
			if slices.Contains(w.Forges, forge) {
				names = append(names, w.Name)
			}
		}
		files, err := Write(forge, names, facts)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			path := filepath.Join("..", "..", "docs", "ci", string(forge), filepath.Base(f.Path))
			if os.Getenv("UPDATE") != "" {
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(f.Text), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			if have, err := os.ReadFile(path); err != nil || string(have) != f.Text {
				t.Errorf("%s is stale (%v): make golden", path, err)
			}
		}
	}
}
