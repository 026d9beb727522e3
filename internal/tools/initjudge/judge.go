package main

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/propose"
	"github.com/git-backport/git-backport/policy"
)

// supportedDays is how long a line must have been supported in the year before it counts as an extra.
const supportedDays = 60

// A judgement is what was found of one project.
type judgement struct {
	name            string
	day             policy.Date // of the newest stable tag, which is today for it
	proposal        propose.Proposal
	naming          config.Naming
	ahead           tally
	missed, further []string
	bumps           [2]int // equal to the real release commit, tried
	files           int
	plan, old       string
	usable          bool
}

func judge(ctx context.Context, name, path, program string) (*judgement, error) {
	env, err := gitconfig.Host(os.LookupEnv, path)
	if err != nil {
		return nil, err
	}
	repo, err := gitops.Open(env)
	if err != nil {
		return nil, err
	}
	s := repo.NewSession()
	seen, err := propose.See(ctx, s, "", gitops.BaseAuto, policy.Date{Year: 9999, Month: 12, Day: 31})
	if err != nil {
		return nil, err
	}
	j := &judgement{name: name, day: newestTag(seen.Facts), usable: true, plan: "-"}
	seen.Facts.AsOf = j.day
	if err := j.lookAhead(seen); err != nil {
		return nil, fmt.Errorf("a year ahead: %w", err)
	}
	j.naming = config.FindNames(seen.Facts)
	if j.proposal, err = propose.Propose(seen); err != nil {
		return nil, err
	}
	cfg, err := config.Load(config.FileName, []byte(j.proposal.Text), nil)
	if err != nil {
		return nil, err
	}
	j.usable = len(j.proposal.Live) > 0
	j.files = len(cfg.Bump.Files)
	if err := j.tryBumps(cfg, seen); err != nil {
		return nil, err
	}
	if program != "" {
		j.tryPlan(path, program)
	}
	return j, nil
}

// newestTag is the day of the newest tag that looks like a release.
func newestTag(f policy.Facts) policy.Date {
	n := config.FindNames(f)
	cfg, err := config.Load(config.FileName, []byte("schema = 1\n"+n.Repo("")), nil)
	var newest policy.Date
	if err != nil {
		return newest
	}
	for _, t := range f.Tags {
		if _, v, ok := cfg.Policy.ReadTag(t.Name); ok && policy.IsStable(v) && t.Date.After(newest) {
			newest = t.Date
		}
	}
	return newest
}

// lookAhead proposes a policy for the repository as it stood a year before, and judges the lines that were
// released since.
func (j *judgement) lookAhead(seen propose.Seen) error {
	then := seen
	then.Facts = asItStood(seen.Facts, j.day.AddMonths(-12))
	then.Tree = func(string) (fs.FS, error) { return os.DirFS(os.DevNull), nil } // the tips of then are not known
	old, err := propose.Propose(then)
	if err != nil {
		return err
	}
	j.old = old.Text
	cfg, err := config.Load(config.FileName, []byte(old.Text), nil)
	if err != nil {
		return err
	}
	released, days := map[policy.LineID][]policy.Date{}, map[policy.LineID]int{}
	for _, t := range seen.Facts.Tags {
		id, v, ok := cfg.Policy.ReadTag(t.Name)
		if ok && policy.IsStable(v) && t.Date.After(then.Facts.AsOf) && !t.Date.After(j.day) {
			released[id] = append(released[id], t.Date)
		}
	}
	on := map[policy.Date]map[policy.LineID]bool{}
	supported := func(day policy.Date) map[policy.LineID]bool {
		if on[day] == nil {
			f := seen.Facts
			f.AsOf, on[day] = day, map[policy.LineID]bool{}
			lines, _ := policy.Lines(cfg.Policy, f)
			for _, l := range lines {
				on[day][l.ID] = l.State == policy.StateSupported
			}
		}
		return on[day]
	}
	for day := then.Facts.AsOf; !day.After(j.day); day = day.AddDays(5) {
		for id, yes := range supported(day) {
			if yes {
				days[id] += 5
			}
		}
	}
	for id, list := range released {
		if cfg.Policy.Repo.From != nil && id.Compare(*cfg.Policy.Repo.From) < 0 {
			continue
		}
		hit := 0
		for _, day := range list {
			if supported(day)[id] {
				hit++
			}
		}
		if 2*hit >= len(list) {
			j.ahead.hits++
			continue
		}
		j.ahead.misses++
		j.missed = append(j.missed, id.String())
	}
	for id, n := range days {
		if len(released[id]) == 0 && n >= supportedDays {
			j.ahead.extras++
			j.further = append(j.further, id.String())
		}
	}
	slices.Sort(j.missed)
	slices.Sort(j.further)
	return nil
}

// asItStood leaves out the tags after a day, and the branches of lines whose first tag came later.
func asItStood(f policy.Facts, day policy.Date) policy.Facts {
	out := policy.Facts{AsOf: day}
	n := config.FindNames(f)
	later := map[policy.LineID]bool{}
	cfg, err := config.Load(config.FileName, []byte("schema = 1\n"+n.Repo("")), nil)
	first := map[policy.LineID]policy.Date{}
	for _, t := range f.Tags {
		if !t.Date.After(day) {
			out.Tags = append(out.Tags, t)
		}
		if err != nil {
			continue
		}
		if id, _, ok := cfg.Policy.ReadTag(t.Name); ok && (first[id].IsZero() || t.Date.Before(first[id])) {
			first[id] = t.Date
		}
	}
	for id, d := range first {
		later[id] = d.After(day.AddDays(30))
	}
	for _, b := range f.Branches {
		if err == nil {
			if id, ok := cfg.Policy.ReadBranch(b.Name); ok && (later[id] || first[id].IsZero()) {
				continue
			}
		}
		out.Branches = append(out.Branches, b)
	}
	return out
}

// tryPlan plans the newest commit of main that looks like a fix.
func (j *judgement) tryPlan(path, program string) {
	dir, err := os.MkdirTemp("", "initjudge-")
	if err != nil {
		j.plan = err.Error()
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, config.FileName)
	if err := os.WriteFile(file, []byte(j.proposal.Text), 0o600); err != nil {
		j.plan = err.Error()
		return
	}
	out, err := exec.Command("git", "-C", path, "log", "--no-merges", "-n1", "--format=%H", "-i", "--grep=fix", "HEAD").Output()
	if err != nil {
		j.plan = err.Error()
		return
	}
	cmd := exec.Command(program, "-C", path, "--config", file, "--as-of", j.day.String(), "plan", strings.TrimSpace(string(out)), "--kind", "security")
	text, err := cmd.CombinedOutput()
	code := cmd.ProcessState.ExitCode()
	j.plan = fmt.Sprintf("exit %d", code)
	if err != nil && code != 3 && code != 5 || strings.Contains(string(text), " failed") {
		j.usable = false
		first, _, _ := strings.Cut(string(text), "\n")
		j.plan += ": " + first
	}
}

func (j *judgement) row(out *bufio.Writer) {
	var live []string
	for _, l := range j.proposal.Live {
		live = append(live, l.Line)
	}
	if len(live) > 12 {
		live = append(live[:12], "…")
	}
	ahead := fmt.Sprintf("%d, %d, %d", j.ahead.hits, j.ahead.misses, j.ahead.extras)
	if len(j.missed) > 0 {
		ahead += "; missed " + strings.Join(j.missed, " ")
	}
	if len(j.further) > 0 {
		ahead += "; extra " + strings.Join(j.further, " ")
	}
	bumps := "not proposed"
	if j.files > 0 {
		bumps = fmt.Sprintf("%d files, %d of %d", j.files, j.bumps[0], j.bumps[1])
	}
	cfg, err := config.Load(config.FileName, []byte(j.proposal.Text), nil)
	names := ""
	if err == nil {
		for _, t := range cfg.Policy.Repo.Branches {
			names += "`" + t.String() + "` "
		}
		for _, t := range cfg.Policy.Repo.Tags {
			names += "`" + t.String() + "` "
		}
	}
	fmt.Fprintf(out, "| %s | %s | %s| %s | %s | %s | %s |\n", j.name, j.day, names, strings.Join(live, " "), ahead, bumps, j.plan)
}
