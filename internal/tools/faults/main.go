// Command faults breaks changes of refs in every way for as long as it is told, and prints the
// tables of docs/reliability.md. It exits 1 when anything was found that must not be.
//
//	faults -kill                 every operation × every mode × every scenario
//	faults -power -states 200000 what power cuts leave
//	faults -race -rounds 2000    against other git processes
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops/refs/refstest"
)

type options struct {
	kill, power, race     bool
	states, rounds, seeds int
	seed                  uint64
	reads, sample         int
	deepEvery             int
	git, only, dir        string
}

func main() {
	var o options
	flag.BoolVar(&o.kill, "kill", false, "kill, tear and fail every operation")
	flag.BoolVar(&o.power, "power", false, "cut the power after every operation")
	flag.BoolVar(&o.race, "race", false, "race with other git processes, and read meanwhile")
	flag.IntVar(&o.states, "states", 200000, "power-loss states to make")
	flag.IntVar(&o.rounds, "rounds", 2000, "rounds against each opponent")
	flag.IntVar(&o.reads, "reads", 5000000, "reads beside changes; 0: none")
	flag.IntVar(&o.seeds, "seeds", 1, "repetitions of the fault campaign, with other errors each")
	flag.IntVar(&o.sample, "sample", 100, "sampled operations of the large scenario, 0: leave it out")
	flag.Uint64Var(&o.seed, "seed", 1, "of the random choices")
	flag.IntVar(&o.deepEvery, "deep", 20, "ask git fsck and for-each-ref after one run in so many")
	flag.StringVar(&o.git, "git", "git", "the git program")
	flag.StringVar(&o.only, "only", "", "run scenarios and opponents with this in their name only")
	flag.StringVar(&o.dir, "dir", "", "where to work; empty: in memory, or the temporary directory")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	dir, err := workDir(o.dir)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path, err := exec.LookPath(o.git)
	if err != nil {
		return err
	}
	g := refstest.Git{Path: path, Home: dir}
	version, err := g.Run(dir, "--version")
	if err != nil {
		return err
	}
	fmt.Printf("%s, %s, %s/%s, %d CPUs, seed %d\n", time.Now().UTC().Format("2006-01-02 15:04 UTC"), version, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), o.seed)
	var bad []error
	for _, c := range []struct {
		on  bool
		run func(options, refstest.Git, string) error
	}{{o.kill, kills}, {o.power, powers}, {o.race, races}} {
		if c.on {
			start := time.Now()
			bad = append(bad, c.run(o, g, dir))
			fmt.Printf("\n%s in all\n", time.Since(start).Round(time.Second))
		}
	}
	return errors.Join(bad...)
}

func workDir(dir string) (string, error) {
	if dir != "" {
		return os.MkdirTemp(dir, "faults-")
	}
	if made, err := os.MkdirTemp("/dev/shm", "faults-"); err == nil {
		return made, nil
	}
	return os.MkdirTemp("", "faults-")
}

// world makes a scenario ready in a directory of its own.
func world(g refstest.Git, dir string, s refstest.Scenario) (*refstest.World, string, error) {
	own, err := os.MkdirTemp(dir, "w")
	if err != nil {
		return nil, "", err
	}
	w, err := refstest.Prepare(g, own, s)
	return w, own, err
}

// kills breaks every scenario at every operation in every mode.
func kills(o options, g refstest.Git, dir string) error {
	fmt.Printf("\n| scenario | operations |%s bad |\n|---|--:|%s--:|\n", modeHeads(), strings.Repeat("--:|", len(refstest.Modes())))
	var bad []error
	runs := 0
	scenarios := refstest.Scenarios()
	if o.sample > 0 {
		scenarios = append(scenarios, refstest.Large(100000))
	}
	for _, s := range scenarios {
		if !strings.Contains(s.Name, o.only) {
			continue
		}
		w, own, err := world(g, dir, s)
		if err != nil {
			return err
		}
		n, err := w.Operations()
		if err != nil {
			return err
		}
		step := 1
		if strings.HasPrefix(s.Name, "fifty") {
			step = max(1, n*len(refstest.Modes())/o.sample/len(refstest.Modes()))
		}
		fmt.Printf("| %s | %d |", s.Name, n)
		found := 0
		for _, mode := range refstest.Modes() {
			count := 0
			for seed := range o.seeds {
				for at := 1; at <= n; at += step {
					runs, count = runs+1, count+1
					if err := w.Break(mode, at, at+seed+int(o.seed), runs%o.deepEvery == 0); err != nil {
						found++
						bad = append(bad, err)
					}
				}
			}
			fmt.Printf(" %d |", count)
		}
		fmt.Printf(" %d |\n", found)
		if err := os.RemoveAll(own); err != nil {
			return err
		}
	}
	fmt.Printf("\n%d runs, %d bad\n", runs, len(bad))
	return first(bad)
}

func modeHeads() string {
	var b strings.Builder
	for _, m := range refstest.Modes() {
		fmt.Fprintf(&b, " %s |", m)
	}
	return b.String()
}

// powers cuts the power until so many states were looked at.
func powers(o options, g refstest.Git, dir string) error {
	fmt.Print("\n| scenario | states | bad |\n|---|--:|--:|\n")
	var chosen []refstest.Scenario
	for _, s := range refstest.Scenarios() {
		if strings.Contains(s.Name, o.only) {
			chosen = append(chosen, s)
		}
	}
	var bad []error
	total := 0
	for i, s := range chosen {
		w, own, err := world(g, dir, s)
		if err != nil {
			return err
		}
		made, wrong, err := w.PowerLosses(40, o.seed, (o.states-total)/(len(chosen)-i), o.deepEvery*10)
		if err != nil {
			return err
		}
		found := len(wrong)
		bad = append(bad, wrong...)
		total += made
		fmt.Printf("| %s | %d | %d |\n", s.Name, made, found)
		if err := os.RemoveAll(own); err != nil {
			return err
		}
	}
	fmt.Printf("\n%d states, %d bad\n", total, len(bad))
	return first(bad)
}

func first(bad []error) error {
	return errors.Join(bad[:min(len(bad), 10)]...)
}
