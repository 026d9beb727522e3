package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// section measures everything on one repository.
func (b *bench) section(title, dir, config string) error {
	head, err := b.run(dir, "log", "-1", "--format=%H of %cs", "HEAD")
	if err != nil {
		return err
	}
	releases, err := b.releases(dir)
	if err != nil {
		return err
	}
	if b.history, err = b.changes(dir); err != nil {
		return err
	}
	shapes, err := b.shapes(dir, releases)
	if err != nil {
		return err
	}
	b.print("\n## %s\n\nHEAD %s, %d release branches.\n", title, head, len(releases))
	graphed, crowded, err := b.sites(dir)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return b.onePick(dir, shapes) },
		func() error { return b.branches(dir, graphed, shapes[3], releases) },
		func() error { return b.eight(dir, shapes, releases) },
		func() error { return b.changed(dir, releases) },
		func() error { return b.policy(crowded, config, shapes[3]) },
		func() error { return b.apply(dir, shapes, releases) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// sites makes borrowed repositories: one with a commit-graph, and two with 11,000 refs, without and
// with one.
func (b *bench) sites(dir string) (graphed string, crowded [2]string, err error) {
	graphed = filepath.Join(b.work, "graphed.git")
	crowded = [2]string{filepath.Join(b.work, "crowded.git"), filepath.Join(b.work, "crowded-graphed.git")}
	for i, to := range []string{graphed, crowded[0], crowded[1]} {
		if err := b.borrow(dir, to); err != nil {
			return "", crowded, err
		}
		if i > 0 {
			if err := b.crowd(to, 11000); err != nil {
				return "", crowded, err
			}
		}
		if i != 1 {
			if _, err := b.run(to, "commit-graph", "write", "--reachable", "--no-progress"); err != nil {
				return "", crowded, err
			}
		}
	}
	return graphed, crowded, nil
}

// startUp measures what every run pays.
func (b *bench) startUp() error {
	names := []string{"an empty Go program", "a Go program that links the same packages and does nothing", "`git-backport version`", "`git --version`"}
	var commands []command
	for i, args := range [][]string{{b.none}, {b.linked}, {b.ours, "version"}, {b.git, "--version"}} {
		commands = append(commands, command{name: names[i], args: args})
	}
	r, err := b.inTurn(commands...)
	if err != nil {
		return err
	}
	b.print("\n## Start-up\n\n| process | ms | quartiles | CPU ms | peak MiB |\n|---|---:|---:|---:|---:|\n")
	for i, name := range names {
		b.print("| %s %s\n", name, r[i].cells())
	}
	b.print("\n`version` is %.1f ms above what a program of these packages takes to start, and %.1f ms above an empty one.\n",
		ms(r[2].median-r[1].median), ms(r[2].median-r[0].median))
	return nil
}

// onePick measures the five shapes beside git.
func (b *bench) onePick(dir string, shapes []shape) error {
	b.print("\n### One pick\n\n| shape | commit | onto | files | files that differ |\n|---|---|---|---:|---:|\n")
	for _, s := range shapes {
		b.print("%s\n", s.row())
	}
	b.print("\n`plan COMMIT --onto BRANCH --no-bump --no-why --json`, which asks the toolchain gate too where the pick is clean, beside `git merge-tree --write-tree --merge-base=COMMIT^ BRANCH COMMIT`:\n\n")
	b.print("| shape | ours ms | quartiles | CPU ms | peak MiB | git ms | quartiles | CPU ms | peak MiB | ratio | git again ms | ratio |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	var ratios, again []float64
	for _, s := range shapes {
		r, err := b.inTurn(b.plan(dir, s.name, s.source, "--no-bump", "--onto", s.onto), b.mergeTree(dir, s.name+", git", s.source, s.onto),
			b.mergeTreeAgain(dir, s.name+", git again", s.source, s.onto))
		if err != nil {
			return err
		}
		ratios, again = append(ratios, ratio(r[0], r[1])), append(again, ratio(r[0], r[2]))
		b.print("| %s %s %s %.2f | %.1f | %.2f |\n", s.name, r[0].cells(), r[1].cells()[2:], ratio(r[0], r[1]), ms(r[2].median), ratio(r[0], r[2]))
	}
	b.print("\nMedian of the ratios %.2f, the highest %.2f; beside git again, which finds its objects there and writes none: %.2f and %.2f.\n",
		median(ratios), highest(ratios), median(again), highest(again))
	return nil
}

// branches measures one fix onto more and more branches, the newest first.
func (b *bench) branches(dir, graphed string, s shape, releases []string) error {
	b.print("\n### One fix onto more branches\n\nThe commit of “%s” onto the newest branches with --no-bump, beside as many processes of git.\n\n", s.name)
	b.print("| branches | ours ms | CPU ms | peak MiB | with a commit-graph, ms | git, all processes, ms | ratio | ms per further branch |\n|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	var last time.Duration
	before := 0
	for _, n := range []int{1, 2, 4, 8, 16, 32, len(releases)} {
		if n > len(releases) || n == before {
			continue
		}
		newest := releases[len(releases)-n:]
		args := append(onto(newest), "--no-bump")
		r, git, err := b.beside(dir, s.source, newest, b.plan(dir, "plan", s.source, args...), b.plan(graphed, "plan", s.source, args...))
		if err != nil {
			return err
		}
		further := "–"
		if before > 0 {
			further = fmt.Sprintf("%.1f", ms(r[0].median-last)/float64(n-before))
		}
		b.print("| %d | %.1f | %.1f | %.0f | %.1f | %.1f | %.2f | %s |\n", n, ms(r[0].median), ms(r[0].cpu), float64(r[0].rss)/1024,
			ms(r[1].median), ms(git), ms(r[0].median)/ms(git), further)
		last, before = r[0].median, n
	}
	return nil
}

// eight measures the fix of each shape onto the eight newest branches.
func (b *bench) eight(dir string, shapes []shape, releases []string) error {
	newest := releases[max(0, len(releases)-8):]
	b.print("\nThe commit of each shape onto the %d newest, in the same way:\n\n| shape | ours ms | CPU ms | peak MiB | git, all processes, ms | ratio |\n|---|---:|---:|---:|---:|---:|\n", len(newest))
	var ratios []float64
	for _, s := range shapes {
		r, git, err := b.beside(dir, s.source, newest, b.plan(dir, "plan", s.source, append(onto(newest), "--no-bump")...))
		if err != nil {
			return err
		}
		ratios = append(ratios, ms(r[0].median)/ms(git))
		b.print("| %s | %.1f | %.1f | %.0f | %.1f | %.2f |\n", s.name, ms(r[0].median), ms(r[0].cpu), float64(r[0].rss)/1024, ms(git), ms(r[0].median)/ms(git))
	}
	b.print("\nMedian of the ratios %.2f, the highest %.2f.\n", median(ratios), highest(ratios))
	return nil
}

// beside runs commands in turn with one git process for each branch, and sums the medians of those.
func (b *bench) beside(dir, source string, branches []string, commands ...command) (r []result, git time.Duration, err error) {
	n := len(commands)
	for _, ref := range branches {
		commands = append(commands, b.mergeTree(dir, "git", source, ref))
	}
	if r, err = b.inTurn(commands...); err != nil {
		return nil, 0, err
	}
	for _, one := range r[n:] {
		git += one.median
	}
	return r[:n], git, nil
}

// changed measures fixes of more and more files onto the newest branch.
func (b *bench) changed(dir string, releases []string) error {
	list := b.history
	b.print("\n### More changed files\n\n| files | commit | ours ms | git ms | ratio |\n|---:|---|---:|---:|---:|\n")
	newest := releases[len(releases)-1]
	for _, files := range []int{1, 2, 5, 10, 20, 50} {
		s, err := b.firstFit(dir, fmt.Sprint(files, " files"), newest, list, func(c change) bool { return c.files == files })
		if err != nil {
			continue // there is no such commit
		}
		r, err := b.inTurn(b.plan(dir, s.name, s.source, "--no-bump", "--onto", s.onto), b.mergeTree(dir, s.name+", git", s.source, s.onto))
		if err != nil {
			return err
		}
		b.print("| %d | %s | %.1f | %.1f | %.2f |\n", files, s.source[:12], ms(r[0].median), ms(r[1].median), ratio(r[0], r[1]))
	}
	return nil
}

// policy measures what the policy decides, in a repository with 11,000 refs.
func (b *bench) policy(crowded [2]string, config string, s shape) error {
	b.print("\n### By policy, with 11,000 refs\n\nBy `%s`; the fix is the commit of “%s”.\n\n", filepath.Base(config), s.name)
	b.print("| command | commit-graph | ms | quartiles | CPU ms | peak MiB |\n|---|---|---:|---:|---:|---:|\n")
	var commands []command
	var names []string
	for i, graph := range []string{"without", "with"} {
		dir := crowded[i]
		fix := []string{"--config", config, "--kind", "security"}
		commands = append(commands,
			b.plan(dir, "plan", s.source, fix...), b.plan(dir, "plan --no-bump", s.source, append(fix, "--no-bump")...),
			command{name: "branches", args: []string{b.ours, "-C", dir, "branches", "--json", "--config", config}})
		names = append(names, "`plan --kind security` | "+graph, "`plan --kind security --no-bump` | "+graph, "`branches` | "+graph)
	}
	r, err := b.inTurn(commands...)
	if err != nil {
		return err
	}
	for i, name := range names {
		b.print("| %s %s\n", name, r[i].cells())
	}
	return nil
}

// apply measures landing on four branches, on the disk and where flushing costs nothing.
func (b *bench) apply(dir string, shapes []shape, releases []string) error {
	newest := releases[len(releases)-4:]
	places := []string{b.work}
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		memory, err := os.MkdirTemp("/dev/shm", "bench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(memory)
		places = append(places, memory)
	}
	var commands []command
	s := shapes[0]
	for _, clean := range shapes {
		probe, err := b.once(b.plan(dir, "probe", clean.source, append(onto(newest), "--no-bump")...))
		if err != nil {
			return err
		}
		// A branch may have the commit already: then there is nothing to land.
		if base, err := b.run(dir, "merge-base", clean.source, newest[0]); err != nil || base == clean.source || probe.exit != 0 {
			continue
		}
		s = clean
		break
	}
	for _, place := range places {
		to := filepath.Join(place, "applied.git")
		fresh := func() error { return b.borrow(dir, to) }
		for _, verb := range []string{"plan", "apply"} {
			args := append([]string{b.ours, "-C", to, verb, s.source, "--json", "--no-why", "--no-bump"}, onto(newest)...)
			if verb == "apply" {
				args = append(args, "--partial")
			}
			commands = append(commands, command{name: verb, before: fresh, args: args})
		}
	}
	r, err := b.inTurn(commands...)
	if err != nil {
		return err
	}
	b.print("\n### Landing on four branches\n\nThe commit of “%s” onto the four newest branches, exit code %d.\n\n", s.name, r[1].exit)
	b.print("| command | where | ms | quartiles | CPU ms | peak MiB |\n|---|---|---:|---:|---:|---:|\n")
	for i := range r {
		b.print("| `%s` | %s %s\n", commands[i].name, []string{"temporary directory", "temporary directory", "memory", "memory"}[i], r[i].cells())
	}
	b.print("\nLanding takes %.1f ms on top of the plan", ms(r[1].median-r[0].median))
	if len(r) == 4 {
		b.print(", and %.1f ms in memory, where flushing costs nothing", ms(r[3].median-r[2].median))
	}
	b.print(".\n")
	return nil
}
