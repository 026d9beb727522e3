package project_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/demo"
	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/policy"
)

// host is an environment without the settings of the machine.
func host(t *testing.T, dir string) gitconfig.Environment {
	t.Helper()
	vars := map[string]string{}
	for _, kv := range gittest.Env(t.TempDir()) {
		key, value, _ := strings.Cut(kv, "=")
		vars[key] = value
	}
	env, err := gitconfig.Host(func(key string) (string, bool) { v, ok := vars[key]; return v, ok }, dir)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// shop builds the demonstration repository.
func shop(t *testing.T) *demo.Project {
	t.Helper()
	dir := t.TempDir()
	d, err := demo.Build(context.Background(), host(t, dir), filepath.Join(dir, "shop"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func day(t *testing.T, text string) policy.Date {
	t.Helper()
	d, err := policy.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// at is the project of a repository on the day of the demonstration.
func at(t *testing.T, dir string, o project.Options) (*project.Project, error) {
	t.Helper()
	env := host(t, dir)
	repo, err := gitops.Open(env)
	if err != nil {
		t.Fatal(err)
	}
	if o.AsOf.IsZero() {
		o.AsOf = day(t, demo.AsOf)
	}
	p := project.New(repo, env, o)
	return p, p.Fill(context.Background(), project.NeedPolicy)
}

// filled is at, without an error.
func filled(t *testing.T, dir string, o project.Options) *project.Project {
	t.Helper()
	p, err := at(t, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func where(d *demo.Project) string { return d.Repo.Layout.GitDir }

func TestFix(t *testing.T) {
	d := shop(t)
	p := filled(t, where(d), project.Options{})
	ctx := context.Background()
	for _, c := range []struct {
		args []string
		kind policy.Kind
		want policy.Kind
		from backport.KindSource
	}{
		{[]string{"main"}, "", policy.Security, backport.KindFromID},
		{[]string{"#512"}, "", policy.Security, backport.KindFromID},
		{[]string{"https://github.com/o/r/pull/512#issuecomment-1"}, "", policy.Security, backport.KindFromID},
		{[]string{"main~1..main"}, policy.Docs, policy.Docs, backport.KindFromFlag},
	} {
		fix, err := p.Fix(ctx, c.args, string(c.kind))
		if err != nil || len(fix.Commits) != 1 || fix.Commits[0] != d.Fix || fix.Kind != c.want || fix.KindFrom != c.from || !fix.AllOnMain() {
			t.Errorf("%q: %+v, %v", c.args, fix, err)
		}
	}
	for _, args := range [][]string{nil, {"main", "main"}, {"main", d.Fix.String()}} {
		var input *project.InputError
		if _, err := p.Fix(ctx, args, ""); !errors.As(err, &input) {
			t.Errorf("%q: %v", args, err)
		}
	}
	var input *project.InputError
	if _, err := p.Fix(ctx, []string{"main"}, "odd"); !errors.As(err, &input) || !strings.Contains(input.Cure, "bugfix") {
		t.Errorf("kind odd: %v", err)
	}
	if fix, err := p.Fix(ctx, []string{"release-36.0.0"}, ""); err != nil || fix.AllOnMain() {
		t.Errorf("a commit of a release branch: %+v, %v", fix, err)
	}
	if _, err := p.Fix(ctx, []string{"#99999"}, ""); err == nil {
		t.Error("a pull request that is not there is found")
	}
}

func names(s backport.Selected) []string {
	var out []string
	for _, t := range s.Targets {
		out = append(out, t.Branch)
	}
	return out
}

func TestTargets(t *testing.T) {
	d := shop(t)
	p := filled(t, where(d), project.Options{})
	ctx := context.Background()
	fix, err := p.Fix(ctx, []string{"main"}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		choice project.Choice
		want   string
	}{
		{project.Choice{}, "release-47.0.0 release-46.0.0 release-36.0.0 release-24.0.0"},
		{project.Choice{To: []string{"36", "release-47.0.0"}}, "release-47.0.0 release-36.0.0"},
		{project.Choice{Skip: []string{"24"}, Reason: " by hand "}, "release-47.0.0 release-46.0.0 release-36.0.0"},
		{project.Choice{Also: []string{"45"}, Reason: "asked for"}, "release-47.0.0 release-46.0.0 release-45.0.0 release-36.0.0 release-24.0.0"},
	} {
		sel, err := p.Selection(ctx, c.choice)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Targets(ctx, fix, sel, policy.Date{})
		if err != nil || strings.Join(names(got), " ") != c.want {
			t.Errorf("%+v: %v, %v", c.choice, names(got), err)
		}
		for _, target := range got.Targets {
			if target.Tip.IsZero() || target.Ref != "refs/heads/"+target.Branch || len(target.Versions) == 0 || target.FirstTag == "" {
				t.Errorf("%s: %+v", target.Branch, target)
			}
		}
	}
	sel, err := p.Selection(ctx, project.Choice{Skip: []string{"36:main"}})
	if err != nil || len(sel.Skip) != 1 || len(sel.Skip[0].Commits) != 1 || sel.Skip[0].Commits[0] != d.Fix {
		t.Errorf("--skip of a commit: %+v, %v", sel, err)
	}
	for _, c := range []project.Choice{{To: []string{"odd"}}, {Also: []string{"x.y"}}, {Skip: []string{"odd"}}} {
		var input *project.InputError
		if _, err := p.Selection(ctx, c); !errors.As(err, &input) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := p.Selection(ctx, project.Choice{Skip: []string{"36:nowhere"}}); err == nil {
		t.Error("a commit that is not there is skipped")
	}
	fix.OnMain, fix.Kind, fix.Parts = []bool{false}, policy.Bugfix, nil
	sel, err = p.Selection(ctx, project.Choice{To: []string{"47", "46"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Targets(ctx, fix, sel, policy.Date{})
	if err != nil || len(got.Targets) != 2 {
		t.Fatal(got.Targets, err)
	}
	for _, target := range got.Targets {
		if target.Refused == "" || target.Decision.Cause != policy.CauseNotOnMain {
			t.Errorf("%s gets a fix that is not on main: %+v", target.Branch, target.Decision)
		}
	}
}

func TestOntoTargets(t *testing.T) {
	d := shop(t)
	p := filled(t, where(d), project.Options{})
	tip, err := p.Repo.Resolve(context.Background(), "release-36.0.0")
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.OntoTargets(context.Background(), []string{"release-36.0.0", tip.String(), "v36.0.0~1"})
	if err != nil || len(got.Targets) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []struct{ onto, line string }{{"release-36.0.0", "36"}, {tip.String(), "36"}, {"v36.0.0~1", ""}} {
		target := got.Targets[i]
		line := ""
		if target.Decision.First != nil {
			line = target.Decision.Name()
		}
		if target.Onto != want.onto || line != want.line || target.Tip.IsZero() {
			t.Errorf("%s: line %q, %+v", want.onto, line, target)
		}
	}
	if _, err := p.OntoTargets(context.Background(), []string{"nowhere"}); err == nil {
		t.Error("a revision that is not there is a target")
	}
}

func TestReleaseTargets(t *testing.T) {
	p := filled(t, where(shop(t)), project.Options{})
	got, err := p.ReleaseTargets([]string{"release-36.0.0", "47"}, false)
	if err != nil || len(got) != 2 || got[0].Branch != "release-47.0.0" || got[1].Branch != "release-36.0.0" {
		t.Errorf("%+v, %v", got, err)
	}
	var line *backport.LineError
	if _, err := p.ReleaseTargets([]string{"99"}, false); !errors.As(err, &line) || line.Line != "99" || !slices.Contains(line.Known, "36") {
		t.Errorf("a line that is not there: %v", err)
	}
	all, err := p.EqualPatchTargets(nil)
	if err != nil || len(all) != 4 {
		t.Errorf("%d lines need the same patch, %v", len(all), err)
	}
	if some, err := p.EqualPatchTargets([]string{"24", "release-36.0.0"}); err != nil || len(some) != 2 {
		t.Errorf("%d lines need the same patch, %v", len(some), err)
	}
}

func TestHeldBack(t *testing.T) {
	p := filled(t, where(shop(t)), project.Options{})
	if log, err := p.Operations(); err != nil || len(log.All()) != 0 {
		t.Errorf("operations before there is one: %v", err)
	}
	id, err := operation.NewID()
	if err != nil {
		t.Fatal(err)
	}
	tip := p.Branches[0].Tip
	op := &operation.Operation{
		ID: id, Kind: operation.KindApply, Name: "n", Sources: []gitops.ID{}, Committer: "A <a@example.com> 1784995200 +0000", Changes: []operation.Change{},
		Targets: []operation.Target{
			{Line: "36", Branch: "release-36.0.0", Status: operation.TargetReady, Ref: "refs/heads/backport/n/release-36.0.0", Head: tip, Commits: []gitops.ID{tip}, BumpTo: "36.0.1"},
			{Line: "24", Branch: "release-24.0.0", Status: operation.TargetReady, Ref: "refs/heads/backport/n/release-24.0.0", Head: tip, Commits: []gitops.ID{tip}, BumpTo: "24.0.0"},
		},
	}
	updates := []gitops.RefUpdate{{Name: op.Targets[0].Ref, New: tip}, {Name: op.Targets[1].Ref, New: tip}}
	if err := operation.Open(p.Repo).Apply(context.Background(), p.Session, op, updates, operation.Run{Committer: op.Committer, Now: 1}); err != nil {
		t.Fatal(err)
	}
	p = filled(t, p.Repo.Layout.GitDir, project.Options{})
	log, err := p.Operations()
	if err != nil {
		t.Fatal(err)
	}
	held := p.HeldBack(log, "other")
	line, err := p.Config.Policy.ParseLine("36")
	if err != nil || len(held) != 1 || !strings.Contains(held[line], "backport/n/release-36.0.0") {
		t.Errorf("held back: %v, %v", held, err)
	}
	if held := p.HeldBack(log, "n"); len(held) != 0 {
		t.Errorf("an operation is in its own way: %v", held)
	}
}

func TestCadence(t *testing.T) {
	d := shop(t)
	name := filepath.Join(t.TempDir(), "own.toml")
	data, err := filled(t, where(d), project.Options{}).Session.TreeFS(rootOf(t, d)).ReadFile(config.FileName)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data) + "[cadence]\nmin_interval = \"3 years\"\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := filled(t, where(d), project.Options{Policy: name})
	held := map[policy.LineID]string{}
	p.AddCadence(held, policy.Bugfix)
	if len(held) == 0 {
		t.Error("a cadence of three years holds no line back")
	}
}

func rootOf(t *testing.T, d *demo.Project) gitops.ID {
	t.Helper()
	tree, err := d.Repo.NewSession().TreeOf(d.Fix)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestStageOptions(t *testing.T) {
	p := filled(t, where(shop(t)), project.Options{})
	var o backport.Options
	if err := p.StageOptions(&o); err != nil || o.Bump.Project != "shop" || p.Name() != "shop" {
		t.Errorf("options: %+v, %v", o.Bump, err)
	}
	p.Config.Paths = []config.Path{{Match: "[", OnConflict: "ours"}}
	var input *project.InputError
	if err := p.StageOptions(&o); !errors.As(err, &input) {
		t.Errorf("a glob that is wrong: %v", err)
	}
	p.Config.Paths = []config.Path{{Match: "*.md", OnConflict: "ours", Note: "n"}}
	p.Config.Bump.Lockstep = []string{"none"}
	p.Config.Bump.Files = []config.BumpFile{{Type: "cargo", Path: "Cargo.toml"}}
	o = backport.Options{}
	if err := p.StageOptions(&o); err != nil || len(o.Paths) != 1 || !o.Bump.Lockstep.None || len(o.Bump.Files) != 1 {
		t.Errorf("options: %+v, %v", o, err)
	}
	p.Config.Pin.Rule = "odd"
	if _, err := p.GateRule(); err == nil {
		t.Error("a rule that is not known is taken")
	}
}

func TestFollow(t *testing.T) {
	d := shop(t)
	dir := t.TempDir()
	calendar := "schema = 1\n[repo]\nbranch = [\"release-branch.go{major}.{minor}\"]\nline = \"minor\"\n[class.all]\nphases = [{ name = \"on\", until = \"1 year\" }]\n[dates]\nsource = \"table\"\n" +
		"[[branch]]\nline = \"1.25\"\nreleased = 2025-08-12\n[[branch]]\nline = \"1.26\"\nreleased = 2026-02-10\n"
	for name, text := range map[string]string{"go.toml": calendar, "odd.toml": calendar, "node.toml": "schema = 1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own := filepath.Join(dir, "own.toml")
	for _, c := range []struct {
		follow string
		ok     bool
	}{{"go.toml", true}, {"odd.toml", false}, {"go-absent.toml", false}, {"preset:go", true}} {
		text := "schema = 1\n[repo]\nbranch = [\"release-{major}.0.0\"]\ntag = [\"v{version}\"]\n[pin]\nrule = \"follow\"\nfollow = \"" + c.follow +
			"\"\n[class.all]\nphases = [{ name = \"on\", until = \"9 years\" }]\n"
		if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p := filled(t, where(d), project.Options{Policy: own})
		rule, err := p.GateRule()
		if c.ok != (err == nil) || c.ok && len(rule.Supported) != 1 {
			t.Errorf("%s: %v, %v", c.follow, rule.Supported, err)
		}
	}
	if err := os.WriteFile(own, []byte("schema = 1\n[repo]\nbranch = [\"release-{major}.0.0\"]\ntag = [\"v{version}\"]\n[pin]\nrule = \"follow\"\nfollow = \"node.toml\"\n"+
		"[class.all]\nphases = [{ name = \"on\", until = \"9 years\" }]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := filled(t, where(d), project.Options{Policy: own})
	if rule, err := p.GateRule(); err != nil || len(rule.Supported) != 0 || !warned(p, "supports no release") {
		t.Errorf("a calendar without a release: %v, %v, %q", rule.Supported, err, p.Warnings)
	}
}

func TestStages(t *testing.T) {
	var begun []string
	o := project.Options{Stage: func(name, _ string) func() { begun = append(begun, name); return func() {} }}
	filled(t, where(shop(t)), o)
	if strings.Join(begun, ", ") != "policy file, branches and tags" {
		t.Errorf("stages: %q", begun)
	}
}
