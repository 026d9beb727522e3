package cmd

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/git-backport/git-backport/internal/streams"
)

// A trace is how long the stages of a run took. Its methods do nothing on nil.
type trace struct {
	now   func() time.Time
	start time.Time

	mu     sync.Mutex
	stages []stageTime // in the order they were first begun
}

// A stageTime is the time of one stage, of one target where it is a target's.
type stageTime struct {
	name, target string
	total        time.Duration
	calls        int
}

// stage begins a stage; what it returns ends it. A stage may be under way several times at once, for
// several targets.
func (t *trace) stage(name, target string) (end func()) {
	if t == nil {
		return func() {}
	}
	return t.stageFrom(t.now(), name, target)
}

// stageFrom is stage for one that has begun before.
func (t *trace) stageFrom(begun time.Time, name, target string) (end func()) {
	t.mu.Lock()
	at := t.index(name, target)
	t.mu.Unlock()
	return func() {
		took := t.now().Sub(begun)
		t.mu.Lock()
		t.stages[at].total += took
		t.stages[at].calls++
		t.mu.Unlock()
	}
}

func (t *trace) index(name, target string) int {
	for i, s := range t.stages {
		if s.name == name && s.target == target {
			return i
		}
	}
	t.stages = append(t.stages, stageTime{name: name, target: target})
	return len(t.stages) - 1
}

// write prints each stage with its share of the run, with detail for each target too. Targets are worked
// on side by side, so that shares may come to more than the whole.
func (t *trace) write(w io.Writer, detail bool) error {
	if t == nil {
		return nil
	}
	whole := t.now().Sub(t.start)
	var b strings.Builder
	fmt.Fprintf(&b, "git-backport: trace: %-22s %9s %7s %6s\n", "stage", "ms", "share", "calls")
	line := func(name string, d time.Duration, calls int) {
		share := 100.0
		if whole > 0 {
			share = 100 * float64(d) / float64(whole)
		}
		fmt.Fprintf(&b, "git-backport: trace: %-22s %9.2f %6.1f%% %6d\n", name, float64(d)/float64(time.Millisecond), share, calls)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	done := map[string]bool{}
	for _, s := range t.stages {
		if done[s.name] {
			continue
		}
		done[s.name] = true
		sum := stageTime{}
		for _, x := range t.stages {
			if x.name == s.name {
				sum.total, sum.calls = sum.total+x.total, sum.calls+x.calls
			}
		}
		line(s.name, sum.total, sum.calls)
		for _, x := range t.stages {
			if detail && x.name == s.name && x.target != "" {
				line("  "+streams.Clean(x.target), x.total, x.calls)
			}
		}
	}
	line("all, from main on", whole, 1)
	_, err := io.WriteString(w, b.String())
	return err
}
