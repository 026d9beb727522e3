package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
)

// A cell is a row of a table of known cells.
type cell struct{ fix, branch, copy, evidence string }

func readCells(name string) ([]cell, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []cell
	for sc := bufio.NewScanner(f); sc.Scan(); {
		col := strings.Split(sc.Text(), "\t")
		if len(col) >= 4 && len(col[0]) == 40 {
			out = append(out, cell{col[0], col[1], col[2], col[3]})
		}
	}
	return out, nil
}

func open(dir string) (*gitops.Repo, error) {
	repo, _, err := openEnv(dir)
	return repo, err
}

func openEnv(dir string) (*gitops.Repo, gitconfig.Environment, error) {
	env, err := gitconfig.Host(os.LookupEnv, dir)
	if err != nil {
		return nil, env, err
	}
	repo, err := gitops.Open(env)
	return repo, env, err
}

// cells compares what the ledger finds with a table of known cells.
func cells(ctx context.Context, args []string) error {
	var dir, table, branches, profile string
	err := flags("cells", args, func(fs *flag.FlagSet) {
		fs.StringVar(&dir, "repo", "", "the clone")
		fs.StringVar(&table, "key", "", "the table of known cells")
		fs.StringVar(&profile, "profile", "", "where a profile goes")
		fs.StringVar(&branches, "branches", "", "a pattern of the branches")
	})
	if err != nil {
		return err
	}
	known, err := readCells(table)
	if err != nil {
		return err
	}
	repo, err := open(dir)
	if err != nil {
		return err
	}
	main, err := repo.Main(ctx, "", "", gitops.BaseLocal)
	if err != nil {
		return err
	}
	re := regexp.MustCompile(branches)
	list, err := repo.Branches("", gitops.BaseLocal)
	if err != nil {
		return err
	}
	var names []string
	var tips []gitops.ID
	for _, b := range list {
		if re.MatchString(b.Name) && b.Name != main.Name {
			names, tips = append(names, b.Name), append(tips, b.Tip)
		}
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	start := time.Now()
	held, err := audit.Hold(ctx, repo.NewSession(), main.Tip, tips)
	if err != nil {
		return err
	}
	fmt.Printf("%d branches, %d commits of main, %v\n", len(names), len(held.Main), time.Since(start).Round(time.Millisecond))
	compare(held, names, known)
	return nil
}

func compare(held *audit.Held, names []string, known []cell) {
	byBranch := map[string]map[string][]cell{}
	for _, k := range known {
		if byBranch[k.branch] == nil {
			byBranch[k.branch] = map[string][]cell{}
		}
		byBranch[k.branch][k.fix] = append(byBranch[k.branch][k.fix], k)
	}
	found, missed, extra, other, own, strong := 0, 0, 0, 0, 0, 0
	kinds := map[ledger.Kind]int{}
	for i, name := range names {
		l := held.Lines[i]
		own += len(l.Own)
		seen := map[string]bool{}
		for fix, copies := range l.Found.Copies {
			id := fix.String()
			seen[id] = true
			want := byBranch[name][id]
			if len(want) == 0 {
				extra++
				fmt.Printf("EXTRA\t%s\t%s\t%s\n", name, short(held, fix), describe(held, copies[0]))
				continue
			}
			found++
			for _, c := range copies[:1] {
				if c.Strong() {
					strong++
				}
				for _, e := range c.Evidence {
					kinds[e.Kind]++
				}
			}
			if !slices.ContainsFunc(copies, func(c ledger.Copy) bool { return c.Commit.String() == want[0].copy }) {
				other++
				fmt.Printf("OTHER\t%s\t%s\t%s\twant %s %s\n", name, short(held, fix), describe(held, copies[0]), want[0].copy[:10], want[0].evidence)
			}
		}
		for id, want := range byBranch[name] {
			if !seen[id] {
				missed++
				fix, _ := gitops.ParseID(id)
				fmt.Printf("MISSED\t%s\t%s\tcopy %s %s in range %v ancestor %v\n", name, short(held, fix), want[0].copy[:10], want[0].evidence, held.Index.Fix(fix) != nil, l.In(fix))
			}
		}
	}
	fmt.Printf("own commits %d; found %d, missed %d, extra %d, other copy %d; strong %d\n", own, found, missed, extra, other, strong)
	for _, k := range ledger.Kinds() {
		fmt.Printf("  %-10s %d\n", k, kinds[k])
	}
}

func short(held *audit.Held, id gitops.ID) string {
	if c := held.Index.Fix(id); c != nil {
		return id.String()[:10] + " " + c.Subject
	}
	return id.String()[:10]
}

func describe(held *audit.Held, c ledger.Copy) string {
	text := c.Commit.String()[:10]
	if o, err := held.Reading.Read(c.Commit); err == nil {
		text += " " + o.Subject
	}
	for _, e := range c.Evidence {
		text += fmt.Sprintf(" [%s %s]", e.Kind, e.Detail)
	}
	if !c.Stands() {
		text += " UNDONE"
	}
	return text
}
