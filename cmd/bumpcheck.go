package cmd

import (
	"context"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
)

// bumpCheck reports whether tree, tags and notes agree.
func (a *app) bumpCheck(ctx context.Context, f *bumpAsk) error {
	if err := f.checkArgs(); err != nil {
		return err
	}
	in, err := a.open(ctx, project.NeedPolicy)
	if err != nil {
		return err
	}
	var targets []release.Line
	if len(f.Lines) == 0 {
		targets, err = in.EqualPatchTargets(f.Skip)
	} else {
		targets, err = in.ReleaseTargets(f.Lines, f.Candidate || f.Release != "")
	}
	if err != nil {
		return err
	}
	opts := backport.Options{AsOf: in.AsOf, Main: in.Main}
	if err := in.StageOptions(&opts); err != nil {
		return err
	}
	var at gitops.ID
	if f.at != "" {
		if at, err = in.Repo.Resolve(ctx, f.at); err != nil {
			return err
		}
	}
	maker := opts.Maker(in.Session)
	lines := make([]report.CheckedLine, 0, len(targets))
	for _, t := range targets {
		c, err := maker.Check(t, at)
		if err != nil {
			return err
		}
		if c.Problem != nil {
			a.code = ExitRefused
		}
		lines = append(lines, report.CheckedLine{Branch: t.Branch, Tree: c.Tree, Last: c.Last, Next: c.Next, Problem: c.Problem})
	}
	if a.json {
		return a.writeJSON(report.BumpCheck(version(), lines, int(a.code)))
	}
	return report.BumpCheckText(a.streams.Out, lines)
}
