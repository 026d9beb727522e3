package backport

import (
	"context"
	"errors"
	"fmt"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/policy"
)

// A BumpAsk is what the verb bump is asked for.
type BumpAsk struct {
	RC      bool   // the next candidate of a pending line
	Version string // this version; "" for the next one
	Day     policy.Date
	Kind    policy.Kind // of the release; "" is the strongest kind of the commits in it
	Entries bool        // write an entry of the notes for each commit that they do not speak of
	Reason  string      // why a release that the cadence or equal patching holds back is made all the same
	Policy  *policy.Policy
	Others  []Target // the lines that the policy requires to have security fixes; nil: they need not be equal
}

// A BumpLine is what became of one line.
type BumpLine struct {
	Target   Target
	Status   Status // ready, present (nothing to do), refused or failed
	Why      string // of present and refused
	Kind     policy.Kind
	Outcome  BumpOutcome
	Warnings []string
	Err      error // with StatusFailed alone
}

// A BumpPlan is a release commit for each of some lines.
type BumpPlan struct {
	Lines    []BumpLine
	Warnings []string
	Updates  []gitops.RefUpdate
	Verify   []gitops.RefVerify
}

// BumpLines makes the release commits of lines, each alone on its branch's tip, in memory.
func BumpLines(ctx context.Context, s *gitops.Session, targets []Target, ask BumpAsk, opts Options) (*BumpPlan, error) {
	r := newRunner(s, Fix{}, opts)
	r.exact = true
	out := &BumpPlan{}
	for _, t := range targets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l := r.bumpLine(ctx, t, ask)
		if l.Err != nil {
			l.Status = StatusFailed
		}
		out.Lines = append(out.Lines, l)
		if l.Status == StatusReady && !l.Outcome.Commit.IsZero() {
			out.Updates = append(out.Updates, gitops.RefUpdate{Name: "refs/heads/" + l.Outcome.Branch, New: l.Outcome.Commit})
			out.Verify = append(out.Verify, gitops.RefVerify{Name: t.Ref, Old: t.Tip})
		}
	}
	return out, nil
}

// bumpLine makes the release commit of one line, or says why there is none.
func (r *runner) bumpLine(ctx context.Context, t Target, ask BumpAsk) BumpLine {
	l := BumpLine{Target: t, Status: StatusReady}
	tree, err := r.session.TreeOf(t.Tip)
	if err != nil {
		l.Err = err
		return l
	}
	in := manifest.NextInput{RC: ask.RC, Force: ask.Version}
	next, anchor, err := r.nextOf(t, r.session.TreeFS(tree), in)
	if err != nil {
		l.Err = err
		return l
	}
	l.Outcome.From, l.Outcome.To, l.Outcome.Branch = next.From, next.Version, "bump/"+next.Version
	released, err := r.sinceRelease(ctx, t)
	if err != nil {
		l.Err = err
		return l
	}
	if l.Kind = ask.Kind; l.Kind == "" {
		l.Kind = released.kind(ask.Policy)
	}
	if l.Status, l.Why = r.mayBump(t, next, ask, l.Kind); l.Status != StatusReady {
		return l
	}
	if len(released.commits) == 0 && released.tagged {
		l.Warnings = append(l.Warnings, "nothing is new on "+t.Branch+" since "+t.Decision.LatestTag)
	}
	if ask.equal(l.Kind) {
		lacks, err := r.lacking(ctx, t, released, ask)
		if err != nil {
			l.Err = err
			return l
		}
		l.Warnings = append(l.Warnings, lacks.untraced...)
		if len(lacks.lines) > 0 && ask.Reason == "" {
			l.Status, l.Why = StatusRefused, lacks.String()
			return l
		}
	}
	l.Err = r.releaseCommit(ctx, &l, tree, anchor, next, released, ask)
	return l
}

// mayBump applies the rules that keep a line from being bumped.
func (r *runner) mayBump(t Target, next manifest.NextResult, ask BumpAsk, kind policy.Kind) (Status, string) {
	given := ask.Version != ""
	switch {
	case next.State == manifest.StateTagOnly || next.From == "":
		return StatusPresent, "no file holds the version: the tag of " + next.Version + " alone makes the release"
	case next.State == manifest.StatePending && !given:
		return StatusRefused, "the line is pending, and a candidate never becomes a release by accident: --rc makes the next candidate, --version " + next.Version + " the release"
	case r.opts.Bump.When == BumpNever && ask.Reason == "":
		return StatusRefused, `[bump] when = "never": the policy says that a tag alone makes the release; --reason TEXT overrides it`
	case r.opts.Bump.HeldBack[t.Decision.ID] != "":
		return StatusRefused, r.opts.Bump.HeldBack[t.Decision.ID]
	}
	if ask.RC || ask.Reason != "" || ask.Policy == nil {
		return StatusReady, ""
	}
	if first := ask.Policy.NextRelease(t.Decision.Line, kind); first.After(ask.Day) {
		return StatusRefused, fmt.Sprintf("the policy's cadence: %s was released on %s, so the next release (%s) not before %s; --reason TEXT overrides it",
			t.Decision.LatestTag, t.Decision.LatestDate, kind, first)
	}
	return StatusReady, ""
}

// releaseCommit makes the commit: the version in the files, the date in the notes.
func (r *runner) releaseCommit(ctx context.Context, l *BumpLine, tree gitops.ID, anchor manifest.Anchor, next manifest.NextResult, rel release, ask BumpAsk) error {
	t, files := l.Target, map[string][]byte{}
	fsys := r.session.TreeFS(tree)
	if next.Bump {
		res, err := manifest.Bump(fsys, manifest.BumpOptions{
			From: next.From, To: next.Version, Files: r.opts.Bump.Files, Lockstep: r.opts.Bump.Lockstep, Release: ask.Version != "",
		})
		if err != nil {
			return fmt.Errorf("bumping %s to %s: %w", t.Name(), next.Version, err)
		}
		for _, f := range res.Files {
			files[f.Path] = f.Data
			l.Outcome.Files = append(l.Outcome.Files, f.Path)
		}
		for _, c := range res.Companions {
			l.Outcome.Companions = append(l.Outcome.Companions, c.Name+" "+c.To)
		}
		l.Warnings = append(l.Warnings, res.Warnings...)
	}
	if ask.Entries {
		r.noteEntries(fsys, l, files, rel)
	}
	if !ask.RC {
		r.dateNotes(fsys, l, files, ask.Day)
	}
	if _, ok := files[r.opts.Notes.File]; ok {
		l.Outcome.Files = append(l.Outcome.Files, r.opts.Notes.File)
	}
	if len(files) == 0 {
		l.Status, l.Why = StatusPresent, next.Why
		return nil
	}
	former, err := r.formerBumps(ctx, t, anchor.Path)
	if err != nil {
		return err
	}
	l.Outcome.Unhandled = manifest.Unhandled(l.Outcome.Files, former...)
	made, err := r.session.ReplaceFiles(tree, files)
	if err != nil || r.opts.Seal.Committer == nil {
		return err
	}
	l.Outcome.Commit, err = r.sealBump(made, t.Tip, r.bumpMessage(t, next.Version))
	return err
}

// dateNotes marks the section of the version as released today. What cannot be dated is warned about.
func (r *runner) dateNotes(fsys *gitops.TreeFS, l *BumpLine, files map[string][]byte, day policy.Date) {
	name := r.opts.Notes.File
	if name == "" {
		return
	}
	warn := func(why string) {
		l.Warnings = append(l.Warnings, name+": not dated, "+why+": see to it by hand")
	}
	if d := r.opts.Notes.Date; d != "" && d != "%Y-%m-%d" {
		warn("the form of dates " + d + " is not known here")
		return
	}
	before, err := fsys.ReadFile(name)
	if err != nil {
		warn(err.Error())
		return
	}
	if written, ok := files[name]; ok {
		before = written
	}
	after, err := manifest.DateNotes(before, l.Outcome.To, day.String())
	switch {
	case errors.Is(err, manifest.ErrNotesVersion):
		warn("there is no section for " + l.Outcome.To + " yet (" + err.Error() + ")")
	case err != nil:
		warn(err.Error())
	case string(after) != string(before):
		files[name] = after
	}
}
