package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/git-backport/git-backport/internal/report"
)

// A tally counts what became of pairs of a fix and a branch.
type tally struct {
	pairs, clean int
	same         int // the tree is the maintainers'
	sameFiles    int // the files that conflict from main are the maintainers'
	unmarked     int // clean, and the report does not say by what
}

// A campaign is the replay of all fixes that are found.
type campaign struct {
	fixes, multi int
	by           map[string]int // pairs, by what their match rests on
	from         tally          // main alone
	there        int            // the branch has the fix already, as it stood
	failed       int
	each         []tally // of the variants
	best         tally   // later pairs, from the maintainers' commit on the next newer branch
	paths        map[string]int
	left         map[string]int // paths that conflict with all means, one branch after the other
}

// conflicts measures what each means against conflicts makes of real backports that conflict.
func (r *replay) conflicts() error {
	matches, err := r.matches()
	if err != nil {
		return err
	}
	c := &campaign{by: map[string]int{}, each: make([]tally, len(variants())), paths: map[string]int{}, left: map[string]int{}}
	for i, m := range matches {
		if r.limit > 0 && i >= r.limit {
			break
		}
		if err := r.replayFix(c, m); errors.Is(err, errStopped) {
			return err
		} else if err != nil {
			c.failed++
			fmt.Fprintf(os.Stderr, "replay: left out: %v\n", err)
		}
	}
	r.show(c)
	if n := c.unmarked(); n > 0 {
		return fmt.Errorf("%d clean results do not say by what", n)
	}
	return nil
}

// unmarked counts the results that are clean without a word by what.
func (c *campaign) unmarked() int {
	n := 0
	for _, t := range c.each {
		n += t.unmarked
	}
	return n
}

// replayFix plans one fix on its branches as they stood, with main alone and then with each means.
func (r *replay) replayFix(c *campaign, m match) error {
	for i := range m.landed {
		l := &m.landed[i]
		said, err := r.gitOut("show", "-s", "--format=%P %ct", l.commit)
		if err != nil {
			return err
		}
		var seconds int64
		if _, err := fmt.Sscan(said, &l.onto, &seconds); err != nil {
			return fmt.Errorf("commit %s: %w", l.commit, err)
		}
		if m.at == 0 || seconds < m.at {
			m.day, m.at = time.Unix(seconds, 0).UTC().Format(time.DateOnly), seconds
		}
	}
	s, err := r.set(m, nil)
	if err != nil {
		return err
	}
	alone, err := s.document("plan", false, "--no-cascade", "--no-why")
	if err != nil {
		return err
	}
	c.fixes++
	if len(m.landed) > 1 {
		c.multi++
	}
	var open []landing
	for i, l := range m.landed {
		c.by[l.by]++
		t := alone[l.branch]
		switch {
		case conflicted(t):
			c.from.pairs++
			l.conflicts = conflictedPaths(t)
			open = append(open, l)
			for _, p := range l.conflicts {
				c.paths[p]++
			}
			if i > 0 {
				if err := r.fromNewer(c, m.landed[i-1], l); err != nil {
					return err
				}
			}
		case t.Status == "present" || t.Status == "empty":
			c.there++
		default:
			if err := r.count(&c.from, t, l); err != nil {
				return err
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	if r.verbose {
		fmt.Fprintf(os.Stderr, "fix %d: %s\n", c.fixes, m.source)
		for _, l := range open {
			fmt.Fprintf(os.Stderr, "  %s, as %s: conflicts in %s\n", l.branch, l.commit, strings.Join(l.conflicts, ", "))
		}
	}
	return r.tryAll(c, m, s, open)
}

// tryAll runs each variant on the branches that conflict from main.
func (r *replay) tryAll(c *campaign, m match, s stage, open []landing) error {
	for i, v := range variants() {
		if v.landed {
			continue
		}
		targets, err := s.document("plan", v.rules, v.flags...)
		if err != nil {
			return err
		}
		for _, l := range open {
			if err := r.judge(c, i, s, l, targets[l.branch]); err != nil {
				return err
			}
		}
	}
	for i, v := range variants() {
		if !v.landed {
			continue
		}
		for _, l := range open {
			s, err := r.set(m, &l)
			if err != nil {
				return err
			}
			targets, err := s.document("plan", v.rules, v.flags...)
			if err != nil {
				return err
			}
			if err := r.judge(c, i, s, l, targets[l.branch]); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge counts what a variant made of a pair that conflicts from main.
func (r *replay) judge(c *campaign, variant int, s stage, l landing, t report.TargetV1) error {
	n := &c.each[variant]
	v := variants()[variant]
	if conflicted(t) {
		n.pairs++
		if v.landed && v.rules {
			for _, p := range conflictedPaths(t) {
				c.left[p]++
			}
		}
		return nil
	}
	marked := marks(t)
	if r.verbose {
		fmt.Fprintf(os.Stderr, "  %s, %s: %s\n", l.branch, v.name, strings.Join(marked, "; "))
	}
	if len(marked) == 0 || !told(t) {
		n.unmarked++
		fmt.Fprintf(os.Stderr, "replay: %s on %s is clean by %s, and the report does not say so\n", s.match.source, l.branch, v.name)
	}
	if err := r.count(n, t, l); err != nil {
		return err
	}
	same, err := r.sameFiles(s, v, l)
	if same {
		n.sameFiles++
	}
	return err
}

// count counts a clean pair, and whether its tree is the maintainers'.
func (r *replay) count(n *tally, t report.TargetV1, l landing) error {
	n.pairs++
	n.clean++
	theirs, err := r.gitOut("rev-parse", l.commit+"^{tree}")
	if err == nil && len(t.Picks) > 0 && t.Picks[len(t.Picks)-1].Tree != nil && *t.Picks[len(t.Picks)-1].Tree == theirs {
		n.same++
	}
	return err
}

// marks are what a document says of how a target came to be clean that conflicts from main.
func marks(t report.TargetV1) []string {
	var out []string
	for _, k := range t.Picks {
		if k.Via != "main" && k.Via != "" {
			out = append(out, "via "+k.Via)
		}
		for _, u := range k.Rules {
			out = append(out, "rule "+u.OnConflict+" for "+string(u.Path))
		}
		if k.Prerequisite {
			out = append(out, "takes "+k.Source+" along")
		}
	}
	return out
}

// told reports whether the text of the pull request names each mark too.
func told(t report.TargetV1) bool {
	if t.PR == nil {
		return t.Status != "ready"
	}
	for _, k := range t.Picks {
		if k.Via != "main" && k.Via != "" && !strings.Contains(t.PR.Body, "picked cleanly from its backport on `"+k.Via+"`") {
			return false
		}
		for _, u := range k.Rules {
			if !strings.Contains(t.PR.Body, string(u.Path)+": conflict settled by the policy's rule") {
				return false
			}
		}
		if k.Prerequisite && !strings.Contains(t.PR.Body, k.Source+", picked cleanly, no part of the fix") {
			return false
		}
	}
	return true
}

func conflicted(t report.TargetV1) bool { return t.Status == "conflicted" || t.Status == "failed" }

func conflictedPaths(t report.TargetV1) []string {
	var out []string
	for _, k := range t.Picks {
		for _, c := range k.Conflicts {
			out = append(out, string(c.Path))
		}
	}
	return out
}

// sameFiles applies a variant in the scratch clone, and reports whether the files that conflict from main
// are as the maintainers committed them.
func (r *replay) sameFiles(s stage, v variant, l landing) (bool, error) {
	r.applied++
	name := fmt.Sprintf("replay%d", r.applied)
	s.to = s.to[:1+slices.IndexFunc(s.to, func(o landing) bool { return o.branch == l.branch })]
	applied, err := s.document("apply", v.rules, append([]string{"--partial", "--name", name}, v.flags...)...)
	if err != nil || applied[l.branch].Head == nil {
		return false, err
	}
	args := append([]string{"--literal-pathspecs", "diff", "--name-only", "--no-renames", l.commit, *applied[l.branch].Head, "--"}, l.conflicts...)
	differs, err := r.gitIn(r.scratch, args...)
	return differs == "", err
}

// fromNewer takes the fix as the maintainers' commit on the next newer branch has it.
func (r *replay) fromNewer(c *campaign, newer, l landing) error {
	clean, tree, err := r.pickTree(newer.commit, l.onto)
	if err != nil {
		return err
	}
	c.best.pairs++
	if !clean {
		return nil
	}
	c.best.clean++
	theirs, err := r.gitOut("rev-parse", l.commit+"^{tree}")
	if err == nil && tree == theirs {
		c.best.same++
	}
	return err
}
