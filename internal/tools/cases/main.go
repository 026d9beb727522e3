// Cases runs every script of a directory with GIT_BACKPORT set to the program, side by side, and
// prints what became of each: exit 0 is right, any other status is wrong.
//
//	cases [-program FILE] [-git FILE] [-expect FILE] [-run PATTERN] DIR
//
// It exits 1 where a script is wrong. With -expect only the scripts that FILE names have to be right,
// one a line; a script that is right and not named is pointed at, so that the list grows.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() {
	var r runner
	flag.StringVar(&r.program, "program", "", "the program to try; built from this checkout when empty")
	flag.StringVar(&r.git, "git", os.Getenv("GIT_BACKPORT_ORACLE"), "the git that a script finds as GIT")
	flag.StringVar(&r.pattern, "run", "*", "run the scripts with such a name only")
	flag.DurationVar(&r.limit, "limit", 10*time.Minute, "a script that does not end in this time is ended, and wrong")
	flag.IntVar(&r.jobs, "jobs", 2, "scripts side by side")
	flag.BoolVar(&r.verbose, "v", false, "show what a wrong script printed")
	expect := flag.String("expect", "", "only the scripts that `FILE` names have to be right")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	wrong, err := run(r, flag.Arg(0), *expect)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cases:", err)
	}
	if err != nil || wrong > 0 {
		os.Exit(1)
	}
}

// run runs the scripts of a directory and returns how many that had to be right are wrong.
func run(r runner, dir, expect string) (int, error) {
	names, err := scripts(dir, r.pattern)
	if err != nil {
		return 0, err
	}
	must := names
	if expect != "" {
		if must, err = readList(expect, dir); err != nil {
			return 0, err
		}
	}
	if r.program == "" {
		tmp, err := os.MkdirTemp("", "cases-")
		if err != nil {
			return 0, err
		}
		defer os.RemoveAll(tmp)
		r.program = filepath.Join(tmp, "git-backport")
		build := exec.Command("go", "build", "-o", r.program, "./cmd/git-backport")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return 0, fmt.Errorf("the program cannot be built: %w", err)
		}
	}
	if r.program, err = filepath.Abs(r.program); err != nil {
		return 0, err
	}
	return r.show(r.all(dir, names), must), nil
}

// scripts lists the scripts of a directory whose name, without ".sh", fits the pattern.
func scripts(dir, pattern string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		name, is := strings.CutSuffix(e.Name(), ".sh")
		fits, err := path.Match(pattern, name)
		if err != nil {
			return nil, fmt.Errorf("the pattern %q: %w", pattern, err)
		}
		if is && fits {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no script in %q is called %q", dir, pattern+".sh")
	}
	return names, nil
}

// readList reads the names of scripts, one a line; "#" begins a comment.
func readList(file, dir string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, line+".sh")); err != nil {
			return nil, fmt.Errorf("%s names %q, and there is no such script in %q", file, line, dir)
		}
		names = append(names, line)
	}
	return names, nil
}

// A runner is how scripts are run.
type runner struct {
	program, git, pattern string
	limit                 time.Duration
	jobs                  int
	verbose               bool
}

// A result is what became of one script.
type result struct {
	name   string
	right  bool
	why    string
	output []byte
}

func (r runner) all(dir string, names []string) []result {
	results := make([]result, len(names))
	slots := make(chan struct{}, max(r.jobs, 1))
	var wg sync.WaitGroup
	for i, name := range names {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			results[i] = r.one(dir, name)
		})
	}
	wg.Wait()
	return results
}

func (r runner) one(dir, name string) result {
	ctx, cancel := context.WithTimeout(context.Background(), r.limit)
	defer cancel()
	file, err := filepath.Abs(filepath.Join(dir, name+".sh"))
	if err != nil {
		return result{name: name, why: err.Error()}
	}
	c := exec.CommandContext(ctx, "bash", file)
	c.Dir = os.TempDir()
	c.Env = append(os.Environ(), "GIT_BACKPORT="+r.program)
	if docs, err := filepath.Abs("docs"); err == nil {
		c.Env = append(c.Env, "DOCS="+docs)
	}
	if r.git != "" {
		c.Env = append(c.Env, "GIT="+r.git)
	}
	c.WaitDelay = 2 * time.Second
	output, err := c.CombinedOutput()
	res := result{name: name, right: err == nil, output: output}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		res.why = fmt.Sprintf("not done after %v", r.limit)
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		res.why = fmt.Sprintf("exit %d", exit.ExitCode())
	case err != nil:
		res.why = err.Error()
	}
	return res
}

// show prints the results and returns how many of those that must be right are wrong.
func (r runner) show(results []result, must []string) int {
	var passed, broken, news int
	for _, res := range results {
		expected := slices.Contains(must, res.name)
		switch {
		case res.right && expected:
			fmt.Println("pass ", res.name)
		case res.right:
			news++
			fmt.Println("pass ", res.name, "(not in the list: add it)")
		case expected:
			broken++
			fmt.Println("FAIL ", res.name, "("+res.why+")")
		default:
			fmt.Println("fail ", res.name, "("+res.why+")")
		}
		if res.right {
			passed++
		} else if r.verbose || expected {
			fmt.Print(indent(res.output))
		}
	}
	fmt.Printf("%d passed, %d failed\n", passed, len(results)-passed)
	if news > 0 {
		fmt.Printf("%d passed that the list does not name\n", news)
	}
	return broken
}

// indent is the end of an output, set in.
func indent(output []byte) string {
	const most = 4000
	if len(output) > most {
		output = output[len(output)-most:]
	}
	if output = bytes.TrimRight(output, "\n"); len(output) == 0 {
		return ""
	}
	return "    " + strings.ReplaceAll(string(output), "\n", "\n    ") + "\n"
}
