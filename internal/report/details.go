package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// Why says in a few words why a target has its status, and why it is a target.
func Why(o backport.Outcome, t TextOptions) string {
	parts := []string{outcomeWhy(o, t)}
	if o.Target.Onto == "" {
		parts = append(parts, standing(o.Target))
	} else if o.Status == backport.StatusReady {
		parts = append(parts, "onto "+t.Short(o.Target.Tip))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

// outcomeWhy says in a few words why a target has its status.
func outcomeWhy(o backport.Outcome, t TextOptions) string {
	var parts []string
	switch o.Status {
	case backport.StatusPresent:
		parts = append(parts, presence(o, t))
	case backport.StatusProbable:
		parts = append(parts, "it may be there: "+presence(o, t))
	case backport.StatusEmpty:
		parts = append(parts, "the pick changes nothing, and nothing shows that the fix is there: look, then --skip "+argument(lineName(o))+" --reason …")
	case backport.StatusConflicted:
		parts = append(parts, conflictCount(o))
	case backport.StatusGated:
		parts = append(parts, gatedWhy(o, t))
	case backport.StatusRefused:
		parts = append(parts, streams.Clean(o.Target.Refused)+": --reason TEXT takes it all the same")
	case backport.StatusFailed:
		parts = append(parts, streams.Clean(t.Explain(o.Err).Message))
	case backport.StatusReady:
		if via := via(o); via != "" {
			parts = append(parts, "via "+via)
		}
	}
	return strings.Join(parts, "; ")
}

// via names the branches that a target's picks were taken from, besides main.
func via(o backport.Outcome) string {
	var names []string
	for _, k := range o.Picks {
		if k.Status == backport.PickClean && k.Via != "" && k.Via != "main" && !slices.Contains(names, k.Via) {
			names = append(names, k.Via)
		}
	}
	return streams.Clean(strings.Join(names, ", "))
}

func standing(t backport.Target) string {
	d := t.Decision
	s := string(d.Verdict)
	switch {
	case t.Trial:
		return "allowed: " + Standing(d) + "; --also " + argument(d.Name()) + " takes it"
	case t.Forced:
		s = "refused by the policy, taken for a reason"
	case d.Cause == policy.CauseNamedByUser:
		s = string(d.Verdict) + ", named"
	}
	if where := Standing(d); where != "" {
		s += ": " + where
	}
	return s
}

func lineName(o backport.Outcome) string {
	if o.Target.Onto != "" {
		return "LINE"
	}
	return o.Target.Decision.Name()
}

func presence(o backport.Outcome, t TextOptions) string {
	if o.Present == nil {
		return "the fix is there"
	}
	if o.Present.Commit.IsZero() {
		return streams.Clean(o.Present.How)
	}
	return "in " + t.Short(o.Present.Commit) + " (" + streams.Clean(o.Present.How) + ")"
}

func conflictCount(o backport.Outcome) string {
	n := 0
	for _, k := range o.Picks {
		n += len(k.Result.Conflicts)
	}
	if n == 1 {
		return "1 path needs a person"
	}
	return count(n, "path") + " need a person"
}

// details prints what a maintainer has to look at below a target's row.
func (p *page) details(o backport.Outcome) {
	for _, k := range o.Picks {
		for _, c := range k.Result.Conflicts {
			if o.Status != backport.StatusProbable && k.Status == backport.PickConflict && (o.Gate == nil || o.Gate.PinOnly.IsZero()) {
				p.printf("      %s: %s\n", streams.Clean(c.Path), Conflict(c.Kind, o.Target.Branch, c.Ours))
				if reason := k.Unsettled[c.Path]; reason != "" {
					p.printf("        %s\n", streams.Line(reason))
				}
				if p.o.Verbose && c.Message != "" {
					p.printf("        %s\n", p.paint(dim, streams.Line(c.Message)))
				}
				p.hunks(k.Hunks, c.Path)
				p.origins(k, c.Path)
			}
		}
		if o.Status == backport.StatusConflicted {
			p.why(k, o)
		}
		if k.Prerequisite && k.Status == backport.PickClean {
			p.printf("      takes %s along (kind %s), which is not part of the fix: the fix conflicts without it\n",
				p.o.Short(k.Source), streams.Clean(string(k.Kind)))
		}
		if k.Taken != "" && !p.o.Quiet {
			p.printf("      %s\n", streams.Line(k.Taken))
		}
		p.ruleDetails(k)
		if p.o.Verbose {
			for _, line := range k.Lines {
				p.printf("      %s\n", p.paint(dim, streams.Line(line)))
			}
		}
		p.differs(k)
	}
	if o.Gate == nil || o.Gate.PinOnly.IsZero() {
		p.hunksHint(o)
	}
	p.probably(o)
	p.gateDetails(o)
	if o.Bump != nil {
		p.bumpDetails(*o.Bump)
	}
	for _, w := range o.Target.Warnings {
		p.printf("      %s %s\n", p.paint(yellow, "warning:"), streams.Line(w))
	}
	if o.Err != nil {
		if hint := p.o.Explain(o.Err).Hint; hint != nil {
			p.printf("      hint: %s\n", streams.Clean(*hint))
		}
	}
	if p.o.Verbose && o.Status == backport.StatusReady && !o.Head.IsZero() {
		p.printf("      %s\n", p.paint(dim, o.Branch+" "+o.Head.String()))
	}
}

// ruleDetails prints each use of a path rule, as a warning where it leaves something out.
func (p *page) ruleDetails(k backport.Pick) {
	for _, u := range k.Rules {
		if u.Drops() {
			p.printf("      %s %s\n", p.paint(yellow, "warning:"), streams.Line(u.String()))
			continue
		}
		p.printf("      %s\n", streams.Line(u.String()))
	}
}

func (p *page) gateDetails(o backport.Outcome) {
	if o.Gate == nil {
		return
	}
	for _, f := range o.Gate.Findings {
		if f.Level < msrv.LevelWarn && !p.o.Verbose {
			continue
		}
		if f.Cause == msrv.CauseUnread {
			p.printf("      %s toolchain not read: %s\n", p.paint(yellow, "warning:"), streams.Line(Finding(f, o.Gate.Baseline)))
			continue
		}
		p.printf("      %s\n", streams.Line(Finding(f, o.Gate.Baseline)))
	}
	for _, line := range strippedLines(*o.Gate) {
		p.printf("      %s %s\n", p.paint(yellow, "warning:"), streams.Clean(line))
	}
	if o.Status == backport.StatusGated {
		p.printf("      %s\n", wayOut(o))
	}
	if p.o.Verbose {
		p.printf("      %s\n", p.paint(dim, "gate: compared with "+streams.Clean(o.Gate.Baseline)))
	}
}

// gatedWhy says what the gate stopped.
func gatedWhy(o backport.Outcome, t TextOptions) string {
	if o.Gate != nil && !o.Gate.PinOnly.IsZero() {
		return t.Short(o.Gate.PinOnly) + " does nothing but raise a toolchain pin: no release branch takes it"
	}
	return "a toolchain pin would rise"
}

// wayOut says how to go on with a target that the gate stopped.
func wayOut(o backport.Outcome) string {
	skip := "--skip " + argument(lineName(o)) + " --reason … leaves the branch out"
	switch {
	case !o.Gate.PinOnly.IsZero():
		return "to go on: leave that commit out of the fix"
	case o.Target.Onto != "" && len(o.Gate.Dropped)+len(o.Gate.Left) == 0:
		return "to go on: --strip-pin leaves the pin's change out of the fix"
	case len(o.Gate.Dropped)+len(o.Gate.Left) > 0:
		return "to go on: change the fix so that it does without the newer toolchain"
	}
	return "to go on: --strip-pin leaves the pin's change out of the fix; " + skip
}

// strippedLines say what --strip-pin left out, what it could not, and what follows.
func strippedLines(g backport.GateOutcome) []string {
	var out []string
	for _, d := range g.Dropped {
		out = append(out, fmt.Sprintf("%s:%d: left out %s", d.Path, d.Line, backport.Dropped(d)))
	}
	for _, l := range g.Left {
		out = append(out, fmt.Sprintf("%s:%d: %s could not be left out: %v", l.Path, l.Line, l.Key, l.Err))
	}
	if len(g.Dropped) > 0 {
		out = append(out, "without the pin the result was not built with the branch's toolchain: build it before you merge it")
	}
	return out
}

// Finding says what became of a pin: "Cargo.toml:12: rust-version 1.94.0 → 1.95.0 raised (branch point 1a2b3c4 has 1.94.0)".
func Finding(f msrv.Finding, baseline string) string {
	place := f.Path
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d", f.Path, f.Line)
	}
	if f.Problem != nil {
		return f.Problem.Error()
	}
	was, now := f.Was, f.Now
	if was == "" {
		was = "none"
	}
	if now == "" {
		now = "none"
	}
	if f.Cause == msrv.CauseDrift {
		return fmt.Sprintf("%s: %s %s: the branch has it already, above what %s has (%s)", place, f.Key, now, baseline, baselineWord(f.Baseline))
	}
	s := fmt.Sprintf("%s: %s %s → %s %s", place, f.Key, was, now, f.Outcome)
	if f.Part != msrv.PartShipped && f.Level >= msrv.LevelNotice {
		s += fmt.Sprintf(" (%s file)", f.Part)
	}
	if f.Baseline != "" {
		s += fmt.Sprintf(" (%s has %s)", baseline, f.Baseline)
	}
	return s
}

func baselineWord(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

func (p *page) bumpDetails(b release.Outcome) {
	if b.Waits != "" {
		p.printf("      no release yet: %s\n", streams.Clean(b.Waits))
	}
	switch {
	case b.Skipped != "" && p.o.Verbose:
		p.printf("      %s\n", p.paint(dim, "no bump: "+streams.Clean(b.Skipped)))
	case b.Skipped == "" && p.o.Verbose:
		p.printf("      %s\n", p.paint(dim, fmt.Sprintf("bump %s → %s in %s", streams.Clean(b.From), streams.Clean(b.To), count(len(b.Files), "file"))))
	}
	for _, text := range leftOut(b.Unhandled) {
		p.printf("      %s the line's last bumps changed %s, and this one does not\n", p.paint(yellow, "warning:"), streams.Clean(text))
	}
}

// maxLeftOut bounds the lines that name files which former bumps changed.
const maxLeftOut = 3

// leftOut names the files that former bumps changed, in few lines.
func leftOut(paths []string) []string {
	if len(paths) <= maxLeftOut {
		return paths
	}
	more := fmt.Sprintf("%s and %d more files", paths[maxLeftOut-1], len(paths)-maxLeftOut)
	return append(slices.Clone(paths[:maxLeftOut-1]), more)
}

// modeSymlink is git's mode of a symbolic link.
const modeSymlink = 0o120000

// Conflict says a kind of conflict in words. ours is what the branch has there; nil when it has nothing.
func Conflict(kind, branch string, ours *gitops.Stage) string {
	b := streams.Clean(branch)
	switch kind {
	case "content", "contents":
		if ours != nil && ours.Mode == modeSymlink {
			return "both changed where the link leads"
		}
		return "both changed the same lines"
	case "add/add":
		return "both added it, with different content"
	case "modify/delete":
		if ours != nil {
			return "changed on " + b + ", deleted by the fix"
		}
		return "deleted on " + b + ", changed by the fix"
	case "rename/delete":
		if ours != nil {
			return "renamed on " + b + ", deleted by the fix"
		}
		return "deleted on " + b + ", renamed by the fix"
	case "rename/rename":
		return "both renamed it, to different places"
	case "rename/add":
		return "renamed to a place where the other side added something"
	case "file/directory", "directory/file":
		return "a file on one side, a directory on the other"
	case "binary":
		return "both changed a binary file"
	case "submodule", "submodule not initialized":
		return "both changed the submodule"
	case "file location":
		return "the other side renamed the directory it was added to"
	case "distinct types", "distinct modes":
		return "of different types on both sides"
	case "":
		return "needs a person"
	}
	return streams.Clean(kind)
}
