package main

import (
	"context"
	"flag"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops"
)

// A landing is a commit of main's own line that lands a pull request, as git itself shows it.
type landing struct {
	number  int
	id      string
	commits []string // oldest first, without merges
}

// The ways in which the four projects that are measured name what they land.
var (
	mergeForm  = regexp.MustCompile(`^(?:Merge pull request #(\d+) from |Auto merge of #(\d+) - |Merge #(\d+)$)`)
	squashForm = regexp.MustCompile(`\(#(\d+)\)$`)
)

// requests takes the last pull requests that landed on main, as git shows them, and compares what their numbers
// are found to be.
func requests(ctx context.Context, args []string) error {
	var dir, git string
	var n int
	err := flags("requests", args, func(fs *flag.FlagSet) {
		fs.StringVar(&dir, "repo", "", "the clone")
		fs.StringVar(&git, "git", "git", "the git that says what was merged")
		fs.IntVar(&n, "n", 300, "how many")
	})
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
	landed, walked, err := landings(ctx, git, dir, main.Tip.String(), n)
	if err != nil {
		return err
	}
	session := repo.NewSession()
	numbers := make([]int, len(landed))
	for i, l := range landed {
		numbers[i] = l.number
	}
	found, err := backport.FindPullRequests(ctx, session, main, numbers)
	if err != nil {
		return err
	}
	right, merges, commits := 0, 0, 0
	for i, l := range landed {
		if m := found[i]; m.Err != nil || !l.is(m.Merged) {
			fmt.Printf("DIFFERS\t#%d\t%s\t%v\t%v\n", l.number, l.id, m.Merged, m.Err)
			continue
		}
		right++
		if len(l.commits) != 1 || l.commits[0] != l.id {
			merges, commits = merges+1, commits+len(l.commits)
		}
	}
	fmt.Printf("%d of %d pull requests are found as what was merged; %d by merges, of %d commits; in %d commits of main's line\n", right, len(landed), merges, commits, walked)
	return nil
}

// is reports whether what a number was found to be is what landed.
func (l landing) is(m backport.Merged) bool {
	var got []string
	for _, id := range m.Commits {
		got = append(got, id.String())
	}
	if !m.Merge.IsZero() && m.Merge.String() != l.id {
		return false
	}
	return slices.Equal(got, l.commits)
}

// landings lists the last pull requests that landed on main's own line, each number once, youngest first.
func landings(ctx context.Context, git, dir, main string, n int) ([]landing, int, error) {
	text, err := run1(ctx, git, dir, "log", "--first-parent", "--format=%H%x00%P%x00%s", main)
	if err != nil {
		return nil, 0, err
	}
	var out []landing
	walked := 0
	for line := range strings.Lines(text) {
		if len(out) == n {
			break
		}
		walked++
		part := strings.Split(strings.TrimSuffix(line, "\n"), "\x00")
		l := landing{id: part[0], commits: []string{part[0]}}
		parents := strings.Fields(part[1])
		m := squashForm.FindStringSubmatch(part[2])
		if len(parents) > 1 && m == nil {
			m = mergeForm.FindStringSubmatch(part[2])
		}
		if m == nil {
			continue
		}
		l.number, _ = strconv.Atoi(strings.Join(m[1:], ""))
		if len(parents) > 1 {
			list, err := run1(ctx, git, dir, "rev-list", "--reverse", "--no-merges", parents[0]+".."+l.id)
			if err != nil {
				return nil, 0, err
			}
			l.commits = strings.Fields(list)
		}
		out = append(out, l)
	}
	return out, walked, nil
}

func run1(ctx context.Context, git, dir string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, git, append([]string{"-C", dir}, args...)...).Output()
	return string(out), err
}
