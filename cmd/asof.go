package cmd

import (
	"fmt"
	"time"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/policy"
)

// farDays is how much later than every commit a day is that is taken for a slip.
const farDays = 366

// farFrom warns of a day that was given and that is far from what there is: before the fix was made, or more than a
// year after the newest commit. A slip in the year takes other lines without a word.
func farFrom(in *project.Project, fix backport.Fix, rep *backport.Report) []string {
	made := newest(in, fix.Commits)
	if made.IsZero() {
		return nil
	}
	if made.After(in.AsOf) {
		return []string{fmt.Sprintf("the fix is of %s, and the policy is asked for %s, %d days before: the lines are those of that day", made, in.AsOf, made.DaysSince(in.AsOf))}
	}
	all := append([]gitops.ID{in.Main.Tip}, fix.Commits...)
	for _, o := range rep.Outcomes {
		all = append(all, o.Target.Tip)
	}
	if last := newest(in, all); in.AsOf.DaysSince(last) > farDays {
		return []string{fmt.Sprintf("the policy is asked for %s, and the newest commit here is of %s, %d days before: is that the day?", in.AsOf, last, in.AsOf.DaysSince(last))}
	}
	return nil
}

// newest is the day of the youngest of some commits, as far as they are here.
func newest(in *project.Project, ids []gitops.ID) policy.Date {
	var out policy.Date
	for _, id := range ids {
		if id.IsZero() {
			continue
		}
		seconds, err := in.Repo.CommitTime(id)
		if err != nil {
			continue
		}
		if day := policy.DateOf(time.Unix(seconds, 0).UTC()); day.After(out) {
			out = day
		}
	}
	return out
}
