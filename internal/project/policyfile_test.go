package project_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/demo"
	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/policy"
)

func TestPolicySources(t *testing.T) {
	d := shop(t)
	outside := filepath.Join(t.TempDir(), "own.toml")
	own := "schema = 1\nextends = \"base.toml\"\n"
	base := "schema = 1\n[repo]\nbranch = [\"release-{major}.0.0\"]\ntag = [\"v{version}\"]\n[class.all]\nphases = [{ name = \"on\", until = \"9 years\" }]\n"
	for name, text := range map[string]string{outside: own, filepath.Join(filepath.Dir(outside), "base.toml"): base} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		policy, source string
		fromCommit     bool
		lines          int
	}{
		{"", "main:backport.toml", true, 5},
		{"main:backport.toml", "main:backport.toml", true, 5},
		{"preset:wasmtime", "preset:wasmtime", false, 5},
		{outside, outside, false, 5},
	} {
		p := filled(t, where(d), project.Options{Policy: c.policy})
		if p.Source != c.source || p.Rev.IsZero() == c.fromCommit || p.Guessed() {
			t.Errorf("%q: source %q, rev %s", c.policy, p.Source, p.Rev)
		}
		n := 0
		for _, l := range p.Lines {
			if l.Branch != "" {
				n++
			}
		}
		if n != c.lines || len(p.Branches) != c.lines || p.Main.Name != "main" {
			t.Errorf("%q: %d lines, %d branches, main %q", c.policy, n, len(p.Branches), p.Main.Name)
		}
	}
}

func TestPolicyErrors(t *testing.T) {
	d := shop(t)
	dir := t.TempDir()
	big, bad := filepath.Join(dir, "big.toml"), filepath.Join(dir, "bad.toml")
	if err := errors.Join(os.WriteFile(big, make([]byte, 1<<20+1), 0o600), os.WriteFile(bad, []byte("schema = 1\nbranchh = 3\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"preset:none", filepath.Join(dir, "absent.toml"), "main:absent.toml", big} {
		_, err := at(t, where(d), project.Options{Policy: name})
		var input *project.InputError
		if !errors.As(err, &input) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var faults config.Errors
	if _, err := at(t, where(d), project.Options{Policy: bad}); !errors.As(err, &faults) {
		t.Errorf("a key that is not known: %v", err)
	}
	var revision *gitops.RevisionError
	if _, err := at(t, where(d), project.Options{Policy: "nowhere:backport.toml"}); !errors.As(err, &revision) {
		t.Errorf("a revision that is not there: %v", err)
	}
	var remote *gitops.NoRemoteError
	if _, err := at(t, where(d), project.Options{Remote: "nobody"}); !errors.As(err, &remote) {
		t.Errorf("a remote that is not there: %v", err)
	}
}

// TestWorkTree has policies in a work tree: without one on main, beside it, and none at all.
func TestWorkTree(t *testing.T) {
	r := gittest.New(t)
	r.Write("f", "1\n")
	r.Commit("begin")
	r.Git("branch", "-M", "main")
	if _, err := at(t, r.Dir, project.Options{}); err == nil || !strings.Contains(err.Error(), "no release branch is here, locally") {
		t.Errorf("no branches: %v", err)
	}
	for _, b := range []string{"release-1.0.0", "release-2.0.0", "release-3.0.0"} {
		r.Git("branch", b)
		r.Git("tag", "v"+strings.TrimPrefix(b, "release-"))
	}
	p := filled(t, r.Dir, project.Options{})
	if !p.Guessed() || len(p.Branches) != 3 {
		t.Errorf("source %q, %d branches", p.Source, len(p.Branches))
	}
	text := "schema = 1\n[repo]\nbranch = [\"release-{major}.0.0\"]\ntag = [\"v{version}\"]\n[class.all]\nphases = [{ name = \"on\", until = \"9 years\" }]\n"
	r.Write(config.FileName, text)
	if p = filled(t, r.Dir, project.Options{}); p.Source != "worktree:backport.toml" || !warned(p, "because main has none yet") {
		t.Errorf("source %q, %q", p.Source, p.Warnings)
	}
	tip, err := p.Repo.Resolve(context.Background(), "release-1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.UseTree("release-1.0.0", tip); err != nil || !p.Guessed() {
		t.Errorf("a branch without a policy: %q, %v", p.Source, err)
	}
	r.Git("add", "-A")
	r.Commit("policy")
	r.Write(config.FileName, text+"# changed\n")
	if p = filled(t, r.Dir, project.Options{}); p.Source != "main:backport.toml" || !warned(p, "differs from the one on main") {
		t.Errorf("source %q, %q", p.Source, p.Warnings)
	}
	if err := p.UseTree("main", p.Main.Tip); err != nil || p.Guessed() {
		t.Errorf("a branch with a policy: %q, %v", p.Source, err)
	}
	var none *project.NoMainError
	r.Git("branch", "-m", "main", "trunk")
	if _, err := at(t, r.Dir, project.Options{Policy: "preset:wasmtime"}); !errors.As(err, &none) {
		t.Errorf("no main: %v", err)
	}
}

// TestRemote has branches that differ from those of a remote, and tags that say nothing.
func TestRemote(t *testing.T) {
	r := gittest.New(t)
	r.Write("f", "1\n")
	first := r.Commit("begin")
	r.Git("branch", "-M", "main")
	r.Git("branch", "release-1.0.0")
	r.Git("config", "remote.origin.url", "https://example.com/o/lantern.git")
	for _, b := range []string{"main", "release-1.0.0"} {
		r.Git("update-ref", "refs/remotes/origin/"+b, first)
	}
	r.Write("f", "2\n")
	second := r.Commit("more")
	r.Git("branch", "-f", "release-1.0.0", second)
	_, err := at(t, r.Dir, project.Options{Policy: "preset:wasmtime"})
	var problem *project.ProblemError
	if !errors.As(err, &problem) || problem.Problem.Code != policy.NoTags {
		t.Errorf("no tags: %v", err)
	}
	r.Git("tag", "v1.0.0", first)
	for base, tip := range map[gitops.Base]string{gitops.BaseAuto: first, gitops.BaseRemote: first, gitops.BaseLocal: second} {
		p := filled(t, r.Dir, project.Options{Policy: "preset:wasmtime", Base: base})
		if len(p.Branches) != 1 || p.Branches[0].Tip.String() != tip || warned(p, "release-1.0.0 differs") != (base == gitops.BaseAuto) {
			t.Errorf("base %d: %+v, %q", base, p.Branches, p.Warnings)
		}
		if base != gitops.BaseLocal && (p.Remote != "origin" || p.Name() != "lantern") {
			t.Errorf("base %d: remote %q, name %q", base, p.Remote, p.Name())
		}
	}
	env := host(t, r.Dir)
	repo, err := gitops.Open(env)
	if err != nil {
		t.Fatal(err)
	}
	p := project.New(repo, env, project.Options{Policy: "preset:wasmtime", AsOf: day(t, demo.AsOf)})
	if err := p.Fill(context.Background(), project.NeedBranches); err != nil || len(p.Tags) != 1 {
		t.Errorf("tags by name: %v, %v", p.Tags, err)
	}
	one, err := p.Config.Policy.ParseLine("1")
	if err != nil || !p.Released(one, "1.0.0") || p.Released(one, "1.0.1") {
		t.Errorf("released: %v", err)
	}
}

func warned(p *project.Project, text string) bool {
	return slices.ContainsFunc(p.Warnings, func(w string) bool { return strings.Contains(w, text) })
}
