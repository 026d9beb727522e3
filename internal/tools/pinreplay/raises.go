package main

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/msrv"
)

// raises picks each commit of main since a branch's point that raises rust-version onto every branch
// that was cut before it, and gates the result. A pick with conflicts is gated as well, with its markers;
// and each once more as if a person had resolved every conflict to main's side.
func (p *replay) raises(since string) error {
	from := ""
	for _, l := range p.lines {
		if l.branch == since {
			from = l.point
		}
	}
	if from == "" {
		return fmt.Errorf("no branch %q", since)
	}
	list, err := p.repo.text("rev-list", "--first-parent", "--reverse", "main", "^"+from, "--", "Cargo.toml")
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "commits of main that raise rust-version since %s left it\n", since)
	commits, picks, gated, resolved := 0, 0, 0, 0
	for commit := range strings.SplitSeq(list, "\n") {
		if commit == "" {
			continue
		}
		raised, err := p.raisesPin(commit)
		if err != nil {
			return err
		}
		if raised == "" {
			continue
		}
		commits++
		c, err := p.raiseOnBranches(commit)
		if err != nil {
			return err
		}
		picks += c.picks
		gated += c.gated
		resolved += c.resolved
		fmt.Fprintf(p.out, "%s %-18s older branches %2d, gated %2d (clean and raised %d, conflict and raised %d, conflict and unreadable %d); resolved to main's side: raised %d%s\n",
			commit[:12], raised, c.picks, c.gated, c.clean, c.raised, c.unreadable, c.resolved, c.note)
	}
	fmt.Fprintf(p.out, "%d commits, %d picks, %d gated; resolved to main's side: %d gated as raised\n", commits, picks, gated, resolved)
	return nil
}

// raisesPin returns "was -> now" where a commit raises the workspace's rust-version, else "".
func (p *replay) raisesPin(commit string) (string, error) {
	var readings [2]msrv.Reading
	for i, rev := range []string{commit + "^1", commit} {
		t := p.repo.tree(rev)
		readings[i] = msrv.ReadPins(t, []string{"Cargo.toml"}, msrv.Options{})
	}
	for _, f := range msrv.Gate(msrv.GateInput{Tip: readings[0], Result: readings[1]}).Findings {
		if strings.HasSuffix(f.Key, ".rust-version") && f.Outcome == msrv.Raised {
			return f.Was + " -> " + f.Now, nil
		}
	}
	return "", nil
}

// A tally counts what the gate said of one commit on all branches.
type tally struct {
	picks, gated              int
	clean, raised, unreadable int // of gated: clean picks; with conflicts, but the raise is seen; with conflicts in a pin file
	resolved                  int // gated as raised when conflicts go to main's side
	note                      string
}

// raiseOnBranches picks a commit onto the branches cut before it.
func (p *replay) raiseOnBranches(commit string) (tally, error) {
	var c tally
	paths, err := p.repo.changed(commit+"^1", commit)
	if err != nil {
		return c, err
	}
	for _, l := range p.lines {
		if _, code, err := p.repo.run("merge-base", "--is-ancestor", l.point, commit+"^1"); code != 0 {
			if code != 1 {
				return c, err
			}
			continue // cut after it
		}
		tree, clean, err := p.repo.merge(commit+"^1", l.tip, commit)
		if err != nil {
			return c, err
		}
		verdict, err := p.gate(l.point, l.tip, tree)
		if err != nil {
			return c, err
		}
		taken, err := p.gatePaths(l.point, l.tip, commit, paths)
		if err != nil {
			return c, err
		}
		c.picks++
		if raises(taken) {
			c.resolved++
		}
		switch {
		case verdict.OK:
			c.note += ", NOT GATED on " + l.branch
			continue
		case clean:
			c.clean++
		case raises(verdict):
			c.raised++
		default:
			c.unreadable++
		}
		c.gated++
		if p.verbose {
			p.show(commit[:12]+" onto "+l.branch, verdict)
		}
	}
	return c, nil
}

// raises reports whether a verdict stops for a rust-version that is raised, or that the branch never had.
func raises(v msrv.Verdict) bool {
	for _, f := range v.At(msrv.LevelStop) {
		if strings.HasSuffix(f.Key, ".rust-version") && (f.Cause == msrv.CauseRaised || f.Cause == msrv.CauseAdded) {
			return true
		}
	}
	return false
}
