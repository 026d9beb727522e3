package backport

import (
	"testing"

	"github.com/git-backport/git-backport/policy"
)

func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		message string
		kind    policy.Kind
		from    KindSource
	}{
		{"Fix the copysign lowering (#12435)\n", policy.Bugfix, KindAssumed},
		{"fix: off by one\n", policy.Bugfix, KindFromPrefix},
		{"fix(deps): bump rustix\n", policy.Dependency, KindFromPrefix},
		{"chore(deps): bump rustix\n", policy.Dependency, KindFromPrefix},
		{"feat!: new thing\n", policy.Feature, KindFromPrefix},
		{"docs(api): words\n", policy.Docs, KindFromPrefix},
		{"ci: run it\n", policy.CI, KindFromPrefix},
		{"refactor: move it\n", policy.Bugfix, KindAssumed},
		{"Fix it\n\nThis is GHSA-vc8c-j3xm-xj73.\n", policy.Security, KindFromID},
		{"feat: hide CVE-2026-12345\n", policy.Security, KindFromID},
		{"Fix it\n\nSee RUSTSEC-2026-0001\n", policy.Security, KindFromID},
		{"Fix it\n\nGHSA-short\n", policy.Bugfix, KindAssumed},
		{"Fix CVE-2026-1111\n\nBackport-Kind: Docs\n", policy.Docs, KindFromTrailer},
		{"", policy.Bugfix, KindAssumed},
	} {
		if kind, from := KindOf([]byte(c.message)); kind != c.kind || from != c.from {
			t.Errorf("KindOf(%q) = %s, %s; want %s, %s", c.message, kind, from, c.kind, c.from)
		}
	}
}
