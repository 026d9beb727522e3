package main

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/msrv"
)

// backports gates every backport of a table that merges cleanly and whose source changes a pin file: no
// other can change one.
func (p *replay) backports(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, clean, touching, stopped, raising, otherTree, withPins, unread := 0, 0, 0, 0, 0, 0, 0, 0
	in := bufio.NewScanner(f)
	for in.Scan() {
		cols := strings.Split(in.Text(), "\t")
		if len(cols) < 6 || cols[0] == "id" {
			continue
		}
		rows++
		if cols[4] != "clean" {
			continue
		}
		clean++
		if touched, err := p.repo.changed(cols[3], cols[1]); err != nil {
			return fmt.Errorf("%s: %w", cols[0], err)
		} else if len(touched) == 0 {
			continue // it leaves every pin file as the branch has it
		}
		touching++
		id, source, onto, base := cols[0], cols[1], cols[2], cols[3]
		tree, ok, err := p.repo.merge(base, onto, source)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if !ok || tree != cols[5] {
			otherTree++
			fmt.Fprintf(p.out, "%s: this git makes another tree\n", id)
		}
		point, err := p.baselineOf(onto)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		verdict, err := p.gate(point, onto, tree)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if len(verdict.Findings) > 0 {
			withPins++
		}
		if verdict.Unread {
			unread++
		}
		if !verdict.OK {
			stopped++
			paths, err := p.repo.changed(onto, tree)
			if err != nil {
				return err
			}
			rises, err := p.repo.linesRise(onto, tree, paths)
			if err != nil {
				return err
			}
			if rises != "" {
				raising++
			}
			fmt.Fprintf(p.out, "%s: by its lines: %s\n", id, cmp.Or(rises, "nothing rises"))
		}
		p.show(id+" "+source[:12]+" onto "+onto[:12], verdict)
	}
	fmt.Fprintf(p.out, "backports: %d rows, %d clean, %d of them change a pin file and are gated (%d have findings), "+
		"%d stopped by the gate, %d of these raise a pin by their lines, %d unread, %d trees not as recorded\n\n",
		rows, clean, touching, withPins, stopped, raising, unread, otherTree)
	return in.Err()
}

// baselineOf returns the branch point of the branch that a commit is on, else where it left HEAD.
func (p *replay) baselineOf(commit string) (string, error) {
	for _, l := range p.lines {
		if slices.Contains(l.commits, commit) {
			return l.point, nil
		}
	}
	point, code, err := p.repo.run("merge-base", "HEAD", commit)
	if code == 1 {
		return commit, nil // no common history
	}
	return point, err
}

func (p *replay) show(title string, verdict msrv.Verdict) {
	least := msrv.LevelStop
	if p.verbose {
		least = msrv.LevelNotice
	}
	for _, f := range verdict.At(least) {
		fmt.Fprintf(p.out, "%s: %s %s %s:%d %s %q -> %q (baseline %q)", title, f.Level, f.Cause, f.Path, f.Line, f.Key, f.Was, f.Now, f.Baseline)
		if f.Problem != nil {
			fmt.Fprintf(p.out, " %v", f.Problem)
		}
		fmt.Fprintln(p.out)
	}
}
