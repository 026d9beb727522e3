package report

import (
	"strings"
	"testing"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/msrv"
)

func TestAnnotationsStayOneCommandALine(t *testing.T) {
	hostile := "a,b:c%\n::error::x\x1b[2J"
	answer := backport.GateAnswer{Outcome: &backport.GateOutcome{Baseline: hostile, Findings: []msrv.Finding{
		{Path: hostile, Line: 3, Key: hostile, Was: hostile, Now: hostile, Baseline: hostile, Outcome: msrv.Raised, Level: msrv.LevelStop},
		{Path: "Cargo.toml", Key: "k", Outcome: msrv.Lowered, Level: msrv.LevelWarn},
		{Path: "Dockerfile", Key: "k", Outcome: msrv.Raised, Level: msrv.LevelNotice},
	}}}
	var b strings.Builder
	if err := Annotations(&b, answer, GateHeader{Branch: hostile}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "::error file=a%2Cb%3Ac%25") || !strings.HasPrefix(lines[1], "::warning file=Cargo.toml,title=") {
		t.Fatalf("%q", lines)
	}
	if !strings.Contains(lines[0], ",line=3,title=") || strings.ContainsAny(b.String(), "\x1b\r") {
		t.Fatalf("%q", lines)
	}
	head, _, _ := strings.Cut(strings.TrimPrefix(lines[0], "::error "), "::")
	if strings.Count(head, ",") != 2 || strings.Contains(head, ":") {
		t.Errorf("properties %q", head)
	}
}
