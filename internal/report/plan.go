package report

import (
	"encoding/json"
	"fmt"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/policy"
)

// A Header is what a plan's document says besides the report.
type Header struct {
	Verb         string // "plan" or "apply"
	Version      string
	PolicySource string // "main:backport.toml", "preset:wasmtime", "guessed", "none"
	PolicyRev    gitops.ID
	Signing      string // "none", or the format
	Committer    *CommitterV1
	Operation    string
	Request      operation.Request // that asks the same again
	Exit         int
	Explain      func(error) ErrorV1 // of a target's own failure
}

// Plan makes the document of a report.
func Plan(rep *backport.Report, h Header) PlanV1 {
	doc := PlanV1{
		Schema: Schema(h.Verb), Version: h.Version, AsOf: rep.Options.AsOf.String(),
		Warnings: validAll(rep.Warnings), Committer: h.Committer, Signing: h.Signing,
		Policy: PolicyV1{Source: h.PolicySource, Rev: oid(h.PolicyRev)},
		Remote: optional(rep.Options.Remote), Name: rep.Options.Name,
		Fix: FixV1{
			Commits: oids(rep.Fix.Commits), Kind: string(rep.Fix.Kind),
			KindFrom: string(rep.Fix.KindFrom), Subject: valid(rep.Fix.Subject), Requests: requestsV1(rep.Fix.Requests), Left: oids(rep.Fix.Left),
		},
		Fixes:   partsV1(rep.Fix),
		Targets: []TargetV1{}, Left: []LeftV1{}, Expect: rep.Digest(), Applied: rep.Applied,
		Operation: optional(h.Operation), Request: requestV1(h.Request), Exit: h.Exit,
	}
	for _, o := range rep.Outcomes {
		doc.Targets = append(doc.Targets, target(rep, o, h))
	}
	for _, d := range rep.Selected.Left {
		doc.Left = append(doc.Left, LeftV1{
			Line: d.Name(), Branch: optional(d.Branch), Class: optional(d.Class), Phase: optional(d.Phase),
			Until: until(d), Verdict: string(d.Verdict), Cause: string(d.Cause), Hint: optional(d.Detail),
		})
	}
	return doc
}

// requestV1 is a request that is valid UTF-8, as JSON wants it.
func requestV1(r operation.Request) operation.Request {
	data, err := json.Marshal(r)
	var out operation.Request
	if err != nil || json.Unmarshal(data, &out) != nil {
		return r // plain data: it always encodes
	}
	return out
}

func until(d policy.Decision) *string {
	if d.Until.IsZero() {
		return nil
	}
	return optional(d.Until.String())
}

func target(rep *backport.Report, o backport.Outcome, h Header) TargetV1 {
	d := o.Target.Decision
	t := TargetV1{
		Branch: valid(o.Target.Branch), Tip: o.Target.Tip.String(), Base: optional(o.Target.Ref),
		Status: string(o.Status), Identity: o.Identity(), Trial: o.Target.Trial, Head: oid(o.Head),
		Picks: []PickV1{}, LeftOut: leftPartsV1(o.Target), Commits: oids(o.Commits), Warnings: validAll(o.Target.Warnings),
		Gate: gate(o.Gate), Bump: bump(o.Bump),
	}
	if o.Target.Onto == "" {
		t.Line, t.Class, t.Phase, t.Until = optional(d.Name()), optional(d.Class), optional(d.Phase), until(d)
		t.Verdict, t.Cause = optional(string(d.Verdict)), optional(string(d.Cause))
	}
	if o.Status == backport.StatusReady {
		t.Ref = optional("refs/heads/" + o.Branch)
	}
	if o.Present != nil {
		t.Present = presentV1(*o.Present)
	}
	for _, k := range o.Picks {
		t.Picks = append(t.Picks, pick(k))
	}
	if pr := PullRequestOf(rep, o); pr != nil {
		t.PR = &PRV1{Base: valid(pr.Base), Head: valid(pr.Head), Title: Title(pr.Title), Body: Body(*pr)}
	}
	if o.Err != nil {
		e := h.Explain(o.Err)
		t.Error = &e
	}
	return t
}

func pick(k backport.Pick) PickV1 {
	p := PickV1{
		Source: k.Source.String(), Status: string(k.Status), Tree: oid(k.Result.Tree), Commit: oid(k.Commit),
		Via: valid(k.Via), ViaCommit: oid(k.ViaCommit), Conflicts: []ConflictV1{}, Rules: []RuleV1{}, Facts: validAll(k.Facts()), Why: whyV1(k.Why), Prerequisite: k.Prerequisite,
		Differs: differsV1(k.Differs),
	}
	if k.Evidence != nil {
		p.Evidence = presentV1(*k.Evidence)
	}
	for _, u := range k.Rules {
		p.Rules = append(p.Rules, RuleV1{Path: Path(u.Path), OnConflict: string(u.Rule), Note: optional(u.Note)})
	}
	for _, c := range k.Result.Conflicts {
		p.Conflicts = append(p.Conflicts, ConflictV1{
			Path: Path(c.Path), Kind: c.Kind, Message: valid(c.Message),
			Stages: StagesV1{Base: stage(c.Path, c.Base), Ours: stage(c.Path, c.Ours), Theirs: stage(c.Path, c.Theirs)},
			Hunks:  hunksV1(k.Hunks, c.Path), Blame: blameV1(k.Why, c.Path),
			Rule: optional(valid(k.Unsettled[c.Path])),
		})
	}
	return p
}

func stage(path string, s *gitops.Stage) *StageV1 {
	if s == nil {
		return nil
	}
	return &StageV1{Path: Path(path), Mode: fmt.Sprintf("%06o", s.Mode), OID: s.ID.String()}
}

func gate(g *backport.GateOutcome) *GateV1 {
	if g == nil {
		return nil
	}
	out := &GateV1{OK: g.OK, Unread: g.Unread, Baseline: valid(g.Baseline), Pins: []PinV1{}, Dropped: []DroppedV1{}, Dependencies: []DependencyV1{}}
	for _, f := range g.Findings {
		out.Pins = append(out.Pins, PinV1{
			Path: Path(f.Path), Lineno: f.Line, Key: valid(f.Key), Role: f.Role.String(), Baseline: valid(f.Baseline),
			Was: valid(f.Was), Now: valid(f.Now), Verdict: f.Outcome.String(), Level: f.Level.String(),
		})
	}
	out.PinOnly = oid(g.PinOnly)
	for _, d := range g.Dropped {
		out.Dropped = append(out.Dropped, DroppedV1{Path: Path(d.Path), Lineno: d.Line, Key: valid(d.Key), Was: valid(d.Was), Now: valid(d.Now)})
	}
	for _, d := range g.Dependencies {
		out.Dependencies = append(out.Dependencies, DependencyV1{
			Name: valid(d.Name), Version: valid(d.Version), Floor: optional(valid(d.Floor.String())), Known: d.Known.String(), Path: optional(valid(d.Path)), Lineno: d.Line,
		})
	}
	return out
}

func bump(b *release.Outcome) *BumpV1 {
	if b == nil {
		return nil
	}
	out := &BumpV1{
		From: valid(b.From), To: valid(b.To), Commit: oid(b.Commit), Files: paths(b.Files), Unhandled: paths(b.Unhandled),
		Companions: validAll(b.Companions), Skipped: optional(b.Skipped), Waits: valid(b.Waits),
	}
	if b.Branch != "" && b.Skipped == "" {
		out.Ref = optional("refs/heads/" + b.Branch)
	}
	return out
}

func paths(list []string) []Path {
	out := make([]Path, 0, len(list))
	for _, p := range list {
		out = append(out, Path(p))
	}
	return out
}
