package policy

import (
	"fmt"

	"github.com/Masterminds/semver/v3"
)

// date gives a line its release date: from its [[branch]] row, else from the policy's source.
func (b *builder) date(d *draft) {
	released := d.stable
	switch {
	case d.override != nil && !d.override.Released.IsZero():
		released, d.DatedBy = d.override.Released, rowName(d.override)
	case b.p.Dates.Source == FromPlan:
		released, d.DatedBy = b.p.Dates.planned(d.ID), "plan"
	case b.p.Dates.Source == FromTable:
		released = Date{}
	}
	switch {
	case released.IsZero():
		d.DatedBy = ""
	case released.After(b.asOf):
		d.Expected = released
	default:
		d.Released = released
	}
	if d.stableV != nil {
		d.First = d.stableV
	}
	d.Next = d.next()
	d.NextText = d.Next.String()
	if d.Latest != nil {
		d.LatestText = d.tagged.Text(d.Latest)
		d.NextText = d.tagged.Text(d.Next)
	}
	if o := d.override; o != nil {
		d.Note, d.Pin = o.Note, o.Pin
	}
}

func rowName(o *Override) string {
	if o.Source != "" {
		return o.Source
	}
	return "[[branch]]"
}

// next is the next version by tags, burned ones left out.
func (d *draft) next() (v *semver.Version) {
	v = d.First
	if d.Latest != nil {
		v = d.tagged.next(d.Latest)
	}
	for range 1000 {
		burned := false
		if d.override != nil {
			for _, o := range d.override.Burned {
				burned = burned || o.Equal(v)
			}
		}
		if !burned {
			break
		}
		v = d.tagged.next(v)
	}
	return v
}

// states says where each line stands, newest first.
func (b *builder) states() {
	newer := false // a newer line has been released
	var nextFuture Date
	for _, d := range b.drafts { // the first release after the policy's day
		if day := b.future[d.ID]; d.Released.IsZero() && !day.IsZero() && (nextFuture.IsZero() || day.Before(nextFuture)) {
			nextFuture = day
		}
	}
	for _, d := range b.drafts {
		counted := !d.Released.IsZero()
		switch {
		case d.ignored || len(d.claims) > 1:
			d.State, counted = StateIgnored, false
			if !d.ignored {
				d.rivals = d.claims
			}
		case b.p.Repo.From != nil && d.ID.Compare(*b.p.Repo.From) < 0:
			d.State = StateBeforeFrom
		case !d.Released.IsZero():
			d.State = StateSupported // windows may find it ended
		case d.Branch == "" || b.cutLater(d, nextFuture):
			d.State = StatePlanned
		case d.undated, newer && (d.override == nil || d.override.Released.IsZero()):
			d.State, d.Expected = StateUndated, Date{}
		default:
			d.State, d.Phase = StatePending, PhasePending
		}
		d.newest = counted && !newer
		newer = newer || counted
	}
}

// cutLater reports whether a branch that is there today cannot have been on the policy's day: it was
// cut after it, or, that day being unknown, its release is further away than a branch is cut ahead,
// or another line was released in between.
func (b *builder) cutLater(d *draft, nextFuture Date) bool {
	if !d.cut.IsZero() {
		return d.cut.After(b.asOf)
	}
	future := b.future[d.ID]
	if future.IsZero() {
		return false
	}
	if lead := b.p.Dates.BranchLead; !lead.IsZero() {
		cut := Duration{-lead.Months, -lead.Days}.After(future)
		return cut.After(b.asOf)
	}
	return future.After(nextFuture)
}

func (b *builder) report(d *draft) {
	switch {
	case len(d.claims) > 1:
		b.problems = append(b.problems, Problem{Code: TwoBranches, Line: d.ID, Refs: d.claims, Fatal: true,
			Message: fmt.Sprintf("line %s has %d branches, %q and %q: settle it with [repo] ignore, or with name in its [[branch]]", d.ID, len(d.claims), d.claims[0], d.claims[1])})
	case d.State == StateUndated:
		b.problems = append(b.problems, Problem{Code: UndatedLine, Line: d.ID, Refs: []string{d.Branch},
			Message: fmt.Sprintf("branch %q has no release date: no stable tag of line %s, and newer lines are released; never a target", d.Branch, d.ID)})
	case d.State == StateSupported && d.Branch == "" && len(b.p.Repo.Branches) > 0 && !d.newest:
		b.problems = append(b.problems, Problem{Code: MissingBranch, Line: d.ID,
			Message: fmt.Sprintf("line %s is supported and has no branch here: is it fetched?", d.ID)})
	case (d.State == StateSupported || d.State == StatePending) && d.Class == "" && len(b.p.Classes) > 0:
		b.problems = append(b.problems, Problem{Code: NoClass, Line: d.ID, Refs: []string{d.Branch},
			Message: fmt.Sprintf("no class takes line %s: never a target", d.ID)})
	}
}

// manyPending is how many lines may wait for their first release before that is asked about.
const manyPending = 12

// checkPending asks about dozens of lines that wait for their first release: more likely their tags are not
// read, or their branches are no release branches.
func (b *builder) checkPending() {
	var newest, oldest *draft
	n := 0
	for _, d := range b.drafts {
		if d.State == StatePending {
			if newest == nil {
				newest = d
			}
			oldest, n = d, n+1
		}
	}
	if n <= manyPending || !b.p.Rules.Pending {
		return
	}
	b.problems = append(b.problems, Problem{Code: ManyPending, Refs: []string{newest.Branch, oldest.Branch},
		Message: fmt.Sprintf("%d branches, %q to %q, are lines without a release, and wait for their first: is that meant? "+
			"[repo] tag says how releases are tagged, ignore and from which branches are left alone", n, newest.Branch, oldest.Branch)})
}

func (b *builder) checkTags() {
	branches, tags, dated := "", false, false
	for _, d := range b.drafts {
		if d.Branch != "" && branches == "" && d.State != StateIgnored {
			branches = d.Branch
		}
		tags = tags || d.anyTag || !b.future[d.ID].IsZero()
		dated = dated || !d.Released.IsZero() || d.override != nil && !d.override.Released.IsZero()
	}
	if branches != "" && !tags && !dated && (b.p.Dates.Source == FromTags || b.p.Dates.Source == "") {
		b.problems = append(b.problems, Problem{Code: NoTags, Refs: []string{branches}, Fatal: true,
			Message: fmt.Sprintf("release branches such as %q, and not one tag that the templates match", branches)})
	}
}
