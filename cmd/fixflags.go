package cmd

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/policy"
)

// fixFlags are the flags that plan and apply share.
type fixFlags struct {
	kind, reason, date, name, published          string
	to, also, skip, onto                         []string
	mainline                                     int
	origin, noOrigin, signoff, sign              bool
	landing                                      bool // the commits are made to be landed, not to be shown
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

var (
	hashNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#([0-9]{1,9})$`) })
	prURL      = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^https?://[^/]+/[^/]+/[^/]+/(?:pull|pulls|-/merge_requests)/([0-9]{1,9})(?:[/#?].*)?$`)
	})
)

// resolveFix finds the commits that the arguments name, and the kind of the change.
func (a *app) resolveFix(ctx context.Context, w *workspace, f *fixFlags, args []string) (backport.Fix, error) {
	var fix backport.Fix
	if len(args) == 0 {
		return fix, usageError(errors.New("no fix is named"), "name a commit, a range, or a pull request: plan 1a2b3c4, plan A..B, plan '#123'")
	}
	seen := map[gitops.ID]bool{}
	for _, arg := range args {
		ids, err := a.resolveOne(ctx, w, arg)
		if err != nil {
			return fix, err
		}
		for _, id := range ids {
			if seen[id] {
				return fix, usageError(fmt.Errorf("commit %s is named twice", w.repo.Short(id)), "")
			}
			seen[id] = true
			fix.Commits = append(fix.Commits, id)
		}
	}
	var kinds []policy.Kind
	var from []backport.KindSource
	for i, id := range fix.Commits {
		c, err := w.session.Commit(id)
		if err != nil {
			return fix, err
		}
		if i == 0 {
			fix.Subject = gitops.Subject(gitops.MessageText(c))
		}
		k, src := backport.KindOf(c.Message)
		kinds, from = append(kinds, k), append(from, src)
		on := false
		if !w.main.Tip.IsZero() {
			if on, err = w.repo.IsAncestor(ctx, id, w.main.Tip); err != nil {
				return fix, err
			}
		}
		fix.OnMain = append(fix.OnMain, on)
	}
	return a.kindOf(w, f, fix, kinds, from)
}

func (a *app) kindOf(w *workspace, f *fixFlags, fix backport.Fix, kinds []policy.Kind, from []backport.KindSource) (backport.Fix, error) {
	if f.kind != "" {
		fix.Kind, fix.KindFrom = policy.Kind(f.kind), backport.KindFromFlag
	} else {
		fix.Kind = w.config.Policy.Strongest(kinds)
		for i, k := range kinds {
			if k == fix.Kind {
				fix.KindFrom = from[i]
				break
			}
		}
	}
	if !w.config.Policy.Known(fix.Kind) {
		known := make([]string, 0, 8)
		for _, k := range policy.Kinds() {
			known = append(known, string(k))
		}
		return fix, usageError(fmt.Errorf("kind %q is not known", fix.Kind), "known: "+strings.Join(known, ", ")+", and those the policy adds with [kind.NAME]")
	}
	return fix, nil
}

func (a *app) resolveOne(ctx context.Context, w *workspace, arg string) ([]gitops.ID, error) {
	var m []string
	switch { // most arguments are revisions, for which no pattern need be compiled
	case strings.HasPrefix(arg, "#"):
		m = hashNumber().FindStringSubmatch(arg)
	case strings.HasPrefix(arg, "http"):
		m = prURL().FindStringSubmatch(arg)
	}
	if m == nil {
		return w.repo.ResolveSource(ctx, arg)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return nil, usageError(err, "")
	}
	if w.main.Tip.IsZero() {
		return nil, usageError(fmt.Errorf("%s: there is no main branch to look for it on", arg), "name the commit")
	}
	id, err := w.repo.PullRequest(ctx, w.main.Tip, n)
	return []gitops.ID{id}, err
}

// options turns flags and policy into the options of the pipeline.
func (a *app) options(w *workspace, f *fixFlags, fix backport.Fix) (backport.Options, *gitconfig.Ident, error) {
	o := backport.Options{
		AsOf: w.asOf, Main: w.main, Remote: w.remote, Name: f.name, Onto: f.onto, Mainline: f.mainline,
		MainFirst: w.config.Policy.Rules.MainFirst, Partial: f.partial, NoBump: f.noBump, NoCascade: f.noCascade, NoWhy: f.noWhy, WithPrerequisites: f.prerequisites, StripPin: f.stripPin,
	}
	if o.Name == "" {
		o.Name = backport.DefaultName(fix.Commits[0])
	}
	if err := backport.CheckName(o.Name); err != nil {
		return o, nil, usageError(err, "")
	}
	var err error
	if o.Select, err = a.selection(w, f); err != nil {
		return o, nil, err
	}
	if err := w.adapt(&o); err != nil {
		return o, nil, err
	}
	ident, err := a.seal(w, f, &o)
	return o, ident, err
}

func (a *app) selection(w *workspace, f *fixFlags) (backport.Selection, error) {
	sel := backport.Selection{Reason: strings.TrimSpace(f.reason)}
	parse := func(list []string, to *[]policy.LineID) error {
		for _, text := range list {
			id, err := w.config.Policy.ParseLine(text)
			if err != nil {
				return usageError(err, "git backport branches lists the lines")
			}
			*to = append(*to, id)
		}
		return nil
	}
	if err := parse(f.to, &sel.To); err != nil {
		return sel, err
	}
	if err := parse(f.also, &sel.Also); err != nil {
		return sel, err
	}
	for _, text := range f.skip {
		line, rev, hasRev := strings.Cut(text, ":")
		id, err := w.config.Policy.ParseLine(line)
		if err != nil {
			return sel, usageError(err, "git backport branches lists the lines")
		}
		s := backport.Skip{Line: id}
		if hasRev {
			if s.Commit, err = w.repo.Resolve(context.Background(), rev); err != nil {
				return sel, err
			}
		}
		sel.Skip = append(sel.Skip, s)
	}
	return sel, nil
}

// seal decides who commits, and when: --date, GIT_COMMITTER_DATE, SOURCE_DATE_EPOCH, else now.
func (a *app) seal(w *workspace, f *fixFlags, o *backport.Options) (*gitconfig.Ident, error) {
	switch {
	case f.origin:
		o.Seal.Origin = backport.OriginYes
	case f.noOrigin:
		o.Seal.Origin = backport.OriginNo
	}
	o.Seal.Trailers = w.repo.TrailerRules()
	ident, err := w.repo.Config.Ident(w.env, gitconfig.Committer, a.host.Now())
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
	return &ident, a.signing(w, f, ident, o)
}
