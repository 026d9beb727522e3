package main

import (
	"context"
	"flag"
	"fmt"
	"regexp"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
)

// A planning asks what plan says of known cells: at today's tips, or as they were the day before the copy.
type planning struct {
	repo   *gitops.Repo
	main   gitops.Branch
	line   []gitops.ID // main's first parents, youngest first
	rewind bool
}

// plans asks plan for each known cell.
func plans(ctx context.Context, args []string) error {
	var dir, table, branches string
	var p planning
	every, verbose := 1, false
	err := flags("plans", args, func(fs *flag.FlagSet) {
		fs.StringVar(&dir, "repo", "", "the clone")
		fs.StringVar(&table, "key", "", "the table of known cells")
		fs.StringVar(&branches, "branches", "", "a pattern of the branches")
		fs.BoolVar(&p.rewind, "rewind", false, "as it was the day before the copy")
		fs.BoolVar(&verbose, "v", false, "show what is probable too")
		fs.IntVar(&every, "every", 1, "ask for each Nth cell alone")
	})
	if err != nil {
		return err
	}
	known, err := readCells(table)
	if err != nil {
		return err
	}
	if p.repo, err = open(dir); err != nil {
		return err
	}
	if p.main, err = p.repo.Main(ctx, "", "", gitops.BaseLocal); err != nil {
		return err
	}
	if p.line, err = p.firstParents(p.main.Tip); err != nil {
		return err
	}
	re := regexp.MustCompile(branches)
	count := map[backport.Status]int{}
	asked := 0
	for i, k := range known {
		if !re.MatchString(k.branch) || i%every != 0 {
			continue
		}
		o, err := p.ask(ctx, k)
		if err != nil {
			fmt.Printf("ERROR\t%s\t%.10s\t%v\n", k.branch, k.fix, err)
			continue
		}
		asked++
		count[o.Status]++
		there := o.Status == backport.StatusPresent || o.Status == backport.StatusProbable
		if there == p.rewind || o.Status == backport.StatusProbable && verbose {
			fmt.Printf("WRONG\t%s\t%.10s\tcopy %.10s %s\t%s\n", k.branch, k.fix, k.copy, k.evidence, said(o))
		}
	}
	present, probable := count[backport.StatusPresent], count[backport.StatusProbable]
	fmt.Printf("%d cells: present %d (%.1f %%), probable %d (%.1f %%), others %v\n", asked,
		present, 100*float64(present)/float64(asked), probable, 100*float64(probable)/float64(asked), count)
	return nil
}

// said is what an outcome says, in one line.
func said(o backport.Outcome) string {
	text := string(o.Status)
	if o.Present != nil {
		text += fmt.Sprintf(" in %.10s (%s)", o.Present.Commit, o.Present.How)
	}
	if o.Err != nil {
		text += " " + o.Err.Error()
	}
	return strings.Join(append([]string{text}, o.Target.Warnings...), "; ")
}

// ask plans one cell.
func (p *planning) ask(ctx context.Context, k cell) (backport.Outcome, error) {
	var out backport.Outcome
	fix, err := gitops.ParseID(k.fix)
	if err != nil {
		return out, err
	}
	tip, main, err := p.tips(ctx, k, fix)
	if err != nil {
		return out, err
	}
	t := backport.Target{Line: release.Line{Branch: k.branch, Tip: tip}, Onto: k.branch}
	rep, err := backport.Run(ctx, p.repo.NewSession(), backport.Fix{Commits: []gitops.ID{fix}, OnMain: []bool{true}},
		backport.Selected{Targets: []backport.Target{t}}, backport.Options{
			Main: gitops.Branch{Name: p.main.Name, Tip: main}, Name: "replay", Onto: []string{k.branch}, NoBump: true, NoCascade: true, NoWhy: true,
		})
	if err != nil {
		return out, err
	}
	return rep.Outcomes[0], nil
}

const oneDay = 24 * 3600

// tips are the branch's tip and main's: today's, or those of the day before the copy came to the branch, main's
// with the fix, which some copies come before.
func (p *planning) tips(ctx context.Context, k cell, fix gitops.ID) (tip, main gitops.ID, err error) {
	b, err := p.repo.Branch("", k.branch, gitops.BaseLocal)
	if err != nil || !p.rewind {
		return b.Tip, p.main.Tip, err
	}
	copied, err := gitops.ParseID(k.copy)
	if err != nil {
		return tip, main, err
	}
	line, err := p.firstParents(b.Tip)
	if err != nil {
		return tip, main, err
	}
	at := 0
	for ; at < len(line); at++ {
		if in, err := p.repo.IsAncestor(ctx, copied, line[at]); err != nil {
			return tip, main, err
		} else if !in {
			break
		}
	}
	if at == len(line) {
		return tip, main, fmt.Errorf("the branch begins with the copy")
	}
	date, err := p.repo.CommitTime(copied)
	if err != nil {
		return tip, main, err
	}
	if tip, err = p.before(line[at:], date-oneDay); err != nil {
		return tip, main, err
	}
	fixed, err := p.repo.CommitTime(fix)
	if err != nil {
		return tip, main, err
	}
	if main, err = p.before(p.line, max(date-oneDay, fixed)); err != nil {
		return tip, main, err
	}
	if in, err := p.repo.IsAncestor(ctx, fix, main); err != nil || !in {
		main = p.main.Tip // merged later than it was made
	}
	return tip, main, nil
}

// before is the first of some commits, youngest first, that is not younger than a date; else the last.
func (p *planning) before(line []gitops.ID, date int64) (gitops.ID, error) {
	for _, id := range line {
		at, err := p.repo.CommitTime(id)
		if err != nil {
			return id, err
		}
		if at <= date {
			return id, nil
		}
	}
	return line[len(line)-1], nil
}

func (p *planning) firstParents(id gitops.ID) ([]gitops.ID, error) {
	var out []gitops.ID
	s := p.repo.NewSession()
	for {
		out = append(out, id)
		c, err := s.Commit(id)
		if err != nil || len(c.Parents) == 0 {
			return out, err
		}
		id = c.Parents[0]
	}
}
