package propose

import (
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/policy"
)

const (
	// maxMissed is how many times the other older lines may have been patched without a line that is kept.
	maxMissed = 2
	// keptDays is how long ago a line that the rule has ended may have been patched to be kept.
	keptDays = 183
	// workDays is how far back work on a branch is looked at, and leastWork how many commits of that time count
	// as work: at least these, and at least a quarter of what the supported lines had.
	workDays  = 90
	leastWork = 3
	workShare = 4
)

// keep adds rows for lines that are looked after though the rule has ended them: they were patched after its
// end, or are worked on since, as the supported lines are.
func (d *draft) keep(s Seen, ls []life, gap int) error {
	lines, _, err := d.look(s)
	if err != nil {
		return nil //nolint:nilerr // what does not load is settled before
	}
	ended, branches := map[policy.LineID]policy.Line{}, []policy.BranchFact{}
	for _, l := range lines {
		if l.State == policy.StateEnded {
			ended[l.ID] = l
		}
		if l.Branch != "" && (l.State == policy.StateEnded || l.State == policy.StateSupported) && len(branches) < maxBound {
			branches = append(branches, policy.BranchFact{Name: l.Branch, Tip: l.Tip})
		}
	}
	work := map[string][]policy.Date{}
	if s.Work != nil {
		if work, err = s.Work(branches, s.Facts.AsOf); err != nil {
			return fmt.Errorf("looking for work on the branches: %w", err)
		}
	}
	enough := usualWork(lines, work, s.Facts.AsOf)
	for _, l := range ls {
		of, over := ended[l.id]
		if !over || len(l.patches) == 0 || s.Facts.AsOf.DaysSince(l.last()) > max(gap, keptDays) || missedRounds(ls, l) > maxMissed {
			continue
		}
		since := later(of.Until, l.last())
		switch n := countAfter(work[of.Branch], later(since, s.Facts.AsOf.AddDays(-workDays))); {
		case l.last().After(of.Until):
			d.keepRow(l.id, fmt.Sprintf("patched on %s, after the rule's end", l.last()))
		case n >= enough:
			d.keepRow(l.id, fmt.Sprintf("%d commits since %s, after the rule's end", n, since))
		}
	}
	return nil
}

// keepRow makes a row of a line that is kept.
func (d *draft) keepRow(id policy.LineID, note string) {
	if i := slices.IndexFunc(d.rows, func(r row) bool { return r.line == id }); i >= 0 {
		d.rows[i].class, d.rows[i].note = keptClass, note
		return
	}
	d.rows = append(d.rows, row{line: id, class: keptClass, note: note})
}

// usualWork is how many commits of the last months make a line look supported.
func usualWork(lines []policy.Line, work map[string][]policy.Date, asOf policy.Date) int {
	var counts []int
	for _, l := range lines {
		if l.State == policy.StateSupported && l.Branch != "" {
			counts = append(counts, countAfter(work[l.Branch], asOf.AddDays(-workDays)))
		}
	}
	if len(counts) == 0 {
		return leastWork
	}
	slices.Sort(counts)
	return max(leastWork, counts[len(counts)/2]/workShare)
}

func countAfter(days []policy.Date, day policy.Date) int {
	n := 0
	for _, d := range days {
		if d.After(day) {
			n++
		}
	}
	return n
}

func later(a, b policy.Date) policy.Date {
	if b.After(a) {
		return b
	}
	return a
}

// missedRounds counts the days since a line's last patch on which another line was patched that was not the
// newest one.
func missedRounds(ls []life, of life) int {
	days := map[policy.Date]bool{}
	for _, l := range ls {
		for _, day := range l.patches {
			if l.id != of.id && l.newer > 0 && day.After(of.last()) {
				days[day] = true
			}
		}
	}
	return len(days)
}
