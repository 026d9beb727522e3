package cmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/project"
)

// fixFlags are the flags that plan and apply share.
type fixFlags struct {
	kind, reason, date, name, published          string
	to, also, skip, onto                         []string
	mainline                                     int
	origin, noOrigin, signoff, sign              bool
	landing                                      bool   // the commits are made to be landed, not to be shown
	signing                                      string // the format commits are signed in; "" when they are not
	partial, verify, noCascade, noBump, stripPin bool
	noWhy, prerequisites                         bool
	unsupported                                  map[string]*bool
	recordFlags
}

func (f *fixFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.kind, "kind", "", "the `KIND` of the change: security, critical, bugfix, dependency, ci, docs, feature, or one of the policy's")
	fs.StringSliceVar(&f.to, "to", nil, "exactly these `LINE`s")
	fs.StringSliceVar(&f.also, "also", nil, "these `LINE`s too")
	fs.StringSliceVar(&f.skip, "skip", nil, "not this `LINE`, or with LINE:REV not this commit on it")
	fs.StringSliceVar(&f.onto, "onto", nil, "onto any commit-ish `REV`, the policy left aside")
	fs.StringVar(&f.reason, "reason", "", "why a refused line is taken or a line is skipped; recorded")
	fs.IntVarP(&f.mainline, "mainline", "m", 0, "the parent `N` that a merge commit is a change to")
	fs.BoolVarP(&f.origin, "x", "x", false, "add \"(cherry picked from commit …)\" (default when main has the commit)")
	fs.BoolVar(&f.noOrigin, "no-x", false, "do not add it")
	fs.BoolVarP(&f.signoff, "signoff", "s", false, "add a Signed-off-by line")
	fs.BoolVarP(&f.sign, "gpg-sign", "S", false, "sign the commits")
	fs.StringVar(&f.date, "date", "", "committer `DATE` of the new commits")
	fs.StringVar(&f.name, "name", "", "the `NAME` in backport/NAME/BRANCH (default: 12 digits of the first commit)")
	fs.BoolVar(&f.partial, "partial", false, "create the ready branches though others are not ready; the exit code stays 3 or 5")
	fs.BoolVar(&f.verify, "verify-with-git", false, "let git (2.41 or newer) repeat each pick; a difference refuses the target")
	fs.BoolVar(&f.noCascade, "no-cascade", false, "do not take a pick that conflicts from the next newer branch's version of it")
	fs.BoolVar(&f.noWhy, "no-why", false, "do not look for the commits of main that a conflicted target lacks")
	fs.BoolVar(&f.prerequisites, "with-prerequisites", false, "take along, where a target conflicts, the commits of main that make it clean")
	fs.BoolVar(&f.noBump, "no-bump", false, "do not bump versions")
	fs.BoolVar(&f.stripPin, "strip-pin", false, "leave out of the fix what raises a toolchain pin; recorded in the commit and the report")
	fs.StringVar(&f.published, "published", "", "the `DAY` the change became public, for the policy's soak time")
	cmd.MarkFlagsMutuallyExclusive("x", "no-x")
	cmd.MarkFlagsMutuallyExclusive("onto", "to")
	cmd.MarkFlagsMutuallyExclusive("onto", "also")
	f.recordFlags.add(cmd)
	f.refuse(cmd)
}

// refuse takes the flags of git cherry-pick that have no place here, to say why.
func (f *fixFlags) refuse(cmd *cobra.Command) {
	fs := cmd.Flags()
	f.unsupported = map[string]*bool{}
	var sink string
	fs.StringVarP(&sink, "strategy-option", "X", "", "")
	fs.StringVar(&sink, "strategy", "", "")
	for name, short := range map[string]string{"edit": "e", "ff": ""} {
		f.unsupported[name] = fs.BoolP(name, short, false, "")
	}
	for _, name := range []string{"strategy-option", "strategy", "edit", "ff"} {
		_ = fs.MarkHidden(name)
	}
}

func (f *fixFlags) check(cmd *cobra.Command) error {
	for _, r := range []struct{ flag, why string }{
		{"strategy-option", "-X would settle conflicts in a way that git cherry-pick without it does not, and nobody would see it"},
		{"strategy", "there is one way to merge here, git's own default"},
		{"edit", "-e needs an editor and a person at each commit; the message is taken as it is"},
		{"ff", "--ff would make the release branch contain main's commits; each pick is a commit of its own"},
	} {
		if cmd.Flags().Changed(r.flag) {
			return usageError(fmt.Errorf("--%s is not offered: %s", r.flag, r.why), "")
		}
	}
	if f.noWhy && f.prerequisites {
		return usageError(errors.New("--with-prerequisites takes what a search finds, and --no-why leaves the search out"), "give one of them")
	}
	if f.mainline < 0 {
		return usageError(fmt.Errorf("-m %d: want the number of a parent, counted from 1", f.mainline), "")
	}
	return nil
}

// options turns flags and policy into the options of the pipeline.
func (a *app) options(ctx context.Context, in *project.Project, f *fixFlags, fix backport.Fix) (backport.Options, *gitconfig.Ident, error) {
	o := backport.Options{
		AsOf: in.AsOf, Main: in.Main, Remote: in.Remote, Name: f.name, Onto: f.onto, Mainline: f.mainline,
		MainFirst: in.Config.Policy.Rules.MainFirst, Partial: f.partial, NoBump: f.noBump, NoCascade: f.noCascade, NoWhy: f.noWhy, WithPrerequisites: f.prerequisites, StripPin: f.stripPin,
	}
	if o.Name == "" {
		o.Name = backport.DefaultName(fix.Commits[0])
	}
	if err := backport.CheckName(o.Name); err != nil {
		return o, nil, usageError(err, "")
	}
	var err error
	if o.Select, err = in.Selection(ctx, project.Choice{To: f.to, Also: f.also, Skip: f.skip, Reason: f.reason}); err != nil {
		return o, nil, err
	}
	if err := in.StageOptions(&o); err != nil {
		return o, nil, err
	}
	ident, err := a.seal(in, f, &o)
	return o, ident, err
}

// seal decides who commits, and when: --date, GIT_COMMITTER_DATE, SOURCE_DATE_EPOCH, else now.
func (a *app) seal(in *project.Project, f *fixFlags, o *backport.Options) (*gitconfig.Ident, error) {
	switch {
	case f.origin:
		o.Seal.Origin = backport.OriginYes
	case f.noOrigin:
		o.Seal.Origin = backport.OriginNo
	}
	o.Seal.Trailers = in.Repo.TrailerRules()
	ident, err := in.Repo.Config.Ident(in.Env, gitconfig.Committer, a.host.Now())
	var none *gitconfig.IdentityError
	if errors.As(err, &none) && none.Field != "date" {
		return nil, nil //nolint:nilnil // no identity is an answer: plan works without one
	}
	if err != nil {
		return nil, err
	}
	if f.date != "" {
		if ident.Date, err = gitconfig.ParseDate(f.date, a.host.Now()); err != nil {
			return nil, usageError(fmt.Errorf("--date: %w", err), "")
		}
	} else if epoch := a.host.getenv("SOURCE_DATE_EPOCH"); epoch != "" && a.host.getenv("GIT_COMMITTER_DATE") == "" {
		n, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return nil, usageError(fmt.Errorf("SOURCE_DATE_EPOCH %q: want seconds since 1970", epoch), "")
		}
		ident.Date = gitconfig.DateOf(time.Unix(n, 0).UTC())
	}
	o.Seal.Committer = []byte(ident.String())
	if f.signoff {
		o.Seal.SignOff = fmt.Sprintf("%s <%s>", ident.Name, ident.Email)
	}
	return &ident, a.signing(in, f, ident, o)
}
