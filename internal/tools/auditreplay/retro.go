package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"slices"
	"time"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/policy"
)

// A retrospect judges, for each fix that some line got, the lines that were supported some days after the
// first got it, by what the tips were then.
type retrospect struct {
	project *project.Project
	today   *audit.Held
	lines   []audit.Line // of today, all that have a branch
	delay   int
	strict  bool
	list    bool
	totals  map[string]int
}

func retro(ctx context.Context, args []string) error {
	var dir, file, from, to string
	r := &retrospect{totals: map[string]int{}}
	err := flags("retro", args, func(fs *flag.FlagSet) {
		fs.StringVar(&dir, "repo", "", "the clone")
		fs.StringVar(&file, "policy", "", "the policy: a file, or preset:NAME")
		fs.StringVar(&from, "from", "", "fixes that the first line got on this day or later")
		fs.StringVar(&to, "to", "", "and before this one")
		fs.IntVar(&r.delay, "delay", audit.Grace, "days after which the lines are judged")
		fs.BoolVar(&r.strict, "strict", false, "as --strict")
		fs.BoolVar(&r.list, "list", false, "list the cells")
	})
	if err != nil {
		return err
	}
	first, err := policy.ParseDate(from)
	if err != nil {
		return err
	}
	last, err := policy.ParseDate(to)
	if err != nil {
		return err
	}
	if r.project, err = openProject(ctx, dir, file, last); err != nil {
		return err
	}
	var tips []gitops.ID
	for _, l := range r.project.Lines {
		at := slices.IndexFunc(r.project.Branches, func(b gitops.Branch) bool { return b.Name == l.Branch })
		if at >= 0 {
			r.lines, tips = append(r.lines, audit.Line{Line: l, Tip: r.project.Branches[at].Tip}), append(tips, r.project.Branches[at].Tip)
		}
	}
	if r.today, err = audit.Hold(ctx, r.project.Session, r.project.Main.Tip, tips); err != nil {
		return err
	}
	byDay := map[policy.Date][]gitops.ID{}
	for id, at := range r.firsts() {
		if day := dateOf(at); !day.Before(first) && day.Before(last) {
			byDay[day.AddDays(r.delay)] = append(byDay[day.AddDays(r.delay)], id)
			r.totals["fixes"]++
		}
	}
	days := make([]policy.Date, 0, len(byDay))
	for d := range byDay {
		days = append(days, d)
	}
	slices.SortFunc(days, policy.Date.Compare)
	for _, d := range days {
		if err := r.judge(ctx, d, byDay[d]); err != nil {
			return fmt.Errorf("%s: %w", d, err)
		}
	}
	for _, k := range sortedKeys(r.totals) {
		fmt.Printf("%-40s %d\n", k, r.totals[k])
	}
	return nil
}

func openProject(ctx context.Context, dir, file string, day policy.Date) (*project.Project, error) {
	repo, env, err := openEnv(dir)
	if err != nil {
		return nil, err
	}
	p := project.New(repo, env, project.Options{Policy: file, AsOf: day, Today: day})
	return p, p.Fill(ctx, project.NeedPolicy)
}

func dateOf(seconds int64) policy.Date { return policy.DateOf(time.Unix(seconds, 0).UTC()) }

func sortedKeys(m map[string]int) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// firsts is when a line first got each fix that one has as a copy.
func (r *retrospect) firsts() map[gitops.ID]int64 {
	out := map[gitops.ID]int64{}
	for i := range r.today.Lines {
		l := &r.today.Lines[i]
		for fix, copies := range l.Found.Copies {
			for _, c := range copies {
				t := committed(l, c.Commit)
				if at, known := out[fix]; !known || t < at {
					out[fix] = t
				}
			}
		}
	}
	return out
}

func committed(l *audit.HeldLine, id gitops.ID) int64 {
	for _, c := range l.Own {
		if c.ID == id {
			return c.Time
		}
	}
	return 0
}

// judge audits some fixes as things were at the end of a day.
func (r *retrospect) judge(ctx context.Context, day policy.Date, fixes []gitops.ID) error {
	end := time.Date(day.Year, day.Month, day.Day, 23, 59, 59, 0, time.UTC).Unix()
	facts := r.project.Facts
	facts.AsOf = day
	then, _ := policy.Lines(r.project.Config.Policy, facts)
	q, err := r.project.Audit(ctx, nil)
	if err != nil {
		return err
	}
	q.AsOf, q.Strict, q.Known, q.Lines, q.Grace = day, r.strict, then, nil, 0
	held := &audit.Held{Reading: r.today.Reading, Index: r.today.Index}
	for _, c := range r.today.Main {
		if c.Time <= end {
			held.Main = append(held.Main, c)
		}
	}
	for _, l := range then {
		if l.State != policy.StateSupported && l.State != policy.StatePending {
			continue
		}
		at := slices.IndexFunc(r.lines, func(o audit.Line) bool { return o.ID == l.ID })
		if at < 0 {
			continue
		}
		was, tip, err := r.rewound(ctx, &r.today.Lines[at], end)
		if err != nil {
			return err
		}
		if tip.IsZero() {
			continue // not cut yet
		}
		held.Lines = append(held.Lines, was)
		q.Lines = append(q.Lines, audit.Line{Line: l, Tip: tip})
	}
	q.Main = held.Main[0].ID
	q.Looked = fixes
	rep, err := audit.Examine(ctx, r.project.Session, q, held)
	if err != nil {
		return err
	}
	for i := range rep.Rows {
		r.count(day, rep, &rep.Rows[i])
	}
	return nil
}

// rewound is what a line was at a time.
func (r *retrospect) rewound(ctx context.Context, l *audit.HeldLine, end int64) (audit.HeldLine, gitops.ID, error) {
	out, tip := *l, gitops.ID{}
	out.Own = nil
	there := map[gitops.ID]bool{}
	for _, c := range l.Own {
		if c.Time <= end {
			out.Own = append(out.Own, c)
			there[c.ID] = true
		}
	}
	// The tip is the youngest commit of the first parents that was there.
	for id := l.Tip; ; {
		c, err := r.today.Reading.Read(id)
		if err != nil {
			return out, tip, err
		}
		if c.Time <= end {
			tip = id
			break
		}
		if id == l.Point || len(c.Parents) == 0 {
			return out, tip, nil
		}
		id = c.Parents[0]
	}
	out.Tip = tip
	commits := slices.Clone(out.Own)
	for _, c := range r.today.Main {
		if l.In(c.ID) {
			commits = append(commits, c)
		}
	}
	var err error
	if out.Branch, err = ledger.ReadBranch(ctx, r.today.Reading, commits); err != nil {
		return out, tip, err
	}
	out.Found = ledger.Found{Copies: map[gitops.ID][]ledger.Copy{}, Unknown: l.Found.Unknown}
	for fix, copies := range l.Found.Copies {
		for _, c := range copies {
			if !there[c.Commit] {
				continue
			}
			if !there[c.Undone] {
				c.Undone, _ = out.Branch.UndoneBy(c.Commit)
			}
			out.Found.Copies[fix] = append(out.Found.Copies[fix], c)
		}
	}
	return out, tip, nil
}

// count counts the cells of a row, and lists those that have a signal: brought is when the line got the
// fix in the end.
func (r *retrospect) count(day policy.Date, rep *audit.Report, row *audit.Row) {
	for i := range row.Cells {
		c := &row.Cells[i]
		if c.State.Carried() {
			r.totals["cells carried"]++
			continue
		}
		r.totals["cells open"]++
		if c.Signal == "" {
			r.totals["cells open, left out"]++
			continue
		}
		key := fmt.Sprintf("%s %s", c.Signal, c.State)
		r.totals[key]++
		line := rep.Request.Lines[i]
		brought := r.brought(row, line.ID)
		if brought != "" {
			r.totals[key+", brought later"]++
		}
		if r.list {
			fmt.Printf("%s\t%s\t%s\t%s\t%.10s\t%s\t%s\t%s\n", day, c.Signal, c.State, line.Name(), row.Commit().ID, row.Commit().Subject, c.Why, cmp.Or(brought, "-"))
		}
	}
	if row.Main != nil {
		key := fmt.Sprintf("forward %s", row.Main.State)
		r.totals[key]++
		if r.list {
			fmt.Printf("%s\tforward\t%s\tmain\t%.10s\t%s\t%s\n", day, row.Main.State, row.Commit().ID, row.Commit().Subject, row.Main.Why)
		}
	}
}

// brought is the day on which a line got a fix by today; "" when it did not.
func (r *retrospect) brought(row *audit.Row, id policy.LineID) string {
	for i := range r.lines {
		if r.lines[i].ID != id {
			continue
		}
		l := &r.today.Lines[i]
		if copies := l.Copies(row.Commit().ID); len(copies) > 0 {
			return dateOf(committed(l, copies[0].Commit)).String()
		}
	}
	return ""
}
