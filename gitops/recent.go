package gitops

import (
	"context"
	"math"

	"github.com/git-backport/git-backport/gitops/odb"
)

// Without a commit-graph only a walk through all that was committed between two commits proves that one
// is no ancestor of the other. Where that costs more than a pick and little hangs on it, dates decide
// where to stop looking, with room for clocks that were wrong: a commit is taken to be no older than
// what it stands on, but for clockSlop, and but for single commits, of which clockRun may follow one
// another.
const (
	clockSlop = 30 * day
	clockRun  = 16
	copySlop  = 14 * day // of a copy: maintainers write some before their fix is merged

	day = 24 * 3600 // seconds
)

// A cutoff tells when a walk by dates is past a date for good.
type cutoff struct {
	date int64 // seconds since 1970
	slop int64 // how much older still counts
	run  int   // how many commits in a row were older than that
}

// past takes the date of the next commit of a walk.
func (c *cutoff) past(date int64) bool {
	if date >= c.date-c.slop {
		c.run = 0
		return false
	}
	c.run++
	return c.run > clockRun
}

// Contains reports whether commit is tip or an ancestor of it. With a commit-graph that knows one of them
// the answer is exact; without one a commit is missed below a run of clocks that were wrong by more
// than a month. IsAncestor never misses one, and may have to walk through all that main has got since.
func (r *Repo) Contains(ctx context.Context, tip, commit ID) (bool, error) {
	a, err := r.ancestryOf(tip)
	if err != nil {
		return false, err
	}
	info, err := r.commitInfo(commit)
	if err != nil {
		return false, err
	}
	if info.level != odb.LevelUnknown {
		return a.has(ctx, commit)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	cut := cutoff{date: info.date, slop: clockSlop}
	// A commit that a commit-graph knows stands on none that it does not know.
	for !a.knows(commit) && len(a.queue) > 0 && a.queue[0].level == odb.LevelUnknown && !cut.past(a.queue[0].info.date) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if _, _, err := a.step(); err != nil {
			return false, err
		}
	}
	return a.knows(commit), nil
}

// Recent lists what tip has of the time since the oldest of some commits, but for what the first of them
// stands on: the commits among which copies of them can be, because few are written before what they copy.
// Youngest first.
func (r *Repo) Recent(ctx context.Context, tip ID, commits []ID) ([]ID, error) {
	if len(commits) == 0 {
		return nil, nil
	}
	below, err := r.ancestryOf(commits[0])
	if err != nil {
		return nil, err
	}
	return r.younger(ctx, tip, commits, copySlop, below)
}

// Window lists what tip has of the three months before the oldest of some commits and since: what else a message
// that seems to mean one of them may mean. Youngest first.
func (r *Repo) Window(ctx context.Context, tip ID, commits []ID) ([]ID, error) {
	return r.younger(ctx, tip, commits, 90*day, nil)
}

// younger lists what tip has that is not older than the oldest of some commits by more than slop, and what
// an ancestry does not have, as far as dates tell; nil has nothing.
func (r *Repo) younger(ctx context.Context, tip ID, commits []ID, slop int64, but *ancestry) ([]ID, error) {
	cut := cutoff{date: math.MaxInt64, slop: slop}
	for _, id := range commits {
		info, err := r.commitInfo(id)
		if err != nil {
			return nil, err
		}
		cut.date = min(cut.date, info.date)
	}
	w := &walk{repo: r, byDate: true, seen: map[ID]bool{}}
	if err := w.begin(tip); err != nil {
		return nil, err
	}
	var found []ID
	for len(w.queue) > 0 && len(found) < maxBranchCommits && !cut.past(w.queue[0].info.date) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if next := w.queue[0]; but != nil {
			if in, err := but.passed(ctx, next.id, next.info); err != nil {
				return nil, err
			} else if in {
				w.drop()
				continue
			}
		}
		id, _, err := w.step()
		if err != nil {
			return nil, err
		}
		if cut.run == 0 {
			found = append(found, id)
		}
	}
	return found, nil
}
