package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
)

// A planRun is the making of a plan: what is asked, and how this run goes about it.
type planRun struct {
	operation.Request

	landing  bool                 // the commits are made to be landed, not to be shown
	noSearch bool                 // what conflicted targets lack is not looked for
	signing  string               // the format commits are signed in; "" when they are not
	held     []string             // lines that the policy's cadence does not bump, found while planning
	replayed *operation.Operation // whose plan is made again; nil when there is none
	settle   func(context.Context, *project.Project) ([]backport.Resolution, error)
	log      *operation.Log       // the operations on record
	prior    *operation.Operation // on the same commits, under the same name; nil when there is none
}

// pinned is the request with what was found for it: it asks for the same wherever refs point by then.
func (f *planRun) pinned(ctx context.Context, in *project.Project, fix backport.Fix, sel backport.Selection, ident *gitconfig.Ident) operation.Request {
	r := f.Request
	r.Version, r.Fix = operation.RequestVersion, nil
	r.To, r.Also, r.Skip = slices.Clone(f.To), slices.Clone(f.Also), slices.Clone(f.Skip)
	for _, part := range fix.Parts {
		r.Fix = append(r.Fix, part.Name())
	}
	r.Kind = pinnedKinds(fix)
	for i, text := range f.To {
		r.To[i] = pinnedLine(text, sel.To[i].Commits)
	}
	for i, text := range f.Also {
		r.Also[i] = pinnedLine(text, sel.Also[i].Commits)
	}
	r.Squash = false
	if fix.Squash {
		r.Squash = in.HasMerge(fix)
	}
	for i, text := range f.Skip {
		r.Skip[i] = pinnedLine(text, sel.Skip[i].Commits)
	}
	if rev, path, ok := strings.Cut(r.Policy, ":"); ok && !in.Rev.IsZero() && in.FullID(ctx, rev) == in.Rev.String() {
		r.Policy = in.Rev.String() + ":" + path
	}
	if r.Base == "auto" {
		r.Base = ""
	}
	r.AsOf = ""
	if len(f.Onto) == 0 {
		r.AsOf = in.AsOf.String()
	}
	if ident != nil {
		r.Date = "@" + ident.Date.String()
	}
	return r
}

// pinnedKinds is the value of --kind that gives each fix the kind it has now. A kind that the messages
// state need not be repeated.
func pinnedKinds(fix backport.Fix) string {
	stated := func(part backport.Part) bool {
		return part.KindFrom == backport.KindFromTrailer || part.KindFrom == backport.KindFromID
	}
	same := !slices.ContainsFunc(fix.Parts, func(p backport.Part) bool { return p.Kind != fix.Kind || stated(p) })
	if same {
		return string(fix.Kind)
	}
	var out []string
	for _, part := range fix.Parts {
		if !stated(part) {
			out = append(out, part.Commits[0].String()+"="+string(part.Kind))
		}
	}
	return strings.Join(out, ",")
}

// pinnedLine is LINE, or LINE:FIX with the commits' full ids.
func pinnedLine(text string, commits []gitops.ID) string {
	if len(commits) == 0 {
		return text
	}
	line, _, _ := strings.Cut(text, ":")
	return line + ":" + backport.Part{Commits: commits}.Name()
}

// keep has what an earlier operation made of a target stand where it would be made again the same: with
// --replace, and where commits are signed, which makes others of them each time.
func (f *planRun) keep(in *project.Project, rep *backport.Report) {
	if f.prior == nil || !f.Replace && f.signing == "" {
		return
	}
	var before []backport.Prior
	for _, t := range f.prior.Targets {
		if t.Status != operation.TargetReady || t.Head.IsZero() {
			continue
		}
		was := backport.Prior{Branch: t.Branch, Tip: t.Base, Commits: t.Commits}
		if t.BumpRef != "" {
			was.Bump = t.BumpCommit
		}
		before = append(before, was)
	}
	rep.Keep(in.Session, before)
}

// options turns flags and policy into the options of the pipeline.
func (a *app) options(ctx context.Context, in *project.Project, f *planRun, fix backport.Fix) (backport.Options, *gitconfig.Ident, error) {
	o := backport.Options{
		AsOf: in.AsOf, Main: in.Main, Remote: in.Remote, Name: f.Name, Onto: f.Onto, Mainline: f.Mainline, Squash: fix.Squash,
		MainFirst: in.Config.Policy.Rules.MainFirst, NoBump: f.NoBump, NoCascade: f.NoCascade, NoWhy: f.noSearch, WithPrerequisites: f.Prerequisites, StripPin: f.StripPin, Again: f.Again,
	}
	if o.Squash && o.Mainline == 0 {
		o.Mainline = 1
	}
	if o.Name == "" {
		o.Name = backport.DefaultName(fix.Commits[0])
	}
	if err := backport.CheckName(o.Name); err != nil {
		return o, nil, usageError(err, "")
	}
	var err error
	if o.Select, err = in.Selection(ctx, project.Choice{To: f.To, Also: f.Also, Skip: f.Skip, Reason: f.Reason}); err != nil {
		return o, nil, err
	}
	if err := in.StageOptions(&o); err != nil {
		return o, nil, err
	}
	ident, err := a.seal(in, f, &o)
	return o, ident, err
}

// seal decides who commits, and when: --date, GIT_COMMITTER_DATE, SOURCE_DATE_EPOCH, else now.
func (a *app) seal(in *project.Project, f *planRun, o *backport.Options) (*gitconfig.Ident, error) {
	switch {
	case f.Origin:
		o.Seal.Origin = backport.OriginYes
	case f.NoOrigin:
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
	if f.Date != "" {
		if ident.Date, err = gitconfig.ParseDate(f.Date, a.host.Now()); err != nil {
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
	if f.SignOff {
		o.Seal.SignOff = fmt.Sprintf("%s <%s>", ident.Name, ident.Email)
	}
	return &ident, a.signing(in, f, ident, o)
}
