package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/gitops/odb"
)

// A row is a pick to make in one process: the change from base to source, onto another commit.
type row struct{ base, onto, source string }

// warm measures what is left without a start. It comes last: what a process had in memory when it
// started another one counts for that one's peak too.
func (b *bench) warm(clone, table string, dirs []string) error {
	b.print("\n## In one process\n\n")
	if clone != "" && table != "" {
		if err := b.tablePicks(dirs[0], table); err != nil {
			return err
		}
	}
	b.print("| 200 random commits of main on random branches and tags of | ours ms | one `git merge-tree --stdin`, ms | ratio | left out |\n|---|---:|---:|---:|---:|\n")
	for _, dir := range dirs {
		if err := b.randomPicks(dir); err != nil {
			return err
		}
	}
	return nil
}

// open opens a repository as the program does.
func (b *bench) open(dir string) (*gitops.Repo, error) {
	env, err := gitconfig.Host(func(key string) (string, bool) {
		for _, kv := range environment(b.work) {
			if k, v, _ := strings.Cut(kv, "="); k == key {
				return v, true
			}
		}
		return "", false
	}, dir)
	if err != nil {
		return nil, err
	}
	return gitops.Open(env)
}

// warmTimes makes the picks in this process and returns how long each took, and the rows that could be
// made: a partial clone has not all objects.
func (b *bench) warmTimes(repo *gitops.Repo, rows []row) ([]time.Duration, []row, error) {
	var session *gitops.Session
	times := make([]time.Duration, 0, len(rows))
	var made []row
	for i, r := range rows {
		if i%100 == 0 {
			session = repo.NewSession() // forget what was made
		}
		start := time.Now()
		err := warmPick(b, session, r)
		var missing *odb.MissingError
		if errors.As(err, &missing) {
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("picking %s onto %s: %w", r.source, r.onto, err)
		}
		times, made = append(times, time.Since(start)), append(made, r)
	}
	return times, made, nil
}

func warmPick(b *bench, s *gitops.Session, r row) error {
	var trees [3]gitops.ID
	for i, hex := range []string{r.base, r.onto, r.source} {
		id, err := gitops.ParseID(hex)
		if err != nil {
			return err
		}
		if trees[i], err = s.TreeOf(id); err != nil {
			return err
		}
	}
	_, err := s.Merge(b.ctx, trees[0], trees[1], trees[2], gitops.Labels{Base: r.base, Ours: r.onto, Theirs: r.source})
	return err
}

// tablePicks repeats the picks of a table.
func (b *bench) tablePicks(dir, table string) error {
	text, err := os.ReadFile(table)
	if err != nil {
		return err
	}
	var rows []row
	var columns []string
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if columns == nil {
			columns = fields
			continue
		}
		get := func(name string) string { return fields[slices.Index(columns, name)] }
		rows = append(rows, row{get("base"), get("onto"), get("source")})
	}
	repo, err := b.open(dir)
	if err != nil {
		return err
	}
	times, _, err := b.warmTimes(repo, rows)
	if err != nil {
		return err
	}
	slices.Sort(times)
	b.print("%d picks of `%s`: median %.2f ms, 95th percentile %.1f ms, longest %.1f ms.\n\n", len(times), filepath.Base(table),
		ms(times[len(times)/2]), ms(times[len(times)*95/100]), ms(times[len(times)-1]))
	return nil
}

// randomPicks puts random commits of main on random branches and tags, here in one process and in one
// of git: the median of three rounds, the first of which finds what is not there.
func (b *bench) randomPicks(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	all, err := b.randomRows(dir, 200)
	if err != nil {
		return err
	}
	repo, err := b.open(dir)
	if err != nil {
		return err
	}
	_, rows, err := b.warmTimes(repo, all)
	if err != nil {
		return err
	}
	git, err := b.stdinPicks(dir, rows)
	if err != nil {
		return err
	}
	var ours, theirs []float64
	for range 3 {
		times, _, err := b.warmTimes(repo, rows)
		if err != nil {
			return err
		}
		var total time.Duration
		for _, t := range times {
			total += t
		}
		s, err := b.once(git)
		if err != nil {
			return err
		}
		ours, theirs = append(ours, ms(total)), append(theirs, ms(s.wall))
	}
	b.print("| %s | %.0f | %.0f | %.2f | %d |\n", filepath.Base(dir), median(ours), median(theirs), median(ours)/median(theirs), len(all)-len(rows))
	return nil
}

// stdinPicks is one process of git that makes the picks of rows.
func (b *bench) stdinPicks(dir string, rows []row) (command, error) {
	var lines strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&lines, "%s -- %s %s\n", r.base, r.onto, r.source)
	}
	scratch, clear := b.scratch()
	c := command{
		name: "git merge-tree --stdin", before: clear, stdin: filepath.Join(b.work, "rows"),
		args: []string{b.git, "-C", dir, "merge-tree", "--write-tree", "--stdin"},
		env:  []string{"GIT_OBJECT_DIRECTORY=" + scratch, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + objects(dir)},
	}
	return c, os.WriteFile(c.stdin, []byte(lines.String()), 0o644)
}

func (b *bench) randomRows(dir string, n int) ([]row, error) {
	commits, err := b.run(dir, "log", "--first-parent", "--min-parents=1", "--format=%H %P", "HEAD")
	if err != nil {
		return nil, err
	}
	refs, err := b.run(dir, "for-each-ref", "--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)", "refs/heads", "refs/tags")
	if err != nil {
		return nil, err
	}
	list, ontos := strings.Split(commits, "\n"), strings.Fields(refs)
	rnd := rand.New(rand.NewPCG(1, 0))
	var rows []row
	for range n {
		f := strings.Fields(list[rnd.IntN(len(list))])
		rows = append(rows, row{base: f[1], onto: ontos[rnd.IntN(len(ontos))], source: f[0]})
	}
	return rows, nil
}
