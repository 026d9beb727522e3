package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/git-backport/git-backport/internal/merge/mergetest"
)

// treeCampaign merges random trees, a batch per call of git, and writes each case that differs as
// a txtar archive.
type treeCampaign struct {
	trees, batch int
	seed         uint64
	git, out     string
}

func (c treeCampaign) run() (differ int, err error) {
	dir, err := os.MkdirTemp("", "treefuzz")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	judge, err := mergetest.NewJudge(c.git, filepath.Join(dir, "repo"))
	if err != nil {
		return 0, err
	}
	counts := map[string]int{}
	for done := 0; done < c.trees; {
		n := min(c.batch, c.trees-done)
		cases := make([]mergetest.Case, n)
		for i := range cases {
			seed := c.seed + uint64(done+i)
			cases[i] = mergetest.Random(rand.New(rand.NewPCG(seed, 7)))
			cases[i].Name = fmt.Sprintf("random-%d", seed)
		}
		answers, err := judge.Merge(cases)
		if err != nil {
			return differ, fmt.Errorf("cases from %s on: %w", cases[0].Name, err)
		}
		for i, k := range cases {
			what, err := c.compare(judge, k, i, answers[i])
			if err != nil {
				return differ, err
			}
			counts[what]++
			if strings.HasPrefix(what, "differs: ") {
				differ++
			}
		}
		done += n
	}
	fmt.Printf("%d tree merges, %d differ\n", c.trees, differ)
	var kinds []string
	for what := range counts {
		kinds = append(kinds, what)
	}
	sort.Strings(kinds)
	for _, what := range kinds {
		fmt.Printf("  %s: %d\n", what, counts[what])
	}
	return differ, nil
}

// compare merges case i of a batch and names what came of it.
func (c treeCampaign) compare(judge *mergetest.Judge, k mergetest.Case, i int, git mergetest.Answer) (string, error) {
	if git.Err != "" {
		return "git aborts", nil
	}
	store := mergetest.NewStore()
	result, err := k.Merge(store, mergetest.Labels(i))
	ours := mergetest.AnswerOf(result, err)
	if what := ours.Known(git); what != "" {
		return "known: " + what, nil
	}
	what := ours.Diff(git)
	switch {
	case what == "" && git.Clean:
		return "clean", nil
	case what == "":
		return "conflict", nil
	}
	if !git.Clean && !ours.Clean {
		files, err := store.List(result.Tree)
		if err != nil {
			return "", err
		}
		broken, err := judge.Broken(k, git, files)
		if err != nil || broken != "" {
			return "known: " + broken, err
		}
	}
	return "differs: " + what, c.write(k, what, ours, git)
}

func (c treeCampaign) write(k mergetest.Case, what string, ours, git mergetest.Answer) error {
	if err := os.MkdirAll(c.out, 0o755); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s differs\n", k.Name, what)
	for _, side := range []struct {
		name string
		a    mergetest.Answer
	}{{"ours", ours}, {"git", git}} {
		fmt.Fprintf(&b, "%s: clean %v, tree %s %s\n  %s\n  %s\n", side.name, side.a.Clean, side.a.Tree, side.a.Err,
			strings.Join(side.a.Stages, "\n  "), strings.Join(side.a.Messages, "\n  "))
	}
	b.Write(k.Format())
	return os.WriteFile(filepath.Join(c.out, k.Name+".txtar"), []byte(b.String()), 0o644)
}
