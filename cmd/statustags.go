package cmd

import (
	"context"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
)

// tagCommands are the commands that release what has landed: for each line to which an operation that has
// landed everywhere brought a version that its branch has now, and that no tag holds. Lines on which
// something of another operation is still to land are left out.
func (a *app) tagCommands(ctx context.Context, log *operation.Log, all []report.Stood) ([]string, error) {
	bumped, waiting := map[string]string{}, map[string]bool{} // by line: the version; and what is to land
	for _, st := range all {
		for _, t := range st.Targets {
			switch {
			case st.Op.Kind != operation.KindApply || t.Target.Line == "":
			case t.State != backport.StandingLanded && t.Target.Status != operation.TargetDropped && log.State(st.Op) == operation.StateApplied:
				waiting[t.Target.Line] = true
			case st.State == stateLanded && t.Target.BumpTo != "" && bumped[t.Target.Line] == "":
				bumped[t.Target.Line] = t.Target.BumpTo
			}
		}
	}
	var lines []string
	for line := range bumped {
		if !waiting[line] {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil, nil
	}
	in, err := a.open(ctx, project.NeedPolicy)
	if err != nil {
		return nil, err
	}
	return a.tagsOf(in, lines, bumped)
}

func (a *app) tagsOf(in *project.Project, names []string, bumped map[string]string) ([]string, error) {
	targets, err := in.ReleaseTargets(names, false)
	if err != nil {
		return nil, err
	}
	opts := backport.Options{AsOf: in.AsOf, Main: in.Main}
	if err := in.StageOptions(&opts); err != nil {
		return nil, err
	}
	maker := opts.Maker(in.Session)
	sign := "-a"
	if _, ok := in.Repo.Config.Get("user.signingkey"); ok {
		sign = "-s"
	}
	var out, tags []string
	for _, t := range targets {
		version := bumped[t.Decision.Name()]
		check, err := maker.Check(t, t.Tip)
		if err != nil {
			return nil, err
		}
		tag := in.Config.Policy.TagName(t.Decision.LatestTag, version)
		if check.Tree != version || check.Problem != nil || tag == "" || in.Released(t.Decision.ID, version) {
			continue
		}
		tags = append(tags, quoteArg(tag))
		out = append(out, "git"+a.inDir()+" tag "+sign+" -m "+quoteArg(in.Name()+" "+version)+" "+quoteArg(tag)+" "+t.Tip.String())
	}
	if len(out) == 0 {
		return nil, nil
	}
	if in.Remote != "" {
		push := "git" + a.inDir() + " push " + quoteArg(in.Remote)
		for _, tag := range tags {
			push += " " + tag
		}
		out = append(out, push)
	}
	return append(out, a.say("bump", "--check")+"  # passes when tree, tags and notes agree"), nil
}

// inDir is the part of a git command that has it run where this program was told to.
func (a *app) inDir() string {
	if a.dir == "" {
		return ""
	}
	return " -C " + quoteArg(a.dir)
}
