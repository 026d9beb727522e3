package report

import (
	"fmt"
	"io"
	"strconv"
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
	// Verify begins a command that builds the change with the floor, up to its "--"; "" while there is none.
	Verify string
}

// A GateCheckV1 is the document of the verb gate.
type GateCheckV1 struct {
	Schema     string   `json:"schema"`
	Version    string   `json:"version"`
	Branch     string   `json:"branch"`
	BranchFrom string   `json:"branch_from"`
	From       *string  `json:"from"`
	Commit     *string  `json:"commit"`
	Verdict    string   `json:"verdict"` // ok, unread or stop
	Gate       *GateV1  `json:"gate"`
	Read       *ReadV1  `json:"read"`
	Warnings   []string `json:"warnings"`
	Cure       *string  `json:"cure"`
	Error      *ErrorV1 `json:"error"`
	Exit       int      `json:"exit"`
}

// A ReadV1 is what the gate read of the result as a whole.
type ReadV1 struct {
	Pins     int         `json:"pins"`
	Files    int         `json:"files"`
	NotRead  []NotReadV1 `json:"not_read"`
	Excluded []Path      `json:"excluded"`
	Code     []CodeV1    `json:"code"`
}

// A CodeV1 is changed code of an ecosystem with a floor: whether it builds there, no pin shows.
type CodeV1 struct {
	Toolchain string `json:"toolchain"`
	Files     int    `json:"files"`
	Floor     string `json:"floor"`
	Path      Path   `json:"path"`
	Lineno    int    `json:"lineno"`
}

// A NotReadV1 is a place that declares a toolchain, and was not read.
type NotReadV1 struct {
	Path    Path   `json:"path"`
	Lineno  int    `json:"lineno"`
	Key     string `json:"key"`
	Trouble string `json:"trouble"`
	Message string `json:"message"`
}

// GateCheck makes the document of the gate's answer.
func GateCheck(answer backport.GateAnswer, h GateHeader) GateCheckV1 {
	doc := GateCheckV1{
		Schema: Schema("gate"), Version: h.Version, Branch: valid(h.Branch), BranchFrom: h.BranchFrom, From: oid(answer.From),
		Commit: oid(h.Commit), Verdict: gateVerdict(answer.Outcome), Gate: gate(answer.Outcome), Read: read(answer.Outcome.Census), Warnings: validAll(append(append([]string{}, h.Warnings...), answer.Notes...)), Exit: h.Exit,
	}
	switch doc.Verdict {
	case "stop":
		doc.Cure = optional(gateCure)
	case "unread":
		doc.Cure = optional(unreadCure)
	}
	return doc
}

// gateVerdict says in a word what the gate says.
func gateVerdict(g *backport.GateOutcome) string {
	switch {
	case !g.OK:
		return "stop"
	case g.Unread:
		return "unread"
	}
	return "ok"
}

func read(c *backport.PinCensus) *ReadV1 {
	if c == nil {
		return nil
	}
	out := &ReadV1{Pins: c.Pins, Files: c.Files, NotRead: []NotReadV1{}, Excluded: paths(c.Excluded), Code: []CodeV1{}}
	for _, k := range c.Code {
		out.Code = append(out.Code, CodeV1{string(k.Floor.Ecosystem), k.Files, valid(k.Floor.Value), Path(k.Floor.Path), k.Floor.Line})
	}
	for _, p := range c.NotRead {
		out.NotRead = append(out.NotRead, NotReadV1{
			Path: Path(p.Path), Lineno: p.Line, Key: valid(p.Key), Trouble: p.Trouble.String(), Message: valid(p.Err.Error()),
		})
	}
	return out
}

// unreadCure is what a contributor does about what no reader can read.
const unreadCure = "nobody can say here whether that needs a newer toolchain: look at it, and take the change out, or describe the pin " +
	"as a [[pin.custom]]; [pin] unread = \"allow\" in the policy lets such changes pass"

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
		word := levelWord(f.Level)
		if f.Cause == msrv.CauseUnread {
			word = "unread"
		}
		p.printf("%s: %s\n", word, streams.Line(Finding(f, g.Baseline)))
	}
	switch gateVerdict(g) {
	case "ok":
		p.printf("ok: %s; none rises above what %s promised%s\n", readWords(g.Census), streams.Clean(h.Branch), notReadWords(g.Census))
	case "unread":
		p.printf("unread: %s; no pin that is read rises%s\n", readWords(g.Census), notReadWords(g.Census))
		p.printf("cure: %s\n", unreadCure)
	default:
		p.printf("cure: %s\n", gateCure)
	}
	p.codeNotes(g.Census, h.Verify)
	return p.err
}

// codeNotes says for which code the pins cannot speak, and what can.
func (p *page) codeNotes(c *backport.PinCensus, verify string) {
	if c == nil {
		return
	}
	for _, k := range c.Code {
		p.printf("not judged: whether %s of %s still works with %s (%s:%d)\n", count(k.Files, "changed file"), k.Floor.Ecosystem,
			streams.Clean(k.Floor.Value), streams.Clean(k.Floor.Path), k.Floor.Line)
	}
	if len(c.Code) > 0 && verify != "" {
		p.printf("to judge it: %s -- %s\n", verify, buildCommand(c.Code[0].Floor.Ecosystem))
	}
}

// buildCommand is what builds code of an ecosystem, CMD where projects differ.
func buildCommand(e msrv.Ecosystem) string {
	switch e {
	case msrv.Rust:
		return "cargo check --workspace"
	case msrv.Go:
		return "go build ./..."
	}
	return "CMD"
}

// readWords says what was read: "14 pins in 9 files".
func readWords(c *backport.PinCensus) string {
	if c == nil {
		return "no file was read"
	}
	return count(c.Pins, "pin") + " in " + count(c.Files, "file")
}

// maxNotRead bounds the places that are named.
const maxNotRead = 6

// notReadWords names what declares a toolchain and was not read.
func notReadWords(c *backport.PinCensus) string {
	if c == nil {
		return ""
	}
	var names []string
	seen := map[string]bool{}
	add := func(path, why string) {
		if name := path + " (" + why + ")"; !seen[name] {
			seen[name] = true
			names = append(names, streams.Clean(name))
		}
	}
	for _, path := range c.Excluded {
		add(path, "excluded")
	}
	for _, p := range c.NotRead {
		why := p.Trouble.String()
		switch p.Trouble {
		case msrv.TroubleNoReader:
			why = "no reader"
		case msrv.TroubleForm:
			why = p.Key + " is computed"
		}
		add(p.Path, why)
	}
	if len(names) == 0 {
		return ""
	}
	if n := len(names) - maxNotRead; n > 0 {
		names = append(names[:maxNotRead], fmt.Sprintf("and %d more (--json lists them)", n))
	}
	return "; not read: " + strings.Join(names, ", ")
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
	guard := streams.Commands(w)
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
		properties := []string{"file", f.Path}
		if f.Line > 0 {
			properties = append(properties, "line", strconv.Itoa(f.Line))
		}
		properties = append(properties, "title", "toolchain pin on "+h.Branch)
		if err := guard.Command(command, Finding(f, answer.Outcome.Baseline)+tail, properties...); err != nil {
			return err
		}
	}
	return nil
}
