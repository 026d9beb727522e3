// Command pinreplay replays a project's history through the toolchain gate: which pins each release
// branch had at its branch point, first tag and tip; whether the gate would have stopped a backport that
// really happened; and whether it stops each commit of main that raises a pin, on every older branch.
//
// It only reads the clone given by -C: trees that merges make are written to a temporary directory.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
)

func main() {
	clone := flag.String("C", ".", "the clone")
	gitPath := flag.String("git", "git", "the git command, 2.45 or newer for -corpus and -since")
	corpus := flag.String("corpus", "", "a table of backports: id, source, onto, base, status, tree, kinds")
	since := flag.String("since", "release-36.0.0", "the branch since whose branch point main's raises are replayed; empty leaves them out")
	verbose := flag.Bool("v", false, "show every finding that is not a pass")
	mutated := flag.Bool("mutate", false, "move each pin of the clones that the arguments name, one at a time, and print what the gate says")
	commits := flag.String("commits", "", "ask about the commits since this `date` that change a pin file, of the clones that the arguments name")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	if *mutated {
		if err := mutateAll(&replay{out: out, verbose: *verbose}, *gitPath, flag.Args()); err != nil {
			fmt.Fprintln(os.Stderr, "pinreplay: error:", err)
			os.Exit(1)
		}
		_ = out.Flush()
		return
	}
	if *commits != "" {
		for _, dir := range flag.Args() {
			if err := (&replay{out: out, verbose: *verbose}).commits(dir, *gitPath, *commits); err != nil {
				fmt.Fprintln(os.Stderr, "pinreplay: error:", err)
				os.Exit(1)
			}
		}
		return
	}
	err := run(out, *clone, *gitPath, *corpus, *since, *verbose)
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pinreplay: error:", err)
		os.Exit(1)
	}
}

func run(out *bufio.Writer, clone, gitPath, corpus, since string, verbose bool) error {
	repo, err := open(clone, gitPath)
	if err != nil {
		return err
	}
	defer repo.close()
	p := &replay{repo: repo, out: out, verbose: verbose}
	if p.lines, err = repo.branches(); err != nil {
		return err
	}
	if err := p.table(); err != nil {
		return err
	}
	if corpus != "" {
		if err := p.backports(corpus); err != nil {
			return err
		}
	}
	if since == "" {
		return nil
	}
	return p.raises(since)
}

type replay struct {
	repo    *repo
	out     *bufio.Writer
	lines   []line
	verbose bool
}
