package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
)

// randomRows picks commits of the main branch, and branches and tags to put them on, each commits on each.
func randomRows(ctx context.Context, git, repo string, n, each int, seed uint64) ([]row, error) {
	commits, err := lines(ctx, git, "-C", repo, "log", "--first-parent", "--min-parents=1", "--format=%H %P", "HEAD")
	if err != nil {
		return nil, err
	}
	refs, err := lines(ctx, git, "-C", repo, "for-each-ref", "--format=%(objecttype) %(objectname)%(*objecttype) %(*objectname)",
		"refs/heads", "refs/remotes", "refs/tags")
	if err != nil {
		return nil, err
	}
	var ontos []string
	for _, ref := range refs {
		f := strings.Fields(ref)
		if f[0] == "commit" {
			ontos = append(ontos, f[1])
		} else if len(f) == 3 && strings.HasSuffix(f[1], "commit") {
			ontos = append(ontos, f[2])
		}
	}
	if len(commits) == 0 || len(ontos) == 0 {
		return nil, fmt.Errorf("%s has no commits with parents, or no branches and tags", repo)
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	var rows []row
	onto := ""
	for i := range n {
		f := strings.Fields(commits[rng.IntN(len(commits))])
		if i%max(each, 1) == 0 {
			onto = ontos[rng.IntN(len(ontos))]
		}
		rows = append(rows, row{id: fmt.Sprintf("random-%d-%05d", seed, i), source: f[0], base: f[1], onto: onto})
	}
	return rows, nil
}

func lines(ctx context.Context, name string, args ...string) ([]string, error) {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), nil
}
