package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/merge/mergetest"
)

// treeCampaign merges random trees, a batch per call of git, and writes each case that differs as
// a txtar archive.
type treeCampaign struct {
	trees, batch int
	seed         uint64
	git, out     string
	write        string // outcomes that reproducers are written for
	kinds        []mergetest.Kind
}

// newJudge makes a judge in a directory that end removes.
func (c treeCampaign) newJudge() (judge *mergetest.Judge, end func(), err error) {
	dir, err := os.MkdirTemp("", "treefuzz")
	if err != nil {
		return nil, nil, err
	}
	end = func() { os.RemoveAll(dir) }
	if judge, err = mergetest.NewJudge(c.git, filepath.Join(dir, "repo")); err != nil {
		end()
		return nil, nil, err
	}
	return judge, end, nil
}

func (c treeCampaign) run() (differ int, err error) {
	judge, end, err := c.newJudge()
	if err != nil {
		return 0, err
	}
	defer end()
	counts := map[string]map[string]int{}
	batches := 0
	for done := 0; done < c.trees; {
		n := min(c.batch, c.trees-done)
		cases := make([]mergetest.Case, n)
		kind := c.kinds[batches%len(c.kinds)]
		batches++
		if counts[kind.Name] == nil {
			counts[kind.Name] = map[string]int{}
		}
		for i := range cases {
			seed := c.seed + uint64(done+i)
			cases[i] = kind.Random(rand.New(rand.NewPCG(seed, 7)))
			cases[i].Name = fmt.Sprintf("%s-%d", kind.Name, seed)
		}
		answers, err := judge.Merge(cases)
		if err != nil {
			return differ, fmt.Errorf("cases from %s on: %w", cases[0].Name, err)
		}
		var written []mergetest.Case
		for i, k := range cases {
			got, err := outcome(judge, k, i, answers[i])
			if err != nil {
				return differ, err
			}
			counts[kind.Name][got.what]++
			if got.differs {
				differ++
			}
			if strings.HasPrefix(got.what, c.write) {
				written = append(written, k)
			}
		}
		for _, k := range written {
			if err := c.reproduce(judge, k); err != nil {
				return differ, err
			}
		}
		done += n
	}
	fmt.Printf("%d tree merges, %d differ\n", c.trees, differ)
	for _, kind := range c.kinds {
		fmt.Println(kind.Name)
		for _, what := range slices.Sorted(maps.Keys(counts[kind.Name])) {
			fmt.Printf("  %s: %d\n", what, counts[kind.Name][what])
		}
	}
	return differ, nil
}

// A caseOutcome is what came of it beside git.
type caseOutcome struct {
	what      string // "clean", "conflict", "known: …" or "differs: …"
	differs   bool
	ours, git mergetest.Answer
}

// outcome merges case i of a batch.
func outcome(judge *mergetest.Judge, k mergetest.Case, i int, git mergetest.Answer) (caseOutcome, error) {
	store := mergetest.NewStore()
	result, err := k.Merge(store, mergetest.Labels(i))
	ours := mergetest.AnswerOf(result, err)
	if git.Err != "" {
		if ours.Clean {
			return caseOutcome{what: "differs: clean where git dies", differs: true, ours: ours, git: git}, nil
		}
		return caseOutcome{what: "known: git dies", ours: ours, git: git}, nil
	}
	if known := ours.Known(git); known != "" {
		return caseOutcome{what: "known: " + known, ours: ours, git: git}, nil
	}
	what := ours.Diff(git)
	got := caseOutcome{what: what, ours: ours, git: git}
	switch {
	case what == "" && git.Clean:
		got.what = "clean"
		return got, nil
	case what == "":
		got.what = "conflict"
		return got, nil
	}
	if !git.Clean && !ours.Clean {
		files, err := store.List(result.Tree)
		if err != nil {
			return caseOutcome{}, err
		}
		broken, err := judge.Broken(k, git, files)
		if err != nil || broken != "" {
			got.what = "known: " + broken
			return got, err
		}
	}
	got.what, got.differs = "differs: "+what, true
	return got, nil
}

// reproduce writes what is needed of a case that differs, and both answers.
func (c treeCampaign) reproduce(judge *mergetest.Judge, k mergetest.Case) error {
	got, err := judgeOne(judge, k)
	if err != nil {
		return err
	}
	if k, err = reduce(judge, k, got.what); err != nil {
		return err
	}
	if got, err = judgeOne(judge, k); err != nil {
		return err
	}
	if err := os.MkdirAll(c.out, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.out, k.Name+".txtar"), append(got.describe(k.Name), k.Format()...), 0o644)
}

// describe shows an outcome, and both answers where they differ.
func (o caseOutcome) describe(name string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s\n", name, o.what)
	for _, side := range []struct {
		name string
		a    mergetest.Answer
	}{{"here", o.ours}, {"git", o.git}} {
		fmt.Fprintf(&b, "%s: clean %v, tree %s %s\n  %s\n  %s\n", side.name, side.a.Clean, side.a.Tree, side.a.Err,
			strings.Join(side.a.Stages, "\n  "), strings.Join(side.a.Messages, "\n  "))
	}
	return b.Bytes()
}

// replay judges the cases in txtar files again.
func (c treeCampaign) replay(paths []string) (differ int, err error) {
	judge, end, err := c.newJudge()
	if err != nil {
		return 0, err
	}
	defer end()
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return differ, err
		}
		k, _, _, err := mergetest.ParseCase(filepath.Base(path), data)
		if err != nil {
			return differ, err
		}
		got, err := judgeOne(judge, k)
		if err != nil {
			return differ, err
		}
		os.Stdout.Write(got.describe(k.Name))
		if got.differs {
			differ++
		}
	}
	return differ, nil
}

func judgeOne(judge *mergetest.Judge, k mergetest.Case) (caseOutcome, error) {
	answers, err := judge.Merge([]mergetest.Case{k})
	if err != nil {
		return caseOutcome{}, err
	}
	return outcome(judge, k, 0, answers[0])
}
