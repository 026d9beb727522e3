package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/internal/verify"
)

// A Verification is one run of verify.
type Verification struct {
	Operation string // "" of a bare revision
	Command   []string
	Shell     bool
	Results   []verify.Result
}

// A VerifyV1 is the document of verify.
type VerifyV1 struct {
	Schema    string       `json:"schema"`
	Version   string       `json:"version"`
	Error     *ErrorV1     `json:"error"`
	Operation *string      `json:"operation"`
	Command   []string     `json:"command"`
	Shell     bool         `json:"shell"`
	Targets   []VerifiedV1 `json:"targets"`
	Exit      int          `json:"exit"`
}

// A VerifiedV1 is what became of the command on one target with one toolchain.
type VerifiedV1 struct {
	Line      *string  `json:"line"`
	Branch    string   `json:"branch"`
	Head      *string  `json:"head"`
	Tree      *string  `json:"tree"`
	Toolchain string   `json:"toolchain"`
	Tools     []string `json:"tools"`
	Status    string   `json:"status"`
	Reason    *string  `json:"reason"`
	Install   *string  `json:"install"`
	ExitCode  *int     `json:"exit_code"`
	Seconds   float64  `json:"seconds"`
	Log       *string  `json:"log"`
	Tail      []string `json:"tail"`
	Left      int      `json:"processes_left"`
	Dir       *string  `json:"dir"`
	Notes     []string `json:"notes"`
}

// Verify makes the document of a run.
func Verify(version string, v Verification, exit int) VerifyV1 {
	doc := VerifyV1{
		Schema: Schema("verify"), Version: version, Operation: optional(v.Operation), Command: validAll(v.Command), Shell: v.Shell,
		Targets: []VerifiedV1{}, Exit: exit,
	}
	for _, r := range v.Results {
		t := VerifiedV1{
			Line: optional(r.Target.Line), Branch: valid(r.Target.Branch), Head: oid(r.Target.Head), Tree: oid(r.Target.Tree), Toolchain: valid(r.Toolchain),
			Tools: validAll(r.Tools), Status: string(r.Status), Reason: optional(r.Reason), Install: optional(r.Install), Seconds: r.Seconds,
			Log: optional(r.Log), Tail: validAll(lastLines(r.Tail)), Left: r.Left, Dir: optional(r.Dir), Notes: validAll(r.Notes),
		}
		if r.Exit >= 0 {
			t.ExitCode = &r.Exit
		}
		doc.Targets = append(doc.Targets, t)
	}
	return doc
}

// shownTail is how many of the last lines of a command are shown.
const shownTail = 20

func lastLines(tail []byte) []string {
	text := strings.TrimRight(string(tail), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-shownTail):]
}

// VerifyText writes a run for people.
func VerifyText(w io.Writer, v Verification, o TextOptions) error {
	p := &page{w: w, o: o}
	p.printf("%s\n", streams.Clean(commandText(v.Command, v.Shell)))
	var rows [][]string
	for _, r := range v.Results {
		rows = append(rows, []string{streams.Clean(r.Target.Branch), streams.Clean(r.Toolchain), string(r.Status)})
	}
	widths := columns(rows)
	for i, r := range v.Results {
		why := strings.Join(r.Tools, ", ")
		if r.Reason != "" {
			why = strings.TrimSuffix(r.Reason+"; "+why, "; ")
		}
		if r.Status == verify.Passed || r.Status == verify.Failed || r.Status == verify.Timeout {
			why = strings.TrimPrefix(why+", "+took(r.Seconds), ", ")
		}
		p.row(rows[i], widths, verifyColor(r.Status), streams.Clean(why))
		for _, line := range lastLines(r.Tail) {
			p.printf("      | %s\n", streams.Line(strings.TrimSuffix(line, "\r")))
		}
		if r.Install != "" && r.Status == verify.Unverified {
			p.printf("      to install it: %s\n", streams.Clean(r.Install))
		}
		for _, note := range r.Notes {
			p.printf("      %s\n", streams.Clean(note))
		}
		if r.Log != "" && (r.Status != verify.Passed || o.Verbose) {
			p.printf("      log: %s\n", streams.Clean(r.Log))
		}
		if r.Dir != "" {
			p.printf("      kept: %s\n", streams.Clean(r.Dir))
		}
	}
	return p.err
}

func verifyColor(s verify.Status) string {
	switch s {
	case verify.Passed:
		return green
	case verify.Failed, verify.Timeout:
		return red
	case verify.Unverified:
		return yellow
	case verify.Skipped:
	}
	return dim
}

// commandText is a command as one would type it.
func commandText(argv []string, shell bool) string {
	if shell {
		return strings.Join(argv, " ")
	}
	return streams.QuoteAll(argv)
}

// took is a time for people.
func took(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()+0.5))
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// A Verified is what is on record of one command on a target's tree.
type Verified struct {
	Command  string
	Tools    []string // with which it ended so
	Seconds  float64
	Status   string
	Failures []string // toolchains with which it did not pass, by name
}

// VerifiedOf gathers the verifications of a target that hold for a tree: the last of each command and
// toolchain.
func VerifiedOf(op *operation.Operation, branch string, tree gitops.ID) []Verified {
	var out []Verified
	var digests []string
	for _, v := range op.Verifications {
		if v.Branch != branch || v.Tree != tree || tree.IsZero() {
			continue
		}
		i := slices.Index(digests, v.Digest)
		if i < 0 {
			i = len(out)
			digests = append(digests, v.Digest)
			out = append(out, Verified{Command: commandText(v.Argv, v.Shell), Status: "passed"})
		}
		if !v.Passed() {
			out[i].Status = v.Status
			out[i].Failures = append(out[i].Failures, v.Toolchain)
			continue
		}
		for _, tool := range v.Tools {
			if short := shortTool(tool); !slices.Contains(out[i].Tools, short) {
				out[i].Tools = append(out[i].Tools, short)
			}
		}
		out[i].Seconds += v.Seconds
	}
	return out
}

// shortTool is what a toolchain says of itself without the build's details.
func shortTool(line string) string {
	words := strings.Fields(line)
	if len(words) > 2 && words[0] == "go" && words[1] == "version" {
		return strings.Replace(words[2], "go", "Go ", 1)
	}
	return strings.Join(words[:min(2, len(words))], " ")
}

// Passed reports whether the command passed with every toolchain it was run with.
func (v Verified) Passed() bool { return v.Status == "passed" }

// text is a verification for people; quote shows the command.
func (v Verified) text(quote func(string) string) string {
	var b strings.Builder
	b.WriteString(quote(v.Command))
	if v.Status != "passed" {
		fmt.Fprintf(&b, ": %s with the toolchain %s", v.Status, quote(strings.Join(v.Failures, ", ")))
		return b.String()
	}
	b.WriteString(" passed")
	if len(v.Tools) > 0 {
		var tools []string
		for _, t := range v.Tools {
			tools = append(tools, quote(t))
		}
		b.WriteString(" with " + strings.Join(tools, " and "))
	}
	return b.String() + ", " + took(v.Seconds)
}

// WithVerified adds to the text of a pull request which commands passed on its tree.
func WithVerified(body string, op *operation.Operation, branch string, tree gitops.ID) string {
	var lines strings.Builder
	for _, v := range VerifiedOf(op, branch, tree) {
		if v.Status == "passed" {
			fmt.Fprintf(&lines, "* %s\n", v.text(code))
		}
	}
	if lines.Len() == 0 || op.Embargo {
		return body
	}
	const messages = "\nThe commits say:\n"
	before, after, found := strings.Cut(body, messages)
	if !found {
		return strings.TrimRight(body, "\n") + "\n\n" + lines.String()
	}
	return strings.TrimRight(before, "\n") + "\n" + lines.String() + messages + after
}

// A VerificationV1 is what is on record of a command on a target.
type VerificationV1 struct {
	Command   []string `json:"command"`
	Digest    string   `json:"digest"`
	Toolchain string   `json:"toolchain"`
	Tools     []string `json:"tools"`
	Status    string   `json:"status"`
	ExitCode  int      `json:"exit_code"`
	Seconds   float64  `json:"seconds"`
	Tree      string   `json:"tree"`
	Holds     bool     `json:"holds"` // the branch still has that tree
	At        string   `json:"at"`
}

func verificationsV1(s Stood, branch string) []VerificationV1 {
	out := []VerificationV1{}
	for _, v := range s.Op.Verifications {
		if v.Branch == branch {
			out = append(out, VerificationV1{
				Command: validAll(v.Argv), Digest: v.Digest, Toolchain: valid(v.Toolchain), Tools: validAll(v.Tools), Status: v.Status, ExitCode: v.Exit,
				Seconds: v.Seconds, Tree: v.Tree.String(), Holds: s.TreeNow[branch] == v.Tree, At: stamp(v.At),
			})
		}
	}
	return out
}

// verified shows what was run on a target.
func (p *page) verified(s Stood, t operation.Target) {
	list := VerifiedOf(s.Op, t.Branch, s.TreeNow[t.Branch])
	for _, v := range list {
		what := "verified"
		if v.Status != "passed" {
			what = "not verified"
		}
		p.printf("      %s: %s\n", what, v.text(streams.Clean))
	}
	if len(list) > 0 {
		return
	}
	for _, v := range s.Op.Verifications {
		if v.Branch == t.Branch {
			p.printf("      verified, amended since\n")
			return
		}
	}
}
