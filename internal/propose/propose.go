package propose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/policy"
)

// maxPending is how many lines may wait for their first release before that is taken for a mistake.
const maxPending = 12

// Propose makes a policy from what is seen, and tries it. The text always loads, and decides.
func Propose(s Seen) (Proposal, error) {
	d := &draft{main: s.Main, naming: config.FindNames(s.Facts), former: s.Former}
	p, err := d.named(s)
	if err != nil {
		return Proposal{}, err
	}
	ls := lives(p, s.Facts)
	gap := rhythm(ls)
	d.train = findTrain(ls)
	d.rule = infer(p, s.Facts, ls, gap)
	d.fixed = d.evidence(ls, s.Facts.AsOf)
	if err := d.settle(s); err != nil {
		return Proposal{}, err
	}
	out := Proposal{Patched: patched(ls, s.Facts.AsOf)}
	out.Judged, out.Share = d.judge(s, ls)
	if err := d.keep(s, ls, gap); err != nil {
		return Proposal{}, err
	}
	out.Kept = d.keptLines()
	if err := d.settle(s); err != nil {
		return Proposal{}, err
	}
	tips, err := d.tips(s)
	if err != nil {
		return Proposal{}, err
	}
	d.find(tips)
	out.Text, out.Left, out.Live = d.text(), d.left, d.live(tips)
	if _, _, err := d.look(s); err != nil {
		return Proposal{}, fmt.Errorf("the proposal does not work: %w", err)
	}
	return out, nil
}

// named loads the policy of the names alone, with the branches that only their tags tell.
func (d *draft) named(s Seen) (*policy.Policy, error) {
	cfg, err := config.Load(config.FileName, []byte("schema = 1\n"+d.naming.Repo("")), nil)
	if err != nil {
		return nil, err
	}
	bound, scheme, err := bind(s, d.naming, *cfg.Policy)
	if err != nil {
		return nil, err
	}
	if scheme == policy.ByMajor {
		d.naming.From, _, _ = strings.Cut(d.naming.From, ".")
	}
	d.naming.Scheme = scheme
	switch {
	case bound.template != "":
		d.naming.Branches, d.naming.Example = []string{bound.template}, bound.rows[bound.sortedLines()[0]]
		d.naming.Matched = len(bound.rows)
	case len(bound.rows) > 0:
		d.naming.Branches = nil
		for _, id := range bound.sortedLines() {
			d.rows = append(d.rows, row{line: id, name: bound.rows[id], note: "its tags are on this branch"})
		}
	}
	cfg, err = config.Load(config.FileName, []byte("schema = 1\n"+d.naming.Repo("")), nil)
	if err != nil {
		return nil, err
	}
	return cfg.Policy, nil
}

// look loads the draft and finds its lines.
func (d *draft) look(s Seen) ([]policy.Line, []policy.Problem, error) {
	cfg, err := config.Load(config.FileName, []byte(d.text()), nil)
	if err != nil {
		return nil, nil, err
	}
	lines, problems := policy.Lines(cfg.Policy, s.Facts)
	return lines, problems, nil
}

// settle looks at the lines that the draft finds and takes out what no verb could work with: two branches of
// a line, branches without a tag, dozens of lines that seem to wait for a release.
func (d *draft) settle(s Seen) error {
	for range 20 {
		lines, problems, err := d.look(s)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(problems, func(p policy.Problem) bool { return p.Fatal }); i >= 0 {
			d.fatal(problems[i])
			continue
		}
		pending, newest := 0, policy.LineID{}
		for _, l := range lines {
			if l.State == policy.StatePending {
				pending++
			}
			if newest == (policy.LineID{}) && !l.Released.IsZero() {
				newest = l.ID
			}
		}
		if pending <= maxPending {
			return nil
		}
		d.left = append(d.left, fmt.Sprintf("%d branches that seem to be lines without a release", pending))
		d.naming.Branches, d.rows = nil, nil
	}
	return fmt.Errorf("no policy was found that works here")
}

func (d *draft) fatal(p policy.Problem) {
	switch {
	case p.Code == policy.TwoBranches && len(p.Refs) > 1:
		d.ignore = append(d.ignore, p.Refs[1:]...)
		d.left = append(d.left, fmt.Sprintf("branches %s: %s is taken for the line", strings.Join(p.Refs[1:], ", "), p.Refs[0]))
	default:
		d.left = append(d.left, p.Message)
		d.naming.Branches, d.rows = nil, nil
	}
}

// patched are the lines that had a patch release in the year before a day.
func patched(ls []life, asOf policy.Date) []string {
	var out []string
	for _, l := range ls {
		if len(l.patches) > 0 && l.last().After(asOf.AddMonths(-12)) {
			out = append(out, l.id.String())
		}
	}
	return out
}

// judge replays the patch releases of the last two years under the rules: which lines patched in the last year
// they would have taken on the day of their last patch, and how many of all patch releases.
func (d *draft) judge(s Seen, ls []life) (judged []string, share [2]int) {
	cfg, err := config.Load(config.FileName, []byte(d.text()), nil)
	if err != nil {
		return nil, share
	}
	byDay := map[policy.Date]map[policy.LineID]bool{}
	supported := func(day policy.Date) map[policy.LineID]bool {
		if byDay[day] == nil {
			f := s.Facts
			f.AsOf = day
			byDay[day] = map[policy.LineID]bool{}
			lines, _ := policy.Lines(cfg.Policy, f)
			for _, l := range lines {
				byDay[day][l.ID] = l.State == policy.StateSupported
			}
		}
		return byDay[day]
	}
	for _, l := range ls {
		for _, day := range l.patches {
			if day.Before(s.Facts.AsOf.AddMonths(-24)) || share[1] >= 400 {
				continue
			}
			share[1]++
			if supported(day)[l.id] {
				share[0]++
			}
		}
		if len(l.patches) > 0 && l.last().After(s.Facts.AsOf.AddMonths(-12)) && supported(l.last())[l.id] {
			judged = append(judged, l.id.String())
		}
	}
	return judged, share
}

// tips are the live lines that have a branch, newest first.
func (d *draft) tips(s Seen) ([]tip, error) {
	cfg, err := config.Load(config.FileName, []byte(d.text()), nil)
	if err != nil {
		return nil, err
	}
	lines, _ := policy.Lines(cfg.Policy, s.Facts)
	var out []tip
	for i, dec := range policy.Decide(cfg.Policy, lines, policy.Change{Kind: policy.Security}) {
		if dec.Verdict == policy.Refused || s.Tree == nil {
			continue
		}
		t := tip{line: lines[i]}
		if t.tree, err = s.Tree(dec.Tip); err != nil {
			return nil, fmt.Errorf("reading the tip of %q: %w", dec.Branch, err)
		}
		var newest *semver.Version
		for _, tag := range s.Facts.Tags {
			if id, v, ok := cfg.Policy.ReadTag(tag.Name); ok && id == dec.ID && !tag.Date.After(s.Facts.AsOf) {
				t.tags = append(t.tags, v.String())
				if policy.IsStable(v) && v.Patch() > 0 && (newest == nil || v.GreaterThan(newest)) {
					newest, t.patch, t.patchTag = v, cfg.Policy.VersionText(tag.Name, v), tag.Name
				}
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// live says what the next release of each live line is.
func (d *draft) live(tips []tip) []Live {
	var out []Live
	for _, t := range tips {
		l := Live{Line: t.line.Name(), Branch: t.line.Branch, Version: t.line.LatestText, Next: t.line.NextText, Bump: "tag only"}
		if len(d.files.bump) > 0 {
			if next, err := trial(t, d.files.bump); err == nil {
				l.Next, l.Bump = next.Version, "tried"
			}
		}
		out = append(out, l)
	}
	return out
}

// evidence says what the rule rests on, a line each.
func (d *draft) evidence(ls []life, asOf policy.Date) string {
	if len(ls) < 4 {
		return "too few lines to tell how long they are supported: the two newest"
	}
	span := func(of func(life) bool) string {
		var months []int
		for _, l := range ls {
			if l.newer > 0 && of(l) && len(months) < 12 && asOf.DaysSince(l.last()) > 180 {
				months = append(months, l.last().DaysSince(l.released)*12/365)
			}
		}
		if len(months) == 0 {
			return "none has ended yet"
		}
		slices.Sort(months)
		if months[0] == months[len(months)-1] {
			return fmt.Sprintf("patched for %d months", months[0])
		}
		return fmt.Sprintf("patched for %d to %d months, most often %d", months[0], months[len(months)-1], months[len(months)/2])
	}
	alive := patched(ls, asOf)
	text := "lines patched in the last year: " + strings.Join(alive[:min(len(alive), 12)], ", ")
	if len(alive) == 0 {
		text = "no line was patched in the last year"
	}
	if d.rule.split.match == "" {
		return "recent lines that ended were " + span(func(life) bool { return true }) + "\n" + text
	}
	in := func(l life) bool { return d.rule.split.rule.Holds(l.id) }
	return fmt.Sprintf("lines of class lts were %s, the others %s\n%s", span(in), span(func(l life) bool { return !in(l) }), text)
}
