// Command initjudge says how good init's proposals are: it proposes a policy for each clone as it stood twelve
// months before its last release, and judges by it the lines that were released since; and it proposes one for
// the clone as it is, and tries it: the names, the live lines, a bump against the last real release commits, and,
// with -gb, a plan of a recent commit of main. It only reads the clones.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	program := flag.String("gb", "", "the built program, for a trial plan")
	verbose := flag.Bool("v", false, "print each proposal")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	err := run(out, flag.Args(), *program, *verbose)
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "initjudge: error:", err)
		os.Exit(1)
	}
}

// run judges the clones; an argument is a path, or NAME=PATH.
func run(out *bufio.Writer, clones []string, program string, verbose bool) error {
	fmt.Fprintln(out, "| project | on | lines of a template, of tags | live lines | a year ahead: hits, misses, extras | version files, equal bumps | trial plan |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|")
	var all tally
	worst, worstScore := "", 2.0
	unusable := 0
	for _, arg := range clones {
		name, path, ok := strings.Cut(arg, "=")
		if !ok {
			name, path = filepath.Base(arg), arg
		}
		j, err := judge(context.Background(), name, path, program)
		if err != nil {
			fmt.Fprintf(out, "| %s | unusable: %v |\n", name, err)
			unusable++
			continue
		}
		if !j.usable {
			unusable++
		}
		j.row(out)
		if verbose {
			fmt.Fprintf(out, "\n```toml\n%s```\n\nA year before:\n\n```toml\n%s```\n\n", j.proposal.Text, j.old)
		}
		if err := out.Flush(); err != nil {
			return err
		}
		all.add(j.ahead)
		if s := j.ahead.f1(); s < worstScore {
			worst, worstScore = name, s
		}
	}
	fmt.Fprintf(out, "\n%d projects, %d unusable. Lines released in the year after the proposal: precision %.1f %%, recall %.1f %% (%d hits, %d misses, %d extras); the worst is %s (%.0f %%).\n",
		len(clones), unusable, 100*all.precision(), 100*all.recall(), all.hits, all.misses, all.extras, worst, 100*worstScore)
	return nil
}

// A tally counts lines.
type tally struct{ hits, misses, extras int }

func (t *tally) add(o tally) {
	t.hits, t.misses, t.extras = t.hits+o.hits, t.misses+o.misses, t.extras+o.extras
}

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

func (t tally) precision() float64 { return share(t.hits, t.hits+t.extras) }
func (t tally) recall() float64    { return share(t.hits, t.hits+t.misses) }
func (t tally) f1() float64        { return share(2*t.hits, 2*t.hits+t.misses+t.extras) }
