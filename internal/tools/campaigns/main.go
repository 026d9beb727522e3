//go:build linux

// Command campaigns has the whole program work where everything goes wrong, for as long as it is told, and
// writes what it found into docs/reliability.md. It exits 1 when anything was found that must not be.
//
//	campaigns -bin PROGRAM -sequences 2000   random verbs with git taking away whatever no ref holds
//	campaigns -bin PROGRAM -signals 1000     SIGKILL, SIGINT and SIGTERM at random moments of every verb
//	campaigns -bin PROGRAM -disk             disks that are full but for a few kB
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

type options struct {
	signals             int
	disk                bool
	sequences           int
	seed                uint64
	from, jobs          int
	template            string
	stay                bool
	bin, git, dir, page string
}

func main() {
	var o options
	flag.IntVar(&o.sequences, "sequences", 0, "random sequences of verbs and of git's clearing away")
	flag.IntVar(&o.signals, "signals", 0, "signals at random moments")
	flag.BoolVar(&o.disk, "disk", false, "full disks; wants to mount a tmpfs")
	flag.Uint64Var(&o.seed, "seed", 1, "of the random choices")
	flag.IntVar(&o.from, "from", 0, "the first sequence")
	flag.IntVar(&o.jobs, "jobs", 1, "how many run side by side")
	flag.StringVar(&o.template, "template", "", "for a part of the sequences: the world that they begin with")
	flag.BoolVar(&o.stay, "stay", false, "stop at what is found, and let its world stay")
	flag.StringVar(&o.bin, "bin", "", "the program; empty builds it")
	flag.StringVar(&o.git, "git", "git", "the git program")
	flag.StringVar(&o.dir, "dir", "", "where to work; empty: in memory, or the temporary directory")
	flag.StringVar(&o.page, "o", "", "the page to write the figures into; empty prints them")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "campaigns:", err)
		os.Exit(1)
	}
}

func run(o options) (err error) {
	dir, err := workDir(o.dir)
	if err != nil {
		return err
	}
	defer func() {
		if !o.stay || err == nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	b := &bench{dir: dir, seed: o.seed, git: o.git, bin: o.bin}
	if b.git, err = exec.LookPath(o.git); err != nil {
		return err
	}
	if err := b.build(); err != nil {
		return err
	}
	var bad error
	for _, c := range []struct {
		name string
		on   bool
		run  func(*bench, options) (string, error)
	}{{"sequences", o.sequences > 0, sequences}, {"signals", o.signals > 0, signals}, {"disk", o.disk, disks}} {
		if !c.on {
			continue
		}
		start := time.Now()
		text, err := c.run(b, o)
		bad = errors.Join(bad, err)
		if text == "" {
			continue
		}
		version, err := b.runGit(dir, "--version")
		if err != nil {
			return err
		}
		text = fmt.Sprintf("%s, %s, %s/%s, %d CPUs, seed %d, %s\n\n%s", start.UTC().Format("2006-01-02 15:04 UTC"), version,
			runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), o.seed, time.Since(start).Round(time.Second), text)
		if err := write(o.page, c.name, text); err != nil {
			return err
		}
	}
	return bad
}

// build makes the program, unless one was named.
func (b *bench) build() error {
	if b.bin != "" {
		var err error
		b.bin, err = filepath.Abs(b.bin)
		return err
	}
	b.bin = filepath.Join(b.dir, "git-backport")
	out, err := exec.Command("go", "build", "-o", b.bin, "./cmd/git-backport").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func workDir(dir string) (string, error) {
	if dir != "" {
		return os.MkdirTemp(dir, "campaigns-")
	}
	if made, err := os.MkdirTemp("/dev/shm", "campaigns-"); err == nil {
		return made, nil
	}
	return os.MkdirTemp("", "campaigns-")
}
