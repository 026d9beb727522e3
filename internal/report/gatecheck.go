package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/msrv"
)

// A GateHeader is what the report of the verb gate says besides the gate's answer.
type GateHeader struct {
	Version    string
	Branch     string // the release branch
	BranchFrom string // why this one: "--branch", "GITHUB_BASE_REF"
	Commit     gitops.ID
	Warnings   []string
	Short      func(gitops.ID) string
	Exit       int
}

// A GateCheckV1 is the document of the verb gate.
type GateCheckV1 struct {
	Schema     string   `json:"schema"`
	Version    string   `json:"version"`
	Branch     string   `json:"branch"`
	BranchFrom string   `json:"branch_from"`
	From       *string  `json:"from"`
	Commit     *string  `json:"commit"`
	Gate       *GateV1  `json:"gate"`
	Warnings   []string `json:"warnings"`
	Cure       *string  `json:"cure"`
	Error      *ErrorV1 `json:"error"`
	Exit       int      `json:"exit"`
}

// GateCheck makes the document of the gate's answer.
func GateCheck(answer backport.GateAnswer, h GateHeader) GateCheckV1 {
	doc := GateCheckV1{
		Schema: Schema("gate"), Version: h.Version, Branch: valid(h.Branch), BranchFrom: h.BranchFrom, From: oid(answer.From),
		Commit: oid(h.Commit), Gate: gate(answer.Outcome), Warnings: validAll(append(append([]string{}, h.Warnings...), answer.Notes...)), Exit: h.Exit,
	}
	if !answer.Outcome.OK {
		doc.Cure = optional(gateCure)
	}
	return doc
}

// gateCure is what a contributor does about a pin that rises.
const gateCure = "put the value back to what the branch has; a fix that needs the newer toolchain cannot go to this branch. " +
	"'git backport plan FIX --strip-pin' makes the backport without the pin's change"

// GateText writes the gate's answer for people. Each line begins with a word of ours, so that no text
// of the repository begins one.
func GateText(w io.Writer, answer backport.GateAnswer, h GateHeader) error {
	p := &page{w: w}
	g := answer.Outcome
	p.printf("gate: %s for %s (%s), compared with %s\n", h.Short(h.Commit), streams.Clean(h.Branch), h.BranchFrom, streams.Clean(g.Baseline))
	for _, f := range g.Findings {
		p.printf("%s: %s\n", levelWord(f.Level), streams.Clean(Finding(f, g.Baseline)))
	}
	if g.OK {
		p.printf("ok: no toolchain pin rises above what %s promised\n", streams.Clean(h.Branch))
		return p.err
	}
	p.printf("cure: %s\n", gateCure)
	return p.err
}

func levelWord(l msrv.Level) string {
	switch l {
	case msrv.LevelStop:
		return "stop"
	case msrv.LevelWarn:
		return "warning"
	case msrv.LevelNotice, msrv.LevelPass:
	}
	return "notice"
}

// Annotations writes the findings as workflow commands of GitHub Actions, which it shows beside the
// lines of a pull request.
func Annotations(w io.Writer, answer backport.GateAnswer, h GateHeader) error {
	p := &page{w: w}
	for _, f := range answer.Outcome.Findings {
		command, tail := "", ""
		switch f.Level {
		case msrv.LevelStop:
			command, tail = "error", "; "+gateCure
		case msrv.LevelWarn:
			command = "warning"
		case msrv.LevelNotice, msrv.LevelPass:
			continue // Actions shows ten of a kind
		}
		place := "file=" + property(streams.Clean(f.Path))
		if f.Line > 0 {
			place += fmt.Sprintf(",line=%d", f.Line)
		}
		p.printf("::%s %s,title=%s::%s\n", command, place, property("toolchain pin on "+streams.Clean(h.Branch)), data(Finding(f, answer.Outcome.Baseline)+tail))
	}
	return p.err
}

// data escapes the text of a workflow command.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(streams.Clean(s))
}

// property escapes a value of a workflow command's property.
func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
