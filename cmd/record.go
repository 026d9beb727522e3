package cmd

import (
	"context"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

// recall takes from an earlier operation on the same commits what makes this one the same: the date of
// its commits, when none is given, and under embargo the random name.
func (a *app) recall(in *project.Project, f *planRun, fix backport.Fix) error {
	log, err := in.Operations()
	if err != nil {
		in.Warnings = append(in.Warnings, err.Error())
		log = &operation.Log{}
	}
	f.log = log
	name := f.Name
	if name == "" && !f.Embargo {
		name = backport.DefaultName(fix.Commits[0])
	}
	op := log.For(fix.Commits, name)
	if f.prior = op; op != nil && f.settle == nil { // what persons made of its conflicts is a part of it
		f.settle = func(context.Context, *project.Project) ([]backport.Resolution, error) { return resolutions(op), nil }
	}
	if f.Embargo && f.Name == "" {
		if op != nil {
			f.Name = op.Name
		} else {
			id, err := operation.NewID()
			if err != nil {
				return err
			}
			f.Name = id[:12]
		}
	}
	dated := f.Date != "" || a.host.getenv("GIT_COMMITTER_DATE") != "" || a.host.getenv("SOURCE_DATE_EPOCH") != ""
	if op != nil && !dated && !f.Replace && op.Date() != "" {
		f.Date = "@" + op.Date()
	}
	return nil
}

// record makes the record of a plan. Under embargo nothing in it is taken from the fix but ids and the
// paths of conflicts.
func (p *plannedFix) record(f *planRun) (*operation.Operation, error) {
	id, err := operation.NewID()
	if err != nil {
		return nil, err
	}
	op := &operation.Operation{
		ID: id, Kind: operation.KindApply, Name: p.report.Options.Name, Embargo: f.Embargo, Sources: p.report.Fix.Commits,
		Policy: operation.Policy{Source: p.header.PolicySource, Rev: p.project.Rev}, Committer: p.ident.String(),
		Remote: p.report.Options.Remote, Main: p.project.Main.Ref, Targets: []operation.Target{}, Changes: []operation.Change{},
	}
	if len(p.report.Options.Onto) == 0 {
		op.AsOf = p.report.Options.AsOf.String()
	}
	asked := p.header.Request
	asked.Date, asked.AsOf = "", "" // the record has them
	if f.Embargo {
		op.Committer = p.ident.Date.String()
		withhold(&asked, p.report)
		op.Held = f.held
	}
	op.Request = &asked
	for _, o := range p.report.Outcomes {
		if !o.Target.Trial {
			t := recordTarget(o)
			t.PR = recordPR(p.report, o)
			t.Required = t.Required && !f.Embargo
			if f.prior != nil {
				t.Resolved = keptResolutions(f.prior, t)
			}
			op.Targets = append(op.Targets, t)
			op.SetText(t.Ref, requestText(p.report, o))
		}
	}
	op.Targets = append(op.Targets, p.leftOut(f.Embargo)...)
	return op, nil
}

// keptResolutions are what persons made of a target's conflicts in an operation before, on the same tip.
func keptResolutions(prior *operation.Operation, t operation.Target) []operation.Resolved {
	if was := prior.Target(t.Branch); was != nil && was.Base == t.Base {
		return was.Resolved
	}
	return nil
}

// requestText is the body of a target's pull request; "" when it gets none.
func requestText(rep *backport.Report, o backport.Outcome) string {
	pr := report.PullRequestOf(rep, o)
	if pr == nil {
		return ""
	}
	return report.Body(*pr)
}

func recordTarget(o backport.Outcome) operation.Target {
	t := operation.Target{
		Branch: o.Target.Branch, BaseRef: o.Target.Ref, Base: o.Target.Tip, Status: string(o.Status),
		Head: o.Head, Commits: append([]gitops.ID{}, o.Commits...), Required: o.Target.Onto == "" && o.Target.Decision.Verdict == policy.Required,
	}
	for _, part := range o.Target.Left {
		t.Left = append(t.Left, part.Commits...)
	}
	if o.Target.Onto == "" || o.Target.Decision.First != nil {
		t.Line = o.Target.Decision.Name()
	}
	if (o.Status == backport.StatusEmpty || o.Status == backport.StatusProbable) && !o.NeedsPerson() {
		t.Status = operation.TargetPresent // nothing to do there, and nobody is needed
	}
	if o.Status == backport.StatusReady || o.Status == backport.StatusConflicted {
		t.Ref = "refs/heads/" + o.Branch
	}
	if o.Bump != nil && o.Bump.Skipped == "" {
		t.BumpTo, t.BumpCommit = o.Bump.To, o.Bump.Commit
		if o.Bump.Branch != "" {
			t.BumpRef = "refs/heads/" + o.Bump.Branch
		}
	}
	for _, k := range o.Picks {
		if k.Status != backport.PickConflict {
			continue
		}
		t.Ours, t.Markers = k.Ours, k.Result.Tree
		for _, c := range k.Result.Conflicts {
			t.Conflicts = append(t.Conflicts, operation.Conflict{
				Source: k.Source, Path: []byte(c.Path), Kind: c.Kind, Base: operation.StageOf(c.Base), Ours: operation.StageOf(c.Ours), Theirs: operation.StageOf(c.Theirs),
			})
		}
	}
	return t
}

// recordPR is what a record keeps of a target's pull request.
func recordPR(rep *backport.Report, o backport.Outcome) *operation.PR {
	pr := report.PullRequestOf(rep, o)
	if pr == nil {
		return nil
	}
	return &operation.PR{
		Base: pr.Base, Head: pr.Head, Title: report.Title(pr.Title), Draft: pr.Draft, Labels: pr.Labels,
		Reviewers: pr.Reviewers, Assignees: pr.Assignees, Milestone: pr.Milestone, AutoMerge: pr.AutoMerge, Comment: pr.Comment,
	}
}
