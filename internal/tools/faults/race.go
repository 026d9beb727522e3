package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops/refs/refstest"
)

// races runs the rounds against each opponent, then the readers.
func races(o options, g refstest.Git, dir string) error {
	w, own, err := world(g, dir, refstest.Scenarios()[1])
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(own) }()
	fmt.Print("\n| opponent | rounds | changes of ours | refused | opponent lost | bad |\n|---|--:|--:|--:|--:|--:|\n")
	var bad []error
	for _, op := range refstest.Opponents() {
		if !strings.Contains(op.Name, o.only) {
			continue
		}
		r := w.Race(op, o.rounds, o.seed)
		fmt.Printf("| %s | %d | %d | %d | %d | %d |\n", op.Name, r.Rounds, r.Commits, r.Refused, r.Lost, len(r.Bad))
		bad = append(bad, r.Bad...)
	}
	if o.reads > 0 && strings.Contains("readers", o.only) {
		start := time.Now()
		commits, err := w.Readers(o.reads)
		seen := 0
		if err != nil {
			seen = 1
			bad = append(bad, err)
		}
		fmt.Printf("\n%d reads beside %d changes and `git pack-refs` without pause: %d saw a part (%s)\n", o.reads, commits, seen, time.Since(start).Round(time.Second))
	}
	return first(bad)
}
