// Command states picks in repositories that hold the same commits in many states: settings, attributes of
// the machine, ways to store and to share objects. Git picks in the same state. What is picked here has to
// be one result in every state; where git's differs from it, a warning has to say so.
//
// It prints docs/merge-states.md and exits 1 when a state breaks that.
//
//	states [-git PATH] [-only WORD]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
)

func main() {
	git := flag.String("git", "git", "the git that judges")
	only := flag.String("only", "", "take the states alone whose group and name have `WORD` in it")
	flag.Parse()
	failed, err := run(context.Background(), *git, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "states:", err)
	}
	if err != nil || failed {
		os.Exit(1)
	}
}

func run(ctx context.Context, git, only string) (failed bool, err error) {
	dir, err := os.MkdirTemp("", "states-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	w, err := newWorld(ctx, git, dir)
	if err != nil {
		return false, err
	}
	groups := map[string]*tally{}
	for _, s := range states() {
		if s.group != "" && !strings.Contains(s.group+": "+s.name, only) {
			continue
		}
		t := groups[s.group]
		if t == nil {
			t = &tally{}
			groups[s.group] = t
		}
		if err := w.judge(ctx, s, t); err != nil {
			return false, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return report(groups), nil
}

// A tally counts what became of the picks of some states.
type tally struct {
	states, picks      int
	same               int // git makes the same
	named              int // git makes another, and a warning says so
	conflicts          int // a conflict here, which names the setting
	refused            int // refused here, by name
	gitRefuses         int
	idle, refusals, no []string // warnings without an effect; why it was refused; what is wrong
}

const head = `# The same pick in many states

Made by ` + "`go run ./internal/tools/states`" + `, judged by git 2.55: a repository whose picks rename files and directories, conflict, and need
attributes, line ends and trailers, in many states: settings of the user and of the repository, variables, files of attributes beside
those of the trees, ways to store and to share objects. Git picks in the same state. *As git*: the same tree, stages, markers, author and message as
git, and as without the state. *Named*: git makes another of it, here it is the same as for everybody, and a warning names the setting.
*Wrong* would be a result here that depends on the state, or one of git that differs while nothing says so.

`

func report(groups map[string]*tally) (failed bool) {
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Print(head)
	fmt.Println("| group | states | picks | as git | git differs, named | conflict that names the setting | refused by name | git refuses | wrong |")
	fmt.Println("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	all := &tally{}
	for _, name := range names {
		t := groups[name]
		t.print(name)
		all.states, all.picks, all.same, all.named = all.states+t.states, all.picks+t.picks, all.same+t.same, all.named+t.named
		all.conflicts, all.refused, all.gitRefuses = all.conflicts+t.conflicts, all.refused+t.refused, all.gitRefuses+t.gitRefuses
		all.no = append(all.no, t.no...)
	}
	all.print("**all**")
	fmt.Println("\nRefused by name:")
	fmt.Println()
	for _, name := range names {
		for _, line := range groups[name].refusals {
			fmt.Println("- " + line)
		}
	}
	fmt.Println("\nWarned about, without an effect on these picks:")
	fmt.Println()
	for _, name := range names {
		for _, line := range groups[name].idle {
			fmt.Println("- " + line)
		}
	}
	for _, line := range all.no {
		fmt.Println("\nWRONG:", line)
	}
	return len(all.no) > 0
}

func (t *tally) print(name string) {
	fmt.Printf("| %s | %d | %d | %d | %d | %d | %d | %d | %d |\n", name, t.states, t.picks, t.same, t.named, t.conflicts, t.refused, t.gitRefuses, len(t.no))
}
