package policy

import (
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
)

func TestNextPrerelease(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"49.0.0-rc.1": "49.0.0-rc.2", "1.0.0-beta.9": "1.0.0-beta.10", "1.0.0-pre.rc.1": "1.0.0-pre.rc.2", "1.0.0-rc.1+build": "1.0.0-rc.2",
		"1.0.0-beta1": "", "1.0.0-rc": "", "1.0.0-1": "", "1.0.0": "", "1.0.0-rc.999999999": "",
	} {
		v, err := NextPrerelease(semver.MustParse(from))
		switch {
		case want == "" && err == nil:
			t.Errorf("after %s comes %s, want an error", from, v)
		case want != "" && (err != nil || v.String() != want):
			t.Errorf("after %s comes %v, %v, want %s", from, v, err, want)
		case want != "" && !v.GreaterThan(semver.MustParse(from)):
			t.Errorf("%s does not sort after %s", v, from)
		}
	}
	if _, err := NextPrerelease(semver.MustParse("1.0.0-beta1")); err == nil || !strings.Contains(err.Error(), `"beta.1"`) {
		t.Errorf("beta1: %v", err)
	}
}

func TestStrongestKind(t *testing.T) {
	t.Parallel()
	p := &Policy{Like: map[Kind]Kind{"regression": Bugfix, "loop": "pool", "pool": "loop"}}
	for _, c := range []struct {
		kinds []Kind
		want  Kind
	}{{nil, Bugfix}, {[]Kind{Docs, CI}, CI}, {[]Kind{Feature, Security, Bugfix}, Security}, {[]Kind{Docs, "regression"}, "regression"}, {[]Kind{Docs, Critical}, Critical}} {
		if got := p.Strongest(c.kinds); got != c.want {
			t.Errorf("Strongest(%v) = %s, want %s", c.kinds, got, c.want)
		}
	}
	if got := p.Base("loop"); got != Bugfix {
		t.Errorf("a kind that leads nowhere counts as %s", got)
	}
	if got := p.Base(Critical); got != Security {
		t.Errorf("critical counts as %s", got)
	}
}

func TestMainFirst(t *testing.T) {
	t.Parallel()
	branch, err := ParseTemplate("release-{major}")
	if err != nil {
		t.Fatal(err)
	}
	tag, err := ParseTemplate("v{version}")
	if err != nil {
		t.Fatal(err)
	}
	two, err := ParseExpr("2 releases")
	if err != nil {
		t.Fatal(err)
	}
	p := &Policy{Repo: Repo{Branches: []Template{branch}, Tags: []Template{tag}}, Classes: []Class{{Name: "c", Phases: []Phase{{Name: "p", Until: two}}}},
		Rules: Rules{MainFirst: MainRequired}}
	f := Facts{AsOf: Date{2026, 1, 2}, Branches: []BranchFact{{Name: "release-1"}}, Tags: []TagFact{{"v1.0.0", Date{2026, 1, 1}}}}
	lines, _ := Lines(p, f)
	for kind, want := range map[Kind]Cause{Bugfix: CauseNotOnMain, Security: CauseRequired, Critical: CauseRequired} {
		if got := Decide(p, lines, Change{Kind: kind, NotOnMain: true})[0]; got.Cause != want {
			t.Errorf("%s that is not on main: %s, want %s", kind, got.Cause, want)
		}
	}
	p.Rules.MainFirst = MainWarn
	if got := Decide(p, lines, Change{Kind: Bugfix, NotOnMain: true})[0]; got.Cause != CauseAllowed {
		t.Errorf("with warn: %s", got.Cause)
	}
}

func BenchmarkDecide(b *testing.B) {
	branch, _ := ParseTemplate("release-{major}.0.0")
	tag, _ := ParseTemplate("v{version}")
	two, _ := ParseExpr("2 releases")
	p := &Policy{Repo: Repo{Branches: []Template{branch}, Tags: []Template{tag}}, Classes: []Class{{Name: "c", Phases: []Phase{{Name: "p", Until: two}}}}}
	f := Facts{AsOf: Date{2030, 1, 1}}
	for n := range 60 {
		v := semver.New(uint64(n+1), 0, 0, "", "").String()
		f.Branches = append(f.Branches, BranchFact{Name: "release-" + v})
		for patch := range 4 {
			f.Tags = append(f.Tags, TagFact{"v" + semver.New(uint64(n+1), 0, uint64(patch), "", "").String(), Date{2024, 1, 1}.AddMonths(n)})
		}
	}
	for b.Loop() {
		lines, _ := Lines(p, f)
		Decide(p, lines, Change{Kind: Security})
	}
}
