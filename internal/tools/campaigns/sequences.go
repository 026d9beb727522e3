//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"syscall"
)

// A sequence is one world, and what was done to it.
type sequence struct {
	*bench
	rand *rand.Rand
	dir  string // of the world
	repo string
	fix  []string // full ids
	done []string // what was done, in words
	left bool     // the world borrows nothing any more
	dirs int
	seen string // what the repository looked like when git was asked last
	tell *tally
}

// A tally counts what became of the steps.
type tally struct {
	Steps  map[string]int
	Ended  map[string]map[int]int // by verb and exit code
	Checks int                    // times that git looked through all
	Whole  int                    // branches that it looked through in the end
	Taken  map[string]int         // conflicts settled, by way
	Bad    []string
}

func newTally() *tally {
	return &tally{Steps: map[string]int{}, Ended: map[string]map[int]int{}, Taken: map[string]int{}}
}

// add adds what another part of the campaign counted.
func (t *tally) add(o *tally) {
	for name, n := range o.Steps {
		t.Steps[name] += n
	}
	for name, codes := range o.Ended {
		for code, n := range codes {
			t.end(name, code, n)
		}
	}
	for way, n := range o.Taken {
		t.Taken[way] += n
	}
	t.Checks, t.Whole, t.Bad = t.Checks+o.Checks, t.Whole+o.Whole, append(t.Bad, o.Bad...)
}

func (t *tally) end(name string, code, times int) {
	if t.Ended[name] == nil {
		t.Ended[name] = map[int]int{}
	}
	t.Ended[name][code] += times
}

// batch is how many sequences one process runs: what a run of the program maps into memory stays there.
const batch = 20

// sequences runs random sequences, and asks git after each step whether anything is lost.
func sequences(b *bench, o options) (string, error) {
	if o.template == "" {
		if err := b.prepare(); err != nil {
			return "", err
		}
	}
	tell, done := newTally(), 0
	stop, release := signal.NotifyContext(context.Background(), os.Interrupt)
	defer release()
	if o.template != "" {
		return "", runBatch(b, o)
	}
	var mu sync.Mutex
	var failed error
	var work sync.WaitGroup
	slots := make(chan struct{}, max(1, o.jobs))
	for from := o.from; from < o.from+o.sequences && stop.Err() == nil; from += batch {
		slots <- struct{}{}
		work.Go(func() {
			defer func() { <-slots }()
			n := min(batch, o.from+o.sequences-from)
			part, err := b.part(from, n, o)
			mu.Lock()
			defer mu.Unlock()
			if failed = errors.Join(failed, err); err != nil {
				return
			}
			tell.add(part)
			done += n
			for _, text := range part.Bad {
				fmt.Fprintln(os.Stderr, text)
			}
		})
	}
	work.Wait()
	if failed != nil {
		return "", failed
	}
	var bad error
	if len(tell.Bad) > 0 {
		bad = fmt.Errorf("%d of %d sequences are bad; the first: %s", len(tell.Bad), done, tell.Bad[0])
	}
	return tell.table(done), bad
}

// part runs some of the sequences in a process of their own.
func (b *bench) part(from, n int, o options) (*tally, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "-bin", b.bin, "-git", b.git, "-dir", b.dir, "-template", b.template, "-seed", fmt.Sprint(o.seed),
		"-from", fmt.Sprint(from), "-sequences", fmt.Sprint(n))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is for the campaign: it ends with what it has
	out, err := cmd.Output()
	tell := newTally()
	if err == nil {
		err = json.Unmarshal(out, tell)
	}
	if err != nil {
		return nil, fmt.Errorf("sequences from %d: %w: %s", from, err, out)
	}
	return tell, nil
}

// runBatch runs a few sequences, and prints what was counted.
func runBatch(b *bench, o options) error {
	if o.template != "" {
		b.template = o.template
	}
	fixes, err := b.runGit(filepath.Join(b.template, "r"), "rev-parse", "main~3", "main~2", "main", "topic", "topic2")
	if err != nil {
		return err
	}
	tell := newTally()
	for i := o.from; i < o.from+o.sequences; i++ {
		s := &sequence{bench: b, rand: rand.New(rand.NewPCG(o.seed, uint64(i))), tell: tell, fix: strings.Fields(fixes)}
		if err := s.run(); err != nil {
			tell.Bad = append(tell.Bad, fmt.Sprintf("sequence %d: %v\n  after: %s", i, err, strings.Join(s.done, "\n         ")))
			if o.stay {
				return errors.New(tell.Bad[0])
			}
		}
		if err := os.RemoveAll(s.dir); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(tell)
}

// table is what is written of a campaign.
func (t *tally) table(sequences int) string {
	var out strings.Builder
	out.WriteString("| step | times | exit 0 | 2 | 3 | 4 | 5 | other |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
	total := 0
	for _, name := range sorted(t.Steps) {
		total += t.Steps[name]
		fmt.Fprintf(&out, "| %s | %d |", name, t.Steps[name])
		codes, other := t.Ended[name], 0
		if codes == nil {
			out.WriteString(" | | | | | |\n")
			continue
		}
		for code, n := range codes {
			if !expected(code) {
				other += n
			}
		}
		fmt.Fprintf(&out, " %d | %d | %d | %d | %d | %d |\n", codes[0], codes[2], codes[3], codes[4], codes[5], other)
	}
	fmt.Fprintf(&out, "\n%d sequences, %d steps; conflicts settled: ", sequences, total)
	for i, way := range sorted(t.Taken) {
		if i > 0 {
			out.WriteString(", ")
		}
		fmt.Fprintf(&out, "%d %s", t.Taken[way], way)
	}
	fmt.Fprintf(&out, ". `git fsck --full` after each of them, %d times: "+
		"every object that a ref reaches is there; `git rev-list --objects` over %d branches of ours at the end of the sequences. %d sequences bad.\n", t.Checks, t.Whole, len(t.Bad))
	return out.String()
}

func sorted[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func expected(code int) bool { return code == 0 || code >= 2 && code <= 5 }

// run makes a world, does steps in it, then settles or gives up what is open.
func (s *sequence) run() error {
	var err error
	if s.dir, err = s.fresh(); err != nil {
		return err
	}
	s.repo = filepath.Join(s.dir, "r")
	for range 5 + s.rand.IntN(10) {
		step := s.choose()
		if err := step(s); err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return err
		}
	}
	return s.finish()
}

// choose takes a step at random: those that matter more often.
func (s *sequence) choose() func(*sequence) error {
	steps := []struct {
		weight int
		do     func(*sequence) error
	}{
		{7, (*sequence).apply}, {7, (*sequence).settle}, {3, (*sequence).drop}, {3, (*sequence).undo}, {1, (*sequence).abort}, {2, (*sequence).prune},
		{1, (*sequence).look}, {3, (*sequence).deleteBranch}, {2, (*sequence).expire}, {2, (*sequence).collect}, {2, (*sequence).repack}, {3, (*sequence).pruned},
		{1, (*sequence).pack}, {2, (*sequence).forget}, {1, (*sequence).leave}, {1, (*sequence).move},
	}
	total := 0
	for _, c := range steps {
		total += c.weight
	}
	n := s.rand.IntN(total)
	for _, c := range steps {
		if n -= c.weight; n < 0 {
			return c.do
		}
	}
	return steps[0].do
}

// verb runs the program, and takes note of how it ended.
func (s *sequence) verb(args ...string) (ran, error) {
	r := s.inside(s.repo, args...)
	name := "git backport " + args[0]
	for _, a := range args {
		if a == "--replace" {
			name += " --replace"
		}
	}
	s.note(name, strings.Join(args, " "))
	s.tell.end(name, r.code, 1)
	s.done[len(s.done)-1] += fmt.Sprintf(" -> %d", r.code)
	if !expected(r.code) || strings.Contains(r.err, "goroutine ") {
		return r, fmt.Errorf("git-backport %s: exit %d: %s", strings.Join(args, " "), r.code, r.err)
	}
	return r, nil
}

// note takes note of a step.
func (s *sequence) note(name, what string) {
	s.tell.Steps[name]++
	s.done = append(s.done, what)
}

// git runs git, which may refuse.
func (s *sequence) gitStep(name string, dir string, args ...string) error {
	s.note(name, "git "+strings.Join(args, " "))
	_, err := s.runGit(dir, args...)
	return err
}

// check asks git whether anything is lost, unless nothing was changed.
func (s *sequence) check() error {
	if now, err := s.print(); err != nil || now == s.seen {
		return err
	} else {
		s.seen = now
	}
	r, err := s.start(s.repo, s.git, "-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false", "fsck", "--full", "--no-dangling", "--no-progress")
	if err != nil {
		return err
	}
	if r.code != 0 || strings.Contains(r.out+r.err, "missing") || strings.Contains(r.out+r.err, "broken") {
		return fmt.Errorf("git fsck: exit %d: %s%s", r.code, r.out, r.err)
	}
	s.tell.Checks++
	return nil
}

// print tells one state of the repository, its alternate included, from another. A lock that is left is an
// error.
func (s *sequence) print() (string, error) {
	var out strings.Builder
	err := filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".lock") {
			return fmt.Errorf("a lock is left: %s", path)
		}
		info, err := e.Info()
		if err == nil && !e.IsDir() {
			fmt.Fprintln(&out, path, info.Size(), info.ModTime().UnixNano())
		}
		return err
	})
	return out.String(), err
}

// branches are those of ours, by their full names.
func (s *sequence) branches() ([]string, error) {
	out, err := s.runGit(s.repo, "for-each-ref", "--format=%(refname)", "refs/heads/backport", "refs/heads/bump")
	return strings.Fields(out), err
}

// finish settles what is open, or gives it up, and demands that nothing is kept any more.
func (s *sequence) finish() error {
	for range 40 {
		open, err := s.open()
		if err != nil {
			return err
		}
		if len(open) == 0 {
			break
		}
		if err := s.settleOne(open[0]); err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return fmt.Errorf("at the end: %w", err)
		}
	}
	refs, err := s.branches()
	if err != nil {
		return err
	}
	if len(refs) > 0 {
		if _, err := s.runGit(s.repo, append([]string{"rev-list", "--objects", "--quiet"}, refs...)...); err != nil {
			return fmt.Errorf("a branch is not whole: %w", err)
		}
	}
	s.tell.Whole += len(refs)
	if err := s.end(); err != nil {
		return err
	}
	if _, err := s.verb("prune", "--all"); err != nil {
		return err
	}
	keeps, err := filepath.Glob(filepath.Join(s.repo, ".git", "objects", "pack", "*.keep"))
	if err == nil && len(keeps) > 0 {
		err = fmt.Errorf("a pack is kept for nobody: %s", keeps[0])
	}
	return err
}

// end gives up operations that are settled and cannot land, because a release branch has moved.
func (s *sequence) end() error {
	keeps, err := filepath.Glob(filepath.Join(s.repo, ".git", "objects", "pack", "*.keep"))
	for _, name := range keeps {
		data, rerr := os.ReadFile(name)
		if errors.Is(rerr, fs.ErrNotExist) {
			continue // gone with the one before
		}
		id, ours := strings.CutPrefix(strings.TrimSpace(string(data)), "git-backport ")
		if err = errors.Join(err, rerr); !ours || err != nil {
			continue
		}
		r, verr := s.verb("abort", id)
		if r.code != 0 && verr == nil {
			_, verr = s.verb("undo", id)
		}
		err = errors.Join(err, verr)
	}
	return err
}
