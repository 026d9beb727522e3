package release

import (
	"context"
	"errors"
	"fmt"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/internal/notes"
	"github.com/git-backport/git-backport/policy"
)

// An Ask is what the verb bump is asked for.
type Ask struct {
	RC      bool   // the next candidate of a pending line
	Version string // this version; "" for the next one
	Day     policy.Date
	Kind    policy.Kind // of the release; "" is the strongest kind of the commits in it
	Entries bool        // write an entry of the notes for each commit that they do not speak of
	Reason  string      // why a release that the cadence or equal patching holds back is made all the same
	Policy  *policy.Policy
	Others  []Line // the lines that the policy requires to have security fixes; nil: they need not be equal
}

// A Status is what became of one line.
type Status string

// The statuses of a line. Only Failed carries an error.
const (
	Ready   Status = "ready"
	Present Status = "present" // there is nothing to do
	Refused Status = "refused" // the policy holds it back
	Failed  Status = "failed"
)

// A LinePlan is what becomes of one line.
type LinePlan struct {
	Line     Line
	Status   Status
	Why      string // of Present and Refused
	Kind     policy.Kind
	Outcome  Outcome
	Warnings []string
	Err      error // with Failed alone
}

// A Plan is a release commit for each of some lines.
type Plan struct {
	Lines    []LinePlan
	Warnings []string
	Updates  []gitops.RefUpdate
	Verify   []gitops.RefVerify
}

// Plan makes the release commits of lines, each alone on its branch's tip, in memory.
func (m Maker) Plan(ctx context.Context, lines []Line, ask Ask) (*Plan, error) {
	out := &Plan{}
	for _, line := range lines {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l := LinePlan{Line: line, Status: Ready}
		if l.Err = m.planLine(ctx, &l, ask); l.Err != nil {
			l.Status = Failed
		}
		out.Lines = append(out.Lines, l)
		if l.Status == Ready && !l.Outcome.Commit.IsZero() {
			out.Updates = append(out.Updates, gitops.RefUpdate{Name: "refs/heads/" + l.Outcome.Branch, New: l.Outcome.Commit})
			out.Verify = append(out.Verify, gitops.RefVerify{Name: line.Ref, Old: line.Tip})
		}
	}
	return out, nil
}

// planLine makes the release commit of one line, or says why there is none.
func (m Maker) planLine(ctx context.Context, l *LinePlan, ask Ask) error {
	tree, err := m.Session.TreeOf(l.Line.Tip)
	if err != nil {
		return err
	}
	next, found, err := m.next(l.Line, m.Session.TreeFS(tree), manifest.NextInput{RC: ask.RC, Force: ask.Version})
	if err != nil {
		return err
	}
	l.Outcome.From, l.Outcome.To, l.Outcome.Branch = next.From, next.Version, "bump/"+next.Version
	since, err := m.sinceRelease(ctx, l.Line)
	if err != nil {
		return err
	}
	if l.Kind = ask.Kind; l.Kind == "" {
		l.Kind = since.kind(ask.Policy)
	}
	if l.Status, l.Why = m.mayBump(l.Line, next, ask, l.Kind); l.Status != Ready {
		return nil
	}
	byTag := next.State == manifest.StateTagOnly || next.From == ""
	if byTag {
		l.Warnings = append(l.Warnings, leftWarnings(found.left)...)
	}
	if len(since.ids) == 0 && since.tagged {
		l.Warnings = append(l.Warnings, "nothing is new on "+l.Line.Branch+" since "+l.Line.Decision.LatestTag)
	}
	if ask.equal(l.Kind) {
		lacks, err := m.lacking(ctx, l.Line, since, ask)
		if err != nil {
			return err
		}
		l.Warnings = append(l.Warnings, lacks.untraced...)
		if len(lacks.lines) > 0 && ask.Reason == "" {
			l.Status, l.Why = Refused, lacks.String()
			return nil
		}
	}
	if byTag {
		l.Status, l.Why = Present, "no file holds the version: the tag of "+next.Version+" alone makes the release"
		return nil
	}
	return m.commit(ctx, l, tree, found.Anchor, next, since, ask)
}

// mayBump applies the rules that keep a line from being bumped.
func (m Maker) mayBump(line Line, next manifest.NextResult, ask Ask, kind policy.Kind) (Status, string) {
	given := ask.Version != ""
	switch {
	case next.State == manifest.StatePending && !given:
		return Refused, "the line is pending, and a candidate never becomes a release by accident: " +
			"--rc makes the next candidate, --version " + next.Version + " the release"
	case m.Rule.When == WhenNever && ask.Reason == "" && next.From != "":
		return Refused, `[bump] when = "never": the policy says that a tag alone makes the release; --reason TEXT overrides it`
	case m.Rule.HeldBack[line.Decision.ID] != "":
		return Refused, m.Rule.HeldBack[line.Decision.ID]
	}
	if ask.RC || ask.Reason != "" || ask.Policy == nil {
		return Ready, ""
	}
	if first := ask.Policy.NextRelease(line.Decision.Line, kind); first.After(ask.Day) {
		return Refused, fmt.Sprintf(
			"the policy's cadence: %s was released on %s, so the next release (%s) not before %s; --reason TEXT overrides it",
			line.Decision.LatestTag, line.Decision.LatestDate, kind, first)
	}
	return Ready, ""
}

// commit makes the commit: the version in the files, the date in the notes.
func (m Maker) commit(
	ctx context.Context, l *LinePlan, tree gitops.ID, anchor manifest.Anchor, next manifest.NextResult, since commits, ask Ask,
) error {
	b := Bump{Outcome: l.Outcome, Warnings: l.Warnings}
	defer func() { l.Outcome, l.Warnings = b.Outcome, b.Warnings }()
	files := map[string][]byte{}
	fsys := m.Session.TreeFS(tree)
	if next.Bump {
		res, err := m.manifests(l.Line, tree, next, ask.Version != "")
		if err != nil {
			return err
		}
		b.note(res, files)
	}
	if ask.Entries {
		m.noteEntries(l.Line, fsys, &b, files, since)
	}
	if !ask.RC {
		m.dateNotes(l.Line, fsys, &b, files, ask.Day)
	}
	if name := m.notesFile(l.Line, b.Outcome.To); files[name] != nil {
		b.Outcome.Files = append(b.Outcome.Files, name)
	}
	if len(files) == 0 {
		l.Status, l.Why = Present, next.Why
		return nil
	}
	err := m.finish(ctx, l.Line, &b, tree, files, anchor.Path)
	if err != nil || m.Committer == nil {
		return err
	}
	b.Outcome.Commit, err = m.Seal(b, l.Line.Tip)
	return err
}

// notesFile returns the path of a release's notes: one file for all, or one for each by {version} or {line}.
func (m Maker) notesFile(line Line, version string) string {
	return Fill(m.Notes.File, map[string]string{"version": version, "line": line.Decision.Name()})
}

// dateNotes marks the section of the version as released today. What cannot be dated is warned about.
func (m Maker) dateNotes(line Line, fsys *gitops.TreeFS, b *Bump, files map[string][]byte, day policy.Date) {
	name := m.notesFile(line, b.Outcome.To)
	if name == "" {
		return
	}
	warn := func(why string) {
		b.Warnings = append(b.Warnings, name+": not dated, "+why+": see to it by hand")
	}
	before, err := fsys.ReadFile(name)
	if err != nil {
		warn(err.Error())
		return
	}
	if written, ok := files[name]; ok {
		before = written
	}
	after, err := notes.Date(before, b.Outcome.To, day.String(), m.Notes.Date)
	switch {
	case errors.Is(err, notes.ErrVersion):
		warn("there is no section for " + b.Outcome.To + " yet (" + err.Error() + ")")
	case err != nil:
		warn(err.Error())
	case string(after) != string(before):
		files[name] = after
	}
}
