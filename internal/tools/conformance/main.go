// Command conformance measures how the merge engine agrees with git.
//
// It merges each row of a table of picks and compares with the recorded answer, and, with -git, with
// the git found: status, tree (the conflicted one too), unmerged paths with their stages, and
// messages. It prints a table, writes a reproducer for each disagreement, and exits 1 when there is
// one.
//
//	conformance -repo CLONE [-table FILE.tsv | -random N] [-git PATH] [-out DIR]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
)

func main() {
	var c config
	flag.StringVar(&c.repo, "repo", "", "the clone: a bare repository, or a .git directory")
	flag.StringVar(&c.table, "table", "", "rows to merge: a TSV file")
	flag.IntVar(&c.random, "random", 0, "merge `N` random commits onto random branches and tags instead")
	flag.IntVar(&c.each, "each", 1, "with -random, `N` commits for each branch or tag taken: git is asked for them in one process")
	flag.Uint64Var(&c.seed, "seed", 1, "seed of -random")
	flag.StringVar(&c.git, "git", "", "compare with this git, live")
	flag.StringVar(&c.out, "out", "", "write reproducers into this directory")
	flag.IntVar(&c.skip, "skip", 0, "leave out the first `N` rows")
	flag.IntVar(&c.limit, "limit", 0, "merge at most `N` rows")
	flag.BoolVar(&c.verbose, "v", false, "print each disagreement")
	flag.BoolVar(&c.unverified, "unverified", false, "do not hash the objects that are read")
	flag.StringVar(&c.profile, "cpuprofile", "", "write a CPU profile")
	flag.Parse()
	if c.repo == "" || (c.table == "") == (c.random == 0) || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if c.profile != "" {
		f, err := os.Create(c.profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "conformance:", err)
			os.Exit(1)
		}
	}
	agree, err := run(context.Background(), c)
	pprof.StopCPUProfile()
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
	if !agree {
		os.Exit(1)
	}
}

type config struct {
	repo, table, git, out string
	random, each          int
	skip, limit           int
	seed                  uint64
	verbose, unverified   bool
	profile               string
}
