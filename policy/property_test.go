package policy_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/git-backport/git-backport/policy"
)

// randomPolicy draws a policy whose every part the engine has to bear.
func randomPolicy(r *rand.Rand) *policy.Policy {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	expr := func(text string) policy.Expr {
		e, err := policy.ParseExpr(text)
		if err != nil {
			panic(err)
		}
		return e
	}
	until := func() policy.Expr {
		simple := func() string {
			return pick("1 release", "2 releases", "3 releases", "5 months", "40 days", "1 year", "class(+1)", "class(+1) + 1 month", "release(+2) + 9 days")
		}
		switch r.IntN(6) {
		case 0:
			return expr("max(" + simple() + ", " + simple() + ")")
		case 1:
			return expr("min(" + simple() + ", " + simple() + ")")
		}
		return expr(simple())
	}
	p := &policy.Policy{
		Repo:  policy.Repo{Branches: []policy.Template{template("release-{major}")}, Tags: []policy.Template{template("v{version}")}},
		Dates: policy.Dates{Source: policy.FromTags, EndIs: policy.EndIs(pick("last-day", "first-unsupported-day"))},
		Rules: policy.Rules{Pending: r.IntN(2) == 0, Grace: policy.Duration{Days: r.IntN(3)}, MainFirst: policy.MainRequired},
	}
	if r.IntN(2) == 0 {
		p.Dates.Plan = &policy.Plan{Line: policy.LineID{Major: 1}, Date: policy.Date{Year: 2024, Month: 1, Day: 31}, Every: policy.Duration{Months: 1}}
	}
	for i := range 1 + r.IntN(3) {
		c := policy.Class{Name: fmt.Sprintf("c%d", i), Match: []policy.Match{{DivisibleBy: uint32(2 + r.IntN(3))}}}
		if i == 0 {
			c.Match = nil
		}
		for j := range r.IntN(3) {
			c.Phases = append(c.Phases, policy.Phase{Name: pick("active", "maintenance", "lts") + fmt.Sprint(j), Until: until(), Round: someRounding(r)})
		}
		p.Classes = append(p.Classes, c)
	}
	if r.IntN(2) == 0 {
		o := policy.Override{Line: policy.LineID{Major: uint32(1 + r.IntN(8))}, Note: "why"}
		switch r.IntN(4) {
		case 0:
			o.End = policy.Date{Year: 2024, Month: 3, Day: 1}.AddDays(r.IntN(400))
		case 1:
			o.Frozen = true
		case 2:
			o.Released = policy.Date{Year: 2024, Month: 1, Day: 1}.AddDays(r.IntN(300))
		case 3:
			o.Skip = []policy.Kind{policy.Security}
		}
		p.Branches = []policy.Override{o}
	}
	return p
}

func template(s string) policy.Template {
	t, err := policy.ParseTemplate(s)
	if err != nil {
		panic(err)
	}
	return t
}

// randomFacts draws a history of up to ten lines, some late, some never released, some on one day.
func randomFacts(r *rand.Rand) policy.Facts {
	var f policy.Facts
	day := policy.Date{Year: 2024, Month: 1, Day: 1}
	for n := 1; n <= 2+r.IntN(9); n++ {
		if r.IntN(8) != 0 {
			f.Branches = append(f.Branches, policy.BranchFact{Name: fmt.Sprintf("release-%d", n), Tip: fmt.Sprint(n)})
		}
		day = day.AddDays(r.IntN(50))
		if r.IntN(10) == 0 {
			continue
		}
		f.Tags = append(f.Tags, policy.TagFact{Name: fmt.Sprintf("v%d.0.0", n), Date: day.AddDays(-r.IntN(20))})
		if r.IntN(3) == 0 {
			f.Tags = append(f.Tags, policy.TagFact{Name: fmt.Sprintf("v%d.0.1", n), Date: day.AddDays(r.IntN(100))})
		}
	}
	return f
}

func TestDecideIsTotalOrderedAndDeterministic(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		p, f := randomPolicy(r), randomFacts(r)
		f.AsOf = policy.Date{Year: 2024, Month: 1, Day: 1}.AddDays(r.IntN(600))
		lines, _ := policy.Lines(p, f)
		c := policy.Change{Kind: policy.Kinds()[r.IntN(7)], NotOnMain: r.IntN(4) == 0}
		got := policy.Decide(p, lines, c)
		if len(got) != len(lines) {
			t.Fatalf("%d decisions for %d lines", len(got), len(lines))
		}
		for i, d := range got {
			if i > 0 && got[i-1].ID.Compare(d.ID) <= 0 {
				t.Fatalf("line %s comes after %s", d.ID, got[i-1].ID)
			}
			if !knownCause(d.Cause) || d.Rule == "" {
				t.Fatalf("line %s: cause %q, rule %q", d.ID, d.Cause, d.Rule)
			}
			if d.Verdict != policy.Refused && (d.Branch == "" && !d.Absent || d.Phase == "" && d.Cause != policy.CauseEndedToday) {
				t.Fatalf("line %s is %s without branch or phase: %+v", d.ID, d.Verdict, d)
			}
			if d.Next == nil || d.Latest != nil && !d.Next.GreaterThan(d.Latest) {
				t.Fatalf("line %s: next %v after %v", d.ID, d.Next, d.Latest)
			}
		}
		r.Shuffle(len(f.Tags), func(i, j int) { f.Tags[i], f.Tags[j] = f.Tags[j], f.Tags[i] })
		r.Shuffle(len(f.Branches), func(i, j int) { f.Branches[i], f.Branches[j] = f.Branches[j], f.Branches[i] })
		again, _ := policy.Lines(p, f)
		if other := policy.Decide(p, again, c); !reflect.DeepEqual(got, other) {
			t.Fatalf("the order of the facts changes the decisions:\n%+v\n%+v", got, other)
		}
	}
}

func knownCause(c policy.Cause) bool {
	for _, k := range policy.Causes() {
		if c == k {
			return true
		}
	}
	return false
}

// TestDecisionsChangeAtBoundariesOnly walks day by day: what is decided of a line changes only on the
// day of a tag or a release, on the first day of a phase, after a last day, or after the grace.
func TestDecisionsChangeAtBoundariesOnly(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	start := policy.Date{Year: 2023, Month: 12, Day: 1}
	for range 25 {
		p, f := randomPolicy(r), randomFacts(r)
		p.Dates.BranchLead = policy.Duration{} // cuts are boundaries of their own
		tagged := map[policy.Date]bool{}
		for _, tag := range f.Tags {
			tagged[tag.Date] = true
		}
		for _, o := range p.Branches {
			tagged[o.Released] = true
		}
		before := map[policy.LineID]policy.Decision{}
		for day := start; day.Year < 2026; day = day.AddDays(1) {
			f.AsOf = day
			lines, _ := policy.Lines(p, f)
			for _, d := range policy.Decide(p, lines, policy.Change{Kind: policy.Security}) {
				was, ok := before[d.ID]
				before[d.ID] = d
				if !ok || was.Verdict == d.Verdict && was.Phase == d.Phase && was.Cause == d.Cause || tagged[day] {
					continue
				}
				if !boundary(was.Line, day, p.Rules.Grace) && !boundary(d.Line, day, p.Rules.Grace) {
					t.Fatalf("line %s goes from %s (%s) to %s (%s) on %s, which is no boundary of %+v", d.ID, was.Verdict, was.Phase, d.Verdict, d.Phase, day, d.Windows)
				}
			}
		}
	}
}

func boundary(l policy.Line, day policy.Date, grace policy.Duration) bool {
	for _, w := range l.Windows {
		if w.Start == day || !w.End.IsZero() && w.End.AddDays(1) == day {
			return true
		}
	}
	return !l.Until.IsZero() && grace.After(l.Until).AddDays(1) == day
}

// TestScheduleAgreesWithDecisions looks back from a day when all is known: what was decided day by day
// is what the calendar says was so. Classes whose ends wait for releases cannot disagree either.
func TestScheduleAgreesWithDecisions(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 25 {
		p, f := randomPolicy(r), randomFacts(r)
		f.AsOf = policy.Date{Year: 2030, Month: 1, Day: 1}
		calendar := policy.Schedule(p, f, 0)
		for _, l := range calendar.Lines {
			if l.Released.IsZero() || len(l.Windows) == 0 {
				continue
			}
			for _, w := range l.Windows {
				if w.StartPlanned || !w.End.IsZero() && w.End.Before(w.Start) {
					continue
				}
				f.AsOf = w.Start
				lines, _ := policy.Lines(p, f)
				for _, then := range lines {
					if then.ID == l.ID && then.State == policy.StateSupported && then.Phase == "" {
						t.Fatalf("line %s has no phase on %s, the first day of %q: %+v", l.ID, w.Start, w.Phase, then)
					}
				}
			}
		}
	}
}

func someRounding(r *rand.Rand) policy.Rounding {
	texts := []string{"", "", "", "month-end", "day 28", "2nd thursday", "last friday of march, sep", "month-end of april"}
	text := texts[r.IntN(len(texts))]
	if text == "" {
		return policy.Rounding{}
	}
	out, err := policy.ParseRounding(text)
	if err != nil {
		panic(err)
	}
	return out
}
