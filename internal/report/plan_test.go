package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/backport/why"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

var update = flag.Bool("update", false, "rewrite testdata/report/plan.*")

func oidOf(n byte) gitops.ID { return gitops.ID{n, n, n, 0xab} }

func shortID(id gitops.ID) string { return id.String()[:7] }

func explainTest(err error) ErrorV1 { return NewError("failure", err.Error(), "try "+err.Error()) }

// fullReport holds every status; f makes what comes from a repository of what a plain one would hold.
func fullReport(f func(string) string) (*backport.Report, Header) {
	line := func(major uint32, class, phase string, state policy.State, verdict policy.Verdict, cause policy.Cause, detail string) policy.Decision {
		return policy.Decision{
			Line: policy.Line{
				ID: policy.LineID{Major: major}, Branch: f(fmt.Sprintf("release-%d.0.0", major)), Class: f(class), Phase: f(phase), State: state,
				Until: policy.Date{Year: 2027, Month: 8, Day: 20},
			},
			Verdict: verdict, Cause: cause, Rule: "built-in", Detail: f(detail),
		}
	}
	target := func(d policy.Decision, n byte) backport.Target {
		return backport.Target{Line: release.Line{Decision: d, Branch: d.Branch, Tip: oidOf(n), Ref: "refs/remotes/origin/" + d.Branch}}
	}
	outcome := func(status backport.Status, n byte, major uint32, picks ...backport.Pick) backport.Outcome {
		d := line(major, "lts", "security", policy.StateSupported, policy.Required, policy.CauseRequired, "")
		return backport.Outcome{Target: target(d, n), Status: status, Branch: fmt.Sprintf("backport/1/release-%d.0.0", major), Picks: picks}
	}
	fix := oidOf(1)
	clean := backport.Pick{Source: fix, Message: []byte(f("Fix it (#1)\n")), Status: backport.PickClean, Via: f("main"), Commit: oidOf(0x30), Result: gitops.PickResult{Tree: oidOf(0x31)}, Lines: []string{f("followed a rename")},
		Rules: []backport.RuleUse{{Path: f("RELEASES.md"), Rule: backport.ConflictOurs, Note: f("note")}},
		Differs: []gitops.PathDifference{{Path: f("src/a.rs"), Lines: []gitops.PatchLine{{Text: f("-a")}, {In: gitops.InFirst, Text: f("-b")}, {In: gitops.InSecond, Text: f("-c")},
			{In: gitops.LeftOut}, {Text: f("+d")}}}}, Taken: f("taken as on release-49.0.0"), ViaCommit: oidOf(0x34)}
	conflicted := backport.Pick{Source: fix, Status: backport.PickConflict, Via: "main", Result: gitops.PickResult{Tree: oidOf(0x32), Conflicts: []gitops.Conflict{
		{Path: f("src/a.rs"), Kind: "content", Message: f("CONFLICT (content)"), Base: &gitops.Stage{Mode: 0o100644, ID: oidOf(0x40)}, Ours: &gitops.Stage{Mode: 0o100755, ID: oidOf(0x41)}},
		{Path: f("src/b.rs"), Kind: f("odd"), Message: f("m"), Theirs: &gitops.Stage{Mode: 0o120000, ID: oidOf(0x42)}},
	}}, Hunks: []why.Hunk{{Path: f("src/a.rs"), Line: 7, Lines: []why.HunkLine{
		{Text: f("\tbefore")}, {Text: f("<<<<<<< HEAD"), Side: why.SideMarker}, {Text: f("ours"), Side: why.SideOurs},
		{Text: f("||||||| parent of 0101"), Side: why.SideMarker}, {Text: f("base"), Side: why.SideBase},
		{Text: f("======="), Side: why.SideMarker}, {Text: f("theirs"), Side: why.SideTheirs}, {Text: f(">>>>>>> 0101 (Fix it (#1))"), Side: why.SideMarker},
	}, Commits: []why.Candidate{{Commit: oidOf(0x71), Subject: f("Move it (#3)")}}, Hint: why.HintPresent}}, Why: &why.Explanation{
		Hint: why.HintNoCode, Paths: []why.PathCommits{{Path: f("src/a.rs"), Commits: []why.Candidate{{Commit: oidOf(0x71), Subject: f("Move it (#3)")}}}},
		Absent:     []why.Absence{{Path: f("src/b.rs"), Deleted: true}},
		Candidates: []why.Candidate{{Commit: oidOf(0x70), Subject: f("Split it (#2)"), Paths: []string{f("src/a.rs")}}},
		CleanWith:  []why.Candidate{{Commit: oidOf(0x70), Subject: f("Split it (#2)")}}}}
	gate := &backport.GateOutcome{OK: true, Baseline: f("branch point 1a2b3c4"), Findings: []msrv.Finding{
		{Path: f("Cargo.toml"), Line: 12, Key: f("rust-version"), Role: msrv.RoleFloor, Baseline: f("1.94.0"), Was: f("1.94.0"), Now: f("1.93.0"), Outcome: msrv.Lowered, Level: msrv.LevelWarn},
	}, Dropped: []msrv.Dropped{{Path: f("go.mod"), Line: 3, Key: f("go"), Was: f("1.24"), Now: f("1.25")}},
		Dependencies: []msrv.Dependency{{Name: f("rustix"), Version: f("1.0.0"), Known: msrv.FloorUnknown}}}
	ready := outcome(backport.StatusReady, 0x10, 48, clean)
	ready.Head, ready.Commits, ready.Gate = oidOf(0x30), []gitops.ID{oidOf(0x30)}, gate
	ready.Bump = &release.Outcome{From: f("48.0.1"), To: f("48.0.2"), Branch: "backport/1/bump/release-48.0.0", Commit: oidOf(0x33),
		Files: []string{f("Cargo.toml")}, Unhandled: []string{f("Cargo.lock")}, Companions: []string{f("cranelift 0.1.2")}}
	ready.Target.Warnings = []string{f("a warning")}
	present := outcome(backport.StatusPresent, 0x11, 47, backport.Pick{Source: fix, Status: backport.PickPresent, Via: "main"})
	present.Present = &backport.Evidence{Commit: oidOf(0x50), How: f("trailer: (cherry picked from commit 1)"), Kind: "trailer", Strong: true}
	seems := &backport.Evidence{Commit: oidOf(0x51), How: f("subject: Fix it (#4)"), Kind: "subject", Still: []string{f("src/a.rs")}}
	probable := outcome(backport.StatusProbable, 0x18, 35, backport.Pick{Source: fix, Status: backport.PickProbable, Via: "main", Evidence: seems})
	probable.Present = seems
	gated := outcome(backport.StatusGated, 0x12, 45, clean)
	gated.Gate = &backport.GateOutcome{Baseline: f("tip 1"), Findings: []msrv.Finding{
		{Path: f("Cargo.toml"), Line: 1, Key: f("rust-version"), Role: msrv.RoleFloor, Was: f("1.93"), Now: f("1.95"), Outcome: msrv.Raised, Level: msrv.LevelStop}}}
	failed := outcome(backport.StatusFailed, 0x13, 44, backport.Pick{Source: fix, Status: backport.PickError, Via: "main"})
	failed.Err = errors.New(f("object is missing"))
	refused := outcome(backport.StatusRefused, 0x14, 43, clean)
	refused.Target.Refused = f("the policy refuses line 43")
	forced := outcome(backport.StatusEmpty, 0x15, 42, backport.Pick{Source: fix, Status: backport.PickEmpty, Via: "main"})
	forced.Target.Forced = true
	trial := outcome(backport.StatusReady, 0x16, 41, clean)
	trial.Target.Trial, trial.Bump = true, &release.Outcome{Skipped: f("not released yet")}
	rep := &backport.Report{
		Options: backport.Options{AsOf: policy.Date{Year: 2026, Month: 9, Day: 10}, Remote: f("origin"), Name: "1"},
		Fix: backport.Fix{Commits: []gitops.ID{fix}, Subject: f("Fix it (#1)"), Kind: policy.Kind(f("security")), KindFrom: backport.KindFromID, OnMain: []bool{true},
			Requests: []backport.Merged{{Number: 1, Merge: oidOf(0x61), Commits: []gitops.ID{fix}, Left: []gitops.ID{oidOf(0x62)}}}, Left: []gitops.ID{oidOf(0x63)}},
		Outcomes: []backport.Outcome{ready, present, outcome(backport.StatusConflicted, 0x17, 46, conflicted, backport.Pick{Source: oidOf(2), Status: backport.PickSkipped, Via: "main"}),
			gated, failed, refused, forced, trial, probable},
		Warnings: []string{f("a warning of the plan")},
		Selected: backport.Selected{Left: []policy.Decision{
			line(40, "normal", "active", policy.StateSupported, policy.Allowed, policy.CauseAllowed, ""),
			line(39, "normal", "", policy.StateEnded, policy.Refused, policy.CauseEnded, "ended 2026-07-19"),
			line(38, "normal", "", policy.StateEnded, policy.Refused, policy.CauseEnded, "ended 2026-06-19"),
			line(37, "normal", "", policy.StateEnded, policy.Refused, policy.CauseEnded, "ended 2026-05-19"),
			line(36, "lts", "", policy.StateSupported, policy.Refused, policy.CauseSkippedByUser, "not affected"),
		}},
	}
	return rep, Header{
		Verb: "plan", Version: "0.1.0", PolicySource: f("main:backport.toml"), PolicyRev: oidOf(0x60), Signing: "none", Operation: "op-1", Request: operation.Request{Version: 1, Fix: []string{f("1a2b3c4")}}, Exit: 1,
		Committer: &CommitterV1{Name: f("C"), Email: f("c@example.com"), Date: "2026-09-10T00:00:00Z"}, Explain: explainTest,
	}
}

func asIs(s string) string { return s }

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("../../testdata/report", name)
	if *update || os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-file +now; -update rewrites it):\n%s", file, diff)
	}
}

func textOptions() TextOptions { return TextOptions{Short: shortID, Explain: explainTest} }

func TestPlanTextGoldens(t *testing.T) {
	rep, h := fullReport(asIs)
	for name, change := range map[string]func(*TextOptions){
		"pipe":    func(*TextOptions) {},
		"wide":    func(o *TextOptions) { o.Width = 160 },
		"narrow":  func(o *TextOptions) { o.Width = 60 },
		"colour":  func(o *TextOptions) { o.Width, o.Color = 100, true },
		"verbose": func(o *TextOptions) { o.Verbose = true },
		"quiet":   func(o *TextOptions) { o.Quiet = true },
	} {
		o := textOptions()
		change(&o)
		var b bytes.Buffer
		if err := PlanText(&b, rep, h, o); err != nil {
			t.Fatal(err)
		}
		golden(t, "plan."+name+".golden", b.Bytes())
	}
}

// Without colour the text is the same as with it.
func TestColourChangesNothingElse(t *testing.T) {
	rep, h := fullReport(asIs)
	var texts [2]string
	for i, color := range []bool{false, true} {
		o := textOptions()
		o.Color, o.Verbose = color, true
		var b bytes.Buffer
		if err := PlanText(&b, rep, h, o); err != nil {
			t.Fatal(err)
		}
		texts[i] = b.String()
	}
	for _, code := range []string{green, yellow, red, cyan, dim, "0"} {
		texts[1] = strings.ReplaceAll(texts[1], "\x1b["+code+"m", "")
	}
	if texts[0] != texts[1] {
		t.Error(cmp.Diff(texts[0], texts[1]))
	}
}

func TestPlanJSONGolden(t *testing.T) {
	rep, h := fullReport(asIs)
	data, err := json.MarshalIndent(Plan(rep, h), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.json", append(data, '\n'))
	var back PlanV1
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.MarshalIndent(back, "", "  ")
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("the document does not survive reading: %v", err)
	}
}

// The fields of the first version of the document: it only grows, so that each of these stays.
const planFields = `
applied as_of committer committer.date committer.email committer.name error exit fix fix.commits fix.kind fix.kind_from fix.left fix.pull_requests fix.pull_requests.commits fix.pull_requests.left fix.pull_requests.merge fix.pull_requests.number fix.subject fixes
left left.branch left.cause left.class left.hint left.line left.phase left.until left.verdict name operation policy policy.rev policy.source remote request request.fix request.version expect schema signing
targets targets.base targets.branch targets.bump targets.bump.commit targets.bump.companions targets.bump.files targets.bump.from targets.bump.ref targets.bump.skipped targets.bump.to
targets.bump.unhandled targets.cause targets.class targets.commits targets.error targets.error.code targets.error.hint targets.error.message
targets.gate targets.gate.baseline targets.gate.dependencies targets.gate.dependencies.floor targets.gate.dependencies.known targets.gate.dependencies.lineno
targets.gate.dependencies.name targets.gate.dependencies.path targets.gate.dependencies.version
targets.gate.dropped targets.gate.dropped.key targets.gate.dropped.lineno targets.gate.dropped.now targets.gate.dropped.path targets.gate.dropped.was targets.gate.ok targets.gate.pin_only
targets.gate.pins targets.gate.pins.baseline targets.gate.pins.key targets.gate.pins.level targets.gate.pins.lineno targets.gate.pins.now targets.gate.pins.path targets.gate.pins.role
targets.gate.pins.verdict targets.gate.pins.was targets.gate.unread targets.head targets.identity targets.left_out targets.line targets.phase
targets.picks targets.picks.commit targets.picks.conflicts targets.picks.conflicts.kind targets.picks.conflicts.message targets.picks.prerequisite targets.picks.why targets.picks.why.absent targets.picks.why.absent.path targets.picks.why.absent.deleted targets.picks.why.candidates targets.picks.why.candidates.commit
targets.picks.why.candidates.subject targets.picks.why.candidates.paths targets.picks.why.clean_with targets.picks.why.cut targets.picks.why.hint
targets.picks.conflicts.rule targets.picks.conflicts.blame targets.picks.conflicts.blame.commit targets.picks.conflicts.blame.subject
targets.picks.conflicts.hunks.blame targets.picks.conflicts.hunks.blame.commit targets.picks.conflicts.hunks.blame.subject targets.picks.conflicts.hunks.differ targets.picks.conflicts.hunks.hint
targets.picks.conflicts.path targets.picks.conflicts.stages
targets.picks.conflicts.hunks targets.picks.conflicts.hunks.lineno targets.picks.conflicts.hunks.lines
targets.picks.conflicts.stages.base targets.picks.conflicts.stages.base.mode targets.picks.conflicts.stages.base.oid targets.picks.conflicts.stages.base.path
targets.picks.conflicts.stages.ours targets.picks.conflicts.stages.ours.mode targets.picks.conflicts.stages.ours.oid targets.picks.conflicts.stages.ours.path
targets.picks.conflicts.stages.theirs targets.picks.conflicts.stages.theirs.mode targets.picks.conflicts.stages.theirs.oid targets.picks.conflicts.stages.theirs.path
targets.picks.facts targets.picks.differs targets.picks.differs.path targets.picks.differs.lines targets.picks.differs.lines.in targets.picks.differs.lines.text targets.picks.evidence targets.picks.evidence.commit targets.picks.evidence.evidence targets.picks.evidence.kind targets.picks.evidence.still targets.picks.evidence.strong targets.picks.rules targets.picks.rules.note targets.picks.rules.on_conflict targets.picks.rules.path targets.picks.source targets.picks.status targets.picks.tree targets.picks.via targets.picks.via_commit
targets.pr targets.pr.base targets.pr.body targets.pr.head targets.pr.title targets.present targets.present.commit targets.present.evidence targets.present.kind targets.present.still targets.present.strong targets.ref targets.status targets.tip targets.trial
targets.until targets.verdict targets.warnings version warnings`

func TestPlanFields(t *testing.T) {
	rep, h := fullReport(asIs)
	data, err := json.Marshal(Plan(rep, h))
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	var collect func(prefix string, v any)
	collect = func(prefix string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, sub := range v {
				found[prefix+k] = true
				collect(prefix+k+".", sub)
			}
		case []any:
			for _, sub := range v {
				collect(prefix, sub)
			}
		}
	}
	collect("", doc)
	want := strings.Fields(planFields)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(found))); diff != "" {
		t.Errorf("fields (-typed here +in the document):\n%s", diff)
	}
	for _, list := range []string{`"targets":null`, `"picks":null`, `"conflicts":null`, `"warnings":null`, `"commits":null`, `"left":null`, `"facts":null`} {
		if bytes.Contains(data, []byte(list)) {
			t.Errorf("the document says %s: an empty list is []", list)
		}
	}
}

// checkPlanText wants text that cannot act on a terminal, in the lines that plain text makes.
func checkPlanText(t *testing.T, s string) {
	t.Helper()
	hostile := func(plain string) string {
		if plain == "" {
			return ""
		}
		return plain + s
	}
	for _, o := range []TextOptions{{}, {Verbose: true}, {Width: 50, Verbose: true}, {Quiet: true}} {
		o.Short, o.Explain = shortID, explainTest
		var want, got bytes.Buffer
		rep, h := fullReport(asIs)
		if err := PlanText(&want, rep, h, o); err != nil {
			t.Fatal(err)
		}
		rep, h = fullReport(hostile)
		if err := PlanText(&got, rep, h, o); err != nil {
			t.Fatal(err)
		}
		checkText(t, s, got.String())
		if o.Width == 0 {
			if g, w := strings.Count(got.String(), "\n"), strings.Count(want.String(), "\n"); g != w {
				t.Fatalf("%q makes %d lines of %d:\n%s", s, g, w, got.String())
			}
		}
	}
	rep, h := fullReport(hostile)
	data, err := json.Marshal(Plan(rep, h))
	if err != nil || !json.Valid(data) || !utf8.Valid(data) {
		t.Fatalf("%q: the document is not JSON: %v", s, err)
	}
}

// checkText wants no rune that acts on a terminal or on its neighbours.
func checkText(t *testing.T, s, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("%q: the text is not UTF-8", s)
	}
	for _, r := range out {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs, unicode.Co) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Fatalf("%q: %U reaches the writer", s, r)
		}
	}
}

func TestHostileTextInPlans(t *testing.T) {
	for _, s := range payloads() {
		if len(s) < 1000 {
			checkPlanText(t, s)
		}
	}
}

func TestHostileTextInBranches(t *testing.T) {
	for _, s := range []string{"\x1b[31m", "a\nb", "\u202e", "\r", "\u0085", "\xff", "\u2028", "\x9b1m", "\a"} {
		rep, _ := fullReport(func(p string) string { return p + s })
		var lines []policy.Line
		for _, d := range rep.Selected.Left {
			lines = append(lines, d.Line)
		}
		doc := NewBranches(lines, rep.Selected.Left, BranchesHeader{PolicySource: "x" + s, Kind: policy.Kind("k" + s), Remote: s})
		var b bytes.Buffer
		if err := errors.Join(BranchesTable(&b, doc, TextOptions{Verbose: true}), BranchNames(&b, doc), BranchMatrix(&b, doc)); err != nil {
			t.Fatal(err)
		}
		checkText(t, s, b.String())
		if n := strings.Count(b.String(), "\n"); n != 9 { // two of the head, a heading, five lines, the matrix
			t.Errorf("%q: %d lines:\n%s", s, n, b.String())
		}
	}
}

func FuzzPlanText(f *testing.F) {
	for _, s := range payloads() {
		if len(s) < 100 {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) { checkPlanText(t, s) })
}

func TestPathJSON(t *testing.T) {
	for in, want := range map[string]string{"a/b": `"a/b"`, "é": `"é"`, "a\xff": `{"base64":"Yf8="}`, "": `""`, "a\"\n": `"a\"\n"`} {
		data, err := json.Marshal(Path(in))
		if err != nil || string(data) != want {
			t.Errorf("%q is %s, %v; want %s", in, data, err, want)
		}
		var back Path
		if err := json.Unmarshal(data, &back); err != nil || string(back) != in {
			t.Errorf("%s reads as %q, %v", data, back, err)
		}
	}
	var p Path
	for _, bad := range []string{`3`, `{"base64":"!"}`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &p); err == nil {
			t.Errorf("%s reads as %q", bad, p)
		}
	}
}
